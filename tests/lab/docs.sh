#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the guides tell people to type is typed: every command line of doc/*.md, in order, on the
# machine that its prompt names. doc/contributing.md says how a guide is written for this. What takes machines that
# boot is left to tests/lab/docs_systemd.sh, the guide to the lab to tests/lab/docs_lab.sh. DOC=doc/faq.md: only that one.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/docs_run.sh"
for tool in nft curl promtool ethtool; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --check"
done
[[ -x $FELT_BUILD/src/httpd/felt-httpd ]] || skip_all "felt-httpd was not built: its library is not there"
guides_follow lab.md

# Proof that this test can fail: a command that does not work, on one of two machines, and output that nobody sees.
cat >"$WORK/bad.md" <<'END'
<!-- lab: 2 --bare -->

    h1# test -e /nowhere
    each# test "$(hostname)" = h2

    h1# echo three pings
    four pings

<!-- shown -->
    h1# true
END
bad=$(guide_follow "$WORK/bad.md")
is "a command that fails is found" "$(grep -c '^not ok .*test -e /nowhere' <<<"$bad")" 1
is "so is one that fails on one machine" "$(grep -c '^not ok .*hostname' <<<"$bad")" 1
is "so is output that is not there" "$(grep -c '^not ok .*echo three pings' <<<"$bad")" 1
is "so is a block that is not typed for no reason" "$(grep -c '^not ok .*there is no reason' <<<"$bad")" 1
done_testing
