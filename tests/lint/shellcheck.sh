#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every shell script of the tree, found by its first line.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"

tool=${SHELLCHECK:-shellcheck}
command -v "$tool" >/dev/null || skip_all "shellcheck is not installed"
cd "$srcdir" || exit 1
# Files that are read in are checked on their own (1091), programs for other tools stand in single
# quotes (2016), functions are handed over by their names (2317) and take what they are given (2119, 2120),
# and "a && b || c" means what it says (2015).
exclude=SC1091,SC2015,SC2016,SC2119,SC2120,SC2317
while IFS= read -r file; do
    check "$file" "$tool" --external-sources --exclude="$exclude" "$file"
done < <(find contrib tests src .ci -type f -exec grep -lE -m 1 '^(#!/bin/(ba)?sh|# shellcheck shell=)' {} + | LC_ALL=C sort)
((TAP_COUNT > 0)) || not_ok "there are scripts to look at"
done_testing
