# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # srcdir, WORK and FELT_LAB are set by lab.sh
# Follows a guide: doc/*.md whose code blocks name a machine in the prompt of each command.
#
#   <!-- lab: 3 --bare -->   a fresh lab, 'felt-lab up' with these arguments; none: there is none
#   <!-- attach: h1 h2 -->   containers behind docker0 of these, as a restart of dockerd would make them
#   <!-- status: 1 -->       the next command ends with this status
#   <!-- shown -->           the next block is for people: it is not run
#   <!-- await: 40 -->       the next command is tried again for so many seconds
#       h1# command          on that machine, as root; c1# in its container, switch# between them
#       lab# command         where the lab was started
#       output               each word that has no digit is in what the command prints; '...' ends that
#
# A command of a pipe that fails is a failure, as the last one is. feltd goes on in the background, once it
# is ready. TOKEN is what 'feltctl token' printed last.

GUIDE_LIMIT_S=90 # for one command

# One line for each thing to do: KIND TAB TEXT.
guide_parse() {
    awk '
        /^<!-- [a-z]+(: .*)? -->$/ {
            text = $0
            sub(/^<!-- /, "", text); sub(/ -->$/, "", text)
            kind = text; sub(/:.*/, "", kind)
            if (!sub(/^[a-z]+: /, "", text)) text = ""
            if (kind == "shown") shown = 1
            else print kind "\t" text
            next
        }
        /^    / {
            block = 1
            if (shown) next
            text = $0
            sub(/^ +/, "", text)
            if (joined != "") { text = joined text; joined = "" }
            else if (text ~ /^([hc][0-9]+|switch|lab)# /) { }
            else { if (command) print "output\t" text; next }
            if (text ~ /\\$/) { joined = substr(text, 1, length(text) - 1); next }
            command = 1
            print "command\t" text
            next
        }
        /^$/ { if (!block) next; command = 0; next }
        { if (block) { block = 0; shown = 0 } command = 0 }' "$1"
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
    lab/*) PATH=$srcdir/contrib/lab:$PATH timeout "$GUIDE_LIMIT_S" bash -o pipefail -c "$command" ;;
    */feltd\ *--help | */feltd\ *--version) lab exec "$host" bash -o pipefail -c "$command" ;;
    */feltd\ * | */FELTD_JOIN=*) guide_feltd "$host" "$command" ;;
    *) lab exec "$host" timeout "$GUIDE_LIMIT_S" bash -o pipefail -c "$command" ;;
    esac
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
    local name kind text host words output='' status wanted=0 missing expected limit=0 until command=''
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
        case $kind in
        lab)
            lab down
            [[ $text != none ]] || continue
            read -ra words <<<"$text"
            lab up "${words[@]}" >"$WORK/up" 2>&1 || {
                not_ok "$name: felt-lab up $text"
                diag "$(cat "$WORK/up")"
                return
            }
            ;;
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
