#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How fast peers get into the kernel: one pass of the reconciler, as feltd runs it, over a device that is
# there and empty, against 'ip -batch' and 'bridge -batch' with flannel's three entries a peer. Each size
# RUNS times, the two alternating; medians, by the clock and of CPU time, which other load on the machine
# spoils less. Writes JSON to the file that $1 names.
set -eu

RUNS=${RUNS:-7}
DRIVER=${KERNEL_DRIVER:-${builddir:-.}/tests/lab/kernel_driver}
NETWORK=10.200.0.0/13 # the driver's made-up peers are 10.200.0.0/28 and on, at 172.16.1.0 and on
LEASE=10.207.255.0/28

if [ -z "${FELT_BENCH_INSIDE-}" ]; then
    for tool in ip bridge jq unshare; do
        command -v "$tool" >/dev/null || { echo "program.sh: $tool is not installed; contrib/install-deps --run --check" >&2; exit 1; }
    done
    [ "$(id -u)" = 0 ] || { echo "program.sh: needs root, for a network namespace" >&2; exit 1; }
    out=$(readlink -f "${1:-/dev/null}")
    FELT_BENCH_INSIDE=1 exec unshare -n "$0" "$out"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ip link set lo up
ip link add v0 type veth peer name v1
ip address add 172.16.0.2/12 dev v0
ip link set v0 up
ip link set v1 up

# Microseconds.
now() {
    echo "${EPOCHREALTIME/[.,]/}"
}

# The device is made by a first pass without peers; the second one is timed.
felt() {
    printf '%s\n' "underlay v0" "network $NETWORK" "subnet-len 28" "node a1a2a3a4a5a6a7a8a9aaabacadaeafb0" new \
        "set $LEASE" run "peers $1" "set $LEASE" "time" "time" | "$DRIVER" 2>/dev/null >"$work/answers"
    sed -n 's/.* refused=0 us=\([0-9]*\) cpu_us=\([0-9]*\).*/\1 \2/p' "$work/answers" | tail -n 2 >"$work/times"
    [ "$(wc -l <"$work/times")" = 2 ] || { echo "program.sh: the driver says: $(tail -n 2 "$work/answers")" >&2; exit 1; }
    ip link del flannel.1
}

make_batches() {
    awk -v n="$1" -v ip="$work/ip" -v bridge="$work/bridge" 'BEGIN {
        for (i = 0; i < n; i++) {
            subnet = "10." (200 + int(i / 4096)) "." int(i % 4096 / 16) "." (i % 16) * 16
            mac = sprintf("02:00:00:00:%02x:%02x", int(i / 256), i % 256)
            print "neigh replace", subnet, "lladdr", mac, "dev flannel.1 nud permanent" >ip
            print "route replace", subnet "/28 via", subnet, "dev flannel.1 onlink" >ip
            print "fdb replace", mac, "dev flannel.1 dst 172." 16 + int((i + 256) / 65536) "." int((i + 256) % 65536 / 256) "." i % 256, "self permanent" >bridge
        }
    }'
}

yardstick() {
    local start
    ip link add flannel.1 type vxlan id 1 local 172.16.0.2 dev v0 nolearning dstport 8472
    ip link set flannel.1 up
    start=$(now)
    TIMEFORMAT='%3U %3S'
    { time { ip -batch "$work/ip" && bridge -batch "$work/bridge"; } } 2>"$work/cpu_times"
    echo $(($(now) - start)) >>"$work/batch"
    awk '{ printf "%d\n", ($1 + $2) * 1e6 }' "$work/cpu_times" >>"$work/batch_cpu"
    ip link del flannel.1
}

median() {
    sort -n "$1" | sed -n "$(((RUNS + 1) / 2))p"
}

# measure PEERS WANTED: one line for people, one for bench.json.
measure() {
    local peers=$1 wanted=$2 i ours ours_cpu theirs theirs_cpu empty
    make_batches "$peers"
    rm -f "$work/felt" "$work/cpu" "$work/empty" "$work/batch" "$work/batch_cpu"
    for ((i = 0; i < RUNS; i++)); do
        felt "$peers"
        head -n 1 "$work/times" | cut -d ' ' -f 1 >>"$work/felt"
        head -n 1 "$work/times" | cut -d ' ' -f 2 >>"$work/cpu"
        tail -n 1 "$work/times" | cut -d ' ' -f 1 >>"$work/empty"
        yardstick
    done
    ours=$(median "$work/felt")
    ours_cpu=$(median "$work/cpu")
    theirs=$(median "$work/batch")
    theirs_cpu=$(median "$work/batch_cpu")
    empty=$(median "$work/empty")
    jq -n --argjson peers "$peers" --argjson ours "$ours" --argjson theirs "$theirs" --argjson empty "$empty" \
        --argjson ours_cpu "$ours_cpu" --argjson theirs_cpu "$theirs_cpu" --argjson wanted "$wanted" --argjson runs "$RUNS" '{
            peers: $peers, runs: $runs, felt_us: $ours, felt_cpu_us: $ours_cpu, batch_us: $theirs, batch_cpu_us: $theirs_cpu, empty_pass_us: $empty,
            felt_peers_per_s: ($peers * 1e6 / $ours | round), batch_peers_per_s: ($peers * 1e6 / $theirs | round),
            felt_peers_per_cpu_s: ($peers * 1e6 / $ours_cpu | round), batch_peers_per_cpu_s: ($peers * 1e6 / $theirs_cpu | round),
            wanted_peers_per_s: $wanted, ratio: ($theirs / $ours * 10 | round / 10),
            ratio_cpu: ($theirs_cpu / $ours_cpu * 10 | round / 10)
        }' >"$work/result"
    jq -r '"\(.peers) peers, medians of \(.runs):",
        "  felt                         \(.felt_us / 1000 | round) ms  \(.felt_peers_per_s) peers/s (wanted: \(.wanted_peers_per_s)); \(.felt_peers_per_cpu_s) a second of CPU",
        "  ip -batch and bridge -batch  \(.batch_us / 1000 | round) ms  \(.batch_peers_per_s) peers/s; \(.batch_peers_per_cpu_s) a second of CPU",
        "  felt is \(.ratio) times as fast by the clock, \(.ratio_cpu) times on the CPU",
        "  a pass that finds all right  \(.empty_pass_us / 100 | round / 10) ms"' "$work/result"
    cat "$work/result" >>"$work/results"
}

measure 1000 25000
measure 10000 20000
jq -s '{program: .}' "$work/results" >"$1"
