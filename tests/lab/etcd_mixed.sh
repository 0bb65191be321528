#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A cluster half flanneld, half felt: 200 joins from both sides at once, while etcd is killed and started again, its
# history is cleared, the bridge is cut off from it, and the bridge is killed. No subnet is had twice, none is lost.
# A test writer plays the flanneld nodes; the felt nodes are daemons.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/etcd_server.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --check"

FELT=24            # h2..h25
FLANNELD=176       # 200 joins in all
CUT_S=${CUT_S:-5} # how long the bridge node cannot reach etcd, after it has found out; a minute is as good
HISTORY=1000       # events that etcd remembers
LIMIT_S=150        # until something has to be over; far above what it takes
LOG_LINES=5

lab_up $((FELT + 1)) --bare
etcd_up
check "h1 founds" lab start h1 --network 10.5.0.0/16
etcd_put config "$(ctl h1 status .network.config)"
bridge_start h1
health() { [[ $(ctl h1 status .bridge.health) == "$1" ]]; }
await_ok "the bridge is well" "$LIMIT_S" health ok
TOKEN=$(lab exec h1 feltctl token)
mapfile -t HOSTS < <(seq -f 'h%g' 2 $((FELT + 1)))
DIR=$(lab dir)
TOOLS=$(readlink -f "$srcdir")/tests/lab
URL=$ETCD/v2/keys$ETCD_PREFIX

# ---- joins from both sides, and what happens meanwhile --------------------------------------------

lab exec switch python3 "$TOOLS/flanneld_writer.py" "$URL" "$FLANNELD" "$LIMIT_S" >"$WORK/flanneld" &
writer=$!
half=$((FELT / 2))
lab exec switch python3 "$TOOLS/herd.py" "$DIR" start "$LIMIT_S" "${HOSTS[@]:0:half}" -- --join "$TOKEN" >"$WORK/herd" &
herd=$!
some() { (($(wc -l <"$WORK/flanneld") >= $1)); }
await_ok "some flanneld nodes have a lease" "$LIMIT_S" some 20
etcd_kill KILL
lab exec switch python3 "$TOOLS/herd.py" "$DIR" start "$LIMIT_S" "${HOSTS[@]:half}" -- --join "$TOKEN" >"$WORK/herd2" &
herd2=$!
await_ok "the bridge says that etcd is away" "$LIMIT_S" health down
etcd_start
await_ok "and is well when it is back" "$LIMIT_S" health ok
bridge_kill h1 KILL
bridge_start h1
wait "$writer"
is "every flanneld has a lease" "$?: $(wc -l <"$WORK/flanneld")" "0: $FLANNELD"
wait "$herd" "$herd2"
is "every felt host has a lease" "$(grep -h -c 'subnet=10' "$WORK/herd" "$WORK/herd2" | paste -sd+ | bc)" "$FELT"

# The bridge sleeps while more happens than etcd remembers: what it missed it can only list.
lab exec h1 kill -STOP "$(<"$WORK/sync-h1.pid")"
late=$(shuf -n 1 "$WORK/flanneld")
gone_ip=${late% *} gone=${late#* }
etcd_rm "subnets/${gone/\//-}"
sed -i "/^$gone_ip /d" "$WORK/flanneld"
lab exec switch python3 - "$ETCD" "$HISTORY" <<'PYTHON'
import http.client, sys
host = sys.argv[1].split("//")[1]
connection = http.client.HTTPConnection(host, timeout=10)
for i in range(int(sys.argv[2]) + 100):
    connection.request("PUT", "/v2/keys/elsewhere", f"value={i}", {"Content-Type": "application/x-www-form-urlencoded"})
    connection.getresponse().read()
PYTHON
etcd_put "subnets/${gone/\//-}" "$(lease_json 198.51.100.250 02:00:00:00:ff:ff)" 86400 prevExist=false
echo "198.51.100.250 $gone" >>"$WORK/flanneld"
lab exec h1 kill -CONT "$(<"$WORK/sync-h1.pid")"
foreign_ip() { [[ $(ctl h1 leases ".foreign[] | select(.subnet == \"$1\").public_ip") == "$2" ]]; }
await_ok "who came while the bridge slept, and etcd forgot, is known" "$LIMIT_S" foreign_ip "$gone" 198.51.100.250

# ---- what there is in the end ----------------------------------------------------------------------

# Of both: "IP SUBNET".
all() {
    local host
    cat "$WORK/flanneld"
    for host in h1 "${HOSTS[@]}"; do
        printf '192.0.2.%s %s\n' "${host#h}" "$(ctl "$host" status .lease.subnet)"
    done
}
wanted() { all | LC_ALL=C sort -k 2 -V; }
held() {
    etcd_curl "$URL/subnets" | jq -r '.node.nodes[] | (.value | fromjson).PublicIP + " " + (.key | sub(".*/"; "") | sub("-"; "/"))' |
        LC_ALL=C sort -k 2 -V
}
agree() { [[ $(held) == "$(wanted)" ]]; }
await_ok "etcd has exactly the leases that both sides have" "$LIMIT_S" agree
agree || diag "$(diff <(held) <(wanted))"
is "no subnet is had twice" "$(all | awk '{ print $2 }' | sort | uniq -d)" ""
is "no node has two" "$(all | awk '{ print $1 }' | sort | uniq -d)" ""
routes() { [[ $(lab exec "$1" ip -4 route show dev flannel.1 | grep -c onlink) == $((FELT + FLANNELD)) ]]; }
for host in h1 h2 "${HOSTS[-1]}"; do
    await_ok "$host has a route to everybody else" "$LIMIT_S" routes "$host"
done

# ---- the network is cut, and all is as it was ------------------------------------------------------

before=$(wanted)
lab exec h1 ip route add unreachable "$ETCD_HOST/32"
await_ok "the bridge says that it is cut off" "$LIMIT_S" health down
etcd_put subnets/10.5.0.0-24 '{}' 60 # outside of SubnetMin: to be skipped
gone=$(sed -n '1s/.* //p' "$WORK/flanneld")
etcd_rm "subnets/${gone/\//-}"
sleep "$CUT_S" # what is tested is that much time
is "routes to those that flanneld left stay meanwhile" "$(lab exec h1 ip -4 route show "$gone" | wc -l)" 1
lab exec h1 ip route del unreachable "$ETCD_HOST/32"
await_ok "it is well when the network is back" "$LIMIT_S" health ok
has_gone() { [[ -z $(lab exec "${HOSTS[-1]}" ip -4 route show "$gone") ]]; }
await_ok "what went meanwhile has no route any more" "$LIMIT_S" has_gone
sed -i 1d "$WORK/flanneld"
etcd_rm subnets/10.5.0.0-24
is "and everybody else has what it had" "$(wanted)" "$(grep -v " $gone\$" <<<"$before")"
is "in etcd, too" "$(held)" "$(wanted)"
is "nobody was renumbered" "$(grep -h 'lease: LOST' "$DIR"/h*/feltd.log)" ""
is "nobody ever saw a slot with two owners" "$(grep -h 'lease: FORK' "$DIR"/h*/feltd.log)" ""
done_testing
