/* SPDX-License-Identifier: Apache-2.0 */
/* A proposer's side of one ballot: who has answered for which slots, and what to propose
 * (proto/lease.md 6.3). A slot counts once, for whichever voter listed it; more than half of all
 * slots decide. It knows nothing of messages and disks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lease/ballot.h"
#include "lease/slot_map.h"
#include "wire/vote.h"

enum felt_proposal_phase {
    FELT_PROPOSAL_NONE,
    FELT_PROPOSAL_PREPARING, /* promises are counted */
    FELT_PROPOSAL_ACCEPTING, /* acceptances of `value` are counted */
};

struct felt_proposal {
    enum felt_proposal_phase phase;
    uint64_t era; /* of the voters; the proposal is about the next */
    struct felt_ballot ballot;
    uint32_t n_suspects; /* owners that the proposer finds silent or superseded */
    struct felt_suspect suspects[FELT_SUSPECTS_MAX];
    uint32_t ordered; /* bit i: an operator says that suspect i is gone for good */
    struct felt_id heirs[FELT_SUSPECTS_MAX]; /* of who is superseded: by whom; else nobody */
    uint32_t silent;                         /* bit i: every counted voter finds suspect i silent */
    struct felt_ballot best; /* the largest that a counted voter accepted; round 0: none */
    struct felt_value value; /* of `best`, then what is proposed */
    uint32_t n_slots;
    uint32_t n_counted;
    uint8_t *counted; /* a bit for each slot */
};

/* Begins to collect promises. The caller has set era, ballot, suspects and heirs. 0 or -ENOMEM. */
int felt_proposal_begin(struct felt_proposal *proposal, uint32_t n_slots);
void felt_proposal_done(struct felt_proposal *proposal);

/* A voter's promise, and what it said with it. `map` is the proposer's: where a voter's list is not
 * whole, it speaks for what it owns there if both maps are equal, else for what it listed. */
void felt_proposal_promised(struct felt_proposal *proposal, const struct felt_slot_map *map,
                            const struct felt_id *voter, const struct felt_voice *voice,
                            uint32_t silent, const struct felt_ballot *accepted,
                            const struct felt_value *value);
/* The voices exceed half of the slots. */
bool felt_proposal_majority(const struct felt_proposal *proposal);
/* After a majority of promises: the value of the largest accepted ballot, or else what all voters
 * find silent, for `self`, or for who supersedes one of them. False where there is nothing to
 * propose. Counting begins anew then, for acceptances. */
bool felt_proposal_choose(struct felt_proposal *proposal, const struct felt_slot_map *map,
                          const struct felt_id *self);
/* A voter accepted the value. */
void felt_proposal_accepted(struct felt_proposal *proposal, const struct felt_slot_map *map,
                            const struct felt_id *voter, const struct felt_voice *voice);
