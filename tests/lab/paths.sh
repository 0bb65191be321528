# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # some are for who reads this in
# For tests of what is found of paths through the overlay (proto/path.md), after lab.sh: three hosts.

FOUND_S=120 # without a restart: a turn of two others takes 50 s at most, four tries 4
AGAIN_S=60  # after a start, which tries all others at once, or where what fails is tried again: 20 s

# path HOST PEER [FAMILY]: how PEER is seen through the overlay; FAMILY 6: by IPv6 packets beside IPv4.
path() {
    local key=path
    [[ ${3:-} != 6 ]] || key=path6
    ctl "$1" members --arg peer "$2" --arg key "$key" '.members[] | select(.name == $peer) | .[$key].state // "-"'
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
# again HOST...: as if these machines were switched on anew; each tries all others at once.
again() {
    local host
    for host; do lab stop "$host"; done
    for host; do lab start "$host" >/dev/null; done
}
# drop HOST RULE...: a firewall of HOST's that drops what comes in like that; no_drop ends it.
drop() {
    lab exec "$1" nft add table inet f
    lab exec "$1" nft add chain inet f in '{ type filter hook input priority 0; }'
    lab exec "$1" nft add rule inet f in "${@:2}" drop
}
no_drop() {
    lab exec "$1" nft delete table inet f
}
