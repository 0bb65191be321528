#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Another lease time and another backend in a running cluster, machine by machine, with pings between
# all of them; what is refused; all are killed and started again, and still know.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=30 # until something has to be over; far above what it takes

lab_up 3 --network 172.17.0.0/16
NET1=$(subnet h1) NET2=$(subnet h2) NET3=$(subnet h3)

# status_is HOST WHAT WANT, by jq; all_say WHAT WANT: each host's comes to say so.
status_is() {
    [[ $(ctl "$1" status "$2") == "$3" ]]
}
all_say() {
    local what=$1 want=$2 host
    for host in h1 h2 h3; do
        await "$LIMIT_S" status_is "$host" "$what" "$want" || return
    done
}
# refused REASON WORD...: feltctl config set WORD... is, and says so.
refused() {
    local want=$1 out status
    shift
    out=$(lab exec h2 feltctl config set "$@" 2>&1)
    status=$?
    is "config set $* is refused" "$status" 1
    like "with the reason" "$out" "^feltctl: .*$want"
}
# again HOST: its feltd is restarted, and ready.
again() {
    lab stop "$1"
    lab start "$1" >/dev/null
    await "$LIMIT_S" status_is "$1" .ready true
}

# Whether the kernel drops what comes another way than its answer would go. It does while one machine
# has heard that packets go plainly, and the other has not.
reverse_path_filter() {
    local host
    for host in h1 h2 h3; do
        # shellcheck disable=SC2016 # for the shell there
        lab exec "$host" sh -c 'for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo "$1" >"$file"; done' sh "$1"
    done
}
# losses: of each flow, how many packets; the flows end.
losses() {
    local name list=""
    for name in "${!FLOWS[@]}"; do
        await 10 more_answers "$WORK/$name" $(($(answers "$WORK/$name") + 50))
        lab exec "${FLOWS[$name]}" kill -INT "$(<"$WORK/$name.pid")"
    done
    wait
    for name in "${!FLOWS[@]}"; do
        list+=" $(gaps "$WORK/$name" | grep -oE '[0-9]+\.\.[0-9]+' | awk -F '[.][.]' '{ n += $2 - $1 - 1 } END { print n + 0 }')"
    done
    FLOWS=()
    echo "$list"
}
few() {
    awk -v most="$1" '{ for (i = 1; i <= NF; i++) if ($i > most) exit 1 }'
}

# ---- the lease time, at once ------------------------------------------------------------------------

is "a lease time is set" "$(lab exec h2 feltctl config set leasetime=7d)" "LeaseTime is 7d, on every node at once"
check "all have it" all_say .cluster.lease_time_s 604800
like "h2 logs who set it" "$(lab logs h2)" 'config: the cluster.s is another: LeaseTime=7d, set at this node$'
like "and others from whom they heard" "$(lab logs h1)" 'config: the cluster.s is another: LeaseTime=7d, heard from node=h[23]$'
is "nothing waits for a restart" "$(ctl h1 status '.network.pending | length')" 0

# ---- what is refused ----------------------------------------------------------------------------------

refused "Network is settled when a network is founded" Network=10.0.0.0/8
refused "Port is settled .*join --abandon" LeaseTime=1h Backend.Port=4789
refused "not a time like 24h or 7d" LeaseTime=5s
refused "unknown backend type: udp" Type=udp
refused "MTU must be 0 .* at least 118" MTU=12
is "and then nothing of it is set" "$(ctl h2 status .cluster.lease_time_s)" 604800
is "a dry run sets nothing" "$(lab exec h2 feltctl config set --dry-run LeaseTime=1h) $(ctl h2 status .cluster.lease_time_s)" \
    "LeaseTime would be 1h, on every node at once 604800"

# ---- the backend, machine by machine -------------------------------------------------------------------

reverse_path_filter 0
FLOW_INTERVAL=0.01
flow c1 "$NET2.2"
flow c1 "$NET3.2"
flow c2 "$NET3.2"
flow c3 "$NET1.2"
like "a backend is set" "$(lab exec h1 feltctl config set Backend.Type=host-gw)" '^Backend.Type is host-gw'
check "all show it" all_say '.network.config | fromjson | .Backend.Type' host-gw
check "and that it waits" all_say '.network.pending[] | "\(.key) \(.running) \(.value)"' "Backend.Type vxlan host-gw"
like "which is told as a problem" "$(ctl h3 status '.problems[]')" \
    'configuration has changed \(Backend.Type is host-gw now\): takes effect when feltd is restarted'
is "until then all is as it was" "$(ctl h3 status .network.backend)" vxlan
is "config show has the new one" "$(lab exec h3 feltctl config show 2>/dev/null | jq -r .Backend.Type)" host-gw
for host in h1 h2 h3; do
    again "$host"
    is "$host runs with it" "$(ctl "$host" status '"\(.network.backend) \(.network.pending | length)"')" "host-gw 0"
done
is "packets go by plain routes" "$(lab exec h1 ip route show "$NET3.0/24" | sed -E 's/ proto [^ ]+//; s/ +$//')" \
    "$NET3.0/24 via 192.0.2.3 dev eth0"
flows_end "from vxlan to host-gw, one after the other"
check "no problem is left" all_say '.problems | length' 0

# ---- after all were killed -----------------------------------------------------------------------------

for host in h1 h2 h3; do
    lab kill "$host"
done
lab start h1 --network 172.17.0.0/16 --lease-time 2h >/dev/null
for host in h2 h3; do
    lab start "$host" >/dev/null
done
check "all know the lease time" all_say .cluster.lease_time_s 604800
like "a member that is started with another one says that it does not count" "$(lab logs h1)" \
    "the cluster's lease time stands: --lease-time is for founders; 'feltctl config set LeaseTime=...' changes it"
check "and the backend" all_say .network.backend host-gw

# ---- and back -------------------------------------------------------------------------------------------

reverse_path_filter 1
flow c1 "$NET2.2"
flow c3 "$NET1.2"
lab exec h3 feltctl config set type=vxlan MTU=1400 >/dev/null
check "all are told" all_say '.network.pending[0].value' vxlan
for host in h3 h2 h1; do
    again "$host"
done
is "the MTU is another one" "$(lab exec h2 sed -n 's/^FLANNEL_MTU=//p' /run/flannel/subnet.env)" 1350
LOST=$(losses)
diag "with strict reverse path filters, at 100 a second, these were lost of each flow:$LOST"
check "with strict reverse path filters packets are lost for a moment only" few 100 <<<"$LOST"
check "no problem is left" all_say '.problems | length' 0
is "all reach each other" "$(lab ping-matrix --raw | awk '{ print $3 }' | sort -u)" "0%"
done_testing
