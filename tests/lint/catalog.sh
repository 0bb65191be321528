#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every message that has an identifier is one that feltd says, and is explained in the catalog of the
# journal; and the reverse.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"

# Lines "BEGINNING|ID" of the table of messages.
messages() {
    sed -nE 's/^ *\{"(.*)", "([0-9a-f]{32})"\},$/\1|\2/p' "$1"
}
unsaid() {
    local begins
    while IFS='|' read -r begins _; do
        # A line of the source may end in the middle of it, and a verb of printf() stand for a word.
        tr -d '\n' <"$2" | sed -E 's/" +"//g' | grep -qF -- "$begins" || printf '%s\n' "$begins"
    done < <(messages "$1")
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$srcdir/src/agent" -name '*.c' ! -name journal.c -exec cat {} + >"$work/said"
table=$srcdir/src/agent/journal.c catalog=$srcdir/contrib/systemd/felt.catalog
like "there are messages with an identifier" "$(messages "$table" | wc -l)" '^[1-9][0-9]*$'
is "their identifiers are in the catalog, and no others" \
    "$(messages "$table" | cut -d'|' -f2 | sort)" "$(sed -n 's/^-- //p' "$catalog" | sort)"
is "no two are the same" "$(messages "$table" | cut -d'|' -f2 | sort | uniq -d)" ""
# Those that are put together of a state, or of a path's fate, are in pieces in the source.
sed -E 's/"gossip: member (is (alive|dead)|has left)/"gossip: member %s/; s/"overlay: packets/"packets/' "$table" >"$work/table"
is "feltd says each of them" "$(unsaid "$work/table" "$work/said")" ""
for word in "is alive" "is dead" "has left"; do
    like "of a member: $word" "$(grep -c "\"$word\"" "$work/said")" '^[1-9]'
done

# Proof that this test can fail.
printf '    {"lease: nonsense", "%032d"},\n' 1 >"$work/table"
is "a message that nobody says is caught" "$(unsaid "$work/table" "$work/said")" "lease: nonsense"
done_testing
