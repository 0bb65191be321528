#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The packet filter: what --ip-masq does to addresses, what passes a FORWARD that drops, what happens
# to it when somebody flushes it, flannel's rules of each generation, and that a rule is never there
# twice.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
for tool in nft iptables-nft iptables-legacy python3; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --run --check"
done

lab_up 2 --network 172.17.0.0/16 --feltd-arg --ip-masq
N1=$(subnet h1) N2=$(subnet h2)

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

is "between containers of two machines addresses stay" "$(seen "$N2.2" c1)" "$N1.2"
is "a container is seen as its machine by another machine" "$(seen 192.0.2.2 c1)" 192.0.2.1
is "and by a machine outside" "$(seen 192.0.2.254 c1)" 192.0.2.1
is "but by its own machine as itself" "$(seen "$N1.1" c1)" "$N1.2"
is "a machine is seen by another's containers as an address of its own subnet" "$(seen "$N2.2" h1)" "$N1.0"
lab exec switch ip route add "$N1.0/24" via 192.0.2.1
lab exec switch ip route add "$N2.0/24" via 192.0.2.1
is "a machine outside is seen as itself by the containers that it comes to directly" \
    "$(seen "$N1.2" switch)" 192.0.2.254
is "and as the machine that forwards it by others, so that answers find back" \
    "$(seen "$N2.2" switch)" "$N1.0"

lab stop h1
check "h1 starts with two networks excluded, which overlap" \
    lab start h1 --ip-masq --ip-masq-exclude 192.0.2.254/32 --ip-masq-exclude=192.0.2.248/29
is "a container is seen as itself in an excluded network" "$(seen 192.0.2.254 c1)" "$N1.2"
is "and as its machine elsewhere" "$(seen 192.0.2.2 c1)" 192.0.2.1
lab exec h1 nft flush set ip felt-ipv4 masq-exclude
has_excludes() {
    [[ $(lab exec h1 nft list set ip felt-ipv4 masq-exclude) == *'elements = { 192.0.2.248/29 }'* ]]
}
await_ok "networks that somebody takes out of the set are back" 10 has_excludes
is "the rules are as fully random as flannel's" \
    "$(lab exec h1 nft list table ip felt-ipv4 | grep -c 'masquerade fully-random')" 2
lab stop h1
check "h1 starts with flannel's switch against that" lab start h1 --ip-masq --ip-masq-fully-random-disable
is "and then they are not" "$(lab exec h1 nft list table ip felt-ipv4 | grep -c 'masquerade$')" 2

# ---- vandalism ---------------------------------------------------------------------------------

rules_of() {
    lab exec h1 nft list table ip felt-ipv4 2>/dev/null | grep -cE '(ip saddr|meta mark)'
}
has_six() {
    [[ $(rules_of) == 6 ]]
}
lab exec h1 nft flush ruleset
await_ok "masquerade rules are back after nft flush ruleset" 10 has_six
lab exec h1 nft delete rule ip felt-ipv4 postrtg handle \
    "$(lab exec h1 nft -a list chain ip felt-ipv4 postrtg | sed -n 's/.*masquerade # handle //p' | head -n 1)"
await_ok "a deleted one is back" 10 has_six
written=$(lab exec h1 nft -a list table ip felt-ipv4)
lab exec h1 nft add table ip somebody
lab exec h1 nft add chain ip somebody else
lab exec h1 nft delete table ip somebody
is "what others do in tables of their own makes no work" "$(lab exec h1 nft -a list table ip felt-ipv4)" "$written"

# ---- a FORWARD that drops ----------------------------------------------------------------------

is "who has no iptables rules is not given any" \
    "$(lab exec h1 nft list tables; lab exec h1 cat /proc/net/ip_tables_names 2>/dev/null)" "table ip felt-ipv4"

FLAVOUR=nft LIMIT_MS=1000
ipt() {
    lab exec "$1" "iptables-$FLAVOUR" "${@:2}"
}
# filter HOST CHAIN: its rules.
filter() {
    lab exec "$1" "iptables-$FLAVOUR-save" | sed -n '/^\*filter/,/^COMMIT/p' | grep -- "^-A $2 "
}
JUMP='-A FORWARD -m comment --comment "felt forward" -j FELT-FORWARD'
DOCKER_JUMP='-A DOCKER-USER -m comment --comment "felt forward" -j FELT-DOCKER-USER'
has_jump() {
    [[ $(filter h1 FORWARD | grep -cxF -- "$JUMP") == 1 ]]
}
has_docker_jump() {
    [[ $(filter h1 DOCKER-USER | head -n 1) == "$DOCKER_JUMP" ]]
}
has_no_docker_chain() {
    [[ $(filter h1 FELT-DOCKER-USER | wc -l) == 0 ]]
}
crosses() {
    lab exec c1 ping -n -c 1 -W 1 "$N2.2" >/dev/null
}
comes_in() {
    lab exec c2 ping -n -c 1 -W 1 "$N1.2" >/dev/null
}
# in_time NAME COMMAND...: and how long it took. What it starts for looking is in it, too.
in_time() {
    local name=$1 start took
    shift
    start=$(date +%s%N)
    if await 20 "$@"; then
        took=$((($(date +%s%N) - start) / 1000000))
        check "iptables-$FLAVOUR: $name within $LIMIT_MS ms (took $took)" test "$took" -lt "$LIMIT_MS"
    else
        not_ok "iptables-$FLAVOUR: $name"
    fi
}

forward_drops() {
    local i host
    for host in h1 h2; do ipt "$host" -P FORWARD DROP; done
    in_time "the rules are there once FORWARD drops," has_jump
    await_ok "containers reach each other in spite of it" 20 crosses
    is "each chain has what it should" "$(filter h1 FELT-FORWARD)" \
        '-A FELT-FORWARD -s 172.17.0.0/16 -m comment --comment "felt forward" -j ACCEPT
-A FELT-FORWARD -d 172.17.0.0/16 -m comment --comment "felt forward" -j ACCEPT'
    for i in 1 2 3; do
        ipt h1 -F FORWARD
        in_time "after iptables -F FORWARD, $i, they are back" has_jump
    done
    check "and containers reach each other" crosses
    ipt h1 -F
    in_time "after iptables -F they are back" has_jump
    await_ok "in working order" 10 crosses
    ipt h1 -I FORWARD -m comment --comment "felt forward" -j FELT-FORWARD
    in_time "a second jump goes" has_jump
    ipt h1 -A FORWARD -j REJECT --reject-with icmp-host-prohibited
    ipt h1 -D FORWARD -m comment --comment "felt forward" -j FELT-FORWARD
    in_time "where a last rule rejects all the jump comes, too," has_jump
    is "ahead of it" "$(filter h1 FORWARD)" "$JUMP
-A FORWARD -j REJECT --reject-with icmp-host-prohibited"
    ipt h1 -D FORWARD -j REJECT --reject-with icmp-host-prohibited
    ipt h1 -F FORWARD
    ipt h1 -I FORWARD -s "$N1.2" -d "$N2.2" -j DROP
    in_time "they come behind what somebody forbids" has_jump
    is "which stays forbidden" "$(crosses && echo crosses)" ""
    ipt h1 -D FORWARD -s "$N1.2" -d "$N2.2" -j DROP
    check "until it is allowed again" crosses

    # What Docker of 28 and later writes: containers are closed to other machines.
    ipt h1 -N DOCKER
    ipt h1 -N DOCKER-USER
    ipt h1 -A DOCKER-USER -j RETURN
    ipt h1 -I FORWARD -o docker0 -j DOCKER
    ipt h1 -I FORWARD -j DOCKER-USER
    ipt h1 -A DOCKER '!' -i docker0 -o docker0 -j DROP
    in_time "a chain DOCKER-USER gets its jump, ahead of the RETURN at its end," has_docker_jump
    await_ok "so Docker's drop does not hit what comes from other machines' containers" 10 comes_in
    is "but a stranger it does" "$(seen "$N1.2" switch)" nothing
    ipt h1 -F FORWARD
    ipt h1 -F DOCKER-USER
    in_time "a flushed DOCKER-USER gets it again" has_docker_jump
    # In one go: felt has put its jump back before one could say -X.
    lab exec h1 "iptables-$FLAVOUR-restore" --noflush <<<"*filter
-F FORWARD
-F DOCKER-USER
-X DOCKER-USER
COMMIT"
    in_time "without that chain there is no rule of ours for it" has_no_docker_chain
    ipt h1 -F DOCKER
    ipt h1 -X DOCKER
    in_time "and all is as it was" has_jump
}
forward_drops

# Somebody who flushes whenever he sees our rule gets bored later than a busy loop would.
lab stop h1
lab start h1 --ip-masq
lab exec h1 bash -c '
    for i in {1..33}; do
        for j in {1..1000}; do
            ! iptables-nft -S FORWARD | grep -q FELT || break
        done
        iptables-nft -F FORWARD
    done'
is "who undoes the rules again and again is told of once, and waited for" \
    "$(lab logs h1 | grep -c 'somebody undoes felt.s rules as fast as they are written')" 1
await_ok "and has not the last word" 20 has_jump

# ---- never twice, whatever happened in between -------------------------------------------------

# snapshot HOST: all rules, without counters and handles.
snapshot() {
    lab exec "$1" nft list table ip felt-ipv4
    lab exec "$1" "iptables-$FLAVOUR-save" | sed -n '/^\*/p; /^:/{s/ \[.*//p}; /^-A/p' | LC_ALL=C sort
}
always_the_same() {
    local before i differs=
    before=$(snapshot h1)
    for i in 1 2 3 4 5 6 7 8 9 10; do
        if ((i % 2)); then lab stop h1; else lab kill h1; fi
        if ((i % 3 == 0)); then # in the middle of its start
            lab start h1 --ip-masq >/dev/null 2>&1 &
            await 10 lab kill h1 2>/dev/null || differs+=" kill-$i"
            wait $!
        fi
        lab start h1 --ip-masq >/dev/null 2>&1 || differs+=" start-$i"
        [[ $(snapshot h1) == "$before" ]] || differs+=" $i"
    done
    is "iptables-$FLAVOUR: ten starts, stops and kills: the same rules each time" "$differs" ""
}
lab stop h1
lab start h1 --ip-masq
await_ok "h1 is itself again" 10 has_jump
always_the_same

# ---- what flannel left -------------------------------------------------------------------------

# plant GENERATION: as flanneld of then does, on h1.
plant() {
    local n=172.17.0.0/16 sn=$N1.0/24 random=() masq=() forward=()
    case $1 in
    v0.10) ;;
    v0.11) random=(--random-fully) ;;
    v0.16) random=(--random-fully) masq=(-m comment --comment "flanneld masq") forward=(-m comment --comment "flanneld forward") ;;
    HEAD)
        masq=(-m comment --comment "flanneld masq") forward=(-m comment --comment "flanneld forward")
        ipt h1 -t nat -N FLANNEL-POSTRTG
        ipt h1 -t nat -A POSTROUTING "${masq[@]}" -j FLANNEL-POSTRTG
        ipt h1 -t nat -A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 "${masq[@]}" -j RETURN
        ipt h1 -t nat -A FLANNEL-POSTRTG -s "$sn" -d "$n" "${masq[@]}" -j RETURN
        ipt h1 -t nat -A FLANNEL-POSTRTG -s "$n" -d "$sn" "${masq[@]}" -j RETURN
        ipt h1 -t nat -A FLANNEL-POSTRTG '!' -s "$n" -d "$sn" "${masq[@]}" -j RETURN
        ipt h1 -t nat -A FLANNEL-POSTRTG -s "$n" '!' -d 224.0.0.0/4 "${masq[@]}" -j MASQUERADE --random-fully
        ipt h1 -t nat -A FLANNEL-POSTRTG '!' -s "$n" -d "$n" "${masq[@]}" -j MASQUERADE --random-fully
        ipt h1 -N FLANNEL-FWD
        ipt h1 -A FORWARD "${forward[@]}" -j FLANNEL-FWD
        ipt h1 -A FLANNEL-FWD -s "$n" "${forward[@]}" -j ACCEPT
        ipt h1 -A FLANNEL-FWD -d "$n" "${forward[@]}" -j ACCEPT
        return
        ;;
    esac
    ipt h1 -t nat -A POSTROUTING -s "$n" -d "$n" "${masq[@]}" -j RETURN
    ipt h1 -t nat -A POSTROUTING -s "$n" '!' -d 224.0.0.0/4 "${masq[@]}" -j MASQUERADE "${random[@]}"
    ipt h1 -t nat -A POSTROUTING '!' -s "$n" -d "$sn" "${masq[@]}" -j RETURN
    ipt h1 -t nat -A POSTROUTING '!' -s "$n" -d "$n" "${masq[@]}" -j MASQUERADE "${random[@]}"
    ipt h1 -A FORWARD -s "$n" "${forward[@]}" -j ACCEPT
    ipt h1 -A FORWARD -d "$n" "${forward[@]}" -j ACCEPT
}
# What others have there: Docker, another network's flannel, an administrator with half of the pair.
plant_foreign() {
    ipt h1 -t nat -A POSTROUTING -s "$N1.0/24" '!' -o docker0 -j MASQUERADE
    ipt h1 -t nat -A POSTROUTING -s 10.244.0.0/16 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j RETURN
    ipt h1 -t nat -A POSTROUTING -s 10.244.0.0/16 '!' -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE
    ipt h1 -A FORWARD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
    ipt h1 -A FORWARD -s 172.17.0.0/16 -i docker0 -j ACCEPT
    ipt h1 -A FORWARD -s 172.17.0.0/24 -j ACCEPT
}
flannel_goes() {
    local generation before
    plant_foreign
    before=$(snapshot h1)
    for generation in v0.10 v0.11 v0.16 HEAD; do
        lab stop h1
        plant "$generation"
        plant "$generation" 2>/dev/null # as its races leave them: twice
        lab start h1 --ip-masq >/dev/null 2>&1
        await 10 same_snapshot "$before"
        is "iptables-$FLAVOUR: rules of flannel $generation go, foreign ones stay" "$(snapshot h1)" "$before"
    done
}
same_snapshot() {
    [[ $(snapshot h1) == "$1" ]]
}
flannel_goes
lab stop h1
lab exec h1 nft -f - <<'NFT'
table ip flannel-ipv4 {
    comment "rules for flannel-ipv4"
    chain postrtg {
        type nat hook postrouting priority srcnat; policy accept;
        meta mark 0x00004000 return
        ip saddr 172.17.5.0/24 ip daddr 172.17.0.0/16 return
        ip saddr 172.17.0.0/16 ip daddr != 224.0.0.0/4 masquerade fully-random
    }
    chain forward {
        type filter hook forward priority filter; policy accept;
        ip saddr 172.17.0.0/16 accept
        ip daddr 172.17.0.0/16 accept
    }
}
table ip6 flannel-ipv6 {
    comment "rules for flannel-ipv6"
    chain postrtg {
        type nat hook postrouting priority srcnat; policy accept;
    }
}
NFT
lab start h1 --ip-masq
is "flannel's nftables tables go, too" "$(lab exec h1 nft list tables | grep -c flannel)" 0

# ---- without --ip-masq, without forwarding rules -----------------------------------------------

lab stop h1
check "h1 starts with neither" lab start h1 --iptables-forward-rules=false
is "the rules of the earlier run are gone" \
    "$(lab exec h1 nft list tables | grep -c felt; filter h1 FORWARD | grep -c FELT; filter h1 FELT-FORWARD | wc -l)" "0
0
0"
lab stop h1
check "and starts with both" lab start h1 --ip-masq
await_ok "they are there again" 10 has_jump

# ---- a table of that name that is not iptables' ------------------------------------------------

lab exec h1 nft delete table ip filter
lab exec h1 nft -f - <<'NFT'
table ip filter {
    chain forward {
        type filter hook forward priority filter; policy drop;
    }
}
NFT
says_what_to_do() {
    lab logs h1 | grep -q 'the table ip filter was not made by iptables.* accept network=172.17.0.0/16 there'
}
await_ok "who has made a table filter by nft is told what to accept" 10 says_what_to_do
is "and nothing is added to it" "$(lab exec h1 nft list table ip filter | grep -ciE 'felt|chain')" 1

# ---- iptables-legacy, which tells nobody -------------------------------------------------------

for host in h1 h2; do
    ipt "$host" -P FORWARD ACCEPT
    lab exec "$host" nft flush ruleset
done
FLAVOUR=legacy LIMIT_MS=4000
if lab exec h1 iptables-legacy -S FORWARD >/dev/null 2>"$WORK/legacy"; then
    lab stop h1
    check "h1 starts with a look each second" lab start h1 --ip-masq --iptables-resync=1
    await_ok "its masquerade rules are there" 10 has_six
    forward_drops
    always_the_same
    flannel_goes
else
    skip "iptables-legacy" "$(head -n 1 "$WORK/legacy")"
fi

# ---- an iptables without its flavour in its name -----------------------------------------------

lab stop h1
if lab exec h1 bash -c '
    mkdir /run/sbin && cd /run/sbin && cp /usr/sbin/xtables-nft-multi /usr/sbin/nft . || exit 1
    for name in iptables iptables-save iptables-restore; do ln -s xtables-nft-multi "$name"; done
    nft flush ruleset
    mount --bind /run/sbin /usr/sbin'; then
    check "h1 starts where iptables has one name only" lab start h1 --ip-masq
    lab exec h1 iptables -P FORWARD DROP
    plain_has_jump() {
        [[ $(lab exec h1 iptables-save -t filter | grep -cxF -- "$JUMP") == 1 ]]
    }
    await_ok "and its flavour is found by asking it" 10 plain_has_jump
    lab stop h1
    lab exec h1 umount /usr/sbin
else
    skip "where iptables has one name only" "this iptables is built another way"
fi

# ---- programs that are not there ---------------------------------------------------------------

: >"$WORK/nothing"
hide() {
    lab exec h1 mount --bind "$WORK/nothing" "$(readlink -f "$1")"
}
hide /usr/sbin/iptables-legacy
hide /usr/sbin/iptables-nft
check "without iptables it starts" lab start h1 --ip-masq
is "and that is no error" "$(ctl h1 status '.problems | length')" 0
lab stop h1
hide /usr/sbin/nft
check "without nft it starts, too" lab start h1 --ip-masq
like "but says what to do" "$(ctl h1 status '.problems[]')" "nft not found; install nftables, or run without --ip-masq"

for server in "${SERVERS[@]}"; do kill "$server" 2>/dev/null; done
done_testing
