#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The examples of proto/control.md, said to a real feltd; the groups that may; and clients of every bad kind
# at once, beside which a good one is served.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --run --check"

LIMIT_S=60 # until something has to be over; far above what it takes

lab_up 2
SOCKET=$(lab dir)/h1/run/felt/feltd.sock

# ---- clients that nobody wants ---------------------------------------------------------------------

python3 "$srcdir/tests/lab/bad_clients.py" "$SOCKET" >"$WORK/bad" 2>&1 &
BAD=$!
await_ok "bad clients are at work" "$LIMIT_S" grep -qs '^ready' "$WORK/bad"
for _ in 1 2 3 4 5; do
    check "a good one is served beside them" lab exec h1 timeout 5 feltctl members -o json
done
check "gossip goes on" lab exec h2 feltctl status -o json
is "and nobody is suspected" "$(ctl h2 status '.members | "\(.alive) \(.dead)"')" "2 0"
wait "$BAD"
is "each bad one ended as it should" "$(grep -v '^ready' "$WORK/bad")" "nonsense: closed
too long: closed
half-closed: answered, closed
crowd: feltd answers"

# ---- the examples ----------------------------------------------------------------------------------

check "there is a reservation to list" lab exec h1 feltctl reserve h8 10.244.88.0/24
while read -r line; do
    case $line in
    "ok "*) ok "the example of ${line#ok } is true" ;;
    *)
        not_ok "the example of ${line#not ok } is true"
        diag "proto/control.md: $line"
        ;;
    esac
done < <(python3 "$srcdir/tests/lab/control.py" "$SOCKET" "$srcdir/proto/control.md")
done_testing
