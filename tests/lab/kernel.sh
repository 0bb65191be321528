#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The reconciler against the real kernel, in a network namespace of its own: what it creates and
# adopts, what it repairs, what it leaves alone. Speaks TAP.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/kernel_world.sh"

# ---- a new host ----

fresh_world
echo 0 >/proc/sys/net/ipv4/ip_forward
configure
tell backend
is "a new device's MAC comes from the node id" "$answer" "0 vni=1 mac=a2:a2:a3:a4:a5:a6 mtu=1450"
is "forwarding is switched on" "$(cat /proc/sys/net/ipv4/ip_forward)" 1
is "the device has no address before there is a lease" "$(ip -4 addr show dev flannel.1 | grep -c inet)" 0
two_peers
tell run
is "the first pass programs an address and three entries a peer" "$answer" "0 peers=2 ops=7 refused=0 troubles=0"
is "the link is flannel's to the byte" "$(link_text)" "$golden_link"
is "its MAC is set, not random, so that udev leaves it alone" "$(inside_sysfs addr_assign_type)" 3
is "its address is the lease's first, /32" "$(ip -4 addr show dev flannel.1 | sed -n 's/^ *inet //p')" "172.17.7.0/32 scope global flannel.1"
is "the routes are flannel's" "$(routes)" "$golden_routes"
is "the routes carry our protocol number" "$(ip route show proto 102 | wc -l)" 2
is "the neighbours are flannel's" "$(ip neigh show dev flannel.1 | sed 's/ *$//' | sort)" "$golden_neighs"
is "the fdb is flannel's" "$(bridge fdb show dev flannel.1 | sort)" "$golden_fdb"
tell run
is "the second pass finds nothing to do" "$answer" "0 peers=2 ops=0 refused=0 troubles=0"
before=$(snapshot)
restart
tell run
is "a restart finds nothing to do" "$answer" "0 peers=2 ops=0 refused=0 troubles=0"
is "a restart changes nothing" "$(snapshot)" "$before"

# The check once a minute is such a pass: each table is read once, whatever their size, and nothing is set.
if command -v strace >/dev/null; then
    strace -p "$driver_pid" -e trace=sendto -o "$work/trace" 2>/dev/null &
    tracer_pid=$!
    for _ in $(seq 100); do
        grep -qs "TracerPid:.*[1-9]" "/proc/$driver_pid/status" && break
        sleep 0.05
    done
    tell run
    kill "$tracer_pid" 2>/dev/null
    wait "$tracer_pid" 2>/dev/null
    if [ -s "$work/trace" ]; then
        is "a pass that finds nothing to do dumps each table once" \
            "$(grep -o 'RTM_GET[A-Z]*, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP' "$work/trace" | cut -d , -f 1 | sort | uniq -c | sed 's/^ *//')" \
            "1 RTM_GETADDR
2 RTM_GETNEIGH
1 RTM_GETNEXTHOP
1 RTM_GETROUTE"
        is "and sets nothing" "$(grep -c -e RTM_NEW -e RTM_DEL "$work/trace")" 0
    else
        skip "a pass that finds nothing to do dumps each table once" "strace may not look at the driver"
    fi
else
    skip "a pass that finds nothing to do dumps each table once" "no strace"
fi

# ---- vandalism ----

# repairs NAME COMMAND...: the command is noticed, one pass repairs it, the next is empty
repairs()
{
    local name=$1 noticed
    shift
    while tell wait 50 && [ "$answer" = 1 ]; do
        tell run
    done
    "$@" >>"$work/log" 2>&1
    tell wait 2000
    noticed=$answer
    tell run
    local pass=$answer
    if [ "$noticed" != 1 ]; then
        fail "$name: it is noticed"
    elif [ "$(snapshot)" != "$before" ]; then
        fail "$name"
        echo "# pass: $pass"
        diff <(echo "$before") <(snapshot) | sed 's/^/# /'
    else
        tell run
        is "$name" "$answer" "0 peers=2 ops=0 refused=0 troubles=0"
    fi
}
flap_down_up()
{
    ip link set flannel.1 down
    ip link set flannel.1 up
}
flap_underlay()
{
    ip link set v0 down
    ip link set v0 up
}

repairs "a deleted route is back" ip route del 172.17.8.0/24
repairs "a route that leads elsewhere is put right" ip route replace 172.17.8.0/24 via 172.16.0.9 dev v0
repairs "a route without onlink is put right" ip route replace 172.17.8.0/24 dev flannel.1
repairs "a route with an MTU of its own is put right" ip route replace 172.17.8.0/24 via 172.17.8.0 dev flannel.1 onlink mtu 1000
repairs "a route that became a blackhole is put right" ip route replace blackhole 172.17.8.0/24
repairs "a route appended beside ours goes" ip route append 172.17.8.0/24 via 172.16.0.9 dev v0
repairs "a route put before ours goes" ip route prepend 172.17.8.0/24 via 172.16.0.9 dev v0
repairs "a route with several next hops in ours' place is put right" ip route replace 172.17.8.0/24 nexthop via 172.16.0.8 dev v0 nexthop via 172.16.0.9 dev v0
repairs "a deleted neighbour is back" ip neigh del 172.17.8.0 dev flannel.1
repairs "a neighbour with another MAC is put right" ip neigh replace 172.17.8.0 lladdr 02:00:00:00:00:99 dev flannel.1 nud permanent
repairs "a neighbour that may expire is made permanent" ip neigh replace 172.17.8.0 lladdr 02:aa:bb:cc:dd:03 dev flannel.1 nud reachable
repairs "a deleted fdb entry is back" bridge fdb del 02:aa:bb:cc:dd:03 dev flannel.1 self
repairs "an fdb entry with another host is put right" bridge fdb replace 02:aa:bb:cc:dd:03 dev flannel.1 dst 172.16.0.99 self permanent
repairs "an fdb entry with a port of its own is put right" bridge fdb replace 02:aa:bb:cc:dd:03 dev flannel.1 dst 172.16.0.3 port 9999 self permanent
repairs "a deleted address is back" ip addr del 172.17.7.0/32 dev flannel.1
repairs "an address beside ours in the network goes" ip addr add 172.17.7.1/32 dev flannel.1
repairs "the network as a connected route goes" ip addr add 172.17.99.1/16 dev flannel.1
repairs "a device that went down is up again" ip link set flannel.1 down
repairs "routes and neighbours are back after down and up" flap_down_up
repairs "all is right after the underlay flapped" flap_underlay
repairs "a changed MAC is put right, and so are the neighbours that it cost" ip link set flannel.1 address 02:00:00:00:00:01
repairs "a changed MTU is put right" ip link set flannel.1 mtu 1300
repairs "learning is switched off again" ip link set flannel.1 type vxlan learning
ip link add docker0 type bridge
repairs "a device that was made a port of a bridge is taken out of it" ip link set flannel.1 master docker0
ip link del docker0
repairs "flushed routes are back" ip route flush dev flannel.1
repairs "flushed neighbours are back" ip neigh flush dev flannel.1 nud permanent
repairs "stale entries on our device go" bash -c '
    ip neigh add 172.17.50.0 lladdr 02:00:00:00:00:50 dev flannel.1 nud permanent
    bridge fdb add 02:00:00:00:00:50 dev flannel.1 dst 172.16.0.50 self permanent
    ip route add 172.17.50.0/24 via 172.17.50.0 dev flannel.1 onlink'
repairs "a route to our own subnet through our device goes" ip route add 172.17.7.0/24 via 172.17.8.0 dev flannel.1 onlink
repairs "a stale route of ours on another device goes" ip route add 172.17.51.0/24 via 172.16.0.9 dev v0 proto 102
repairs "a route of ours with a metric goes" ip route add 172.17.8.0/24 via 172.17.8.0 dev flannel.1 onlink metric 5

without_index()
{
    snapshot | sed 's/^[0-9]*: //'
}
before_link=$(without_index)
tell wait 50
ip link del flannel.1
tell wait 2000
is "the lost device is noticed" "$answer" 1
tell run
matches "the lost device is created and filled again in one pass" "$answer" "^0 peers=2 ops=9 refused=0"
is "it is as it was, its MAC too" "$(without_index)" "$before_link"
matches "the log says so" "$(cat "$work/log")" "repaired: created again flannel.1"

ip link del v0
tell wait 2000
is "the lost underlay is noticed" "$answer" 1
tell run
matches "without underlay the pass fails with words" "$answer" "^-19 .*cannot create link flannel.1: No such device"
fresh_world
tell wait 2000
is "the underlay's return is noticed" "$answer" 1
tell run
matches "with the underlay all is back" "$answer" "^0 peers=2 ops=9 refused=0"

# ---- what is not ours ----

before=$(snapshot)
ip route add 172.17.60.0/24 via 172.16.0.9 dev v0
ip route add 10.99.0.0/16 via 172.17.8.0 dev flannel.1 onlink
ip route add 172.17.8.0/24 via 172.16.0.9 dev v0 metric 100
ip route add 172.17.8.0/24 via 172.16.0.9 dev v0 table 77
ip addr add 192.168.77.1/32 dev flannel.1
ip neigh add 10.99.0.1 lladdr 02:00:00:00:00:61 dev flannel.1 nud permanent
ip neigh add 172.17.60.1 lladdr 02:00:00:00:00:60 dev v0 nud permanent
bridge fdb append 00:00:00:00:00:00 dev flannel.1 dst 172.16.0.77 self permanent
foreign=$(snapshot; ip neigh show dev v0 nud permanent; ip route show table 77)
tell run
is "foreign entries: nothing to do" "$answer" "0 peers=2 ops=0 refused=0 troubles=0"
is "foreign entries are untouched" "$(snapshot; ip neigh show dev v0 nud permanent; ip route show table 77)" "$foreign"

ip link add docker0 type bridge
ip addr add 172.17.10.1/24 dev docker0
ip link set docker0 up
tell peer 172.17.8.0/24 172.16.0.3 02:aa:bb:cc:dd:03 01000000000000000000000000000000
tell peer 172.17.9.0/24 172.16.0.4 02:aa:bb:cc:dd:04 02000000000000000000000000000000
tell peer 172.17.10.0/24 172.16.0.5 02:aa:bb:cc:dd:05 03000000000000000000000000000000
tell set 172.17.7.0/24
tell run
matches "a local interface in a peer's subnet is told, with the peer and what to do" "$answer" \
    "^0 peers=2 .* troubles=1 no way to peer=03000000 subnet=172.17.10.0/24: a local interface .* docker"
matches "and keeps its route" "$(ip route show 172.17.10.0/24)" "dev docker0 proto kernel"
ip addr del 172.17.10.1/24 dev docker0
tell wait 2000
tell run
matches "when it is gone the peer is programmed" "$answer" "^0 peers=3 ops=1 refused=0 troubles=0"

# ---- peers that change ----

tell peer 172.17.8.0/24 172.16.0.3 02:aa:bb:cc:dd:33 01000000000000000000000000000000
tell peer 172.17.9.0/24 172.16.0.44 02:aa:bb:cc:dd:04 02000000000000000000000000000000
tell set 172.17.7.0/24
tell run
is "a changed MAC: neighbour and fdb; a changed address: fdb; one gone: three; one stale fdb" "$answer" \
    "0 peers=2 ops=7 refused=0 troubles=0"
is "no fdb entry of the old MAC or address is left" "$(bridge fdb show dev flannel.1 | grep -v 00:00:00 | sort)" \
    "02:aa:bb:cc:dd:04 dst 172.16.0.44 self permanent
02:aa:bb:cc:dd:33 dst 172.16.0.3 self permanent"
tell set 172.17.7.0/24
tell run
is "without peers only what is foreign is left" "$(ip neigh show dev flannel.1; bridge fdb show dev flannel.1; ip route show dev flannel.1)" \
    "10.99.0.1 lladdr 02:00:00:00:00:61 PERMANENT 
00:00:00:00:00:00 dst 172.16.0.77 self permanent
10.99.0.0/16 via 172.17.8.0 onlink "
tell set 172.17.20.0/24
tell run
is "another lease moves the address, and not the foreign one" "$(ip -4 addr show dev flannel.1 | sed -n 's/^ *inet \([^ ]*\).*/\1/p' | sort)" \
    "172.17.20.0/32
192.168.77.1/32"
stop_driver
ip route del 172.17.8.0/24 table 77
ip neigh del 172.17.60.1 dev v0

# ---- a flannel host ----

flannel_world
before=$(snapshot)
configure
tell backend
is "flannel's device is adopted with its MAC" "$answer" "0 vni=1 mac=82:4b:b6:2f:54:4e mtu=1450"
tell run
is "before the peers are known nothing is removed" "$(snapshot)" "$before"
two_peers
tell run
is "a flannel host is right as it is" "$answer" "0 peers=2 ops=0 refused=0 troubles=0"
is "adoption changes nothing" "$(snapshot)" "$before"
ip link del flannel.1
tell wait 2000
tell run
matches "a lost adopted device comes back with the MAC that peers know" "$(ip link show flannel.1)" "82:4b:b6:2f:54:4e"
stop_driver

# A machine that got another address meanwhile.
flannel_world
ip link set flannel.1 type vxlan local 172.16.0.9 dev v0
configure
tell backend
two_peers
tell run
is "a device with another local address becomes ours in place, and no entry is made anew" \
    "$answer" "0 peers=2 ops=0 refused=0 troubles=0"
is "with our address" "$(link_text)" "$golden_link"
matches "and the MAC that peers know" "$(ip link show flannel.1)" "82:4b:b6:2f:54:4e"
stop_driver

# ---- devices in the way ----

# recreates NAME WHY OPTIONS...
recreates()
{
    local name=$1 why=$2
    shift 2
    fresh_world
    ip link add flannel.1 "$@"
    configure
    tell backend
    two_peers
    tell run
    if [[ $(cat "$work/log") != *"$why; recreating device"* ]]; then
        fail "$name: the log says why"
    else
        is "$name" "$(link_text)" "$golden_link"
    fi
    stop_driver
}
fresh_world
if ip link add vrf9 type vrf table 99 2>/dev/null; then
    ip link add flannel.1 type vxlan id 1 local 172.16.0.2 dev v0 dstport 0
    ip link set flannel.1 master vrf9
    configure
    tell backend
    matches "a VRF that it was put into is the administrator's business" "$(ip -o link show flannel.1)" "master vrf9"
    stop_driver
    ip link del vrf9
else
    skip "a VRF that it was put into is the administrator's business" "the kernel has no VRF"
fi
recreates "a device of another VNI is replaced" "vni: 2 vs 1" type vxlan id 2 local 172.16.0.2 dev v0 dstport 0
recreates "a device of another kind is replaced" "it is not a vxlan device" type bridge
recreates "a device over the other family is replaced" "local: 2001:db8::9 vs 172.16.0.2" type vxlan id 1 local 2001:db8::9 dev v0 dstport 0
recreates "a device on another port is replaced" "port: 4789 vs 8472" type vxlan id 1 local 172.16.0.2 dev v0 dstport 4789
recreates "a device with GBP is replaced" "gbp: 1 vs 0" type vxlan id 1 local 172.16.0.2 dev v0 dstport 0 gbp
recreates "a device with a default remote is replaced" "group: 172.16.0.9 vs none" type vxlan id 1 local 172.16.0.2 remote 172.16.0.9 dev v0 dstport 0
recreates "a device with l2miss is replaced" "it has options that flannel never sets" type vxlan id 1 local 172.16.0.2 dev v0 dstport 0 l2miss
recreates "a device with checksums that peers would refuse is replaced" "it has options that flannel never sets" type vxlan id 1 local 172.16.0.2 dev v0 dstport 0 remcsumtx

fresh_world
ip link add other.1 type vxlan id 1 local 172.16.0.2 dev v0 dstport 0
configure
tell backend
matches "another device with our VNI is named" "$answer" "^-17 cannot create link flannel.1: the device other.1 has VNI 1 and UDP port 8472 already"
is "and is left alone" "$(ip -o link show other.1 | wc -l)" 1
ip link del other.1
tell backend
matches "when it is gone ours is created" "$answer" "^0 vni=1"
stop_driver

fresh_world
configure "vni 5" "port 4789" "gbp 1" "learning 1" "mtu 1400"
tell backend
is "MTU is Backend.MTU less 50" "$answer" "0 vni=5 mac=a2:a2:a3:a4:a5:a6 mtu=1350"
two_peers
tell run
matches "VNI, port, GBP and learning are as configured" "$(ip -d link show flannel.5)" "mtu 1350 .*vxlan id 5 local 172.16.0.2 dev v0 srcport 0 0 dstport 4789 ttl auto ageing 300 udpcsum .*gbp"
stop_driver
ip link del flannel.5

# ---- offload ----

# What 'ethtool -k' shows of a device, by the same ioctl: 1 or 0.
tx_checksum()
{
    python3 - "$1" <<'END'
import ctypes, fcntl, socket, struct, sys
value = ctypes.create_string_buffer(struct.pack("II", 0x16, 0), 8)  # ETHTOOL_GTXCSUM
request = struct.pack("16sP16x", sys.argv[1].encode(), ctypes.addressof(value))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    fcntl.ioctl(sock, 0x8946, request)  # SIOCETHTOOL
print(struct.unpack("II", value.raw)[1])
END
}
set_tx_checksum()
{
    python3 - "$1" "$2" <<'END'
import ctypes, fcntl, socket, struct, sys
value = ctypes.create_string_buffer(struct.pack("II", 0x17, int(sys.argv[2])), 8)  # ETHTOOL_STXCSUM
request = struct.pack("16sP16x", sys.argv[1].encode(), ctypes.addressof(value))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    fcntl.ioctl(sock, 0x8946, request)
END
}
if command -v python3 >/dev/null; then
    fresh_world
    configure
    two_peers
    tell run
    is "checksums are the hardware's to compute, as the kernel has it" "$(tx_checksum flannel.1)" 1
    set_tx_checksum flannel.1 0
    tell run
    is "with TxChecksum auto what somebody sets stays" "$(tx_checksum flannel.1)" 0
    stop_driver
    configure "tx-checksum 1"
    two_peers
    tell run
    is "with on it is put back" "$(tx_checksum flannel.1)" 1
    stop_driver
    configure "tx-checksum 0"
    two_peers
    tell run
    is "with off it is switched off" "$(tx_checksum flannel.1)" 0
    is "of our device alone" "$(tx_checksum v0)" 1
    set_tx_checksum flannel.1 1
    tell wait 2000
    is "somebody who switches it on is noticed" "$answer" 1
    tell run
    is "and it is off again" "$(tx_checksum flannel.1)" 0
    ip link del flannel.1
    tell wait 2000
    tell run
    is "a device that is made anew has it off, too" "$(tx_checksum flannel.1)" 0
    stop_driver
else
    skip "TxChecksum" "python3 is not installed"
fi

echo "1..$n"
[ "$failed" = 0 ]
