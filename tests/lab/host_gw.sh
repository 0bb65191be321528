#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# host-gw with real daemons: plain routes, no device; a member that is not on the link is named, and
# programmed when it comes to be; an address behind a NAT is refused with the reason.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

PATHS_S=30 # until what is tried at the start has failed or passed, and what fails is tried again

lab_up 3 --network 172.17.0.0/16 --backend host-gw
NET3=$(subnet h3)
route() {
    lab exec h1 ip route show "$NET3.0/24" | sed -E 's/ proto [^ ]+//; s/ +$//'
}
route_is() {
    [[ $(route) == "$1" ]]
}
status_is() {
    [[ $(ctl h1 status '"\(.kernel.peers) \(.kernel.unreachable) \(.kernel.error != null)"') == "$1" ]]
}

is "all of three hosts and their containers reach each other" "$(lab ping-matrix --raw | awk '{ print $3 }' | sort -u)" "0%"
is "by a plain route" "$(route)" "$NET3.0/24 via 192.0.2.3 dev eth0"
is "without a device" "$(lab exec h1 ip -o link show type vxlan | wc -l)" 0
is "and with the underlay's MTU" "$(lab exec h1 sed -n 's/^FLANNEL_MTU=//p' /run/flannel/subnet.env)" 1500
is "status counts both peers" "$(ctl h1 status '"\(.kernel.peers) \(.kernel.unreachable)"')" "2 0"

# ---- the network drops what has addresses of containers, as clouds do; gossip passes ------------------

# path HOST PEER: how PEER is seen through the overlay.
path() {
    ctl "$1" members --arg peer "$2" '.members[] | select(.name == $peer) | .path.state // "-"'
}
path_is() {
    [[ $(path "$1" "$2") == "$3" ]]
}
# again HOST: feltd starts anew, and tries all others within seconds.
again() {
    lab stop "$1"
    lab start "$1" >/dev/null
}
await_ok "from bridge to bridge packets get through" "$PATHS_S" path_is h1 h3 passes
lab exec h3 nft add table ip f
lab exec h3 nft add chain ip f in '{ type filter hook prerouting priority 0; }'
lab exec h3 nft add rule ip f in iifname eth0 ip saddr 172.17.0.0/16 drop
again h1
await_ok "where they are dropped this is found" "$PATHS_S" path_is h1 h3 fails
is "and of whom they reach it is not said" "$(path h1 h2)" passes
is "gossip does not mind" "$(ctl h1 status '.members.alive')" 3
like "the problem is that of a plain route" "$(ctl h1 status '.problems[]')" \
    '^h3 is alive, but packets .*: a plain route leads there by 192\.0\.2\.3; does something on the way, .* addresses of containers\?'
unlike "and of no port of vxlan" "$(ctl h1 status '.problems[]')" '8472'
lab exec h3 nft delete table ip f
await_ok "it is over when they are not dropped any more" "$PATHS_S" path_is h1 h3 passes
h3_busy() {
    ctl h3 status '.counters.datagrams.busy'
}
lab exec h3 ip link set docker0 down
lab exec h3 ip address flush dev docker0
BUSY=$(h3_busy)
again h1
await_ok "who has no bridge yet is not tried" "$PATHS_S" path_is h1 h2 passes
more_trials() { # of its four tries three ask beside the overlay, too; h3 says nothing then (proto/path.md O-2.1)
    (($(h3_busy) >= BUSY + 3))
}
await_ok "h3 does not answer, its end not being there" "$PATHS_S" more_trials
is "which is no problem of anybody's" "$(path h1 h3) $(ctl h1 status '.problems | length')" "- 0"
lab exec h3 ip address add "$NET3.1/24" dev docker0
lab exec h3 ip link set docker0 up
await_ok "when the bridge is there it tries the others" "$PATHS_S" path_is h3 h1 passes

# Packets go as before, but to the kernel it is no neighbour any more that could be a gateway.
flow c1 "$(subnet h2).2"
lab exec h1 ip route add 192.0.2.3/32 dev eth0 scope global
await_ok "a member that left the link is counted as unreachable" 5 status_is "1 1 true"
like "and named, with the reason" "$(ctl h1 status '.problems[]')" \
    "kernel: no way to peer=[0-9a-f]+ subnet=$NET3.0/24: host-gw cannot reach it: its address is not on the link"
like "in the log too, once" "$(lab logs h1 | grep -c "no way to peer=.* subnet=$NET3.0/24")" '^1$'
is "its route is gone" "$(route)" ""
lab exec h1 ip route del 192.0.2.3/32
await_ok "back on the link it is programmed" 5 route_is "$NET3.0/24 via 192.0.2.3 dev eth0"
await_ok "and counted" 5 status_is "2 0 false"
flows_end "while another member left the link"

lab exec h1 ip link set eth0 down
lab exec h1 sh -c 'ip link set eth0 up; ip route add default via 192.0.2.254'
await_ok "routes are back after the underlay flapped" 5 route_is "$NET3.0/24 via 192.0.2.3 dev eth0"

# All have one backend: doc/net-conf.md says why no member can have another.
lab stop h2
lab start h2 --backend vxlan >/dev/null
is "a member that is told of another backend has the cluster's" \
    "$(ctl h1 members '.members[] | select(.name == "h2").backend') $(lab exec h2 ip -o link show type vxlan | wc -l)" "host-gw 0"
like "and says that it was told in vain" "$(lab logs h2)" '--backend,? .*for founders and were not read'

lab stop h3
lab start h3 --public-ip 198.51.100.7 >"$WORK/nat" 2>&1
like "an address behind a NAT is refused, with flannel's words" "$(lab logs h3)" \
    "your PublicIP \(198.51.100.7\) differs from interface IP \(192.0.2.3\), meaning that probably you're on a NAT"
is "and ends the daemon" "$(cat "$(lab dir)/h3/feltd.exit")" 1
done_testing
