#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the protocol must reach, in small: few seeds, small clusters. doc/simulator.md has the commands for the real figures.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"
felt_sim=$builddir/src/sim/felt-sim

declare -A reports # of each command, so that none runs twice

# below NAME LIMIT FIGURE OPTION...: the median of a figure is below the limit.
below() {
    local name=$1 limit=$2 figure=$3 median
    shift 3
    [[ -n ${reports[$*]:-} ]] || reports[$*]=$("$felt_sim" --report json "$@")
    median=$(sed -n "s/.*\"figure\":\"$figure\".*\"median\":\([^,]*\),.*/\1/p" <<<"${reports[$*]}")
    if [[ -n $median ]] && awk -v m="$median" -v l="$limit" 'BEGIN { exit !(m < l) }'; then
        ok "$name"
    else
        not_ok "$name"
        diag "felt-sim $*: $figure is ${median:-missing}, wanted below $limit"
    fi
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
done_testing
