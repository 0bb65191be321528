/* SPDX-License-Identifier: Apache-2.0 */
/* The packet filter of this machine, one pass: our nftables tables for --ip-masq, our chains where
 * iptables has a table filter, in both flavours, and flannel's rules for the same network away:
 * ours first, then theirs. A pass that finds everything right changes nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "kernel/error.h"
#include "kernel/iptables.h"
#include "kernel/ruleset.h"

#define FELT_RULES_FAMILIES     2  /* IPv4, IPv6 */
#define FELT_RULES_EXCLUDES_MAX 16 /* networks of --ip-masq-exclude */

struct felt_rules_setting {
    bool ip_masq;
    bool fully_random;
    bool forward; /* --iptables-forward-rules */
    struct felt_cidr excludes[FELT_RULES_EXCLUDES_MAX];
    size_t n_excludes;
    unsigned resync_sec; /* --iptables-resync */
};

/* The network and our lease of it, in one family. */
struct felt_rules_net {
    struct felt_cidr network;
    struct felt_cidr lease;
};

/* What a pass has to know of the one before. Zero-initialised but for the first two. */
struct felt_rules_pass {
    const struct felt_rules_setting *setting;
    int cancel_fd; /* readable: end at once; -1: never */
    struct {
        char *text;                    /* of our nftables table, as last written; NULL: not yet */
        struct felt_ruleset_mark mark; /* as it was then */
        bool masq_settled;             /* our masquerade rules are as they should be */
        struct felt_iptables iptables[FELT_IPTABLES_FLAVOURS];
        bool has_iptables[FELT_IPTABLES_FLAVOURS]; /* it has been found */
        bool wrote_iptables[FELT_IPTABLES_FLAVOURS];
        bool told_incompatible;
    } families[FELT_RULES_FAMILIES];
};

enum felt_rules_scope {
    FELT_RULES_ALL,
    FELT_RULES_LEGACY, /* only what sends no notification */
};

/* nets: at most one of each family. *ret_n_writes: transactions that were needed. 0, or -errno with
 * words in error; the pass has gone as far as it could then. */
int felt_rules_pass_run(struct felt_rules_pass *pass, enum felt_rules_scope scope,
                        const struct felt_rules_net *nets, size_t n_nets, size_t *ret_n_writes,
                        struct felt_kernel_error *error);
void felt_rules_pass_done(struct felt_rules_pass *pass);
