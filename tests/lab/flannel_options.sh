#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command lines and environment files of flanneld's units, with nothing but the program's name
# changed, and the options of flanneld that act on the kernel.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

lab_up 2 --network 172.17.0.0/16 --feltd-arg --ip-masq
look() {
    lab exec "$1" ip -d -4 link show flannel.1 | grep -oE 'local [^ ]+ dev [^ ]+'
}
restart() {
    lab stop "$1"
    check "$1 starts with: ${*:2}" lab start "$@"
}
NET2=$(subnet h2)

# ---- the classic guide's ExecStart, and the options that are in use around it --------------------

restart h2 -etcd-endpoints=http://192.0.2.9:2379,http://192.0.2.8:2379 -etcd-prefix=/coreos.com/network \
    --etcd-username=root --etcd-password=hunter2 -ip-masq -iface=eth0 -v=0 --kube-subnet-mgr=false
is "it has the subnet that it had" "$(subnet h2)" "$NET2"
check "and reaches the others" lab wait
like "the log says where the options about etcd belong" "$(lab logs h2)" \
    'options: --etcd-endpoints is ignored: feltd needs no etcd; felt-etcd-bridge takes it'
unlike "and never a password" "$(lab logs h2)" 'hunter2'
unlike "with -v=0 nothing of level debug is logged" "$(lab logs h2)" 'debug'

# /etc/sysconfig/flanneld through systemd's EnvironmentFile= and $FLANNEL_OPTIONS: a value that was
# wrapped within its quotes arrives in two words.
refusal() {
    lab exec h2 env -u FELTD_JOIN "$@" 2>&1
}
like "a value that was wrapped within quotes is reported as such" \
    "$(refusal feltd --etcd-endpoints=http://192.0.2.9:2379, http://192.0.2.8:2379)" \
    "unexpected argument 'http://192.0.2.8:2379' .*a value that was wrapped in an environment file ends there"
like "and one whose second line was dropped" "$(refusal FELTD_JOIN=192.0.2.1, feltd)" \
    'FELTD_JOIN: the value ends where more should come; was it wrapped onto a second line in an environment file'
like "Kubernetes is refused by name" "$(refusal FLANNELD_KUBE_SUBNET_MGR=true feltd)" \
    'FLANNELD_KUBE_SUBNET_MGR: felt does not take subnets from Kubernetes'

# ---- which interface -----------------------------------------------------------------------------

lab exec h2 ip link add back type bridge
lab exec h2 ip address add 198.51.100.2/24 dev back
lab exec h2 ip link set back up
lab exec h2 ip route add 203.0.113.0/24 via 192.0.2.1
restart h2 --iface-can-reach 203.0.113.7 --ip-masq
is "--iface-can-reach takes the interface and address of the route there" "$(look h2)" "local 192.0.2.2 dev eth0"

# ---- the blackhole -------------------------------------------------------------------------------

blackholes() {
    lab exec h2 ip -4 route show type blackhole
}
is "without --ip-blackhole-route there is none" "$(blackholes)" ""
restart h2 --ip-blackhole-route --ip-masq
is "with it there is one of our subnet, behind all other routes" "$(blackholes | tr -s ' ' | sed 's/ *$//')" \
    "blackhole $NET2.0/24 proto 102 metric 4262920192"
is "containers are reached" "$(lab exec c1 ping -n -c 1 -W 2 "$NET2.2" | grep -oE 'ttl=[0-9]+')" ttl=62
lab exec h2 ip link set docker0 down
no_answer=$(lab exec h1 ping -n -c 1 -W 1 "$NET2.77" 2>&1)
unlike "what finds no container is dropped, and goes on no tour" "$no_answer" 'Time to live exceeded|bytes from'
lab exec h2 ip link set docker0 up
lab exec h2 ip route del blackhole "$NET2.0/24" metric 4262920192
is_back() {
    [[ $(blackholes) ]]
}
await_ok "removed, it comes back" 10 is_back
restart h2 --ip-masq
is_gone() {
    [[ ! $(blackholes) ]]
}
await_ok "without the option it goes again" 30 is_gone

# ---- an environment file, and a reload -----------------------------------------------------------

lab exec h2 mkdir -p /run/conf
settings() {
    printf '%s\n' "$@" | lab exec h2 tee /run/conf/feltd.env >/dev/null
}
reloaded() {
    [[ $(lab logs h2 | grep -c 'reload: ') -ge $1 ]]
}
# reload LINES: SIGHUP, until so many lines of all reloads are in the log.
reload() {
    lab exec h2 kill -HUP "$(lab pid h2)"
    await 20 reloaded "$1"
}
masquerades() {
    [[ $(lab exec h2 nft list tables | grep -c 'felt-ipv4') == "$1" ]]
}
settings 'FELTD_IP_MASQ=false'
restart h2 --env-file /run/conf/feltd.env
await_ok "what the file says is done: nothing is masqueraded" 20 masquerades 0
settings 'FELTD_IP_MASQ="true"' '# FELTD_X=1' 'FELTD_LOG_LEVEL=debug' 'FELTD_NODE_NAME=another'
reload 3
is "a reload says what has changed, and what takes a restart" "$(lab logs h2 | sed -n 's/^.* \(reload: .*\)/\1/p')" \
    "reload: --node-name has changed: that takes a restart
reload: --ip-masq has changed
reload: --log-level has changed"
await_ok "masquerading begins without a restart" 20 masquerades 1
is "subnet.env says so" "$(lab exec h2 sed -n 's/^FLANNEL_IPMASQ=//p' /run/flannel/subnet.env)" true
settings 'FELTD_IP_MASQ=true' 'FELTD_JOIN=192.0.2.1,' '192.0.2.2'
reload 4
like "a file that is wrong changes nothing, and its line is named" "$(lab logs h2 | grep 'reload: ' | tail -n 1)" \
    'reload: nothing is changed: /run/conf/feltd.env:2: the value ends where more should come; was it wrapped'
check "the data plane has not noticed" lab exec c1 ping -n -c 1 -W 2 "$NET2.2"
refused=$(lab exec h2 feltd --env-file /run/conf/feltd.env 2>&1)
like "and no feltd starts with it" "$refused" '^feltd: /run/conf/feltd.env:2: the value ends'

# ---- another interface ---------------------------------------------------------------------------

# chosen NUMBER OPTION...: what a second feltd beside the stopped one chooses. It ends with the lab.
chosen() {
    sed -n '/underlay: interface=/{s/.*underlay: //;p;q}' < <(lab exec h2 timeout 30 feltd "${@:2}" --state-dir "/run/other$1" \
        --control-socket "/run/other$1.sock" --subnet-file "/run/other$1.env" --bind "127.0.0.1:999$1" --network 10.9.0.0/16 2>&1)
}
lab stop h2
like "--iface-can-reach leads to another interface" "$(chosen 1 --iface-can-reach 198.51.100.9)" '^interface=back address=198\.51\.100\.2 '
like "an interface that has --public-ip is taken for that" "$(chosen 2 --public-ip 198.51.100.2)" '^interface=back address=198\.51\.100\.2 '
done_testing
