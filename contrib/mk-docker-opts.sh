#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Turns subnet.env into Docker daemon options, with the options and the output that units written for
# flannel expect. Usual caller: ExecStartPost= of feltd's unit, before docker.service starts.

prog=${0##*/}
env_file=/run/flannel/subnet.env
out_file=/run/docker_opts.env
key=DOCKER_OPTS
individual=no
combined=no
ipmasq=yes

usage() {
    cat >&2 <<END
usage: $prog [-f FILE] [-d FILE] [-i] [-c] [-m] [-k KEY]

Writes Docker daemon options made from the file that feltd or flanneld leaves.

    -f FILE  the file to read ($env_file)
    -d FILE  the file to write ($out_file); may be the one that was read
    -i       only the single options, DOCKER_OPT_BIP and so on
    -c       only all options together, in KEY; neither or both of -i and -c: both
    -k KEY   the variable for all options together ($key)
    -m       leave --ip-masq out
END
    exit 1
}

fail() {
    echo "$*" >&2
    exit 1
}

while getopts f:d:ick:mh opt; do
    case $opt in
    f) env_file=$OPTARG ;;
    d) out_file=$OPTARG ;;
    i) individual=yes ;;
    c) combined=yes ;;
    k) key=$OPTARG ;;
    m) ipmasq=no ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || usage
if [ "$individual" = "$combined" ]; then
    individual=yes combined=yes
fi
case $key in
'' | [0-9]* | *[!A-Za-z0-9_]*) fail "$prog: '$key' cannot be the name of a variable" ;;
esac

# Before the file is read: it may be one that we have written ourselves, whose options are old.
eval "all=\$$key"

if [ -f "$env_file" ]; then
    case $env_file in
    */*) ;;
    *) env_file=./$env_file ;; # '.' would look for it in PATH
    esac
    # shellcheck source=/dev/null
    . "$env_file" || fail "$prog: cannot read $env_file"
fi

# shellcheck disable=SC2034 # the loop below finds them by their names
[ -z "$FLANNEL_SUBNET" ] || DOCKER_OPT_BIP="--bip=$FLANNEL_SUBNET"
# shellcheck disable=SC2034
[ -z "$FLANNEL_MTU" ] || DOCKER_OPT_MTU="--mtu=$FLANNEL_MTU"
# shellcheck disable=SC2034
if [ "$ipmasq" = yes ]; then
    # Who masquerades: either the agent or Docker, never both.
    case $FLANNEL_IPMASQ in
    '') ;;
    true) DOCKER_OPT_IPMASQ="--ip-masq=false" ;;
    false) DOCKER_OPT_IPMASQ="--ip-masq=true" ;;
    *) fail "Invalid value of FLANNEL_IPMASQ: $FLANNEL_IPMASQ" ;;
    esac
fi

# Every DOCKER_OPT_* counts, so that a unit's environment can add options of its own.
names=$(set | sed -n 's/^\(DOCKER_OPT_[A-Za-z0-9_]*\)=.*/\1/p' | LC_ALL=C sort -u)
lines=
value=
for name in $names; do
    eval "value=\$$name"
    all="$all $value"
    [ "$individual" = no ] || lines="$lines$name=\"$value\"
"
done
[ "$combined" = no ] || lines="$lines$key=\"$all\"
"

mkdir -p "$(dirname "$out_file")" || exit 1
if [ -L "$out_file" ] || { [ -e "$out_file" ] && [ ! -f "$out_file" ]; }; then
    # A device, a pipe or a link, /dev/stdout for one: not to be replaced.
    printf '%s' "$lines" >"$out_file" || exit 1
else
    # Through a second name: a reader sees the old file or the new one.
    trap 'rm -f "$out_file.$$"' EXIT
    printf '%s' "$lines" >"$out_file.$$" || exit 1
    chmod 0644 "$out_file.$$" && mv -f "$out_file.$$" "$out_file" || exit 1
fi

# A route by somebody else to the very subnet that docker0 is to have swallows the containers' traffic.
[ -n "$FLANNEL_SUBNET" ] && command -v ip >/dev/null 2>&1 || exit 0
network=$(echo "$FLANNEL_SUBNET" | awk -F'[./]' 'NF == 5 {
    address = (($1 * 256 + $2) * 256 + $3) * 256 + $4
    address -= address % 2 ^ (32 - $5)
    for (i = 0; i < 4; i++) { part[i] = address % 256; address = (address - part[i]) / 256 }
    print part[3] "." part[2] "." part[1] "." part[0] "/" $5
}')
[ -n "$network" ] || exit 0
taken=$(ip -4 route show 2>/dev/null | awk -v n="$network" '$1 == n && / via /')
[ -z "$taken" ] || fail "Your routing table already contains the subnet: $taken"
