#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TCP through felt's vxlan device against one made by hand between the same two hosts, with a VNI and a
# port of its own: RUNS times each, in turns, which of them begins alternates, too. Medians. The hosts
# are namespaces with real daemons. Writes JSON to the file that $1 names.
set -eu

RUNS=${RUNS:-7}
SECONDS_EACH=${SECONDS_EACH:-3}
WANTED=0.97 # of the hand-made one's
BUILD=$(readlink -f "${builddir:-build}")
SRC=$(readlink -f "$(dirname "$0")/../..")
OUT=$(readlink -f "${1:-/dev/null}")
LIMIT_S=20 # until the servers are there

for tool in iperf3 ip jq nsenter; do
    command -v "$tool" >/dev/null || { echo "throughput.sh: $tool is not installed; contrib/install-deps --run --check" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "throughput.sh: needs root, for network namespaces" >&2; exit 1; }

FELT_LAB=bench-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
export FELT_LAB FELT_BUILD=$BUILD
work=$(mktemp -d)
lab() {
    "$SRC/contrib/lab/felt-lab" "$@"
}
# The servers end with their hosts.
trap 'lab down >/dev/null 2>&1; rm -rf "$work"' EXIT

lab up 2 >"$work/up" 2>&1 || { cat "$work/up" >&2; exit 1; }

# by_hand HOST NUMBER PEER
by_hand() {
    lab exec "$1" bash -c "
        ip link add byhand type vxlan id 4242 dev eth0 local 192.0.2.$2 remote 192.0.2.$3 dstport 4790 nolearning
        ip address add 10.99.0.$2/24 dev byhand
        ip link set byhand up"
}
by_hand h1 1 2
by_hand h2 2 1
is_mtu_equal() {
    [ "$(lab exec h1 cat /sys/class/net/byhand/mtu)" = "$(lab exec h1 cat /sys/class/net/flannel.1/mtu)" ]
}
is_mtu_equal || { echo "throughput.sh: the two devices differ in their MTU" >&2; exit 1; }
FELT=$(lab exec h2 ip -4 -o address show dev flannel.1 | sed 's/.* inet \([0-9.]*\)\/.*/\1/')
BY_HAND=10.99.0.2
lab exec h2 iperf3 -s >"$work/server" 2>&1 &

# once ADDRESS SECONDS FILE: appends bits a second as the receiver counts them.
once() {
    lab exec h1 iperf3 -J -c "$1" -t "$2" -O 1 >"$work/answer" 2>&1 &&
        jq -e '.end.sum_received.bits_per_second | round' "$work/answer" >>"$3"
}
# measure ADDRESS FILE
measure() {
    once "$1" "$SECONDS_EACH" "$2" || { echo "throughput.sh: iperf3 to $1: $(jq -r .error "$work/answer")" >&2; exit 1; }
}
for address in "$FELT" "$BY_HAND"; do
    for ((i = 0; ; i++)); do
        once "$address" 1 "$work/unused" 2>/dev/null && break
        ((i < LIMIT_S)) || { echo "throughput.sh: no answer from $address: $(cat "$work/answer")" >&2; exit 1; }
        sleep 1
    done
done
for ((i = 0; i < RUNS; i++)); do
    if ((i % 2)); then
        measure "$BY_HAND" "$work/by_hand"
        measure "$FELT" "$work/felt"
    else
        measure "$FELT" "$work/felt"
        measure "$BY_HAND" "$work/by_hand"
    fi
done

jq -n --slurpfile felt "$work/felt" --slurpfile by_hand "$work/by_hand" --argjson runs "$RUNS" \
    --argjson seconds "$SECONDS_EACH" --argjson wanted "$WANTED" '
    def median: sort | .[length / 2 | floor];
    def spread: (max - min) / median * 100 | round;
    {throughput: {
        runs: $runs, seconds: $seconds, felt_bits_per_s: ($felt | median), by_hand_bits_per_s: ($by_hand | median),
        felt_spread_percent: ($felt | spread), by_hand_spread_percent: ($by_hand | spread),
        ratio: (($felt | median) / ($by_hand | median) * 1000 | round / 1000), wanted_ratio: $wanted
    }}' >"$work/result"
jq -r '.throughput | "TCP from host to host, medians of \(.runs) runs of \(.seconds) s:",
    "  felt'"'"'s vxlan        \(.felt_bits_per_s / 1e6 | round) Mbit/s, from least to most \(.felt_spread_percent) % of it",
    "  a hand-made vxlan   \(.by_hand_bits_per_s / 1e6 | round) Mbit/s, from least to most \(.by_hand_spread_percent) %",
    "  felt has \(.ratio) of the hand-made one (wanted: \(.wanted_ratio) or more)"' "$work/result"
cat "$work/result" >"$OUT"
