#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the guides tell people to type on machines with systemd, flanneld and etcd is typed: those parts of
# doc/*.md that begin with <!-- machines -->. tests/lab/docs.sh types the rest. DOC=doc/faq.md: only that one.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/lab/rootfs.sh"
FELT_BUILD=$(readlink -f "$builddir")
[[ -x $FELT_BUILD/src/httpd/felt-httpd ]] || skip_all "felt-httpd was not built: its library is not there"
. "$srcdir/tests/lab/etcd_server.sh"
. "$srcdir/tests/lab/docs_run.sh"
. "$srcdir/tests/lab/docs_boot.sh"
rootfs_enter "$0"
trap boot_end EXIT
guides_follow

# Proof that this test can fail.
cat >"$WORK/bad.md" <<'END'
<!-- machines: 1 -->
    h1# systemctl is-active feltd
<!-- lab: 1 -->
    h1# test -e /nowhere
END
# In this shell, which has to end the machine; its verdicts do not count.
count=$TAP_COUNT failed=$TAP_FAILED
guide_follow "$WORK/bad.md" >"$WORK/bad"
TAP_COUNT=$count TAP_FAILED=$failed
is "a unit that does not run is found, and what is for the lab is left to it" \
    "$(grep '^not ok ' "$WORK/bad" | sed 's/.* - //')" "bad.md: h1# systemctl is-active feltd"
done_testing
