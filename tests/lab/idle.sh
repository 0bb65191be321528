#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What feltd costs while nothing happens: memory, and how often it wakes up.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

RSS_MAX_KB=6144     # the bar of resident memory with one peer
PERIOD_S=1          # one probe each; proto/gossip.md 3.1
WATCH_S=20
# A quiet period of one node of two: its own probe goes out, the ack comes in, the peer's probe comes in.
WAKES_PER_PERIOD=3
# A trial of the overlay by each of the two (proto/path.md 3): ours goes out, its answer comes in, the peer's comes in.
TRIAL_S=15 # at the earliest
WAKES_PER_TRIAL=3
SLACK=6             # slow timers: the seeds, the reconciler

lab_up 2 --network 172.17.0.0/16

sanitized() {
    grep -qa __asan_init "$(readlink -f "$(lab dir)/bin/feltd")"
}

status_field() {
    lab exec h1 sed -n "s/^$1:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$(lab pid h1)/status"
}

# Quiet means that every digest agrees: two readings a period apart show nothing but probes.
sent() {
    ctl h1 status .counters.datagrams_sent
}
quiet() {
    local before after
    before=$(sent)
    sleep "$PERIOD_S"
    after=$(sent)
    ((after - before <= 3))
}
await_ok "two nodes that have nothing to say fall silent but for probes" 60 quiet

if sanitized; then
    skip "resident memory with one peer" "the sanitizer's shadow counts too"
else
    rss=$(status_field VmRSS)
    check "resident memory with one peer is below $RSS_MAX_KB KiB ($rss KiB)" test "$rss" -lt "$RSS_MAX_KB"
fi

# Each time a process blocks and is woken counts as one voluntary context switch.
before=$(status_field voluntary_ctxt_switches)
sleep "$WATCH_S" # the length of the measurement
wakes=$(($(status_field voluntary_ctxt_switches) - before))
most=$((WATCH_S * WAKES_PER_PERIOD / PERIOD_S + (WATCH_S / TRIAL_S + 1) * WAKES_PER_TRIAL + SLACK))
diag "$wakes wake-ups in $WATCH_S s, counted by voluntary_ctxt_switches; VmRSS ${rss:-?} KiB"
check "it wakes for probes and answers only: $wakes times in $WATCH_S s, at most $most" test "$wakes" -le "$most"
check "it does wake: this test can tell" test "$wakes" -ge $((WATCH_S / PERIOD_S))

if sanitized; then
    skip "200 questions over the control socket cost no memory" "the sanitizer keeps what is freed"
else
    rss=$(status_field VmRSS)
    for ((i = 0; i < 200; i++)); do lab exec h1 feltctl status >/dev/null; done
    more=$(status_field VmRSS)
    check "200 questions over the control socket cost no memory ($rss, then $more KiB)" test "$((more - rss))" -lt 256
fi
done_testing
