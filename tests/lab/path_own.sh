#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A machine whose own firewall drops all of the overlay says that it is rather itself, and of one that is
# dead nobody says anything.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/paths.sh"

lab_up 3 --network 172.17.0.0/16

drop h2 udp dport 8472
again h1 h2 h3
await_ok "a machine whose firewall drops all of it" "$AGAIN_S" \
    are "$(but h1-h2 fails h3-h2 fails h2-h1 fails h2-h3 fails)" || diag "$(paths)"
like "says that it is rather itself" "$(problems h2)" '^packets through the overlay do not reach 2 of 2 members that are alive, so it is rather this machine: does its firewall let UDP port 8472 in and out, and port 8470 in on the overlay'
like "the others name it" "$(problems h1)" '^h2 is alive, but packets .* 192\.0\.2\.2 filtered\?$'

# Its process is gone: no problem of the overlay any more.
lab kill h2
await_ok "of a machine that is dead nothing is said" "$AGAIN_S" eval '[[ $(path h1 h2)$(path h3 h2) == -- ]]'
unlike "by h1 either" "$(problems h1)" 'overlay'
no_drop h2
lab start h2 >/dev/null
await_ok "and when it is back all paths pass" "$AGAIN_S" are "$ALL" || diag "$(paths)"
done_testing
