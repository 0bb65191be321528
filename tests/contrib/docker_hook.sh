#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The hook 50-docker: when it restarts Docker, when it does not, and what it says. With real ones:
# tests/lab/docker_hook.sh.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
contrib=$(readlink -f "$srcdir/contrib")
cd "$work" || exit 1
mkdir -p bin hooks.d/lease-changed.d
ln -s "$contrib/hooks/50-docker" hooks.d/lease-changed.d/

# No docker0 but the one that a case has, and no systemd.
cat >bin/ip <<'END'
#!/bin/sh
case $* in
*docker0*) [ -e docker0 ] && echo "3: docker0    inet $(cat docker0) brd 10.1.255.255 scope global docker0" ;;
esac
END
printf '#!/bin/sh\n' >bin/systemctl
printf '#!/bin/sh\necho "$*" >>restarts\n[ ! -e stubborn ]\n' >bin/restart
chmod +x bin/*

# settings LINE...: of docker.conf
settings() {
    printf '%s\n' "SUBNET_FILE=subnet.env" "RESTART='restart docker'" "$@" >hooks.d/docker.conf
}
# run REASON NEW: what it says, its status, how often Docker was restarted.
run() {
    rm -f restarts && restarts=
    said=$(env -i PATH="$work/bin:$PATH" FELT_REASON="$1" FELT_NEW_SUBNET="$2" hooks.d/lease-changed.d/50-docker 2>&1)
    status=$?
    [[ ! -e restarts ]] || restarts=$(paste -sd, restarts)
}
subnet_env() {
    printf 'FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=10.1.74.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n' >subnet.env
}

subnet_env
settings
echo 10.1.73.1/24 >docker0
run renumbered 10.1.74.0/24
is "Docker is restarted where docker0 is in another subnet" "$status $restarts" "0 docker"
is "which is said" "$said" "docker0 is to have 10.1.74.1/24: Docker is restarted"
run first 10.1.74.0/24
is "also where that is the first subnet" "$status $restarts" "0 docker"
run foreign 10.1.74.0/24
is "and where a node outside of the cluster has the old one" "$status $restarts" "0 docker"
is "subnet.env is as it was" "$(wc -l <subnet.env)" 4
echo 10.1.74.1/24 >docker0
run first 10.1.74.0/24
is "nothing is done where docker0 is in the subnet" "$status $restarts$said" "0 "
rm docker0
run first 10.1.74.0/24
is "nor where Docker has not run yet" "$status $restarts$said" "0 "

echo 10.1.73.1/24 >docker0
for reason in lost left foreign; do
    run "$reason" ""
    is "nor where the subnet is $reason" "$status $restarts$said" "0 this machine has no subnet: Docker is left as it is"
done
run renumbered ""
is "nor without IPv4" "$status $restarts$said" "0 the network has no IPv4: Docker is left as it is"
: >subnet.env
run renumbered 10.1.74.0/24
is "nor where nothing is known of the subnet" "$status $restarts" "1 "
like "which is an error" "$said" 'subnet.env has no FLANNEL_SUBNET'

subnet_env
: >stubborn
run renumbered 10.1.74.0/24
is "a restart that fails is an error" "$status $restarts" "1 docker"
like "which says what follows" "$said" "'restart docker' failed: docker0 is not in the subnet"
rm stubborn

settings "OPTIONS_FILE=out/docker.env" "OPTIONS_KEY=OPTS"
run renumbered 10.1.74.0/24
is "options are written where settings say" "$(tail -n 1 out/docker.env)" 'OPTS=" --bip=10.1.74.1/24 --ip-masq=false --mtu=1450"'
settings "OPTIONS_FILE=subnet.env"
run renumbered 10.1.74.0/24
is "also into the file that they come from" "$(tail -n 1 subnet.env)" 'DOCKER_NETWORK_OPTIONS=" --bip=10.1.74.1/24 --ip-masq=false --mtu=1450"'
run first 10.1.74.0/24
is "and out of it, where they are there already" "$status $restarts $(tail -n 1 subnet.env)" \
    '0 docker DOCKER_NETWORK_OPTIONS=" --bip=10.1.74.1/24 --ip-masq=false --mtu=1450"'
subnet_env
settings "OPTIONS_FILE=/dev/null"
run renumbered 10.1.74.0/24
is "Docker is not restarted with options that are not there" "$status $restarts" "1 "
done_testing
