#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Machines that leave for good, one that comes back, and the last one, which cannot.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

lab_up 3 --network 172.17.0.0/16

routes_to() {
    lab exec "$1" ip -4 route show "$2.0/24" | wc -l
}
has_no_route() {
    [[ $(routes_to "$1" "$2") == 0 ]]
}
sees() {
    ctl "$1" members ".members[] | select(.name == \"$2\").state"
}
ended() {
    ! lab exec "$1" test -d "/proc/$2"
}

NET3=$(subnet h3)
TOTAL=$(ctl h1 status .slots.total)
PID3=$(lab pid h3)
flow c1 "$(lab exec c2 hostname -I | tr -d ' ')"

out=$(lab exec h3 feltctl leave 2>&1)
is "feltctl leave succeeds" "$?" 0
like "and says how many subnets are given away" "$out" '^left the cluster; subnets given to others: [1-9][0-9]*$'
await_ok "feltd has ended when feltctl has" 2 ended h3 "$PID3"
like "its log says that it left" "$(lab logs h3)" 'node: has left the cluster'
for host in h1 h2; do
    await_ok "$host has no route to it any more" 5 has_no_route "$host" "$NET3"
    is "$host sees that it left" "$(sees "$host" h3)" left
    unlike "$host never took it for dead" "$(lab logs "$host")" 'member is (suspect|dead)'
    is "$host counts it no more" "$(ctl "$host" status .members.total)" 2
done
is "what it owned is the others'" "$(($(ctl h1 status .slots.own) + $(ctl h2 status .slots.own)))" "$TOTAL"
is "its device stays" "$(lab exec h3 ip -o link show flannel.1 | wc -l)" 1
flows_end "while another leaves"

# ---- it comes back ---------------------------------------------------------------------------------

lab start h3 >/dev/null
back() {
    [[ $(ctl h3 status .ready) == true ]]
}
await_ok "started again, with --join as before, it is a member again" 30 back
is "with the subnet that it had, which nobody had taken" "$(subnet h3)" "$NET3"
h1_knows_both() {
    [[ $(ctl h1 members '[.members[] | select(.name == "h3").state] | sort | join(" ")') == "alive left" ]]
}
await_ok "but it is another node" 10 h1_knows_both
route_back() {
    [[ $(routes_to h1 "$NET3") == 1 ]]
}
await_ok "h1 has a route to it again" 10 route_back

# ---- all but one -----------------------------------------------------------------------------------

lab exec h3 feltctl leave >/dev/null
is "h3 leaves once more" "$?" 0
# Just after a start h2 knows only from its disk who is there, until h1 confirms its state.
PID1=$(lab pid h1)
lab stop h2
lab exec h1 kill -STOP "$PID1"
lab start h2 >/dev/null
lab exec h2 feltctl leave >"$WORK/leave" 2>&1 &
LEAVE=$!
await_ok "told to leave before anybody has confirmed it, h2 waits" 60 grep -q 'waits until it knows' "$WORK/leave"
lab exec h1 kill -CONT "$PID1"
wait "$LEAVE"
is "and leaves then" "$?" 0
like "with all that it had" "$(<"$WORK/leave")" 'left the cluster; subnets given to others: [1-9]'
out=$(lab exec h1 feltctl leave 2>&1)
is "the last one is refused" "$?" 1
like "and told why" "$out" 'no other member is alive'
is "and goes on with all that there is" "$(ctl h1 status '"\(.slots.own) \(.ready)"')" "$TOTAL true"
done_testing
