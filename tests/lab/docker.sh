#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real dockerd on two machines, the way the classic guide sets it up, with the policy DROP that it
# gives FORWARD: containers reach each other, and do again after iptables -F FORWARD and after a
# restart of Docker.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
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
# start_docker HOST: as its unit does, with the options out of subnet.env.
start_docker() {
    lab exec "$1" bash -c '
        mkdir -p /run/dk
        mk-docker-opts.sh -k DOCKER_NETWORK_OPTIONS -d /run/dk/options
        . /run/dk/options
        exec dockerd --data-root /run/dk/data --exec-root /run/dk/exec --pidfile /run/dk/pid \
            --host unix:///run/dk/sock --storage-driver vfs --cgroup-parent "$0" \
            $DOCKER_NETWORK_OPTIONS >>/run/dk/log 2>&1' "$CGROUP" >/dev/null 2>&1 &
    await 60 answers_on "$1"
}
is_gone() {
    ! lab exec "$1" test -d "/proc/$2"
}
stop_docker() {
    local pid
    pid=$(lab exec "$1" cat /run/dk/pid)
    lab exec "$1" kill -TERM "$pid"
    await 60 is_gone "$1" "$pid"
}
filter() {
    lab exec "$1" iptables-nft-save -t filter 2>/dev/null | grep -- "^[-:A]* *$2 "
}

lab_up 2 --network 172.17.0.0/16 --feltd-arg --ip-masq
trap end EXIT
mkdir -p "$WORK/image/bin"
cp "$(command -v busybox)" "$WORK/image/bin/busybox"
tar -C "$WORK/image" -cf "$WORK/image.tar" .

for host in h1 h2; do
    mount_cgroups "$host"
    # The lab's stand-in goes. Docker drops what is forwarded where it had to turn forwarding on.
    lab exec "$host" ip link del docker0
    lab exec "$host" sysctl -q -w net.ipv4.ip_forward=0
    start_docker "$host" || {
        diag "$(lab exec "$host" tail -n 20 /run/dk/log)"
        skip_all "dockerd does not run here: $(lab exec "$host" grep -oE 'failed to start daemon.*' /run/dk/log | tail -n 1)"
    }
    like "$host: Docker's policy for FORWARD is DROP" "$(filter "$host" FORWARD | head -n 1)" '^:FORWARD DROP'
    is "$host: docker0 has the first address of the lease" \
        "$(lab exec "$host" ip -4 -o address show dev docker0 | grep -oE 'inet [^ ]+')" "inet $(subnet "$host").1/24"
done

run_container() {
    dk "$1" import "$WORK/image.tar" felt-busybox >/dev/null 2>&1
    check "$1: a container runs" dk "$1" run -d --name web felt-busybox /bin/busybox sleep 3600
}
for host in h1 h2; do run_container "$host"; done
address() {
    dk "$1" inspect -f '{{.NetworkSettings.IPAddress}}' web
}
A1=$(address h1) A2=$(address h2)
pid_of() {
    dk "$1" inspect -f '{{.State.Pid}}' web
}
PID1=$(pid_of h1)
like "h1: the container is in the lease" "$A1" "^${N1:=$(subnet h1)}\.[0-9]+$"
crosses() {
    lab exec h1 nsenter -t "$PID1" -n ping -n -c 1 -W 1 "$A2" >/dev/null
}
comes_in() {
    lab exec h2 nsenter -t "$(pid_of h2)" -n ping -n -c 1 -W 1 "$A1" >/dev/null
}
in_a_second() {
    local name=$1 start took
    shift
    start=$(date +%s%N)
    if await 20 "$@"; then
        took=$((($(date +%s%N) - start) / 1000000))
        check "$name within a second (took $took ms)" test "$took" -lt 1000
    else
        not_ok "$name"
    fi
}

await_ok "containers of the two machines reach each other" 20 crosses
check "in both directions" comes_in
is "by ping of Docker's own, too" "$(dk h1 exec web /bin/busybox ping -c 1 -W 2 "$A2" | grep -oE '[0-9]+% packet loss')" "0% packet loss"

# ---- somebody flushes --------------------------------------------------------------------------

for i in 1 2 3; do
    lab exec h1 iptables-nft -F FORWARD
    in_a_second "after iptables -F FORWARD on one machine, $i, they reach each other again" crosses
done
for host in h1 h2; do lab exec "$host" iptables-nft -F FORWARD; done
in_a_second "after it on both, too," crosses
like "and FORWARD still drops" "$(filter h1 FORWARD | head -n 1)" '^:FORWARD DROP'

# ---- Docker restarts ---------------------------------------------------------------------------

check "Docker stops on h1" stop_docker h1
check "and starts" start_docker h1
dk h1 start web >/dev/null
PID1=$(pid_of h1) A1=$(address h1)
in_a_second "after a restart of Docker they reach each other" crosses
lab exec h1 iptables-nft -F FORWARD
check "Docker stops on h1, which has been flushed," stop_docker h1
check "and starts" start_docker h1
dk h1 start web >/dev/null
PID1=$(pid_of h1) A1=$(address h1)
in_a_second "they reach each other" crosses
like "with a FORWARD that drops" "$(filter h1 FORWARD | head -n 1)" '^:FORWARD DROP'
is "the jumps are there once each" "$(lab exec h1 iptables-nft-save | grep -cE -- '-j FELT-(FORWARD|DOCKER-USER)$')" 2

for host in h1 h2; do
    dk "$host" rm -f web >/dev/null 2>&1
    stop_docker "$host"
done
done_testing
