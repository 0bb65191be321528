#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The pure rooms take nothing from outside but what purity.allow names: the linker's view of it, so
# that no include or macro can hide a clock or a file.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"

command -v nm >/dev/null || skip_all "nm is not installed (binutils)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -Ev '^(#|$)' "$srcdir/tests/lint/purity.allow" | sed 's/.*/^(&)$/' >"$work/allow"

# undefined ARCHIVE: what its objects take from elsewhere, with the object that takes it.
undefined() {
    nm -A --undefined-only --format=posix "$1" | awk '{ sub(/:$/, "", $1); sub(/.*\[/, "", $1); sub(/\]$/, "", $1); print $2, $1 }'
}

defined() {
    nm --defined-only --extern-only --format=posix "$@" 2>/dev/null | awk 'NF >= 3 { print $1 }' | sort -u
}

# offences ARCHIVE DEFINED: symbols that are neither in DEFINED nor allowed.
offences() {
    undefined "$1" | while read -r symbol object; do
        grep -qxF -- "$symbol" "$2" && continue
        grep -qE -f "$work/allow" <<<"$symbol" && continue
        printf '%s takes %s\n' "$object" "$symbol"
    done
}

read -ra archives <<<"${PURE_LIBS:-}"
((${#archives[@]})) || archives=(src/{base/libbase,wire/libwire,crypto/libcrypto,gossip/libgossip,lease/liblease,netconf/libnetconf,flannel/libflannel,node/libnode,plan/libplan}.a)
paths=()
for archive in "${archives[@]}"; do
    paths+=("$builddir/$archive")
done
defined "${paths[@]}" >"$work/defined"

for archive in "${archives[@]}"; do
    found=$(offences "$builddir/$archive" "$work/defined")
    is "$archive takes nothing from the world" "$found" ""
    is "$archive has symbols at all" "$(defined "$builddir/$archive" | head -n 1 | wc -l)" 1
done

# Pure also means: no state of its own between two calls. The section tells, not nm's letter: a
# constant table of pointers is in .data.rel.ro and shows as data. What instrumentation adds is its own.
variables() {
    nm --defined-only --format=sysv "$1" 2>/dev/null | awk -F '|' '
        { gsub(/ /, "", $7); gsub(/ /, "", $1) }
        $7 ~ /^(\.data|\.bss|\*COM\*|\.tdata|\.tbss)/ && $7 !~ /^\.data\.rel\.ro/ && $4 ~ /OBJECT|TLS/ &&
            $1 !~ /^(\.L|__)|asan|ubsan|sancov|gcov|llvm/ { print $1 }'
}
for archive in "${archives[@]}"; do
    is "$archive has no variable that is kept between calls" "$(variables "$builddir/$archive")" ""
done

# Proof that this test can fail.
cat >"$work/bad.c" <<'END'
#include <time.h>
static long calls;
long felt_bad(void);
long felt_bad(void)
{
    return (long)time(0) + ++calls;
}
END
if ${CC:-cc} -c -o "$work/bad.o" "$work/bad.c" 2>/dev/null && ar rc "$work/libbad.a" "$work/bad.o"; then
    is "an archive that reads the clock is caught" "$(offences "$work/libbad.a" "$work/defined")" "bad.o takes time"
    is "an archive that keeps a variable is caught" "$(variables "$work/libbad.a")" "calls"
else
    skip "an archive that reads the clock is caught" "no compiler"
fi
done_testing
