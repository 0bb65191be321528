#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Three machines exactly as flanneld v0.10.0 leaves them, 100 pings a second between their containers:
# feltd takes over, stops, starts, is killed, is upgraded in place. No packet may be lost, no MAC and no
# subnet may change. What was stale is gone in the end, what is somebody else's is as it was.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/flannel_hosts.sh"

# A peer that flanneld has forgotten to remove, and what is none of an overlay agent's business.
lab exec h1 bash <<'END'
ip neigh add 172.17.99.0 lladdr 02:00:00:00:00:99 dev flannel.1 nud permanent
bridge fdb add 02:00:00:00:00:99 dev flannel.1 dst 192.0.2.99 self permanent
ip route add 172.17.99.0/24 via 172.17.99.0 dev flannel.1 onlink
ip route add 172.17.60.0/24 via 192.0.2.254 dev eth0
ip route add 10.99.0.0/16 via 172.17.122.0 dev flannel.1 onlink
ip address add 192.168.77.1/32 dev flannel.1
ip neigh add 10.99.0.1 lladdr 02:00:00:00:00:61 dev flannel.1 nud permanent
bridge fdb append 00:00:00:00:00:00 dev flannel.1 dst 192.0.2.77 self permanent
END

declare -A BEFORE=()
for host in "${HOSTS[@]}"; do BEFORE[$host]=$(data_plane "$host"); done

# ---- feltd takes over ------------------------------------------------------------------------------

KEY=$WORK/cluster.key
(umask 077 && head -c 32 /dev/urandom | base64 >"$KEY")
ARGS=(--bootstrap-expect 3 --join 192.0.2.1 --join 192.0.2.2 --join 192.0.2.3 --key-file "$KEY"
    --network 172.17.0.0/16)

is_gone() {
    ! lab exec h1 sh -c 'ip neigh show dev flannel.1; bridge fdb show dev flannel.1; ip route show' |
        grep -qE '172\.17\.99\.0|02:00:00:00:00:99'
}
without_stale() {
    grep -vE '172\.17\.99\.0|02:00:00:00:00:99' <<<"$1"
}

start_flows
for host in "${HOSTS[@]}"; do lab start "$host" "${ARGS[@]}" >/dev/null 2>&1 & starts+=("$!"); done
wait "${starts[@]}"
for host in "${HOSTS[@]}"; do
    await_ok "$host is ready" "$LIMIT_S" ready "$host"
    await_ok "$host has a way to both others" "$LIMIT_S" knows_peers "$host"
done
await_ok "the stale peer is gone" "$LIMIT_S" is_gone
flows_end "feltd takes over"
for host in "${HOSTS[@]}"; do
    is "$host has the subnet that flanneld gave it" "$(subnet "$host")" "${NET[$host]}"
    is "$host: its data plane is as flanneld left it, but for what was stale" "$(data_plane "$host")" \
        "$(without_stale "${BEFORE[$host]}")"
    BEFORE[$host]=$(without_stale "${BEFORE[$host]}")
done

# ---- and comes and goes ----------------------------------------------------------------------------

# unchanged WHAT: after one of them the data plane, MAC and subnet are what they were.
unchanged() {
    flows_end "$1"
    is "$1: h2's data plane is as it was" "$(data_plane h2)" "${BEFORE[h2]}"
    is "$1: h2 has its subnet" "$(subnet h2)" "${NET[h2]}"
    is "$1: h1 saw nothing to change" "$(data_plane h1)" "${BEFORE[h1]}"
}

start_flows
lab stop h2
unchanged "stop"
start_flows
check "feltd starts again" lab start h2
unchanged "start"
start_flows
lab kill h2
check "feltd starts after SIGKILL" lab start h2
unchanged "kill -9 and start"

# Again and again: what a new process says first, before its device is there, takes nobody's route away.
start_flows
lab exec h1 bash -c 'echo $$ >"$1.pid"; exec ip monitor route >"$1"' bash "$WORK/routes" &
await 10 test -s "$WORK/routes.pid"
for ((i = 0; i < 20; i++)); do
    lab kill h2
    lab start h2 || break
done
is "feltd starts twenty times after SIGKILL" "$i" 20
lab exec h1 kill "$(<"$WORK/routes.pid")"
is "h1 has not touched a route meanwhile" "$(<"$WORK/routes")" ""
unchanged "kill -9 and start, twenty times"

# A package manager puts a new file in the place of the old one and restarts the service.
start_flows
cp -L "$DIR/bin/feltd" "$DIR/bin/feltd.new"
mv "$DIR/bin/feltd.new" "$DIR/bin/feltd"
lab stop h2
check "the upgraded feltd starts" lab start h2
is "it is the new file that runs" "$(lab exec h2 readlink "/proc/$(lab pid h2)/exe")" "$DIR/bin/feltd"
unchanged "an upgrade in place"
for host in "${HOSTS[@]}"; do
    unlike "$host repaired nothing, for nothing was broken" "$(lab logs "$host")" 'kernel: (repaired|created|recreating)'
done
done_testing
