#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# IPv6, inside and outside: a network of both families over an underlay of both, by flannel's two devices.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/families.sh"

lab_up 3 --network "$NET4,$NET6" --underlay 46
matrix_is_clean "all containers and hosts reach each other over IPv4"
matrix_is_clean "and over IPv6" -6
N1=$(net6 h1) N2=$(net6 h2)
is "subnet.env has flannel's six lines in flannel's order" \
    "$(lab exec h1 sed 's/=.*[:.]1\//=x1\//; s/=1[0-9]\{3\}$/=mtu/' /run/flannel/subnet.env)" \
    "FLANNEL_NETWORK=10.244.0.0/16
FLANNEL_SUBNET=x1/24
FLANNEL_IPV6_NETWORK=fc00:0:42::/48
FLANNEL_IPV6_SUBNET=x1/64
FLANNEL_MTU=mtu
FLANNEL_IPMASQ=false"
is "the smaller MTU of the two devices is announced" "$(mtu_in_env h1)" 1430
largest_crosses "two devices" 4 "$ICMP4_BYTES" "$(at c2 address)"
largest_crosses "two devices" 6 "$ICMP6_BYTES" "$(at c2 address6)"

like "the second device is flannel's" "$(lab exec h1 ip -d link show flannel-v6.1)" \
    'mtu 1430 qdisc noqueue .*vxlan id 1 local 2001:db8:0:1::1 dev eth0 srcport 0 0 dstport 8472 nolearning ttl auto'
is "the IPv6 address is on it, and checks for no duplicate" \
    "$(lab exec h1 ip -6 -o address show dev flannel-v6.1 scope global | grep -o "inet6 .*128 scope global nodad")" \
    "inet6 $N1/128 scope global nodad"
is "the IPv4 address is on the first" "$(lab exec h1 ip -4 -o address show dev flannel-v6.1)" ""
is "neither takes router advertisements" \
    "$(lab exec h1 cat /proc/sys/net/ipv6/conf/flannel.1/accept_ra /proc/sys/net/ipv6/conf/flannel-v6.1/accept_ra | paste -sd,)" 0,0
is "a peer's route is flannel's" "$(route_to h1 "$N2")" "$N2/64 via $N2 dev flannel-v6.1 metric 1024 onlink"
MAC=$(lab exec h2 cat /sys/class/net/flannel-v6.1/address)
is "so is its neighbour" "$(lab exec h1 ip -6 neigh show "$N2" dev flannel-v6.1 | sed 's/ *$//')" "$N2 lladdr $MAC PERMANENT"
is "and its fdb entry" "$(lab exec h1 bridge fdb show dev flannel-v6.1 | grep "^$MAC")" "$MAC dst 2001:db8:0:1::2 self permanent"

is "status shows both subnets" "$(ctl h1 status '.lease.subnet6')" "$N1/64"
is "leases show both" "$(ctl h1 leases '.leases[].subnet6' | grep -c '^fc00:0:42:')" 3
is "members show both addresses" "$(ctl h1 members '.members[] | select(.name == "h2") | "\(.public_ip) \(.public_ip6)"')" \
    "192.0.2.2 2001:db8:0:1::2"
like "and so do people's tables" "$(lab exec h1 feltctl leases)" "10\.244\.[0-9]+\.0/24,$N2/64 +h2"
is "each peer counts once" "$(ctl h1 status .kernel.peers)" 2

# Somebody's hand in it.
h1_reaches_h2() {
    ping_once c1 "$(at c2 address6)"
}
lab exec h1 ip -6 route del "$N2/64"
await_ok "a deleted IPv6 route comes back" "$LIMIT_S" h1_reaches_h2
lab exec h1 ip -6 neigh del "$N2" dev flannel-v6.1
await_ok "a deleted IPv6 neighbour comes back" "$LIMIT_S" h1_reaches_h2
lab exec h1 bridge fdb del "$MAC" dev flannel-v6.1
await_ok "a deleted fdb entry comes back" "$LIMIT_S" h1_reaches_h2
lab exec h1 ip link set flannel-v6.1 down
await_ok "a device that was set down comes back, with all that went" "$LIMIT_S" h1_reaches_h2
lab exec h1 ip -6 address flush dev flannel-v6.1 scope global
has_address() {
    lab exec h1 ip -6 -o address show dev flannel-v6.1 | grep -q " $N1/128 "
}
await_ok "so does its address" "$LIMIT_S" has_address
lab exec h1 ip link del flannel-v6.1
await_ok "and a deleted device" "$LIMIT_S" h1_reaches_h2
is "which is the same one" "$(route_to h1 "$N2")" "$N2/64 via $N2 dev flannel-v6.1 metric 1024 onlink"
lab exec h1 ip -6 route del "$N2/64"
lab exec h1 ip -6 route replace "$N2/64" via 2001:db8:0:1::2 dev eth0
route_is_back() {
    [[ $(route_to h1 "$N2") == *" dev flannel-v6.1 "* ]]
}
await_ok "a route over another device gives way, though Linux would refuse to replace it" "$LIMIT_S" route_is_back
lab exec h1 ip -6 route add fc00:0:42:fff::/64 via "$N2" dev flannel-v6.1 onlink
lab exec h1 ip -6 route add fc00:0:43::/64 via 2001:db8:0:1::2 dev eth0
stale_is_gone() {
    [[ ! $(lab exec h1 ip -6 route show fc00:0:42:fff::/64) ]]
}
await_ok "a stale route in the network goes" "$LIMIT_S" stale_is_gone
like "and one that is none of ours stays" "$(lab exec h1 ip -6 route show fc00:0:43::/64)" "via 2001:db8:0:1::2"

lab exec h1 ip -6 route add fc00::/16 via 2001:db8:0:1::fffe dev eth0
lab exec h1 ip -6 route del "$N2/64"
says_why() {
    ctl h1 status .kernel.error | grep -q 'a wider route leads there over another device'
}
await_ok "a wider route that Linux prefers to our gateway is named" "$LIMIT_S" says_why
lab exec h1 ip -6 route del fc00::/16
await_ok "and without it all is well again" "$LIMIT_S" route_is_back

# A restart, and a device as flanneld leaves it.
flow c1 "$(at c2 address)"
flow c1 "$(at c2 address6)"
lab stop h2
lab start h2
lab kill h1
lab start h1
lab wait
flows_end "stopped and killed"
lab stop h2
lab exec h2 ip link del flannel-v6.1
lab exec h2 ip link add flannel-v6.1 mtu 1430 address 0a:00:00:00:00:66 type vxlan id 1 dev eth0 local 2001:db8:0:1::2 nolearning dstport 0
lab exec h2 ip link set flannel-v6.1 up
lab start h2
is "a device of flanneld's keeps its MAC" "$(lab exec h2 cat /sys/class/net/flannel-v6.1/address)" 0a:00:00:00:00:66
await_ok "which the others learn" "$LIMIT_S" h1_reaches_h2
is "as BackendV6Data" "$(ctl h1 members '.members[] | select(.name == "h2").backend_data6')" '{"VNI":1,"VtepMAC":"0a:00:00:00:00:66"}'
old_mac_is_gone() {
    ! lab exec h1 bridge fdb show dev flannel-v6.1 | grep -q "^$MAC"
}
await_ok "and what led to the old one is gone" "$LIMIT_S" old_mac_is_gone

# One machine loses its IPv6: the others reach it over IPv4, with packets of both families.
N3=$(net6 h3)
over() {
    [[ $(route_to "$1" "$2") == *" dev $3 "* ]]
}
h1_reaches_h3() {
    ping_once c1 "$(at c3 address)" && ping_once c1 "$(at c3 address6)"
}
lab stop h3
lab exec h3 ip -6 address flush dev eth0 scope global
lab start h3
await_ok "a machine without IPv6 underlay is led to over IPv4" "$LIMIT_S" over h1 "$N3" flannel.1
await_ok "and leads back over it" "$LIMIT_S" over h3 "$N1" flannel.1
await_ok "so both families still cross" "$LIMIT_S" h1_reaches_h3
is "the others are as they were" "$(route_to h1 "$N2")" "$N2/64 via $N2 dev flannel-v6.1 metric 1024 onlink"
no_problem() {
    [[ $(ctl h1 status '.problems | length') == 0 ]]
}
await_ok "it is no problem of anybody's" "$LIMIT_S" no_problem
lab stop h3
lab exec h3 ip -6 address add 2001:db8:0:1::3/64 dev eth0 nodad
lab start h3
await_ok "with its IPv6 back it is led to over IPv6 again" "$LIMIT_S" over h1 "$N3" flannel-v6.1
await_ok "and leads back over it" "$LIMIT_S" over h3 "$N1" flannel-v6.1
await_ok "and both families cross" "$LIMIT_S" h1_reaches_h3
done_testing
