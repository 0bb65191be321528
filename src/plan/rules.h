/* SPDX-License-Identifier: Apache-2.0 */
/* The text of our nftables table, for the standard input of 'nft -f -'. Each text is one
 * transaction: the kernel has the old table or the new one, never none. */
#pragma once

#include <stddef.h>

#include "base/ip.h"

#define FELT_PLAN_RULES_TABLE "felt-ipv4"
#define FELT_PLAN_RULES_CHAIN "postrtg"
#define FELT_PLAN_RULES_MAX   1024 /* bytes of a text with its NUL */
/* Rules in the chain that felt_plan_rules_masq() writes. */
#define FELT_PLAN_RULES_MASQ 6

/* --ip-masq: what leaves the overlay takes the host's address, and so does what enters it from
 * outside, so that the answer comes back this way; traffic between our lease and the overlay, and
 * what comes from outside for our own lease, keep theirs. Packets that kube-proxy marked are
 * its business. Port choice is random, for conntrack's races on equal ports. text has
 * FELT_PLAN_RULES_MAX bytes. Returns its length. Both arguments are IPv4. */
size_t felt_plan_rules_masq(const struct felt_cidr *network, const struct felt_cidr *lease,
                            char *text);

/* Removes the table, and is no error where there is none. */
size_t felt_plan_rules_none(char *text);
