# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # who reads this in uses what it sets
# For tests of the reconciler against the real kernel: a network namespace, the driver, a world.

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
