#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fifty real daemons against the simulator's figures: how soon silence and a refused port are found
# out, what a quiet cluster sends, and what it costs the machine.
#
# Times and bytes are ratios to what felt-sim says of the same case: the same object code, so what
# differs is the world, or a mistake in one of the two.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --check"

HOSTS=50
UNTOUCHED=20   # h1..h20 never fail, and nobody may say that they do
BATCH=5        # machines that fail at once; far fewer than the third that looks like our own fault
CUT_BATCHES=3  # 15 samples: nearly all of the time is fixed limits, so the spread is small
KILL_BATCHES=6 # 30 samples: nearly all of the time is waiting for the next probe, a second or none
QUIET_S=20
LIMIT_S=60     # until something has to be over; far above what it takes
WITHIN=2       # times the simulator's figure
CPU_MAX=10     # percent of one core, for all of them, while nothing happens
PORT=8470
LOG_LINES=4    # of each of fifty logs, where something failed

# ---- the simulator's figures --------------------------------------------------------------------

# Medians over 20 seeds, in ms and in bytes a second of a node.
declare -A FIGURE=()
ask_simulator() {
    local name value
    while read -r name value; do FIGURE[$name]=$value; done < <(
        for name in detect traffic; do
            "$FELT_BUILD/src/sim/felt-sim" --measure "$name" --nodes "$HOSTS" --seeds 20 --report json
        done | jq -r '[.figure, (.median * (if .unit == "s" then 1000 else 1 end) | round)] | @tsv')
    for name in silent_first silent_all refused_first refused_all sent; do
        [[ ${FIGURE[$name]:-} ]] || return 1
    done
}

# within NAME GOT FIGURE: at most that many times the figure.
within() {
    diag "$1: $2, the simulator has ${FIGURE[$3]}"
    check "$1: is within $WITHIN times the simulator's" test "$2" -le $((WITHIN * FIGURE[$3]))
}

median() {
    LC_ALL=C sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "nothing" }'
}

# ---- what the daemons said ----------------------------------------------------------------------

NOW='date "+%F %T.%3N"' # as the log has it

# deaths HOST SINCE LOG...: in how many of the logs HOST is declared dead after that moment, and how
# many ms after it in the first and in the last of them.
deaths() {
    local host=$1 since=$2
    shift 2
    awk -v name="name=$host" -v since="$since" '
        function ms(clock, part) { split(clock, part, ":"); return (part[1] * 3600 + part[2] * 60 + part[3]) * 1000 }
        BEGIN { split(since, start, " "); zero = ms(start[2]) }
        / gossip: member is dead / && !(FILENAME in seen) && $1 " " $2 >= since {
            for (i = 3; i <= NF && $i != name; i++) { }
            if (i > NF) next
            seen[FILENAME] = 1
            t = (ms($2) - zero + 86400000) % 86400000
            if (n == 0 || t < first) first = t
            if (t > last) last = t
            n++
        }
        END { print n + 0, int(first), int(last) }' "$@"
}

# The logs of all hosts but those.
others() {
    local i
    for ((i = 1; i <= HOSTS; i++)); do
        [[ " $* " == *" h$i "* ]] || printf '%s\n' "$DIR/h$i/feltd.log"
    done
}

declare -A SINCE=()
all_declared() {
    local host n logs
    mapfile -t logs < <(others "$@")
    for host; do
        read -r n _ < <(deaths "$host" "${SINCE[$host]}" "${logs[@]}")
        ((n == ${#logs[@]})) || return 1
    done
}

all_alive() {
    local i
    for ((i = 1; i <= HOSTS; i += 7)); do
        [[ $(ctl "h$i" status '.members | .total == .alive') == true ]] || return 1
    done
    [[ $(ctl h1 status .members.alive) == "$HOSTS" ]]
}

# fail_batch KIND FIRST: BATCH hosts from the FIRST on fail at once; how long it took to be known goes to
# $WORK/KIND_first and $WORK/KIND_all.
fail_batch() {
    local kind=$1 i host n first last moment logs victims=() pids=()
    for ((i = $2; i < $2 + BATCH; i++)); do
        victims+=("h$i")
        pids+=("$(lab pid "h$i")")
    done
    # The moment is taken right beside the deed: felt-lab takes a while to begin.
    case $kind in
    silent) moment=$(lab exec switch bash -c "$NOW; "'for port; do ip link set "$port" down; done' bash "${victims[@]}") ;;
    refused) moment=$(lab exec switch bash -c "$NOW; "'kill -9 "$@"' bash "${pids[@]}") ;;
    esac
    for host in "${victims[@]}"; do SINCE[$host]=$moment; done
    await "$LIMIT_S" all_declared "${victims[@]}" || return 1
    mapfile -t logs < <(others "${victims[@]}")
    for host in "${victims[@]}"; do
        read -r n first last < <(deaths "$host" "${SINCE[$host]}" "${logs[@]}")
        printf '%s\n' "$first" >>"$WORK/${kind}_first"
        printf '%s\n' "$last" >>"$WORK/${kind}_all"
        diag "$kind $host: declared dead first after $first ms, by the last of $n after $last ms"
    done
}

restore_batch() {
    local i status=0 jobs=()
    for ((i = $2; i < $2 + BATCH; i++)); do
        case $1 in
        silent) lab mend "h$i" ;;
        refused) lab start "h$i" ;;
        esac &
        jobs+=($!)
    done
    for i in "${jobs[@]}"; do wait "$i" || status=1; done
    return "$status"
}

# measure KIND BATCHES WORDS: fails batches of hosts one after the other.
measure() {
    local batch first=$((UNTOUCHED + 1))
    for ((batch = 1; batch <= $2; batch++)); do
        if fail_batch "$1" "$first"; then
            ok "$3, batch $batch: all others come to know of all $BATCH"
        else
            not_ok "$3, batch $batch: all others come to know of all $BATCH within $LIMIT_S s"
        fi
        check "$3, batch $batch: they come back" restore_batch "$1" "$first"
        await_ok "$3, batch $batch: and are alive to all others" "$LIMIT_S" all_alive
        first=$((first + BATCH))
    done
    [[ -s $WORK/${1}_first ]] || return
    within "$3: ms until the first declares it dead, median" "$(median <"$WORK/${1}_first")" "${1}_first"
    within "$3: ms until the last declares it dead, median" "$(median <"$WORK/${1}_all")" "${1}_all"
}

# ---- a quiet cluster ----------------------------------------------------------------------------

# Lines "ADDRESS SENT RECEIVED DATAGRAMS" of so many seconds.
traffic() {
    lab exec switch python3 "$(readlink -f "$srcdir")/tests/lab/datagrams.py" count "$1" "$PORT"
}

# One probe and one ack for each node and second, and nothing else.
quiet() {
    local n
    n=$(traffic 2 | awk '{ n += $4 } END { print n + 0 }')
    ((n >= HOSTS * 2 && n <= HOSTS * 2 * 2 * 11 / 10))
}

# Ticks of all daemons so far.
cpu() {
    local pids=() i
    for ((i = 1; i <= HOSTS; i++)); do pids+=("/proc/$(lab pid "h$i")/stat"); done
    lab exec switch cat "${pids[@]}" | sed 's/.*) //' | awk '{ t += $12 + $13 } END { print t }'
}

if ! ask_simulator; then
    not_ok "felt-sim has figures for $HOSTS nodes"
    done_testing
fi
export TZ=UTC # of the logs: with summer time one hour comes twice
lab_up $HOSTS --network 10.0.0.0/8
DIR=$(lab dir)

await_ok "$HOSTS nodes that have nothing to say fall silent but for probes" "$LIMIT_S" quiet
before=$(cpu)
traffic "$QUIET_S" >"$WORK/traffic"
ticks=$(($(cpu) - before))
percent=$((ticks * 100 / QUIET_S / $(getconf CLK_TCK)))
diag "all $HOSTS feltd together: $ticks ticks in $QUIET_S s, $percent % of one core"
check "doing nothing, $HOSTS daemons need at most $CPU_MAX % of one core" test "$percent" -le "$CPU_MAX"
is "all of them send" "$(wc -l <"$WORK/traffic")" "$HOSTS"
mean=$(awk -v s="$QUIET_S" '{ n += $2 } END { print int(n / NR / s) }' "$WORK/traffic")
diag "most of a node: $(awk -v s="$QUIET_S" '{ print int(($2 > $3 ? $2 : $3) / s) }' "$WORK/traffic" | sort -n | tail -n 1) bytes a second"
within "bytes a second that a node sends, mean" "$mean" sent
check "and not below a part of it: this test can tell" test $((mean * WITHIN)) -ge "${FIGURE[sent]}"

measure refused "$KILL_BATCHES" "kill -9"
measure silent "$CUT_BATCHES" "a cable pulled"

mapfile -t logs < <(seq -f "$DIR/h%g/feltd.log" 1 "$UNTOUCHED")
is "nobody who was well is declared dead by anybody who was" \
    "$(awk -v n="$UNTOUCHED" '/ member is dead / { for (i = 1; i <= NF; i++) if ($i ~ /^name=h[0-9]+$/ && substr($i, 7) + 0 <= n) print FILENAME, $0 }' "${logs[@]}")" ""
done_testing
