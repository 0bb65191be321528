/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/gift.h"

#include <string.h>

#include "base/mutant.h"

static const struct felt_donor *donor_of(const struct felt_gift_question *q,
                                         const struct felt_id *id)
{
    for (uint32_t i = 0; i < q->n_donors; i++)
        if (felt_id_equal(&q->donors[i].id, id))
            return &q->donors[i];
    return NULL;
}

/* The largest reserve; of equal ones the lowest id, so that all members name the same one. */
static const struct felt_donor *richest(const struct felt_gift_question *q)
{
    const struct felt_donor *best = NULL;

    for (uint32_t i = 0; i < q->n_donors; i++) {
        const struct felt_donor *d = &q->donors[i];

        if (d->reserve == 0)
            continue;
        if (!best || d->reserve > best->reserve ||
            (d->reserve == best->reserve && felt_id_cmp(&d->id, &best->id) < 0))
            best = d;
    }
    return best;
}

/* Whether our reserve is at least half of the mean of the live members'. */
static bool can_afford(const struct felt_gift_question *q, uint32_t reserve)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < q->n_donors; i++)
        sum += q->donors[i].reserve;
    return (uint64_t)reserve * q->n_donors * 2 >= sum;
}

/* About half of the reserve, at least one slot, at most a fair share among the owners to be. */
static uint32_t amount(const struct felt_gift_question *q, uint32_t reserve)
{
    uint32_t owners = felt_slot_map_owners(q->map) + 1 + q->n_waiting;
    uint32_t fair = (felt_slot_map_slots(q->map) + owners - 1) / owners;

    return FELT_MIN(FELT_MAX(reserve / 2, 1u), fair);
}

static bool mine_to_give(const struct felt_gift_question *q, uint32_t slot)
{
    return (slot != q->lease || FELT_MUTANT(GIVES_LEASE)) &&
           felt_slot_map_owns(q->map, &q->self, slot) &&
           (!felt_claim_denied(q->claim, slot) || FELT_MUTANT(GIVES_RESERVED));
}

/* Adds a slot to the ranges, at the lower end of the last one where they touch. False where there
 * is no room: fewer slots rather than an answer that does not fit. */
static bool add(struct felt_gift_decision *d, uint32_t slot)
{
    struct felt_slot_range *last = d->n > 0 ? &d->ranges[d->n - 1] : NULL;

    if (last && last->first == slot + 1) {
        last->first--;
        last->count++;
    } else if (d->n < FELT_RECORD_GIFT_SLOTS_MAX) {
        d->ranges[d->n++] = (struct felt_slot_range){.first = slot, .count = 1};
    } else {
        return false;
    }
    return true;
}

/* The wish first; then what was never leased, from the top of the network down; then the longest
 * unused. */
static void pick(const struct felt_gift_question *q, uint32_t want, struct felt_gift_decision *d)
{
    uint32_t wish = q->wish;

    if (wish != FELT_SLOT_NONE && !mine_to_give(q, wish) && !FELT_MUTANT(WISH_STOLEN))
        wish = FELT_SLOT_NONE;
    if (wish != FELT_SLOT_NONE) {
        add(d, wish);
        want--;
    }
    for (uint32_t slot = felt_slot_map_slots(q->map); want > 0 && slot-- > 0;) {
        if (slot == wish || !mine_to_give(q, slot) || felt_freed_rank(q->freed, slot) > 0)
            continue;
        if (!add(d, slot))
            return;
        want--;
    }
    for (uint32_t i = 0; want > 0 && i < q->freed->n; i++) {
        uint32_t slot = q->freed->slots[i];

        if (slot == wish || slot >= felt_slot_map_slots(q->map) || !mine_to_give(q, slot))
            continue;
        if (!add(d, slot))
            return;
        want--;
    }
}

void felt_gift_decide(const struct felt_gift_question *question,
                      struct felt_gift_decision *ret_decision)
{
    const struct felt_gift_question *q = question;
    const struct felt_donor *self = donor_of(q, &q->self), *best = richest(q), *wished = NULL;
    struct felt_gift_decision d = {.result = FELT_GIFT_NONE};

    if (q->wish != FELT_SLOT_NONE) {
        struct felt_slot entry = felt_slot_map_get(q->map, q->wish);

        wished = donor_of(q, &entry.owner);
        if (wished && wished->reserve == 0)
            wished = NULL; /* it is that owner's lease */
    }
    if (wished && wished != self && !FELT_MUTANT(WISH_STOLEN)) {
        d.result = FELT_GIFT_ASK;
        d.referral = wished->id;
    } else if (self && self->reserve > 0 &&
               (wished == self || best == self || can_afford(q, self->reserve))) {
        d.result = FELT_GIFT_GIVEN;
        pick(q, amount(q, self->reserve), &d);
        assert(d.n > 0);
    } else if (best) {
        d.result = FELT_GIFT_ASK;
        d.referral = best->id;
    }
    *ret_decision = d;
}

const struct felt_gift_record *felt_gift_log_find(const struct felt_gift_log *log,
                                                  const struct felt_id *joiner,
                                                  const uint8_t request[FELT_REQUEST_ID_LEN])
{
    for (uint32_t i = log->n; i > 0; i--) {
        const struct felt_gift_record *g = &log->gifts[i - 1];

        if (felt_id_equal(&g->joiner, joiner) &&
            memcmp(g->request, request, FELT_REQUEST_ID_LEN) == 0)
            return g;
    }
    return NULL;
}

void felt_gift_log_add(struct felt_gift_log *log, const struct felt_gift_record *gift)
{
    if (log->n == FELT_RECORD_GIFTS_MAX) {
        log->n--;
        memmove(log->gifts, log->gifts + 1, log->n * sizeof(log->gifts[0]));
    }
    log->gifts[log->n++] = *gift;
}
