# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # WORK, FELT_LAB and builddir are set by lab.sh
# Real dockerd on hosts of a lab, for tests that have lab.sh. After lab_up: trap end EXIT.

for tool in dockerd docker containerd runc busybox iptables-nft nft; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --run --check"
done
busybox ping --help 2>&1 | grep -q BusyBox || skip_all "busybox has no ping"

# The lab's hosts have a /sys of their own: the machine's cgroups once more, and ours in a corner.
CGROUP=/$FELT_LAB
cgroup_mounts() {
    awk '$3 == "cgroup" || $3 == "cgroup2" { print $2, $3, $4 }' /proc/mounts
}
mount_cgroups() {
    local point type options controller
    cgroup_mounts | while read -r point type options; do
        # Only the controller: the other options are the mount's.
        controller=$(tr , '\n' <<<"$options" | grep -vxE 'rw|ro|relatime|nosuid|nodev|noexec|nsdelegate|memory_recursiveprot|xattr|release_agent=.*' | paste -sd,)
        lab exec "$1" bash -c '
            [[ $(stat -f -c %T /sys/fs/cgroup) != sysfs || $1 == /sys/fs/cgroup ]] ||
                mount -t tmpfs cgroup /sys/fs/cgroup
            mkdir -p "$1"
            mount -t "$2" ${3:+-o "$3"} cgroup "$1"' bash "$point" "$type" "$controller" </dev/null
    done
}
remove_cgroups() {
    cgroup_mounts | while read -r point _; do
        [[ ! -d $point$CGROUP ]] || find "$point$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null
    done
}
end() {
    local status=$?
    # The cgroups can go when nobody is in them any more.
    lab down
    await 10 cgroups_are_gone || diag "cgroups of $CGROUP stay: they are still in use"
    (exit "$status")
    lab_cleanup
}
cgroups_are_gone() {
    remove_cgroups
    ! cgroup_mounts | while read -r point _; do
        [[ ! -d $point$CGROUP ]] || exit 1
    done || return 0
    return 1
}

dk() {
    lab exec "$1" docker -H unix:///run/dk/sock "${@:2}"
}
answers_on() {
    dk "$1" info >/dev/null 2>&1
}
filter() {
    lab exec "$1" iptables-nft-save -t filter 2>/dev/null | grep -- "^[-:A]* *$2 "
}

# What the unit of a machine with systemd is: start, stop, restart. Options are made anew at each start,
# as felt.conf has it, or read from subnet.env as it is, as the classic guide has it, where
# /run/dk/classic is there.
SERVICE=$WORK/docker-service
cat >"$SERVICE" <<END_SERVICE
#!/bin/bash
options=/run/flannel/docker
start() {
    if [[ -e /run/dk/classic ]]; then
        options=/run/flannel/subnet.env
    else
        "$WORK/libexec/mk-docker-opts.sh" -k DOCKER_NETWORK_OPTIONS -d "\$options"
    fi
    . "\$options"
    setsid dockerd --data-root /run/dk/data --exec-root /run/dk/exec --pidfile /run/dk/pid \\
        --host unix:///run/dk/sock --storage-driver vfs --cgroup-parent "$CGROUP" \\
        \$DOCKER_NETWORK_OPTIONS >>/run/dk/log 2>&1 </dev/null &
}
stop() {
    local pid i
    pid=\$(cat /run/dk/pid) || return
    kill -TERM "\$pid"
    for ((i = 0; i < 600; i++)); do
        [[ -d /proc/\$pid ]] || return 0
        sleep 0.1
    done
    return 1
}
case \$1 in
restart) stop && start ;;
*) "\$1" ;;
esac
END_SERVICE
chmod +x "$SERVICE"
# As 'make install' lays them out.
mkdir -p "$WORK/libexec/hooks"
install -m 0755 "$srcdir/contrib/mk-docker-opts.sh" "$WORK/libexec/"
install -m 0755 "$srcdir/contrib/hooks/50-docker" "$WORK/libexec/hooks/"

# start_docker HOST
start_docker() {
    lab exec "$1" mkdir -p /run/dk
    lab exec "$1" "$SERVICE" start
    await 60 answers_on "$1"
}
stop_docker() {
    lab exec "$1" "$SERVICE" stop
}
# first_docker HOST: without the lab's stand-in. Docker drops what is forwarded where it had to turn
# forwarding on; feltd turns it on, too, and may be first: then the lab gives the policy.
first_docker() {
    mount_cgroups "$1"
    lab exec "$1" ip link del docker0
    lab exec "$1" sysctl -q -w net.ipv4.ip_forward=0
    start_docker "$1" || {
        diag "$(lab exec "$1" tail -n 20 /run/dk/log)"
        skip_all "dockerd does not run here: $(lab exec "$1" grep -oE 'failed to start daemon.*' /run/dk/log | tail -n 1)"
    }
    lab exec "$1" iptables-nft -P FORWARD DROP
}
bridge_address() {
    lab exec "$1" ip -4 -o address show dev docker0 | grep -oE 'inet [^ ]+' | cut -d' ' -f2
}

# run_container HOST: called web. Its first process handles no signal, so that it is killed at once.
mkdir -p "$WORK/image/bin"
cp "$(command -v busybox)" "$WORK/image/bin/busybox"
tar -C "$WORK/image" -cf "$WORK/image.tar" .
run_container() {
    dk "$1" import "$WORK/image.tar" felt-busybox >/dev/null 2>&1
    check "$1: a container runs" dk "$1" run -d --name web --stop-signal KILL "${@:2}" felt-busybox /bin/busybox sleep 3600
}
address() {
    dk "$1" inspect -f '{{.NetworkSettings.IPAddress}}' web
}
pid_of() {
    dk "$1" inspect -f '{{.State.Pid}}' web
}
