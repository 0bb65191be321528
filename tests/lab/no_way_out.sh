#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Errors of the network as evidence: a machine without a way out has nothing to say about others, and
# a machine that refuses the port of its feltd proves that feltd is gone.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=60   # until something has to be over; far above what it takes
HEALTH=3     # a few probes in a row that could not leave
WATCH_S=5
SPIN_MAX=20  # percent of one core

lab_up 3
DIR=$(lab dir)

state() {
    ctl "$1" members ".members[] | select(.name == \"$2\").state"
}
in_state() {
    [[ $(state "$1" "$2") == "$3" ]]
}
health() {
    ctl "$1" status .node.health
}
health_is_bad() {
    (($(health "$1") >= HEALTH))
}
is_well() {
    [[ $(ctl "$1" status '.node.health == 0 and .members.alive == 3') == true ]]
}
said() {
    grep -c "$2" "$DIR/$1/feltd.log"
}

lab exec h3 ip link set eth0 down
await_ok "a node without a way out counts that against itself" "$LIMIT_S" health_is_bad h3
await_ok "the others declare it dead" "$LIMIT_S" in_state h1 h3 dead
await_ok "both of them" "$LIMIT_S" in_state h2 h3 dead
like "its status says how it is" "$(ctl h3 status '.problems[]')" "this node is slow to answer: health [1-8] of 8"
is "and it calls nobody dead" "$(said h3 'member is dead')" 0
lab exec h3 ip link set eth0 up
lab exec h3 ip route add default via 192.0.2.254 # went with the link; feltd looks for it when it starts
for host in h1 h2 h3; do
    await_ok "with its network back, $host is well and sees all alive" "$LIMIT_S" is_well "$host"
done
is "and nobody else was called dead meanwhile" \
    "$(cat "$DIR"/h*/feltd.log | grep 'member is dead' | grep -cv 'name=h3 ')" 0

# The kernel of h2 answers for its port now, each time that h1 or h3 knock.
ticks() {
    lab exec switch cat "/proc/$(lab pid h1)/stat" | sed 's/.*) //' | awk '{ print $12 + $13 }'
}
lab kill h2
await_ok "a refused port is believed when a second member had the refusal, too" "$LIMIT_S" in_state h1 h2 dead
before=$(ticks)
sleep "$WATCH_S" # the length of the measurement
percent=$((($(ticks) - before) * 100 / WATCH_S / $(getconf CLK_TCK)))
check "refusals are read and do not keep the loop busy: $percent % of a core" test "$percent" -le "$SPIN_MAX"
lab kill h3
await_ok "the last one believes its own second refusal" "$LIMIT_S" in_state h1 h3 dead
lab start h2 >/dev/null
lab start h3 >/dev/null
await_ok "they come back" "$LIMIT_S" is_well h1
done_testing
