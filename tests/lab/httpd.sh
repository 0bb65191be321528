#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# felt-httpd as feltd starts it: health in flannel's words, metrics for a real Prometheus, JSON, and
# the page in a real browser; without privileges, unharmed by slow clients, supervised, and gone
# with feltd.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
command -v curl >/dev/null || skip_all "curl is not installed; contrib/install-deps --check"
[[ -x $builddir/src/httpd/felt-httpd ]] || skip_all "felt-httpd is not built: configure found no libmicrohttpd"

PAGE=http://127.0.0.1:9470 HEALTH=http://192.0.2.1:10254
lab_up 3 --network 172.17.0.0/16 --feltd-arg --healthz-port=10254 --feltd-arg --metrics-listen=127.0.0.1:9470

# get PATH-OR-URL [CURL-ARG]...: of h1.
get() {
    local url=$1
    [[ $url == http* ]] || url=$PAGE$url
    lab exec h1 curl -sS --max-time 20 "${@:2}" "$url" 2>&1
}
code() {
    get "$1" -o /dev/null -w '%{http_code}' "${@:2}"
}
# json PATH JQ...
json() {
    get "$1" | jq -r "${@:2}"
}
says() {
    [[ $(code "$1") == "$2" ]]
}
# value METRIC: of h1 at the moment.
value() {
    get /metrics | awk -v name="$1" '$1 == name { print $2 }'
}
# The felt-httpd of h1 and its parent, as the host numbers them.
httpd_pid() {
    lab exec h1 pgrep -P "$(lab pid h1)" -x felt-httpd
}

# ---- health ----------------------------------------------------------------------------------------

await_ok "readyz becomes 200" 20 says "$HEALTH/readyz" 200
is "readyz has flannel's words, to the byte" "$(get "$HEALTH/readyz" | od -An -c | tr -d ' \n')" "flanneldisready"
is "healthz has flannel's words, to the byte" "$(get "$HEALTH/healthz" | od -An -c | tr -d ' \n')" "flanneldisrunning"
is "HEAD is answered without a body" "$(get "$HEALTH/healthz" -I | tr -d '\r' | awk 'NR == 1 { print $2 } /^Content-Length/ { print $2 }' | paste -sd' ')" "200 19"
is "the health port has nothing else" "$(code "$HEALTH/metrics") $(code "$HEALTH/v1/status") $(code "$HEALTH/")" "404 404 404"
is "the other one has health, too" "$(code /healthz) $(code /readyz)" "200 200"
is "whatever would change something is refused" "$(for m in POST PUT DELETE OPTIONS; do code /v1/status -X "$m" -d x=1; printf ' '; done)" "405 405 405 405 "

# ---- without privileges ----------------------------------------------------------------------------

status_of() {
    lab exec h1 awk -v key="$2:" '$1 == key { $1 = ""; print substr($0, 2) }' "/proc/$1/status"
}
PID=$(httpd_pid)
unlike "it is not root" "$(status_of "$PID" Uid)" '(^| )0( |$)'
is "it has no capability" "$(status_of "$PID" CapPrm)$(status_of "$PID" CapEff)" "00000000000000000000000000000000"
is "and gets none" "$(status_of "$PID" NoNewPrivs)" 1
is "it holds no file of feltd" "$(lab exec h1 bash -c "ls -l /proc/$PID/fd | grep -cE 'netlink|felt/|state'")" 0

# ---- JSON ------------------------------------------------------------------------------------------

is "/v1/members has what feltctl members has" "$(json /v1/members '[.members[].name] | join(" ")')" "h1 h2 h3"
is "/v1/leases has three" "$(json /v1/leases '.leases | length')" 3
is "/v1/slots has all of the network" "$(json /v1/slots '.total == ([.runs[].count] | add)')" true
is "/v1/reservations has none yet" "$(json /v1/reservations '.reservations | length')" 0
like "/v1/events has what has happened" "$(json /v1/events '[.events[].kind] | join(" ")')" 'lease_taken.*member_alive'
LAST=$(json /v1/events '.events[-1].number')
is "and of those that come after a number only they" "$(json "/v1/events?after=$((LAST - 1))" '.events[0].number')" "$LAST"
is "what is not there is 404" "$(code /v1/nothing)" 404

# ---- metrics ---------------------------------------------------------------------------------------

if command -v promtool >/dev/null; then
    is "promtool finds nothing to say about the metrics" "$(get /metrics | promtool check metrics 2>&1)" ""
else
    skip "promtool finds nothing to say about the metrics" "prometheus is not installed; contrib/install-deps --check"
fi
# names_of: metrics that a text is about, a line each.
names_of() {
    grep -oE 'felt_[a-z0-9_]+' | sort -u
}
has_paths() {
    get /metrics | grep -q '^felt_peer_path_round_trip_seconds'
}
await_ok "the overlay was tried" 60 has_paths
is "each metric is in the manual page" \
    "$(comm -23 <(get /metrics | sed -n 's/^# TYPE //p' | names_of) <(names_of <"$srcdir/doc/man/felt-httpd.8"))" ""
is "and each of the manual page is there" \
    "$(comm -13 <(get /metrics | sed -n 's/^# TYPE //p' | names_of) <(names_of <"$srcdir/doc/man/felt-httpd.8"))" ""
is "members are counted by state" "$(value 'felt_members{state="alive"}')" 3
PASSES=$(value felt_kernel_passes_total) REPAIRS=$(value felt_kernel_repairs_total)
lab exec h1 ip link del flannel.1
repaired() {
    (($(value felt_kernel_repairs_total) >= REPAIRS + 3))
}
await_ok "a lost device is a repair, and so is each peer on it" 10 repaired
like "which took passes" "$(($(value felt_kernel_passes_total) - PASSES))" '^[1-9]'

# It takes its time, and is asked at the end.
RULES=$(readlink -f "$srcdir/contrib/prometheus/felt.rules.yml")
PROMETHEUS=
if command -v prometheus >/dev/null; then
    cat >"$WORK/prometheus.yml" <<END
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: ["$RULES"]
scrape_configs:
  - job_name: felt
    static_configs: [{targets: ["127.0.0.1:9470"]}]
END
    lab exec h1 bash -c 'echo $$ >"$1/prometheus.pid"; exec prometheus --config.file="$1/prometheus.yml" \
        --storage.tsdb.path="$1/tsdb" --web.listen-address=127.0.0.1:9090 >"$1/prometheus.log" 2>&1' bash "$WORK" &
    PROMETHEUS=$!
fi

# ---- slow clients ----------------------------------------------------------------------------------

# 200 that say half a word and then nothing; places are 64.
lab exec h1 bash -c '
    fds=()
    for ((i = 0; i < 200; i++)); do
        exec {fd}<>/dev/tcp/127.0.0.1/9470 && printf "GET /v1/mem" >&$fd && fds+=($fd)
    done
    echo "${#fds[@]}" >"$1"
    exec cat' bash "$WORK/slow" < <(while [[ -d $WORK && ! -e $WORK/slow-end ]]; do sleep 0.2; done) >/dev/null 2>&1 &
SLOW=$!
await 20 test -s "$WORK/slow"
is "200 slow clients come" "$(<"$WORK/slow")" 200
is "and one that is not slow is answered among them" "$(code /v1/status) $(code "$HEALTH/healthz")" "200 200"
like "feltd has a handful of connections at most" "$(lab exec h1 bash -c "ss -xH state connected src /run/felt/feltd.sock | wc -l")" '^[0-4]$'
: >"$WORK/slow-end"
wait "$SLOW"

# ---- the page --------------------------------------------------------------------------------------

lab kill h3
dead() {
    [[ $(json /v1/members '.members[] | select(.name == "h3").state') == dead ]]
}
await_ok "a member dies" 30 dead

# browse NAME OPTION...: the page once it has its figures.
browse() {
    lab exec h1 timeout 90 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$WORK/$1" --window-size=1400,1300 --virtual-time-budget=4000 "${@:2}" "$PAGE/" 2>"$WORK/$1.log"
}
# in_page NAME REGEX
in_page() {
    like "$1" "$DOM" "$2"
}
if command -v chromium >/dev/null; then
    browse light --screenshot="$WORK/light.png" >/dev/null &
    LIGHT=$!
    browse dark --screenshot="$WORK/dark.png" --blink-settings=preferredColorScheme=0 >/dev/null &
    DARK=$!
    DOM=$(browse dom --enable-logging=stderr --dump-dom)
    wait "$LIGHT" "$DARK"
    in_page "the page in a browser is live" '<body data-state="live"'
    in_page "says who it is" '<h1 id="name">h1</h1>'
    in_page "and what is wrong" '<li>1 member is dead: h3 '
    in_page "draws this node" '<g class="member alive self" data-name="h1"'
    in_page "and a living one" '<g class="member alive" data-name="h2"'
    in_page "and the dead one" '<g class="member dead" data-name="h3"'
    in_page "has the map" '<small id="map-note">255 subnets, 3 owners'
    in_page "and events" 'data-kind="member_dead"'
    unlike "and nothing was refused by its policy, or went wrong" "$(cat "$WORK/dom.log")" 'CONSOLE|Content Security Policy|Uncaught'
    # KEEP_PAGE=DIR keeps them, to be looked at.
    for shot in light dark; do
        like "there is a picture of it, $shot" "$(head -c 8 "$WORK/$shot.png" | od -An -tx1 | tr -d ' \n') $(($(stat -c %s "$WORK/$shot.png") / 40000))" '^89504e470d0a1a0a [1-9]'
    done
    unlike "which are not the same" "$(cmp "$WORK/light.png" "$WORK/dark.png" && echo same)" same
    [[ ! ${KEEP_PAGE-} ]] || cp "$WORK/light.png" "$WORK/dark.png" "$KEEP_PAGE/"
else
    skip "the page in a browser is live" "chromium is not installed; contrib/install-deps --check"
fi

# ---- Prometheus ------------------------------------------------------------------------------------

prometheus_asks() {
    lab exec h1 curl -sS --max-time 5 "http://127.0.0.1:9090/api/v1/query" --data-urlencode "query=$1" |
        jq -r '[.data.result[].value[1]] | sort | join(" ")'
}
scraped() {
    [[ $(prometheus_asks 'felt_members{state="dead"}') == 1 ]]
}
alerted() {
    [[ $(prometheus_asks 'ALERTS{alertname="FeltMemberDead"}') == 1 ]]
}
if [[ $PROMETHEUS ]]; then
    await_ok "a real Prometheus scrapes it" 60 scraped
    is "promtool finds nothing wrong with the alerts" "$(promtool check rules "$RULES" 2>&1 | grep -ciE 'fail|error|lint')" 0
    await_ok "and the one about a dead member is on its way" 20 alerted
    is "and no other" "$(prometheus_asks 'count(ALERTS)')" 1
    is "its target is up" "$(prometheus_asks up)" 1
    is "the living one's round trip is there" "$(prometheus_asks 'count(felt_peer_round_trip_seconds{peer="h2"})')" 1
    is "no sample came twice" "$(prometheus_asks 'scrape_samples_scraped - scrape_samples_post_metric_relabeling')" 0
    lab exec h1 kill -TERM "$(<"$WORK/prometheus.pid")"
    wait "$PROMETHEUS"
else
    skip "a real Prometheus scrapes it" "prometheus is not installed; contrib/install-deps --check"
fi

# ---- a feltd that hangs, and its end ---------------------------------------------------------------

FELTD=$(lab pid h1)
lab exec h1 kill -STOP "$FELTD"
await_ok "a feltd that hangs is 503" 10 says "$HEALTH/healthz" 503
like "and why" "$(get "$HEALTH/healthz")" '^feltd does not answer: /run/felt/feltd.sock: it hangs$'
like "readyz says so, too" "$(get "$HEALTH/readyz")" '^flanneld is not ready yet: feltd does not answer'
is "the metrics have it as down" "$(value felt_up)" 0
is "and JSON as an error" "$(code /v1/status) $(json /v1/status 'has("error")')" "503 true"
lab exec h1 kill -CONT "$FELTD"
await_ok "when it goes on it is 200 again" 10 says "$HEALTH/healthz" 200

PID=$(httpd_pid)
lab exec h1 kill -KILL "$PID"
back() {
    local now
    now=$(httpd_pid) && [[ $now != "$PID" ]] && says "$HEALTH/healthz" 200
}
await_ok "a felt-httpd that is killed is started again" 15 back
PID=$(httpd_pid)
httpd_gone() {
    ! lab exec h1 test -d "/proc/$PID"
}
lab kill h1
await_ok "a feltd that is killed takes it along" 10 httpd_gone

# ---- a port that is taken --------------------------------------------------------------------------

lab exec h1 bash -c 'echo $$ >"$1"; exec python3 -m http.server --bind 127.0.0.1 9470' bash "$WORK/taker" >/dev/null 2>&1 &
TAKER=$!
taken() {
    lab exec h1 bash -c ': </dev/tcp/127.0.0.1/9470'
}
await 20 taken || diag "the port is not taken"
lab start h1 >/dev/null
problem() {
    ctl h1 status '.problems | join("\n")'
}
named() {
    [[ $(problem) == *felt-httpd* ]]
}
await_ok "feltd runs where its port is taken, and status names that" 20 named
like "with what to do" "$(problem)" 'felt-httpd does not run: cannot listen on 127.0.0.1:9470: another program has the port \(ss -ltnp'
lab exec h1 kill "$(<"$WORK/taker")"
wait "$TAKER" 2>/dev/null
unnamed() {
    ! named && says "$HEALTH/healthz" 200
}
await_ok "once it is free felt-httpd runs, and nothing is wrong with it" 90 unnamed
done_testing
