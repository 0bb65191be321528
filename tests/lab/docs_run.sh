# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # srcdir, WORK and FELT_LAB are set by lab.sh
# Follows a guide: doc/*.md whose code blocks name a machine in the prompt of each command.
#
#   <!-- lab: 3 --bare -->   a fresh lab, 'felt-lab up' with these arguments; none: there is none
#   <!-- machines: 3 -->     fresh machines that boot, where tests/lab/docs_boot.sh has them
#   <!-- lab -->             what follows is typed in the lab again, as it was left; so is <!-- machines -->
#   <!-- attach: h1 h2 -->   containers behind docker0 of these, as a restart of dockerd would make them
#   <!-- copy: h1 FILE -->   all other machines have the file, too
#   <!-- file: NAME -->      the next block is that file, where the lab was started
#   <!-- instead: 101 11 --> in the next block the first number is typed as the second
#   <!-- status: 1 -->       the next command ends with this status
#   <!-- await: 40 -->       the next command is tried again for so many seconds
#   <!-- shown: REASON -->   the next block is typed by no test
#       h1# command          on that machine, as root; c1# in its container, switch# between them
#       each# command        on all machines at once
#       lab# command         where the lab was started, in a directory that looks like the source
#       output               each word that has no digit is in what the command prints; '...' ends that
#
# Of a guide with both, tests/lab/docs.sh follows what is for the lab, tests/lab/docs_systemd.sh the machines.
# A command of a pipe that fails is a failure, as the last one is. feltd goes on in the background, once it
# is ready. TOKEN is what 'feltctl token' printed last.

GUIDE_LIMIT_S=90 # for one command
GUIDE_WORLD=lab  # whose parts are followed; docs_boot.sh has machines
GUIDE_HOSTS=()   # that there are

# One line for each thing to do: KIND TAB TEXT.
guide_parse() {
    awk '
        function end_of_block() {
            if (block) { block = 0; shown = 0; file = 0; split("", instead) }
            command = 0
        }
        /^<!-- [a-z]+(: .*)? -->$/ {
            end_of_block()
            text = $0
            sub(/^<!-- /, "", text); sub(/ -->$/, "", text)
            kind = text; sub(/:.*/, "", kind)
            if (!sub(/^[a-z]+: /, "", text)) text = ""
            if (kind == "shown" && text != "") shown = 1
            else if (kind == "instead" && text ~ /^[0-9]+ [0-9]+$/) split(text, instead, " ")
            else print kind "\t" text
            if (kind == "file") file = 1
            next
        }
        /^    / {
            block = 1
            if (shown) next
            text = $0
            if (file) { print "line\t" substr(text, 5); next }
            if (instead[1] != "") gsub(instead[1], instead[2], text)
            sub(/^ +/, "", text)
            if (joined != "") { text = joined text; joined = "" }
            else if (text ~ /^([hc][0-9]+|each|switch|lab)# /) { }
            else { if (command) print "output\t" text; next }
            if (text ~ /\\$/) { joined = substr(text, 1, length(text) - 1); next }
            command = 1
            print "command\t" text
            next
        }
        /^$/ { if (block && file) print "line\t"; command = 0; next }
        { end_of_block() }' "$1"
}

# guide_feltd HOST COMMAND: starts it as the lab does, waits until it is ready.
guide_feltd() {
    local host=$1 words=() args=()
    eval "words=($2)"
    while [[ ${words[0]} == *=* ]]; do
        [[ ${words[0]} == FELTD_JOIN=* ]] || return 1
        (umask 077 && printf '%s\n' "${words[0]#*=}" >"$(lab dir)/$host/token")
        words=("${words[@]:1}")
    done
    args=("${words[@]:1}")
    lab start "$host" "${args[@]}"
}

guide_command() {
    local host=${1%%# *} command=${1#*# }
    command=${command//TOKEN/$GUIDE_TOKEN}
    case $host/$command in
    lab/*) (cd "$GUIDE_TREE" && PATH=$PWD/contrib/lab:$PATH timeout "$GUIDE_LIMIT_S" bash -o pipefail -c "$command") ;;
    each/*) guide_each "$command" ;;
    */feltd\ *--help | */feltd\ *--version) lab exec "$host" bash -o pipefail -c "$command" ;;
    */feltd\ * | */FELTD_JOIN=*) guide_feltd "$host" "$command" ;;
    *) lab exec "$host" timeout "$GUIDE_LIMIT_S" bash -o pipefail -c "$command" ;;
    esac
}

guide_each() {
    local host pid pids=() status=0
    for host in "${GUIDE_HOSTS[@]}"; do
        guide_command "$host# $1" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
    return "$status"
}

# guide_copy HOST FILE: as configuration management would.
guide_copy() {
    local host
    for host in "${GUIDE_HOSTS[@]}"; do
        [[ $host == "$1" ]] || lab exec "$1" cat "$2" | lab exec "$host" sh -c 'umask 077; mkdir -p "$(dirname "$1")"; cat >"$1"' sh "$2"
    done
}

# guide_up ARG...: a fresh world.
guide_up() {
    local entry
    GUIDE_TREE=$WORK/tree
    rm -rf "$GUIDE_TREE"
    mkdir "$GUIDE_TREE"
    for entry in "$(readlink -f "$srcdir")"/*; do ln -s "$entry" "$GUIDE_TREE/"; done
    ln -sfn "$(readlink -f "$builddir")" "$GUIDE_TREE/build"
    lab down
    GUIDE_HOSTS=()
    [[ $1 != none ]] || return 0
    lab up "$@" || return
    mapfile -t GUIDE_HOSTS < <(seq -f h%g 1 "$1")
}

# The words of what a guide shows that are not in what was printed. Numbers, names of this run and
# times differ from run to run.
guide_missing() {
    local word
    tr -s '[:blank:]' '\n' <<<"$1" | grep -vE '[0-9]|^\.\.\.$|^$' | while read -r word; do
        grep -qF -- "$word" <<<"$2" || printf '%s ' "$word"
    done
}

guide_follow() {
    local name kind text host words output='' status wanted=0 missing expected limit=0 until command='' here='' file
    name=$(basename "$1")
    GUIDE_TOKEN=none
    # A command is judged when all that should be its output has been read.
    settle() {
        [[ -n $command ]] || return 0
        missing=$(guide_missing "${expected%%...*}" "$output")
        if ((status != wanted)); then
            not_ok "$name: $command"
            diag "status $status, not $wanted: $output"
        elif [[ -n $missing ]]; then
            not_ok "$name: $command"
            diag "the guide shows what it does not print: $missing"
            diag "$output"
        else
            ok "$name: $command"
        fi
        command='' wanted=0 limit=0
    }
    while IFS=$'\t' read -r kind text <&3; do
        [[ $kind == output ]] || settle
        [[ $kind != lab && $kind != machines ]] || here=$kind
        [[ $here == "$GUIDE_WORLD" || $kind == shown ]] || continue
        case $kind in
        "$GUIDE_WORLD")
            [[ $text ]] || continue
            read -ra words <<<"$text"
            guide_up "${words[@]}" >"$WORK/up" 2>&1 || {
                not_ok "$name: $kind: $text"
                diag "$(cat "$WORK/up")"
                return
            }
            ;;
        shown) not_ok "$name: a block is shown only, and there is no reason" ;;
        copy) read -ra words <<<"$text" && guide_copy "${words[@]}" ;;
        file) file=$GUIDE_TREE/$text && : >"$file" ;;
        line) printf '%s\n' "$text" >>"$file" ;;
        attach) for host in $text; do lab attach "$host"; done ;;
        status) wanted=$text ;;
        await) limit=$text ;;
        output) expected+=$text$'\n' ;;
        command)
            command=$text expected='' until=$((SECONDS + limit))
            while :; do
                status=0
                output=$(guide_command "$text" 2>&1 </dev/null) || status=$?
                ((status != wanted && SECONDS < until)) || break
                sleep 0.2
            done
            [[ $text != *"feltctl token"* ]] || GUIDE_TOKEN=$(grep -o 'felt1-[A-Za-z0-9_-]*' <<<"$output" | head -n 1)
            ;;
        *)
            not_ok "$name: a directive of its own: $kind"
            ;;
        esac
    done 3< <(guide_parse "$1")
    settle
}

# guides_follow [NAME]: all that have something for this world but the one of that name, or DOC.
guides_follow() {
    local guide guides
    if [[ -n ${DOC:-} ]]; then
        guides=("$srcdir/$DOC")
    else
        mapfile -t guides < <(grep -l "^<!-- $GUIDE_WORLD: " "$srcdir"/doc/*.md)
        is "there are guides to follow" "$((${#guides[@]} >= 3))" 1
    fi
    for guide in "${guides[@]}"; do
        [[ ! ${1:-} || $guide != */$1 ]] || continue
        guide_follow "$guide"
    done
}
