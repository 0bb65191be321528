# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # who reads this in uses what it sets
# An etcd with its v2 interface, at the switch of a lab, which all hosts reach. After lab.sh.

for tool in etcd etcdctl openssl curl; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed; contrib/install-deps --check"
done
[[ -x $FELT_BUILD/src/etcd/felt-etcd-bridge ]] || skip_all "felt-etcd-bridge was not built: no libcurl"

ETCD_HOST=192.0.2.254
ETCD_PREFIX=/coreos.com/network
ETCD=http://$ETCD_HOST:2379

# etcd_up [ARG]...: a fresh one; what it wants besides a data directory and addresses.
etcd_up() {
    rm -rf "$WORK/etcd"
    ETCD_ARGS=(--enable-v2 "$@")
    etcd_start
}
# With the data that it had.
etcd_start() {
    lab exec switch bash -c 'echo $$ >"$1/etcd.pid"; shift; exec etcd "$@"' bash "$WORK" --name lab \
        --data-dir "$WORK/etcd" --listen-client-urls "$ETCD" --advertise-client-urls "$ETCD" \
        --listen-peer-urls http://127.0.0.1:2380 "${ETCD_ARGS[@]}" >>"$WORK/etcd.log" 2>&1 &
    await 30 etcd_answers || diag "etcd does not come up: $(tail -n 5 "$WORK/etcd.log")"
}
etcd_answers() {
    etcd_curl "$ETCD/version" >/dev/null
}
# etcd_kill [SIGNAL]: and it is gone.
etcd_kill() {
    lab exec switch kill -"${1:-TERM}" "$(<"$WORK/etcd.pid")"
    await 20 etcd_is_gone
}
etcd_is_gone() {
    ! lab exec switch kill -0 "$(<"$WORK/etcd.pid")" 2>/dev/null
}

# CURL_ARGS: what a TLS etcd needs.
CURL_ARGS=()
etcd_curl() {
    lab exec switch curl --silent --show-error --fail --noproxy '*' --max-time 10 "${CURL_ARGS[@]}" "$@"
}
# etcd_put NAME VALUE [TTL [QUERY]]: as a flanneld puts it. NAME is below the prefix.
etcd_put() {
    local ttl=()
    [[ -z ${3:-} ]] || ttl=(--data "ttl=$3")
    etcd_curl -X PUT "$ETCD/v2/keys$ETCD_PREFIX/$1${4:+?$4}" --data-urlencode "value=$2" "${ttl[@]}" >/dev/null
}
# etcd_value NAME: what is there. etcd_names: the keys of leases.
etcd_value() {
    etcd_curl "$ETCD/v2/keys$ETCD_PREFIX/$1" | jq -r .node.value
}
etcd_names() {
    etcd_curl "$ETCD/v2/keys$ETCD_PREFIX/subnets" | jq -r '.node.nodes[]?.key' | sed 's|.*/||' | LC_ALL=C sort -V
}
etcd_rm() {
    etcd_curl -X DELETE "$ETCD/v2/keys$ETCD_PREFIX/$1" >/dev/null
}
# etcd_ctl ARG...: etcdctl, as the guide has it.
etcd_ctl() {
    lab exec switch env ETCDCTL_API=2 etcdctl --endpoints "$ETCD" "$@"
}

# lease_json IP MAC: as flanneld v0.10.0 writes it.
lease_json() {
    printf '{"PublicIP":"%s","BackendType":"vxlan","BackendData":{"VtepMAC":"%s"}}' "$1" "$2"
}

# bridge HOST ARG...: felt-etcd-bridge on a host.
bridge() {
    local host=$1
    shift
    lab exec "$host" "$FELT_BUILD/src/etcd/felt-etcd-bridge" --etcd-endpoints "$ETCD" "$@"
}

# bridge_start HOST [OPTION]...: a sync that runs on; bridge_kill HOST [SIGNAL]: and it is gone.
bridge_start() {
    lab exec "$1" bash -c 'echo $$ >"$1/sync-$2.pid"; exec "$3" --etcd-endpoints "${@:4}" sync' bash \
        "$WORK" "$1" "$FELT_BUILD/src/etcd/felt-etcd-bridge" "$ETCD" "${@:2}" >>"$WORK/sync-$1.log" 2>&1 &
}
bridge_kill() {
    lab exec "$1" kill -"${2:-TERM}" "$(<"$WORK/sync-$1.pid")"
    await 20 bridge_is_gone "$1"
}
bridge_is_gone() {
    ! lab exec "$1" kill -0 "$(<"$WORK/sync-$1.pid")" 2>/dev/null
}
