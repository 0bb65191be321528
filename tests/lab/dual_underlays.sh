#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Networks of both families over an underlay of one, and of IPv6 alone, by vxlan; and by host-gw.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/families.sh"

# ---- the same network over one underlay: one device for both ---------------------------------------

for family in 4 6; do
    lab_up 2 --network "$NET4,$NET6" --underlay "$family"
    device=flannel.1 mtu=1450
    ((family == 4)) || device=flannel-v6.1 mtu=1430
    name="over IPv$family alone"
    matrix_is_clean "$name: IPv4 crosses"
    matrix_is_clean "$name: IPv6 crosses" -6
    await_ok "$name: h1's trials of the overlay say so" "$LIMIT_S" h1_path passes
    is "$name: there is one device" "$(lab exec h1 ip -br link show type vxlan | awk '{ print $1 }')" "$device"
    is "$name: the MTU is the underlay's less the headers" "$(mtu_in_env h1)" "$mtu"
    largest_crosses "$name" 4 "$ICMP4_BYTES" "$(at c2 address)"
    largest_crosses "$name" 6 "$ICMP6_BYTES" "$(at c2 address6)"
    is "$name: one fdb entry serves both" "$(lab exec h1 bridge fdb show dev "$device" | grep -c ' dst ')" 1
    lab down
done

# ---- IPv6 alone, inside and outside ----------------------------------------------------------------

lab_up 2 --network "$NET6" --underlay 6
matrix_is_clean "without any IPv4 everybody reaches everybody" -6
await_ok "h1's trials of the overlay say so" "$LIMIT_S" h1_path passes
is "there is none" "$(lab exec h1 ip -4 -br address show up | grep -vc '^lo ')" 0
like "gossip goes over IPv6" "$(ctl h1 members '.members[].advertise' | paste -sd,)" '\[2001:db8:0:1::1\]:8470.*\[2001:db8:0:1::2\]:8470'
is "the lease is of IPv6" "$(ctl h1 status .lease.subnet)" "$(net6 h1)/64"
is "subnet.env has no line of IPv4" "$(lab exec h1 grep -c '^FLANNEL_NETWORK\|^FLANNEL_SUBNET' /run/flannel/subnet.env)" 0
is "a joiner gets a subnet, too" "$(lab add)" h3
lab wait
matrix_is_clean "and reaches the others" -6
lab down

# ---- host-gw ---------------------------------------------------------------------------------------

lab_up 2 --network "$NET4,$NET6" --underlay 46 --backend host-gw
matrix_is_clean "host-gw: IPv4 crosses"
matrix_is_clean "host-gw: IPv6 crosses" -6
is "host-gw: there is no device" "$(lab exec h1 ip -br link show type vxlan)" ""
is "host-gw: the route is by the peer's address" "$(route_to h1 "$(net6 h2)")" "$(net6 h2)/64 via 2001:db8:0:1::2 dev eth0 metric 1024"
is "host-gw: the MTU is the underlay's" "$(mtu_in_env h1)" 1500
largest_crosses "host-gw" 6 "$ICMP6_BYTES" "$(at c2 address6)"
done_testing
