#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# feltd under a real systemd, out of 'make install': start, readiness, sandbox, watchdog, restart,
# reload, stop, the journal with its fields; and flanneld's unit with the program's path changed.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/lab/rootfs.sh"
rootfs_enter "$0"

rootfs_machine m1 1
make -C "$builddir" install DESTDIR="$WORK/m1/root" >"$WORK/install" 2>&1 || {
    not_ok "make install succeeds"
    diag "$(tail -n 20 "$WORK/install")"
    done_testing
}
mkdir -p "$WORK/m1/root/etc/felt" "$WORK/m1/root/etc/sysconfig"
printf '%s\n' FELTD_NETWORK=172.17.0.0/16 FELTD_IP_MASQ=true >"$WORK/m1/root/etc/felt/feltd.env"
if ! rootfs_boot m1; then
    not_ok "a Debian boots"
    done_testing
fi
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
is "systemd finds no fault in the unit" "$(run systemd-analyze verify /usr/local/lib/systemd/system/feltd.service 2>&1 | grep -v "Command 'man ")" ""
exposure=$(run systemd-analyze security --offline=true --no-pager /usr/local/lib/systemd/system/feltd.service | grep -oE 'feltd.service: [0-9.]+' | grep -oE '[0-9.]+$')
check "its exposure is at most 2.0 (it is $exposure)" awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 2.0) }'

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
is "a member of the group may ask" "$(run setpriv --reuid=65534 --regid=65534 --groups="$(run getent group felt | cut -d: -f3)" feltctl status -o json | jq -r .ready)" true
like "and nobody else" "$(run setpriv --reuid=65534 --regid=65534 --clear-groups feltctl status 2>&1)" 'Permission denied'
is "the state is root's alone" "$(run stat -c '%U %a' /var/lib/felt)" "root 700"
is "it holds two capabilities" "$(run sh -c 'getpcaps $(systemctl show --value -p MainPID feltd)' 2>&1 | sed 's/.*: //')" "cap_net_admin,cap_net_raw=ep"

# ---- the journal ---------------------------------------------------------------------------------

is "an entry is found by its subnet" "$(journal '"\(.PRIORITY) \(.SYSLOG_IDENTIFIER) \(.MESSAGE)"' "FELT_SUBNET=${first%.1/24}.0/24" | grep -F 'is ours')" \
    "5 feltd lease: subnet=${first%.1/24}.0/24 is ours"
is "this node is a field, too" "$(journal .FELT_NODE FELT_NAME=m1 | head -n 1 | grep -cE '^[0-9a-f]{8,}$')" 1
like "journalctl explains it" "$(run journalctl -x --no-pager -u feltd 2>/dev/null | grep 'Subject: This node')" 'Subject: This node has subnet 172\.17\.'

# ---- watchdog ------------------------------------------------------------------------------------

run mkdir -p /run/systemd/system/feltd.service.d
printf '[Service]\nWatchdogSec=2\n' | run tee /run/systemd/system/feltd.service.d/test.conf >/dev/null
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
said() {
    [[ $(run journalctl --no-pager -u feltd | grep -c "$1") -gt 0 ]]
}
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
printf 'FLANNEL_OPTIONS="--etcd-endpoints=http://192.0.2.9:2379,http://192.0.2.8:2379 --etcd-prefix=/coreos.com/network"\n' |
    run tee /etc/sysconfig/flanneld >/dev/null
printf 'FELTD_NETWORK=172.17.0.0/16\n' | run tee /etc/felt/feltd.env >/dev/null
run systemctl daemon-reload
check "flanneld's unit starts feltd" run systemctl start flanneld
like "which is ready" "$(show StatusText flanneld)" '^Subnet 172\.17\.'
is "Docker's options are in subnet.env, as the guide wants them" \
    "$(run sed -n 's/^DOCKER_NETWORK_OPTIONS=//p' /run/flannel/subnet.env)" "\" --bip=$first --ip-masq=false --mtu=1450\""
run systemctl stop flanneld
printf 'FLANNEL_OPTIONS="--etcd-endpoints=http://192.0.2.9:2379,\nhttp://192.0.2.8:2379"\n' | run tee /etc/sysconfig/flanneld >/dev/null
run systemctl start flanneld 2>/dev/null
like "an option that was wrapped in the environment file is reported as such" "$(run journalctl --no-pager -u flanneld | grep -m 1 'unexpected')" \
    "unexpected argument 'http://192.0.2.8:2379' .*wrapped in an environment file"
run systemctl stop flanneld
done_testing
