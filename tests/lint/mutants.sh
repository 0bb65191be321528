#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The faults of src/base/mutant.h are in no normal build: with every site taken out of the source, the object code is
# the same. And the list of tests/sim/mutants has all of them.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

names() {
    sed -nE 's/^    FELT_MUTANT_([A-Z_]+),.*/\1/p' "$1" | grep -vx NONE | sort
}
listed() {
    sed -nE 's/^([A-Z_]+) +\|.*/\1/p' "$1" | sort
}
sited() {
    (cd "$srcdir" && grep -rhoE --include='*.c' 'FELT_MUTANT\([A-Z_]+\)' src) | sed -E 's/.*\((.*)\)/\1/' | sort -u
}
is "every fault has a place in the source" "$(comm -3 <(names "$srcdir/src/base/mutant.h") <(sited))" ""
is "and a line in the list, and no other has" \
    "$(comm -3 <(names "$srcdir/src/base/mutant.h") <(listed "$srcdir/tests/sim/mutants/list"))" ""

# strip FILE: the source without its sites, as mutant.h says. Lines stay where they are: assertions name them.
strip() {
    sed -zE -e 's/\n *if \(FELT_MUTANT\([A-Z_]+\)[^\n]*\)\n[^\n]*/\n\n/g' \
        -e 's/\n *if \(!FELT_MUTANT\([A-Z_]+\)\)/\n/g' \
        -e 's/&&([ \n]+)!FELT_MUTANT\([A-Z_]+\)/\1/g' -e 's/\|\|([ \n]+)FELT_MUTANT\([A-Z_]+\)/\1/g' "$1"
}

plain=(-w -g0 -O2 -fno-sanitize=all -fno-profile-arcs -fno-test-coverage)

# object FILE NAME OPTION...: the code of a source that pretends to be at NAME; without what only a debugger reads, and
# optimized as it is where it is used, and without what instruments it.
object() {
    local file=$1 name=$2
    shift 2
    # shellcheck disable=SC2086 # a list of words
    { printf '#line 1 "%s"\n' "$name"; cat "$file"; } |
        (cd "$builddir" && $FELT_COMPILE "${plain[@]}" "$@" -c -x c - -o "$work/object.o") && cat "$work/object.o"
}

[[ -n ${FELT_COMPILE:-} ]] || skip_all "run by make, which says how it compiles"
while read -r file; do
    strip "$srcdir/$file" >"$work/stripped.c"
    is "$file has no fault but where it can be taken out" "$(grep FELT_MUTANT "$work/stripped.c")" ""
    object "$srcdir/$file" "$file" >"$work/as-is" && object "$work/stripped.c" "$file" >"$work/stripped"
    check "and its object code is the same without" cmp "$work/as-is" "$work/stripped"
done < <(cd "$srcdir" && grep -rl --include='*.c' 'FELT_MUTANT(' src | sort)

# Proof that this test can fail.
object "$srcdir/src/lease/slot_map.c" src/lease/slot_map.c >"$work/as-is"
object "$srcdir/src/lease/slot_map.c" src/lease/slot_map.c -DFELT_MUTATE=FELT_MUTANT_SEQ_KEPT >"$work/mutated"
is "a fault that is switched on is other code" "$(cmp -s "$work/as-is" "$work/mutated" && echo same)" ""
sed 's/FELT_MUTANT(SEQ_KEPT)/map->n_slots/' "$srcdir/src/lease/slot_map.c" >"$work/bad.c"
object "$work/bad.c" src/lease/slot_map.c >"$work/bad"
strip "$srcdir/src/lease/slot_map.c" >"$work/stripped.c"
object "$work/stripped.c" src/lease/slot_map.c >"$work/stripped"
is "and so is one that is no constant" "$(cmp -s "$work/bad" "$work/stripped" && echo same)" ""
done_testing
