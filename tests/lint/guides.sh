#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Guides name the machine of each command, so that tests/lab/docs.sh can type it; and the README names every guide.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Commands that stand in a code block without a prompt, where the block is not marked as shown only.
unprompted() {
    awk '
        /^<!-- shown -->$/ { shown = 1; next }
        /^    / { block = 1; if (shown) next }
        /^    +([#$] )?(sudo |feltd |feltctl |felt-|contrib\/|make |ip |ping |bridge |nft |iptables |systemctl |docker |apt-get |etcdctl |ethtool |journalctl )/ { print FILENAME ":" FNR ": " $0; next }
        /^[^ ]/ { if (block) { block = 0; shown = 0 } }' "$@"
}

mapfile -t guides < <(grep -l '^<!-- lab: ' "$srcdir"/doc/*.md)
is "there are guides" "$((${#guides[@]} > 3))" 1
is "each command of a guide says where it is typed" "$(unprompted "${guides[@]}")" ""

missing=$(for file in "$srcdir"/doc/*.md; do
    grep -q "doc/$(basename "$file")" "$srcdir/README" || basename "$file"
done)
is "README names every guide" "$missing" ""

# Proof that this test can fail.
printf '%s\n' 'Type' '' '    feltctl status' '' '<!-- shown -->' '    feltctl members' '' 'and' '    ip route' >"$work/bad.md"
is "a command without a place is found, one that is shown is not" "$(unprompted "$work/bad.md" | sed 's/.*:\([0-9]*\): */\1 /')" "3 feltctl status
9 ip route"
done_testing
