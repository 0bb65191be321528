# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What check_mutants.sh and quick.sh share: a simulator with one fault of src/base/mutant.h, and seeds until it is
# caught. From the environment: srcdir, builddir, and how make compiles and links (tests/sim/tests.mk).

srcdir=${srcdir:-.} builddir=${builddir:-.}
list=$srcdir/tests/sim/mutants/list

# mutants: "NAME OPTION..." for each line of the list; "NAME model RUN" where the simulator is blind, unless BLIND=1.
mutants() {
    awk -F '|' -v blind="${BLIND:-0}" '!/^#/ { print $1 ($3 ~ /^ model/ && !blind ? $3 : $2) }' "$list" | sed 's/ *$//'
}

# sources NAME: the files that it changes.
sources() {
    (cd "$srcdir" && grep -rlw --include='*.c' "FELT_MUTANT($1)" src)
}

# build NAME FILE: only its files are compiled anew; they come before the archives, whose members of the same symbols
# are then never taken.
build() {
    local name=$1 program=$2 source object objects=()
    while read -r source; do
        object=$program.$(tr / . <<<"${source%.c}").o
        # shellcheck disable=SC2086 # lists of words
        (cd "$builddir" && $FELT_COMPILE -w -DFELT_MUTATE="FELT_MUTANT_$name" -c -o "$object" "$srcdir/$source") || return 1
        objects+=("$object")
    done < <(sources "$name")
    ((${#objects[@]})) || {
        echo "no source has FELT_MUTANT($name)" >&2
        return 1
    }
    # shellcheck disable=SC2086
    (cd "$builddir" && $FELT_LINK -o "$program" $FELT_SIM_OBJECTS "${objects[@]}" $FELT_SIM_LIBS)
}

# check_of TEXT: which check said it (src/sim/check_*.c), or "assertion", or "agreement" and the like at the end of a run.
check_of() {
    case $1 in
    Assertion*) echo assertion ;;
    *"has two owners"* | *"finds two owners"*) echo owner ;;
    *"began with two values"* | *" was "*"'s, and at "* | *"which it has given away"* | *"at term"*) echo era ;;
    *"is believed"*) echo identity ;;
    *"tells of a keyring"* | *"removes a key"*) echo keys ;;
    *"its lease, by a gift"* | *"not on its disk"* | *"which it does not own"* | *"which it used before"*) echo lease ;;
    *"says farewell"*) echo farewell ;;
    *"to be reserved for another"*) echo reservation ;;
    *"an etcd bridge"* | *"was not made in etcd"* | *"to be foreign"*) echo bridge ;;
    *"two clusters"*) echo cluster ;;
    *"went back"*) echo self ;;
    *"the digest of"*) echo digest ;;
    *"has forgotten"*) echo table ;;
    *"at once for ever"*) echo livelock ;;
    *"no one view"*) echo agreement ;;
    *"not spread"*) echo balance ;;
    *"not all is reclaimed"*) echo reclaim ;;
    *) echo "other" ;;
    esac
}

# run PROGRAM FIRST N OPTION...: one line for each seed that is caught: its number, and what was violated. An assertion
# of the core that fails catches, too; the seeds after it are run then. Fails where it takes too long, which says nothing.
run() {
    local program=$1 seed=$2 end=$(($2 + $3)) out=$1.out n status
    shift 3
    while ((seed < end)); do
        timeout "${TIME:-3600}" "$program" --seed "$seed" --seeds $((end - seed)) "$@" >"$out" 2>"$out.err"
        status=$?
        awk -v seed="$seed" '
            /^seed / { at = seed + n++ }
            /^reproduce: / {
                sub(/^[^(]*\(at [0-9.]+ s: /, "")
                sub(/\)$/, "")
                print at "\t" $0
            }' "$out"
        n=$(grep -c '^seed ' "$out")
        seed=$((seed + n))
        ((seed < end)) || break
        if ! grep -m 1 -oE 'Assertion.*' "$out.err" | sed "s/^/$seed\t/" | grep .; then
            echo "seed $seed ended with $status: $(tail -n 1 "$out.err")" >&2
            return 1
        fi
        seed=$((seed + 1))
    done
}
