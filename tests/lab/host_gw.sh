#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# host-gw with real daemons: plain routes, no device; a member that is not on the link is named, and
# programmed when it comes to be; an address behind a NAT is refused with the reason.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

lab_up 3 --network 172.17.0.0/16 --backend host-gw
NET3=$(subnet h3)
route() {
    lab exec h1 ip route show "$NET3.0/24" | sed -E 's/ proto [^ ]+//; s/ +$//'
}
route_is() {
    [[ $(route) == "$1" ]]
}
status_is() {
    [[ $(ctl h1 status '"\(.kernel.peers) \(.kernel.unreachable) \(.kernel.error != null)"') == "$1" ]]
}

is "all of three hosts and their containers reach each other" "$(lab ping-matrix --raw | awk '{ print $3 }' | sort -u)" "0%"
is "by a plain route" "$(route)" "$NET3.0/24 via 192.0.2.3 dev eth0"
is "without a device" "$(lab exec h1 ip -o link show type vxlan | wc -l)" 0
is "and with the underlay's MTU" "$(lab exec h1 sed -n 's/^FLANNEL_MTU=//p' /run/flannel/subnet.env)" 1500
is "status counts both peers" "$(ctl h1 status '"\(.kernel.peers) \(.kernel.unreachable)"')" "2 0"

# Packets go as before, but to the kernel it is no neighbour any more that could be a gateway.
flow c1 "$(subnet h2).2"
lab exec h1 ip route add 192.0.2.3/32 dev eth0 scope global
await_ok "a member that left the link is counted as unreachable" 5 status_is "1 1 true"
like "and named, with the reason" "$(ctl h1 status '.problems[]')" \
    "kernel: no way to peer=[0-9a-f]+ subnet=$NET3.0/24: host-gw cannot reach it: its address is not on the link"
like "in the log too, once" "$(lab logs h1 | grep -c "no way to peer=.* subnet=$NET3.0/24")" '^1$'
is "its route is gone" "$(route)" ""
lab exec h1 ip route del 192.0.2.3/32
await_ok "back on the link it is programmed" 5 route_is "$NET3.0/24 via 192.0.2.3 dev eth0"
await_ok "and counted" 5 status_is "2 0 false"
flows_end "while another member left the link"

lab exec h1 ip link set eth0 down
lab exec h1 sh -c 'ip link set eth0 up; ip route add default via 192.0.2.254'
await_ok "routes are back after the underlay flapped" 5 route_is "$NET3.0/24 via 192.0.2.3 dev eth0"

lab stop h3
lab start h3 --public-ip 198.51.100.7 >"$WORK/nat" 2>&1
like "an address behind a NAT is refused, with flannel's words" "$(lab logs h3)" \
    "your PublicIP \(198.51.100.7\) differs from interface IP \(192.0.2.3\), meaning that probably you're on a NAT"
is "and ends the daemon" "$(cat "$(lab dir)/h3/feltd.exit")" 1
done_testing
