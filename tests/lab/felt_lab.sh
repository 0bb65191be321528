#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The lab itself: what it makes stays inside of it, and goes when it goes.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

# What the rest of the machine can see.
outside() {
    ip -o link | awk '{ print $2 }' | LC_ALL=C sort
    ip -4 route show
    ip netns list
    cut -d ' ' -f 3-5 /proc/self/mountinfo
    cat /proc/sys/kernel/hostname /proc/sys/net/ipv4/ip_forward
}
before=$(outside)

lab_up 2 --bare
is "the machine looks as it did" "$(outside)" "$before"
is "each host has a name" "$(lab exec h1 cat /proc/sys/kernel/hostname; lab exec c2 cat /proc/sys/kernel/hostname)" "h1
c2"
is "hosts reach each other" "$(lab exec h1 ping -n -c 2 -i 0.2 -W 2 192.0.2.2 | grep -o '[0-9.]*% packet loss')" "0% packet loss"
is "each has a default route" "$(lab exec h2 ip -4 route show default)" "default via 192.0.2.254 dev eth0 "
is "hosts have no forwarding yet, as a fresh machine" "$(lab exec h1 cat /proc/sys/net/ipv4/ip_forward)" 0
lab exec h1 sh -c 'mkdir -p /run/flannel /var/lib/felt; echo one >/run/flannel/x; echo one >/var/lib/felt/x'
is "/run and /var/lib/felt are a host's own" "$(lab exec h2 sh -c 'cat /run/flannel/x /var/lib/felt/x 2>/dev/null | wc -l')" 0
is "and neither is the machine's" "$(cat /run/flannel/x /var/lib/felt/x 2>/dev/null | wc -l)" 0
is "the rest of /var/lib is the machine's" "$(lab exec h1 ls /var/lib/ | grep -vx felt)" "$(find /var/lib -mindepth 1 -maxdepth 1 -not -name '.*' -not -name felt -printf '%f\n' | LC_ALL=C sort)"
is "a command's status is handed up" "$(lab exec h1 sh -c 'exit 37'; echo $?)" 37
is "a command's input arrives" "$(echo in | lab exec c1 cat)" in

first=$FELT_LAB
other=$FELT_LAB-other
is "a second lab of that name is refused" "$(lab up 1 --bare 2>&1 | grep -c "there is a lab '$first' already")" 1
check "and the first still runs" lab exec h1 true
check "a lab of another name runs beside it" lab --lab "$other" up 1 --bare
is "with the same addresses, unheard" "$(lab --lab "$other" exec h1 ip -4 -br address show dev eth0 | awk '{ print $3 }')" 192.0.2.1/24
is "and one host only" "$(lab --lab "$other" exec h2 true 2>&1)" "felt-lab: no host 'h2'; there are h1..h1 and their containers c1..c1"
check "it goes down" lab --lab "$other" down
check "and the first still runs then" lab exec h2 true

is "an unknown host is an error" "$(lab exec h9 true 2>&1; echo $?)" "felt-lab: no host 'h9'; there are h1..h2 and their containers c1..c2
1"
is "an unknown command is an error" "$(lab explode 2>&1; echo $?)" "felt-lab: 'explode' is unknown; see 'felt-lab --help'
1"
is "so is an underlay of another kind" "$(lab --lab "$other" up 1 --underlay 5 2>&1)" "felt-lab: up: --underlay '5' is none of 4, 6 and 46"
is "one more host comes by 'add'" "$(lab add)" h3
check "and is on the switch" lab exec h3 ping -n -c 1 -W 2 192.0.2.1
check "the switch has a port for each" lab exec switch ip link show dev h3
check "a cable is pulled" lab cut h3
is "and nothing comes through" "$(lab exec h3 ping -n -c 1 -W 1 192.0.2.1 | grep -o '[0-9.]*% packet loss')" "100% packet loss"
check "and plugged in again" lab mend h3
await_ok "which brings it back" 20 lab exec h3 ping -n -c 1 -W 1 192.0.2.1

# Whatever runs in a lab ends with it.
lab exec c3 sleep 4242 2>/dev/null &
running() {
    grep -qsz '^4242$' /proc/[0-9]*/cmdline
}
await 20 running
read -r anchor _ <"$(lab dir)/anchor"
dir=$(lab dir)
kill -9 "$anchor"
gone() {
    ! running
}
await_ok "when its first process is killed, everything in it ends" 20 gone
is "which is said" "$(lab status 2>&1)" "felt-lab: the lab '$first' is no longer running; 'felt-lab down' removes what is left of it"
check "'down' removes the rest" lab down
check "and again has nothing to do" lab down
is "its directory is gone" "$(ls "$dir" 2>/dev/null)" ""
is "the machine looks as it did before" "$(outside)" "$before"
# In a /run of its own, where it is the only lab.
check "the last lab leaves the registry to one that is about to come up" \
    unshare --mount bash -c 'mount -t tmpfs tmpfs /run && "$@" up 1 --bare && "$@" down && [[ -d /run/felt-lab ]]' \
    bash "$srcdir/contrib/lab/felt-lab" --lab "$other"
is "a command without a lab says what to do" "$(lab status 2>&1)" "felt-lab: no lab '$first'; 'felt-lab up 3' makes one"
is "a lab that cannot start feltd leaves nothing" "$(lab up 2 --build "$WORK" 2>&1; echo $?; lab status 2>&1)" "felt-lab: no feltd in $WORK; contrib/build makes it, --build DIR names another place
1
felt-lab: no lab '$first'; 'felt-lab up 3' makes one"
done_testing
