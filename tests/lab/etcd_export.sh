#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# felt-etcd-bridge export against a real etcd: a cluster's leases and reservations as keys of flannel (B-10.6).
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/etcd_server.sh"

lab_up 2
etcd_up
declare -A KEY=() VALUE=()
for host in h1 h2; do
    KEY[$host]=$(subnet "$host").0-24
    VALUE[$host]=$(printf '{"PublicIP":"192.0.2.%s","BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"%s"}} ' \
        "${host#h}" "$(lab exec "$host" cat /sys/class/net/flannel.1/address)")
done
config=$(ctl h1 status .network.config)
net=$(jq -r .Network <<<"$config")
# The last subnet, which a cluster of two has not leased.
last=${net%.*.*/*}.255
reserved=$last.0-24
check "a subnet is reserved" lab exec h1 feltctl reserve 192.0.2.77 "$last.0/24"

is "a dry run says what would be written" \
    "$(bridge h1 export --dry-run -o json | jq -c '[.keys[] | [.name, .action, .ttl, .written]]')" \
    "$(jq -nc --arg a "${KEY[h1]}" --arg b "${KEY[h2]}" --arg c "$reserved" \
        '[[$a, $b] | sort_by(split(".") | map(tonumber? // 0))[] | [., "create", true, false]] + [[$c, "create", false, false]]')"
is "and writes nothing" "$(etcd_names 2>/dev/null)" ""
check "the export" bridge h1 export
is "etcd has the network's configuration" "$(etcd_value config | jq -cS .)" "$(jq -cS . <<<"$config")"
is "and a key for each" "$(etcd_names)" "$(printf '%s\n' "${KEY[@]}" "$reserved" | LC_ALL=C sort -V)"
is "as the guide lists them" "$(etcd_ctl ls $ETCD_PREFIX/subnets | LC_ALL=C sort -V)" \
    "$(printf "$ETCD_PREFIX/subnets/%s\n" "${KEY[@]}" "$reserved" | LC_ALL=C sort -V)"
for host in h1 h2; do
    is "$host's says where it is, as flanneld does" "$(etcd_ctl get "$ETCD_PREFIX/subnets/${KEY[$host]}")" "${VALUE[$host]}"
    like "$host's lasts a day" "$(etcd_curl "$ETCD/v2/keys$ETCD_PREFIX/subnets/${KEY[$host]}" | jq .node.ttl)" '^86[34]..$'
done
is "the reservation's says for whom, and lasts" \
    "$(etcd_curl "$ETCD/v2/keys$ETCD_PREFIX/subnets/$reserved" | jq -c '[.node.value, .node.ttl]')" \
    '["{\"PublicIP\":\"192.0.2.77\"}",null]'
check "once more does no harm" bridge h1 export
is "and renews what expires" "$(bridge h1 export -o json | jq -c '[.keys[].action] | unique')" '["replace","same"]'

# ---- what is another's -----------------------------------------------------------------------------

etcd_put "subnets/${KEY[h2]}" '{"PublicIP":"192.0.2.99"}' 86400
etcd_put subnets/10.99.0.0-24 '{"PublicIP":"192.0.2.1"}'
output=$(bridge h1 export 2>&1)
is "a key of another machine is refused" $? 1
like "and said" "$output" 'of h2 is not in etcd: no: another machine has it in etcd'
is "and left" "$(etcd_value "subnets/${KEY[h2]}")" '{"PublicIP":"192.0.2.99"}'
etcd_put config '{"Network":"10.77.0.0/16","Backend":{"Type":"vxlan"}}'
before=$(etcd_curl "$ETCD/v2/keys/?recursive=true" | jq -c '[.. | objects | select(.value) | .modifiedIndex] | sort')
output=$(bridge h1 export 2>&1)
is "where etcd has another network, nothing is written" $? 1
like "which is said (B-10.2)" "$output" 'not one network: etcd has Network 10\.77\.0\.0/16, and the cluster has'
is "and nothing has changed" "$(etcd_curl "$ETCD/v2/keys/?recursive=true" | jq -c '[.. | objects | select(.value) | .modifiedIndex] | sort')" "$before"
output=$(bridge h1 export --control-socket /run/none 2>&1)
is "without a feltd there is nothing to export" "$?: $output" \
    "3: felt-etcd-bridge: cannot reach feltd on /run/none: No such file or directory; is feltd running? start it, or name its socket with --control-socket"
etcd_kill
done_testing
