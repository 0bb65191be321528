#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What bad input gets: a clear line or a counter. No crash, no change of state, nothing lost.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --check"

lab_up 3 --bare

# refused NAME STATUS REGEX feltd-ARG...: feltd on h1 ends by itself, with that status and a line like that.
refused() {
    local name=$1 wanted=$2 regex=$3 output status=0
    shift 3
    output=$(lab exec h1 timeout -k 5 20 "${PRIVILEGES[@]}" feltd "$@" 2>&1 </dev/null) || status=$?
    is "$name: feltd ends with $wanted" "$status" "$wanted"
    like "$name: says so" "$output" "$regex"
}
PRIVILEGES=()

untouched() {
    is "$1: no device, no subnet.env, no route" \
        "$(lab exec h1 sh -c 'ip -br link show type vxlan; ls /run/flannel 2>/dev/null; ip route | grep -v eth0')" ""
}

# ---- the network configuration -----------------------------------------------------------------

conf=$WORK/net-conf.json
try_conf() {
    printf '%s' "$2" >"$conf"
    refused "net-conf $2" 1 "$1" --net-config-path "$conf"
}
try_conf 'please define a correct Network parameter' '{}'
try_conf 'SubnetLen must be less than /31' '{"Network":"10.3.0.0/16","SubnetLen":31}'
try_conf 'network must be able to accommodate at least four subnets' '{"Network":"10.3.0.0/16","SubnetLen":17}'
try_conf 'network is too small. Minimum useful network prefix is /28' '{"Network":"10.3.0.0/29"}'
try_conf 'SubnetMin is not in the range of the Network' '{"Network":"10.3.0.0/16","SubnetMin":"10.4.0.0"}'
try_conf 'SubnetMax is not in the range of the Network' '{"Network":"10.3.0.0/16","SubnetMax":"10.4.0.0"}'
try_conf 'SubnetMin is not on a SubnetLen boundary: 10.3.5.1' '{"Network":"10.3.0.0/16","SubnetMin":"10.3.5.1"}'
try_conf 'SubnetMax is not on a SubnetLen boundary: 10.3.5.1' '{"Network":"10.3.0.0/16","SubnetMax":"10.3.5.1"}'
try_conf 'unknown backend type: ' '{"Network":"10.3.0.0/16","Backend":{}}'
try_conf 'unknown backend type: .?carrier-pigeon' '{"Network":"10.3.0.0/16","Backend":{"Type":"carrier-pigeon"}}'
try_conf 'Backend' '{"Network":"10.3.0.0/16","Backend":"vxlan"}'
try_conf 'invalid CIDR address: 10.3.0.0.0/16' '{"Network":"10.3.0.0.0/16"}'
try_conf 'IPv6|not supported' '{"Network":"fc00::/48"}'
try_conf 'net-conf\.json' '{"Network":"10.3.0.0/16"'
try_conf 'net-conf\.json' ''
refused "a missing net-conf that was asked for" 1 "$WORK/none\\.json" --net-config-path "$WORK/none.json"
untouched "after bad configurations"

# ---- options -----------------------------------------------------------------------------------

refused "an unknown option" 2 'no-such-option' --no-such-option
refused "a bad CIDR" 2 'network' --network 10.3.0.0
refused "joining with a network of one's own" 2 'join' --join 192.0.2.2 --network 10.3.0.0/16
refused "a damaged token" 2 'token' --join felt1-AAAAAAAA
refused "a pattern of interfaces that is none" 1 'iface-regex' --network 10.3.0.0/16 --iface-regex '('
untouched "after bad options"

# ---- the key file ------------------------------------------------------------------------------

key=$WORK/key
try_key() {
    local name=$1 mode=$2
    shift 2
    "$@" >"$key"
    chmod "$mode" "$key"
    refused "key file, $name" 1 "$key" --network 10.3.0.0/16 --key-file "$key"
}
random_key() {
    head -c "$1" /dev/urandom | base64 -w 0
}
two_keys() {
    random_key 32 && echo && random_key 32
}
try_key "readable by all" 0644 random_key 32
try_key "readable by its group" 0640 random_key 32
try_key "31 bytes" 0600 random_key 31
try_key "33 bytes" 0600 random_key 33
try_key "empty" 0600 true
try_key "not base64" 0600 echo '*** not base64 ***'
try_key "two lines" 0600 two_keys
rm -f "$key"
refused "key file, missing, for a joiner" 1 "$key" --join 192.0.2.2 --key-file "$key"
untouched "after bad keys"

# ---- privileges --------------------------------------------------------------------------------

if command -v setpriv >/dev/null; then
    PRIVILEGES=(setpriv --bounding-set=-net_admin --inh-caps=-net_admin --)
    refused "without CAP_NET_ADMIN" 1 'CAP_NET_ADMIN' --network 10.3.0.0/16
    PRIVILEGES=()
else
    skip "without CAP_NET_ADMIN" "setpriv is not installed"
fi
untouched "without privileges"
is "nothing of all this left a state behind" "$(ls "$(lab dir)/h1/var-lib/felt/state" 2>/dev/null)" ""

# ---- a running daemon: its port, its datagrams -------------------------------------------------

random_key 32 >"$key"
chmod 0600 "$key"
check "a founder with a key file runs" lab start h1 --network 10.3.0.0/16 --key-file "$key"
check "a joiner with the same key runs" lab start h2 --join 192.0.2.1 --key-file "$key"
check "they know each other" lab wait
pid=$(lab pid h1)

refused "the gossip port in use" 1 '8470' --network 10.3.0.0/16 --state-dir "$WORK/second" \
    --control-socket "$WORK/second.sock" --subnet-file "$WORK/second.env"
refused "the control socket in use" 1 'feltd.sock' --network 10.3.0.0/16 --state-dir "$WORK/third" \
    --bind 0.0.0.0:9999 --subnet-file "$WORK/third.env"
refused "the state directory in use" 1 '/var/lib/felt' --network 10.3.0.0/16 --bind 0.0.0.0:9998 \
    --control-socket "$WORK/fourth.sock" --subnet-file "$WORK/fourth.env"

# counter NAME..: the sum of these counters on h1.
counter() {
    ctl h1 status '.counters.datagrams | to_entries | map(select(.key as $k | $ARGS.positional | index($k)) | .value) | add // 0' --args "$@"
}

# Everything that no datagram of a stranger may change.
picture() {
    ctl h1 status '[.node, .cluster, .lease, .members, .slots, .ready, .kernel.peers]'
    ctl h1 members '.members[] | [.id, .name, .state, .incarnation, .advertise, .public_ip, .lease, .slots]'
    ctl h1 leases .
    lab pid h1
    lab exec h1 sh -c 'ip -d link show type vxlan; ip route; ip neigh show nud permanent; bridge fdb show dev flannel.1; cat /run/flannel/subnet.env'
}
refused_total() {
    counter malformed foreign unknown-key forged replayed stranger misdirected
}
grown_by() {
    (($(refused_total) >= $1 + $2))
}
py() {
    lab exec "$1" python3 "$(readlink -f "$srcdir")/tests/lab/datagrams.py" "${@:2}"
}
# unmoved NAME SHARE_PERCENT SENDER...: what the sender sends is counted and changes nothing.
unmoved() {
    local name=$1 share=$2 before total sent
    shift 2
    before=$(picture)
    total=$(refused_total)
    sent=$(py "$@")
    await_ok "$name: are counted ($sent sent)" 20 grown_by "$total" $((sent * share / 100))
    is "$name: change nothing" "$(picture)" "$before"
}

# Datagrams larger than any of ours may be dropped before they are counted.
unmoved "random datagrams" 80 h3 noise 192.0.2.1 8470 20250
is "real datagrams are caught" "$(py h2 catch eth0 8470 12 "$WORK/real")" 12
unmoved "real datagrams, truncated, altered, and sent again by another host" 80 h3 mangle 192.0.2.1 8470 "$WORK/real" 20251

# ---- another key, another cluster --------------------------------------------------------------

random_key 32 >"$WORK/key3"
chmod 0600 "$WORK/key3"
before=$(picture)
total=$(counter unknown-key)
lab exec h3 bash -c 'setsid "$@" >"$0.log" 2>&1 & echo $! >"$0"' "$WORK/pid3" \
    feltd --join 192.0.2.1 --key-file "$WORK/key3" --control-socket "$WORK/h3.sock" --state-dir "$WORK/state3" --subnet-file "$WORK/env3"
more_unknown() {
    (($(counter unknown-key) > total))
}
await_ok "datagrams under another key are counted as such" 60 more_unknown
is "and change nothing" "$(picture)" "$before"
like "h1 says in its log where they come from" "$(lab logs h1)" '192\.0\.2\.3'
ctl3() {
    lab exec h3 feltctl --control-socket "$WORK/h3.sock" "$@"
}
is "the stranger is not ready" "$(ctl3 status -o json | jq -r .ready)" false
is "has no subnet" "$(cat "$WORK/env3" 2>/dev/null)" ""
lab exec h3 kill -TERM "$(<"$WORK/pid3")"
gone3() {
    ! lab exec h3 kill -0 "$(<"$WORK/pid3")" 2>/dev/null
}
await_ok "and ends when it is told to" 10 gone3

check "a founder of another cluster with the very same key runs" lab start h3 --network 10.3.0.0/16 --key-file "$key"
check "and gets a member" lab add
check "h4 joins it" lab start h4 --join 192.0.2.3 --key-file "$key"
is "datagrams of that cluster are caught" "$(py h4 catch eth0 8470 12 "$WORK/foreign")" 12
total=$(counter foreign)
more_foreign() {
    (($(counter foreign) >= total + 12))
}
before=$(picture)
py h4 replay 192.0.2.1 8470 "$WORK/foreign" >/dev/null
await_ok "another cluster's datagrams under the same key are counted as foreign" 20 more_foreign
is "and change nothing" "$(picture)" "$before"
is "the clusters stay two" "$(for h in h1 h2 h3 h4; do ctl "$h" status .cluster.id; done | sort -u | wc -l)" 2
lab stop h4
lab stop h3

# ---- a seed that never answers -----------------------------------------------------------------

lab exec h4 sh -c 'rm -rf /var/lib/felt/* /run/flannel/*; ip link del flannel.1'
lab exec h4 bash -c 'setsid "$@" >"$0.log" 2>&1 & echo $! >"$0"' "$WORK/pid4" \
    feltd --join 192.0.2.77 --join no-such-host.invalid --key-file "$key"
said() {
    grep -qE "$2" "$1"
}
await_ok "the log names the seed that does not answer" 60 said "$WORK/pid4.log" '192\.0\.2\.77'
await_ok "and the one whose name is unknown" 60 said "$WORK/pid4.log" 'no-such-host\.invalid'
is "status says that it waits" "$(ctl h4 status '.ready, .cluster')" "false
null"
like "and for what" "$(ctl h4 status '.problems[]')" '.'
is "no subnet.env is written" "$(lab exec h4 ls /run/flannel 2>/dev/null)" ""
start=$(date +%s%N)
lab exec h4 kill -TERM "$(<"$WORK/pid4")"
gone4() {
    ! lab exec h4 kill -0 "$(<"$WORK/pid4")" 2>/dev/null
}
await_ok "SIGTERM ends it" 10 gone4
took=$((($(date +%s%N) - start) / 1000000))
check "at once (took $took ms)" test "$took" -lt 1000

# ---- a token whose time is over (T-4) ----------------------------------------------------------

lab exec h4 sh -c 'rm -rf /var/lib/felt/*'
token=$(lab exec h1 feltctl token --expires 1s)
over=$(($(date +%s) + 1))
is_over() {
    (($(date +%s) > over))
}
await_ok "a token for one second is soon over" 20 is_over
output=$(lab exec h4 timeout -k 5 20 feltd --join "$token" 2>&1 </dev/null)
is "feltd does not start with it" "$?" 1
like "and says so" "$output" 'token has expired'
unlike "without showing it" "$output" "$token"
is "no key of it is kept" "$(lab exec h4 ls /var/lib/felt)" "lock"

# ---- the state on disk -------------------------------------------------------------------------

is "the daemon of h1 is the one that was started" "$(lab pid h1)" "$pid"
owned=$(subnet h1)
lab stop h1
disk=$(lab dir)/h1/var-lib/felt
state=$disk/state
is "the state is one file that only root can read" "$(stat -c '%a %U' "$state")" "600 root"
is "in a directory that only root can enter" "$(stat -c '%a %U' "$disk")" "700 root"
cp -p "$state" "$WORK/state.good"

# try_state NAME REGEX COMMAND...: with the file that COMMAND makes of the good one, feltd refuses and keeps it.
try_state() {
    local name=$1 regex=$2 sum
    shift 2
    "$@" "$WORK/state.good" >"$state"
    sum=$(sha256sum <"$state")
    refused "state file, $name" 1 "$regex" --network 10.3.0.0/16 --key-file "$key"
    is "state file, $name: stays as it is" "$(sha256sum <"$state")" "$sum"
}
size=$(stat -c %s "$state")
flip() {
    python3 -c 'import sys
d = bytearray(open(sys.argv[2], "rb").read())
d[int(sys.argv[1]) % len(d)] ^= 0x10
sys.stdout.buffer.write(d)' "$@"
}
# The version is the big-endian number behind the magic, at byte 6; proto/state.md 2.
newer_version() {
    python3 -c 'import sys
d = bytearray(open(sys.argv[1], "rb").read())
d[6:8] = (int.from_bytes(d[6:8], "big") + 1).to_bytes(2, "big")
sys.stdout.buffer.write(d)' "$1"
}
longer() {
    cat "$1" && echo more
}
empty() {
    true "$1"
}
try_state "empty" '/var/lib/felt/state' empty
try_state "cut to half" '/var/lib/felt/state' head -c $((size / 2))
try_state "without its last byte" '/var/lib/felt/state' head -c $((size - 1))
try_state "with something behind it" '/var/lib/felt/state' longer
for at in $((size / 3)) $((size / 2)) -1; do
    try_state "a bit of byte $at altered" '/var/lib/felt/state' flip "$at"
done
try_state "of a newer version" '/var/lib/felt/state.*newer|newer.*/var/lib/felt/state' newer_version
lab exec h1 ip -br link show flannel.1 >"$WORK/link"
check "the data plane is still there" grep -q flannel.1 "$WORK/link"
cp -p "$WORK/state.good" "$state"
check "with the good file the daemon starts" lab start h1
is "and has its subnet" "$(subnet h1)" "$owned"
done_testing
