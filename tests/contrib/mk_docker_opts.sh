#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mk-docker-opts.sh: what units written for flannel rely on.
set -u
srcdir=${srcdir:-.}
. "$srcdir/tests/tap.sh"
script=$(readlink -f "$srcdir/contrib/mk-docker-opts.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir bin
clean=(env -i PATH="$work/bin:$PATH" LC_ALL=C)

# The machine's own routes are not this test's business: an 'ip' that prints what a case wants.
printf '#!/bin/sh\ncat "$ROUTES" 2>/dev/null\n' >bin/ip
chmod +x bin/ip

subnet_env() {
    printf 'FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=10.1.74.1/24\nFLANNEL_MTU=1472\nFLANNEL_IPMASQ=%s\n' "${1-false}" >subnet.env
}

# opts ARG...: output file and status of one run.
opts() {
    "${clean[@]}" "$script" -f subnet.env -d out.env "$@" 2>err
    status=$?
    out=$(cat out.env 2>/dev/null)
}

BIP='DOCKER_OPT_BIP="--bip=10.1.74.1/24"'
MASQ='DOCKER_OPT_IPMASQ="--ip-masq=true"'
MTU='DOCKER_OPT_MTU="--mtu=1472"'
ALL='" --bip=10.1.74.1/24 --ip-masq=true --mtu=1472"'

subnet_env
opts
is "without options single options come first, then all together after a blank" "$out" "$BIP
$MASQ
$MTU
DOCKER_OPTS=$ALL"
is "it exits 0" "$status" 0
is "the file can be read by everybody" "$(stat -c %a out.env)" 644
is "no second file is left" "$(ls)" "bin
err
out.env
subnet.env"

opts -i
is "-i writes the single options only" "$out" "$BIP
$MASQ
$MTU"
opts -c
is "-c writes all together only" "$out" "DOCKER_OPTS=$ALL"
opts -i -c
is "-i and -c are both" "$(wc -l <out.env)" 4
opts -c -k DOCKER_NETWORK_OPTIONS
is "-k names the variable" "$out" "DOCKER_NETWORK_OPTIONS=$ALL"
opts -c -m
is "-m leaves ip-masq out" "$out" 'DOCKER_OPTS=" --bip=10.1.74.1/24 --mtu=1472"'

subnet_env true
opts -i
like "Docker masquerades exactly where the agent does not" "$out" '--ip-masq=false'
subnet_env maybe
opts
is "another value of FLANNEL_IPMASQ is an error" "$status" 1
is "that says which" "$(cat err)" "Invalid value of FLANNEL_IPMASQ: maybe"
opts -m
is "with -m nobody looks at it" "$status" 0
subnet_env ''
opts -c
is "without FLANNEL_IPMASQ there is no option for it" "$out" 'DOCKER_OPTS=" --bip=10.1.74.1/24 --mtu=1472"'

for flag in -h '-?' -x; do
    rm -f out.env
    "${clean[@]}" "$script" -f subnet.env -d out.env "$flag" >std 2>err
    is "$flag exits 1" "$?" 1
    like "$flag prints the usage to standard error" "$(cat err)" 'usage: mk-docker-opts.sh'
    is "$flag writes nothing" "$(cat std out.env 2>/dev/null)" ""
done
rm -f std

rm -f subnet.env
opts
is "a missing file gives empty options" "$out" 'DOCKER_OPTS=""'
is "and is no error" "$status" 0
: >subnet.env
opts
is "so does an empty one" "$out" 'DOCKER_OPTS=""'

subnet_env
clean+=(DOCKER_OPTS="-H fd://")
opts -c
is "what the variable had before comes first" "$out" 'DOCKER_OPTS="-H fd:// --bip=10.1.74.1/24 --ip-masq=true --mtu=1472"'
clean+=(DOCKER_OPT_LOG="--log-driver=journald")
opts
is "a DOCKER_OPT_* of the environment is written too" "$out" "$BIP
$MASQ
DOCKER_OPT_LOG=\"--log-driver=journald\"
$MTU
DOCKER_OPTS=\"-H fd:// --bip=10.1.74.1/24 --ip-masq=true --log-driver=journald --mtu=1472\"" || true
clean=(env -i PATH="$work/bin:$PATH" LC_ALL=C)

# The classic guide: ExecStartPost=mk-docker-opts.sh -k DOCKER_NETWORK_OPTIONS -d /run/flannel/subnet.env
"${clean[@]}" "$script" -k DOCKER_NETWORK_OPTIONS -f subnet.env -d subnet.env
is "the output may replace the input" "$(tail -n 1 subnet.env)" "DOCKER_NETWORK_OPTIONS=$ALL"
cp subnet.env once
"${clean[@]}" "$script" -k DOCKER_NETWORK_OPTIONS -f subnet.env -d subnet.env
check "and a second run changes nothing" cmp once subnet.env

subnet_env
"${clean[@]}" "$script" -f subnet.env -d deep/er/out.env
check "the directory of the output is made" test -s deep/er/out.env
is "the output may be a pipe, and its device stays" \
    "$("${clean[@]}" "$script" -c -f subnet.env -d /dev/stdout | cat; test -L /dev/stdout && echo stays)" "DOCKER_OPTS=$ALL
stays"
opts -c -k 'A B'
is "what cannot be a variable's name is refused" "$status" 1

clean+=(ROUTES="$work/routes")
echo '10.1.74.0/24 dev docker0 proto kernel scope link src 10.1.74.1' >routes
opts -c
is "docker0's own route is no obstacle" "$status" 0
echo '10.1.7.0/24 via 10.1.7.0 dev flannel.1 onlink' >routes
opts -c
is "nor is the route of a peer" "$status" 0
echo '10.1.74.0/24 via 192.168.0.9 dev eth0' >routes
opts -c
is "somebody else's route to the subnet is an error" "$status" 1
like "that names it" "$(cat err)" '^Your routing table already contains the subnet: 10\.1\.74\.0/24 via 192\.168\.0\.9'
is "after the file is written" "$out" "DOCKER_OPTS=$ALL"
done_testing
