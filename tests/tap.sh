# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# TAP for shell tests: source it, call its functions, end with done_testing. A test's name is a sentence.

TAP_COUNT=0
TAP_FAILED=0

skip_all() {
    printf '1..0 # SKIP %s\n' "$*"
    exit 0
}

diag() {
    printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
    TAP_COUNT=$((TAP_COUNT + 1))
    printf 'ok %d - %s\n' "$TAP_COUNT" "$*"
}

not_ok() {
    TAP_COUNT=$((TAP_COUNT + 1))
    TAP_FAILED=$((TAP_FAILED + 1))
    printf 'not ok %d - %s\n' "$TAP_COUNT" "$*"
}

# skip NAME REASON
skip() {
    TAP_COUNT=$((TAP_COUNT + 1))
    printf 'ok %d - %s # SKIP %s\n' "$TAP_COUNT" "$1" "$2"
}

# is NAME GOT WANTED
is() {
    if [[ $2 == "$3" ]]; then
        ok "$1"
    else
        not_ok "$1"
        diag "wanted: $3"
        diag "got:    $2"
    fi
}

# like NAME GOT REGEX (extended)
like() {
    if [[ $2 =~ $3 ]]; then
        ok "$1"
    else
        not_ok "$1"
        diag "wanted something like: $3"
        diag "got: $2"
    fi
}

# unlike NAME GOT REGEX (extended)
unlike() {
    if [[ $2 =~ $3 ]]; then
        not_ok "$1"
        diag "wanted nothing like: $3"
    else
        ok "$1"
    fi
}

# check NAME COMMAND...: the command succeeds; its output is shown where it does not.
check() {
    local name=$1 output status=0
    shift
    output=$("$@" 2>&1) || status=$?
    if ((status == 0)); then
        ok "$name"
    else
        not_ok "$name"
        diag "$* ended with $status: $output"
    fi
}

# await SECONDS COMMAND...: until the command succeeds. The limit is for a machine under load.
await() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < until)) || return 1
        sleep 0.05
    done
}

# await_ok NAME SECONDS COMMAND...
await_ok() {
    local name=$1
    shift
    if await "$@"; then
        ok "$name"
    else
        not_ok "$name"
        diag "not within $1 s: ${*:2}"
    fi
}

done_testing() {
    printf '1..%d\n' "$TAP_COUNT"
    ((TAP_FAILED == 0))
    exit
}
