/* SPDX-License-Identifier: Apache-2.0 */
/* The slot map on the wire: SLOTS messages out of a map and into one (proto/lease.md 2.3), and the
 * catching up of a node whose era is behind (2.4). */
#pragma once

#include <stdint.h>

#include "base/idiom.h"
#include "base/verdict.h"
#include "lease/slot_map.h"
#include "wire/message.h"

/* Fills a SLOTS message with the runs of [first, end) of a map that is wholly known, as many as it
 * holds. Returns the slot after the last one in it. The caller sets era, save and record. */
uint32_t felt_exchange_fill(const struct felt_slot_map *map, uint32_t first, uint32_t end,
                            struct felt_message *ret_message);

struct felt_exchange_news {
    uint32_t newer; /* entries taken */
    uint32_t forks;
    uint32_t fork_slot; /* the last of them */
};

/* Merges a SLOTS message of our own era. TAKEN; MALFORMED where it speaks of another number of
 * slots; STALE where nothing in it was new; BUSY where memory is short. */
enum felt_verdict felt_exchange_merge(struct felt_slot_map *map, const struct felt_message *message,
                                      struct felt_exchange_news *ret_news);

/* A whole map of one later era in the making. It touches nothing until it is complete, and then is
 * merged into the own map, never put in its place: own gifts would come back. */
struct felt_catchup {
    uint64_t era; /* of every message in it; 0: none yet */
    struct felt_slot_map *map;
    struct felt_acceptor record; /* of all those messages, merged */
};

void felt_catchup_done(struct felt_catchup *catchup);
/* Takes a SLOTS message of an era beyond ours; begins anew where its era differs from that of the
 * earlier ones. TAKEN, MALFORMED, STALE (an era before the one being collected) or BUSY. */
enum felt_verdict felt_catchup_take(struct felt_catchup *catchup, uint32_t n_slots,
                                    const struct felt_message *message);
bool felt_catchup_complete(const struct felt_catchup *catchup);
/* The first slot that is still missing; 0 at the start. */
uint32_t felt_catchup_missing(const struct felt_catchup *catchup);
