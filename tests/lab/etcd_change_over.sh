#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The whole way from flanneld with etcd to felt without: three machines as flanneld v0.10.0 leaves them and their keys
# in etcd, 100 pings a second. Import, the machines change over one at a time beside a bridge, cut over. No packet is
# lost, and no subnet, no MAC and no address of docker0 changes.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/etcd_server.sh"
. "$srcdir/tests/lab/flannel_hosts.sh"

ETC=$WORK/etc-felt # instead of /etc/felt, which is the machine's

etcd_up
etcd_put config '{"Network":"172.17.0.0/16","Backend":{"Type":"vxlan"}}'
declare -A DOCKER=()
for host in "${HOSTS[@]}"; do
    etcd_put "subnets/${NET[$host]}.0-24" "$(lease_json "192.0.2.${host#h}" "${MAC[$host]}")" 86400
    DOCKER[$host]=$(lab exec "$host" ip -4 -br address show dev docker0)
done
docker_ip() { lab exec "$1" ip -4 -br address show dev docker0; }

# Long enough for everything that a fresh member does at once, and for its second thoughts.
while_traffic_goes_on() {
    await 20 more_answers "$WORK/c1-${NET[h2]}.2" $(($(answers "$WORK/c1-${NET[h2]}.2") + 200))
}
# owned HOST: flanneld's key has become the bridge's, of the same machine.
owned() {
    [[ $(etcd_value "subnets/${NET[$1]}.0-24") == '{"PublicIP":"192.0.2.'"${1#h}"'",'*'"VNI":1'*"${MAC[$1]}"*' ' ]]
}
foreign() { [[ $(ctl h1 status .bridge.foreign) == "$1" ]]; }
# as_before HOST
as_before() {
    is "$1 has the subnet that flanneld gave it" "$(subnet "$1")" "${NET[$1]}"
    is "$1 has the MAC that it had" "$(lab exec "$1" cat /sys/class/net/flannel.1/address)" "${MAC[$1]}"
    is "$1: docker0 has the address that it had" "$(docker_ip "$1")" "${DOCKER[$1]}"
}

start_flows
like "a dry run shows what each machine has" \
    "$(bridge h1 import --dry-run --net-config-path "$ETC/net-conf.json" --reservations "$ETC/reservations.json" | tr -s ' \n' ' ')" \
    "${NET[h1]}\.0/24 192\.0\.2\.1 vxlan ${MAC[h1]} .*${NET[h3]}\.0/24 192\.0\.2\.3 vxlan ${MAC[h3]} "
check "the import on the first machine" \
    bridge h1 import --net-config-path "$ETC/net-conf.json" --reservations "$ETC/reservations.json"
check "which founds with it" lab start h1 --net-config-path "$ETC/net-conf.json" --reservations "$ETC/reservations.json"
is "and keeps each machine's subnet for it" "$(ctl h1 reservations -c '[.reservations[] | [.subnet, .whom]] | sort')" \
    "$(for host in "${HOSTS[@]}"; do printf '%s.0/24 192.0.2.%s\n' "${NET[$host]}" "${host#h}"; done | jq -Rc 'split(" ")' | jq -sc sort)"
bridge_start h1
await_ok "its key is the bridge's" "$LIMIT_S" owned h1
await_ok "and the other two are flanneld's" "$LIMIT_S" foreign 2
while_traffic_goes_on
as_before h1
TOKEN=$(lab exec h1 feltctl token)
for host in h2 h3; do
    check "$host changes over" lab start "$host" --join "$TOKEN" --adopt-grace 1h
    await_ok "$host's key is the bridge's" "$LIMIT_S" owned "$host"
    while_traffic_goes_on
    as_before "$host"
done
await_ok "no flanneld is left" "$LIMIT_S" foreign 0
is "etcd has the keys that it had" "$(etcd_names)" "$(printf '%s.0-24\n' "${NET[@]}" | LC_ALL=C sort -V)"
check "cut over" bridge h1 cutover
await_ok "the bridge ends by itself" "$LIMIT_S" bridge_is_gone h1
etcd_kill
while_traffic_goes_on
for host in "${HOSTS[@]}"; do
    as_before "$host"
    await_ok "$host has a way to both others" "$LIMIT_S" knows_peers "$host"
done
flows_end "from flanneld to felt"
done_testing
