#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How long a machine waits for its subnet when it joins for the first time: from the execution of
# feltd to READY=1, the third of three hosts, again and again.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --check"

JOINS=15
READY_MAX_MS=400 # at the median: the bar
LIMIT_S=60       # for whatever has to come; far above what it takes

lab_up 3 --bare
DIR=$(lab dir)
HERD=$(readlink -f "$srcdir")/tests/lab/herd.py
check "h1 founds" lab start h1 --network 10.5.0.0/16
TOKEN=$(lab exec h1 feltctl token)
check "h2 joins" lab start h2 --join "$TOKEN"

ended() {
    [[ -e $DIR/h3/feltd.exit ]]
}

# As if it had never been there: nothing on its disk, nothing in its kernel.
forget() {
    lab exec h3 feltctl leave >/dev/null 2>&1
    await "$LIMIT_S" ended || return 1
    rm -rf "${DIR:?}"/h3/var-lib/felt "${DIR:?}"/h3/run/flannel
    lab exec h3 ip link del flannel.1
}

fresh=0
for ((i = 1; i <= JOINS; i++)); do
    lab exec switch python3 "$HERD" "$DIR" start "$LIMIT_S" h3 -- --join "$TOKEN" >>"$WORK/joins"
    [[ $(ctl h3 status '"\(.members.alive) \(.node.session)"') == "3 1" ]] && fresh=$((fresh + 1))
    forget || diag "h3 does not leave: $(tail -n 3 "$DIR/h3/feltd.log")"
done
is "$JOINS times a host without any state joins two others" "$fresh" "$JOINS"
mapfile -t MS < <(sed -n 's/.* ready=\([0-9]*\) .*/\1/p' "$WORK/joins" | sort -n)
is "and is ready" "${#MS[@]}" "$JOINS"
diag "ms from exec to READY=1: ${MS[*]}"
median=${MS[$((JOINS / 2))]:-none}
check "from exec to READY=1 it takes less than $READY_MAX_MS ms at the median ($median ms)" \
    test "$median" -lt "$READY_MAX_MS"
done_testing
