#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Make before break in the real kernel: 100 pings a second to a peer, while all routes come to name
# nexthop objects and go back, and while the peer goes from the device to a plain route and back.
# Speaks TAP.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"

driver=${KERNEL_DRIVER:-$builddir/tests/lab/kernel_driver}
if [[ -z ${FELT_SWITCH_INSIDE-} ]]; then
    [[ $(id -u) == 0 ]] || skip_all "needs root, for network namespaces"
    for tool in ip bridge ping nsenter; do
        command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --run --check"
    done
    unshare -n true 2>/dev/null || skip_all "this machine does not let us make namespaces"
    FELT_SWITCH_INSIDE=1 exec unshare -n "$0" "$@"
fi

work=$(mktemp -d)
pids=()
cleanup() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

# ---- the peer: a namespace of its own, set up as flannel would ------------------------------------

PEER=10.207.254 OURS=10.207.255
unshare -n sh -c 'echo $$ >"$1/peer"; exec sleep 600' sh "$work" &
pids+=($!)
await 20 test -s "$work/peer" || skip_all "no second namespace"
peer() {
    nsenter -t "$(<"$work/peer")" -n "$@"
}
ip link add flannel.9 type vxlan id 9 dstport 0 2>/dev/null || skip_all "the kernel has no vxlan devices"
ip link del flannel.9
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v1 netns "$(<"$work/peer")"
ip address add 172.16.0.2/12 dev v0
ip link set v0 up
echo 0 | tee /proc/sys/net/ipv4/conf/{all,default,v0}/rp_filter >/dev/null
peer sh -e <<END
ip link set lo up
ip address add 172.16.0.3/12 dev v1
ip link set v1 up
ip link add flannel.1 txqueuelen 0 address 02:aa:bb:cc:dd:03 type vxlan id 1 local 172.16.0.3 dev v1 nolearning dstport 0
ip address add $PEER.0/32 dev flannel.1
ip address add $PEER.1/32 dev lo
ip link set flannel.1 up
for i in all default v1 flannel.1; do echo 0 >/proc/sys/net/ipv4/conf/\$i/rp_filter; done
ip neigh replace $OURS.0 lladdr a2:a2:a3:a4:a5:a6 dev flannel.1 nud permanent
bridge fdb replace a2:a2:a3:a4:a5:a6 dev flannel.1 dst 172.16.0.2 self permanent
ip route replace $OURS.0/28 via $OURS.0 dev flannel.1 onlink
END

# ---- the driver --------------------------------------------------------------------------------------

mkfifo "$work/in" "$work/out"
"$driver" <"$work/in" >"$work/out" 2>"$work/log" &
pids+=($!)
exec {to_driver}>"$work/in" {from_driver}<"$work/out"
answer=
tell() {
    echo "$*" >&"$to_driver"
    read -r -t 30 answer <&"$from_driver" || answer="-110 the driver does not answer"
    [[ $answer != -* ]] || diag "$*: $answer"
}
# members N: the peer, and N - 1 made-up ones.
members() {
    tell peers $(($1 - 1))
    tell peer "$PEER.0/28" 172.16.0.3 02:aa:bb:cc:dd:03 ff000000000000000000000000000000
    tell set "$OURS.0/28"
    tell run
}
tell underlay v0
tell network 10.200.0.0/13
tell subnet-len 28
tell node a1a2a3a4a5a6a7a8a9aaabacadaeafb0
tell direct 1
tell new
# A route without gateway, but not of link scope: packets go as before, and no gateway is taken there.
ip route add 172.16.0.3/32 dev v0 scope global

# ---- under traffic -------------------------------------------------------------------------------------

route() {
    ip route show "$PEER.0/28" | sed -E 's/ proto [^ ]+//; s/nhid [0-9]+/nhid N/; s/ +$//'
}
answers() {
    grep -c 'icmp_seq=' "$work/ping"
}
more_answers() {
    (($(answers) >= $1))
}
settle() {
    await 20 more_answers $(($(answers) + 20))
}
members 700
is "the peer is reached through the device" "$(route)" "$PEER.0/28 via $PEER.0 dev flannel.1 onlink"
ping -n -i 0.01 -w 300 "$PEER.1" >"$work/ping" &
ping_pid=$!
pids+=("$ping_pid")
await_ok "it answers" 20 more_answers 20

for round in 1 2 3; do
    members 800
    is "round $round: 800 members, its route names an object" "$(route)" "$PEER.0/28 nhid N via $PEER.0 dev flannel.1 onlink"
    settle
    ip route del 172.16.0.3/32
    tell run
    is "round $round: it comes to be on the link, the object leads there" "$(route)" "$PEER.0/28 nhid N via 172.16.0.3 dev v0"
    settle
    members 500
    is "round $round: 500 members, its route names no object" "$(route)" "$PEER.0/28 via 172.16.0.3 dev v0"
    settle
    ip route add 172.16.0.3/32 dev v0 scope global
    tell run
    is "round $round: it goes through the device again" "$(route)" "$PEER.0/28 via $PEER.0 dev flannel.1 onlink"
    settle
done

kill -INT "$ping_pid"
wait "$ping_pid"
is "no packet was lost" "$(sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' "$work/ping" | sort -n | awk '
    NR == 1 { first = $1 }
    NR > 1 && $1 != last + 1 { gaps = gaps " " last ".." $1 }
    { last = $1 }
    END { print "from " first (gaps == "" ? ", all" : ", but" gaps) }')" "from 1, all"
diag "$(tail -n 3 "$work/ping" | head -n 2)"
done_testing
