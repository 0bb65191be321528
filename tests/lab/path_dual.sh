#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A network of both families over an underlay of both: IPv6 packets take a device and a way of their own,
# and that one is filtered. It is found, and named as IPv6's.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/paths.sh"

[[ -e /proc/net/if_inet6 ]] || skip_all "this kernel has no IPv6"

lab_up 2 --network 10.244.0.0/16,fc00:0:42::/48 --underlay 46

# both STATE STATE6: so both see each other by IPv4 and by IPv6.
both() {
    [[ "$(path h1 h2) $(path h1 h2 6) $(path h2 h1) $(path h2 h1 6)" == "$1 $2 $1 $2" ]]
}
await_ok "both families get through" "$AGAIN_S" both passes passes
like "the table has one word for both" "$(lab exec h1 feltctl members | grep '^h2')" ' ok [0-9.]+(us|ms|s) '
drop h2 ip6 saddr 2001:db8:0:1::1 udp dport 8472
again h1 h2
await_ok "IPv6 packets that are filtered are found, and IPv4 passes" "$AGAIN_S" both passes fails
like "the problem names family, port and address" "$(problems h1)" \
    '^h2 is alive, but IPv6 packets through the overlay .*: is UDP port 8472 between this machine and 2001:db8:0:1::2 filtered\?$'
like "and the table the family" "$(lab exec h1 feltctl members | grep '^h2')" ' IPv6 fails [0-9.]+(us|ms|s) '
is "the log tells it once" "$(told h1 'IPv6 packets do not get through, though the member is alive' h2)" 1
no_drop h2
await_ok "it is over when the filter is gone" "$AGAIN_S" both passes passes
is "no problem is left" "$(problems h1)$(problems h2)" ""
done_testing
