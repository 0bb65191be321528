/* SPDX-License-Identifier: Apache-2.0 */
/* A new identity for a node whose old one is not safe to use any more: its state is older than
 * what it once said, or it is not the only process that has it (proto/lease.md 7.4). It stays in
 * its cluster with all that it knows of others; its lease, its slots and the gifts that it made
 * are the old identity's.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/ip.h"
#include "node/node.h"
#include "wire/record.h"

struct felt_node;

enum felt_renewal_reason {
    FELT_RENEWAL_NONE,
    FELT_RENEWAL_MACHINE, /* the state came from another machine */
    FELT_RENEWAL_BEHIND,  /* members have seen more of us than our state knows */
    FELT_RENEWAL_TWIN,    /* a process with our identity was there before us */
};

struct felt_renewal {
    uint8_t seed[FELT_NODE_SEED_LEN]; /* of the next identity: secret */
    bool due;                         /* at the end of this step */
    enum felt_renewal_reason reason;  /* not reported yet; NONE: there is none */
    struct felt_id earlier;           /* the identity that was given up */
    struct felt_endpoint at;          /* of the member that said so; family NONE: none did */
};

/* A record of an earlier life, without what was its identity's own. */
void felt_renewal_strip(struct felt_record *record, const uint8_t identity[FELT_RECORD_SEED_LEN]);
/* At the end of this step we become somebody else. Who leaves for good is somebody else soon. */
void felt_renewal_want(struct felt_node *node, enum felt_renewal_reason reason,
                       const struct felt_endpoint *at);
/* At the end of a step: does it where it is wanted. */
void felt_renewal_settle(struct felt_node *node);
/* Reports a renewal. */
void felt_renewal_report(struct felt_node *node);
