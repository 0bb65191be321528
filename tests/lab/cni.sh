#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The CNI plugin with Debian's bridge, host-local and portmap, the way a runtime calls them out of
# contrib/cni/10-felt.conflist, on two machines: containers ping each other across, CHECK finds what
# is broken, DEL leaves nothing, and a subnet that has changed is dealt with.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
PLUGINS=/usr/lib/cni
for plugin in bridge host-local portmap; do
    [[ -x $PLUGINS/$plugin ]] || skip_all "$PLUGINS/$plugin is not installed; contrib/install-deps --check"
done

mkdir "$WORK/cni"
cp "$builddir/src/cni/felt" "$WORK/cni/felt"
ln -s felt "$WORK/cni/flannel"
cp "$srcdir/contrib/cni/10-felt.conflist" "$WORK/felt.conflist"
# flannel's, as kube-flannel writes it.
cat >"$WORK/flannel.conflist" <<'END'
{"name":"cbr0","cniVersion":"0.3.1","plugins":[{"type":"flannel","delegate":{"hairpinMode":true,"isDefaultGateway":true}},{"type":"portmap","capabilities":{"portMappings":true}}]}
END

lab_up 2 --network 172.17.0.0/16 --feltd-arg --ip-masq
for host in h1 h2; do
    # The lab's stand-in for Docker has the address that is cni0's; and a link would lead to the
    # machine's own containers.
    lab exec "$host" sh -c 'ip link del docker0; [ ! -L /var/lib/cni ] || rm /var/lib/cni'
done

# cni HOST COMMAND ID [LIST]: what libcni does with a list: each plugin in order (DEL: backwards), each
# with the result of the one before. The answer of the last, or of the first that fails, is in $out.
declare -A RESULT=()
out=
cni() {
    local host=$1 command=$2 id=$3 list=$WORK/${4:-felt}.conflist order=(0 1) i conf type result=${RESULT[$1/$3]-null}
    case $command in
    ADD) result=null ;;
    DEL) order=(1 0) ;;
    CHECK) order=(0) ;; # portmap 1.1 looks for rules of IPv6 where there is no IPv6
    esac
    for i in "${order[@]}"; do
        conf=$(jq -c --argjson i "$i" --argjson previous "$result" '
            {name, cniVersion} + .plugins[$i]
            + if .plugins[$i].capabilities then {runtimeConfig: {portMappings: [{hostPort: 8080, containerPort: 80, protocol: "tcp"}]}} else {} end
            + if $previous == null then {} else {prevResult: $previous} end' "$list")
        type=$(jq -r .type <<<"$conf")
        [[ -x $WORK/cni/$type ]] && type=$WORK/cni/$type || type=$PLUGINS/$type
        out=$(lab exec "$host" env CNI_COMMAND="$command" CNI_CONTAINERID="$id" CNI_NETNS="/run/netns/$id" \
            CNI_IFNAME=eth0 CNI_PATH="$WORK/cni:$PLUGINS" "$type" <<<"$conf" 2>"$WORK/stderr") || return 1
        [[ $command != ADD ]] || result=$out
    done
    [[ $command != ADD ]] || RESULT[$host/$id]=$out
}
container() {
    lab exec "$1" ip netns add "$2"
    lab exec "$1" ip -n "$2" link set lo up
}
# Not by check(): its subshell would keep what the calls have brought.
succeeds() {
    local name=$1
    shift
    if cni "$@"; then
        ok "$name"
    else
        not_ok "$name"
        diag "$out $(cat "$WORK/stderr")"
    fi
}
fails() {
    local name=$1
    shift
    if cni "$@"; then not_ok "$name"; else ok "$name"; fi
}
added() {
    succeeds "$1: ADD of $2" "$1" ADD "${@:2}"
}
address() {
    jq -r '.ips[0].address | sub("/.*"; "")' <<<"${RESULT[$1]}"
}
# crosses HOST CONTAINER ADDRESS: the ttl of the answer.
crosses() {
    lab exec "$1" ip netns exec "$2" ping -n -c 1 -W 2 "$3" | grep -oE 'ttl=[0-9]+'
}
# What of containers is on a host.
traces() {
    lab exec "$1" sh -c '
        find /var/lib/cni -type f ! -name lock ! -name "last_reserved*"
        ip -o link show master cni0
        iptables-save -t nat | grep -i "dport 8080"' 2>/dev/null
}
bridge_address() {
    lab exec "$1" ip -4 -o address show dev cni0 | grep -oE 'inet [^ ]+'
}

# ---- ADD ---------------------------------------------------------------------------------------

for host in h1 h2; do
    container "$host" one
    added "$host" one
    like "$host: the container has an address of the lease" "$(address "$host/one")" "^$(subnet "$host" | sed 's/\./\\./g')\.[0-9]+$"
    is "$host: its MTU is the overlay's" "$(lab exec "$host" ip -n one -o link show eth0 | grep -oE 'mtu [0-9]+')" "mtu 1450"
    is "$host: cni0 has the first address of the lease" "$(bridge_address "$host")" "inet $(subnet "$host").1/24"
done
is "containers of two machines reach each other" "$(crosses h1 one "$(address h2/one)")" ttl=62
is "in both directions" "$(crosses h2 one "$(address h1/one)")" ttl=62
is "and a container another machine" "$(crosses h1 one "$(subnet h2).1")" ttl=63
is "the masquerading is feltd's, not the bridge's too" "$(lab exec h1 iptables-save -t nat | grep -c "name: \"cbr0\" id: \"one\".*MASQ")" 0

# ---- CHECK -------------------------------------------------------------------------------------

succeeds "CHECK finds nothing" h1 CHECK one
lab exec h1 ip -n one address flush dev eth0
fails "CHECK fails when the container has lost its address" h1 CHECK one
like "in CNI form" "$(jq -r '"\(.cniVersion) \(.code) \(.msg)"' <<<"$out")" '^1\.0\.0 [0-9]+ .*eth0'

# ---- DEL ---------------------------------------------------------------------------------------

like "before DEL there are traces" "$(traces h1 | wc -l)" '^[4-9]'
succeeds "DEL" h1 DEL one
succeeds "and DEL again" h1 DEL one
lab exec h2 ip netns del one
succeeds "DEL of a container that is gone already" h2 DEL one
for host in h1 h2; do is "$host: nothing is left" "$(traces "$host")" ""; done
lab exec h1 ip netns del one

# ---- as flannel's plugin -----------------------------------------------------------------------

container h1 two
added h1 two flannel
container h2 two
added h2 two flannel
is "under flannel's name and with flannel's list containers reach each other, too" "$(crosses h1 two "$(address h2/two)")" ttl=62
succeeds "DEL" h1 DEL two flannel
is "nothing is left" "$(traces h1)" ""

# ---- another subnet ----------------------------------------------------------------------------

former=$(subnet h2)
(umask 077 && lab exec h1 feltctl token >"$WORK/token")
lab exec h2 feltctl leave >/dev/null
lab start h2 --join "$(tr -d '[:space:]' <"$WORK/token")" --subnet 172.17.200.0/24 --ip-masq >/dev/null
is "h2 has another subnet" "$(subnet h2)" 172.17.200
container h2 three
fails "while a container is in the former one, ADD fails" h2 ADD three
like "and says which containers are in the way" "$(jq -r '"\(.msg) \(.details)"' <<<"$out")" \
    'cni0" already has an IP address different from 172\.17\.200\.1/24 [0-9]+ containers of .cbr0. are in a subnet that this machine had before; it has 172\.17\.200\.0/24 now: restart them'
fails "CHECK of the old one fails, too" h2 CHECK two flannel
like "in a version that has none it cannot tell more" "$(jq -r .msg <<<"$out")" 'cniVersion 0\.3\.1 has no CHECK'
succeeds "DEL of the one that failed" h2 DEL three
succeeds "DEL of the old one, whose subnet is not ours any more" h2 DEL two flannel
is "nothing is left" "$(traces h2)" ""
added h2 three
is "cni0 has followed" "$(bridge_address h2)" "inet 172.17.200.1/24"
container h1 three
added h1 three
routed() {
    crosses h1 three "$(address h2/three)"
}
await_ok "and containers reach each other, no more at $former" 20 routed
done_testing
