#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Machines that are gone: by feltctl reclaim what they own is others' within seconds, by itself after
# the lease time, and with --force also where most of them are gone. Who comes back when its subnet is
# somebody else's takes another one, and the hooks renumber its bridge.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=60   # until something has to be over; far above what it takes
SILENT_S=120 # until two of three are dead to the third, which takes it for its own fault first

mkdir -p "$WORK/hooks.d/lease-changed.d"
cat >"$WORK/hooks.d/lease-changed.d/10-bridge" <<'END_HOOK'
#!/bin/sh
echo "$FELT_REASON [$FELT_OLD_SUBNET] [$FELT_NEW_SUBNET]" >>/run/changes
[ "$FELT_REASON" = renumbered ] || exit 0
. /run/flannel/subnet.env
ip address flush dev docker0
ip address add "$FLANNEL_SUBNET" dev docker0
END_HOOK
chmod 0755 "$WORK/hooks.d/lease-changed.d/10-bridge"

routes_to() {
    lab exec "$1" ip -4 route show "$2.0/24" | wc -l
}
has_routes() {
    [[ $(routes_to "$1" "$2") == "$3" ]]
}
# sees HOST NAME STATE: some member of that name.
sees() {
    [[ $(ctl "$1" members "[.members[] | select(.name == \"$2\").state] | index(\"$3\") != null") == true ]]
}
is_ready() {
    [[ $(ctl "$1" status .ready) == true ]]
}
owned() {
    ctl "$1" status .slots.own
}
problems() {
    ctl "$1" status '.problems[]'
}
in_subnet_other_than() {
    [[ $(subnet "$1") != "$2" && $(subnet "$1") ]]
}
# founds|joins HOST ARG...: feltd, and a container behind it.
KEY=$WORK/cluster.key
(umask 077 && head -c 32 /dev/urandom | base64 >"$KEY")
founds() {
    local host=$1
    shift
    lab start "$host" --network 172.17.0.0/16 --key-file "$KEY" --hooks-dir "$WORK/hooks.d" "$@" >/dev/null
    lab attach "$host" >/dev/null
}
joins() {
    local host=$1
    shift
    lab start "$host" --join 192.0.2.1 --key-file "$KEY" --hooks-dir "$WORK/hooks.d" "$@" >/dev/null
    lab attach "$host" >/dev/null
}
reclaim() {
    local host=$1
    shift
    lab exec "$host" feltctl reclaim "$@" 2>&1 </dev/null
}

# ---- one of three is gone ----------------------------------------------------------------------------

lab_up 5 --bare
founds h1
joins h2
joins h3
TOTAL=$(ctl h1 status .slots.total)
NET3=$(subnet h3)
like "status has the lease time" "$(lab exec h1 feltctl status)" 'reclaim +of what is silent for the lease time, 24h'
is "in seconds for programs" "$(ctl h1 status .cluster.lease_time_s)" 86400
await_ok "h1 has a route to h2" "$LIMIT_S" has_routes h1 "$(subnet h2)" 1
flow c1 "$(lab exec c2 hostname -I | tr -d ' ')"

out=$(reclaim h1 h3)
is "who is alive is not reclaimed" "$?" 1
like "which is said" "$out" 'h3 is alive, or was a moment ago: stop it first'
out=$(reclaim h1 h1)
like "nor is this node itself" "$out" 'h1 is this node'
out=$(reclaim h1 h9)
like "nor anybody unknown" "$out" "no member is called 'h9'"

lab kill h3
await_ok "h1 holds h3 for dead" "$LIMIT_S" sees h1 h3 dead
await_ok "and so does h2" "$LIMIT_S" sees h2 h3 dead
like "status says for how long and until when" "$(problems h1)" \
    '1 member is dead: h3 \(silent for [0-9]+ (s|min), reclaimable in (23|24) h\)'
like "and so do the members" "$(lab exec h1 feltctl members)" 'h3 .* dead .* in (23|24)h'

BEGUN=$SECONDS
out=$(reclaim h1 h3)
is "feltctl reclaim succeeds" "$?" 0
like "and says how many subnets went to whom" "$out" "^h3: [1-9][0-9]* subnets reclaimed; they are h1's now$"
ok "it took $((SECONDS - BEGUN)) s"
for host in h1 h2; do
    await_ok "$host has no route there any more" 10 has_routes "$host" "$NET3" 0
done
is "all is owned by the living" "$(($(owned h1) + $(owned h2)))" "$TOTAL"
like "the log has the operator's word" "$(lab logs h1)" 'lease: an operator says that node=[0-9a-f]{8} is gone for good'
like "and the decision, also where it was not said" "$(lab logs h2)" 'lease: era=2: [0-9]+ subnets of members .* given up by an operator'
out=$(reclaim h2 h3)
is "once more there is nothing to reclaim" "$?" 1
like "which is said" "$out" 'h3 owns no subnet'
flows_end "while another is reclaimed"

# ---- it comes back -----------------------------------------------------------------------------------

joins h4 --subnet "$NET3.0/24"
is "a new machine may have the subnet" "$(subnet h4)" "$NET3"
lab start h3 >/dev/null
await_ok "h3 is back, in another subnet" "$LIMIT_S" in_subnet_other_than h3 "$NET3"
NEW3=$(subnet h3)
await_ok "its hooks hear of it" "$LIMIT_S" lab exec h3 grep -qxF "renumbered [$NET3.0/24] [$NEW3.0/24]" /run/changes
like "its log says what it lost" "$(lab logs h3)" "lease: LOST subnet=$NET3.0/24: another member owns it now"
has_address() {
    lab exec "$1" ip -4 -o address show dev docker0 | grep -qF "$2"
}
await_ok "and the bridge is in the new subnet" "$LIMIT_S" has_address h3 "$NEW3.1/24"
await_ok "h1 has a route there" "$LIMIT_S" has_routes h1 "$NEW3" 1
lab attach h3 >/dev/null
check "and reaches a container there" lab exec c1 ping -n -c 3 -i 0.2 -W 5 "$(lab exec c3 hostname -I | tr -d ' ')"

# ---- two of three are gone ---------------------------------------------------------------------------

check "h4 leaves, so that there are three" lab exec h4 feltctl leave
NET1=$(subnet h1)
NET2=$(subnet h2)
lab kill h2
lab kill h3
await_ok "h1 holds h2 for dead" "$SILENT_S" sees h1 h2 dead
await_ok "and h3" "$SILENT_S" sees h1 h3 dead
lacks_majority() {
    ((2 * $(owned h1) <= TOTAL))
}
if lacks_majority; then
    is "the lease is at risk" "$(ctl h1 status .lease.at_risk)" true
    is "in a day, and not before" "$(ctl h1 status '.lease.at_risk_left_us | . > 23 * 3600e6 and . <= 24 * 3600e6')" true
    like "in words" "$(problems h1)" 'the lease is AT RISK: the owners of [0-9]+ of all 255 subnets, more than half, are silent, for .* in (23|24) h'
    out=$(reclaim h1 h2 h3)
    is "without a majority nothing is reclaimed" "$?" 1
    like "and feltctl says why, and what --force risks" "$out" \
        'the owners of only [0-9]+ of all 255 subnets are alive here.*--force.*may lose'
    before=$(owned h1)
    out=$(reclaim h1 h2 h3 --force)
    is "--force asks, and no answer is a no" "$?" 1
    like "it says what it risks" "$out" 'some of them lose their subnets'
    is "nothing has changed" "$(owned h1)" "$before"
else
    not_ok "h1 alone owns no majority (it owns $(owned h1) of $TOTAL)"
fi
out=$(reclaim h1 h2 h3 --force --yes)
is "with --yes it does so" "$?" 0
like "and says what came of it" "$out" "^h2: [1-9][0-9]* subnets reclaimed; they are h1's now"
is "h1 owns all" "$(owned h1)" "$TOTAL"
is "and keeps its own subnet" "$(subnet h1)" "$NET1"
is "its lease is at risk no more" "$(ctl h1 status .lease.at_risk)" false
like "the log says that it was forced" "$(lab logs h1)" 'lease: era=[0-9]{7,}: FORCED by an operator without a majority'
joins h5 --subnet "$NET2.0/24"
await_ok "a new machine joins" "$LIMIT_S" is_ready h5
is "and has the subnet of one that is gone" "$(subnet h5)" "$NET2"

lab start h2 >/dev/null
await_ok "h2 is back, in another subnet" "$LIMIT_S" in_subnet_other_than h2 "$NET2"
like "its log says that an era was forced" "$(lab logs h2)" 'an operator has forced it without a majority, on another member'
agree() {
    [[ $(ctl h1 status .cluster.era) == "$(ctl h2 status .cluster.era)" &&
        $(ctl h1 status .cluster.era) == "$(ctl h5 status .cluster.era)" ]]
}
await_ok "all are in one era" "$LIMIT_S" agree
lab down

# ---- by itself, after the lease time -----------------------------------------------------------------

LEASE_S=60
lab_up 4 --bare
founds h1 --lease-time "${LEASE_S}s"
joins h2
joins h3
is "the lease time is the founder's everywhere" "$(ctl h3 status .cluster.lease_time_s)" "$LEASE_S"
NET3=$(subnet h3)
lab kill h3
BEGUN=$SECONDS
nothing_is_h3s() {
    (($(owned h1) + $(owned h2) == TOTAL))
}
await_ok "what h3 owned is others' after the lease time" $((LEASE_S + 75)) nothing_is_h3s
TOOK=$((SECONDS - BEGUN))
check "not before it, and within a minute after it ($TOOK s)" test "$TOOK" -ge "$LEASE_S" -a "$TOOK" -le $((LEASE_S + 60 + 15))
for host in h1 h2; do
    await_ok "$host has no route there any more" 10 has_routes "$host" "$NET3" 0
done
joins h4 --subnet "$NET3.0/24"
is "a new machine may have the subnet" "$(subnet h4)" "$NET3"
lab start h3 >/dev/null
await_ok "h3 is back, in another subnet" "$LIMIT_S" in_subnet_other_than h3 "$NET3"
await_ok "and its hooks hear of it" "$LIMIT_S" lab exec h3 grep -qxF "renumbered [$NET3.0/24] [$(subnet h3).0/24]" /run/changes
done_testing
