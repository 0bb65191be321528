#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What containers notice and gossip does not: the overlay's UDP port is filtered between two machines.
# Running daemons find it by themselves, and name it, and it is gone when it is mended.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/paths.sh"

lab_up 3 --network 172.17.0.0/16 --feltd-arg --ip-masq

await_ok "every machine reaches every other one through the overlay" "$FOUND_S" are "$ALL" || diag "$(paths)"
for host in h1 h2 h3; do
    is "$host has no problem" "$(problems "$host")" ""
done
like "people see it in the table" "$(lab exec h1 feltctl members | grep '^h2')" ' ok [0-9.]+(us|ms|s) '
check "in microseconds" test "$(ctl h1 members '[.members[] | select(.self | not) | .path.rtt_us > 0] | all')" = true
is "of itself a machine says nothing" "$(path h1 h1)" "-"
like "the socket has the address of the subnet and the port of the gossip" "$(lab exec h1 ss -ulnH)" "$(subnet h1 | sed 's/\./\\./g')\.0:8470 "

drop h1 ip saddr 192.0.2.3 udp dport 8472
await_ok "both ends find that nothing passes, and the others' paths pass" "$FOUND_S" are "$(but h1-h3 fails h3-h1 fails)" || diag "$(paths)"
is "the gossip does not mind" "$(ctl h2 status '.members | "\(.alive) \(.suspect) \(.dead)"')" "3 0 0"
like "h1 says so" "$(problems h1)" '^h3 is alive, but packets through the overlay do not reach it, or do not come back: is UDP port 8472 between this machine and 192\.0\.2\.3 filtered\?$'
like "and h3" "$(problems h3)" '^h1 is alive, but .* 192\.0\.2\.1 filtered\?$'
is "h2 has no problem" "$(problems h2)" ""
like "the table says for how long" "$(lab exec h1 feltctl members | grep '^h3')" ' fails [0-9.]+(us|ms|s|m) '
FAILS='packets do not get through, though the member is alive'
is "the log tells it once" "$(told h1 "$FAILS" h3) $(told h3 "$FAILS" h1)" "1 1"
no_drop h1
await_ok "it is over when the filter is gone" "$AGAIN_S" are "$ALL" || diag "$(paths)"
AGAIN='packets get through again'
is "and the log says that once, too" "$(told h1 "$AGAIN" h3) $(told h3 "$AGAIN" h1)" "1 1"
for host in h1 h2 h3; do
    is "$host has no problem" "$(problems "$host")" ""
done
done_testing
