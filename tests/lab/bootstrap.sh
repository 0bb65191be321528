#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Three machines with one and the same command line found one cluster: not while one is missing, and
# whoever is out of sight does not count. Afterwards that command line joins.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=60 # until something has to be over; far above what it takes

lab_up 4 --bare
KEY=$WORK/cluster.key
(umask 077 && head -c 32 /dev/urandom | base64 >"$KEY")
ARGS=(--bootstrap-expect 3 --join 192.0.2.1 --join 192.0.2.2 --join 192.0.2.3 --key-file "$KEY"
    --network 172.17.0.0/16)

# felt-lab waits until a feltd is ready, and these are not to be for a while.
start() {
    lab start "$1" "${ARGS[@]}" >/dev/null 2>&1 &
}
waits_for() {
    [[ $(ctl "$1" status '.waiting // ""') =~ $2 ]]
}
has_subnet() {
    [[ $(ctl "$1" status '.lease.subnet // ""') ]]
}
in_cluster() {
    [[ $(ctl "$1" status '.cluster.id // ""') ]]
}
sees_alive() {
    [[ $(ctl "$1" status .members.alive) == "$2" ]]
}

# ---- one is missing --------------------------------------------------------------------------------

start h1
start h2
await_ok "two of three see each other" "$LIMIT_S" waits_for h1 '^2 of 3 candidates are in sight$'
await_ok "both of them" "$LIMIT_S" waits_for h2 '^2 of 3 candidates are in sight$'
is "and nobody founds anything" "$(ctl h1 status '.cluster // "none"') $(ctl h2 status '.cluster // "none"')" "none none"
like "status calls that a problem" "$(ctl h1 status '.problems[]')" 'not in a cluster yet: 2 of 3 candidates are in sight'

# ---- another one, and then it is cut off ----------------------------------------------------------------------------------

lab stop h2
start h4
await_ok "h1 and h4 see each other, h2 is gone" "$LIMIT_S" waits_for h4 '^2 of 3 candidates are in sight$'
lab cut h4
await_ok "who is out of sight is forgotten" "$LIMIT_S" waits_for h1 '^1 of 3 candidates are in sight$'
start h2
await_ok "h1 and h2 see each other again" "$LIMIT_S" waits_for h1 '^2 of 3 candidates are in sight$'
lab stop h4
lab mend h4

# ---- three -----------------------------------------------------------------------------------------

start h3
for host in h1 h2 h3; do
    await_ok "$host has a subnet" "$LIMIT_S" has_subnet "$host"
    await_ok "$host sees all three" "$LIMIT_S" sees_alive "$host" 3
done
is "it is one cluster" "$(for host in h1 h2 h3; do ctl "$host" status .cluster.id; done | sort -u | wc -l)" 1
is "with three subnets" "$(for host in h1 h2 h3; do ctl "$host" status .lease.subnet; done | sort -u | wc -l)" 3
is "one of them founded it" \
    "$(cat "$(lab dir)"/h[123]/feltd.log | grep -c 'bootstrap: all 3 promises are there: founding the cluster')" 1

# ---- the state on disk wins ------------------------------------------------------------------------

CLUSTER=$(ctl h1 status .cluster.id)
NET2=$(ctl h2 status .lease.subnet)
lab kill h2
start h2
await_ok "started again with the same command line, h2 is there" "$LIMIT_S" has_subnet h2
is "in its cluster, with its subnet" "$(ctl h2 status '"\(.cluster.id) \(.lease.subnet)"')" "$CLUSTER $NET2"

# ---- a latecomer joins -----------------------------------------------------------------------------

start h4
await_ok "a fourth machine with that command line joins" "$LIMIT_S" has_subnet h4
is "the same cluster" "$(ctl h4 status .cluster.id)" "$CLUSTER"
wait
done_testing
