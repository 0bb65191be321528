/* SPDX-License-Identifier: Apache-2.0 */
/* What a member that is asked for slots does: give of its own reserve, name somebody who has more,
 * or say that there is none (proto/lease.md 3). And the log of gifts made, so that a repeated
 * request gets the same answer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "lease/freed.h"
#include "lease/reservation.h"
#include "lease/slot_map.h"
#include "wire/record.h"

/* A live member as a possible donor. */
struct felt_donor {
    struct felt_id id;
    uint32_t reserve; /* slots that it owns beyond its lease, and that are not reserved for others
                         than the joiner */
};

struct felt_gift_decision {
    enum felt_gift_result result;
    struct felt_id referral; /* of ASK */
    uint32_t n;              /* of GIVEN */
    struct felt_slot_range ranges[FELT_RECORD_GIFT_SLOTS_MAX];
};

struct felt_gift_question {
    const struct felt_slot_map *map;
    struct felt_id self;
    uint32_t lease; /* our own, which is not to be given; FELT_SLOT_NONE: we have none */
    uint32_t wish;  /* of the joiner; FELT_SLOT_NONE: none */
    const struct felt_freed *freed;
    const struct felt_claim *claim;  /* the joiner's; NULL: nothing is reserved */
    const struct felt_donor *donors; /* live members, ourselves included, the joiner not */
    uint32_t n_donors;
    uint32_t n_waiting; /* more joiners that wait for us to decide */
};

/* Decides; changes nothing. Never BUSY: that is for the caller to know. */
void felt_gift_decide(const struct felt_gift_question *question,
                      struct felt_gift_decision *ret_decision);

/* The last FELT_RECORD_GIFTS_MAX gifts, oldest first. */
struct felt_gift_log {
    uint32_t n;
    struct felt_gift_record gifts[FELT_RECORD_GIFTS_MAX];
};

const struct felt_gift_record *felt_gift_log_find(const struct felt_gift_log *log,
                                                  const struct felt_id *joiner,
                                                  const uint8_t request[FELT_REQUEST_ID_LEN]);
/* The oldest makes room. */
void felt_gift_log_add(struct felt_gift_log *log, const struct felt_gift_record *gift);
