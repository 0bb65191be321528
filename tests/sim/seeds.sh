#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# felt-sim over 200 seeds (FELT_SIM_SEEDS), over the seeds that once failed, and twice over one.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"
felt_sim=$builddir/src/sim/felt-sim

# sim NAME OPTION...: nothing is violated; the output, with its "reproduce:" lines, is shown where something is.
sim() {
    local name=$1
    shift
    check "$name" "$felt_sim" --quiet "$@"
}

sim "50 seeds without faults" --seed 1 --seeds 50 --faults none
seeds=${FELT_SIM_SEEDS:-200}
output=$("$felt_sim" --quiet --seed 1 --seeds "$seeds" --faults all --coverage)
is "$seeds seeds with faults" "$?" 0
grep -q '^reproduce: ' <<<"$output" && diag "$output"
((seeds < 200)) ||
    is "in which everything happened that they are for" "$(awk '/^  / && $(NF - 1) == 0' <<<"$output")" ""
sim "10 seeds of long partitions, far longer than the lease time" --seed 1 --seeds 10 --minutes 15 --lease-time 60 --faults split,crash
sim "and far shorter" --seed 1 --seeds 10 --minutes 15 --lease-time 86400 --faults split,crash
sim "20 seeds in which operators change the lease time and more" --seed 1 --seeds 20 --faults all --settings
sim "5 seeds of 40 nodes" --seed 1 --seeds 5 --nodes 40 --faults all
output=$("$felt_sim" --enumerate all)
is "a crash at every save of every act harms nobody" "$?" 0
like "and they are more than a thousand" "$output" '[0-9]{4,} crashes, 0 violations$'
while read -r options; do
    [[ -z $options || $options == '#'* ]] && continue
    read -ra words <<<"${options%%  *}"
    sim "once: $options" "${words[@]}"
done <"$srcdir/tests/sim/seeds.txt"

one=$("$felt_sim" --seed 7 --seeds 5 --report json)
is "the same seeds give the same bytes" "$("$felt_sim" --seed 7 --seeds 5 --report json)" "$one"
unlike "another seed gives others" "$one" "$("$felt_sim" --seed 12 --report json | grep -o '"hash":"[^"]*"')"

# What it says where something is violated: nobody can agree within a second of a repair with a host gone.
output=$("$felt_sim" --seed 1 --seeds 20 --faults power --heal-limit 1 2>&1)
is "a violation is exit status 1" "$?" 1
like "a violation says how to reproduce it" "$output" 'reproduce: felt-sim --seed 0x[0-9a-f]+ --minutes 3 --faults power --heal-limit 1'
again=$(grep -m 1 -o 'felt-sim --seed .*limit 1' <<<"$output")
read -ra words <<<"${again#felt-sim }"
first=$(grep -m 1 -o '(at .*' <<<"$output")
is "and reproduces it" "$("$felt_sim" "${words[@]}" | grep -o '(at .*')" "$first"

for wrong in "--faults lightning" "--nodes 0" "--nodes x" "--seeds -1" "--measure weight" "--report xml" "--what" "word" \
    "--enumerate weight" "--point 1.1.torn.1000" "--enumerate join --point 1.1" \
    "--enumerate join --point 0.3.before.1000"; do
    read -ra words <<<"$wrong"
    output=$("$felt_sim" "${words[@]}" 2>&1)
    is "$wrong is refused" "$?" 2
    is "$wrong is refused in a line or two" "$(($(wc -l <<<"$output") <= 2))" 1
done
done_testing
