#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# felt-etcd-bridge sync and cutover against a real etcd: what flanneld would see of felt nodes, what these see of it,
# keys that are stolen, a bridge that is killed (B-11.3), an etcd that is away, and the end of it (B-11.1, B-11.2).
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/etcd_server.sh"

LIMIT_S=60 # until something has to be over; far above what it takes
MAC=82:4b:b6:2f:54:4e

lab_up 2
etcd_up
CONFIG=$(ctl h1 status .network.config)
NET=$(jq -r '.Network | sub("\\.0\\.0/16"; "")' <<<"$CONFIG")
etcd_put config "$CONFIG"
etcd_put "subnets/$NET.99.0-24" "$(lease_json 192.0.2.99 $MAC)" 86400

# key HOST: the name of its key. value HOST: what flanneld is to read.
key() { echo "$(subnet "$1").0-24"; }
value() {
    printf '{"PublicIP":"192.0.2.%s","BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"%s"}} ' \
        "${1#h}" "$(lab exec "$1" cat /sys/class/net/flannel.1/address)"
}
holds() { [[ $(etcd_value "subnets/$(key "$1")") == "$(jq -cn "$(value "$1")")"* ]]; }
has_route() { lab exec "$1" ip -4 route show "$2" | grep -q flannel.1; }
has_no_route() { ! has_route "$@"; }
problem() { ctl "$1" status '.problems[]' | grep -qE "$2"; }
health() { [[ $(ctl h1 status .bridge.health) == "$1" ]]; }

# ---- both sides see each other ---------------------------------------------------------------------

lab stop h2
lab stop h1
lab start h1 >/dev/null
bridge_start h1
await_ok "beside a feltd that nobody has confirmed the bridge waits" "$LIMIT_S" grep -q 'not yet: this node is not ready for it' "$WORK/sync-h1.log"
waiting=$(<"$WORK/sync-h1.pid")
lab start h2 >/dev/null
await_ok "and is well when somebody has" "$LIMIT_S" health ok
check "without having ended" lab exec h1 kill -0 "$waiting"
is "and said it once" "$(grep -c 'this node is not ready' "$WORK/sync-h1.log")" 1
for host in h1 h2; do
    await_ok "$host's lease is in etcd" "$LIMIT_S" holds "$host"
    await_ok "$host has a route to the flanneld" "$LIMIT_S" has_route "$host" "$NET.99.0/24"
    is "and its MAC" "$(lab exec "$host" ip neigh show "$NET.99.0" dev flannel.1 | awk '{ print $3 }')" "$MAC"
    is "and where it is" "$(lab exec "$host" bridge fdb show dev flannel.1 | sed -n "s/^$MAC dst \([0-9.]*\) .*/\1/p")" 192.0.2.99
done
is "etcdctl lists them as the guide has it" "$(etcd_ctl ls $ETCD_PREFIX/subnets | LC_ALL=C sort -V)" \
    "$(printf "$ETCD_PREFIX/subnets/%s\n" "$(key h1)" "$(key h2)" "$NET.99.0-24" | LC_ALL=C sort -V)"
is "and shows what flanneld wants to know" "$(etcd_ctl get "$ETCD_PREFIX/subnets/$(key h2)")" "$(value h2)"
like "for a day" "$(etcd_curl "$ETCD/v2/keys$ETCD_PREFIX/subnets/$(key h2)" | jq .node.ttl)" '^86[34]..$'
etcd_put "subnets/$NET.98.0-24" "$(lease_json 192.0.2.98 82:4b:b6:2f:54:4f)" 86400 prevExist=false
await_ok "a flanneld that comes has a route" "$LIMIT_S" has_route h2 "$NET.98.0/24"
etcd_put "subnets/$NET.98.0-24" "$(lease_json 192.0.2.98 82:4b:b6:2f:54:50)" 86400
new_mac() { lab exec h2 ip neigh show dev flannel.1 | grep -q '82:4b:b6:2f:54:50'; }
await_ok "its new MAC is followed" "$LIMIT_S" new_mac
etcd_rm "subnets/$NET.98.0-24"
await_ok "and one that goes has none" "$LIMIT_S" has_no_route h2 "$NET.98.0/24"

# ---- joining and leaving ---------------------------------------------------------------------------

check "a third machine joins" lab add
await_ok "its lease is in etcd" "$LIMIT_S" holds h3
gone=$(key h3)
check "and leaves" lab exec h3 feltctl leave
no_key() { ! etcd_names | grep -qx "$gone"; }
await_ok "and is no longer there" "$LIMIT_S" no_key

# ---- a legacy node overwrites what is ours ---------------------------------------------------------

stolen=$(key h2)
etcd_put "subnets/$stolen" "$(lease_json 192.0.2.97 82:4b:b6:2f:54:97)" 86400
await_ok "a stolen key is taken back" "$LIMIT_S" holds h2
etcd_put "subnets/$stolen" "$(lease_json 192.0.2.97 82:4b:b6:2f:54:97)" 86400
moved() { [[ $(key h2) != "$stolen" ]] && holds h2; }
await_ok "and yielded where it is stolen again: h2 has another subnet" "$LIMIT_S" moved
await_ok "and others a route to the thief" "$LIMIT_S" has_route h1 "${stolen%-24}/24"
like "which is said" "$(cat "$WORK/sync-h1.log")" "subnet=${stolen%-24}/24 of node=h2 is leased in etcd by public_ip=192\.0\.2\.97"

# ---- two bridges, a bridge that is killed, a bad one -----------------------------------------------

bridge h1 sync >"$WORK/second.log" 2>&1 &
await_ok "a second bridge beside the same feltd waits" "$LIMIT_S" grep -q 'another felt-etcd-bridge runs beside this feltd' "$WORK/second.log"
output=$(bridge h2 sync 2>&1)
is "one beside another feltd ends" $? 1
like "and says why" "$output" 'the etcd bridge is on beside the node h1'
bridge_kill h1 KILL
await_ok "where the first is killed, the second takes over" "$LIMIT_S" grep -q 'has the lock' "$WORK/second.log"
lab exec h1 sh -c 'for p in /proc/[0-9]*; do grep -qsz "^sync$" "$p/cmdline" && kill "${p#/proc/}"; done'
wait_none() { ! lab exec h1 sh -c 'grep -qsz "^sync$" /proc/[0-9]*/cmdline'; }
await_ok "and ends when it is told to" "$LIMIT_S" wait_none
is "without its lock" "$(etcd_value felt/bridge 2>/dev/null)" ""
await_ok "feltd says that no bridge is there" "$LIMIT_S" health absent
etcd_put "subnets/$NET.96.0-24" "$(lease_json 192.0.2.96 82:4b:b6:2f:54:96)" 86400
etcd_rm "subnets/$(key h2)"
bridge_start h1
await_ok "the next one finds what has come meanwhile" "$LIMIT_S" has_route h2 "$NET.96.0/24"
await_ok "and puts back what has gone" "$LIMIT_S" holds h2

# ---- a feltd that is older than the bridge -----------------------------------------------------------

# Without BridgeWatch nothing rings: the bridge asks each second (each fourth where it counts on the bell).
bridge_kill h1
lab exec h1 bash -c 'echo $$ >"$1/older.pid"; exec python3 "$2" "$1/older.sock" /run/felt/feltd.sock io.felt.BridgeWatch "$1/older"' bash \
    "$WORK" "$(readlink -f "$srcdir/tests/lab/older_feltd.py")" >"$WORK/older.log" 2>&1 &
older_answers() { lab exec h1 feltctl --control-socket "$WORK/older.sock" status >/dev/null 2>&1; }
await_ok "a feltd without BridgeWatch answers" "$LIMIT_S" older_answers || diag "$(cat "$WORK/older.log")"
bridge_start h1 --control-socket "$WORK/older.sock"
await_ok "the bridge is well all the same" "$LIMIT_S" health ok
: >"$WORK/older" # what it asks at the start has other reasons
asked_often() { (($(grep -c 'io.felt.BridgeState$' "$WORK/older") >= 8)); }
await_ok "the bridge asks it" "$LIMIT_S" asked_often
check "has tried to be rung" grep -q 'io.felt.BridgeWatch$' "$WORK/older"
median=$(awk '/BridgeState$/ { if (n++) print $1 - last; last = $1 }' "$WORK/older" | tail -n 5 | sort -n | sed -n 3p)
check "and asks once a second: each $median s" awk -v s="$median" 'BEGIN { exit !(s > 0.5 && s < 2.5) }'
check "and tells nothing again and again" test "$(grep -c 'io.felt.BridgeClear$' "$WORK/older")" -le 1
is "which is no trouble" "$(ctl h1 status .bridge.health)" ok
move() {
    lab exec h2 bash -c "ip address del 192.0.2.$1/24 dev eth0; ip address add 192.0.2.$2/24 dev eth0; ip route replace default via 192.0.2.254"
}
has_moved() { etcd_value "subnets/$(key h2)" | jq -e '.PublicIP == "192.0.2.202"' >/dev/null; }
move 2 202
await_ok "what changes in felt comes to etcd" "$LIMIT_S" has_moved
move 202 2
await_ok "there and back" "$LIMIT_S" holds h2
etcd_put "subnets/$NET.95.0-24" "$(lease_json 192.0.2.95 82:4b:b6:2f:54:95)" 86400
await_ok "and what comes into etcd comes to felt" "$LIMIT_S" has_route h2 "$NET.95.0/24"
bridge_kill h1
lab exec h1 kill "$(<"$WORK/older.pid")"
bridge_start h1
await_ok "the bridge is well beside feltd as it is, too" "$LIMIT_S" health ok

# ---- etcd away -------------------------------------------------------------------------------------

etcd_kill KILL
await_ok "feltd says that etcd is away, and where" "$LIMIT_S" problem h1 "$ETCD_HOST:2379"
check "what runs goes on" has_route h2 "$NET.99.0/24"
lab start h3 --join "$(lab exec h1 feltctl token)" >/dev/null 2>&1 &
joining=$!
waits() { [[ $(ctl h3 status .waiting) == *"etcd bridge"* ]]; }
await_ok "who joins is told for what it waits" "$LIMIT_S" waits
etcd_start
wait "$joining"
await_ok "and has a lease when etcd is back" "$LIMIT_S" holds h3

# ---- cut over --------------------------------------------------------------------------------------

output=$(bridge h1 cutover 2>&1)
is "cut over is refused while a flanneld is left" $? 1
like "which is named" "$output" "left: $NET\.99\.0/24 of 192\.0\.2\.99"
for name in $(etcd_names); do
    [[ $name == "$(key h1)" || $name == "$(key h2)" || $name == "$(key h3)" ]] || etcd_rm "subnets/$name"
done
none_foreign() { [[ $(ctl h1 status .bridge.foreign) == 0 ]]; }
await_ok "when all are gone" "$LIMIT_S" none_foreign
check "it is done" bridge h1 cutover
await_ok "the bridge ends by itself" "$LIMIT_S" wait_none
like "with a note in etcd" "$(etcd_value felt/cutover)" '"Node":"h1"'
is "and does not begin again" "$(bridge h1 sync 2>&1 | grep -c 'this etcd was cut over')" 1
check "it can be undone" bridge h1 cutover --undo
is "then the note is gone" "$(etcd_value felt/cutover 2>/dev/null)" ""
bridge_start h1
await_ok "and the bridge goes on" "$LIMIT_S" health ok
check "once more" bridge h1 cutover
check "a machine joins without etcd" lab add
output=$(bridge h1 cutover --undo 2>&1)
is "after that it cannot be undone" $? 1
like "which is said" "$output" 'subnets have been given without etcd'
is "and etcd has no key for it" "$(etcd_value "subnets/$(key h4)" 2>/dev/null)" ""
done_testing
