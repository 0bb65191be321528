/* SPDX-License-Identifier: Apache-2.0 */
/* Wanting in: finding a member that answers, showing it a cookie, asking for slots (proto/lease.md
 * 3.1). The same also serves a member that has none: it skips what it has already.
 * Private to node. */
#pragma once

#include "base/id.h"
#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "node/node.h"
#include "wire/message.h"

struct felt_node;
struct felt_inbound;

#define FELT_ASKER_SHUNNED_MAX 8 /* when so many could not help, it is time for a pause */

struct felt_asker {
    struct felt_endpoint seeds[FELT_SEEDS_MAX];
    uint32_t n_seeds;
    uint8_t request[FELT_REQUEST_ID_LEN]; /* of the gift that we ask for */
    bool asked;                           /* a JOIN is out: `to` may answer until late_us */
    struct felt_endpoint to;
    struct felt_id donor;                           /* who is there; all zero: not known */
    struct felt_id shunned[FELT_ASKER_SHUNNED_MAX]; /* could not help since the last pause */
    uint32_t n_shunned;
    bool held;                       /* it has us wait for the etcd bridge, and may answer yet */
    unsigned n_held;                 /* how often in a row */
    bool busy;                       /* one of them said so */
    uint8_t cookie[FELT_COOKIE_LEN]; /* the last one that we were given */
    uint32_t proposed;               /* the lease that a giver named; FELT_SLOT_NONE: none has */
    uint32_t referrals;              /* followed since the last pause */
    bool told;                       /* SEEDS_SILENT or LEASE_WAITING was reported */
    felt_usec next_us;               /* the next try, or the end of this one */
    felt_usec backoff_us;
    char waiting[160]; /* why there is no lease */
};

void felt_asker_init(struct felt_asker *asker);
void felt_asker_seeds(struct felt_node *node, const struct felt_endpoint *endpoints, size_t n);
/* FELT_USEC_NEVER while we have what we want. */
felt_usec felt_asker_deadline(const struct felt_node *node);
void felt_asker_wake(struct felt_node *node);
/* No feltd is at that address: whoever was asked there is waited for no longer. */
void felt_asker_refused(struct felt_node *node, const struct felt_endpoint *at);
/* A hello, and, with the cookie that answers it, a join; also for introduction.h. */
void felt_asker_hello(struct felt_node *node, const struct felt_endpoint *to);
void felt_asker_join(struct felt_node *node, const struct felt_endpoint *to, uint32_t member,
                     const uint8_t cookie[FELT_COOKIE_LEN],
                     const uint8_t request[FELT_REQUEST_ID_LEN]);
/* We lost what we had: ask at once. */
void felt_asker_restart(struct felt_node *node);

enum felt_verdict felt_asker_cookie(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m);
enum felt_verdict felt_asker_welcome(struct felt_node *node, const struct felt_inbound *in,
                                     const struct felt_message *m);
enum felt_verdict felt_asker_gift(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m);
