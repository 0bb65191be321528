#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# feltctl where something is wrong: each thing is broken on a real host, and doctor or explain says what it is
# and how to put it right. And what people see on a terminal, and programs do not.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

LIMIT_S=60 # until something has to be over; far above what it takes

lab_up 3
SOCKET=$(lab dir)/h1/run/felt/feltd.sock

# What the checks found, from doctor's JSON: a line each, without those that are fine.
found() {
    jq -r '.[] | select(.state != "fine" and .state != "unknown") | "\(.state) \(.check): \(.what) | \(.fix)"'
}
# broken TITLE CHECK WHAT FIX SCRIPT: h1 has a mount namespace of its own for the script, after which doctor is
# run at once: feltd repairs what is its own within milliseconds.
broken() {
    local title=$1 check=$2 what=$3 fix=$4 script=$5 out
    out=$(lab exec h1 unshare --mount bash -c "$script"'; feltctl --control-socket "$0" doctor -o json' "$SOCKET" 2>&1 | found)
    like "$title is found" "$out" "(warning|problem) $check: $what"
    like "with what to do" "$out" "$check: .*\\| .*$fix"
}

# doctor_in SETUP: doctor of h1 as JSON, after SETUP in a mount namespace of its own.
doctor_in() {
    lab exec h1 unshare --mount bash -c "$1"'; feltctl --control-socket "$0" doctor -o json' "$SOCKET"
}
# of CHECK FIELD: of the first finding of CHECK in $WORK/doctor that is not fine.
of() {
    jq -r --arg check "$1" --arg field "$2" 'first(.[] | select(.check == $check and .state != "fine"))[$field]' "$WORK/doctor"
}
# states CHECK: of all its findings there.
states() {
    jq -r --arg check "$1" '[.[] | select(.check == $check).state] | unique | join(" ")' "$WORK/doctor"
}

# ---- a machine that is well ------------------------------------------------------------------------

await_ok "trials of the overlay have been answered" "$LIMIT_S" bash -c \
    "[[ \$($srcdir/contrib/lab/felt-lab exec h1 feltctl members -o json | jq '[.members[] | select(.path.state == \"passes\")] | length') == 2 ]]"
lab exec h1 feltctl doctor >"$WORK/well"
is "a machine that is well has the status 0" $? 0
unlike "and no problem" "$(<"$WORK/well")" '^problem'
is "each check has said something" "$(lab exec h1 feltctl doctor -o json | jq '[.[].check] | unique | length')" 14

# ---- one thing after the other ---------------------------------------------------------------------

broken "forwarding that is off" ip-forward 'net.ipv4.ip_forward is off' 'sysctl -w net.ipv4.ip_forward=1' \
    'sysctl -qw net.ipv4.ip_forward=0'
lab exec h1 sysctl -qw net.ipv4.ip_forward=1
broken "a firewall that drops what is forwarded" forward-policy 'the chain f of the nft table inet fw drops' \
    'nft insert rule inet fw f ip saddr 10.244.0.0/16 accept' \
    'nft add table inet fw; nft add chain inet fw f "{ type filter hook forward priority 0; policy drop; }"'
lab exec h1 nft delete table inet fw
lab stop h1
lab start h1 --iptables-forward-rules=false >/dev/null # who accepts it is its own fault
broken "iptables that drops what is forwarded" forward-policy "the policy of iptables' FORWARD chain is DROP" \
    '--iptables-forward-rules' \
    'iptables -P FORWARD DROP'
lab exec h1 iptables -P FORWARD ACCEPT
broken "a firewall that drops the overlay's port" ports 'the chain i of the nft table inet fw drops UDP 8472' \
    'nft insert rule inet fw i udp dport 8472 accept' \
    'nft add table inet fw; nft add chain inet fw i "{ type filter hook input priority 0; policy drop; }"
     nft add rule inet fw i udp dport 8470 accept'
lab exec h1 nft delete table inet fw
broken "gossip's port in iptables" ports 'iptables on this machine drops UDP 8470' \
    'iptables -I INPUT -p udp --dport 8470 -j ACCEPT' 'iptables -A INPUT -p udp --dport 8470 -j DROP'
lab exec h1 iptables -D INPUT -p udp --dport 8470 -j DROP
broken "docker that was not restarted" bridges 'docker0 has 10.244.250.1/24, which is not in this node.s subnet' \
    'systemctl restart docker' 'ip addr add 10.244.250.1/24 dev docker0'
lab exec h1 ip addr del 10.244.250.1/24 dev docker0
broken "a bridge with a large MTU" mtu 'docker0 has MTU 1500, the overlay 1450' 'mk-docker-opts.sh' \
    'ip link set docker0 mtu 1500'
lab exec h1 ip link set docker0 mtu 1450
broken "systemd-networkd that manages our device" managers 'systemd-networkd manages flannel.1' 'Unmanaged=yes' \
    'mount -t tmpfs felt-test /run; mkdir -p /run/systemd/netif/links
     echo ADMIN_STATE=configured >/run/systemd/netif/links/$(</sys/class/net/flannel.1/ifindex)'
broken "NetworkManager that does" managers 'NetworkManager manages flannel.1' 'unmanaged-devices' \
    'mount -t tmpfs felt-test /run; mkdir -p /run/NetworkManager/devices
     printf "[device]\nmanaged=true\n" >/run/NetworkManager/devices/$(</sys/class/net/flannel.1/ifindex)'
broken "a value that a line wrap broke" files \
    '/etc/default/feltd:2: this is no NAME=value; the value of FELTD_JOIN above was broken by a line wrap' \
    'put the whole value on one line' \
    'mount -t tmpfs felt-test /etc/default; printf "FELTD_JOIN=192.0.2.1,\n192.0.2.2\n" >/etc/default/feltd'

# ---- broken, and mended by the command that doctor prints ---------------------------------------------

# A second cable, over which h1 answers h2: what h2 sends comes in by eth0, where the filter is strict. h3 speaks
# for both, so that gossip hardly minds, and the trials of the overlay take their time.
reaches_h1() {
    lab exec h2 ping -c 1 -W 1 192.0.2.1 >"$WORK/ping" 2>&1
}
lab exec switch ip link add h1b type veth peer name eth1 netns "$(<"$(lab dir)/h1/holder")"
lab exec switch ip link set h1b master underlay up
lab exec h1 sysctl -qw net.ipv4.conf.eth1.arp_ignore=1
lab exec h1 ip link set eth1 up
check "h2 reaches h1, whose filter is strict" reaches_h1
lab exec h1 ip route add 192.0.2.2/32 dev eth1 src 192.0.2.1
check "where h1 has another way back it does not" eval '! reaches_h1'
lab exec h1 feltctl doctor -o json >"$WORK/doctor"
like "the filter is found" "$(of rp-filter what)" '^the reverse path filter of eth0 is strict, but the way to 1 of the members, such as h2 \(192.0.2.2\), is by eth1:'
check "its fix is a command" lab exec h1 bash -c "$(of rp-filter fix)"
check "which helps" reaches_h1
lab exec h1 feltctl doctor -o json >"$WORK/doctor"
is "and doctor is content" "$(states rp-filter)" fine
lab exec h1 ip link del eth1

# dockerd's part is felt-lab's here: its options are from mk-docker-opts.sh, which is the fix.
lab exec h1 ip link set docker0 mtu 1500
check "docker0 gets its options anew" lab attach h1
lab exec h1 ip link add cni0 mtu 1500 type bridge
lab exec h1 feltctl doctor -o json >"$WORK/doctor"
like "cni0 is found, and docker0 no more" "$(of mtu what)" '^cni0 has MTU 1500, the overlay 1450'
check "its fix has a command" lab exec h1 bash -c "$(of mtu fix | sed "s/.*('\(.*\)').*/\1/")"
lab exec h1 feltctl doctor -o json >"$WORK/doctor"
is "after which the MTU is fine" "$(states mtu)" fine

# The limits of the neighbour table are the whole machine's, and other labs are on it; a namespace does not even
# show them. So h1 sees files in their place, which are read and written as those are.
FEW='mount -t tmpfs felt-test /proc/sys/net/ipv4/neigh; cd /proc/sys/net/ipv4/neigh; mkdir default
    echo 1 >default/gc_thresh1; echo 2 >default/gc_thresh2; echo 5 >default/gc_thresh3'
doctor_in "$FEW" >"$WORK/doctor"
like "a neighbour table that is too small is found" "$(of neighbours what)" 'has room for 5 entries, too few for 3 members'
FIX=$(of neighbours fix)
doctor_in "$FEW; $FIX >/dev/null" >"$WORK/doctor"
is "its fix is a command that helps" "$FIX: $(states neighbours)" \
    "sysctl -w net.ipv4.neigh.default.gc_thresh3=12 net.ipv4.neigh.default.gc_thresh2=6 net.ipv4.neigh.default.gc_thresh1=1: fine"
REAL=/proc/sys/net/ipv4/neigh/default/gc_thresh3
if [[ -r $REAL ]]; then
    "$FELT_BUILD/src/ctl/feltctl" --control-socket "$SOCKET" doctor -o json >"$WORK/doctor"
    like "in the machine's own namespace the number is the kernel's" \
        "$(jq -r '.[] | select(.check == "neighbours").what' "$WORK/doctor")" "has room for $(<"$REAL") entries"
fi

# The clock, too, is the whole machine's. What nobody keeps is what the kernel says (adjtimex(2)), which only who
# keeps the clock may change: held against what another program reads. The year is feltctl's alone.
KEPT=$(python3 -c 'import ctypes
words = (ctypes.c_long * 64)() # struct timex: modes, offset, freq, maxerror, esterror, status
state = ctypes.CDLL(None).adjtimex(words)
print("unknown" if state < 0 else "warning" if ctypes.c_int.from_buffer(words, 5 * ctypes.sizeof(ctypes.c_long)).value & 0x40 else "fine")')
lab exec h1 feltctl doctor -o json >"$WORK/doctor"
is "whether the clock is kept is what the kernel says" "$(states clock)" "$KEPT"
if nm -D "$builddir/src/ctl/feltctl" | grep -q __asan_init; then
    skip "a clock of long ago" "a sanitized program hangs with what faketime loads before it"
elif command -v faketime >/dev/null; then
    lab exec h1 timeout 60 faketime '1970-01-02 00:00:00' feltctl doctor -o json >"$WORK/doctor"
    is "the problem is there, whoever keeps the clock" "$(states clock)" problem
    like "a clock of long ago is found" "$(of clock what) | $(of clock fix)" \
        '^it is the year 1970, says this machine: .* \| timedatectl set-ntp true, or set it by hand$'
    lab exec h1 timeout 60 faketime "$(date '+%Y-%m-%d %H:%M:%S')" feltctl doctor -o json >"$WORK/doctor"
    is "and one that is set by hand is no problem" "$(states clock)" "$KEPT"
else
    skip "a clock of long ago" "faketime is not installed; contrib/install-deps --run --check"
fi

lab stop h3
lab start h3 --join 192.0.2.1 --public-ip 192.0.2.2 >/dev/null
await_ok "two members with one public address are found" "$LIMIT_S" bash -c \
    "$srcdir/contrib/lab/felt-lab exec h1 feltctl doctor | grep -q '^problem public-ips .*have the same public address 192.0.2.2'"
lab exec h1 feltctl doctor >/dev/null
is "the status is 4 then" $? 4

# ---- explain ---------------------------------------------------------------------------------------

PEER=$(subnet h2).7
lab exec h1 feltctl explain "$(subnet h1).7" >"$WORK/explain"
is "an address of our own is well" $? 0
like "and explained" "$(<"$WORK/explain")" 'the subnet of this node \(h1\)'
lab kill h2
is_dead() {
    [[ $(ctl h1 members '.members[] | select(.name == "h2").state') == dead ]]
}
await_ok "h2 is dead" "$LIMIT_S" is_dead
lab exec h1 feltctl explain "$PEER" >"$WORK/explain"
is "the status is 4 where something is wrong" $? 4
like "a dead node is named" "$(<"$WORK/explain")" 'wrong +the node h2 is dead'
like "its route is in the kernel all the same" "$(<"$WORK/explain")" "route +ok +${PEER%.7}.0/24 via"
is "the last line is the command to try" "$(tail -1 "$WORK/explain")" "next      ping -c 3 192.0.2.2"
like "programs get it as JSON" "$(ctl h1 "explain $PEER" .kind 2>&1; lab exec h1 feltctl explain "$PEER" -o json | jq -r .kind)" 'peers'

# ---- events, terminals -----------------------------------------------------------------------------

lab exec h1 feltctl events --follow -o json >"$WORK/events" &
FOLLOW=$!
await_ok "a follower gets what has been" "$LIMIT_S" grep -q '"kind":"member_dead"' "$WORK/events"
is "something happens" "$(lab exec h1 feltctl log-level notice -o json | jq -r .level)" notice
await_ok "and hears it, though the log of before had no place for it" "$LIMIT_S" grep -q 'log level is notice now' "$WORK/events"
like "an event names its peer" "$(jq -r 'select(.kind == "member_dead" and .name == "h2") | "\(.name) \(.level) \(.peer)"' "$WORK/events")" '^h2 warning [0-9a-f]{8}$'
is "the list has the same lines" "$(lab exec h1 feltctl events | sed 's/^[^ ]* [^ ]* //')" "$(jq -r .text "$WORK/events")"
lab stop h1
wait "$FOLLOW"
is "where feltd ends the follower ends, with the status of that" $? 3
lab exec h1 feltctl doctor >"$WORK/without"
is "without feltd doctor finds that" $? 4
like "and says where to look" "$(<"$WORK/without")" '^problem feltd .*
 *fix: .*journalctl -u feltd'

lab start h1 >/dev/null
ESC=$(printf '\033')
unlike "a pipe gets no colour" "$(lab exec h1 feltctl slots)" "$ESC"
like "a terminal does" "$(TERM=xterm script -qec "$srcdir/contrib/lab/felt-lab exec h1 feltctl slots" /dev/null)" "$ESC\\[3"
unlike "but not with NO_COLOR" "$(NO_COLOR=1 TERM=xterm script -qec "$srcdir/contrib/lab/felt-lab exec h1 feltctl slots" /dev/null)" "$ESC\\[3"
is "watch draws on a terminal again and again" \
    "$(TERM=xterm script -qec "$srcdir/contrib/lab/felt-lab exec h1 feltctl watch --count 2" /dev/null | grep -c "$ESC\\[H$ESC\\[2J")" 2
is "and prints a line each for programs" "$(lab exec h1 feltctl watch --count 2 -o json | jq -r .node.name)" "h1
h1"

# ---- an underlay that is too small -----------------------------------------------------------------------

# feltd follows what the underlay carries, but not below what IPv6 needs inside.
lab down
lab_up 1 --network 10.244.0.0/16,fc00:0:42::/48
lab exec h1 ip link set eth0 mtu 1300
says_so() {
    lab logs h1 | grep -q 'the MTU of eth0 (1300, Backend.MTU 0) leaves too little'
}
await_ok "feltd cannot follow the underlay's MTU, and says so" "$LIMIT_S" says_so
lab exec h1 feltctl doctor -o json >"$WORK/doctor"
like "doctor finds it" "$(states mtu) $(of mtu what)" \
    '^problem packets of flannel.1 \(MTU 1450\) have up to 1500 bytes on eth0, whose MTU is 1300$'
FIX=$(of mtu fix)
check "its fix begins with a command" lab exec h1 bash -c "${FIX%% where *}"
lab exec h1 feltctl doctor -o json >"$WORK/doctor"
is "after which it fits" "$(states mtu)" fine
done_testing
