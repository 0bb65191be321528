#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The packages of contrib/mkdeb: built, without complaint of lintian, installed on a fresh Debian,
# where 'systemctl start feltd' works; removed and purged, they leave no file. The spec file for RPM systems.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/lab/rootfs.sh"
for tool in dpkg-buildpackage dh lintian; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --check"
done
rootfs_enter "$0"

if ! DEB_BUILD_OPTIONS="parallel=$(nproc)" "$srcdir/contrib/mkdeb" --out "$WORK/debs" >"$WORK/mkdeb" 2>&1; then
    not_ok "contrib/mkdeb builds packages that lintian has nothing to say about"
    diag "$(tail -n 30 "$WORK/mkdeb")"
    done_testing
fi
ok "contrib/mkdeb builds packages that lintian has nothing to say about"
for package in felt felt-cni felt-dbgsym felt-cni-dbgsym; do
    like "$package is one of them" "$(find "$WORK/debs" -name "${package}_*.deb" | wc -l)" '^1$'
done

# No RPM system is at hand to build them on; that the file parses and forgets no unit can be seen here.
if command -v rpmspec >/dev/null; then
    check "contrib/felt.spec parses" rpmspec -P "$srcdir/contrib/felt.spec"
    is "it makes packages of these names" \
        "$(rpmspec -q --qf '%{name} ' "$srcdir/contrib/felt.spec" 2>/dev/null | tr ' ' '\n' | grep -v debug | sort | paste -sd' ')" \
        "felt felt-cni felt-etcd-bridge"
    units=$(cd "$srcdir/contrib/systemd" && printf '%s\n' *.service.in | sed 's/\.in$//' | sort | paste -sd' ')
    is "it lists each unit" "$(sed -n 's,^%{_unitdir}/,,p' "$srcdir/contrib/felt.spec" | sort | paste -sd' ')" "$units"
else
    skip "contrib/felt.spec parses" "rpmspec is not installed"
fi

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
printf 'FELTD_NETWORK=172.17.0.0/16\n' | run tee /etc/felt/feltd.env >/dev/null
check "systemctl start feltd works" run systemctl start feltd
like "and is ready" "$(run systemctl show --value -p StatusText feltd)" '^Subnet 172\.17\.'
is "feltctl reaches it" "$(run feltctl status -o json | jq -r .ready)" true
is "the CNI plugin is where runtimes of Debian look" "$(run sh -c 'CNI_COMMAND=VERSION /usr/lib/cni/felt </dev/null' | jq -r '.supportedVersions[-1]')" 1.1.0
is "routes of felt have their name" "$(run sh -c 'ip route show proto felt >/dev/null 2>&1 && echo yes')" yes

run systemctl enable feltd 2>/dev/null
pid=$(run systemctl show --value -p MainPID feltd)
check "an upgrade, here to the same, succeeds" run sh -c 'dpkg --install --force-depends /debs/felt_*.deb'
is "and starts it again" "$(run systemctl is-active feltd)" active
unlike "as another process" "$(run systemctl show --value -p MainPID feltd)" "^$pid$"
check "they are removed" run dpkg --purge felt-etcd-bridge felt felt-cni
is "feltd has ended" "$(run systemctl is-active feltd)" inactive
is "no file of theirs is left" "$(run sh -c 'ls -d /usr/sbin/feltd /usr/bin/feltctl /usr/lib/cni/felt /lib/systemd/system/feltd.service /usr/libexec/felt 2>/dev/null')" ""
done_testing
