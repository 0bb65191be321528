# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # who reads this in uses what it sets
# Three machines exactly as flanneld v0.10.0 leaves them, for tests that take them over. After lab.sh.

LIMIT_S=60 # until something has to be over; far above what it takes
FLOW_INTERVAL=0.01
HOSTS=(h1 h2 h3)

lab_up 3 --bare
DIR=$(lab dir)

# ---- flanneld v0.10.0 was here ---------------------------------------------------------------------

declare -A NET=([h1]=172.17.21 [h2]=172.17.122 [h3]=172.17.223) MAC=()

# No MAC is given: the kernel chooses one at random. No protocol: ip's is boot, as flanneld's.
flannel_device() {
    lab exec "$1" ip link add flannel.1 txqueuelen 0 type vxlan id 1 local "192.0.2.${1#h}" dev eth0 nolearning dstport 0
    lab exec "$1" ip address add "${NET[$1]}.0/32" dev flannel.1
    lab exec "$1" ip link set flannel.1 up
    MAC[$1]=$(lab exec "$1" cat /sys/class/net/flannel.1/address)
}
flannel_peer() {
    lab exec "$1" ip neigh replace "${NET[$2]}.0" lladdr "${MAC[$2]}" dev flannel.1 nud permanent
    lab exec "$1" bridge fdb replace "${MAC[$2]}" dev flannel.1 dst "192.0.2.${2#h}" self permanent
    lab exec "$1" ip route replace "${NET[$2]}.0/24" via "${NET[$2]}.0" dev flannel.1 onlink
}
subnet_env() {
    lab exec "$1" sh -c "mkdir -p /run/flannel && printf 'FLANNEL_NETWORK=172.17.0.0/16\nFLANNEL_SUBNET=%s.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n' ${NET[$1]} >/run/flannel/subnet.env"
}
for host in "${HOSTS[@]}"; do
    flannel_device "$host"
    subnet_env "$host"
    lab exec "$host" sysctl -q -w net.ipv4.ip_forward=1
    lab attach "$host"
done
for host in "${HOSTS[@]}"; do
    for peer in "${HOSTS[@]}"; do
        [[ $host == "$peer" ]] || flannel_peer "$host" "$peer"
    done
done
is "three machines that flanneld has left reach each other" \
    "$(lab ping-matrix --raw | awk '{ print $3 }' | sort -u)" "0%"

# Everything about the data plane, but for the kernel's changing moods.
data_plane() {
    lab exec "$1" sh -c 'ip -d link show flannel.1; ip -4 -br address show dev flannel.1
        ip -4 route show; ip -4 neigh show dev flannel.1; bridge fdb show dev flannel.1' |
        sed -E 's/ proto (102|felt)//; s/ +$//' | LC_ALL=C sort
}
start_flows() {
    flow c1 "${NET[h2]}.2"
    flow c2 "${NET[h3]}.2"
    flow c3 "${NET[h1]}.2"
    flow h1 "${NET[h3]}.2"
}
ready() {
    [[ $(ctl "$1" status .ready) == true ]]
}
knows_peers() {
    [[ $(ctl "$1" status .kernel.peers) == 2 ]]
}
