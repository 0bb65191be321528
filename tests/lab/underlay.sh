#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What happens to the interface beneath the overlay is followed: another address, MTU or name, an
# interface that is made anew, one that goes down. Lease and MAC stay, and everybody reaches everybody.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=20   # until a change has been followed; far above what it takes
SECOND_MS=1000
NET=192.0.2  # felt-lab's underlay

lab_up 3

MAC=$(lab exec h1 cat /sys/class/net/flannel.1/address)
LEASE=$(subnet h1)
SESSION=$(lab pid h1)

mesh_once() {
    lab ping-matrix --raw >"$WORK/mesh" 2>&1
}

everybody_reaches_everybody() {
    await_ok "$1: everybody reaches everybody" "$LIMIT_S" mesh_once
}

# Both ways to h1's container, a ping each 0.02 s that has the time of its answer: what runs already need not
# be started where processors are scarce. Without -w, with which ping ends at the first error.
watch() {
    lab exec "$1" bash -c 'echo $$ >"$2.pid"; exec timeout 900 ping -D -n -i 0.02 "$1" >"$2" 2>&1' bash "$2" "$WORK/watch-$1" &
    disown # flows_end waits for all others
    await_ok "$1 reaches $2" "$LIMIT_S" grep -qs 'icmp_seq=5 ' "$WORK/watch-$1"
}
watch c2 "$(cat "$(lab dir)/c1/address")"
watch c1 "$(cat "$(lab dir)/c3/address")"

# answered FILE: milliseconds from the stopwatch's start until the first answer to what was sent after it.
answered() {
    awk -v from="$STOPWATCH_FROM" '
        match($0, /time=[0-9.]+/) {
            at = substr($1, 2, length($1) - 2) * 1000 - from / 1000
            if (at - substr($0, RSTART + 5, RLENGTH - 5) >= 0) { printf "%d\n", at; found = 1; exit }
        }
        END { exit !found }' "$1"
}
both_answered() {
    answered "$WORK/watch-c1" && answered "$WORK/watch-c2"
}

# h1_is_back NAME: both ways work within a second of the change, in which there were processors to be had. Each
# change brings another address with it: with the address of before the kernel alone, which keeps device and
# routes, would bring traffic back, whatever feltd does.
h1_is_back() {
    local in out
    stopwatch h1 h2 h3
    await "$LIMIT_S" both_answered
    stopwatch_read h1 h2 h3
    in=$(answered "$WORK/watch-c2" || echo "$MS") out=$(answered "$WORK/watch-c1" || echo "$MS")
    MS=$((in > out ? in : out))
    check "$1: traffic flows again after $MS ms, $WAITED_MS of them without a processor" test $((MS - WAITED_MS)) -lt "$SECOND_MS"
}

# What must not have changed on h1.
all_is_kept() {
    is "$1: MAC, lease and process are as they were" \
        "$(lab exec h1 cat /sys/class/net/flannel.1/address) $(subnet h1) $(lab pid h1)" "$MAC $LEASE $SESSION"
}

local_is() {
    lab exec h1 ip -d link show flannel.1 | grep -q " local $1 dev $2 "
}

# peers_know ADDRESS: both others send there.
peers_know() {
    lab exec h2 bridge fdb show dev flannel.1 | grep -q "^$MAC dst $1 " &&
        lab exec h3 bridge fdb show dev flannel.1 | grep -q "^$MAC dst $1 "
}

gossip_goes_to() {
    [[ $(ctl h2 members '.members[] | select(.name == "h1") | "\(.advertise) \(.state)"') == "$1:8470 alive" ]]
}

# The name that status has of the interface.
status_says() {
    [[ $(ctl h1 status .kernel.interface) == "$1" ]]
}

mtu_everywhere() {
    [[ $(lab exec h1 cat /sys/class/net/flannel.1/mtu) == "$1" &&
        $(lab exec h1 sed -n 's/^FLANNEL_MTU=//p' /run/flannel/subnet.env) == "$1" &&
        $(ctl h2 members '.members[] | select(.name == "h1").mtu') == "$1" ]]
}

# link_with_address NAME ADDRESS COMMAND: what happens to h1's link, which ends as NAME, with another address.
link_with_address() {
    lab exec h1 bash -e -c "$3
        ip address add $NET.$2/24 dev $1
        ip link set $1 up
        ip route replace default via $NET.254"
}
# What felt-lab does for a host's link when it makes it.
plug() {
    lab exec h1 ip address add "$NET.$1/24" dev eth0
    lab exec h1 ip link set eth0 up
    lab exec h1 ip route add default via "$NET.254"
}

# ---- another address ------------------------------------------------------------------------------

flow c2 "$(cat "$(lab dir)/c3/address")"
lab exec h1 ip address add "$NET.201/24" dev eth0
is "an address more changes nothing" "$(local_is "$NET.1" eth0 && echo same)" same
lab exec h1 bash -c "ip address del $NET.1/24 dev eth0; ip address show dev eth0 | grep -q $NET.201 || ip address add $NET.201/24 dev eth0; ip route replace default via $NET.254"
h1_is_back "another address"
await_ok "another address: the device sends from it" "$LIMIT_S" local_is "$NET.201" eth0
await_ok "another address: the peers send to it" "$LIMIT_S" peers_know "$NET.201"
await_ok "another address: so does gossip" "$LIMIT_S" gossip_goes_to "$NET.201"
everybody_reaches_everybody "another address"
all_is_kept "another address"
is "another address: the device was not made anew" "$(lab logs h1 | grep -c 'created again\|recreating')" 0
flows_end "two others do not notice: another address"

# No address for a moment, as when a DHCP client gets another one.
flow c2 "$(cat "$(lab dir)/c3/address")"
lab exec h1 ip address flush dev eth0
is "no address for a moment: the lease stays" "$(subnet h1)" "$LEASE"
plug 202
h1_is_back "no address for a moment"
await_ok "no address for a moment: the device sends from the next" "$LIMIT_S" local_is "$NET.202" eth0
await_ok "no address for a moment: the peers send to it" "$LIMIT_S" peers_know "$NET.202"
everybody_reaches_everybody "no address for a moment"
all_is_kept "no address for a moment"
flows_end "two others do not notice: no address"

# ---- MTU ------------------------------------------------------------------------------------------

await_ok "the MTU is the underlay's less 50" "$LIMIT_S" mtu_everywhere 1450
lab exec h1 ip link set eth0 mtu 1400
await_ok "a smaller MTU is taken by device, subnet.env and announcement" "$LIMIT_S" mtu_everywhere 1350
lab exec h1 ip link set eth0 mtu 1500
await_ok "and so is the larger one" "$LIMIT_S" mtu_everywhere 1450
everybody_reaches_everybody "another MTU"
all_is_kept "another MTU"

# ---- down and up, renamed, made anew --------------------------------------------------------------

link_with_address eth0 203 "ip link set eth0 down; ip address flush dev eth0"
h1_is_back "down and up"
await_ok "down and up: the peers send to the address of now" "$LIMIT_S" peers_know "$NET.203"
everybody_reaches_everybody "down and up"
all_is_kept "down and up"

link_with_address uplink 204 "ip link set eth0 down; ip address flush dev eth0; ip link set eth0 name uplink"
h1_is_back "renamed"
await_ok "renamed: feltd knows the name" "$LIMIT_S" status_says uplink
await_ok "renamed: the device sends by it" "$LIMIT_S" local_is "$NET.204" uplink
everybody_reaches_everybody "renamed"
all_is_kept "renamed"
link_with_address eth0 205 "ip link set uplink down; ip address flush dev uplink; ip link set uplink name eth0"
await_ok "renamed back: feltd knows the name" "$LIMIT_S" status_says eth0

says() {
    lab logs h1 | grep -q "$1"
}

lab exec h1 ip link del eth0
await_ok "gone: feltd says that it waits" "$LIMIT_S" says 'underlay: interface eth0 is gone; waiting for it: lease, device and routes stay'
like "gone: status says so" "$(ctl h1 status '.problems[]' | grep '^underlay:')" \
    '^underlay: interface eth0 is gone; it is waited for, and lease, device and routes stay$'
is "gone: the lease stays" "$(subnet h1)" "$LEASE"
lab exec switch ip link add h1 type veth peer name eth0 mtu 1500 netns "$(cat "$(lab dir)/h1/holder")"
lab exec switch ip link set h1 master underlay up
plug 1
h1_is_back "made anew"
everybody_reaches_everybody "made anew, with another address"
all_is_kept "made anew"
is "it is said once that it is gone" "$(lab logs h1 | grep -c 'waiting for it')" 1
await_ok "the peers send to the new address" "$LIMIT_S" peers_know "$NET.1"
no_problems() {
    ctl h1 status .problems >"$WORK/problems"
    [[ $(jq length "$WORK/problems") == 0 ]]
}
await_ok "no problem is left" "$LIMIT_S" no_problems
has_problem() {
    ctl h1 status '.problems[]' | grep -q "^underlay: $1; "
}
lab exec h1 ip address flush dev eth0
await_ok "an address that is gone is one of status, too" "$LIMIT_S" has_problem '.*eth0.*' || diag "$(ctl h1 status '.problems[]')"
plug 1
await_ok "and none when it is back" "$LIMIT_S" no_problems
lab exec h1 ip link set eth0 down
await_ok "so is an interface that is down" "$LIMIT_S" has_problem 'interface eth0 is down' || diag "$(ctl h1 status '.problems[]')"
lab exec h1 ip link set eth0 up
lab exec h1 ip route replace default via "$NET.254"
await_ok "until it is up" "$LIMIT_S" no_problems
for container in c1 c2; do
    lab exec "$container" kill -INT "$(<"$WORK/watch-$container.pid")"
done
lab down

# ---- IPv6 that comes later ------------------------------------------------------------------------

if [[ -e /proc/net/if_inet6 ]]; then
    lab_up 2 --network "10.244.0.0/16,fc00:0:42::/48" --underlay 4
    SESSION=$(lab pid h1)
    for i in 1 2; do
        lab exec "h$i" ip -6 address add "2001:db8:0:1::$i/64" dev eth0 nodad
    done
    over_v6() {
        lab exec "$1" ip -6 route show proto 102 | grep -q 'dev flannel-v6.1 '
    }
    await_ok "IPv6 that comes later is used without a restart" "$LIMIT_S" over_v6 h1
    await_ok "by the other, too" "$LIMIT_S" over_v6 h2
    everybody_reaches_everybody "IPv6 later"
    lab exec h1 ip -6 address flush dev eth0 scope global
    over_v4_again() {
        ! over_v6 "$1"
    }
    await_ok "where it goes for good, IPv4 carries both again" "$LIMIT_S" over_v4_again h1
    await_ok "from the other side, too" "$LIMIT_S" over_v4_again h2
    mesh6_once() {
        lab ping-matrix --raw -6 >"$WORK/mesh" 2>&1
    }
    await_ok "and IPv6 crosses" "$LIMIT_S" mesh6_once
    everybody_reaches_everybody "IPv6 gone"
    is "the process is the same" "$(lab pid h1)" "$SESSION"
fi
done_testing
