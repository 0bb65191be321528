#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-format decides the layout.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"

tool=${CLANG_FORMAT:-clang-format}
command -v "$tool" >/dev/null || skip_all "clang-format is not installed"
# .clang-format is written for this version; others lay out differently.
wanted=14
have=$("$tool" --version | sed -E 's/.*version ([0-9]+).*/\1/')
[[ $have == "$wanted" ]] || skip_all "clang-format is version $have, .clang-format is for $wanted"

cd "$srcdir" || exit 1
for dir in src/* tests; do
    mapfile -t files < <(find "$dir" -name '*.[ch]' | LC_ALL=C sort)
    ((${#files[@]})) || continue
    # The list of files is the message: clang-format -i mends them.
    is "$dir is laid out as .clang-format says" \
        "$("$tool" --dry-run --style=file "${files[@]}" 2>&1 | grep -oE '^[^:]+:[0-9]+' | sort -u -t: -k1,1)" ""
done
((TAP_COUNT > 0)) || not_ok "there are files to look at"
done_testing
