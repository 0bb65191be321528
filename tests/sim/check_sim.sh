#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make check-sim SEEDS=n NODES=n FIRST=seed FAULTS=list: many seeds, one process for each
# processor; then crashes at every save.
set -u
felt_sim=${builddir:-.}/src/sim/felt-sim
seeds=${SEEDS:-1000} first=${FIRST:-1} jobs=${JOBS:-$(nproc)}
options=(--quiet --faults "${FAULTS:-all}")
[[ -n ${NODES:-} ]] && options+=(--nodes "$NODES")
[[ -n ${MINUTES:-} ]] && options+=(--minutes "$MINUTES")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

((jobs <= seeds)) || jobs=$seeds
pids=()
for ((i = 0; i < jobs; i++)); do
    from=$((first + seeds * i / jobs)) to=$((first + seeds * (i + 1) / jobs))
    "$felt_sim" --seed "$from" --seeds $((to - from)) "${options[@]}" >"$work/$i" 2>&1 &
    pids+=($!)
done
status=0
for pid in "${pids[@]}"; do
    wait "$pid" || status=1
done
cat "$work"/* | grep -vE '^[0-9]+ seeds, '
# One timing of the acts for each hundred seeds: a crash at every save, and at every two.
for pairs in "" --pairs; do
    "$felt_sim" --enumerate all ${pairs:+"$pairs"} --seed "$first" --seeds $(((seeds + 99) / 100)) || status=1
done
printf '%d seeds, %d violations\n' "$seeds" "$(cat "$work"/* | grep -c '^reproduce:')"
exit "$status"
