#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What people and programs do to a machine behind feltd's back, and how soon it is as it was: single
# entries under 100 ms, everything at once under a second (medians and limits of the issue; the times are
# printed).
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

ENTRY_MS=100 # until one entry is back, median
MESH_MS=1000 # until everything is
TIMES=50     # of each kind of vandalism

lab_up 3 --network 172.17.0.0/16
NET2=$(subnet h2)
NET3=$(subnet h3)
mac() {
    lab exec "$1" cat /sys/class/net/flannel.1/address
}
MAC1=$(mac h1)
MAC2=$(mac h2)

# ---- single entries --------------------------------------------------------------------------------

# Runs inside of the machine, so that nothing but ip's own time is measured: does the damage, waits until
# the entry reads as before, and says how many microseconds that took; "never" after five seconds.
cat >"$WORK/vandal" <<'END'
set -u
look=$1 damage=$2 times=$3
now() { local t=$EPOCHREALTIME; echo "${t/[.,]/}"; }
before=$(eval "$look")
for ((i = 0; i < times; i++)); do
    eval "$damage"
    start=$(now)
    until [ "$(eval "$look")" = "$before" ]; do
        [ $(($(now) - start)) -lt 5000000 ] || { echo never; exit; }
    done
    echo $(($(now) - start))
done
END

# comes_back NAME LOOK DAMAGE
comes_back() {
    local name=$1 times median worst
    times=$(lab exec h1 bash "$WORK/vandal" "$2" "$3" "$TIMES" 2>&1 | sort -n)
    if [[ $(grep -cE '^[0-9]+$' <<<"$times") != "$TIMES" ]]; then
        not_ok "$name is back"
        diag "$times"
        return
    fi
    median=$(sed -n "$((TIMES / 2))p" <<<"$times")
    worst=$(tail -n 1 <<<"$times")
    check "$name is back: median of $TIMES $((median / 1000)).$((median % 1000 / 100)) ms, worst $((worst / 1000)) ms" \
        test "$median" -lt $((ENTRY_MS * 1000))
}

ROUTE="ip route show $NET2.0/24"
NEIGH="ip neigh show $NET2.0 dev flannel.1"
FDB="bridge fdb show dev flannel.1 | grep -F $MAC2"
comes_back "a deleted route" "$ROUTE" "ip route del $NET2.0/24"
comes_back "an altered route" "$ROUTE" "ip route replace $NET2.0/24 via 192.0.2.254 dev eth0"
comes_back "a deleted neighbour" "$NEIGH" "ip neigh del $NET2.0 dev flannel.1"
comes_back "an altered neighbour" "$NEIGH" "ip neigh replace $NET2.0 lladdr 02:00:00:00:00:99 dev flannel.1 nud permanent"
comes_back "a deleted fdb entry" "$FDB" "bridge fdb del $MAC2 dev flannel.1 self"
comes_back "an altered fdb entry" "$FDB" "bridge fdb replace $MAC2 dev flannel.1 dst 192.0.2.99 self permanent"
comes_back "a deleted address" "ip -4 -br address show dev flannel.1" "ip address flush dev flannel.1"
comes_back "the device's MAC, with the neighbours that its change costs," \
    "ip -br link show flannel.1; ip neigh show dev flannel.1 | sort" "ip link set flannel.1 address 02:00:00:00:00:01"
# h2_has MAC: what h2's kernel sends h1's subnet to.
h2_has() {
    [[ $(lab exec h2 ip neigh show "$(subnet h1).0" dev flannel.1 | awk '{ print $3 }') == "$1" ]]
}
await_ok "the peers know the MAC that it has" 20 h2_has "$MAC1"

# ---- everything at once ----------------------------------------------------------------------------

# Answers from and to everybody, in one go; each ping tries for a second at most.
cat >"$WORK/mesh" <<'END'
limit=$1
shift
start=$SECONDS
for address; do
    until ping -n -q -c 1 -W 0.1 "$address" >/dev/null 2>&1; do
        [ $((SECONDS - start)) -lt "$limit" ] || { echo never; exit; }
    done
done
END

snapshot() {
    lab exec h1 sh -c 'ip -d link show flannel.1 | sed 1d; ip -4 -br address show dev flannel.1; ip -4 route show
        ip -4 neigh show dev flannel.1; bridge fdb show dev flannel.1' |
        sed -E '/gso_max/s/promiscuity.*//; s/ +$//' | LC_ALL=C sort
}
as_before() {
    [[ $(snapshot) == "$BEFORE" ]]
}
BEFORE=$(snapshot)

# mesh_back NAME SCRIPT [BEFORE]: the script runs in h1, and before it, without a limit, the other.
mesh_back() {
    local name=$1 container machine
    lab exec h1 bash -c "${3:-}" >/dev/null 2>&1
    stopwatch h1 h2 h3
    lab exec h1 bash -c "$2" >/dev/null 2>&1
    lab exec c1 bash "$WORK/mesh" 20 "$NET2.2" "$NET3.2" "$NET2.1" "$NET3.1" >"$WORK/container" &
    machine=$(lab exec h1 bash "$WORK/mesh" 20 "$NET2.2" "$NET3.2" "$NET2.1" "$NET3.1")
    wait $!
    stopwatch_read h1 h2 h3
    container=$(<"$WORK/container")
    if [[ $machine$container == *never* ]]; then
        not_ok "$name: all reach all again"
        diag "$(snapshot)"
        return
    fi
    check "$name: all reach all again after $MS ms, $WAITED_MS of them without a processor" test $((MS - WAITED_MS)) -lt "$MESH_MS"
    await_ok "$name: all is as it was" 5 as_before
}
mesh_back "ip link set flannel.1 down; up" 'ip link set flannel.1 down; ip link set flannel.1 up'
mesh_back "ip link set flannel.1 down" 'ip link set flannel.1 down'
mesh_back "ip link del flannel.1" 'ip link del flannel.1'
mesh_back "flushed addresses and routes of flannel.1" 'ip address flush dev flannel.1; ip route flush dev flannel.1'
mesh_back "flushed neighbours and fdb" 'ip neigh flush dev flannel.1 nud permanent
    for mac in $(bridge fdb show dev flannel.1 | cut -d " " -f 1); do bridge fdb del "$mac" dev flannel.1 self; done'
mesh_back "an underlay that flaps" 'ip link set eth0 down; ip link set eth0 up; ip route add default via 192.0.2.254'
mesh_back "an underlay that loses its address and gets it back" \
    'ip address flush dev eth0; ip address add 192.0.2.1/24 dev eth0; ip route add default via 192.0.2.254'
mesh_back "ip route flush of everything but what the kernel made" \
    'ip route flush table main proto boot; ip route flush table main proto 102; ip route add default via 192.0.2.254'
BLOW='ip link del flannel.1; ip route flush dev flannel.1; ip neigh flush dev flannel.1 nud permanent'
mesh_back "ten blows in a row" "$BLOW" "for i in 1 2 3 4 5 6 7 8 9; do $BLOW; done"

# ---- a MAC that changed while we were away ---------------------------------------------------------

lab stop h1
lab exec h1 ip link set flannel.1 address 02:00:00:00:00:77
check "feltd starts on a device whose MAC somebody has changed" lab start h1
told() {
    [[ $(lab exec "$1" ip neigh show "$(subnet h1).0" dev flannel.1) == *" lladdr 02:00:00:00:00:77 "* ]]
}
await_ok "h2 is told" 20 told h2
await_ok "h3 is told" 20 told h3
old_mac_is_gone() {
    ! lab exec h2 bridge fdb show dev flannel.1 | grep -q "$MAC1"
}
await_ok "no fdb entry of the old MAC is left" 20 old_mac_is_gone
is "all reach all" "$(lab ping-matrix --raw | awk '{ print $3 }' | sort -u)" "0%"
done_testing
