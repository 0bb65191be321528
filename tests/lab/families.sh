# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # some are for who reads this in
# For tests of networks of both families, after lab.sh.

[[ -e /proc/net/if_inet6 ]] || skip_all "this kernel has no IPv6"

NET4=10.244.0.0/16
NET6=fc00:0:42::/48
LIMIT_S=30       # until a change has to be in place; far above what it takes
ICMP4_BYTES=28   # headers of a ping over IPv4: 20 and 8
ICMP6_BYTES=48   # over IPv6: 40 and 8

# at HOST: what felt-lab noted of an address, as in 'at c2 address6'.
at() {
    cat "$(lab dir)/$1/$2"
}

# pings SOURCE ADDRESS [ARG...]
pings() {
    lab exec "$1" ping -n -c 3 -i 0.2 -W 2 "${@:3}" "$2"
}

ping_once() {
    lab exec "$1" ping -n -c 1 -W 1 "$2"
}

matrix_is_clean() {
    local pairs
    pairs=$(lab ping-matrix --raw "${@:2}" | awk '$3 == "0%"' | wc -l)
    is "$1" "$pairs" $((4 * $(lab_hosts) * ($(lab_hosts) - 1)))
}

lab_hosts() {
    cat "$(lab dir)/n_hosts"
}

# h1_path STATE: so all of h1's paths through the overlay are (proto/path.md).
h1_path() {
    [[ $(ctl h1 members '[.members[] | select(.self | not) | .path.state] | unique | join(" ")') == "$1" ]]
}

# The network address of a host's IPv6 subnet: fc00:0:42:1::
net6() {
    lab exec "$1" sed -n 's/^FLANNEL_IPV6_SUBNET=\(.*::\)1\/64$/\1/p' /run/flannel/subnet.env
}

mtu_in_env() {
    lab exec "$1" sed -n 's/^FLANNEL_MTU=//p' /run/flannel/subnet.env
}

# How many packets this host has cut into fragments, of either family.
fragments() {
    lab exec "$1" cat /proc/net/snmp6 /proc/net/snmp | awk '
        $1 == "Ip6FragCreates" { n += $2 }
        $1 == "Ip:" && !names { for (i = 2; i <= NF; i++) name[i] = $i; names = 1; next }
        $1 == "Ip:" { for (i = 2; i <= NF; i++) if (name[i] == "FragCreates") n += $i }
        END { print n }'
}

# largest_crosses NAME FAMILY OVERHEAD ADDRESS: a packet of the advertised MTU gets through whole, and
# the container itself knows that a larger one would not.
largest_crosses() {
    local mtu bytes before
    mtu=$(mtu_in_env h1)
    bytes=$((mtu - $3))
    before=$(fragments h1)
    check "$1: an IPv$2 packet of $mtu bytes crosses" pings c1 "$4" -M "do" -s "$bytes"
    is "$1: and nobody had to cut it up" "$(fragments h1)" "$before"
    like "$1: one byte more does not leave the container" \
        "$(pings c1 "$4" -M "do" -s $((bytes + 1)) 2>&1)" '[Mm]essage too long'
}

route_to() {
    lab exec "$1" ip -6 route show "$2/64" | sed 's/ pref medium//; s/ *$//; s/ proto [a-z0-9]*//'
}
