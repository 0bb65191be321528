#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# felt-etcd-bridge import against a real etcd, plain, with TLS and with users (B-10.5): what is done, and that
# nothing is done where something is wrong, which is said.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/etcd_server.sh"

lab_up 1 --bare
CONFIG='{ "Network": "172.17.0.0/16", "Backend": {"Type": "vxlan"} }'
MAC=82:4b:b6:2f:54:4e
ETC=$WORK/etc-felt # instead of /etc/felt, which is the machine's

# on_h1 COMMAND ARG...
on_h1() {
    bridge h1 "$@" --net-config-path "$ETC/net-conf.json" --reservations "$ETC/reservations.json"
}

# refused NAME STATUS REGEX ARG...: the bridge says so, ends with that status, and has changed nothing.
refused() {
    local name=$1 status=$2 regex=$3 before after output code=0
    shift 3
    before=$(founder_dump; etcd_dump)
    output=$(on_h1 "$@" 2>&1) || code=$?
    after=$(founder_dump; etcd_dump)
    like "$name is said" "$output" "$regex"
    like "$name: status" "$code" "^($status)\$"
    is "$name: nothing has changed" "$after" "$before"
}
etcd_dump() {
    etcd_curl "$ETCD/v2/keys/?recursive=true" 2>/dev/null | jq -c '[.. | objects | select(.value) | [.key, .value, .modifiedIndex]] | sort' 2>/dev/null
}
founder_dump() {
    cat "$ETC"/*.json 2>/dev/null
}
# ---- what is wrong ---------------------------------------------------------------------------------

refused "that nobody listens" 3 "etcd cannot be reached: http://$ETCD_HOST:2379: Connection refused" import
etcd_up
refused "that there is no configuration" 1 "has no key $ETCD_PREFIX/config; is --etcd-prefix that of flanneld" import
etcd_put config '{"Network":"172.17.0.0/16"}'
refused "a configuration that means udp" 1 'is no network of felt: it names no Backend, which means udp' import
etcd_put config 'garbage'
refused "garbage as configuration" 1 "$ETCD_PREFIX/config of etcd is no network of felt" import
etcd_put config "$CONFIG"
refused "another prefix" 1 "has no key /other/config" import --etcd-prefix /other
refused "a password among the arguments" 2 "every user of a machine can read a process's arguments" \
    import --etcd-username root --etcd-password s3cret

# ---- a dry run, and the real one -------------------------------------------------------------------

etcd_put subnets/172.17.21.0-24 "$(lease_json 192.0.2.1 $MAC)" 86400
etcd_put subnets/172.17.22.0-24 "$(lease_json 192.0.2.2 $MAC)" 86400
etcd_put subnets/172.17.40.0-24 '{"PublicIP":"192.0.2.4"}'
etcd_put subnets/172.17.41.0-24 "$(lease_json 192.0.2.4 $MAC)" 86400
etcd_put subnets/10.0.0.0-24 "$(lease_json 192.0.2.9 $MAC)" 86400
etcd_put subnets/rubbish rubbish

refused "a dry run" 0 '172\.17\.21\.0/24 +192\.0\.2\.1 +vxlan +82:4b:b6:2f:54:4e +2[34]h +yes' import --dry-run
is "as JSON it has the leases, what is old, and what is skipped" \
    "$(on_h1 import --dry-run -o json | jq -c '[.leases[] | [.subnet, .public_ip, .reserved]], ([.skipped[].key] | sort), .done')" \
    '[["172.17.21.0/24","192.0.2.1",true],["172.17.22.0/24","192.0.2.2",true],["172.17.40.0/24","192.0.2.4",true],["172.17.41.0/24","192.0.2.4",false]]
["subnets/10.0.0.0-24","subnets/rubbish"]
false'
check "the import" on_h1 import
is "the founder's configuration is etcd's" "$(cat "$ETC/net-conf.json")" \
    '{"Network":"172.17.0.0/16","Backend":{"Type":"vxlan"}}'
RESERVATIONS='[{"PublicIP":"192.0.2.1","Subnet":"172.17.21.0/24"},{"PublicIP":"192.0.2.2","Subnet":"172.17.22.0/24"},{"PublicIP":"192.0.2.4","Subnet":"172.17.40.0/24"}]'
is "and so are the reservations" "$(jq -c . "$ETC/reservations.json")" "$RESERVATIONS"
rm "$ETC/net-conf.json"
check "one that was interrupted is begun again" on_h1 import --once
is "and ends as it should" "$(ls "$ETC")" "net-conf.json
reservations.json"
etcd_put config '{"Network":"172.18.0.0/16","Backend":{"Type":"vxlan"}}'
refused "a configuration that contradicts the founder's" 1 \
    'not one network: etcd has Network 172\.18\.0\.0/16, and [^ ]*/net-conf.json has 172\.17\.0\.0/16' import
etcd_put config "$CONFIG"

# ---- into a cluster that runs ----------------------------------------------------------------------

reserved() {
    lab exec h1 feltctl reservations -o json | jq -c '[.reservations[] | [.subnet, .whom]] | sort'
}
check "the founder starts" lab start h1 --net-config-path "$ETC/net-conf.json" --reservations "$ETC/reservations.json"
is "with the subnet that is reserved for its address" "$(subnet h1)" 172.17.21
BEFORE=$(reserved)
etcd_put subnets/172.17.60.0-24 "$(lease_json 192.0.2.6 $MAC)" 86400
like "a dry run says what it would do" "$(on_h1 import --dry-run)" "4 reservations would be made in feltd's cluster"
is "and does nothing" "$(reserved)" "$BEFORE"
like "what is new in etcd is reserved" "$(on_h1 import)" "4 reservations made in feltd's cluster"
is "for its address" "$(reserved)" "$(jq -c '. + [["172.17.60.0/24","192.0.2.6"]] | sort' <<<"$BEFORE")"
check "which can be said again" on_h1 import
is "and changes nothing" "$(reserved | jq length)" "$(($(jq length <<<"$BEFORE") + 1))"
etcd_put config '{"Network":"172.18.0.0/16","Backend":{"Type":"vxlan"}}'
refused "a configuration that contradicts the cluster's" 1 \
    'not one network: etcd has Network 172\.18\.0\.0/16, and the cluster has 172\.17\.0\.0/16' import
etcd_put config "$CONFIG"
lab stop h1

etcd_kill
check "once more, with --once, needs no etcd" on_h1 import --once

# ---- users -----------------------------------------------------------------------------------------

etcd_start
etcd_curl -X PUT "$ETCD/v2/auth/users/root" -H 'Content-Type: application/json' -d '{"user":"root","password":"pw"}' >/dev/null
etcd_curl -X PUT "$ETCD/v2/auth/enable" >/dev/null
etcd_curl -u root:pw -X DELETE "$ETCD/v2/auth/roles/guest" >/dev/null
CURL_ARGS=(-u root:pw)
(umask 077 && echo pw >"$WORK/password" && echo wrong >"$WORK/wrong")
refused "that a user is missing" 1 'etcd wants a user \(HTTP 401\): --etcd-username' import
refused "a wrong password" 1 'etcd refuses user root \(HTTP 401\): either the password is wrong' \
    import --etcd-username root --etcd-password-file "$WORK/wrong"
check "the right one is taken" on_h1 import --etcd-username root --etcd-password-file "$WORK/password"
check "and from the environment" lab exec h1 env FLANNELD_ETCD_PASSWORD=pw FLANNELD_ETCD_USERNAME=root \
    FLANNELD_ETCD_ENDPOINTS="http://192.0.2.254:2378,$ETCD" FELTD_NET_CONFIG_PATH="$ETC/net-conf.json" \
    FELTD_RESERVATIONS="$ETC/reservations.json" "$FELT_BUILD/src/etcd/felt-etcd-bridge" import
etcd_kill
CURL_ARGS=()

# ---- TLS -------------------------------------------------------------------------------------------

certificate() { # NAME CA SUBJECT-ALT-NAME
    openssl req -quiet -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$WORK/$1.key" -subj "/CN=$1" -out "$WORK/$1.csr" 2>/dev/null ||
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$WORK/$1.key" -subj "/CN=$1" -out "$WORK/$1.csr" 2>/dev/null
    openssl x509 -req -in "$WORK/$1.csr" -CA "$WORK/$2.pem" -CAkey "$WORK/$2.key" -CAcreateserial -days 2 -out "$WORK/$1.pem" \
        -extfile <(printf 'subjectAltName=%s\n' "$3") 2>/dev/null
}
for ca in ca other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$WORK/$ca.key" -out "$WORK/$ca.pem" -subj "/CN=$ca" 2>/dev/null
done
certificate server ca "IP:$ETCD_HOST"
certificate client ca DNS:client
certificate stranger other DNS:stranger

PLAIN=$ETCD ETCD=https://$ETCD_HOST:2379
CURL_ARGS=(--cacert "$WORK/ca.pem" --cert "$WORK/client.pem" --key "$WORK/client.key")
etcd_up --cert-file "$WORK/server.pem" --key-file "$WORK/server.key" --client-cert-auth --trusted-ca-file "$WORK/ca.pem"
etcd_put config "$CONFIG"
etcd_put subnets/172.17.21.0-24 "$(lease_json 192.0.2.1 $MAC)" 86400
TLS=(--etcd-cafile "$WORK/ca.pem" --etcd-certfile "$WORK/client.pem" --etcd-keyfile "$WORK/client.key")
check "with TLS and a client's certificate" on_h1 import "${TLS[@]}"
refused "a wrong CA" 3 "does not stand up to --etcd-cafile $WORK/other.pem" import "${TLS[@]}" --etcd-cafile "$WORK/other.pem"
refused "no CA" 3 'is of no CA that this system knows.*--etcd-cafile' import
refused "no client's certificate" '1|3' 'it does not take clients without a certificate.*--etcd-certfile|it hung up: ' import --etcd-cafile "$WORK/ca.pem"
# Where it hangs up before its reason was read, that is all there is to see.
refused "a certificate of another CA" '1|3' "it does not take the client's certificate|it hung up: .*does it know the CA of --etcd-certfile" \
    import --etcd-cafile "$WORK/ca.pem" --etcd-certfile "$WORK/stranger.pem" --etcd-keyfile "$WORK/stranger.key"
refused "a key that is not the certificate's" 1 "--etcd-certfile $WORK/client.pem and --etcd-keyfile $WORK/server.key cannot be used" \
    import "${TLS[@]}" --etcd-keyfile "$WORK/server.key"
refused "plain HTTP to it" 3 "it hung up: without an answer; where it speaks TLS its endpoint begins with https://" import --etcd-endpoints "$PLAIN"
etcd_kill
CURL_ARGS=()
ETCD=$PLAIN

# ---- no v2 -----------------------------------------------------------------------------------------

etcd_up --enable-v2=false
refused "an etcd without v2" 3 'it has no v2 interface .*--enable-v2' import
etcd_kill
done_testing
