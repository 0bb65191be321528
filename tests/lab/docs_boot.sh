# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # between lab.sh, rootfs.sh, etcd_server.sh and docs_run.sh
# Machines that boot a Debian with systemd, h1..hN at 192.0.2.1..N, for those parts of guides that say
#
#   <!-- machines: N -->            after the make install of doc/getting-started.md and what comes with it
#   <!-- machines: N fresh -->      right after make install: what comes with it is typed
#   <!-- machines: N flanneld -->   and flanneld runs on each, with its etcd at 192.0.2.250; docs_flanneld.sh plays it
#
# They know each other's names. make install is that of the build at hand: where it is not for /usr, links lead
# there from what the guides name in /usr. After rootfs_enter, docs_run.sh and etcd_server.sh.

GUIDE_WORLD=machines
ETCD_HOST=192.0.2.250
ETCD=http://$ETCD_HOST:2379
BOOT_LIMIT_S=60 # until something is ready

# What tests do with felt-lab, done with these machines.
lab() {
    local command=$1
    shift
    case $command in
    exec) boot_exec "$@" ;;
    up) boot_up "$@" ;;
    down) boot_down ;;
    *) return 1 ;;
    esac
}
boot_exec() {
    local host=$1
    shift
    if [[ $host == switch ]]; then "$@"; else in_machine "$host" "$@"; fi
}

boot_down() {
    local name
    for name in "${!ROOTFS_PID[@]}"; do rootfs_down "$name"; done
    boot_etcd_down
}
boot_etcd_down() {
    [[ ! -e $WORK/etcd.pid ]] || { etcd_kill && rm "$WORK/etcd.pid"; }
}
# In the place of rootfs_end, which knows nothing of an etcd. Where no machine boots, the test ends while what it
# prints goes to a file.
exec {BOOT_STDOUT}>&1
boot_end() {
    local status=$?
    trap - EXIT
    exec >&"$BOOT_STDOUT"
    ! grep -qs '^1\.\.' "$WORK/up" || cat "$WORK/up"
    boot_etcd_down
    (exit "$status")
    rootfs_end
}

boot_up() {
    local i j n=$1 kind=${2:-installed}
    for ((i = 1; i <= n; i++)); do
        rootfs_machine "h$i" "$i"
        for ((j = 1; j <= n; j++)); do printf '192.0.2.%d h%d\n' "$j" "$j"; done >>"$WORK/h$i/root/etc/hosts"
        rootfs_boot "h$i"
        rootfs_install "h$i"
        boot_links "$WORK/h$i/root"
        [[ $kind == fresh ]] || in_machine "h$i" sh -c 'systemd-sysusers && systemctl daemon-reload && mkdir -p /etc/felt' || return
    done
    [[ $kind != flanneld ]] || boot_flannel "$n"
}

# boot_links ROOT
boot_links() {
    local name
    for name in libexec/felt lib/cni/felt share/doc/felt; do
        [[ ! -e $1/usr/$name && -e $1/usr/local/$name ]] || continue
        mkdir -p "$(dirname "$1/usr/$name")"
        ln -s "/usr/local/$name" "$1/usr/$name"
    done
}

boot_flannel() {
    local i
    ip address add "$ETCD_HOST/24" dev switch 2>/dev/null
    etcd_up
    etcd_put config '{"Network":"172.17.0.0/16","Backend":{"Type":"vxlan"}}'
    for ((i = 1; i <= $1; i++)); do
        install -m 0755 "$srcdir/tests/lab/docs_flanneld.sh" "$WORK/h$i/root/usr/local/sbin/flanneld"
        cat >"$WORK/h$i/root/etc/systemd/system/flanneld.service" <<END
[Unit]
After=network.target
[Service]
Type=notify
NotifyAccess=all
KillMode=process
TimeoutStopSec=10
ExecStart=/usr/local/sbin/flanneld $ETCD/v2/keys$ETCD_PREFIX 192.0.2.$i 172.17.$((20 * i + 1))
[Install]
WantedBy=multi-user.target
END
        in_machine "h$i" systemctl daemon-reload
        in_machine "h$i" systemctl enable --now flanneld || return
        # As dockerd has it from subnet.env.
        in_machine "h$i" sh -c '. /run/flannel/subnet.env && ip link add docker0 type bridge forward_delay 0 &&
            ip address add "$FLANNEL_SUBNET" dev docker0 && ip link set docker0 up' || return
    done
}

# feltd typed by hand: it goes on in the background.
guide_feltd() {
    in_machine "$1" setsid bash -c "$2"' </dev/null >/run/feltd.log 2>&1 &'
    await "$BOOT_LIMIT_S" boot_ready "$1" && return
    in_machine "$1" tail -n 20 /run/feltd.log
    return 1
}
boot_ready() {
    in_machine "$1" feltctl status -o json | jq -e .ready
}
