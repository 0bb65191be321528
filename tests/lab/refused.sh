#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A member whose entries the kernel refuses: each other member says so, tries again, and serves its
# containers and all other members meanwhile.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

lab_up 3 --bare
KEY=$WORK/cluster.key
(umask 077 && head -c 32 /dev/urandom | base64 >"$KEY")
echo '{"Network":"172.17.0.0/16","Backend":{"Type":"vxlan","DirectRouting":true}}' >"$WORK/net-conf.json"

lab start h1 --net-config-path "$WORK/net-conf.json" --key-file "$KEY" >/dev/null
# The broadcast address of the link is no gateway, and no mistake that a program should trust others not to make.
lab start h2 --join 192.0.2.1 --key-file "$KEY" --public-ip 192.0.2.255 >/dev/null
NET2=$(subnet h2)
says_so() {
    [[ $(ctl "$1" status '.problems[]') == *"kernel: cannot set route $NET2.0/24 via 192.0.2.255: Invalid argument"* ]]
}
await_ok "h1 says what it cannot do" 20 says_so h1
check "a third host becomes ready all the same" lab start h3 --join 192.0.2.1 --key-file "$KEY"
await_ok "and says it too" 20 says_so h3
NET3=$(subnet h3)
# That h3 is ready says nothing of h1.
has_route_to_h3() {
    [[ $(lab exec h1 ip route show "$NET3.0/24" | sed -E 's/ proto [^ ]+//; s/ +$//') == "$NET3.0/24 via 192.0.2.3 dev eth0" ]]
}
await_ok "h1 has the route to h3" 20 has_route_to_h3
for host in h1 h3; do lab attach "$host"; done
is "their containers reach each other" "$(lab exec c1 ping -n -c 3 -i 0.2 -W 2 "$NET3.2" | grep -o '[0-9.]*% packet loss')" "0% packet loss"
is "the log has it once, however often it is tried" "$(lab logs h1 | grep -c 'kernel: cannot set route')" 1

lab stop h2
lab start h2 --public-ip 192.0.2.2 --join 192.0.2.1 --key-file "$KEY" >/dev/null
reached() {
    [[ $(ctl "$1" status '"\(.kernel.peers) \(.kernel.error)"') == "2 null" ]]
}
for host in h1 h3; do await_ok "$host reaches it once it says another address" 40 reached "$host"; done
done_testing
