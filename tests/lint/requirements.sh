#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every requirement of proto/*.md is shown by a test that names it, and no test names one that is not there.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
cd "$srcdir" || exit 1

# missing PROTO TESTS: the ids of the files in PROTO that nothing in TESTS names.
missing() {
    grep -ohE '\*\*[PGLSTOCB]-[0-9.]*[0-9]' "$1"/*.md | tr -d '*' | sort -u | while read -r id; do
        grep -rqE "(^|[^0-9A-Z])${id//./\\.}([^0-9.]|\.[^0-9]|\$)" "$2" || printf '%s ' "$id"
    done
}

# unknown PROTO TESTS: the ids that TESTS names and PROTO does not have.
unknown() {
    grep -rohE --include='*.c' --include='*.sh' --exclude=requirements.sh '\b[PGLSTOCB]-[0-9]+(\.[0-9]+)+' "$2" | sort -u | while read -r id; do
        grep -qF "**$id" "$1"/*.md || printf '%s ' "$id"
    done
}

is "every requirement has a test that names it" "$(missing proto tests)" ""
is "every requirement that a test names is there" "$(unknown proto tests)" ""

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/proto" "$scratch/tests"
printf '**G-%s** one\n**G-%s** two\n' 1.1 1.10 >"$scratch/proto/a.md"
printf '/* G-%s */ /* L-%s */\n' 1.10 9.9 >"$scratch/tests/a.c"
is "a requirement without a test is found" "$(missing "$scratch/proto" "$scratch/tests")" "G-1.1 "
is "a test of no requirement is found" "$(unknown "$scratch/proto" "$scratch/tests")" "L-9.9 "
done_testing
