/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/proposal.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "base/mutant.h"
#include "lease/value.h"

static size_t counted_len(const struct felt_proposal *p)
{
    return (p->n_slots + 7) / 8;
}

int felt_proposal_begin(struct felt_proposal *proposal, uint32_t n_slots)
{
    uint8_t *counted = calloc((n_slots + 7) / 8, 1);

    if (!counted)
        return -ENOMEM;
    free(proposal->counted);
    proposal->counted = counted;
    proposal->n_slots = n_slots;
    proposal->n_counted = 0;
    proposal->silent = (uint32_t)((1u << proposal->n_suspects) - 1);
    proposal->best = (struct felt_ballot){0};
    proposal->phase = FELT_PROPOSAL_PREPARING;
    return 0;
}

void felt_proposal_done(struct felt_proposal *proposal)
{
    free(proposal->counted);
    proposal->counted = NULL;
    proposal->phase = FELT_PROPOSAL_NONE;
}

static void count_slot(struct felt_proposal *p, uint32_t slot)
{
    uint8_t bit = (uint8_t)(1u << slot % 8);

    if (p->counted[slot / 8] & bit)
        return;
    p->counted[slot / 8] |= bit;
    p->n_counted++;
}

static void count(struct felt_proposal *p, const struct felt_slot_map *map,
                  const struct felt_id *voter, const struct felt_voice *voice)
{
    for (uint32_t i = 0; i < voice->n; i++) {
        const struct felt_slot_range *r = &voice->ranges[i];

        for (uint32_t slot = r->first; slot < r->first + r->count && slot < p->n_slots; slot++)
            count_slot(p, slot);
    }
    if (voice->whole || voice->digest != felt_slot_map_digest(map))
        return;
    for (uint32_t slot = 0; slot < p->n_slots; slot++)
        if (felt_slot_map_owns(map, voter, slot))
            count_slot(p, slot);
}

void felt_proposal_promised(struct felt_proposal *proposal, const struct felt_slot_map *map,
                            const struct felt_id *voter, const struct felt_voice *voice,
                            uint32_t silent, const struct felt_ballot *accepted,
                            const struct felt_value *value)
{
    assert(proposal->phase == FELT_PROPOSAL_PREPARING);
    count(proposal, map, voter, voice);
    proposal->silent &= silent;
    if (felt_ballot_cmp(accepted, &proposal->best) > 0 && !FELT_MUTANT(IGNORE_ACCEPTED)) {
        proposal->best = *accepted;
        proposal->value = *value;
    }
}

bool felt_proposal_majority(const struct felt_proposal *proposal)
{
    if (FELT_MUTANT(HALF))
        return 2 * proposal->n_counted >= proposal->n_slots;
    return proposal->n_counted > proposal->n_slots / 2;
}

/* What all voters find silent. A superseded owner goes first, and alone: its heir is another. */
static bool choose_silent(struct felt_proposal *p, const struct felt_slot_map *map,
                          const struct felt_id *self)
{
    struct felt_id owners[FELT_SUSPECTS_MAX];
    uint32_t n = 0;

    for (uint32_t i = 0; i < p->n_suspects; i++) {
        if (!(p->silent >> i & 1))
            continue;
        if (!felt_id_is_nobody(&p->heirs[i]) &&
            felt_value_of_owners(map, &p->suspects[i].id, 1, &p->heirs[i], &p->value) > 0)
            return true;
        owners[n++] = p->suspects[i].id;
    }
    return n > 0 && felt_value_of_owners(map, owners, n, self, &p->value) > 0;
}

bool felt_proposal_choose(struct felt_proposal *proposal, const struct felt_slot_map *map,
                          const struct felt_id *self)
{
    assert(proposal->phase == FELT_PROPOSAL_PREPARING && felt_proposal_majority(proposal));
    if (felt_ballot_is_none(&proposal->best) && !choose_silent(proposal, map, self))
        return false;
    proposal->phase = FELT_PROPOSAL_ACCEPTING;
    proposal->n_counted = 0;
    memset(proposal->counted, 0, counted_len(proposal));
    return true;
}

void felt_proposal_accepted(struct felt_proposal *proposal, const struct felt_slot_map *map,
                            const struct felt_id *voter, const struct felt_voice *voice)
{
    assert(proposal->phase == FELT_PROPOSAL_ACCEPTING);
    count(proposal, map, voter, voice);
}
