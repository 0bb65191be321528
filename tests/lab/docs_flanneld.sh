#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Plays flanneld v0.10.0 with etcd and vxlan on a machine that boots, because no flanneld is at hand:
#
#   docs_flanneld.sh URL PUBLIC-IP SUBNET      http://192.0.2.250:2379/v2/keys/coreos.com/network 192.0.2.1 172.17.21
#
# As flanneld does, it takes the lease that etcd has for its address (SUBNET.0/24 where there is none), keeps a
# flannel.1 that is there, has a neighbour, a forwarding entry and a route for every other lease, writes subnet.env,
# and leaves all that when it ends. It lists the leases every second instead of watching, and never renews one.
set -u
url=$1 ip=$2 subnet=$3
config=$(curl -sf "$url/config" | jq -r .node.value) || exit 1

# Lines "172.17.21.0-24 192.0.2.1 MAC"; what has no MAC is a reservation.
leases() {
    curl -sf "$url/subnets" | jq -r '.node.nodes[]? | (.key | sub(".*/"; "")) as $name | .value | fromjson |
        [$name, .PublicIP, .BackendData.VtepMAC // "-"] | @tsv'
}

own=$(leases | awk -v ip="$ip" '$2 == ip { print $1; exit }')
own=${own:-$subnet.0-24}
subnet=${own%.0-24}
ip link show flannel.1 >/dev/null 2>&1 ||
    ip link add flannel.1 txqueuelen 0 type vxlan id 1 local "$ip" dev eth0 nolearning dstport 0
ip address replace "$subnet.0/32" dev flannel.1
ip link set flannel.1 up
sysctl -q -w net.ipv4.ip_forward=1
mac=$(ip -j link show flannel.1 | jq -r ".[0].address")
curl -sf -X PUT "$url/subnets/$own" -d ttl=86400 --data-urlencode \
    "value={\"PublicIP\":\"$ip\",\"BackendType\":\"vxlan\",\"BackendData\":{\"VtepMAC\":\"$mac\"}}" >/dev/null || exit 1
mkdir -p /run/flannel
printf '%s\n' "FLANNEL_NETWORK=$(jq -r .Network <<<"$config")" "FLANNEL_SUBNET=$subnet.1/24" FLANNEL_MTU=1450 \
    FLANNEL_IPMASQ=false >/run/flannel/subnet.env

ready=''
while :; do
    while read -r name peer mac; do
        [[ $peer != "$ip" && $mac != - ]] || continue
        net=${name%-*}
        ip neigh replace "$net" lladdr "$mac" dev flannel.1 nud permanent
        bridge fdb replace "$mac" dev flannel.1 dst "$peer" self permanent
        ip route replace "$net/24" via "$net" dev flannel.1 onlink
    done < <(leases)
    [[ $ready ]] || { systemd-notify --ready && ready=1; }
    sleep 1
done
