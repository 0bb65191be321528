#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The reconciler against the real kernel, in a network namespace of its own: what it creates and
# adopts, what it repairs, what it leaves alone. Speaks TAP.
set -u

driver=${KERNEL_DRIVER:-${builddir:-.}/tests/lab/kernel_driver}

if [ -z "${FELT_KERNEL_INSIDE-}" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "1..0 # SKIP needs root"
        exit 0
    fi
    if ! unshare -n true 2>/dev/null; then
        echo "1..0 # SKIP no network namespaces"
        exit 0
    fi
    if [ ! -x "$driver" ]; then
        echo "Bail out! $driver is not built"
        exit 1
    fi
    FELT_KERNEL_INSIDE=1 exec unshare -n "$0" "$@"
fi

work=$(mktemp -d)
driver_pid=
cleanup()
{
    if [ -n "$driver_pid" ]; then
        kill "$driver_pid" 2>/dev/null
    fi
    rm -rf "$work"
}
trap cleanup EXIT

n=0
failed=0
pass()
{
    n=$((n + 1))
    echo "ok $n - $1"
}
fail()
{
    n=$((n + 1))
    failed=$((failed + 1))
    echo "not ok $n - $1"
    sed 's/^/# /' "$work/log"
}
skip()
{
    n=$((n + 1))
    echo "ok $n - $1 # SKIP $2"
}
# is NAME GOT WANTED
is()
{
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1"
        printf 'wanted:\n%s\ngot:\n%s\n' "$3" "$2" | sed 's/^/# /'
    fi
}
# matches NAME GOT PATTERN
matches()
{
    if [[ $2 =~ $3 ]]; then
        pass "$1"
    else
        fail "$1"
        printf 'wanted: %s\ngot: %s\n' "$3" "$2" | sed 's/^/# /'
    fi
}

# ---- the driver ----

answer=
tell()
{
    echo "$*" >&"$to_driver"
    if ! read -r -t 30 answer <&"$from_driver"; then
        answer="the driver does not answer"
    fi
}
start_driver()
{
    rm -f "$work/in" "$work/out"
    mkfifo "$work/in" "$work/out"
    "$driver" <"$work/in" >"$work/out" 2>>"$work/log" &
    driver_pid=$!
    exec {to_driver}>"$work/in" {from_driver}<"$work/out"
}
stop_driver()
{
    exec {to_driver}>&- {from_driver}<&-
    wait "$driver_pid" 2>/dev/null
    driver_pid=
}
configure()
{
    : >"$work/log"
    start_driver
    tell underlay v0
    tell network 172.17.0.0/16
    tell node a1a2a3a4a5a6a7a8a9aaabacadaeafb0
    local line
    for line in "$@"; do
        tell "$line"
    done
    tell new
}
two_peers()
{
    tell peer 172.17.8.0/24 172.16.0.3 02:aa:bb:cc:dd:03 01000000000000000000000000000000
    tell peer 172.17.9.0/24 172.16.0.4 02:aa:bb:cc:dd:04 02000000000000000000000000000000
    tell set 172.17.7.0/24
}
restart()
{
    stop_driver
    configure
    two_peers
}

# ---- the world ----

fresh_world()
{
    local link
    for link in flannel.1 other.1 docker0 v0 w0; do
        ip link del "$link" 2>/dev/null
    done
    nft delete table ip felt-ipv4 2>/dev/null
    ip link add v0 type veth peer name v1
    ip addr add 172.16.0.2/24 dev v0
    ip link set v0 up
    ip link set v1 up
}
# As flanneld v0.10.0 leaves it, with a MAC that the kernel chose.
flannel_world()
{
    fresh_world
    ip link add flannel.1 txqueuelen 0 address 82:4b:b6:2f:54:4e type vxlan id 1 local 172.16.0.2 dev v0 nolearning dstport 0
    ip addr add 172.17.7.0/32 dev flannel.1
    ip link set flannel.1 up
    ip neigh replace 172.17.8.0 lladdr 02:aa:bb:cc:dd:03 dev flannel.1 nud permanent
    bridge fdb replace 02:aa:bb:cc:dd:03 dev flannel.1 dst 172.16.0.3 self permanent
    ip route replace 172.17.8.0/24 via 172.17.8.0 dev flannel.1 onlink
    ip neigh replace 172.17.9.0 lladdr 02:aa:bb:cc:dd:04 dev flannel.1 nud permanent
    bridge fdb replace 02:aa:bb:cc:dd:04 dev flannel.1 dst 172.16.0.4 self permanent
    ip route replace 172.17.9.0/24 via 172.17.9.0 dev flannel.1 onlink
}
# Everything that the reconciler could touch. 'tentative' and the like come and go by themselves.
snapshot()
{
    ip -d -4 addr show dev flannel.1 | sed -n '1,4p' | sed 's/ *$//'
    ip -4 route | sed 's/ *$//'
    ip neigh show dev flannel.1 | sed 's/ *$//' | sort
    bridge fdb show dev flannel.1 | sed 's/ *$//' | sort
}
# The attribute of flannel.1 as this namespace has it: /sys shows the namespace that mounted it.
inside_sysfs()
{
    unshare -m sh -c "mount -t sysfs sysfs /sys && cat /sys/class/net/flannel.1/$1"
}
link_text()
{
    ip -d link show flannel.1 | sed -n '1p;3p' | sed 's/^[0-9]*: //; s/ mode DEFAULT.*//; s/^ *//; s/ addrgenmode.*//'
}
routes()
{
    ip route show dev flannel.1 | sed 's/ proto 102//; s/ *$//'
}

golden_link='flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN
vxlan id 1 local 172.16.0.2 dev v0 srcport 0 0 dstport 8472 nolearning ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx'
golden_routes='172.17.8.0/24 via 172.17.8.0 onlink
172.17.9.0/24 via 172.17.9.0 onlink'
golden_neighs='172.17.8.0 lladdr 02:aa:bb:cc:dd:03 PERMANENT
172.17.9.0 lladdr 02:aa:bb:cc:dd:04 PERMANENT'
golden_fdb='02:aa:bb:cc:dd:03 dst 172.16.0.3 self permanent
02:aa:bb:cc:dd:04 dst 172.16.0.4 self permanent'

ip link set lo up
if ! ip link add flannel.1 type vxlan id 1 dstport 0 2>/dev/null; then
    echo "1..0 # SKIP the kernel has no vxlan devices"
    exit 0
fi

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
    for i in $(seq 100); do
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
recreates "a device of another VNI is replaced" "vni: 2 vs 1" type vxlan id 2 local 172.16.0.2 dev v0 dstport 0
recreates "a device of another kind is replaced" "it is not a vxlan device" type bridge
recreates "a device with another local address is replaced" "local: 172.16.0.9 vs 172.16.0.2" type vxlan id 1 local 172.16.0.9 dev v0 dstport 0
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

# ---- many, and without permission ----

named_routes()
{
    ip route show dev flannel.1 | grep -c ' nhid '
}
objects()
{
    ip nexthop show proto 102 | wc -l
}
set_peers()
{
    tell peers "$1"
    tell set 10.207.255.0/28
    tell run
}
fresh_world
configure "network 10.200.0.0/13" "subnet-len 28"
set_peers 767
is "767 peers in one pass" "$answer" "0 peers=767 ops=2304 refused=0 troubles=0"
is "whose routes are flannel's" "$(ip route show dev flannel.1 | head -n 1 | sed 's/ *$//') $(objects)" "10.200.0.0/28 via 10.200.0.0 proto 102 onlink 0"
set_peers 768
is "from 768 on routes name nexthop objects" "$answer $(named_routes) $(objects)" "0 peers=768 ops=1538 refused=0 troubles=0 768 768"
is "of our numbers and protocol" "$(ip nexthop show id $((0x66000002)) | sed 's/ *$//')" "id 1711276034 via 10.200.0.32 dev flannel.1 scope link proto 102 onlink"
tell run
is "and the next pass is empty" "$answer" "0 peers=768 ops=0 refused=0 troubles=0"
while tell wait 50 && [ "$answer" = 1 ]; do
    tell run
done
ip nexthop del id $((0x66000002))
tell wait 2000
noticed=$answer
tell run
is "a deleted object is noticed, and back with the route that went with it" "$noticed $answer $(named_routes)" "1 0 peers=768 ops=2 refused=0 troubles=0 768"
ip nexthop replace id $((0x66000002)) via 172.16.0.9 dev v0 proto 102
ip nexthop add id $((0x6600ffff)) via 172.16.0.9 dev v0 proto 102
ip nexthop add id $((0x6600fffe)) via 172.16.0.9 dev v0 proto boot
ip nexthop add id 17 via 172.16.0.9 dev v0
tell wait 2000
noticed=$answer
tell run
is "an altered object is put right, a stale one goes" "$noticed $answer $(ip nexthop show id $((0x66000002)) | grep -c flannel.1)" "1 0 peers=768 ops=2 refused=0 troubles=0 1"
is "others' stay, whatever their number" "$(ip nexthop show dev v0 | grep -c -e 'id 17 ' -e "id $((0x6600fffe)) ")" 2
ip nexthop flush proto 102 >/dev/null
tell wait 2000
tell run
is "flushed objects are a fresh start" "$answer $(named_routes) $(objects)" "0 peers=768 ops=1536 refused=0 troubles=0 768 768"
set_peers 576
is "down to 576 peers keep their objects" "$answer $(named_routes) $(objects)" "0 peers=576 ops=768 refused=0 troubles=0 576 576"
set_peers 575
is "below routes are flannel's again, and no object is left" "$answer $(named_routes) $(objects)" "0 peers=575 ops=1154 refused=0 troubles=0 0 0"
set_peers 2000
is "2,000 peers" "$answer $(named_routes)" "0 peers=2000 ops=6850 refused=0 troubles=0 2000"
tell run
is "and the next is empty" "$answer" "0 peers=2000 ops=0 refused=0 troubles=0"
ip link del flannel.1
tell wait 2000
tell run
is "2,000 peers again after the device was lost" "$answer" "0 peers=2000 ops=8003 refused=0 troubles=0"
ip link set flannel.1 down
ip link set flannel.1 up
tell wait 2000
tell run
is "and after it was down" "$answer $(named_routes)" "0 peers=2000 ops=6000 refused=0 troubles=0 2000"
stop_driver
configure "network 10.200.0.0/13" "subnet-len 28"
set_peers 2000
is "a restart finds nothing to do with objects" "$answer" "0 peers=2000 ops=0 refused=0 troubles=0"
tell wait 100
stop_driver

# ---- too little room for answers and notifications ----

fresh_world
configure "network 10.200.0.0/13" "subnet-len 28"
tell backend
tell shrink 1
is "both sockets get the smallest receive buffer that there is" "$answer" 2
set_peers 600
matches "lost answers are read again, and 600 peers are in place in one pass" "$answer" "^0 peers=600 ops=[0-9]+ refused=0 troubles=0"
matches "answers were lost indeed" "$(cat "$work/log")" "answers were lost, reading everything again, try 2"
tell run
is "the next pass is empty" "$answer" "0 peers=600 ops=0 refused=0 troubles=0"
while tell wait 50 && [ "$answer" = 1 ]; do
    tell run
done
ip neigh add 172.16.0.99 lladdr 02:00:00:00:00:99 dev v0 nud permanent
tell wait 200
is "one change of others is no news" "$answer" 0
ip route del 10.200.0.0/28
for i in $(seq 100 220); do echo "neigh add 172.16.0.$i lladdr 02:00:00:00:00:99 dev v0 nud permanent"; done >"$work/batch"
ip -batch "$work/batch"
tell wait 2000
noticed=$answer
tell run
is "what is lost among many changes of others is looked for" "$noticed $answer" "1 0 peers=600 ops=1 refused=0 troubles=0"
stop_driver

if command -v setpriv >/dev/null; then
    fresh_world
    : >"$work/log"
    answer=$(printf '%s\n' "underlay v0" "network 172.17.0.0/16" new backend |
        setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --regid=65534 --clear-groups "$driver" 2>>"$work/log" | tail -n 1)
    matches "without CAP_NET_ADMIN the error says so" "$answer" "^-1 cannot create link flannel.1: not permitted; feltd needs CAP_NET_ADMIN"
else
    skip "without CAP_NET_ADMIN the error says so" "no setpriv"
fi

echo "1..$n"
[ "$failed" = 0 ]
