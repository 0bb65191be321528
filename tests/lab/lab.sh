# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # srcdir and builddir are set by who reads this in
# For tests of real daemons: a lab with a random name that goes away with the test.

. "$srcdir/tests/tap.sh"

[[ $(id -u) == 0 ]] || skip_all "needs root, for network namespaces"
for tool in ip bridge ping jq nsenter; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --run --check"
done
unshare --mount --net --pid --fork true 2>/dev/null || skip_all "this machine does not let us make namespaces"

FELT_BUILD=$(readlink -f "$builddir")
FELT_LAB=test-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
export FELT_BUILD FELT_LAB
WORK=$(mktemp -d)

lab() {
    "$srcdir/contrib/lab/felt-lab" "$@"
}

# What the daemons have said is what one wants to see where a test fails.
lab_cleanup() {
    local status=$? dir log
    trap - EXIT
    if ((TAP_FAILED > 0 || status > 0)) && ((${LOG_LINES:-30} > 0)) && dir=$(lab dir 2>/dev/null); then
        for log in "$dir"/h*/feltd.log; do
            [[ -s $log ]] || continue
            diag "the end of $(basename "$(dirname "$log")")'s log:"
            diag "$(tail -n "${LOG_LINES:-30}" "$log")"
        done
    fi
    lab down
    rm -rf "$WORK"
    exit "$status"
}
trap lab_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# lab_up ARG...: a test without a lab has nothing to say.
lab_up() {
    lab up "$@" >"$WORK/up" 2>&1 && return
    not_ok "a lab comes up: felt-lab up $*"
    diag "$(cat "$WORK/up")"
    done_testing
}

# subnet HOST: 172.17.8 of FLANNEL_SUBNET=172.17.8.1/24
subnet() {
    lab exec "$1" sed -n 's/^FLANNEL_SUBNET=\(.*\)\.[0-9]*\/[0-9]*$/\1/p' /run/flannel/subnet.env
}

# ctl HOST COMMAND JQ...: feltctl's JSON through jq.
ctl() {
    local host=$1 command=$2
    shift 2
    lab exec "$host" feltctl "$command" -o json | jq -r "$@"
}

# waited_us HOST...: for each, for how many microseconds feltd has been ready to run and had no processor
# (Documentation/scheduler/sched-stats.rst). Its number is the lab's, so that is where one has to look.
waited_us() {
    local host pids=()
    for host; do
        pids+=("$(<"$STOPWATCH_DIR/$host/feltd.pid")")
    done
    lab exec "$1" bash -c 'for pid; do
            us=0
            for file in "/proc/$pid/task/"*/schedstat; do
                read -r _ ns _ <"$file" && us=$((us + ns / 1000))
            done
            echo "$us"
        done' bash "${pids[@]}"
}

# stopwatch HOST...: measures from now what is the first's to do and then, at once, the others'.
STOPWATCH_DIR=''
stopwatch() {
    STOPWATCH_FROM=${EPOCHREALTIME/./}
    [[ $STOPWATCH_DIR ]] || STOPWATCH_DIR=$(lab dir)
    mapfile -t STOPWATCH_WAITED < <(waited_us "$@")
}

# stopwatch_read HOST...: the same hosts. MS is how many milliseconds have passed, WAITED_MS for how many of
# them feltd of the first, and that of the others which has waited most, had no processor: what a limit
# is not about. What the test's own processes wait is not taken away.
# shellcheck disable=SC2034 # MS and WAITED_MS are for who reads this in
stopwatch_read() {
    local i us most=0 waited
    MS=$(((${EPOCHREALTIME/./} - STOPWATCH_FROM) / 1000))
    mapfile -t waited < <(waited_us "$@")
    for ((i = 1; i < $#; i++)); do
        us=$((waited[i] - STOPWATCH_WAITED[i]))
        ((us <= most)) || most=$us
    done
    WAITED_MS=$(((waited[0] - STOPWATCH_WAITED[0] + most) / 1000))
}

# flow SOURCE ADDRESS: a running ping, one each FLOW_INTERVAL (0.02 s); flows_end stops all of them.
declare -A FLOWS=()
flow() {
    local name=$1-$2
    FLOWS[$name]=$1
    lab exec "$1" bash -c 'echo $$ >"$1.pid"; exec ping -n -i "$3" -w 300 "$2" >"$1"' bash "$WORK/$name" "$2" "${FLOW_INTERVAL:-0.02}" &
    await 20 grep -qs 'icmp_seq=5 ' "$WORK/$name" || diag "no answers from $2 to $1: $(cat "$WORK/$name")"
}

# The number of answers of a flow so far.
answers() {
    grep -c 'icmp_seq=' "$1"
}

more_answers() {
    (($(answers "$1") >= $2))
}

# flows_end NAME: another second of traffic, then no answer may be missing, nor come twice.
flows_end() {
    local name file before
    for name in "${!FLOWS[@]}"; do
        file=$WORK/$name
        before=$(answers "$file")
        await 10 more_answers "$file" $((before + 50))
        lab exec "${FLOWS[$name]}" kill -INT "$(<"$file.pid")"
    done
    wait
    for name in "${!FLOWS[@]}"; do
        is "$1: ${name/-/ -> } loses no packet" "$(gaps "$WORK/$name")" "no gap"
    done
    FLOWS=()
}

gaps() {
    sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' "$1" | awk '
        NR == 1 { first = $1 }
        NR > 1 && $1 != last + 1 { list = list " " last ".." $1 }
        { last = $1 }
        END {
            if (NR < 50) print "only " NR " answers"
            else print list == "" && first == 1 ? "no gap" : "first " first ", gaps" list
        }'
}
