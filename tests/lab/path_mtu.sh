#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A port of the switch carries less than the machines believe: large packets get lost and small ones do
# not. It is found, told apart from a filter, named, and gone when it is mended.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/paths.sh"

lab_up 3 --network 172.17.0.0/16

# Frames that are too large for a port are dropped without a word, as switches do. What comes in is held
# against its MTU, what goes out is not by every kernel: that is for a rule.
lab exec switch ip link set h3 mtu 1400
drop h3 udp dport 8472 ip length '>' 1400
# In turn one in six trials is a large one, which takes minutes; who starts begins with those.
again h1 h2 h3
await_ok "large packets from and to h3 fail, small ones pass" "$AGAIN_S" \
    are "$(but h1-h3 large_fails h2-h3 large_fails h3-h1 large_fails h3-h2 large_fails)" || diag "$(paths)"
like "h1 says so" "$(problems h1)" "^packets of the overlay's MTU \(1450\) do not reach h3, small ones do: the way to it takes less; set MTU in"
like "h3 says that it is rather itself" "$(problems h3)" "^packets of the overlay's MTU \(1450\) do not reach 2 of 2 members, small ones do: the underlay of this machine"
like "people see it in the table" "$(lab exec h2 feltctl members | grep '^h3')" ' large fail [0-9.]+(us|ms|s|m) '
is "the log tells it once" "$(told h1 "packets of the overlay's MTU do not get through, small ones do" h3)" 1
# A container finds the same.
check "small packets of a container pass" lab exec c1 ping -c 1 -W 5 "$(subnet h3).1"
LARGE=$(lab exec c1 ping -c 1 -W 2 -M "do" -s 1422 "$(subnet h3).1" 2>&1)
like "large ones do not" "$LARGE" " 100% packet loss"
lab exec switch ip link set h3 mtu 1500
no_drop h3
await_ok "it is over when the port carries them again" "$AGAIN_S" are "$ALL" || diag "$(paths)"
check "also for the container" lab exec c1 ping -c 1 -W 5 -M "do" -s 1422 "$(subnet h3).1"
done_testing
