#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The packet filter of IPv6, in a network of both families: from which address a packet is seen, what
# passes an ip6tables FORWARD that drops, repair, and flannel's rules. IPv4 has rules.sh.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
for tool in nft iptables-nft ip6tables-nft ip6tables-legacy python3; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --run --check"
done
[[ -e /proc/net/if_inet6 ]] || skip_all "this kernel has no IPv6"

NET6=fc00:0:42::/48
OUT=2001:db8:0:1: # the underlay: hosts are ::1 and up, the switch is ::fffe
LIMIT_S=30        # until a change has to be in place; far above what it takes

lab_up 2 --network "10.244.0.0/16,$NET6" --underlay 46 --feltd-arg --ip-masq

# The network address of a host's IPv6 subnet, up to its end: fc00:0:42:1::
net6() {
    lab exec "$1" sed -n 's/^FLANNEL_IPV6_SUBNET=\(.*::\)1\/64$/\1/p' /run/flannel/subnet.env
}
N1=$(net6 h1) N2=$(net6 h2)

# ---- from which address a packet is seen -------------------------------------------------------

SEEN=$(readlink -f "$srcdir/tests/lab/seen_from.py")
SERVERS=()
serve() {
    lab exec "$1" python3 "$SEEN" serve 9999 &
    SERVERS+=("$!")
}
# seen ADDRESS-OF-SERVER FROM
seen() {
    lab exec "$2" python3 "$SEEN" ask "$1" 9999
}
for host in h1 h2 c1 c2 switch; do serve "$host"; done

is "between containers of two machines addresses stay" "$(seen "${N2}2" c1)" "${N1}2"
is "a container is seen as its machine by another machine" "$(seen "${OUT}:2" c1)" "${OUT}:1"
is "and by a machine outside" "$(seen "${OUT}:fffe" c1)" "${OUT}:1"
is "but by its own machine as itself" "$(seen "${N1}1" c1)" "${N1}2"
is "a machine is seen by another's containers as an address of its own subnet" "$(seen "${N2}2" h1)" "$N1"
is "IPv4 is masqueraded beside it" "$(seen 192.0.2.254 c1)" 192.0.2.1
lab exec switch ip -6 route add "$N1/64" via "${OUT}:1"
lab exec switch ip -6 route add "$N2/64" via "${OUT}:1"
is "a machine outside is seen as itself by the containers that it comes to directly" \
    "$(seen "${N1}2" switch)" "${OUT}:fffe"
is "and as the machine that forwards it by others, so that answers find back" "$(seen "${N2}2" switch)" "$N1"

lab stop h1
check "h1 starts with networks of both families excluded" \
    lab start h1 --ip-masq --ip-masq-exclude "${OUT}:fffe/128" --ip-masq-exclude 192.0.2.254/32
is "a container is seen as itself in the excluded network of IPv6" "$(seen "${OUT}:fffe" c1)" "${N1}2"
is "and as its machine elsewhere" "$(seen "${OUT}:2" c1)" "${OUT}:1"
lab stop h1
check "h1 starts without them" lab start h1 --ip-masq

# ---- vandalism ---------------------------------------------------------------------------------

# Without the order in which nft lists tables.
has_rules() {
    [[ $(lab exec h1 nft list table "$1" "$2" 2>/dev/null | grep -cE '(saddr|meta mark)') == 6 ]]
}
has_both() {
    has_rules ip felt-ipv4 && has_rules ip6 felt-ipv6
}
await_ok "each family has its table" "$LIMIT_S" has_both
lab exec h1 nft flush ruleset
await_ok "which are back after nft flush ruleset" "$LIMIT_S" has_both
lab exec h1 nft flush chain ip6 felt-ipv6 postrtg
await_ok "and after that of IPv6 was emptied" "$LIMIT_S" has_both

# ---- a FORWARD that drops ----------------------------------------------------------------------

FLAVOUR=nft
ipt6() {
    lab exec "$1" "ip6tables-$FLAVOUR" "${@:2}"
}
# filter HOST CHAIN: its rules.
filter() {
    lab exec "$1" "ip6tables-$FLAVOUR-save" | sed -n '/^\*filter/,/^COMMIT/p' | grep -- "^-A $2 "
}
has_jump() {
    [[ $(filter "$1" FORWARD | tail -n 1) == '-A FORWARD -m comment --comment "felt forward" -j FELT-FORWARD' ]]
}
crosses() {
    lab exec c1 ping -n -c 1 -W 1 "${N2}2" >/dev/null
}
forward_drops() {
    local host
    for host in h1 h2; do ipt6 "$host" -P FORWARD DROP; done
    for host in h1 h2; do
        await_ok "ip6tables-$FLAVOUR: $host has its rules once FORWARD drops" "$LIMIT_S" has_jump "$host"
    done
    await_ok "ip6tables-$FLAVOUR: containers reach each other in spite of it" "$LIMIT_S" crosses
    is "ip6tables-$FLAVOUR: the chain accepts the IPv6 network, and no more" "$(filter h1 FELT-FORWARD)" \
        "-A FELT-FORWARD -s $NET6 -m comment --comment \"felt forward\" -j ACCEPT
-A FELT-FORWARD -d $NET6 -m comment --comment \"felt forward\" -j ACCEPT"
    ipt6 h1 -F
    await_ok "ip6tables-$FLAVOUR: after a flush they are back" "$LIMIT_S" has_jump h1
    await_ok "ip6tables-$FLAVOUR: in working order" "$LIMIT_S" crosses
}
forward_drops
is "who has no iptables rules of IPv4 is not given any" "$(lab exec h1 nft list tables ip | grep -v felt)" ""

# ---- what flannel left -------------------------------------------------------------------------

# All rules of IPv6, without counters and handles.
snapshot() {
    lab exec h1 nft list table ip6 felt-ipv6
    lab exec h1 "ip6tables-$FLAVOUR-save" | sed -n '/^\*/p; /^:/{s/ \[.*//p}; /^-A/p' | LC_ALL=C sort
}
same_snapshot() {
    [[ $(snapshot) == "$1" ]]
}
# As flanneld of v0.28 does.
plant() {
    local masq=(-m comment --comment "flanneld masq") forward=(-m comment --comment "flanneld forward")
    ipt6 h1 -t nat -N FLANNEL-POSTRTG
    ipt6 h1 -t nat -A POSTROUTING "${masq[@]}" -j FLANNEL-POSTRTG
    ipt6 h1 -t nat -A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 "${masq[@]}" -j RETURN
    ipt6 h1 -t nat -A FLANNEL-POSTRTG -s "$N1/64" -d "$NET6" "${masq[@]}" -j RETURN
    ipt6 h1 -t nat -A FLANNEL-POSTRTG -s "$NET6" -d "$N1/64" "${masq[@]}" -j RETURN
    ipt6 h1 -t nat -A FLANNEL-POSTRTG '!' -s "$NET6" -d "$N1/64" "${masq[@]}" -j RETURN
    ipt6 h1 -t nat -A FLANNEL-POSTRTG -s "$NET6" '!' -d ff00::/8 "${masq[@]}" -j MASQUERADE --random-fully
    ipt6 h1 -t nat -A FLANNEL-POSTRTG '!' -s "$NET6" -d "$NET6" "${masq[@]}" -j MASQUERADE --random-fully
    ipt6 h1 -N FLANNEL-FWD
    ipt6 h1 -A FORWARD "${forward[@]}" -j FLANNEL-FWD
    ipt6 h1 -A FLANNEL-FWD -s "$NET6" "${forward[@]}" -j ACCEPT
    ipt6 h1 -A FLANNEL-FWD -d "$NET6" "${forward[@]}" -j ACCEPT
}
flannel_goes() {
    local before
    ipt6 h1 -t nat -A POSTROUTING -s fd00:1::/48 '!' -d ff00::/8 -m comment --comment "flanneld masq" -j MASQUERADE
    ipt6 h1 -I FORWARD -s fd00:1::/48 -m comment --comment "flanneld forward" -j ACCEPT
    await_ok "ip6tables-$FLAVOUR: ours are there" "$LIMIT_S" has_jump h1
    before=$(snapshot)
    lab stop h1
    plant
    check "ip6tables-$FLAVOUR: h1 starts where flannel was" lab start h1 --ip-masq
    await "$LIMIT_S" same_snapshot "$before"
    is "ip6tables-$FLAVOUR: flannel's chains go, those of another network stay" "$(snapshot)" "$before"
}
flannel_goes

lab stop h1
lab exec h1 nft -f - <<NFT
table ip flannel-ipv4 {
    chain postrtg {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr 10.244.0.0/16 ip daddr != 224.0.0.0/4 masquerade fully-random
    }
}
table ip6 flannel-ipv6 {
    chain postrtg {
        type nat hook postrouting priority srcnat; policy accept;
        meta mark 0x00004000 return
        ip6 saddr $N1/64 ip6 daddr $NET6 return
        ip6 saddr $NET6 ip6 daddr != ff00::/8 masquerade fully-random
    }
    chain forward {
        type filter hook forward priority filter; policy accept;
        ip6 saddr $NET6 accept
        ip6 daddr $NET6 accept
    }
}
NFT
check "h1 starts where flannel had nftables" lab start h1 --ip-masq
has_no_flannel() {
    [[ $(lab exec h1 nft list tables) != *flannel* ]]
}
await_ok "its tables of both families go" "$LIMIT_S" has_no_flannel

# ---- without --ip-masq, without forwarding rules -----------------------------------------------

lab stop h1
check "h1 starts with neither" lab start h1 --iptables-forward-rules=false
has_nothing() {
    [[ $(lab exec h1 nft list tables) != *felt-* ]] && ! filter h1 FORWARD | grep -q FELT && [[ ! $(filter h1 FELT-FORWARD) ]]
}
await_ok "the rules of the earlier run are gone" "$LIMIT_S" has_nothing
lab stop h1

# ---- ip6tables-legacy, which tells nobody ------------------------------------------------------

for host in h1 h2; do
    ipt6 "$host" -P FORWARD ACCEPT
    lab exec "$host" nft flush ruleset
done
FLAVOUR=legacy
check "h1 starts with a look each second" lab start h1 --ip-masq --iptables-resync=1
await_ok "and has its tables" "$LIMIT_S" has_both
if lab exec h1 ip6tables-legacy -S FORWARD >/dev/null 2>"$WORK/legacy"; then
    forward_drops
    flannel_goes
else
    skip "ip6tables-legacy" "$(head -n 1 "$WORK/legacy")"
fi

for server in "${SERVERS[@]}"; do kill "$server" 2>/dev/null; done
done_testing
