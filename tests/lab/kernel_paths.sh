#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which way the reconciler chooses for each peer: plain routes, host-gw, both backends in one cluster,
# and a way that the kernel refuses. Speaks TAP.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/kernel_world.sh"

# ---- plain routes ----

fresh_world
configure "direct 1"
tell backend
tell peer 172.17.8.0/24 172.16.0.3 02:aa:bb:cc:dd:03 01000000000000000000000000000000
tell peer 172.17.9.0/24 10.1.1.1 02:aa:bb:cc:dd:04 02000000000000000000000000000000
tell set 172.17.7.0/24
tell run
is "DirectRouting: a peer on the link gets a plain route" "$(ip route show 172.17.8.0/24 | sed 's/ *$//')" "172.17.8.0/24 via 172.16.0.3 dev v0 proto 102"
is "and one behind a router goes through the device" "$(routes)" "172.17.9.0/24 via 172.17.9.0 onlink"
tell run
is "the second pass finds nothing to do with direct routes" "$answer" "0 peers=2 ops=0 refused=0 troubles=0"
ip addr del 172.16.0.2/24 dev v0
ip addr add 172.16.0.2/32 dev v0
tell wait 2000
tell run
is "a peer that left the link goes through the device" "$(routes)" "$golden_routes"
stop_driver

# goes NAME SUBNET ROUTE COMMAND...: the command changes the underlay's routes; it is noticed, and the
# next pass leads to the subnet by ROUTE
goes()
{
    local name=$1 subnet=$2 wanted=$3 noticed
    shift 3
    while tell wait 50 && [ "$answer" = 1 ]; do
        tell run
    done
    "$@" >>"$work/log" 2>&1
    tell wait 2000
    noticed=$answer
    tell run
    is "$name" "$noticed $(ip route show "$subnet" | sed 's/ proto 102//; s/ *$//')" "1 $subnet $wanted"
}
fresh_world
ip route add default via 172.16.0.254
configure "direct 1"
tell backend
tell peer 172.17.8.0/24 172.16.0.3 02:aa:bb:cc:dd:03 01000000000000000000000000000000
tell peer 172.17.9.0/24 10.1.1.1 02:aa:bb:cc:dd:04 02000000000000000000000000000000
tell set 172.17.7.0/24
tell run
goes "a route over the link makes a far peer a near one" 172.17.9.0/24 "via 10.1.1.1 dev v0" ip route add 10.1.1.0/24 dev v0
is "its neighbour and fdb entry are gone" "$(ip neigh show dev flannel.1; bridge fdb show dev flannel.1)" ""
goes "and without that route it is far again" 172.17.9.0/24 "via 172.17.9.0 dev flannel.1 onlink" ip route del 10.1.1.0/24 dev v0
goes "a longer route by a gateway makes a near peer a far one" 172.17.8.0/24 "via 172.17.8.0 dev flannel.1 onlink" ip route add 172.16.0.3/32 via 172.16.0.254
goes "and without that route it is near again" 172.17.8.0/24 "via 172.16.0.3 dev v0" ip route del 172.16.0.3/32
goes "an unreachable route is no way over the link" 172.17.8.0/24 "via 172.17.8.0 dev flannel.1 onlink" ip route add unreachable 172.16.0.3/32
ip route del unreachable 172.16.0.3/32
while tell wait 50 && [ "$answer" = 1 ]; do
    tell run
done
ip route add 10.77.0.0/16 via 172.16.0.254
tell wait 200
is "routes that lead to no peer are no news" "$answer" 0
stop_driver

fresh_world
configure "host-gw 1"
tell backend
is "host-gw announces no device and the underlay's MTU" "$answer" "0 vni=0 mac=00:00:00:00:00:00 mtu=1500"
tell peer 172.17.8.0/24 172.16.0.3 00:00:00:00:00:00 01000000000000000000000000000000 host-gw
tell peer 172.17.9.0/24 10.1.1.1 00:00:00:00:00:00 02000000000000000000000000000000 host-gw
tell set 172.17.7.0/24
tell run
matches "host-gw: a peer behind a router is told" "$answer" "^0 peers=1 .* troubles=1 no way to peer=02000000 .*host-gw cannot reach it"
is "host-gw: a plain route" "$(ip route show 172.17.8.0/24 | sed 's/ *$//')" "172.17.8.0/24 via 172.16.0.3 dev v0 proto 102"
is "host-gw: no device" "$(ip link show flannel.1 2>/dev/null | wc -l)" 0
goes "host-gw: when a route over the link leads to it, it is programmed" 172.17.9.0/24 "via 10.1.1.1 dev v0" ip route add 10.1.1.0/24 dev v0
tell set
tell run
is "host-gw: a peer that is gone takes its route along" "$(ip route show 172.17.8.0/24)" ""
tell public-ip 198.51.100.7
tell new
matches "host-gw behind a NAT is refused with flannel's words" "$answer" "^-22 your PublicIP \(198.51.100.7\) differs from interface IP .* not supported by host-gw backend"
stop_driver

# ---- an entry that the kernel refuses ----

fresh_world
configure "direct 1"
tell backend
tell peer 172.17.8.0/24 172.16.0.255 02:aa:bb:cc:dd:03 01000000000000000000000000000000
tell peer 172.17.9.0/24 172.16.0.4 02:aa:bb:cc:dd:04 02000000000000000000000000000000
tell peer 172.17.10.0/24 10.1.1.1 02:aa:bb:cc:dd:05 03000000000000000000000000000000
tell set 172.17.7.0/24
tell run
matches "a peer at the link's broadcast address: its route is refused, and told" "$answer" \
    "^-22 peers=2 ops=6 refused=1 troubles=0 cannot set route 172.17.8.0/24 via 172.16.0.255: Invalid argument"
is "those before and after it are programmed" "$(ip route show 172.17.9.0/24 | sed 's/ *$//'); $(routes)" \
    "172.17.9.0/24 via 172.16.0.4 dev v0 proto 102; 172.17.10.0/24 via 172.17.10.0 onlink"
tell run
matches "it is tried again, alone" "$answer" "^-22 peers=2 ops=1 refused=1"
ip addr add 172.16.0.9/16 dev v0
ip addr del 172.16.0.2/24 dev v0
tell run
matches "and is there when nothing is in the way any more" "$answer" "^0 peers=3 ops=[0-9]+ refused=0"
stop_driver

# ---- nodes of both backends in one cluster ----

fresh_world
configure
tell backend
tell peer 172.17.8.0/24 172.16.0.3 00:00:00:00:00:00 01000000000000000000000000000000 host-gw
tell peer 172.17.9.0/24 10.1.1.1 00:00:00:00:00:00 02000000000000000000000000000000 host-gw
tell peer 172.17.10.0/24 10.1.1.2 02:aa:bb:cc:dd:05 03000000000000000000000000000000
tell set 172.17.7.0/24
tell run
matches "a host-gw node behind a router cannot be reached by a vxlan node, and that is told" "$answer" \
    "^0 peers=2 .* troubles=1 no way to peer=02000000 subnet=172.17.9.0/24: its backend is not ours"
is "one on the link gets a plain route" "$(ip route show 172.17.8.0/24 | sed 's/ *$//')" "172.17.8.0/24 via 172.16.0.3 dev v0 proto 102"
is "and a vxlan node its three entries" "$(routes)" "172.17.10.0/24 via 172.17.10.0 onlink"
tell run
is "the log tells of it once" "$(grep -c 'no way to peer=02000000' "$work/log")" 1
goes "it is reached when it comes to be on the link" 172.17.9.0/24 "via 10.1.1.1 dev v0" ip route add 10.1.1.1/32 dev v0
stop_driver

echo "1..$n"
[ "$failed" = 0 ]
