#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Machines that boot: all of a site at once and without a network, so that nothing but the disk says
# who is who; and one whose interface or address comes late.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --check"

LIMIT_S=30 # until what was missed is put right; far above what it takes
OTHER_MAC=0a:00:00:00:00:33

# Behind its namespaces a host does not see the test's directory of sources.
cp "$srcdir/tests/lab/notify.py" "$WORK/notify.py"

mac() {
    lab exec "$1" cat /sys/class/net/flannel.1/address
}

# What a reboot takes: the device with all that is on it, our routes, and /run.
reboot() {
    lab stop "$1" 2>/dev/null
    lab exec "$1" sh -c 'ip link del flannel.1 2>/dev/null; ip route flush proto 102; rm -rf /run/flannel /run/felt /run/docker_opts.env'
}

leads_to() {
    lab exec h1 ip route show proto 102 | grep -q "^$1.0/24 via $1.0 dev flannel.1 "
}

sends_to() {
    lab exec h1 bridge fdb show dev flannel.1 | grep -q "^$1 dst $2 "
}

lab_up 4
LEASE=$(subnet h1) NET2=$(subnet h2) NET3=$(subnet h3) NET4=$(subnet h4)
MAC=$(mac h1) MAC3=$(mac h3) MAC4=$(mac h4)

# While h1 is off, h2 gets another subnet and h3 another MAC.
reboot h1
lab exec h2 feltctl leave >/dev/null
lab exec h2 rm -r /run/flannel
lab exec h2 ip link del flannel.1
# Its token names h1, which is off.
lab start h2 --join "$(lab exec h3 feltctl token | tr -d '[:space:]')" 2>/dev/null
NEW2=$(subnet h2)
isnt() {
    if [[ $2 && $2 != "$3" ]]; then ok "$1"; else not_ok "$1"; fi
}
isnt "h2 has another subnet now" "$NEW2" "$NET2"
lab stop h3
lab exec h3 ip link set flannel.1 address "$OTHER_MAC"
lab start h3
is "h3 has another MAC now" "$(mac h3)" "$OTHER_MAC"

# Then all go off, and on again with no cable in.
for host in h2 h3 h4; do reboot "$host"; done
for host in h1 h2 h3 h4; do lab cut "$host"; done
said=$(lab exec h1 python3 "$WORK/notify.py" 60 READY=1 feltd)
is "cut off, a machine is ready with subnet.env and a way to each peer of before" \
    "$(grep READY= <<<"$said")" "READY=1 subnet.env=yes routes=3"
reboot h1
for host in h1 h2 h3 h4; do lab start "$host"; done
is "nobody has heard of anybody" "$(ctl h1 status .counters.datagrams.taken)" 0
is "its subnet is that of before" "$(subnet h1)" "$LEASE"
is "so is its MAC" "$(mac h1)" "$MAC"
for net in "$NET2" "$NET3" "$NET4"; do
    check "the way to $net.0/24 is there" leads_to "$net"
done
check "h3's MAC is that of before, for nobody has told of another" sends_to "$MAC3" 192.0.2.3
check "containers can be started" lab attach h1

for host in h1 h2 h3 h4; do lab mend "$host"; done
await_ok "with the network back h1 sends to h3's new MAC" "$LIMIT_S" sends_to "$(mac h3)" 192.0.2.3
await_ok "and to h2's new subnet" "$LIMIT_S" leads_to "$NEW2"
old_way_is_gone() {
    ! leads_to "$NET2"
}
await_ok "and no more to its old one" "$LIMIT_S" old_way_is_gone
check "what was right is as it was" sends_to "$MAC4" 192.0.2.4
for host in h2 h3 h4; do lab attach "$host"; done
mesh_once() {
    lab ping-matrix --raw >"$WORK/mesh" 2>&1
}
await_ok "everybody reaches everybody" "$LIMIT_S" mesh_once

# ---- an interface, or its address, that comes late ------------------------------------------------

# late NAME WAITS-FOR BEFORE AFTER: feltd starts when BEFORE has been done to h1's link, and AFTER is
# done when it says that it waits.
late() {
    local name=$1 what=$2 before=$3 after=$4 said=$WORK/said
    reboot h1
    lab exec h1 sh -c "$before"
    lab exec h1 python3 "$WORK/notify.py" 60 READY=1 feltd >"$said" &
    await_ok "$name: it says what it waits for" "$LIMIT_S" grep -q "STATUS=Waiting for the network: .*$what" "$said"
    is "$name: it is not ready meanwhile" "$(grep -c READY=1 "$said")" 0
    await_ok "$name: and asks for more time" "$LIMIT_S" grep -q '^EXTEND_TIMEOUT_USEC=' "$said"
    lab exec h1 sh -c "$after"
    wait
    like "$name: then it becomes ready" "$(<"$said")" 'READY=1 subnet.env=yes routes=3'
}
late "no address" 'Unable to find default route' \
    'ip address flush dev eth0' \
    'ip address add 192.0.2.1/24 dev eth0; ip route add default via 192.0.2.254'
late "an interface under another name" 'no address for interface\|Unable to find default route' \
    'ip link set eth0 down; ip link set eth0 name late0' \
    'ip link set late0 name eth0; ip link set eth0 up; ip route add default via 192.0.2.254'

# SIGTERM ends the wait.
reboot h1
lab exec h1 sh -c 'ip route del default'
lab exec h1 sh -c 'echo $$ >/run/late.pid; exec feltd --iface nope0' 2>"$WORK/late" &
await_ok "an interface that is not there is waited for" "$LIMIT_S" grep -q 'underlay: waiting: --iface nope0: no such network interface' "$WORK/late"
PID=$(lab exec h1 cat /run/late.pid)
lab exec h1 kill "$PID"
ended() {
    ! lab exec h1 test -d "/proc/$PID"
}
await_ok "and SIGTERM ends that" "$LIMIT_S" ended
wait
done_testing
