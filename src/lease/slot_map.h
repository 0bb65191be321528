/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns which slot: for each (owner, term, seq), ordered by term, then seq. Merging takes the
 * larger entry slot by slot, so it is commutative, associative and idempotent, and gossip may lose,
 * repeat and reorder (proto/lease.md 2).
 *
 * A slot with term 0 is not known yet; only a joiner has such. The map keeps a digest that equals
 * that of any node with the same entries. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/idiom.h"
#include "wire/message.h"

#define FELT_SLOT_NONE UINT32_MAX
#define FELT_SLOTS_MAX 65536

struct felt_slot_map;

struct felt_slot {
    struct felt_id owner;
    uint64_t term; /* the era whose decision set the owner; 0: unknown */
    uint32_t seq;  /* gifts since */
};

enum felt_merge {
    FELT_MERGE_SAME,  /* nothing new */
    FELT_MERGE_OLDER, /* ours is newer; unchanged */
    FELT_MERGE_NEWER, /* taken */
    FELT_MERGE_FORK,  /* equal (term, seq), two owners: must never be; the lower id was taken */
    FELT_MERGE_FULL,  /* memory is short; unchanged */
};

/* All slots unknown. 0 or -ENOMEM. 1 <= n_slots <= FELT_SLOTS_MAX. */
int felt_slot_map_new(uint32_t n_slots, struct felt_slot_map **ret_map);
void felt_slot_map_free(struct felt_slot_map *map);
FELT_DEFINE_CLEANUP(struct felt_slot_map *, felt_slot_map_free)

uint32_t felt_slot_map_slots(const struct felt_slot_map *map);
/* Slots that are not unknown. */
uint32_t felt_slot_map_known(const struct felt_slot_map *map);
struct felt_slot felt_slot_map_get(const struct felt_slot_map *map, uint32_t slot);
bool felt_slot_map_owns(const struct felt_slot_map *map, const struct felt_id *id, uint32_t slot);
/* How many slots id owns. */
uint32_t felt_slot_map_stake(const struct felt_slot_map *map, const struct felt_id *id);
/* How many different owners there are. */
uint32_t felt_slot_map_owners(const struct felt_slot_map *map);

enum felt_merge felt_slot_map_merge(struct felt_slot_map *map, uint32_t slot,
                                    const struct felt_slot *entry);
/* All of `from` into map; both have the same number of slots. Returns the worst of the outcomes. */
enum felt_merge felt_slot_map_merge_all(struct felt_slot_map *map,
                                        const struct felt_slot_map *from);
/* The owner gives: seq goes up by one. False where memory is short or seq is at its end. */
bool felt_slot_map_give(struct felt_slot_map *map, uint32_t slot, const struct felt_id *to);

/* The owners, in no particular order; false after the last:
 * for (at = 0; felt_slot_map_next_owner(m, &at, &id, &stake);) */
bool felt_slot_map_next_owner(const struct felt_slot_map *map, uint32_t *at, struct felt_id *ret_id,
                              uint32_t *ret_stake);
/* Of what id owns: equal where two maps agree about that. */
uint64_t felt_slot_map_owned_hash(const struct felt_slot_map *map, const struct felt_id *id);

/* The longest run of one (owner, term, seq) from first on, not beyond end. */
struct felt_run felt_slot_map_run(const struct felt_slot_map *map, uint32_t first, uint32_t end);

uint64_t felt_slot_map_digest(const struct felt_slot_map *map);
/* FELT_BUCKETS hashes that add up to the digest, and the slots of each. */
const uint64_t *felt_slot_map_buckets(const struct felt_slot_map *map);
void felt_slot_map_bucket(const struct felt_slot_map *map, uint32_t bucket, uint32_t *ret_first,
                          uint32_t *ret_end);
