#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Guides name the machine of each command, so that tests/lab/docs.sh can type it; those that no test types are
# counted here, and each says why; and the README names every guide.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Commands that stand in a code block without a prompt, where the block is not marked as shown only, with a reason.
unprompted() {
    awk '
        /^<!-- shown: .+ -->$/ { shown = 1; next }
        /^    / { block = 1; if (shown) next }
        /^    +([#$] )?(sudo |feltd |feltctl |felt-|contrib\/|make |ip |ping |bridge |nft |iptables |systemctl |docker |apt-get |etcdctl |ethtool |journalctl |cp |ln |curl |promtool )/ { print FILENAME ":" FNR ": " $0; next }
        /^[^ ]/ { if (block) { block = 0; shown = 0 } }' "$@"
}

# Lines "GUIDE NUMBER": blocks that are shown only.
shown() {
    grep -c '^<!-- shown' "$@" /dev/null | sed -n 's|^.*/\([^/]*\):\([1-9]\)|\1 \2|p'
}

guides=("$srcdir"/doc/*.md)
is "there are guides" "$((${#guides[@]} > 3))" 1
is "each command of a guide says where it is typed" "$(unprompted "${guides[@]}")" ""
# They install packages, or take longer than all other tests. Whatever else comes to this has to be typed by a test.
is "no more of them are typed by no test than these" "$(shown "${guides[@]}")" "cni.md 1
getting-started.md 1
simulator.md 2"

missing=$(for file in "$srcdir"/doc/*.md; do
    grep -q "doc/$(basename "$file")" "$srcdir/README" || basename "$file"
done)
is "README names every guide" "$missing" ""

# Proof that this test can fail.
printf '%s\n' 'Type' '' '    feltctl status' '' '<!-- shown: why -->' '    feltctl members' '' 'and' '    ip route' '' \
    '<!-- shown -->' '    ping h1' >"$work/bad.md"
is "a command without a place is found, one that is shown for a reason is not" \
    "$(unprompted "$work/bad.md" | sed 's/.*:\([0-9]*\): */\1 /')" "3 feltctl status
9 ip route
12 ping h1"
is "blocks that are shown only are counted" "$(shown "$work/bad.md")" "bad.md 2"
done_testing
