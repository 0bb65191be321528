#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the protocol must reach, in small: few seeds, small clusters. doc/simulator.md has the commands for the real figures.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"
felt_sim=$builddir/src/sim/felt-sim

declare -A reports # of each command, so that none runs twice

# look FIGURE VALUE OPTION...: sets found to the median, min, max or sum of a figure.
look() {
    local figure=$1 value=$2
    shift 2
    [[ -n ${reports[$*]:-} ]] || reports[$*]=$("$felt_sim" --report json "$@")
    found=$(sed -n "s/.*\"figure\":\"$figure\".*\"$value\":\([^,]*\),.*/\1/p" <<<"${reports[$*]}")
}

# below NAME LIMIT FIGURE OPTION...: the median of a figure is below the limit.
below() {
    local name=$1 limit=$2 figure=$3 found
    shift 3
    look "$figure" median "$@"
    if [[ -n $found ]] && awk -v m="$found" -v l="$limit" 'BEGIN { exit !(m < l) }'; then
        ok "$name"
    else
        not_ok "$name"
        diag "felt-sim $*: $figure is ${found:-missing}, wanted below $limit"
    fi
}

# always NAME WANTED FIGURE OPTION...: a figure is that in each single run.
always() {
    local name=$1 wanted=$2 figure=$3 found min
    shift 3
    look "$figure" min "$@"
    min=$found
    look "$figure" max "$@"
    is "$name" "$min to $found" "$wanted to $wanted"
}

below "a dead machine of 32 is noticed within 3 s" 3 silent_first --measure detect --nodes 32 --seeds 20
below "and known to all within 4 s" 4 silent_all --measure detect --nodes 32 --seeds 20
below "a dead machine of 3 is noticed within 5 s" 5 silent_first --measure detect --nodes 3 --seeds 20
below "a dead process of 32 is known to all within 4 s" 4 refused_all --measure detect --nodes 32 --seeds 20
below "a newcomer is known to 32 within 3 s" 3 known_to_all --measure join --nodes 32 --seeds 5
below "32 quiet nodes send less than 350 bytes a second each" 350 sent --measure traffic --nodes 32
below "and so do 256" 350 sent --measure traffic --nodes 256
below "nobody is called dead where 5 % are lost" 0.5 called_dead --measure loss --nodes 64 --minutes 10
below "halves of 32 are one again a minute after their partition" 60 one_view --measure heal --nodes 32 --minutes 10
below "a member takes less than 320 bytes" 320 member --measure memory --nodes 1000
below "slow members have healthy ones called dead in less than 1.9 % of plain SWIM's cases" 1.9 \
    sockets_healthy_ratio --measure lifeguard --nodes 64 --seeds 2
# proto/lease.md 3
below "a join that finds a donor takes two round trips" 2.5 round_trips --measure lease --nodes 32 --seeds 1
below "32 at once against one seed have a lease each within 3 s" 3 storm_to_last_lease --measure lease --nodes 32 --seeds 1
donors=(--measure donor --seeds 4)
always "a hundred givers are killed in four storms" 25 kills "${donors[@]}"
always "and everybody has a lease" 0 without_lease "${donors[@]}"
always "nothing is leased twice" 0 doubles "${donors[@]}"
always "and no slot is lost" 0 lost "${donors[@]}"
done_testing
