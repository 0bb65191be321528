#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make check-mutants: every fault of the list must be caught within SEEDS seeds (2000). Prints a table: the first seed
# that catches it, how many of a block of BLOCK (200) do, and which checks say so. WORD=NAME: only names with that in it.
# check_mutants.sh one NAME OPTION...: one line of it, by one process.
set -u
export srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/sim/mutants/mutant.sh"
seeds=${SEEDS:-2000} block=${BLOCK:-200} jobs=${JOBS:-$(nproc)}

# of_checks: the checks behind what was violated, the most frequent one first.
of_checks() {
    while IFS=$'\t' read -r _ text; do
        check_of "$text"
    done | sort | uniq -c | sort -rn | awk '{ printf "%s%s %d", sep, $2, $1; sep = ", " }'
}

one() {
    local name=$1 program=$work/$1 first=1 n=$block
    shift
    if [[ $1 == model ]]; then
        printf "%-15s by the exhaustive model: make check-model WORD='%s'\n" "$name" "${*:2}"
        return 0
    fi
    if ! build "$name" "$program" >"$program.log" 2>&1; then
        printf '%-15s NOT BUILT: %s\n' "$name" "$(tail -n 1 "$program.log")"
        return 1
    fi
    for (( ; first <= seeds; first += n)); do
        ((n <= seeds - first + 1)) || n=$((seeds - first + 1))
        run "$program" "$first" "$n" "$@" >"$program.caught" 2>"$program.log" || {
            printf '%-15s NOT RUN: %s\n' "$name" "$(tail -n 1 "$program.log")"
            return 1
        }
        [[ -s $program.caught ]] || continue
        printf '%-15s first by seed %4d, by %3d of %d to %d: %s\n' "$name" "$(head -n 1 "$program.caught" | cut -f 1)" \
            "$(wc -l <"$program.caught")" "$first" $((first + n - 1)) "$(of_checks <"$program.caught")"
        return 0
    done
    printf '%-15s NOT CAUGHT by %d seeds: felt-sim %s\n' "$name" "$seeds" "$*"
    return 1
}

if [[ ${1:-} == one ]]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    one "${@:2}"
    exit
fi
mutants | grep -- "^[A-Z_]*${WORD:-}" | xargs -P "$jobs" -L 1 "$BASH" "$0" one
[[ ${PIPESTATUS[*]} == "0 0 0" ]]
