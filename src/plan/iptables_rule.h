/* SPDX-License-Identifier: Apache-2.0 */
/* One rule of iptables-save's output, as far as felt has to understand it: the addresses, the
 * comment, kube-proxy's mark and the target that flannel's rules and ours are made of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"

#define FELT_IPTABLES_NAME    32 /* of a chain or target and NUL; the kernel's limit is 29 */
#define FELT_IPTABLES_COMMENT 32 /* as much of it as anybody here looks at, and NUL */

struct felt_iptables_rule {
    char chain[FELT_IPTABLES_NAME];
    const char *text; /* what follows "-A CHAIN ", borrowed */
    size_t len;
    struct felt_cidr src, dst; /* family NONE: any */
    bool not_src, not_dst;
    char comment[FELT_IPTABLES_COMMENT]; /* ""; cut where it is longer */
    char target[FELT_IPTABLES_NAME];     /* ""; of -j only */
    bool kube_mark;                      /* it wants 0x4000/0x4000 */
    bool random_fully;
    bool has_other; /* it has matches, or options of the target, that are not in here */
};

/* A line "-A CHAIN ...". False: it is none. */
bool felt_iptables_rule_parse(const char *line, size_t len, struct felt_iptables_rule *ret_rule);

/* It matches every packet. */
bool felt_iptables_rule_is_bare(const struct felt_iptables_rule *rule);
/* No rule behind it is ever reached. */
bool felt_iptables_rule_ends_chain(const struct felt_iptables_rule *rule);
/* In another chain, perhaps, and spelled another way, perhaps. */
bool felt_iptables_rule_same(const struct felt_iptables_rule *a,
                             const struct felt_iptables_rule *b);
