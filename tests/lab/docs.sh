#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the guides tell people to type is typed: every command line of doc/*.md, in order, on the
# machine that its prompt names. doc/contributing.md says how a guide is written for this.
# DOC=doc/faq.md: only that one.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/docs_run.sh"

if [[ -n ${DOC:-} ]]; then
    guides=("$srcdir/$DOC")
else
    mapfile -t guides < <(grep -l '^<!-- lab: ' "$srcdir"/doc/*.md)
    is "there are guides to follow" "$((${#guides[@]} > 3))" 1
fi
for guide in "${guides[@]}"; do
    guide_follow "$guide"
done

# Proof that this test can fail: a command that does not work, and output that nobody sees.
cat >"$WORK/bad.md" <<'END'
<!-- lab: 1 --bare -->

    h1# test -e /nowhere

    h1# echo three pings
    four pings
END
bad=$(guide_follow "$WORK/bad.md")
is "a command that fails is found" "$(grep -c '^not ok .*test -e /nowhere' <<<"$bad")" 1
is "so is output that is not there" "$(grep -c '^not ok .*echo three pings' <<<"$bad")" 1
done_testing
