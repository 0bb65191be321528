#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# feltd under a real systemd, out of 'make install': start, readiness, sandbox, watchdog, restart,
# reload, stop, the journal with its fields; the units of felt-httpd and felt-etcd-bridge beside it, and
# felt-httpd where feltd's options ask for it; and flanneld's unit with the program's path changed.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/lab/rootfs.sh"
command -v curl >/dev/null || skip_all "curl is not installed; contrib/install-deps --check"
for part in httpd/felt-httpd etcd/felt-etcd-bridge; do
    [[ -x $builddir/src/$part ]] || skip_all "${part#*/} was not built: its library is not there"
done
rootfs_enter "$0"

rootfs_machine m1 1
rootfs_install m1
mkdir -p "$WORK/m1/root/etc/felt" "$WORK/m1/root/etc/sysconfig"
# settings LINE...: feltd.env.
settings() {
    printf '%s\n' FELTD_NETWORK=172.17.0.0/16 "$@" >"$WORK/m1/root/etc/felt/feltd.env"
}
settings FELTD_IP_MASQ=true FELTD_HEALTHZ_PORT=10254 FELTD_METRICS_LISTEN=127.0.0.1:9471
rootfs_boot m1
run() {
    in_machine m1 "$@"
}
show() {
    run systemctl show --value -p "$1" "${2:-feltd.service}"
}
has() {
    [[ $(show "$1") == "$2" ]]
}
subnet() {
    run sed -n 's/^FLANNEL_SUBNET=//p' /run/flannel/subnet.env
}
device() {
    run ip -o link show flannel.1 | cut -d: -f1
}
# journal JQ MATCH...: entries as JSON through jq.
journal() {
    run journalctl -o json --no-pager "${@:2}" | jq -r "$1"
}

# ---- the unit itself -----------------------------------------------------------------------------

run systemd-sysusers
run journalctl --update-catalog 2>/dev/null
units=/usr/local/lib/systemd/system
# exposure UNIT: as 'systemd-analyze security' counts it, from 0 to 10.
exposure() {
    run systemd-analyze security --offline=true --no-pager "$units/$1" | sed -n "s/.*for $1: \([0-9.]*\).*/\1/p"
}
while read -r unit most; do
    is "systemd finds no fault in $unit" "$(run systemd-analyze verify "$units/$unit" 2>&1 | grep -v "Command 'man ")" ""
    exposed=$(exposure "$unit")
    check "its exposure is at most $most (it is $exposed)" awk -v e="$exposed" -v most="$most" 'BEGIN { exit !(e != "" && e + 0 <= most) }'
done <<'END'
feltd.service 2.0
felt-httpd.service 2.0
feltd-httpd.service 2.0
felt-etcd-bridge.service 2.0
END
is "nor in feltd-httpd.path" "$(run systemd-analyze verify "$units/feltd-httpd.path" 2>&1 | grep -v "Command 'man ")" ""

# ---- start ---------------------------------------------------------------------------------------

if ! run systemctl start feltd; then
    not_ok "systemctl start succeeds, once feltd is ready"
    diag "$(run journalctl --no-pager -n 20 -u feltd)"
    done_testing
fi
ok "systemctl start succeeds, once feltd is ready"
is "it is running" "$(show SubState)" running
like "its status has the subnet" "$(show StatusText)" '^Subnet 172\.17\.[0-9]+\.0/24, 1 of 1 members alive$'
first=$(subnet)
like "subnet.env is there" "$first" '^172\.17\.[0-9]+\.1/24$'
is "the device is there, though /proc/sys is closed but for the network" \
    "$(run sh -c 'ip -o link show flannel.1 | grep -c flannel.1; cat /proc/sys/net/ipv4/ip_forward' | paste -sd' ')" "1 1"
is "masquerading works in the sandbox" "$(run nft list tables | grep -c felt-ipv4)" 1
is "the control socket is for the group felt" "$(run stat -c '%G %a' /run/felt/feltd.sock)" "felt 660"
is "which is no trouble to feltd, that may not give files away" "$(run journalctl -o cat --no-pager -u feltd | grep 'cannot give')" ""
is "a member of the group may ask" "$(run setpriv --reuid=65534 --regid=65534 --groups="$(run getent group felt | cut -d: -f3)" feltctl status -o json | jq -r .ready)" true
like "and nobody else" "$(run setpriv --reuid=65534 --regid=65534 --clear-groups feltctl status 2>&1)" 'Permission denied'
is "the state is root's alone" "$(run stat -c '%U %a' /var/lib/felt)" "root 700"
is "it holds two capabilities" "$(run sh -c 'getpcaps $(systemctl show --value -p MainPID feltd)' 2>&1 | sed 's/.*: //')" "cap_net_admin,cap_net_raw=ep"

# ---- the status page ------------------------------------------------------------------------------

# http PATH [PORT]: the body and the status, in one line. The machine has no curl; its network is enough.
http() {
    nsenter --net=/run/netns/m1 curl -s -m 5 -w ' %{http_code}' "http://127.0.0.1:${2-9470}$1" | tr -s '\n' ' '
}
# answers [PORT [STATUS]]
answers() {
    [[ $(http /healthz "${1-9470}") == *" ${2-200}" ]]
}
said() {
    [[ $(run journalctl --no-pager -u "${2:-feltd}" | grep -c "$1") -gt 0 ]]
}
check "felt-httpd starts" run systemctl start felt-httpd
await_ok "it says that all is well" 10 answers
like "it may ask feltd" "$(http /metrics)" 'felt_ready.* 1 .* 200$'
# who UNIT: user, group and further groups of its process, and its capabilities: "=" is none.
who() {
    local pid
    pid=$(show MainPID "$1")
    run ps -o user:20=,group=,supgrp= -p "$pid" | tr -s ' '
    run getpcaps "$pid" 2>&1 | sed 's/.*: //'
}
is "it is a user of its own, in the group that may ask and no other, and holds no capability" "$(who felt-httpd)" $'felt-httpd felt felt\n='

# ---- felt-httpd as feltd's options ask for it ------------------------------------------------------

problems() {
    run feltctl status -o json | jq -r '.problems[]'
}
problem() {
    [[ $(problems) == *"$1"* ]]
}
await_ok "where an option asks for /healthz, starting feltd was enough" 10 answers 10254
is "it says what flanneld says, and nothing else" "$(http /healthz 10254) $(http /metrics 10254 | grep -o '[0-9]*$')" "flanneld is running 200 404"
like "so it is for metrics" "$(http /metrics 9471)" 'felt_ready.* 1 .* 200$'
is "it is the other user, too" "$(who feltd-httpd)" $'felt-httpd felt felt\n='
is "which is no trouble" "$(problems)" ""
first_httpd=$(show MainPID feltd-httpd)
check "feltd is started again with the same options" run systemctl restart feltd
is "which does not touch it" "$(show MainPID feltd-httpd)" "$first_httpd"

# In the machine's network, by root: another user than felt-httpd.
nsenter --net=/run/netns/m1 python3 -c 'import socket, time
s = socket.create_server(("0.0.0.0", 10255)); time.sleep(600)' &
other=$!
taken() {
    nsenter --net=/run/netns/m1 ss -ltnH sport = :10255 | grep -q LISTEN
}
await_ok "something else has a port" 10 taken
settings FELTD_IP_MASQ=true FELTD_HEALTHZ_PORT=10255 FELTD_METRICS_LISTEN=127.0.0.1:9472
check "and with other ports, of which one is taken" run systemctl restart feltd
await_ok "status says so" 15 problem "felt-httpd does not run: 0.0.0.0:10255 is taken: a process of user 0 listens at 0.0.0.0:10255; see 'ss -ltnp sport = :10255'"
await_ok "and the journal" 10 said 'cannot listen on 0.0.0.0:10255: another program has the port' feltd-httpd
kill "$other"
await_ok "it is there once the port is free" 20 answers 10255
check "at both" answers 9472
is "and not where it was" "$(http /healthz 10254)$(http /healthz 9471)" " 000 000"
is "status is content" "$(problems)" ""
check "where it is stopped" run systemctl stop feltd-httpd.path feltd-httpd.service
await_ok "status says that, too" 20 problem "felt-httpd does not run: nothing listens at 0.0.0.0:10255; see 'systemctl status feltd-httpd.path feltd-httpd.service'"
check "started again" run systemctl start feltd-httpd.path
await_ok "it is there" 10 answers 10255

check "feltd stops" run systemctl stop feltd
await_ok "it goes on, and says so" 10 answers 10255 503
is "with what is wrong" "$(http /healthz 10255 | grep -o 'feltd.sock: .*')" "feltd.sock: it does not run 503"
settings FELTD_IP_MASQ=true
check "feltd is started without the options" run systemctl start feltd
gone() {
    [[ $(show ActiveState feltd-httpd) == inactive ]] && ! answers 10255
}
await_ok "it is gone" 10 gone
is "with success, and nothing is left that asks for it" "$(show Result feltd-httpd) $(run ls /run/felt | grep -c options)" "success 0"
is "the other one is still there" "$(http /healthz)" "flanneld is running 200"

# ---- the bridge, where its etcd is not -------------------------------------------------------------

printf 'FELT_ETCD_ENDPOINTS=http://127.0.0.1:23790\n' | run tee /etc/felt/etcd-bridge.env >/dev/null
check "felt-etcd-bridge starts" run systemctl start felt-etcd-bridge
await_ok "it says that etcd is not there, and what tells it where it is" 10 \
    said 'etcd cannot be reached: http://127.0.0.1:23790: Connection refused.*FELT_ETCD_ENDPOINTS' felt-etcd-bridge
is "it goes on, as a user of its own, in the groups that may ask and change, and holds no capability" \
    "$(show SubState felt-etcd-bridge) $(who felt-etcd-bridge)" $'running felt-bridge felt felt-admin,felt\n='
check "and ends when it is told to" run systemctl stop felt-etcd-bridge
is "with success" "$(show Result felt-etcd-bridge)" success

# ---- the journal ---------------------------------------------------------------------------------

is "an entry is found by its subnet" "$(journal '"\(.PRIORITY) \(.SYSLOG_IDENTIFIER) \(.MESSAGE)"' "FELT_SUBNET=${first%.1/24}.0/24" | grep -F 'is ours' | sort -u)" \
    "5 feltd lease: subnet=${first%.1/24}.0/24 is ours"
is "this node is a field, too" "$(journal .FELT_NODE FELT_NAME=m1 | head -n 1 | grep -cE '^[0-9a-f]{8,}$')" 1
like "journalctl explains it" "$(run journalctl -x --no-pager -u feltd 2>/dev/null | grep 'Subject: This node')" 'Subject: This node has subnet 172\.17\.'

# ---- watchdog ------------------------------------------------------------------------------------

run mkdir -p /run/systemd/system/feltd.service.d
printf '[Service]\nWatchdogSec=5\n' | run tee /run/systemd/system/feltd.service.d/test.conf >/dev/null
run systemctl daemon-reload
link=$(device)
check "restart" run systemctl restart feltd
like "there is a device" "$link" '^[0-9]+$'
is "it has the subnet that it had, and the device too" "$(subnet) $(device)" "$first $link"
pid=$(show MainPID)
[[ $pid == 0 ]] || run kill -STOP "$pid" # 0 would be this test itself
restarted() {
    has NRestarts 1 && has SubState running
}
await_ok "a feltd that hangs is ended by the watchdog and started again" 40 restarted
like "which the journal tells" "$(run journalctl --no-pager -u feltd | grep -i 'watchdog')" 'Watchdog timeout'
is "with its subnet" "$(subnet)" "$first"

# ---- reload --------------------------------------------------------------------------------------

printf '%s\n' FELTD_NETWORK=172.17.0.0/16 FELTD_IP_MASQ=false FELTD_BIND=0.0.0.0:9999 | run tee /etc/felt/feltd.env >/dev/null
pid=$(show MainPID)
check "reload" run systemctl reload feltd
await_ok "what can change has changed" 10 said 'reload: --ip-masq has changed'
await_ok "and what cannot is named" 10 said 'reload: --bind has changed: that takes a restart'
await_ok "it is ready again" 10 has SubState running
is "in the same process" "$(show MainPID)" "$pid"

# ---- stop ----------------------------------------------------------------------------------------

check "stop" run systemctl stop feltd
is "it has ended by itself, with success" "$(show Result) $(show ExecMainStatus)" "success 0"
is "device and subnet.env stay" "$(subnet) $(device)" "$first $link"
is "a stop keeps the directories, not the socket" "$(run ls /run/felt | grep -c sock$)" 0

# ---- flanneld's unit, with the program's path changed ---------------------------------------------

# The classic guide's, word for word but for the path.
run tee /etc/systemd/system/flanneld.service >/dev/null <<'END'
[Unit]
Description=Flanneld overlay address etcd agent
After=network-online.target network.target
Before=docker.service

[Service]
User=root
Type=notify
EnvironmentFile=/etc/sysconfig/flanneld
ExecStart=/usr/local/sbin/feltd --ip-masq $FLANNEL_OPTIONS
ExecStartPost=/usr/local/libexec/felt/mk-docker-opts.sh -k DOCKER_NETWORK_OPTIONS -d /run/flannel/subnet.env
Restart=on-failure

[Install]
WantedBy=multi-user.target
RequiredBy=docker.service
END
printf 'FLANNEL_OPTIONS="--etcd-endpoints=http://192.0.2.9:2379,http://192.0.2.8:2379 --etcd-prefix=/coreos.com/network -healthz-port=10256"\n' |
    run tee /etc/sysconfig/flanneld >/dev/null
printf 'FELTD_NETWORK=172.17.0.0/16\n' | run tee /etc/felt/feltd.env >/dev/null
run systemctl daemon-reload
check "flanneld's unit starts feltd" run systemctl start flanneld
like "which is ready" "$(show StatusText flanneld)" '^Subnet 172\.17\.'
is "Docker's options are in subnet.env, as the guide wants them" \
    "$(run sed -n 's/^DOCKER_NETWORK_OPTIONS=//p' /run/flannel/subnet.env)" "\" --bip=$first --ip-masq=false --mtu=1450\""
await_ok "this unit has no sandbox: felt-httpd is there, too" 10 answers 10256
is "as feltd's child, and another user" "$(run ps -o comm=,user:20= --ppid "$(show MainPID flanneld)" | tr -s ' ')" "felt-httpd felt-httpd"
run systemctl stop flanneld
is "it ends with it" "$(http /healthz 10256)" " 000"
printf 'FLANNEL_OPTIONS="--etcd-endpoints=http://192.0.2.9:2379,\nhttp://192.0.2.8:2379"\n' | run tee /etc/sysconfig/flanneld >/dev/null
run systemctl start flanneld 2>/dev/null
like "an option that was wrapped in the environment file is reported as such" "$(run journalctl --no-pager -u flanneld | grep -m 1 'unexpected')" \
    "unexpected argument 'http://192.0.2.8:2379' .*wrapped in an environment file"
run systemctl stop flanneld
done_testing
