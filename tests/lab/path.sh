#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What containers notice and gossip does not: the overlay's UDP port is filtered between two machines, and
# the way to one carries less than the overlay's MTU. Both are found, named, and gone when they are mended.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=120       # a turn of two others takes 50 s at most, four tries 4
LARGE_LIMIT_S=420 # one in six trials is a large one: six times as long

lab_up 3 --network 172.17.0.0/16 --feltd-arg --ip-masq

# path HOST PEER: how PEER is seen through the overlay.
path() {
    ctl "$1" members --arg peer "$2" '.members[] | select(.name == $peer) | .path.state // "-"'
}
# paths: all of them, "h1-h2=passes ...".
paths() {
    local a b list=
    for a in h1 h2 h3; do
        for b in h1 h2 h3; do
            [[ $a == "$b" ]] || list+=" $a-$b=$(path "$a" "$b")"
        done
    done
    echo "${list# }"
}
ALL="h1-h2=passes h1-h3=passes h2-h1=passes h2-h3=passes h3-h1=passes h3-h2=passes"
are() {
    [[ $(paths) == "$1" ]]
}
# but PAIR STATE...: ALL, with the paths of these pairs in another state.
but() {
    local text=$ALL
    while (($# > 0)); do
        text=${text/$1=passes/$1=$2}
        shift 2
    done
    echo "$text"
}
problems() {
    ctl "$1" status '.problems[]'
}
told() {
    lab logs "$1" | grep -cE "overlay: $2 peer=[0-9a-f]{8} name=$3 public-ip=192.0.2.${3#h}\$"
}

# ---- all is well -----------------------------------------------------------------------------------

await_ok "every machine reaches every other one through the overlay" "$LIMIT_S" are "$ALL" || diag "$(paths)"
for host in h1 h2 h3; do
    is "$host has no problem" "$(problems "$host")" ""
done
like "people see it in the table" "$(lab exec h1 feltctl members | grep '^h2')" ' ok [0-9.]+(us|ms|s) '
check "in microseconds" test "$(ctl h1 members '[.members[] | select(.self | not) | .path.rtt_us > 0] | all')" = true
is "of itself a machine says nothing" "$(path h1 h1)" "-"
like "the socket has the address of the subnet and the port of the gossip" "$(lab exec h1 ss -ulnH)" "$(subnet h1 | sed 's/\./\\./g')\.0:8470 "

# ---- UDP 8472 between two of them is filtered --------------------------------------------------------

lab exec h1 nft add table ip f
lab exec h1 nft add chain ip f in '{ type filter hook input priority 0; }'
lab exec h1 nft add rule ip f in ip saddr 192.0.2.3 udp dport 8472 drop
await_ok "both ends find that nothing passes, and the others' paths pass" "$LIMIT_S" are "$(but h1-h3 fails h3-h1 fails)" || diag "$(paths)"
is "the gossip does not mind" "$(ctl h2 status '.members | "\(.alive) \(.suspect) \(.dead)"')" "3 0 0"
like "h1 says so" "$(problems h1)" '^h3 is alive, but packets through the overlay do not reach it, or do not come back: is UDP port 8472 between this machine and 192\.0\.2\.3 filtered\?$'
like "and h3" "$(problems h3)" '^h1 is alive, but .* 192\.0\.2\.1 filtered\?$'
is "h2 has no problem" "$(problems h2)" ""
like "the table says for how long" "$(lab exec h1 feltctl members | grep '^h3')" ' fails [0-9.]+(us|ms|s|m) '
FAILS='packets do not get through, though the member is alive'
is "the log tells it once" "$(told h1 "$FAILS" h3) $(told h3 "$FAILS" h1)" "1 1"
lab exec h1 nft delete table ip f
await_ok "it is over when the filter is gone" "$LIMIT_S" are "$ALL" || diag "$(paths)"
AGAIN='packets get through again'
is "and the log says that once, too" "$(told h1 "$AGAIN" h3) $(told h3 "$AGAIN" h1)" "1 1"
for host in h1 h2 h3; do
    is "$host has no problem" "$(problems "$host")" ""
done

# ---- a port of the switch carries less than the machines believe ------------------------------------

# Frames that are too large for a port are dropped without a word, as switches do. What comes in is held
# against its MTU, what goes out is not by every kernel: that is for a rule.
lab exec switch ip link set h3 mtu 1400
lab exec h3 nft add table ip f
lab exec h3 nft add chain ip f in '{ type filter hook input priority 0; }'
lab exec h3 nft add rule ip f in udp dport 8472 ip length '>' 1400 drop
await_ok "large packets from and to h3 fail, small ones pass" "$LARGE_LIMIT_S" \
    are "$(but h1-h3 large_fails h2-h3 large_fails h3-h1 large_fails h3-h2 large_fails)" || diag "$(paths)"
like "h1 says so" "$(problems h1)" "^packets of the overlay's MTU \(1450\) do not reach h3, small ones do: the way to it takes less; set MTU in"
like "h3 says that it is rather itself" "$(problems h3)" "^packets of the overlay's MTU \(1450\) do not reach 2 of 2 members, small ones do: the underlay of this machine"
like "people see it in the table" "$(lab exec h2 feltctl members | grep '^h3')" ' large fail [0-9.]+(us|ms|s|m) '
is "the log tells it once" "$(told h1 "packets of the overlay's MTU do not get through, small ones do" h3)" 1
# A container finds the same.
check "small packets of a container pass" lab exec c1 ping -c 1 -W 5 "$(subnet h3).1"
LARGE=$(lab exec c1 ping -c 1 -W 2 -M "do" -s 1422 "$(subnet h3).1" 2>&1)
like "large ones do not" "$LARGE" " 100% packet loss"
lab exec switch ip link set h3 mtu 1500
lab exec h3 nft delete table ip f
await_ok "it is over when the port carries them again" "$LIMIT_S" are "$ALL" || diag "$(paths)"
check "also for the container" lab exec c1 ping -c 1 -W 5 -M "do" -s 1422 "$(subnet h3).1"

# ---- this machine's own firewall --------------------------------------------------------------------

lab exec h2 nft add table ip f
lab exec h2 nft add chain ip f in '{ type filter hook input priority 0; }'
lab exec h2 nft add rule ip f in udp dport 8472 drop
await_ok "a machine whose firewall drops all of it" "$LIMIT_S" \
    are "$(but h1-h2 fails h3-h2 fails h2-h1 fails h2-h3 fails)" || diag "$(paths)"
like "says that it is rather itself" "$(problems h2)" '^packets through the overlay do not reach 2 of 2 members that are alive, so it is rather this machine: does its firewall let UDP port 8472 in and out, and port 8470 in on the overlay'

# Its process is gone: no problem of the overlay any more.
lab kill h2
await_ok "of a machine that is dead nothing is said" "$LIMIT_S" eval '[[ $(path h1 h2)$(path h3 h2) == -- ]]'
unlike "by h1 either" "$(problems h1)" 'overlay'
lab exec h2 nft delete table ip f
lab start h2 >/dev/null
await_ok "and when it is back all paths pass" "$LIMIT_S" are "$ALL" || diag "$(paths)"
done_testing
