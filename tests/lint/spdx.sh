#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every source says on its first line (a script on its second) under which licence it is.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
cd "$srcdir" || exit 1

without() {
    find "$@" -type f | LC_ALL=C sort | while IFS= read -r file; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2\.0' || printf '%s\n' "$file"
    done
}
is "C sources" "$(without src tests -name '*.[ch]')" ""
is "makefiles" "$(without configure.ac Makefile.am src tests contrib doc proto -name '*.mk' -o -name configure.ac -o -name Makefile.am)" ""
# shellcheck disable=SC2038 # no name in the tree has a newline
is "scripts" "$(find contrib tests .ci -type f -exec grep -lE -m 1 '^#!' {} + | xargs -r -d '\n' grep -LE -m 1 'SPDX-License-Identifier: Apache-2\.0')" ""
is "manual pages" "$(without doc/man -name '*.[1-8]')" ""
done_testing
