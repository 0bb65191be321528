#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What feltd tells its service manager, and when: READY=1 means that containers may start.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed; contrib/install-deps --check"

# Behind its namespaces a host does not see the test's directory of sources.
cp "$srcdir/tests/lab/notify.py" "$WORK/notify.py"
manager() {
    local host=$1
    shift
    lab exec "$host" python3 "$WORK/notify.py" "$@"
}

lab_up 3
lab stop h3
lab exec h3 sh -c 'rm /run/flannel/subnet.env; ip link del flannel.1'

said=$(manager h3 60 READY=1 feltd)
is "READY=1 comes once subnet.env is written and every known peer has its route" \
    "$(grep READY= <<<"$said")" "READY=1 subnet.env=yes routes=2"
like "STATUS= has the subnet and the members" "$said" 'STATUS=Subnet 10\.244\.[0-9.]+/24, . of 3 members alive'
is "SIGTERM is answered by STOPPING=1" "$(grep -c '^STOPPING=1' <<<"$said")" 1
is "and ends it with status 0" "$(tail -n 1 <<<"$said")" "exit 0"

said=$(manager h3 60 WATCHDOG=1 env WATCHDOG_USEC=1000000 feltd)
is "the watchdog is fed" "$(grep -c '^WATCHDOG=1' <<<"$said")" 1

lab exec h3 sh -c 'rm -rf /var/lib/felt/* /run/flannel/*; ip link del flannel.1'
lab exec h3 sh -c 'head -c 32 /dev/urandom | base64 >/var/lib/felt/cluster.key; chmod 0600 /var/lib/felt/cluster.key'
said=$(manager h3 60 Waiting feltd --join 192.0.2.1)
like "who waits for its cluster says so" "$said" 'STATUS=Waiting for a subnet: '
unlike "and is not ready" "$said" 'READY=1'
done_testing
