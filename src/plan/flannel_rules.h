/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules are those that flanneld left for our network: every generation writes its own, and
 * never takes them away.
 *
 *   v0.10        rules without a comment, in nat POSTROUTING and filter FORWARD
 *   v0.11        the same with --random-fully; v0.16.2: with a comment
 *   v0.20        chains of its own, FLANNEL-POSTRTG and FLANNEL-FWD
 *   v0.25        or the nftables tables flannel-ipv4 and flannel-ipv6
 *
 * A rule counts only where it names our network; one without a comment only in the company that
 * flanneld gives it, because anybody may have written a single one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "plan/iptables_rule.h"

#define FELT_FLANNEL_MASQ_CHAIN    "FLANNEL-POSTRTG"
#define FELT_FLANNEL_FORWARD_CHAIN "FLANNEL-FWD"

/* Sets is_flannel[i] of those rules of the table nat (filter) that flanneld wrote for the network:
 * in the chain of the kernel's, in flannel's, and jumps from any chain to flannel's where that is
 * to go. The others stay untouched. True: flannel's own chain is to go, too. */
bool felt_flannel_masq_rules(const struct felt_iptables_rule *rules, size_t n_rules,
                             const struct felt_cidr *network, bool *is_flannel);
bool felt_flannel_forward_rules(const struct felt_iptables_rule *rules, size_t n_rules,
                                const struct felt_cidr *network, bool *is_flannel);

/* Of what 'nft list table' prints: it masquerades or accepts our network and no other one. */
bool felt_flannel_nft_table(const char *text, const struct felt_cidr *network);
/* Of the same: there is no rule in it. flanneld makes both tables, whatever families it has. */
bool felt_flannel_nft_table_is_empty(const char *text);
