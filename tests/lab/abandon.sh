#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Machines that founded clusters apart by mistake: each says clearly what it sees, none gives up by
# itself, and feltctl join --abandon brings them together, traffic of before going on meanwhile. The
# hooks hear of each new subnet.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=60 # until something has to be over; far above what it takes

lab_up 3 --bare
DIR=$(lab dir)
KEY=$WORK/cluster.key
(umask 077 && head -c 32 /dev/urandom | base64 >"$KEY")
mkdir -p "$WORK/hooks.d/lease-changed.d"
cat >"$WORK/hooks.d/lease-changed.d/10-record" <<'END'
#!/bin/sh
# The subnet that subnet.env has now comes last: it was rewritten before.
echo "$FELT_REASON [$FELT_OLD_SUBNET] [$FELT_NEW_SUBNET]" >>"/run/changes"
sed -n 's/^FLANNEL_SUBNET=/now /p' /run/flannel/subnet.env >>/run/changes
echo "$FELT_REASON heard"
while [ -e /run/block ]; do sleep 0.1; done
END
chmod 0755 "$WORK/hooks.d/lease-changed.d/10-record"

has_subnet() {
    [[ $(ctl "$1" status '.lease.subnet // ""') ]]
}
sees_alive() {
    [[ $(ctl "$1" status .members.alive) == "$2" ]]
}
said() {
    grep -q "$2" "$DIR/$1/feltd.log"
}
cluster() {
    ctl "$1" status .cluster.id
}
changes() {
    lab exec "$1" cat /run/changes 2>/dev/null
}
has_changed() {
    [[ $(changes "$1" | wc -l) == "$2" ]]
}

# ---- two clusters with one key ---------------------------------------------------------------------

lab start h1 --network 172.17.0.0/16 --key-file "$KEY" --hooks-dir "$WORK/hooks.d" >/dev/null
lab start h2 --network 172.17.0.0/16 --key-file "$KEY" --hooks-dir "$WORK/hooks.d" >/dev/null
for host in h1 h2; do
    await_ok "$host has founded a cluster of its own" "$LIMIT_S" has_subnet "$host"
done
NET2=$(ctl h2 status .lease.subnet)
await_ok "the hook has heard of h2's first subnet" "$LIMIT_S" has_changed h2 2
is "and found it in subnet.env" "$(changes h2)" "first [] [$NET2]
now ${NET2%.0/24}.1/24"
await_ok "what it said is in the log" "$LIMIT_S" said h2 'hooks: 10-record: first heard'

# h1, started again with --join, looks for members where h2 is.
lab stop h1
lab start h1 --join 192.0.2.2 --key-file "$KEY" --hooks-dir "$WORK/hooks.d" >/dev/null
await_ok "h2 refuses the other cluster and names both" "$LIMIT_S" said h2 \
    "gossip: refused datagrams from=192.0.2.1:8470: they are of cluster=$(cluster h1), this is cluster=$(cluster h2)"
is "h1 stays what it is" "$(ctl h1 status '.slots.own == .slots.total')" true
is "a restart with the same subnet is no change for the hooks" "$(changes h1 | wc -l)" 2

# ---- nobody is dropped unasked ---------------------------------------------------------------------

out=$(lab exec h1 feltctl join 192.0.2.2 2>&1)
is "without --abandon nothing happens" "$?" 2
like "and feltctl says what to say" "$out" 'say --abandon'
out=$(lab exec h1 feltctl join --abandon 192.0.2.2 </dev/null 2>&1)
is "who is alone is asked, and no answer is a no" "$?" 1
like "the reason is told" "$out" 'no other member is alive.*--yes'
out=$(lab exec h1 feltctl join --abandon --yes 'no host' 2>&1)
is "what is no target is refused" "$?" 1
like "by name" "$out" "'no host' is neither HOST"
is "and h1 is still what it was" "$(ctl h1 status '.slots.own == .slots.total')" true

# ---- together ---------------------------------------------------------------------------------------

DEVICE=$(lab exec h1 ip -o link show flannel.1 | sed 's/:.*//')
out=$(lab exec h1 feltctl join --abandon --yes 192.0.2.2 2>&1)
is "feltctl join --abandon --yes succeeds" "$?" 0
like "and says where it is now" "$out" "^joined cluster $(cluster h2); subnet 172\.17\."
is "h1 is in h2's cluster" "$(cluster h1)" "$(cluster h2)"
await_ok "h1 and h2 see each other" "$LIMIT_S" sees_alive h1 2
is "its device was never gone" "$(lab exec h1 ip -o link show flannel.1 | sed 's/:.*//')" "$DEVICE"
await_ok "the hooks of h1 have heard" "$LIMIT_S" has_changed h1 4
like "of a new subnet in the place of the old one" "$(changes h1 | sed -n 3p)" \
    '^renumbered \[172\.17\.[0-9]+\.0/24\] \[172\.17\.[0-9]+\.0/24\]$'
is "which subnet.env has" "$(changes h1 | tail -n 1)" "now $(ctl h1 status .lease.subnet | sed 's/\.0\/24/.1\/24/')"
is "the state that was given up is kept" "$(lab exec h1 test -e /var/lib/felt/state.abandoned && echo yes)" yes
is "and the order is done" "$(lab exec h1 test -e /var/lib/felt/join || echo gone)" gone

# ---- by a token, out of a cluster with others ------------------------------------------------------

lab start h3 --network 172.17.0.0/16 --hooks-dir "$WORK/hooks.d" >/dev/null
await_ok "h3 has founded one more, with a key of its own" "$LIMIT_S" has_subnet h3
TOKEN=$(lab exec h3 feltctl token)
out=$(lab exec h1 feltctl join --abandon "$TOKEN" 2>&1)
is "with --key-file a token is refused" "$?" 1
like "since its key would not be used" "$out" 'key-file'
lab stop h1
lab exec h1 cp "$KEY" /var/lib/felt/cluster.key
lab start h1 --hooks-dir "$WORK/hooks.d" >/dev/null
await_ok "h1 with its key in the state directory is back" "$LIMIT_S" sees_alive h1 2
out=$(lab exec h1 feltctl join --abandon -o json - <<<"$TOKEN")
is "the token may come on standard input" "$?" 0
is "h1 is in h3's cluster" "$(cluster h1)" "$(cluster h3)"
is "which programs are told" "$(jq -r '"\(.cluster) \(.lease.subnet)"' <<<"$out")" \
    "$(ctl h1 status '"\(.cluster.id) \(.lease.subnet)"')"
is "h2 saw it leave" "$(ctl h2 members '.members[] | select(.name == "h1").state' | sort -u)" left
is "and owns everything again" "$(ctl h2 status '.slots.own == .slots.total')" true
is "the old key is kept aside" "$(lab exec h1 test -e /var/lib/felt/cluster.key.abandoned && echo yes)" yes
lab kill h1
lab start h1 --hooks-dir "$WORK/hooks.d" >/dev/null
await_ok "killed and started again, h1 is back" "$LIMIT_S" sees_alive h1 2
is "where it was last" "$(cluster h1)" "$(cluster h3)"

# ---- just after a start -----------------------------------------------------------------------------

# Not before h3 has confirmed h1's state does h1 give anything; until then it drops nothing, either.
TOKEN=$(lab exec h2 feltctl token)
PID3=$(lab pid h3)
lab exec h3 kill -STOP "$PID3"
lab stop h1
lab start h1 --hooks-dir "$WORK/hooks.d" >/dev/null
lab exec h1 feltctl join --abandon --yes - <<<"$TOKEN" >"$WORK/join" 2>&1 &
JOIN=$!
await_ok "ordered before anybody has confirmed it, h1 waits" "$LIMIT_S" grep -q 'waits until it knows' "$WORK/join"
lab exec h3 kill -CONT "$PID3"
wait "$JOIN"
like "then it leaves, and joins" "$(<"$WORK/join")" "joined cluster [0-9a-f]+; subnet"
is "what it owned was given" "$(ctl h3 status '.slots.own == .slots.total')" true

# ---- and leaving for good ---------------------------------------------------------------------------

LAST=$(ctl h1 status .lease.subnet)
lab exec h1 feltctl leave >/dev/null
is "h1 leaves" "$?" 0
await_ok "the hooks hear of that, too" "$LIMIT_S" lab exec h1 grep -qF "left [$LAST] []" /run/changes

# ---- who is to end does not begin anew ---------------------------------------------------------------

# times FILE WORDS: in how many lines of a file of h1's lab they are.
times() {
    grep -c "$2" "$DIR/h1/$1"
}
more_times() {
    (($(times "$1" "$2") > $3))
}
FIRST=$(times run/changes '^first\|^renumbered') ANEW=$(times feltd.log 'beginning anew')
lab exec h1 sh -c 'touch /run/block; rm /run/flannel/subnet.env'
lab start h1 --join 192.0.2.2 --hooks-dir "$WORK/hooks.d" >/dev/null
await_ok "h1 is back, and one of its hooks does not end" "$LIMIT_S" more_times run/changes '^first\|^renumbered' "$FIRST"
lab exec h1 timeout 5 feltctl join --abandon --yes 192.0.2.99 >/dev/null 2>&1 &
await_ok "told to join elsewhere, it waits for that one" "$LIMIT_S" more_times feltd.log 'beginning anew' "$ANEW"
check "SIGTERM ends it all the same" lab stop h1
is "as it should" "$(<"$DIR/h1/feltd.exit")" 0
wait
done_testing
