#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The reconciler with many peers, with too little room for the kernel's answers, and without permission.
# Speaks TAP.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/kernel_world.sh"

# ---- many, and without permission ----

named_routes()
{
    ip route show dev flannel.1 | grep -c ' nhid '
}
objects()
{
    ip nexthop show proto 102 | wc -l
}
set_peers()
{
    tell peers "$1"
    tell set 10.207.255.0/28
    tell run
}
fresh_world
configure "network 10.200.0.0/13" "subnet-len 28"
set_peers 767
is "767 peers in one pass" "$answer" "0 peers=767 ops=2304 refused=0 troubles=0"
is "whose routes are flannel's" "$(ip route show dev flannel.1 | head -n 1 | sed 's/ *$//') $(objects)" "10.200.0.0/28 via 10.200.0.0 proto 102 onlink 0"
set_peers 768
is "from 768 on routes name nexthop objects" "$answer $(named_routes) $(objects)" "0 peers=768 ops=1538 refused=0 troubles=0 768 768"
is "of our numbers and protocol" "$(ip nexthop show id $((0x66000002)) | sed 's/ *$//')" "id 1711276034 via 10.200.0.32 dev flannel.1 scope link proto 102 onlink"
tell run
is "and the next pass is empty" "$answer" "0 peers=768 ops=0 refused=0 troubles=0"
while tell wait 50 && [ "$answer" = 1 ]; do
    tell run
done
ip nexthop del id $((0x66000002))
tell wait 2000
noticed=$answer
tell run
is "a deleted object is noticed, and back with the route that went with it" "$noticed $answer $(named_routes)" "1 0 peers=768 ops=2 refused=0 troubles=0 768"
ip nexthop replace id $((0x66000002)) via 172.16.0.9 dev v0 proto 102
ip nexthop add id $((0x6600ffff)) via 172.16.0.9 dev v0 proto 102
ip nexthop add id $((0x6600fffe)) via 172.16.0.9 dev v0 proto boot
ip nexthop add id 17 via 172.16.0.9 dev v0
tell wait 2000
noticed=$answer
tell run
is "an altered object is put right, a stale one goes" "$noticed $answer $(ip nexthop show id $((0x66000002)) | grep -c flannel.1)" "1 0 peers=768 ops=2 refused=0 troubles=0 1"
is "others' stay, whatever their number" "$(ip nexthop show dev v0 | grep -c -e 'id 17 ' -e "id $((0x6600fffe)) ")" 2
ip nexthop flush proto 102 >/dev/null
tell wait 2000
tell run
is "flushed objects are a fresh start" "$answer $(named_routes) $(objects)" "0 peers=768 ops=1536 refused=0 troubles=0 768 768"
set_peers 576
is "down to 576 peers keep their objects" "$answer $(named_routes) $(objects)" "0 peers=576 ops=768 refused=0 troubles=0 576 576"
set_peers 575
is "below routes are flannel's again, and no object is left" "$answer $(named_routes) $(objects)" "0 peers=575 ops=1154 refused=0 troubles=0 0 0"
set_peers 2000
is "2,000 peers" "$answer $(named_routes)" "0 peers=2000 ops=6850 refused=0 troubles=0 2000"
tell run
is "and the next is empty" "$answer" "0 peers=2000 ops=0 refused=0 troubles=0"
ip link del flannel.1
tell wait 2000
tell run
is "2,000 peers again after the device was lost" "$answer" "0 peers=2000 ops=8003 refused=0 troubles=0"
ip link set flannel.1 down
ip link set flannel.1 up
tell wait 2000
tell run
is "and after it was down" "$answer $(named_routes)" "0 peers=2000 ops=6000 refused=0 troubles=0 2000"
stop_driver
configure "network 10.200.0.0/13" "subnet-len 28"
set_peers 2000
is "a restart finds nothing to do with objects" "$answer" "0 peers=2000 ops=0 refused=0 troubles=0"
tell wait 100
stop_driver

# ---- too little room for answers and notifications ----

fresh_world
configure "network 10.200.0.0/13" "subnet-len 28"
tell backend
tell shrink 1
is "both sockets get the smallest receive buffer that there is" "$answer" 2
set_peers 600
matches "lost answers are read again, and 600 peers are in place in one pass" "$answer" "^0 peers=600 ops=[0-9]+ refused=0 troubles=0"
matches "answers were lost indeed" "$(cat "$work/log")" "answers were lost, reading everything again, try 2"
tell run
is "the next pass is empty" "$answer" "0 peers=600 ops=0 refused=0 troubles=0"
while tell wait 50 && [ "$answer" = 1 ]; do
    tell run
done
ip neigh add 172.16.0.99 lladdr 02:00:00:00:00:99 dev v0 nud permanent
tell wait 200
is "one change of others is no news" "$answer" 0
ip route del 10.200.0.0/28
for i in $(seq 100 220); do echo "neigh add 172.16.0.$i lladdr 02:00:00:00:00:99 dev v0 nud permanent"; done >"$work/batch"
ip -batch "$work/batch"
tell wait 2000
noticed=$answer
tell run
is "what is lost among many changes of others is looked for" "$noticed $answer" "1 0 peers=600 ops=1 refused=0 troubles=0"
stop_driver

if command -v setpriv >/dev/null; then
    fresh_world
    : >"$work/log"
    answer=$(printf '%s\n' "underlay v0" "network 172.17.0.0/16" new backend |
        setpriv --bounding-set=-all --inh-caps=-all --reuid=65534 --regid=65534 --clear-groups "$driver" 2>>"$work/log" | tail -n 1)
    matches "without CAP_NET_ADMIN the error says so" "$answer" "^-1 cannot create link flannel.1: not permitted; feltd needs CAP_NET_ADMIN"
else
    skip "without CAP_NET_ADMIN the error says so" "no setpriv"
fi

echo "1..$n"
[ "$failed" = 0 ]
