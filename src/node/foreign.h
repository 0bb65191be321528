/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign leases (lease/foreign.h) as a node knows them. Only the bridge node writes and withdraws
 * them; everybody has routes to them, and who leases what is foreign gives it up (proto/lease.md
 * 9.2, 9.4). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/verdict.h"
#include "lease/foreign.h"
#include "lease/notice.h"
#include "node/node.h"

#define FELT_FOREIGN_CHANGES_MAX 256 /* of each kind in one call of the bridge */

struct felt_foreign_change {
    uint32_t slot;               /* in the network */
    bool gone;                   /* nobody leases it there any more */
    struct felt_foreign foreign; /* else: who does */
};

struct felt_foreign_view {
    uint32_t slot;
    struct felt_foreign foreign;
    bool changed_over; /* a member of that address leases the slot: it is no foreign lease any more
                          to whom packets are to be sent */
};

/* All, in no particular order; false after the last. place begins as zero. */
bool felt_node_next_foreign(const struct felt_node *node, struct felt_notice_place *place,
                            struct felt_foreign_view *ret_view);
/* What a slot's notice says; false where it is no foreign lease. */
bool felt_node_foreign(const struct felt_node *node, uint32_t slot,
                       struct felt_foreign *ret_foreign);

/* ---- private to node ---- */

/* Those that are there: neither changed over, nor merely kept for an address. */
uint32_t felt_foreign_count(const struct felt_node *node);
/* The slot is leased by somebody foreign, and not from our own address. */
bool felt_foreign_wins(const struct felt_node *node, uint32_t slot);
/* The input: TAKEN; BUSY where we are not the bridge node, or memory is short: said again, it does
 * no harm. */
enum felt_verdict felt_foreign_take(struct felt_node *node,
                                    const struct felt_foreign_change *changes, size_t n);
