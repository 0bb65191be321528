#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Forty daemons that start at once, with one seed; then ten more while givers are killed: no subnet is
# taken twice, and none is lost. The simulator has the same storm: felt-sim --measure donor.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

HOSTS=51
FIRST=41       # h2..h41 start at once, with h1 alone to ask
KILLS=10       # givers killed while the rest starts
SUBNETS=255    # of a /16 of /24s
LIMIT_S=120    # for whatever has to come; far above what it takes
LOG_LINES=3    # of each of fifty logs, where something failed

RUNNING=()

# start_all HOST...: all at once; felt-lab's own waiting is no part of it.
start_all() {
    local host status=0 jobs=()
    for host; do
        lab start "$host" --join "$TOKEN" >"$WORK/start-$host" 2>&1 &
        jobs+=($!)
    done
    for host in "${jobs[@]}"; do wait "$host" || status=1; done
    return "$status"
}

all_ready() {
    local host
    for host in "${RUNNING[@]}"; do
        [[ $(ctl "$host" status .ready 2>/dev/null) == true ]] || return 1
    done
}

# What all own together, each by its own map.
owned() {
    local host sum=0 n
    for host in "${RUNNING[@]}"; do
        n=$(ctl "$host" status .slots.own 2>/dev/null)
        sum=$((sum + n))
    done
    echo "$sum"
}
nothing_lost() {
    [[ $(owned) == "$SUBNETS" ]]
}

# The subnets in use, one a line.
subnets() {
    local host
    for host in "${RUNNING[@]}"; do subnet "$host"; done
}

one_each() {
    is "$1: everybody has a subnet" "$(subnets | grep -c .)" "${#RUNNING[@]}"
    is "$1: and nobody has another's" "$(subnets | sort | uniq -d)" ""
    await_ok "$1: no subnet is lost: what all own adds up" "$LIMIT_S" nothing_lost
}

# From the first line of the log to "ready", in ms.
time_to_ready() {
    awk 'function ms(clock, part) { split(clock, part, ":"); return (part[1] * 3600 + part[2] * 60 + part[3]) * 1000 }
        NR == 1 { first = ms($2) }
        / node: ready/ { print int((ms($2) - first + 86400000) % 86400000); exit }' "$1/feltd.log"
}

lab_up "$HOSTS" --network 10.5.0.0/16 --bare
DIR=$(lab dir)
check "h1 founds" lab start h1 --network 10.5.0.0/16
TOKEN=$(lab exec h1 feltctl token)

# ---- all at once -----------------------------------------------------------------------------------

mapfile -t HERD < <(seq -f 'h%g' 2 "$FIRST")
check "$((FIRST - 1)) more start at once, and are ready" start_all "${HERD[@]}"
RUNNING=(h1 "${HERD[@]}")
await_ok "all of them say so" "$LIMIT_S" all_ready
one_each "a storm"
diag "ms from the first line of a log to ready, median and last: $(for host in "${HERD[@]}"; do time_to_ready "$DIR/$host"; done |
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], v[NR] }')"

# ---- and givers die --------------------------------------------------------------------------------

mapfile -t HERD2 < <(seq -f 'h%g' $((FIRST + 1)) "$HOSTS")
start_all "${HERD2[@]}" &
storm=$!
for ((i = 0; i < KILLS; i++)); do
    host=h$((RANDOM % FIRST + 1))
    lab kill "$host" >/dev/null 2>&1
    lab start "$host" >/dev/null 2>&1
done
wait "$storm"
for host in "${HERD2[@]}"; do
    # felt-lab start gives up on one whose seed was down for long; feltd itself does not.
    lab pid "$host" >/dev/null 2>&1 || lab start "$host" --join "$TOKEN" >/dev/null 2>&1
done
RUNNING+=("${HERD2[@]}")
await_ok "with $KILLS of those who give killed and started again, all are ready in the end" "$LIMIT_S" all_ready
one_each "givers killed"

mapfile -t logs < <(seq -f "$DIR/h%g/feltd.log" 1 "$HOSTS")
is "nobody ever saw a slot with two owners" "$(grep -l 'lease: FORK' "${logs[@]}")" ""
done_testing
