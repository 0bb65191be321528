#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every option of --help is in the manual page, and the reverse.
set -u
srcdir=${srcdir:-.}
builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"

# Long options of --help: where they are introduced, at the left.
options_of_help() {
    grep -oE '^  (-[a-z], )?--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' | sort -u
}

# Long options of a page in mdoc: the items of its lists.
options_of_page() {
    grep -E '^\.It ' "$1" | grep -oE 'Fl \\-[a-z][a-z-]*' | sed 's/Fl \\-/--/' | sort -u
}

compared=()
compare() {
    local program=$1 page=$2 name help
    name=${program##*/}
    compared+=("$name")
    if [[ ! -x $program ]]; then
        not_ok "$name is built"
        return
    fi
    help=$("$program" --help 2>/dev/null)
    like "the help of $name can be read" "$(options_of_help <<<"$help" | wc -l)" '^([2-9]|[1-9][0-9]+)$'
    is "every option of $name is in its manual page" \
        "$(comm -23 <(options_of_help <<<"$help") <(options_of_page "$page"))" ""
    is "every option in the manual page of $name is there" \
        "$(comm -13 <(options_of_help <<<"$help") <(options_of_page "$page"))" ""
}

compare "$builddir/src/agent/feltd" "$srcdir/doc/man/feltd.8"
if [[ -x $builddir/src/httpd/felt-httpd ]]; then
    compare "$builddir/src/httpd/felt-httpd" "$srcdir/doc/man/felt-httpd.8"
else
    skip "the options of felt-httpd are in its manual page" "it is not built: configure found no libmicrohttpd"
fi
compare "$builddir/src/ctl/feltctl" "$srcdir/doc/man/feltctl.1"
compare "$builddir/src/cni/felt" "$srcdir/doc/man/felt-cni.8"
# Built where libcurl is there.
if [[ -e $builddir/src/etcd ]]; then
    compare "$builddir/src/etcd/felt-etcd-bridge" "$srcdir/doc/man/felt-etcd-bridge.8"
fi

# INSTALLED_PROGRAMS is the makefile's list.
for program in ${INSTALLED_PROGRAMS-}; do
    like "${program##*/}, which is installed, is among them" " ${compared[*]} " " ${program##*/} "
done

# Every command of feltctl, too.
commands=$("$builddir/src/ctl/feltctl" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' | sort)
paged=$(sed -n '/^\.Ss Commands/,/^\.Ss Options/s/^\.It Cm \([a-z-]*\)\( .*\)\{0,1\}$/\1/p' "$srcdir/doc/man/feltctl.1" | sort)
is "the commands of feltctl and of its manual page are the same" "$commands" "$paged"

# Proof that this test can fail.
work=$(mktemp)
trap 'rm -f "$work"' EXIT
printf '.It Fl \\-alpha Ar x\n.It Fl b , Fl \\-beta\n' >"$work"
is "an undocumented option is caught" \
    "$(comm -23 <(printf '  --alpha X  a\n  -b, --beta  b\n  --gamma  c\n' | options_of_help) <(options_of_page "$work"))" \
    "--gamma"
done_testing
