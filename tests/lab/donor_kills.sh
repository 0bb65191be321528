#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whoever gives subnets is killed at random moments of join storms: no subnet is ever taken twice, and
# none is lost for good. The simulator has the same, at every step of a gift: felt-sim --measure donor.
# KILLS=1000 make check-lab is the long run; SEED=N draws the same moments again, as far as a machine can.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --check"

KILLS=${KILLS:-200}
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
GIVERS=6
JOINERS=12
SUBNETS=255   # of a /16 of /24s
LIMIT_S=120   # for whatever has to come; far above what it takes
LOG_LINES=15  # of each log, where something failed

lab_up $((GIVERS + JOINERS)) --bare
DIR=$(lab dir)
TOOLS=$(readlink -f "$srcdir")/tests/lab
mapfile -t HOSTS < <(seq -f 'h%g' $((GIVERS + JOINERS)))
check "h1 founds" lab start h1 --network 10.5.0.0/16
# Each of the givers is a seed, whichever of them is down.
seeds=()
for ((i = 1; i <= GIVERS; i++)); do seeds+=(--seed "192.0.2.$i"); done
TOKEN=$(lab exec h1 feltctl token "${seeds[@]}")
lab stop h1

lab exec switch env FELTD_JOIN="$TOKEN" python3 "$TOOLS/donor_kills.py" "$DIR" "$KILLS" "$SEED" "$GIVERS" "$JOINERS" >"$WORK/storm"
diag "SEED=$SEED: $(grep -v '^not: ' "$WORK/storm" | tr '\n' ' ')"
is "givers are killed $KILLS times" "$(sed -n 's/^kills=//p' "$WORK/storm")" "$KILLS"
is "no two hosts have one subnet at any moment, all maps agree after each storm, nobody ends by itself" \
    "$(grep '^not: ' "$WORK/storm")" ""
is "in the end every slot has one owner, who is there, by everybody's map" \
    "$(python3 "$TOOLS/maps.py" "$DIR" "$LIMIT_S" "$SUBNETS" "${HOSTS[@]}")" agreed
is "nobody ever saw a slot with two owners" "$(grep -h 'lease: FORK' "$DIR"/h*/feltd.log)" ""
is "nobody lost a subnet that it used" "$(grep -h 'lease: LOST' "$DIR"/h*/feltd.log)" ""
is "a machine that lost its disk is not taken for a clone" "$(grep -h 'was the machine cloned' "$DIR"/h*/feltd.log)" ""
done_testing
