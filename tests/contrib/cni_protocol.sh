#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The CNI plugin 'felt' as a runtime sees it, with a stand-in for bridge that writes down what it was
# asked: errors in CNI form, what is kept from ADD to DEL, GC. The real bridge is in tests/lab/cni.sh.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/tap.sh"
command -v jq >/dev/null || skip_all "jq is not installed; contrib/install-deps --check"
felt=$(readlink -f "$builddir/src/cni/felt")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
data=$work/data

cat >"$work/bin/bridge" <<END
#!/bin/bash
jq -c --arg command "\$CNI_COMMAND" --arg id "\${CNI_CONTAINERID-}" --arg netns "\${CNI_NETNS-none}" \
    '{\$command, \$id, \$netns, conf: .}' >>"$work/asked"
[[ ! -e "$work/answer" ]] || cat "$work/answer"
exit "\$(cat "$work/status" 2>/dev/null || echo 0)"
END
chmod +x "$work/bin/bridge"

env_file() {
    printf 'FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=%s\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n' "$1" >"$work/subnet.env"
}
# conf [JQ]: the configuration on standard input, perhaps changed.
conf() {
    jq -nc --arg data "$data" --arg env "$work/subnet.env" \
        '{cniVersion: "1.0.0", name: "net", type: "felt", subnetFile: $env, dataDir: $data} | '"${1:-.}"
}
# call COMMAND [JQ [ID [INTERFACE]]]: output in $out, exit status in $status, requests in $asked.
call() {
    rm -f "$work/asked"
    status=0
    out=$(conf "${2-}" | CNI_COMMAND=$1 CNI_CONTAINERID=${3-c1} CNI_IFNAME=${4-eth0} CNI_NETNS=/proc/self/ns/net \
        CNI_PATH=$work/none:$work/bin "$felt") || status=$?
    asked=$(cat "$work/asked" 2>/dev/null)
}
kept() {
    find "$data" -type f -printf '%f\n' | LC_ALL=C sort | paste -sd' '
}
error() {
    jq -r '"\(.cniVersion) \(.code) \(.msg)"' <<<"$out"
}
plugin_answers() {
    printf '%s' "$1" >"$work/answer"
    printf '%s' "${2:-0}" >"$work/status"
}

# ---- VERSION -----------------------------------------------------------------------------------

is "VERSION lists what the plugin knows, without a configuration" \
    "$(CNI_COMMAND=VERSION "$felt" </dev/null | jq -c .supportedVersions)" \
    '["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]'
is "VERSION answers in the version that it was asked in" \
    "$(echo '{"cniVersion":"0.4.0","name":"net"}' | CNI_COMMAND=VERSION "$felt" | jq -r .cniVersion)" 0.4.0

# ---- errors ------------------------------------------------------------------------------------

call ADD
is "without subnet.env ADD asks to be called again later" "$(error)" \
    "1.0.0 11 $work/subnet.env is not there: feltd has no subnet yet, see 'feltctl status'"
is "and fails" "$status" 1
env_file 10.5.72.1/24
call ADD '.cniVersion = "7.0.0"'
like "an unknown version has code 1" "$(error)" "^0.1.0 1 cniVersion '7.0.0' is not known"
call ADD '.delegate = 7'
like "a wrong configuration has code 7" "$(error)" "^1.0.0 7 'delegate' is not an object"
call ADD . ../c1
like "a container id that is a path has code 4" "$(error)" "4 CNI_CONTAINERID '../c1'"
call ADD '.delegate = {type: "nonesuch"}'
like "a plugin that is nowhere is named, and where it was looked for" "$(error)" "^1.0.0 100 the plugin 'nonesuch' is in none of $work/none:$work/bin"
plugin_answers '{"cniVersion":"1.0.0","code":103,"msg":"no","details":"really"}' 1
call ADD
is "the plugin's own error is handed up as it is" "$(jq -c '[.code, .msg, .details]' <<<"$out")" '[103,"no","really"]'
plugin_answers 'panic: x' 2
call ADD
is "where it is none, what it printed and its status are" "$(error)" \
    "1.0.0 100 $work/bin/bridge ended with status 2, and said: panic: x"
mkdir "$work/blocked" && : >"$work/blocked/file"
call ADD '.dataDir = "'"$work"'/blocked/file"'
like "what cannot be kept is not begun" "$(error)$asked" "^1.0.0 5 cannot keep what DEL will need in $work/blocked/file: Not a directory$"
call CHECK '.cniVersion = "0.3.1"'
is "CHECK came with 0.4.0" "$(error)" "0.3.1 1 cniVersion 0.3.1 has no CHECK"

# ---- ADD, CHECK, DEL ---------------------------------------------------------------------------

plugin_answers '{"cniVersion":"1.0.0","ips":[]}'
call ADD
is "ADD hands the plugin's result up" "$status $out" '0 {"cniVersion":"1.0.0","ips":[]}'
is "it was asked for the subnet and the MTU of subnet.env" \
    "$(jq -c '[.command, .id, .conf.ipam.ranges[0][0].subnet, .conf.mtu, .conf.ipMasq]' <<<"$asked")" \
    '["ADD","c1","10.5.72.0/24",1450,false]'
plugin_answers ''
call CHECK '.prevResult = {ips: []}' c1
is "CHECK asks the plugin, with the previous result" "$status $(jq -c '[.command, .conf.prevResult]' <<<"$asked")" '0 ["CHECK",{"ips":[]}]'
call CHECK '.prevResult = {ips: [{gateway: "2001:db8::1"}, {gateway: "10.5.72.1"}], routes: [{dst: "10.5.0.0/16"}, {dst: "0.0.0.0/0", gw: "10.5.72.9"}]}'
is "with the gateways that routes have in the kernel" "$(jq -c '[.conf.prevResult.routes[].gw]' <<<"$asked")" '["10.5.72.1","10.5.72.9"]'
call CHECK '.prevResult = {}' c2
is "CHECK of who was never added has code 3" "$(error)" "1.0.0 3 eth0 of container c2 was never added"
call CHECK
is "and without a previous result code 7" "$(error)" "1.0.0 7 'prevResult' is missing"

env_file 10.5.9.1/24
call CHECK '.prevResult = {}'
like "after the subnet has changed CHECK says so" "$(error)" "^1.0.0 101 the container is in a subnet that this machine had before; it has 10.5.9.0/24 now"
plugin_answers '{"code":100,"msg":"\"cni0\" already has an IP address different from 10.5.9.1/24"}' 1
call ADD . c2
is "while a container is in the former subnet the bridge keeps its address" "$(jq -c .conf.forceAddress <<<"$asked")" null
like "and its refusal is explained" "$(jq -r .details <<<"$out")" "^1 containers of 'net' are in a subnet that this machine had before; it has 10.5.9.0/24 now: restart them"
plugin_answers '' 0
call DEL . c2
plugin_answers '{"code":1,"msg":"busy"}' 1
call DEL
is "a DEL that fails" "$status" 1
plugin_answers '' 0
call DEL
is "can be called again, and asks for what ADD asked for" "$status $(jq -c '[.command, .conf.ipam.ranges[0][0].subnet]' <<<"$asked")" '0 ["DEL","10.5.72.0/24"]'
call DEL
is "a second DEL finds nothing to do" "$status$asked" 0
call ADD . c2
is "with nobody left in it, the bridge may change its address" "$(jq -c .conf.forceAddress <<<"$asked")" true

# ---- what flannel's plugin has left ------------------------------------------------------------

echo '{"cniVersion":"0.3.1","name":"net","type":"bridge","ipam":{"type":"host-local","ranges":[[{"subnet":"10.5.1.0/24"}]]}}' >"$data/old"
call DEL . old
is "a container that flannel's plugin added is removed" "$status $(jq -c '.conf.ipam.ranges[0][0].subnet' <<<"$asked") $(kept)" '0 "10.5.1.0/24" c2'
echo '{"cniV' >"$data/torn"
call DEL . torn
is "where what was kept is torn, DEL asks for what ADD would ask for now" "$status $(jq -c '.conf.ipam.ranges[0][0].subnet' <<<"$asked") $(kept)" '0 "10.5.9.0/24" c2'

# ---- STATUS and GC -----------------------------------------------------------------------------

call STATUS '.cniVersion = "1.1.0"'
is "STATUS asks the plugin" "$status $(jq -r .command <<<"$asked")" "0 STATUS"
call STATUS '.cniVersion = "1.1.0" | .subnetFile = "/nonexistent"'
like "and without a subnet has code 50" "$(error)" "^1.1.0 50 /nonexistent is not there"

call ADD . c3
call ADD . c3 net1
call ADD '.name = "another"' c4
call GC '.cniVersion = "1.1.0" | .["cni.dev/valid-attachments"] = [{containerID: "c2", ifname: "eth0"}, {containerID: "c3", ifname: "net1"}]'
is "GC undoes what the runtime does not name, without a namespace, and then asks the plugin" \
    "$status $(jq -c '[.command, .id, .netns]' <<<"$asked" | paste -sd' ')" \
    '0 ["DEL","c3","none"] ["GC","","none"]'
is "but nothing of another network" "$(kept)" "c2 c3:net1 c4"
call GC '.cniVersion = "1.1.0"'
is "without a list GC undoes nothing" "$(error) $(kept)" "1.1.0 7 'cni.dev/valid-attachments' is missing c2 c3:net1 c4"
done_testing
