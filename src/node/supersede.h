/* SPDX-License-Identifier: Apache-2.0 */
/* A machine that was rebuilt: a live member with the name and the address of a dead one, which no
 * longer answers there. What the dead one owned is the new one's to inherit, without waiting for
 * the lease time, and it goes on with the subnet of before (proto/lease.md 7.5). Each node finds
 * that out by itself.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"

#define FELT_SUPERSEDED_MAX 64 /* machines that were rebuilt and are not reclaimed yet */
#define FELT_SUPERSEDE_LOOK (5 * FELT_USEC_SEC)
#define FELT_SUPERSEDE_WAIT \
    (30 * FELT_USEC_SEC) /* a death, a look, a challenge, and an era among many members */

struct felt_node;
struct felt_challenge;

struct felt_succession {
    struct felt_id earlier;
    struct felt_id heir;
};

/* Who wants a subnet, and is to get that of its earlier identity. */
struct felt_succession_wait {
    struct felt_id heir;
    felt_usec until_us; /* then it is given another */
};

struct felt_supersede {
    felt_usec look_us; /* the next look, if anybody is dead then */
    uint32_t n;
    struct felt_succession found[FELT_SUPERSEDED_MAX];
    uint32_t next_wait; /* a ring: the oldest makes room */
    struct felt_succession_wait waits[FELT_SUPERSEDED_MAX];
};

void felt_supersede_init(struct felt_node *node);
/* The live identity that took the place of a dead one; NULL: none that we know of. */
const struct felt_id *felt_superseded_by(const struct felt_node *node, const struct felt_id *id);
/* Somebody has died: perhaps its heir is there already. */
void felt_supersede_died(struct felt_node *node);
/* Whether a member that wants a subnet is to wait for what its machine owned under an earlier
 * identity: that is not decided yet, and can be. The time begins with the first question. */
bool felt_supersede_awaits(struct felt_node *node, uint32_t member);
/* The slot that a member's machine leased under an earlier identity, as far as is known;
 * FELT_SLOT_NONE. */
uint32_t felt_supersede_legacy(const struct felt_node *node, uint32_t member);
felt_usec felt_supersede_deadline(const struct felt_node *node);
void felt_supersede_wake(struct felt_node *node);
/* A challenge of ours was not answered: nobody of the earlier identity is there. */
void felt_supersede_silent(struct felt_node *node, const struct felt_challenge *challenge);
