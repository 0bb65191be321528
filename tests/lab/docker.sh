#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real dockerd on two machines, the way the classic guide sets it up, with the policy DROP that it
# gives FORWARD: containers reach each other, and do again after iptables -F FORWARD and after a
# restart of Docker.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/docker_hosts.sh"

lab_up 2 --network 172.17.0.0/16 --feltd-arg --ip-masq
trap end EXIT
for host in h1 h2; do
    first_docker "$host"
    like "$host: FORWARD drops" "$(filter "$host" FORWARD | head -n 1)" '^:FORWARD DROP'
    is "$host: docker0 has the first address of the lease" \
        "$(bridge_address "$host")" "$(subnet "$host").1/24"
done

for host in h1 h2; do run_container "$host"; done
A1=$(address h1) A2=$(address h2)
PID1=$(pid_of h1)
like "h1: the container is in the lease" "$A1" "^${N1:=$(subnet h1)}\.[0-9]+$"
crosses() {
    lab exec h1 nsenter -t "$PID1" -n ping -n -c 1 -W 1 "$A2" >/dev/null
}
comes_in() {
    lab exec h2 nsenter -t "$(pid_of h2)" -n ping -n -c 1 -W 1 "$A1" >/dev/null
}
in_a_second() {
    local name=$1 start took
    shift
    start=$(date +%s%N)
    if await 20 "$@"; then
        took=$((($(date +%s%N) - start) / 1000000))
        check "$name within a second (took $took ms)" test "$took" -lt 1000
    else
        not_ok "$name"
    fi
}

await_ok "containers of the two machines reach each other" 20 crosses
check "in both directions" comes_in
is "by ping of Docker's own, too" "$(dk h1 exec web /bin/busybox ping -c 1 -W 2 "$A2" | grep -oE '[0-9]+% packet loss')" "0% packet loss"

# ---- somebody flushes --------------------------------------------------------------------------

for i in 1 2 3; do
    lab exec h1 iptables-nft -F FORWARD
    in_a_second "after iptables -F FORWARD on one machine, $i, they reach each other again" crosses
done
for host in h1 h2; do lab exec "$host" iptables-nft -F FORWARD; done
in_a_second "after it on both, too," crosses
like "and FORWARD still drops" "$(filter h1 FORWARD | head -n 1)" '^:FORWARD DROP'

# ---- Docker restarts ---------------------------------------------------------------------------

check "Docker stops on h1" stop_docker h1
check "and starts" start_docker h1
dk h1 start web >/dev/null
PID1=$(pid_of h1) A1=$(address h1)
in_a_second "after a restart of Docker they reach each other" crosses
lab exec h1 iptables-nft -F FORWARD
check "Docker stops on h1, which has been flushed," stop_docker h1
check "and starts" start_docker h1
dk h1 start web >/dev/null
PID1=$(pid_of h1) A1=$(address h1)
in_a_second "they reach each other" crosses
like "with a FORWARD that drops" "$(filter h1 FORWARD | head -n 1)" '^:FORWARD DROP'
is "the jumps are there once each" "$(lab exec h1 iptables-nft-save | grep -cE -- '-j FELT-(FORWARD|DOCKER-USER)$')" 2

for host in h1 h2; do
    dk "$host" rm -f web >/dev/null 2>&1
    stop_docker "$host"
done
done_testing
