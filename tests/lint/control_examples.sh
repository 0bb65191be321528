#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each method of the control socket has an example in proto/control.md, and each example is one of a
# method. That the examples are true is tests/lab/control.sh's.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
cd "$srcdir" || exit 1

# methods DIR, examples DIR: the full names, sorted.
methods() {
    local file
    for file in "$1"/io.felt.varlink "$1"/org.varlink.service.varlink; do
        sed -n "s/^method \([A-Za-z]*\)(.*/$(basename "$file" .varlink).\1/p" "$file"
    done | sort
}

examples() {
    sed -n 's/^> {"method": "\([A-Za-z.]*\)".*/\1/p' "$1/control.md" | sort -u
}

# needs_admin DIR: the methods that C-1.2 names.
needs_admin() {
    sed -n 's/^\*\*C-1.2\*\* \(.*\) need the caller.*/\1/p' "$1/control.md" | grep -oE '[A-Z][a-z]+[A-Za-z]*' | sort
}

is "methods and examples are the same" "$(examples proto)" "$(methods proto)"
is "what the document keeps for who may change is what the code keeps" "$(needs_admin proto)" \
    "$(tr -s '\n ' ' ' <src/agent/methods.c | grep -oE '\{\.name = "[A-Za-z]*"[^}]*\.changes = true' | cut -d '"' -f 2 | sort)"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf 'interface io.felt\nmethod A() -> ()\nmethod B() -> ()\n' >"$scratch/io.felt.varlink"
: >"$scratch/org.varlink.service.varlink"
# shellcheck disable=SC2016 # a document, no command
printf '```\n> {"method": "io.felt.A"}\n< {}\n```\n' >"$scratch/control.md"
is "a method without an example is found" "$(comm -13 <(examples "$scratch") <(methods "$scratch"))" io.felt.B
done_testing
