#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The classic guide to flannel, word for word but for etcd: three machines, 172.17.0.0/16, vxlan,
# --ip-masq, docker0 out of subnet.env. Then what an operator does to it on the first day.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

lab_up 3 --network 172.17.0.0/16 --feltd-arg --ip-masq

# ---- what each machine looks like --------------------------------------------------------------

mac() {
    lab exec "$1" cat /sys/class/net/flannel.1/address
}

declare -A NET MAC
look() {
    local host
    for host; do
        NET[$host]=$(subnet "$host")
        MAC[$host]=$(mac "$host")
    done
}
look h1 h2 h3
is "three machines have three subnets" "$(printf '%s\n' "${NET[@]}" | grep -cE '^172\.17\.[0-9]+$' | tr -d '\n'; printf '%s\n' "${NET[@]}" | sort -u | wc -l)" 33
is "and three MAC addresses of their own" "$(printf '%s\n' "${MAC[@]}" | grep -E '^.[26ae]:' | sort -u | wc -l)" 3

# expect HOST KIND PEER...: the lines that KIND should have, sorted.
expect() {
    local host=$1 kind=$2 peer
    shift 2
    for peer; do
        [[ $peer != "$host" ]] || continue
        case $kind in
        routes) echo "${NET[$peer]}.0/24 via ${NET[$peer]}.0 dev flannel.1 onlink" ;;
        neigh) echo "${NET[$peer]}.0 lladdr ${MAC[$peer]} PERMANENT" ;;
        fdb) echo "${MAC[$peer]} dst 192.0.2.${peer#h} self permanent" ;;
        esac
    done | LC_ALL=C sort
}

# Our routes say whose they are, flannel's do not: that is the one difference.
routes() {
    lab exec "$1" ip -4 route show | grep 'dev flannel' | sed -E 's/ proto [^ ]+//; s/ +$//' | LC_ALL=C sort
}

neigh() {
    lab exec "$1" ip -4 neigh show dev flannel.1 | sed 's/ *$//' | LC_ALL=C sort
}

fdb() {
    lab exec "$1" bridge fdb show dev flannel.1 | sed 's/ *$//' | LC_ALL=C sort
}

data_plane() {
    lab exec "$1" ip -d -4 address show dev flannel.1 | sed 's/ *$//'
    routes "$1"
    neigh "$1"
    fdb "$1"
}

looks_like_flannel() {
    local host=$1 text
    shift
    text=$(lab exec "$host" ip -d link show flannel.1)
    is "$host: flannel.1 is up, its MTU 1450, without a queue length" "$(sed -n '1s/^[0-9]*: //p' <<<"$text" | sed 's/ *$//')" \
        'flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN mode DEFAULT group default'
    is "$host: its vxlan attributes are flannel's" "$(grep -o 'vxlan id .*noudp6zerocsumrx' <<<"$text")" \
        "vxlan id 1 local 192.0.2.${host#h} dev eth0 srcport 0 0 dstport 8472 nolearning ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx"
    is "$host: its one address is x.0/32" "$(lab exec "$host" ip -4 address show dev flannel.1 | sed -n 's/^ *\(inet .*\)$/\1/p')" \
        "inet ${NET[$host]}.0/32 scope global flannel.1"
    is "$host: a route for each peer, on-link through flannel.1" "$(routes "$host")" "$(expect "$host" routes "$@")"
    is "$host: a permanent neighbour for each peer" "$(neigh "$host")" "$(expect "$host" neigh "$@")"
    is "$host: a forwarding entry for each peer" "$(fdb "$host")" "$(expect "$host" fdb "$@")"
    is "$host: subnet.env has flannel's four lines" "$(lab exec "$host" head -n 4 /run/flannel/subnet.env)" \
        "FLANNEL_NETWORK=172.17.0.0/16
FLANNEL_SUBNET=${NET[$host]}.1/24
FLANNEL_MTU=1450
FLANNEL_IPMASQ=true"
    is "$host: docker0 has the first address of the subnet and its MTU" \
        "$(lab exec "$host" ip -4 address show dev docker0 | sed -nE 's/^[0-9]+: .* mtu ([0-9]+) .*/\1/p; s/^ *inet ([^ ]+) .*/\1/p')" \
        "1450
${NET[$host]}.1/24"
    is "$host: packets are forwarded" "$(lab exec "$host" cat /proc/sys/net/ipv4/ip_forward)" 1
}
for host in h1 h2 h3; do looks_like_flannel "$host" h1 h2 h3; done
is "our routes carry a protocol number of our own, not boot's and not the kernel's" \
    "$(lab exec h1 ip -N -4 route show dev flannel.1 | grep -cE 'proto ([5-9]|[1-9][0-9]+) ')" 2

# ---- pings -------------------------------------------------------------------------------------

# Every ordered pair: 63 from a host to a container and back, 62 between containers, 64 between hosts.
expect_pings() {
    local i j n=$1
    for ((i = 1; i <= n; i++)); do
        for ((j = 1; j <= n; j++)); do
            ((i != j)) || continue
            printf '%s\n' "c$i c$j 0% 62" "c$i h$j 0% 63" "h$i c$j 0% 63" "h$i h$j 0% 64"
        done
    done | LC_ALL=C sort
}
is "all of three hosts and their containers reach each other, with the right ttl" "$(lab ping-matrix --raw)" "$(expect_pings 3)"
is "what fits into the MTU crosses in one piece" \
    "$(lab exec c1 ping -n -c 3 -i 0.2 -W 2 -M "do" -s $((1450 - 28)) "${NET[h2]}.2" | grep -o '[0-9.]*% packet loss')" "0% packet loss"

# ---- kill -9 and restart under traffic ---------------------------------------------------------

flows_between() {
    local pair
    for pair; do flow "${pair%>*}" "${NET[h${pair#*>c}]}.2"; done
}

before=$(data_plane h2)
flows_between 'c1>c2' 'c2>c3' 'h3>c2' 'h2>c1'
lab kill h2
is "kill -9 leaves the data plane as it was" "$(data_plane h2)" "$before"
# It joined by a token, and needs none any more (T-5).
check "the daemon starts again" lab start h2
check "and knows all others at once" lab wait
flows_end "kill -9 and restart"
is "it has the subnet that it had" "$(subnet h2)" "${NET[h2]}"
is "and changed nothing in the kernel" "$(data_plane h2)" "$before"

# ---- SIGTERM -----------------------------------------------------------------------------------

before=$(data_plane h3)
flows_between 'c1>c3' 'c3>c2'
start=$(date +%s%N)
lab stop h3
took=$((($(date +%s%N) - start) / 1000000))
is "SIGTERM ends the daemon with status 0" "$(cat "$(lab dir)/h3/feltd.exit")" 0
check "in less than a second (took $took ms)" test "$took" -lt 1000
is "the data plane stays" "$(data_plane h3)" "$before"
check "it starts again" lab start h3
flows_end "stop and start"
is "with its subnet" "$(subnet h3)" "${NET[h3]}"

# ---- a fourth host joins under traffic ---------------------------------------------------------

flows_between 'c1>c2' 'c2>c3' 'c3>c1' 'h1>c3'
check "a fourth host joins" lab add
check "everybody has a route to it" lab wait
flows_end "a fourth host joins"
look h4
before=$(data_plane h3)
flows_between 'h3>c4' 'c4>c3'
lab kill h3
check "a daemon that is killed just after it has learned of a peer starts again" lab start h3
is "and has not forgotten the peer" "$(data_plane h3)" "$before"
flows_end "kill -9 just after a peer is new"
for host in h1 h4; do looks_like_flannel "$host" h1 h2 h3 h4; done
is "all of four reach each other" "$(lab ping-matrix --raw)" "$(expect_pings 4)"
is "its subnet is nobody else's" "$(printf '%s\n' "${NET[@]}" | sort -u | wc -l)" 4
all_four_alive() {
    [[ $(ctl h1 members '.members[] | .name + " " + .state' | LC_ALL=C sort | paste -sd,) == "h1 alive,h2 alive,h3 alive,h4 alive" ]]
}
await_ok "all four are members and alive" 60 all_four_alive
wanted=$(for host in h1 h2 h3 h4; do echo "${NET[$host]}.0/24 $host"; done | LC_ALL=C sort)
for host in h1 h4; do
    is "$host lists the leases of all" "$(ctl "$host" leases '.leases[] | .subnet + " " + .name' | LC_ALL=C sort)" "$wanted"
done

# ---- a machine whose daemon is dead ------------------------------------------------------------

state_of() {
    [[ $(ctl "$1" members ".members[] | select(.name == \"$2\") | .state") == "$3" ]]
}
lab kill h2
await_ok "h1 sees that h2's daemon is dead" 120 state_of h1 h2 dead
await_ok "and so does h3" 60 state_of h3 h2 dead
is "the routes to it stay" "$(routes h1)" "$(expect h1 routes h1 h2 h3 h4)"
is "and its neighbours, and its forwarding entries" "$(neigh h1; fdb h1)" "$(expect h1 neigh h1 h2 h3 h4; expect h1 fdb h1 h2 h3 h4)"
is "its containers still answer, and are answered" "$(lab ping-matrix --raw)" "$(expect_pings 4)"
is "its lease is still its own" "$(ctl h1 leases '.leases[] | select(.name == "h2") | .subnet')" "${NET[h2]}.0/24"
check "it comes back" lab start h2
await_ok "as alive, for all others" 60 state_of h1 h2 alive
is "with its subnet" "$(subnet h2)" "${NET[h2]}"

# ---- the guide's ExecStartPost overwrites subnet.env -------------------------------------------

lab exec h1 mk-docker-opts.sh -k DOCKER_NETWORK_OPTIONS -d /run/flannel/subnet.env
is "mk-docker-opts.sh may overwrite subnet.env" "$(lab exec h1 tail -n 1 /run/flannel/subnet.env)" \
    "DOCKER_NETWORK_OPTIONS=\" --bip=${NET[h1]}.1/24 --ip-masq=false --mtu=1450\""
lab stop h1
check "a daemon that finds it so starts" lab start h1
is "with its subnet" "$(subnet h1)" "${NET[h1]}"
is "and writes the four lines again" "$(lab exec h1 head -n 4 /run/flannel/subnet.env | cut -d= -f1 | tr '\n' ' ')" \
    "FLANNEL_NETWORK FLANNEL_SUBNET FLANNEL_MTU FLANNEL_IPMASQ "

# ---- a power cut of everything: all are back, from their disks ---------------------------------

for host in h1 h2 h3 h4; do lab kill "$host"; done
for host in h3 h1 h4 h2; do check "$host comes back after a power cut" lab start "$host"; done
check "all have routes to all" lab wait
for host in h1 h2 h3 h4; do is "$host has the subnet that it had" "$(subnet "$host")" "${NET[$host]}"; done
is "all reach each other" "$(lab ping-matrix --raw)" "$(expect_pings 4)"
done_testing
