#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The hook that restarts Docker, with stand-ins for ip and systemctl that say what the case is and
# write down what they were asked.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
hook=$(readlink -f "$srcdir/contrib/hooks/50-docker")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
cat >"$work/bin/ip" <<'END'
#!/bin/sh
[ -z "$DOCKER0" ] || echo "5: docker0    inet $DOCKER0 brd 0.0.0.0 scope global docker0\       valid_lft forever"
END
cat >"$work/bin/systemctl" <<END
#!/bin/sh
[ "\$1" = is-active ] && exit "\$INACTIVE"
echo "\$*" >>"$work/asked"
END
chmod +x "$work/bin/ip" "$work/bin/systemctl"

# asked REASON DOCKER0 [INACTIVE]: what systemctl was asked to do.
asked() {
    rm -f "$work/asked"
    PATH=$work/bin:$PATH FELT_REASON=$1 DOCKER0=$2 INACTIVE=${3:-0} FELT_NEW_SUBNET=${NEW-172.17.9.0/24} \
        "$hook" >"$work/said" || echo "status $?"
    cat "$work/asked" 2>/dev/null
}
is "another subnet restarts Docker, without waiting for it" "$(asked renumbered 172.17.8.1/24)" "--no-block try-restart docker.service"
is "it says why" "$(cat "$work/said")" "docker0 has 172.17.8.1/24, this machine's subnet is 172.17.9.0/24: restarting Docker"
is "so does a first subnet that came after Docker" "$(asked first 172.17.8.1/24)" "--no-block try-restart docker.service"
is "a docker0 that is right is left alone" "$(asked renumbered 172.17.9.1/24)" ""
is "nor one in a small subnet" "$(NEW=172.17.9.16/28 asked renumbered 172.17.9.17/28)" ""
is "without IPv4 there is nothing to compare" "$(NEW='' asked renumbered 172.17.9.1/24)" ""
is "where there is no docker0 nothing happens" "$(asked renumbered '')" ""
is "nor where Docker does not run" "$(asked renumbered 172.17.8.1/24 3)" ""
is "a lost subnet leaves nothing to move to" "$(asked lost 172.17.8.1/24)" ""
is "nor does one that was given back" "$(asked left 172.17.8.1/24)" ""
done_testing
