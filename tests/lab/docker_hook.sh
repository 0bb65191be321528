#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real dockerd on two machines: one set up as contrib/docker/felt.conf has it, one by the classic guide,
# whose ExecStartPost overwrites subnet.env. The latter is cut off, is given up, and comes back to
# another subnet: the shipped hook has Docker follow, and its containers are reached there.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/docker_hosts.sh"

LIMIT_S=60 # until something has to be over; far above what it takes
ENV=/run/flannel/subnet.env
HOOKS=$WORK/hooks.d

lease() {
    ctl "$1" status '.lease.subnet | sub("\\.[0-9]+/[0-9]+$"; "")'
}
# The classic guide's ExecStartPost.
start_post() {
    lab exec "$1" "$WORK/libexec/mk-docker-opts.sh" -k DOCKER_NETWORK_OPTIONS -d "$ENV"
}
options_line() {
    lab exec "$1" sed -n 's/^DOCKER_NETWORK_OPTIONS=//p' "$ENV"
}
runs_web() {
    [[ $(dk "$1" inspect -f '{{.State.Running}}' web 2>/dev/null) == true ]]
}
crosses() {
    lab exec h1 nsenter -t "$(pid_of h1)" -n ping -n -c 1 -W 1 "$(address h2)" >/dev/null
}
comes_in() {
    lab exec h2 nsenter -t "$(pid_of h2)" -n ping -n -c 1 -W 1 "$(address h1)" >/dev/null
}

mkdir -p "$HOOKS/lease-changed.d"
lab_up 3 --network 172.17.0.0/16 --feltd-arg --ip-masq --feltd-arg --hooks-dir --feltd-arg "$HOOKS"
trap end EXIT

# ---- the two set-ups -------------------------------------------------------------------------------

NET1=$(lease h1) NET2=$(lease h2)
start_post h2
lab exec h2 sh -c 'mkdir -p /run/dk && : >/run/dk/classic'
for host in h1 h2; do
    first_docker "$host"
    run_container "$host" --restart always
    like "$host: FORWARD drops" "$(filter "$host" FORWARD | head -n 1)" '^:FORWARD DROP'
    is "$host: docker0 has the first address of the lease" "$(bridge_address "$host")" "$(lease "$host").1/24"
    is "$host: and containers the MTU of the overlay" \
        "$(lab exec "$host" nsenter -t "$(pid_of "$host")" -n ip -o link show dev eth0 | grep -oE 'mtu [0-9]+')" "mtu 1450"
done
like "h1: subnet.env is as feltd has written it" "$(lab exec h1 cat "$ENV")" "FLANNEL_SUBNET=$NET1.1/24"
await_ok "containers of the two machines reach each other" 20 crosses
check "in both directions" comes_in

# ---- feltd and Docker's options share a file -----------------------------------------------------------

is "h2: feltd leaves Docker's options in subnet.env alone" "$(options_line h2)" "\" --bip=$NET2.1/24 --ip-masq=false --mtu=1450\""
lab stop h2
check "h2: feltd starts again" lab start h2
is "with its subnet, which it has not from there" "$(lease h2)" "$NET2"
is "and writes the file anew, as ExecStartPost expects it" "$(lab exec h2 sed -n 's/^FLANNEL_SUBNET=//p' "$ENV")" "$NET2.1/24"
start_post h2
like "which overwrites it" "$(options_line h2)" "--bip=$NET2.1/24 "

# ---- another subnet ------------------------------------------------------------------------------------

# As an operator would: a link, and settings for who has no systemd.
ln -s "$WORK/libexec/hooks/50-docker" "$HOOKS/lease-changed.d/50-docker"
printf 'OPTIONS_FILE=%s\nRESTART="%s restart"\n' "$ENV" "$SERVICE" >"$HOOKS/docker.conf"
held_for_dead() {
    [[ $(ctl "$1" members '.members[] | select(.name == "h2").state') == dead ]]
}
is_elsewhere() {
    [[ $(lease h2) =~ ^172\. && $(lease h2) != "$NET2" ]]
}
follows() {
    [[ $(bridge_address h2) == "$(lease h2).1/24" ]]
}
lab cut h2
for host in h1 h3; do await_ok "$host holds h2, which is cut off, for dead" "$LIMIT_S" held_for_dead "$host"; done
like "h2 is given up" "$(lab exec h1 feltctl reclaim h2 2>&1 </dev/null)" '^h2: [1-9][0-9]* subnets reclaimed'
check "what was its subnet is kept for another one" lab exec h1 feltctl reserve h9 "$NET2.0/24"
lab mend h2
BEGUN=$SECONDS
await_ok "h2 is back, in another subnet" "$LIMIT_S" is_elsewhere
NEW2=$(lease h2)
await_ok "the hook has docker0 follow" "$LIMIT_S" follows
await_ok "Docker is back" "$LIMIT_S" answers_on h2
await_ok "and its container" "$LIMIT_S" runs_web h2
like "in the new subnet" "$(address h2)" "^$NEW2\.[0-9]+$"
await_ok "containers of the two machines reach each other again" "$LIMIT_S" crosses
ok "it took $((SECONDS - BEGUN)) s since h2 was connected again"
check "in both directions" comes_in
like "with a FORWARD that drops" "$(filter h2 FORWARD | head -n 1)" '^:FORWARD DROP'
like "the log of feltd says what the hook did" "$(lab logs h2)" "hooks: 50-docker: docker0 is to have $NEW2.1/24: Docker is restarted"
is "subnet.env has Docker's options again, with the new subnet" "$(options_line h2)" "\" --bip=$NEW2.1/24 --ip-masq=false --mtu=1450\""
lab stop h2
check "h2: feltd starts once more" lab start h2
is "with its new subnet" "$(lease h2)" "$NEW2"

# ---- where systemd runs ----------------------------------------------------------------------------------

# A systemctl that notes what it is told, on the machine that has no Docker.
mkdir "$WORK/fake"
cat >"$WORK/fake/systemctl" <<'END'
#!/bin/sh
echo "$*" >>/run/told
case $1 in
show) cat /run/files ;;
is-failed) [ -e /run/failed ] ;;
esac
END
chmod +x "$WORK/fake/systemctl"
rm "$HOOKS/docker.conf"
by_systemd() {
    lab exec h3 rm -f /run/told
    lab exec h3 env "PATH=$WORK/fake:$PATH" FELT_REASON="${1:-renumbered}" FELT_NEW_SUBNET="$(lease h3).0/24" "$HOOKS/lease-changed.d/50-docker"
    TOLD=$(lab exec h3 cat /run/told 2>/dev/null)
}
lab exec h3 sh -c 'mkdir -p /run/systemd/system && echo "/etc/default/docker (ignore_errors=yes)" >/run/files'
before=$(lab exec h3 cat "$ENV")
lab exec h3 ip address flush dev docker0
by_systemd >/dev/null
is "docker.service is restarted if it runs, and not waited for" "$(tail -n 1 <<<"$TOLD")" '--no-block try-restart docker.service'
is "subnet.env, which it does not read, stays as it is" "$(lab exec h3 cat "$ENV")" "$before"
lab exec h3 sh -c ': >/run/failed; echo "/run/flannel/subnet.env (ignore_errors=no)" >>/run/files'
by_systemd >/dev/null
is "where it has failed it is started" "$(tail -n 2 <<<"$TOLD")" 'reset-failed docker.service
--no-block restart docker.service'
like "subnet.env, which it reads now, has its options" "$(options_line h3)" "--bip=$(lease h3).1/24 "
lab exec h3 ip address add "$(lease h3).1/24" dev docker0
by_systemd first >/dev/null
unlike "a docker0 that is in the subnet is no reason for a restart" "$TOLD" restart
by_systemd left >"$WORK/said"
is "nor is it to have no subnet any more" "$(<"$WORK/said")$TOLD" "this machine has no subnet: Docker is left as it is"

for host in h1 h2; do
    dk "$host" rm -f web >/dev/null 2>&1
    stop_docker "$host"
done
done_testing
