#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The packages of contrib/mkdeb: built, without complaint of lintian, installed on a fresh Debian,
# where 'systemctl start feltd' works; removed and purged, they leave no file. Those of RPM systems: rpm.sh.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/lab/rootfs.sh"
. "$srcdir/tests/lab/symbols.sh"
for tool in dpkg-buildpackage dh lintian readelf; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --check"
done
rootfs_enter "$0"

if ! DEB_BUILD_OPTIONS="parallel=$(nproc)" "$srcdir/contrib/mkdeb" --out "$WORK/debs" >"$WORK/mkdeb" 2>&1; then
    not_ok "contrib/mkdeb builds packages that lintian has nothing to say about"
    diag "$(tail -n 30 "$WORK/mkdeb")"
    done_testing
fi
ok "contrib/mkdeb builds packages that lintian has nothing to say about"
# Debian's way of a felt-dbg: each package has its symbols in a -dbgsym, without being told to.
mkdir "$WORK/programs" "$WORK/debug"
for package in felt felt-cni felt-etcd-bridge; do
    dpkg-deb -x "$WORK/debs/${package}"_*.deb "$WORK/programs" && dpkg-deb -x "$WORK/debs/$package"-dbgsym_*.deb "$WORK/debug" ||
        diag "$package, or its symbols, is not there: $(ls "$WORK/debs")"
done
while read -r package program source; do
    like "$package-dbgsym has the symbols of /$program" "$(line_of "$WORK/programs/$program" "$WORK/debug" main)" "^$source:[0-9]+$"
done <<'END'
felt usr/sbin/feltd src/agent/main.c
felt usr/sbin/felt-httpd src/httpd/main.c
felt usr/bin/feltctl src/ctl/feltctl.c
felt-cni usr/lib/cni/felt src/cni/main.c
felt-etcd-bridge usr/sbin/felt-etcd-bridge src/etcd/main.c
END

rootfs_machine m1 1
mkdir "$WORK/m1/root/debs"
find "$WORK/debs" -name '*.deb' ! -name '*-dbgsym_*' -exec cp -t "$WORK/m1/root/debs" {} +
rootfs_boot m1
run() {
    in_machine m1 env DEBIAN_FRONTEND=noninteractive "$@"
}
check "they install" run sh -c 'dpkg --install --force-depends /debs/*.deb'
is "with what they need of other packages" "$(run sh -c 'apt-get --simulate check 2>&1 | grep -i unmet' || true)" ""
is "nothing is started before somebody has said which network" "$(run systemctl is-active feltd)" inactive
is "the group of the control socket is there" "$(run getent group felt | cut -d: -f1)" felt
run mkdir -p /etc/felt
printf '%s\n' FELTD_NETWORK=172.17.0.0/16 FELTD_HEALTHZ_PORT=10254 | run tee /etc/felt/feltd.env >/dev/null
check "systemctl start feltd works" run systemctl start feltd
like "and is ready" "$(run systemctl show --value -p StatusText feltd)" '^Subnet 172\.17\.'
is "feltctl reaches it" "$(run feltctl status -o json | jq -r .ready)" true
httpd_runs() {
    [[ $(run systemctl is-active feltd-httpd) == active ]]
}
await_ok "felt-httpd has been started for it" 10 httpd_runs
is "the CNI plugin is where runtimes of Debian look" "$(run sh -c 'CNI_COMMAND=VERSION /usr/lib/cni/felt </dev/null' | jq -r '.supportedVersions[-1]')" 1.1.0
is "routes of felt have their name" "$(run sh -c 'ip route show proto felt >/dev/null 2>&1 && echo yes')" yes

run systemctl enable feltd 2>/dev/null
pid=$(run systemctl show --value -p MainPID feltd)
httpd_pid=$(run systemctl show --value -p MainPID feltd-httpd)
check "an upgrade, here to the same, succeeds" run sh -c 'dpkg --install --force-depends /debs/felt_*.deb'
is "and starts it again" "$(run systemctl is-active feltd)" active
unlike "as another process" "$(run systemctl show --value -p MainPID feltd)" "^$pid$"
unlike "and felt-httpd, too" "$(run systemctl show --value -p MainPID feltd-httpd)" "^($httpd_pid|0)$"
check "they are removed" run dpkg --purge felt-etcd-bridge felt felt-cni
is "feltd and felt-httpd have ended" "$(run systemctl is-active feltd feltd-httpd.path feltd-httpd.service | sort -u)" inactive
is "no file of theirs is left" "$(run sh -c 'ls -d /usr/sbin/feltd /usr/bin/feltctl /usr/lib/cni/felt /lib/systemd/system/felt* /usr/libexec/felt 2>/dev/null')" ""
done_testing
