#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The cluster's key is rotated under traffic while one machine is down, which comes back with the old key; then
# all are restarted, and the old key is worth nothing.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"

lab_up 3 --network 172.17.0.0/16

keys() {
    lab exec "$1" feltctl keys -o json | jq -r "$2"
}
sealing() {
    keys "$1" '.keys[] | select(.seals).id'
}
step() {
    keys "$1" '.rotation.step // "none"'
}
step_is() {
    [[ $(step "$1") == "$2" && ${3:-$(sealing "$1")} == "$(sealing "$1")" ]]
}
file_has_mode() {
    lab exec "$1" stat -c %a /var/lib/felt/cluster.key
}
file_of() {
    lab exec "$1" sha256sum /var/lib/felt/cluster.key | cut -c 1-16
}
is_ready() {
    [[ $(ctl "$1" status .ready) == true ]]
}
sees() {
    [[ $(ctl "$1" members ".members[] | select(.name == \"$2\").state") == "$3" ]]
}
alone() {
    step_is "$1" none "$NEW"
}

OLD=$(sealing h1)
OLD_FILE=$(file_of h1)
OLD_KEY=$(lab exec h1 cat /var/lib/felt/cluster.key)
TOKEN=$(lab exec h1 feltctl token)
is "there is one key, and no rotation" "$(keys h1 '"\(.keys | length) \(.rotation)"')" "1 null"
SUBNET3=$(subnet h3)
flow c1 "$(lab exec c2 hostname -I | tr -d ' ')"
FLOW_INTERVAL=0.01 flow c2 "$(lab exec c1 hostname -I | tr -d ' ')"

# ---- one machine is down ---------------------------------------------------------------------------

lab stop h3
await_ok "h3 is down" 30 sees h1 h3 dead
out=$(lab exec h1 feltctl keys rotate --grace 1h)
is "the key is rotated" "$?" 0
NEW=$(sed -n 's/^key \([0-9a-f]\{8\}\) is on its way.*/\1/p' <<<"$out")
like "it has an id of its own" "$NEW" '^[0-9a-f]{8}$'
unlike "which is another" "$NEW" "$OLD"
await_ok "h1 seals with it" 20 step_is h1 used "$NEW"
await_ok "and so does h2" 20 step_is h2 used "$NEW"
is "the old one is accepted" "$(keys h2 '.keys[] | select(.seals | not).id')" "$OLD"
waits() {
    [[ $(keys "$1" '.rotation.waits_for[].name') == h3 ]]
}
await_ok "who is down is waited for" 20 waits h1
is "and counted in status" "$(lab exec h1 feltctl status -o json | jq -c '.rotation | [.step, .to, .waits_for]')" "[\"used\",\"$NEW\",1]"
like "status says so" "$(lab exec h1 feltctl status)" 'the old cluster key is accepted for .* more, for members without the new one: h3'
out=$(lab exec h1 feltctl keys rotate 2>&1)
is "a second rotation is refused meanwhile" "$?" 1
like "with the reason" "$out" 'a rotation is under way'
is "each has the new key in its file" "$(file_of h1)" "$(file_of h2)"
unlike "which is not the old one" "$(file_of h1)" "$OLD_FILE"
is "for nobody else to read" "$(file_has_mode h1)" 600
is "who is down has the old one" "$(file_of h3)" "$OLD_FILE"

lab start h3 >/dev/null
await_ok "h3 comes back under the old key" 30 is_ready h3
await_ok "and the rotation ends, for all" 40 alone h1
await_ok "for h2" 20 alone h2
await_ok "for h3" 20 alone h3
is "h3 has its subnet" "$(subnet h3)" "$SUBNET3"
is "and the key in its file" "$(file_of h3)" "$(file_of h1)"
unlike "nobody took anybody else for dead" "$(lab logs h1; lab logs h2)" 'member is dead peer=[0-9a-f]* name=h[12] '
flows_end "while the key is rotated"

# ---- and afterwards --------------------------------------------------------------------------------

lab exec h3 sh -c 'cp /var/lib/felt/cluster.key /tmp/new.key'
for host in h1 h2 h3; do
    lab stop "$host"
done
for host in h1 h2 h3; do
    lab start "$host" >/dev/null
done
for host in h1 h2 h3; do
    await_ok "$host starts with the new key" 30 is_ready "$host"
    is "$host seals with it" "$(sealing "$host")" "$NEW"
    await_ok "$host sees h1" 30 sees "$host" h1 alive
    await_ok "$host sees h2" 30 sees "$host" h2 alive
    await_ok "$host sees h3" 30 sees "$host" h3 alive
done
# T-4.1
unlike "a token is another one now" "$(lab exec h1 feltctl token)" "$TOKEN"
is "no log has a key, neither the old one nor the new one" \
    "$(for host in h1 h2 h3; do lab logs "$host"; done | grep -cF -e "$OLD_KEY" -e "$(lab exec h1 cat /var/lib/felt/cluster.key)")" 0

# The old token: a machine with an empty disk is not heard.
lab stop h3
lab exec h3 sh -c 'rm -rf /var/lib/felt/* /run/flannel/subnet.env'
lab exec h3 sh -c "exec feltd --join '$TOKEN' --control-socket /run/old.sock >/tmp/old.log 2>&1 & echo \$! >/tmp/old.pid"
refused() {
    lab logs h1 | grep -q "sealed with key=$OLD, which was replaced"
}
await_ok "the old token is refused, and h1 says why" 20 refused
is "and who has it is in no cluster" "$(lab exec h3 feltctl --control-socket /run/old.sock status -o json | jq -r .cluster)" null
lab exec h3 sh -c 'kill "$(cat /tmp/old.pid)"'
done_testing
