#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# contrib/felt.spec: packages out of the tarball of 'make dist' with nothing beside it, as an RPM system builds
# them; nothing of 'make install' is missing in them; installed under a real systemd feltd works and every file
# is as it was packaged; an upgrade restarts it; erased, they leave settings and state.
#
# No RPM system is at hand: the rpm is Debian's, the machine a Debian, and fedora.macros says what is defined
# in Fedora's place. So who needs which package there is not tested (--nodeps).
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/lab/rootfs.sh"
. "$srcdir/tests/lab/symbols.sh"
for tool in rpmbuild eu-strip cpio readelf; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --check"
done
for part in httpd/felt-httpd etcd/felt-etcd-bridge; do
    [[ -x $builddir/src/$part ]] || skip_all "${part#*/} was not built: its library is not there"
done
rootfs_enter "$0"
unset MAKEFLAGS MFLAGS # of the make that runs this test, with its TESTS

# ---- built -----------------------------------------------------------------------------------------

version=$("$builddir/src/agent/feltd" --version | sed 's/.* //')
tarball=felt-$version.tar.xz
# A tarball for a minute need not be small.
XZ_OPT=-0 make -C "$builddir" dist >"$WORK/dist" 2>&1
if ! mv "$builddir/$tarball" "$WORK/"; then
    not_ok "make dist makes a tarball"
    diag "$(tail -n 20 "$WORK/dist")"
    done_testing
fi
if tracked=$(git -C "$srcdir" ls-files 2>/dev/null) && [[ $tracked ]]; then
    is "the tarball has every file of the repository" \
        "$(tar -tf "$WORK/$tarball" | sed 's,^[^/]*/,,' | sort | comm -13 - <(grep -vx .gitignore <<<"$tracked" | sort))" ""
else
    skip "the tarball has every file of the repository" "this is no repository"
fi
if ! rpmbuild -tb --nodeps --load="$srcdir/tests/lab/fedora.macros" --define "_topdir $WORK/rpm" "$WORK/$tarball" \
    >"$WORK/build" 2>&1 </dev/null; then
    not_ok "rpmbuild makes packages of it"
    diag "$(tail -n 30 "$WORK/build")"
    done_testing
fi
ok "rpmbuild makes packages of it"
is "without a warning of the spec file's" "$(grep -i '^warning' "$WORK/build")" ""
mapfile -t all < <(find "$WORK/rpm/RPMS" -name '*.rpm' | sort)
mapfile -t packages < <(printf '%s\n' "${all[@]}" | grep -v debug)
# query FORMAT: of the packages in files.
query() {
    rpm -qp --qf "$1" "${packages[@]}"
}
is "they have their names and the version" "$(query '%{name} %{version}\n' | paste -sd,)" \
    "felt $version,felt-cni $version,felt-etcd-bridge $version"

# ---- what is in them -------------------------------------------------------------------------------

# This build's own 'make install' for where a package has things, against the packages' lists: manual pages
# are compressed in those, and COPYING is a licence.
make -C "$builddir" install DESTDIR="$WORK/plain" prefix=/usr sysconfdir=/etc libexecdir=/usr/libexec \
    cnidir=/usr/libexec/cni >"$WORK/install" 2>&1 || diag "$(tail -n 20 "$WORK/install")"
packaged=$(query '[%{filemodes:perms} %{filenames}\n]' | grep -v '^d' |
    sed 's/\.gz$//; s,/usr/share/licenses/felt[^/]*/,/usr/share/doc/felt/,; /\/usr\/lib\/\.build-id\//d')
plain=$(cd "$WORK/plain" && find . ! -type d -printf '%M /%P\n')
like "make install has much to compare with" "$(wc -l <<<"$plain")" '^[3-9][0-9]$'
is "nothing of 'make install' is missing in them, and no mode differs" "$(comm -13 <(sort <<<"$packaged") <(sort <<<"$plain"))" ""
is "and nothing else is in them" "$(comm -23 <(sort <<<"$packaged") <(sort <<<"$plain"))" ""
is "all is root's" "$(query '[%{fileusername}:%{filegroupname}\n]' | sort -u)" root:root
is "what an administrator changes is configuration" "$(rpm -qpc "${packages[@]}")" /etc/iproute2/rt_protos.d/felt.conf

mkdir "$WORK/debug" "$WORK/programs"
(cd "$WORK/debug" && rpm2cpio "$WORK"/rpm/RPMS/*/felt-debuginfo-*.rpm | cpio -idm --quiet)
for package in "${packages[@]}"; do
    (cd "$WORK/programs" && rpm2cpio "$package" | cpio -idmu --quiet)
done
while read -r program source; do
    like "/$program has its symbols in felt-debuginfo" "$(line_of "$WORK/programs/$program" "$WORK/debug" main)" "^$source:[0-9]+$"
done <<'END'
usr/sbin/feltd src/agent/main.c
usr/sbin/felt-httpd src/httpd/main.c
usr/sbin/felt-etcd-bridge src/etcd/main.c
usr/bin/feltctl src/ctl/feltctl.c
usr/libexec/cni/felt src/cni/main.c
END

# ---- installed ---------------------------------------------------------------------------------------

rootfs_machine m1 1
root=$WORK/m1/root
mkdir -p "$root/rpm/lib" "$root/etc/systemd/system-preset" "$root/etc/felt"
# Nothing is enabled because it is installed; so it is on Fedora.
echo 'disable *' >"$root/etc/systemd/system-preset/99-default-disable.preset"
printf '%s\n' FELTD_NETWORK=172.17.0.0/16 FELTD_HEALTHZ_PORT=10254 >"$root/etc/felt/feltd.env"
cp "${packages[@]}" "$root/rpm"
# Fedora's package filesystem has these.
mkdir -p "$root"/usr/share/{licenses,fish/vendor_completions.d,zsh/site-functions}
# The machine has no rpm: this one with its libraries, of which only it hears.
cp "$(command -v rpm)" "$root/rpm/rpm"
cp -r /usr/lib/rpm "$root/rpm/conf"
ldd "$(command -v rpm)" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | xargs cp -Lt "$root/rpm/lib"
interpreter=$(ldd "$(command -v rpm)" | sed -n 's,^[[:space:]]*\(/[^ ]*ld-linux[^ ]*\) .*,\1,p')
rootfs_boot m1
run() {
    in_machine m1 "$@"
}
pkg() {
    run env RPM_CONFIGDIR=/rpm/conf "$interpreter" --library-path /rpm/lib /rpm/rpm --dbpath /var/lib/rpm --force-debian "$@" 2>&1
}
# files: all that is there and may be the packages'.
files() {
    run sh -c 'find /usr /etc /var/lib -path /var/lib/rpm -prune -o -print' | sort
}
names=(felt felt-cni felt-etcd-bridge)
mapfile -t files_there < <(printf '/rpm/%s\n' "${packages[@]##*/}")
before=$(files)
is "they install, and no scriptlet complains" "$(pkg -i --nodeps "${files_there[@]}" | grep -vE "^Creating (group|user) 'felt")" ""
is "nobody is started or enabled by that" "$(run systemctl is-active feltd felt-httpd feltd-httpd.path felt-etcd-bridge | sort -u) $(run systemctl is-enabled feltd felt-httpd felt-etcd-bridge | sort -u)" "inactive disabled"
is "groups and users are there" "$(run getent group felt felt-admin | cut -d: -f1 | paste -sd,) $(run getent passwd felt-httpd felt-bridge | cut -d: -f1 | paste -sd,)" "felt,felt-admin felt-httpd,felt-bridge"
is "and the directory of subnet.env" "$(run stat -c %a /run/flannel)" 755
# What sysusers changes is not a package's.
new=$(comm -13 <(echo "$before") <(files) | grep -vE '^/etc/(group|gshadow|passwd|shadow)-?$')
is "each new file and directory is a package's" "$(comm -23 <(echo "$new") <(pkg -ql "${names[@]}" | sort))" ""
for program in feltd felt-httpd felt-etcd-bridge feltctl; do
    like "$program runs" "$(run "$program" --version)" "^$program $version"
done
is "so does the CNI plugin" "$(run env CNI_COMMAND=VERSION /usr/libexec/cni/felt </dev/null | jq -r '.supportedVersions[-1]')" 1.1.0
check "systemctl start feltd works" run systemctl start feltd
like "and is ready" "$(run systemctl show --value -p StatusText feltd)" '^Subnet 172\.17\.'
is "feltctl reaches it" "$(run feltctl status -o json | jq -r .ready)" true
httpd_runs() {
    [[ $(run systemctl is-active feltd-httpd) == active ]]
}
await_ok "felt-httpd has been started for it" 10 httpd_runs
is "every file is as it was packaged" "$(pkg -V --nodeps "${names[@]}")" ""
run sh -c 'echo "# mine" >>/etc/iproute2/rt_protos.d/felt.conf; echo x >>/usr/share/doc/felt/NEWS'
is "which is looked at: what was changed is found" "$(pkg -V --nodeps felt | sed 's/^S[^ ]* */size /')" \
    $'size c /etc/iproute2/rt_protos.d/felt.conf\nsize d /usr/share/doc/felt/NEWS'

# ---- upgraded, erased --------------------------------------------------------------------------------

pid=$(run systemctl show --value -p MainPID feltd)
is "an upgrade, here to the same, succeeds" "$(pkg -U --nodeps --force "${files_there[@]}")" ""
is "and starts it again" "$(run systemctl is-active feltd)" active
unlike "as another process" "$(run systemctl show --value -p MainPID feltd)" "^$pid$"
is "they are erased; a setting that was changed is kept, and that said" "$(pkg -e "${names[@]}")" \
    "warning: /etc/iproute2/rt_protos.d/felt.conf saved as /etc/iproute2/rt_protos.d/felt.conf.rpmsave"
is "feltd and felt-httpd have ended" "$(run systemctl is-active feltd feltd-httpd.path feltd-httpd.service | sort -u)" inactive
is "what is left is that setting and the state" \
    "$(comm -13 <(echo "$before") <(files) | grep -vE '^/etc/(group|gshadow|passwd|shadow)-?$' | grep -v '^/var/lib/felt/')" \
    $'/etc/iproute2/rt_protos.d/felt.conf.rpmsave\n/var/lib/felt'
done_testing
