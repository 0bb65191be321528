/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the packet filter of this machine as the options and the lease want it. Runs passes
 * (agent/rules_pass.h) in a thread of its own, because nft and iptables may wait for a lock that
 * somebody else holds, and gossip must not: when something is set, when nftables tells of a change,
 * once a minute for good measure, and every --iptables-resync seconds for iptables-legacy, which
 * tells nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "agent/rules_pass.h"
#include "base/idiom.h"

struct felt_rules;

struct felt_rules_config {
    sd_event *event;
    struct felt_rules_setting setting;
    void (*changed)(void *userdata); /* felt_rules_settled() or felt_rules_error() did */
    void *userdata;
};

/* Nothing happens before felt_rules_set(). 0 or -errno. */
int felt_rules_new(const struct felt_rules_config *config, struct felt_rules **ret_rules);
/* Leaves the rules as they are, and a transaction that is under way undone. */
void felt_rules_free(struct felt_rules *rules);
FELT_DEFINE_CLEANUP(struct felt_rules *, felt_rules_free)

/* At most one of each family. The same as before is no news. */
void felt_rules_set(struct felt_rules *rules, const struct felt_rules_net *nets, size_t n_nets);

/* A pass over what was last set has ended, well or not. */
bool felt_rules_settled(struct felt_rules *rules);
/* What went wrong in the last pass, until the next call; NULL: nothing. */
const char *felt_rules_error(struct felt_rules *rules);
