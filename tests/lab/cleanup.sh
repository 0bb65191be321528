#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# feltctl cleanup: what a stopped feltd has left goes, all of it, and nothing else.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
for tool in nft iptables-nft iptables-legacy; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --run --check"
done

# everything HOST: links, addresses, neighbours, forwarding entries, routes and rules, without what changes by itself.
everything() {
    lab exec "$1" bash -c '
        ip -o link show | sed "s/^[0-9]*: //; s/ state [A-Z]* / /"
        ip -o address show | sed "s/^[0-9]*: //"
        ip neigh show nud permanent
        bridge fdb show | grep -v " dev docker0\| dev veth\| dev c[0-9]"
        ip -N route show table all type unicast
        nft list ruleset | sed "s/counter packets [0-9]* bytes [0-9]*/counter/"
        for flavour in nft legacy; do
            iptables-$flavour-save 2>/dev/null | sed -n "/^\*/p; /^:/{s/ \[.*//p}; /^-A/p"
        done
        ls /run/flannel
        ls /run/felt 2>/dev/null | grep options'
}
cleanup() {
    lab exec h1 feltctl cleanup "$@" 2>&1
}

lab_up 2 --bare
# What others have here, some of it so like ours that only a look into it tells.
lab exec h1 bash -c '
    iptables-nft -P FORWARD DROP
    iptables-legacy -P FORWARD DROP 2>/dev/null
    iptables-nft -A FORWARD -i eth0 -s 10.0.0.0/8 -j ACCEPT
    ip link add flannel.7 type vxlan id 7 dev eth0 dstport 8479
    ip address add 10.9.0.0/32 dev flannel.7
    ip link set flannel.7 up
    ip route add 172.17.99.0/24 via 192.0.2.254 proto static
    ip route add 10.8.0.0/16 via 192.0.2.254 proto 102
    nft add table ip felt-ipv4-of-mine
    mkdir -p /run/flannel'
before=$(everything h1)

like "where there was no feltd it says that it does not know the network" "$(cleanup)" "does not say which network it was"
is "told the network it finds nothing" "$(cleanup --network 172.17.0.0/16)" "nothing of felt's is here"

lab exec h1 bash -c 'feltd --network 172.17.0.0/16 --ip-masq --healthz-port 10254 \
    --httpd-options-file /run/felt/httpd.options >/run/feltd.log 2>&1 & echo $! >/run/feltd.pid'
is_ready() {
    lab exec h1 grep -q 'node: ready' /run/feltd.log
}
await_ok "h1 runs" 60 is_ready
token=$(lab exec h1 feltctl token)
lab exec h2 bash -c 'feltd --join "$0" >/run/feltd.log 2>&1 &' "$token"
has_route() {
    [[ $(lab exec h1 ip route show dev flannel.1 | wc -l) == 1 ]]
}
await_ok "and knows h2" 60 has_route
has_rules() {
    [[ $(lab exec h1 bash -c 'iptables-nft-save; iptables-legacy-save' 2>/dev/null | grep -c -- '-j FELT-FORWARD$') == "$1" ]]
}
flavours=1
[[ $(lab exec h1 cat /proc/net/ip_tables_names 2>/dev/null) != *filter* ]] || flavours=2
await_ok "its rules are there, in $flavours flavours of iptables" 60 has_rules "$flavours"

out=$(cleanup)
is "while feltd runs nothing is cleaned" "$?" 1
like "and it says why" "$out" "feltd runs on this machine"

lab exec h1 bash -c 'kill "$(cat /run/feltd.pid)"'
is_over() {
    ! lab exec h1 bash -c 'kill -0 "$(cat /run/feltd.pid)"' 2>/dev/null
}
await_ok "feltd stops" 20 is_over
during=$(everything h1)
dry=$(cleanup --dry-run)
for what in 'link flannel\.1' 'route 172\.17\.[0-9]+\.0/24 via' 'nftables table ip felt-ipv4' \
    'rule of iptables-nft: FORWARD .*-j FELT-FORWARD' 'chain of iptables-nft: FELT-FORWARD' 'file /run/felt/httpd.options' 'file /run/flannel/subnet.env'; do
    like "a dry run would delete $what" "$dry" "would delete $what"
done
is "and deletes nothing" "$(everything h1)" "$during"
is "in JSON it says the same" \
    "$(lab exec h1 feltctl cleanup --dry-run -o json | jq -r '"\(.dry_run) \(.removed | length)"')" "true $(wc -l <<<"$dry")"

out=$(cleanup)
is "a cleanup succeeds" "$?" 0
unlike "and removes what it said" "$(grep -v ' route ' <<<"$dry" | sed 's/would delete/deleted/' | grep -vxF -f - <(grep -v ' route ' <<<"$out"))" .
is "all is as it was before the first start" "$(everything h1)" "$before"
is "a second one finds nothing" "$(cleanup --network 172.17.0.0/16)" "nothing of felt's is here"

# Routes of host-gw are on a device that is not ours.
lab exec h1 ip route add 172.17.50.0/24 via 192.0.2.2 proto 102
out=$(lab exec h1 setpriv --reuid=65534 --clear-groups --bounding-set=-all --inh-caps=-all feltctl cleanup --network 172.17.0.0/16 2>&1)
is "who is not root is refused" "$?" 1
like "with what failed and what to do" "$out" "cannot delete route 172.17.50.0/24 .*run feltctl as root"
is "a route of ours on the underlay goes, too" "$(cleanup --network 172.17.0.0/16)" "deleted route 172.17.50.0/24 via 192.0.2.2"
is "and nothing else" "$(everything h1)" "$before"
lab exec h1 ip nexthop add id 0x66000003 via 192.0.2.2 dev eth0 proto 102
lab exec h1 ip nexthop add id 7 via 192.0.2.2 dev eth0
is "and so does a nexthop object of ours, where there is one" "$(cleanup --network 172.17.0.0/16)" "deleted nexthop 0x66000003 via 192.0.2.2"
like "but not another's" "$(lab exec h1 ip nexthop show)" '^id 7 via 192.0.2.2 dev eth0 scope link *$'
lab down

# ---- both families ---------------------------------------------------------------------------------

if [[ ! -e /proc/net/if_inet6 ]]; then
    skip "both families" "this kernel has no IPv6"
    done_testing
fi
NETWORKS=10.244.0.0/16,fc00:0:42::/48
# The same for IPv6, without link-local and expiring routes.
everything6() {
    everything h1
    lab exec h1 bash -c '
        ip -6 -N route show table main | grep -v "^fe80:"
        ip6tables-nft-save 2>/dev/null | sed -n "/^\*/p; /^:/{s/ \[.*//p}; /^-A/p"'
}
lab_up 2 --bare --underlay 46
lab exec h1 bash -c '
    ip6tables-nft -P FORWARD DROP
    ip link add flannel-v6.7 type vxlan id 7 dev eth0 dstport 8479
    ip address add fc00:0:43::/128 dev flannel-v6.7 nodad
    ip link set flannel-v6.7 up
    ip -6 route add fc00:0:42:99::/64 via 2001:db8:0:1::fffe proto static
    ip -6 route add fc00:0:44::/48 via 2001:db8:0:1::fffe proto 102
    nft add table ip6 felt-ipv6-of-mine
    mkdir -p /run/flannel'
before=$(everything6)
lab exec h1 bash -c 'feltd --network "$0" --ip-masq >/run/feltd.log 2>&1 & echo $! >/run/feltd.pid' "$NETWORKS"
await_ok "h1 runs with both families" 60 is_ready
token=$(lab exec h1 feltctl token)
lab exec h2 bash -c 'feltd --join "$0" >/run/feltd.log 2>&1 &' "$token"
has_route6() {
    [[ $(lab exec h1 ip -6 route show proto 102 dev flannel-v6.1 | wc -l) == 1 ]]
}
await_ok "and knows h2 over IPv6" 60 has_route6
has_rules6() {
    lab exec h1 ip6tables-nft-save | grep -q -- '-j FELT-FORWARD$'
}
await_ok "its rules are there" 60 has_rules6
lab exec h1 bash -c 'kill "$(cat /run/feltd.pid)"'
await_ok "it stops" 20 is_over
during=$(everything6)
dry=$(cleanup --dry-run)
for what in 'link flannel\.1' 'link flannel-v6\.1' 'route 10\.244\.[0-9]+\.0/24 via' 'route fc00:0:42:[0-9a-f]+::/64 via' \
    'nftables table ip felt-ipv4' 'nftables table ip6 felt-ipv6' \
    'rule of ip6tables-nft: FORWARD .*-j FELT-FORWARD' 'chain of ip6tables-nft: FELT-FORWARD' 'file /run/flannel/subnet.env'; do
    like "a dry run would delete $what" "$dry" "would delete $what"
done
is "and deletes nothing" "$(everything6)" "$during"
unlike "told of the network of IPv4 alone it leaves IPv6's routes" \
    "$(cleanup --dry-run --network 10.244.0.0/16)" 'flannel-v6|fc00:|subnet.env'
out=$(cleanup)
is "a cleanup succeeds" "$?" 0
is "all is as it was before the first start" "$(everything6)" "$before"
is "a second one finds nothing" "$(cleanup --network "$NETWORKS")" "nothing of felt's is here"
lab exec h1 ip -6 route add fc00:0:42:50::/64 via 2001:db8:0:1::2 proto 102
is "an IPv6 route of ours on the underlay goes, too" "$(cleanup --network "$NETWORKS")" \
    "deleted route fc00:0:42:50::/64 via 2001:db8:0:1::2"
out=$(cleanup --network fc00:0:42::/48,fc00:0:43::/48)
is "two networks of one family are a mistake" "$?" 2
like "which is named" "$out" 'network: fc00:0:43::/48: a second network of the same family'
done_testing
