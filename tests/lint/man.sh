#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Manual pages without a warning.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"

tool=${MANDOC:-mandoc}
command -v "$tool" >/dev/null || skip_all "mandoc is not installed"
cd "$srcdir" || exit 1
for page in doc/man/*.[1-8]; do
    check "$page" "$tool" -T lint -W warning "$page"
done
done_testing
