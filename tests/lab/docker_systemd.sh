#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The drop-ins of contrib/docker and the hook 50-docker under a real systemd, out of 'make install'. In
# dockerd's place is a program that writes down what it is started with: that is what they are about.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/lab/rootfs.sh"
rootfs_enter "$0"

rootfs_machine m1 1
ROOT=$WORK/m1/root
rootfs_install m1
EXAMPLES=/usr/local/share/doc/felt/examples/docker
UNITS=/etc/systemd/system
HOOKS=/etc/felt/hooks.d/lease-changed.d
mkdir -p "$ROOT/etc/felt" "$ROOT$UNITS"/{docker,feltd}.service.d
cat >"$ROOT/usr/local/sbin/dockerd" <<'END'
#!/bin/sh
echo "$*" >>/run/dockerd.log
exec sleep infinity
END
chmod +x "$ROOT/usr/local/sbin/dockerd"
# As much of Docker's own unit as the drop-ins meet.
cat >"$ROOT$UNITS/docker.service" <<'END'
[Unit]
After=network-online.target

[Service]
Type=exec
ExecStart=/usr/bin/false
Restart=on-failure
RestartSec=60
END
rootfs_boot m1
run() {
    in_machine m1 "$@"
}
show() {
    run systemctl show --value -p "$1" "$2"
}
# network NETWORK: what the next start of feltd founds, as on a new machine.
network() {
    run systemctl stop feltd
    run systemctl reset-failed
    run rm -rf /var/lib/felt /run/flannel/subnet.env
    printf 'FELTD_NETWORK=%s\n' "$1" | run tee /etc/felt/feltd.env >/dev/null
}
no_docker() {
    run systemctl stop docker
    run rm -f /run/flannel/docker /run/dockerd.log
}
drop_in() {
    run cp "$EXAMPLES/$1" "$UNITS/$2.service.d/"
    run systemctl daemon-reload
}
# What dockerd was started with last.
arguments() {
    run tail -n 1 /run/dockerd.log 2>/dev/null
}
# options 172.17: what it should have been started with.
options() {
    printf '%s' "^-H fd:// --containerd=/run/containerd/containerd\.sock +--bip=${1//./\\.}\.[0-9]+\.1/24 --ip-masq=true --mtu=1450\$"
}
follows() {
    [[ $(arguments) =~ $(options "$1") ]]
}
comes_after_feltd() {
    local ready started
    ready=$(show ActiveEnterTimestampMonotonic feltd)
    started=$(show ExecMainStartTimestampMonotonic docker)
    check "$1: not before feltd is ready" test "$((ready > 0 && started > ready))" = 1
}

run systemd-sysusers

# ---- felt.conf, as doc/getting-started.md has it ----------------------------------------------------

network 172.17.0.0/16
drop_in felt.conf docker
check "felt.conf: Docker starts, and feltd with it" run systemctl start docker
comes_after_feltd "felt.conf"
like "felt.conf: dockerd has what feltd has written" "$(arguments)" "$(options 172.17)"
is "felt.conf: subnet.env is as feltd has written it" "$(run grep -c DOCKER /run/flannel/subnet.env)" 0

no_docker
network 172.17.0.0/33
run systemctl start docker 2>/dev/null
is "felt.conf: without a subnet dockerd is not started" "$(show Result docker) $(arguments)" "exit-code "
no_docker

# ---- the hook, out of feltd's sandbox ---------------------------------------------------------------

run mkdir -p "$HOOKS"
run ln -s /usr/local/libexec/felt/hooks/50-docker "$HOOKS/"
network 172.18.0.0/16
check "hook: Docker starts" run systemctl start docker
await_ok "hook: with the subnet" 10 follows 172.18
network 172.19.0.0/16
check "hook: feltd starts, beside a Docker that runs" run systemctl start feltd
await_ok "hook: dockerd is started again with the subnet that the machine has now" 10 follows 172.19

# ---- the classic guide's ----------------------------------------------------------------------------

no_docker
run rm "$UNITS/docker.service.d/felt.conf"
drop_in classic-docker.conf docker
drop_in classic-feltd.conf feltd
network 172.20.0.0/16
check "classic guide: Docker starts, and feltd with it" run systemctl start docker
comes_after_feltd "classic guide"
await_ok "classic guide: dockerd has what is in subnet.env" 10 follows 172.20
like "classic guide: where the unit of feltd has put it" "$(run grep ^DOCKER_NETWORK_OPTIONS= /run/flannel/subnet.env)" \
    '^DOCKER_NETWORK_OPTIONS=" --bip=172\.20\.'
network 172.21.0.0/16
check "classic guide: feltd starts, beside a Docker that runs" run systemctl start feltd
await_ok "classic guide: the hook has dockerd follow" 10 follows 172.21
done_testing
