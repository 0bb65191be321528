#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Subnets kept for machines that come later, by name and by address; a machine that wishes for one of
# them does not get it; all are killed and started again, and still know.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=60 # until something has to be over; far above what it takes

lab_up 5 --bare
KEY=$WORK/cluster.key
(umask 077 && head -c 32 /dev/urandom | base64 >"$KEY")

leased() {
    [[ $(ctl "$1" status '.lease.subnet // ""') ]]
}
lease() {
    ctl "$1" status .lease.subnet
}
# One line for each reservation: SUBNET WHOM STATE HOLDER.
reservations() {
    ctl "$1" reservations '.reservations[] | "\(.subnet) \(.whom) \(.state) \(.holder)"'
}
knows() {
    [[ $(reservations "$1") == "$2" ]]
}
# refused REASON HOST WORD...: feltctl WORD... of that host is, and says so.
refused() {
    local want=$1 host=$2 out status
    shift 2
    out=$(lab exec "$host" feltctl "$@" 2>&1)
    status=$?
    is "feltctl $* is refused" "$status" 1
    like "with the reason" "$out" "^feltctl: $want"
}

lab start h1 --network 172.17.0.0/16 --key-file "$KEY" >/dev/null
await_ok "h1 has founded a cluster" "$LIMIT_S" leased h1
lab start h2 --join 192.0.2.1 --key-file "$KEY" >/dev/null
await_ok "h2 has joined" "$LIMIT_S" leased h2

# ---- what may be reserved --------------------------------------------------------------------------

is "a subnet is reserved by name" "$(lab exec h1 feltctl reserve h3 172.17.77.0/24 2>&1)" "172.17.77.0/24 is reserved for h3"
is "and one by address, at another host" "$(lab exec h2 feltctl reserve 192.0.2.4 172.17.88.0/24 2>&1)" "172.17.88.0/24 is reserved for 192.0.2.4"
BOTH="172.17.77.0/24 h3 free null
172.17.88.0/24 192.0.2.4 free null"
await_ok "h1 knows both" "$LIMIT_S" knows h1 "$BOTH"
await_ok "and so does h2" "$LIMIT_S" knows h2 "$BOTH"
is "people get a table" "$(lab exec h2 feltctl reservations)" "SUBNET          FOR        STATE  LEASED BY
172.17.77.0/24  h3         free   -
172.17.88.0/24  192.0.2.4  free   -"
like "the log tells it" "$(lab logs h1)" 'lease: subnet=172.17.77.0/24 is reserved for h3'

refused "172.17.77.0/24 is reserved for h3; 'feltctl unreserve 172.17.77.0/24' ends that" h2 reserve h9 172.17.77.0/24
refused "h3 has 172.17.77.0/24 reserved" h2 reserve h3 172.17.99.0/24
refused "$(lease h2) is the lease of the node h2" h1 reserve h9 "$(lease h2)"
refused "10.9.0.0/24 is no subnet of the network" h1 reserve h9 10.9.0.0/24
refused "172.17.5.9/24 is no subnet: it is inside of 172.17.5.0/24" h1 reserve h9 172.17.5.9/24
refused "'192.0.2.444' is neither the name of a node nor an address" h1 reserve 192.0.2.444 172.17.5.0/24
refused "172.17.5.0/24 is not reserved" h1 unreserve 172.17.5.0/24

is "a node that runs with another subnet goes on so" "$(lab exec h1 feltctl reserve h2 172.17.66.0/24 2>&1)" "172.17.66.0/24 is reserved for h2
it runs with $(lease h2) now, and goes on so: it takes the reserved subnet when it next takes any"
is "and what it has may be reserved for it" "$(lab exec h1 feltctl unreserve 172.17.66.0/24 2>&1; lab exec h1 feltctl reserve h2 "$(lease h2)" 2>&1)" "172.17.66.0/24 is not reserved any more; it was for h2
$(lease h2) is reserved for h2"
check "until it is not" lab exec h1 feltctl unreserve "$(lease h2)"

# ---- who comes -------------------------------------------------------------------------------------

lab start h5 --join 192.0.2.1 --key-file "$KEY" --subnet 172.17.77.0/24 >/dev/null
await_ok "h5, which wishes for h3's subnet, has one" "$LIMIT_S" leased h5
unlike "another one" "$(lease h5)" '^172\.17\.(77|88)\.'
like "and its log says why" "$(lab logs h5)" 'is ours; the wished one is reserved for h3'
lab start h3 --join 192.0.2.2 --key-file "$KEY" --subnet 172.17.200.0/24 >/dev/null
lab start h4 --join 192.0.2.5 --key-file "$KEY" >/dev/null
await_ok "h3 has a subnet" "$LIMIT_S" leased h3
await_ok "and h4" "$LIMIT_S" leased h4
is "h3 has that of its name, whatever it wishes" "$(lease h3)" 172.17.77.0/24
is "h4 has that of its address" "$(lease h4)" 172.17.88.0/24
LEASED="172.17.77.0/24 h3 leased h3
172.17.88.0/24 192.0.2.4 leased h4"
await_ok "the list says so" "$LIMIT_S" knows h5 "$LEASED"

# ---- all are gone, and come back -------------------------------------------------------------------

check "one more, for a machine that never comes" lab exec h3 feltctl reserve nobody 172.17.99.0/24
await_ok "is known to h4" "$LIMIT_S" knows h4 "$LEASED
172.17.99.0/24 nobody free null"
check "and withdrawn" lab exec h3 feltctl unreserve 172.17.99.0/24
for host in h1 h2 h3 h4 h5; do
    lab kill "$host"
done
for host in h1 h2 h3 h4 h5; do
    lab start "$host" >/dev/null
done
for host in h1 h2 h3 h4 h5; do
    await_ok "$host has its subnet again" "$LIMIT_S" leased "$host"
    await_ok "and knows what is reserved, and no more" "$LIMIT_S" knows "$host" "$LEASED"
done
is "h3 has that of its name" "$(lease h3)" 172.17.77.0/24

# ---- it ends ---------------------------------------------------------------------------------------

is "what is withdrawn is withdrawn" "$(lab exec h5 feltctl unreserve 172.17.77.0/24 2>&1)" "172.17.77.0/24 is not reserved any more; it was for h3"
await_ok "everywhere" "$LIMIT_S" knows h1 "172.17.88.0/24 192.0.2.4 leased h4"
is "and h3 keeps its subnet" "$(lease h3)" 172.17.77.0/24
is "nobody has the same" "$(ctl h1 leases '.leases[].subnet' | sort | uniq -d)" ""
for host in h1 h2 h3 h4 h5; do
    unlike "$host has no error to tell" "$(lab logs "$host")" 'LOST|two owners|FORK'
done
lab down

# ---- both families: one reservation for the two subnets of a lease -------------------------------------

if [[ ! -e /proc/net/if_inet6 ]]; then
    skip "both families" "this kernel has no IPv6"
    done_testing
fi
lab_up 2 --bare --underlay 46
lab start h1 --network 172.17.0.0/16,fc00:0:42::/48 --key-file "$KEY" >/dev/null
await_ok "h1 has founded a network of both families" "$LIMIT_S" leased h1
DUAL=172.17.77.0/24,fc00:0:42:4d::/64
is "a subnet is reserved by its IPv6 half" "$(lab exec h1 feltctl reserve h2 fc00:0:42:4d::/64 2>&1)" "$DUAL is reserved for h2"
is "the table has both" "$(lab exec h1 feltctl reservations | awk 'NR == 2 { print $1, $2, $3 }')" "$DUAL h2 free"
is "and so has JSON" "$(ctl h1 reservations '.reservations[] | "\(.subnet) \(.subnet6)"')" "${DUAL/,/ }"
refused "$DUAL is reserved for h2; 'feltctl unreserve 172.17.77.0/24' ends that" h1 reserve h9 172.17.77.0/24
refused "fc00:0:99::/64 is no subnet of the network" h1 reserve h9 fc00:0:99::/64
refused "fc00:0:42:5::9/64 is no subnet: it is inside of fc00:0:42:5::/64" h1 reserve h9 fc00:0:42:5::9/64
lab start h2 --join 192.0.2.1 --key-file "$KEY" >/dev/null
await_ok "h2 has a subnet" "$LIMIT_S" leased h2
is "the reserved one of both families" "$(ctl h2 status '.lease | "\(.subnet),\(.subnet6)"')" "$DUAL"
is "its IPv6 half ends the reservation" "$(lab exec h1 feltctl unreserve fc00:0:42:4d::/64 2>&1)" \
    "$DUAL is not reserved any more; it was for h2"
done_testing
