#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TCP through felt's vxlan device against one made by hand between the same two hosts, with a VNI and a
# port of its own. The hosts are namespaces with real daemons. Other load on the machine comes and goes and
# moves the figures by far more than what is asked for, so they are taken in ROUNDS of four short runs, felt,
# by hand, by hand, felt, and the other way round in every second one: what drifts evenly drops out of the
# ratio of a round, and both ends go before what else runs (nice). Of the ratios the median counts, and an interval that has the true one in 95 of 100 cases
# (of the order statistics, so whatever the noise is like): where it lies on both sides of what is wanted,
# nothing is shown, and more rounds are needed. What the method itself makes of the same device twice,
# by hand over by hand, is printed beside it. Writes JSON to the file that $1 names.
set -eu

ROUNDS=${ROUNDS:-60}
SECONDS_EACH=${SECONDS_EACH:-1}
WANTED=0.97 # of the hand-made one's
BUILD=$(readlink -f "${builddir:-build}")
SRC=$(readlink -f "$(dirname "$0")/../..")
OUT=$(readlink -f "${1:-/dev/null}")
PIN=() # each end has a processor for itself, if there are two
[ "$(nproc)" -lt 2 ] || PIN=(-A "0,1")
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
lab exec h2 nice -n -20 iperf3 -s >"$work/server" 2>&1 &

# once ADDRESS SECONDS: bits a second as the receiver counts them.
once() {
    lab exec h1 nice -n -20 iperf3 -J -c "$1" -t "$2" "${PIN[@]}" >"$work/answer" 2>&1 &&
        jq -e '.end.sum_received.bits_per_second | round' "$work/answer"
}
# measure NAME: notes it as a run of this round.
measure() {
    local address=$FELT bits
    [ "$1" = felt ] || address=$BY_HAND
    bits=$(once "$address" "$SECONDS_EACH") || { echo "throughput.sh: iperf3 to $address: $(jq -r .error "$work/answer")" >&2; exit 1; }
    printf '{"round": %s, "of": "%s", "bits": %s}\n' "$round" "$1" "$bits" >>"$work/runs"
}
for address in "$FELT" "$BY_HAND"; do
    for ((i = 0; ; i++)); do
        once "$address" 1 >/dev/null 2>&1 && break
        ((i < LIMIT_S)) || { echo "throughput.sh: no answer from $address: $(cat "$work/answer")" >&2; exit 1; }
        sleep 1
    done
done
for ((round = 0; round < ROUNDS; round++)); do
    order="felt by_hand by_hand felt"
    ((round % 2 == 0)) || order="by_hand felt felt by_hand"
    for name in $order; do measure "$name"; done
done

jq -n --slurpfile runs "$work/runs" --argjson seconds "$SECONDS_EACH" --argjson wanted "$WANTED" '
    def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
    def bits($of): map(select(.of == $of).bits);
    # How many of the smallest, and of the largest, a 95 % interval of the median leaves out: as many as a coin
    # of n throws falls short of with a probability of 2.5 % at the most. -1: n is too small for any.
    def outside: length as $n
        | reduce range($n + 1) as $k ({c: 1, sum: 0, out: -1};
            .sum += .c / pow(2; $n) | .c *= ($n - $k) / ($k + 1) | if .sum <= 0.025 then .out = $k else . end)
        | .out;
    def interval: sort | outside as $k | if $k < 0 then [null, null] else [.[$k], .[length - 1 - $k]] end;
    def quartiles: sort | [.[length / 4 | floor], .[length * 3 / 4 | floor]];
    def rounded: if . == null then null else . * 1000 | round / 1000 end;
    ($runs | group_by(.round)) as $rounds
    | ($rounds | map((bits("felt") | add) / (bits("by_hand") | add))) as $ratios
    | ($rounds | map(bits("by_hand") | .[0] / .[1])) as $same
    | ($ratios | interval) as $between
    | {throughput: {
        rounds: ($rounds | length), seconds: $seconds,
        felt_bits_per_s: ($runs | bits("felt") | median), by_hand_bits_per_s: ($runs | bits("by_hand") | median),
        ratio: ($ratios | median | rounded), ratio_interval_95: ($between | map(rounded)),
        ratio_quartiles: ($ratios | quartiles | map(rounded)), same_device_quartiles: ($same | quartiles | map(rounded)),
        wanted_ratio: $wanted,
        shown: (if $between[0] == null then "nothing" elif $between[0] >= $wanted then "reached"
            elif $between[1] < $wanted then "missed" else "nothing" end)
    }}' >"$work/result"
jq -r '.throughput | "TCP from host to host, \(.rounds) rounds of four runs of \(.seconds) s:",
    "  felt'"'"'s vxlan        \(.felt_bits_per_s / 1e6 | round) Mbit/s, median",
    "  a hand-made vxlan   \(.by_hand_bits_per_s / 1e6 | round) Mbit/s, median",
    "  felt has \(.ratio) of the hand-made one, median of the rounds; 95 % interval \(.ratio_interval_95 | map(tostring) | join(" to ")), half of the rounds \(.ratio_quartiles | map(tostring) | join(" to "))",
    "  the hand-made one against itself: half of the rounds \(.same_device_quartiles | map(tostring) | join(" to "))",
    "  wanted: \(.wanted_ratio) or more: " + {reached: "reached", missed: "missed", nothing: "not shown either way, the machine is too busy for so few rounds"}[.shown]' "$work/result"
cat "$work/result" >"$OUT"
