#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Machines that flanneld has left are taken over one after the other, with --adopt-grace: whoever is not a
# member yet stays reachable, at 100 pings a second without a loss.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/flannel_hosts.sh"

KEY=$WORK/cluster.key
(umask 077 && head -c 32 /dev/urandom | base64 >"$KEY")
COMMON=(--key-file "$KEY" --adopt-grace 1h)

# Long enough for everything that a fresh member does at once, and for its second thoughts.
while_traffic_goes_on() {
    await 20 more_answers "$WORK/c1-${NET[h2]}.2" $(($(answers "$WORK/c1-${NET[h2]}.2") + 300))
}

start_flows
check "the first machine founds a cluster of its own" lab start h1 --network 172.17.0.0/16 "${COMMON[@]}"
while_traffic_goes_on
is "it has no peer yet" "$(ctl h1 status .kernel.peers)" 0
is "and flannel's routes are as they were" "$(lab exec h1 ip -4 route show dev flannel.1 | sed 's/ *$//' | LC_ALL=C sort)" \
    "${NET[h2]}.0/24 via ${NET[h2]}.0 onlink
${NET[h3]}.0/24 via ${NET[h3]}.0 onlink"
check "the second one joins" lab start h2 --join 192.0.2.1 "${COMMON[@]}"
while_traffic_goes_on
check "and the third" lab start h3 --join 192.0.2.1 "${COMMON[@]}"
while_traffic_goes_on
for host in "${HOSTS[@]}"; do
    await_ok "$host has a way to both others" "$LIMIT_S" knows_peers "$host"
    is "$host has the subnet that flanneld gave it" "$(subnet "$host")" "${NET[$host]}"
    is "$host has the MAC that it had" "$(lab exec "$host" cat /sys/class/net/flannel.1/address)" "${MAC[$host]}"
done
flows_end "one after the other"
done_testing
