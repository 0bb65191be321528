# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # srcdir and builddir are set by who reads this in
# For tests under a real systemd: a minimal Debian, made once and kept in the build directory, and
# machines that boot from it, each in an overlay, a network and mounts of its own.
#
# The test runs itself again in those (rootfs_enter); what it mounts and boots ends with it.

ROOTFS=$(readlink -f "$builddir")/rootfs
ROOTFS_PACKAGES=systemd,systemd-sysv,iproute2,iputils-ping,nftables,iptables,procps,jq,libsodium23,libmsgpackc2,libnl-3-200,libsystemd0,libjansson4,libcurl4,libmicrohttpd12,libcap2-bin,curl

# rootfs_mirror: the archive that apt here takes this release's packages from.
rootfs_mirror() {
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)' 2>/dev/null |
        awk -v release="$1" '$2 == release && $3 == "main" && $4 == "Packages" { print $1; exit }'
}

# Makes it where it is not there; two tests at once make one.
rootfs_make() {
    local release mirror PROXY=''
    release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    mirror=$(rootfs_mirror "$release")
    [[ $release && $mirror ]] || skip_all "this is no Debian whose apt knows where its packages are"
    mkdir -p "$ROOTFS"
    exec {lock}>"$ROOTFS/lock"
    flock "$lock"
    if [[ $(cat "$ROOTFS/packages" 2>/dev/null) != "$ROOTFS_PACKAGES" ]]; then
        rm -rf "$ROOTFS/root"
        eval "$(apt-config shell PROXY Acquire::http::Proxy)"
        ${PROXY:+env http_proxy="$PROXY"} debootstrap --variant=minbase --include="$ROOTFS_PACKAGES" "$release" "$ROOTFS/root" "$mirror" \
            >"$ROOTFS/log" 2>&1 || skip_all "debootstrap of $release from apt's mirror fails: $(tail -n 1 "$ROOTFS/log")"
        rm -rf "$ROOTFS/root/var/cache/apt/archives" && mkdir -p "$ROOTFS/root/var/cache/apt/archives/partial"
        printf '%s\n' "$ROOTFS_PACKAGES" >"$ROOTFS/packages"
    fi
    exec {lock}>&-
}

# rootfs_enter "$0": in mounts and a network of our own, with a switch between the machines.
rootfs_enter() {
    [[ $(id -u) == 0 ]] || skip_all "needs root, to boot a system"
    for tool in systemd-nspawn debootstrap jq nsenter unshare flock; do
        command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --check"
    done
    if [[ ! ${ROOTFS_INSIDE-} ]]; then
        rootfs_make
        export ROOTFS_INSIDE=1 srcdir builddir
        exec unshare --mount --net --propagation private bash "$1"
    fi
    # systemd wants one hierarchy of cgroups; where the machine has the old ones, beside them.
    [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] || mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null ||
        skip_all "this machine does not let us mount cgroup2"
    WORK=$(mktemp -d)
    trap rootfs_end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mount -t tmpfs tmpfs "$WORK"
    mount -t tmpfs tmpfs /run/netns 2>/dev/null || { mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns; }
    ip link add switch type bridge forward_delay 0 mcast_snooping 0
    ip address add 192.0.2.254/24 dev switch
    ip link set lo up
    ip link set switch up
}

declare -A ROOTFS_PID=() # of a machine's nspawn

# rootfs_machine NAME NUMBER: its files are in $WORK/NAME/root before it boots; 192.0.2.NUMBER.
rootfs_machine() {
    local dir=$WORK/$1
    mkdir -p "$dir/upper" "$dir/work" "$dir/root"
    mount -t overlay -o "lowerdir=$ROOTFS/root,upperdir=$dir/upper,workdir=$dir/work" overlay "$dir/root" ||
        skip_all "this machine has no overlayfs for $WORK"
    printf '%s\n' "$1" >"$dir/root/etc/hostname"
    rm -f "$dir/root/etc/machine-id" && : >"$dir/root/etc/machine-id"
    ip netns add "$1"
    ip link add "$1" type veth peer name eth0 netns "$1"
    ip link set "$1" master switch up
    ip -n "$1" address add "192.0.2.$2/24" dev eth0
    ip -n "$1" link set lo up
    ip -n "$1" link set eth0 up
    ip -n "$1" route add default via 192.0.2.254
}

rootfs_leader() {
    { tr -d ' ' <"/proc/${ROOTFS_PID[$1]}/task/${ROOTFS_PID[$1]}/children"; } 2>/dev/null
}

# rootfs_install NAME: what 'make install' puts there, before it boots.
rootfs_install() {
    make -C "$builddir" install DESTDIR="$WORK/$1/root" >"$WORK/install" 2>&1 && return
    not_ok "make install succeeds"
    diag "$(tail -n 20 "$WORK/install")"
    done_testing
}

# rootfs_boot NAME: without it the test has nothing to say.
rootfs_boot() {
    local dir=$WORK/$1
    systemd-nspawn --quiet --keep-unit --register=no --directory="$dir/root" --machine="$1" \
        --network-namespace-path="/run/netns/$1" --capability=CAP_NET_ADMIN,CAP_NET_RAW \
        --console=pipe --link-journal=no --boot </dev/null >"$dir/console" 2>&1 &
    ROOTFS_PID[$1]=$!
    await 60 rootfs_runs "$1" && return
    not_ok "a Debian boots"
    diag "$(tail -n 20 "$dir/console")"
    done_testing
}

rootfs_runs() {
    [[ $(in_machine "$1" systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]
}

# in_machine NAME COMMAND...
in_machine() {
    local leader
    leader=$(rootfs_leader "$1")
    [[ $leader ]] || return 1
    nsenter -t "$leader" -m -u -i -n -p -r -w -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "${@:2}"
}

# rootfs_down NAME: there may be another of that name then.
rootfs_down() {
    # SIGTERM once asks it to shut down, twice ends it.
    kill "${ROOTFS_PID[$1]}" 2>/dev/null && kill "${ROOTFS_PID[$1]}" 2>/dev/null
    await 10 rootfs_gone "$1" || kill -KILL "${ROOTFS_PID[$1]}" 2>/dev/null
    unset "ROOTFS_PID[$1]"
    ip link del "$1"
    ip netns del "$1"
    umount -l "$WORK/$1/root"
    rm -rf "${WORK:?}/$1"
}

rootfs_end() {
    local status=$? name
    trap - EXIT
    for name in "${!ROOTFS_PID[@]}"; do
        # SIGTERM once asks it to shut down, twice ends it.
        kill "${ROOTFS_PID[$name]}" 2>/dev/null && kill "${ROOTFS_PID[$name]}" 2>/dev/null
    done
    for name in "${!ROOTFS_PID[@]}"; do
        await 10 rootfs_gone "$name" || kill -KILL "${ROOTFS_PID[$name]}" 2>/dev/null
    done
    umount -l "$WORK"/*/root "$WORK" 2>/dev/null
    rmdir "$WORK"
    exit "$status"
}

rootfs_gone() {
    ! kill -0 "${ROOTFS_PID[$1]}" 2>/dev/null
}
