#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Arrows between rooms, from the sources: a library's header stays in the rooms that are there for
# it, and no pure room includes a header of the world or of a room that comes after it.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
cd "$srcdir/src" || exit 1

# Room and what it may include besides itself, in the order of Makefile.am.
declare -A arrows=(
    [base]=""
    [wire]="base"
    [crypto]="base"
    [gossip]="base wire crypto"
    [lease]="base wire crypto"
    [netconf]="base"
    [flannel]="base netconf"
    [node]="base wire crypto gossip lease netconf"
    [plan]="base netconf"
)
world="kernel agent ctl cni httpd etcd sim"

# headers ROOM: "FILE:HEADER" for each #include in it.
headers() {
    find "$1" -name '*.[ch]' -exec grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+' {} + |
        sed -E 's/:[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]/:/'
}

# Of a room, or of one header.
arrows_of() {
    local room=$1 allowed=" $1 $2 " file header
    headers "$room" | while IFS=: read -r file header; do
        [[ $header == */* && -d ${header%%/*} ]] || continue
        [[ $allowed == *" ${header%%/*} "* || $allowed == *" $header "* ]] || printf '%s includes %s\n' "$file" "$header"
    done
}

for room in base wire crypto gossip lease netconf flannel node plan; do
    [[ -d $room ]] || continue
    is "$room includes no room but ${arrows[$room]:-itself}" "$(arrows_of "$room" "${arrows[$room]}")" ""
    # inttypes and the like are harmless; these are the doors to the world.
    found=$(headers "$room" | grep -E ':(time|unistd|fcntl|pthread|threads|signal|dirent|spawn|poll|syslog|stdio_ext|sys/(socket|stat|time|timerfd|epoll|ioctl|mman|random|wait|select|uio|un)|net/.*|linux/.*|netinet/.*)\.h$' |
        grep -vE ':netinet/in\.h$')
    is "$room includes no header of the system that opens the world" "$found" ""
done

# library NAME REGEX ROOMS: where the library's headers may be.
library() {
    local name=$1 regex=$2 rooms=" $3 " file header
    is "$name is used in $3 only" "$(headers . | while IFS=: read -r file header; do
        [[ $header =~ $regex ]] || continue
        room=${file#./}
        [[ $rooms == *" ${room%%/*} "* ]] || printf '%s includes %s\n' "$file" "$header"
    done)" ""
}
library msgpack '^msgpack' "wire"
library libsodium '^sodium' "crypto"
library libnl '^netlink/' "kernel"
library rtnetlink '^linux/(rtnetlink|netlink|if_link|if_addr|neighbour|nexthop)\.h$' "kernel"
library libsystemd '^systemd/' "agent"
library libmicrohttpd '^microhttpd' "httpd"
library libcurl '^curl/' "etcd"
library jansson '^jansson' "netconf flannel agent ctl etcd httpd cni"

for room in $world; do
    [[ -d $room ]] || continue
    case $room in
    kernel) allowed="base netconf plan" ;;
    agent) allowed="base wire crypto gossip lease netconf node plan kernel ctl" ;;
    ctl) allowed="base netconf crypto plan kernel" ;;
    cni) allowed="base netconf" ;;
    sim) allowed="base wire crypto gossip lease netconf node" ;;
    # The log and small files are no more feltd's than the bridge's.
    etcd) allowed="base netconf crypto ctl flannel agent/log.h agent/path.h" ;;
    *) allowed="base netconf crypto ctl" ;;
    esac
    is "$room includes no room but $allowed" "$(arrows_of "$room" "$allowed")" ""
done

# Proof that this test can fail.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/base" "$work/kernel"
printf '  #  include "kernel/socket.h"\n#include <msgpack.h>\n' >"$work/base/bad.c"
cd "$work" || exit 1
is "an arrow from a pure room to the world is caught" "$(arrows_of base "")" "base/bad.c includes kernel/socket.h"
is "a library outside its room is caught" "$(library msgpack '^msgpack' wire | grep -c 'bad.c includes msgpack.h')" 1
done_testing
