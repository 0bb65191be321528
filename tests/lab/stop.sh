#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A clean stop: what was heard last is on disk, which otherwise waits for a second (proto/state.md
# S-3.3); and where the disk takes nothing, or nothing any more, feltd ends all the same (S-3.5).
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=30    # until something has to be over; far above what it takes
STOP_MAX_S=10 # for a stop that waits for nothing; it takes half a second

lab_up 2
STATE=/var/lib/felt/state
TEMPORARY=/var/lib/felt/.state.tmp # where a save is written before it takes STATE's place

# move_h2 MAC: h2's device gets another one, and h1 has heard of that just now: nobody waits for h2 to
# be ready before.
move_h2() {
    lab stop h2
    lab exec h2 ip link set flannel.1 address "$1"
    lab start h2 >/dev/null &
    await_ok "h1 hears that h2 has another device" "$LIMIT_S" hears "$1"
}
hears() {
    lab exec h1 bridge fdb show dev flannel.1 | grep -q "^$1 dst 192.0.2.2 "
}
knows_on_disk() {
    lab exec h1 grep -qa "$1" "$STATE"
}
said() {
    lab logs h1 | grep -q "$1"
}
# stops_soon NAME
stops_soon() {
    local from=$SECONDS
    check "$1: feltd stops" lab stop h1
    if ((SECONDS - from <= STOP_MAX_S)); then ok "$1: and soon"; else not_ok "$1: after $((SECONDS - from)) s"; fi
    wait
}

move_h2 0a:00:00:00:00:01
stops_soon "with news of just now"
check "what it had just heard is on disk" knows_on_disk 0a:00:00:00:00:01
lab start h1 >/dev/null

# A save waits at a FIFO that nobody reads as it would at a disk that hangs.
lab exec h1 mkfifo "$TEMPORARY"
move_h2 0a:00:00:00:00:02
stops_soon "with a disk that hangs"
check "it says what it ends without" said "store: $STATE is not written after 500 ms; ending without"
check "the last whole save is there" knows_on_disk 0a:00:00:00:00:01
lab exec h1 rm "$TEMPORARY"
check "with which it starts again" lab start h1
await_ok "and hears the rest again" "$LIMIT_S" hears 0a:00:00:00:00:02

lab exec h1 mkdir "$TEMPORARY"
move_h2 0a:00:00:00:00:03
stops_soon "with a disk that fails"
check "it says what it ends without" said 'store: cannot save .*: Is a directory; ending without the last save'
lab exec h1 rmdir "$TEMPORARY"
check "the next start is as any other" lab start h1
done_testing
