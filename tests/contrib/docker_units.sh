#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The drop-ins of contrib/docker, as systemd reads them beside Docker's own unit.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
command -v systemd-analyze >/dev/null || skip_all "systemd-analyze is not installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A unit like Docker's, its socket, and programs that are there.
mkdir -p "$work/bin" "$work/units/docker.service.d" "$work/units/feltd.service.d"
printf '#!/bin/sh\n' >"$work/bin/mk-docker-opts.sh"
cp "$work/bin/mk-docker-opts.sh" "$work/bin/dockerd"
chmod +x "$work/bin/"*
printf '[Service]\nType=notify\nExecStart=%s/dockerd -H fd://\nRestart=always\n' "$work/bin" >"$work/units/docker.service"
printf '[Service]\nExecStart=/bin/true\n' >"$work/units/feltd.service"
verify() {
    SYSTEMD_UNIT_PATH="$work/units:" systemd-analyze verify --man=no "$work/units/docker.service" "$work/units/feltd.service" 2>&1 |
        grep -F -e "$work" -e docker.service -e feltd.service
}
# install_dropin SOURCE UNIT
install_dropin() {
    sed "s,@pkglibexecdir@,$work/bin,; s,^ExecStart=dockerd,ExecStart=$work/bin/dockerd," "$srcdir/contrib/docker/$1.in" >"$work/units/$2.d/felt.conf"
}

is "the units alone are fine" "$(verify)" ""
install_dropin felt.conf docker.service
is "and with felt.conf" "$(verify)" ""
install_dropin classic-docker.conf docker.service
install_dropin classic-feltd.conf feltd.service
is "and with the classic guide's" "$(verify)" ""
printf '[Service]\nExecStart=%s/dockerd\nEnviromentFile=/x\n' "$work/bin" >"$work/units/docker.service.d/felt.conf"
like "a misspelt setting would be found" "$(verify)" "EnviromentFile"
done_testing
