#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Some faults of the list that a few seeds catch, so that 'make check' knows that they are still built and seen. All of
# them: make check-mutants.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/sim/mutants/mutant.sh"
[[ -n ${FELT_COMPILE:-} ]] || skip_all "run by make, which says how it compiles"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# caught NAME SEEDS CHECK: with the options of the list, within so many seeds, and by that check.
caught() {
    local name=$1 seeds=$2 text
    read -ra options <<<"$(mutants | sed -n "s/^$name  *//p")"
    check "$name can be built" build "$name" "$work/$name"
    text=$(run "$work/$name" 1 "$seeds" "${options[@]}" | head -n 1 | cut -f 2)
    is "$name is caught within $seeds seeds, by $3" "$(check_of "${text:-nothing}")" "$3"
}

caught SEQ_KEPT 3 era
caught KEEPS_LEASE 20 lease
caught IGNORE_ACCEPTED 10 owner
caught UNCLEARED 3 bridge
output=$(build NO_SUCH_FAULT "$work/none" 2>&1)
is "a fault without a place in the source is not built" "$?" 1
like "and is named" "$output" "NO_SUCH_FAULT"
done_testing
