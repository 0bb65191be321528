/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator said and every node is to know, whoever owns what: a table of (key, version,
 * value), merged by the larger (version, value), so it is commutative, associative and idempotent,
 * and gossip may lose, repeat and reorder (proto/lease.md 8).
 *
 * A key is a small number: a slot, and the notice its reservation (reservation.h), or who leases it
 * outside of the cluster (foreign.h); or the number of slots, and the notice says whether an etcd
 * bridge is on (bridge_mode.h); or the one after that, and it is the keyring (crypto/keyring.h); or
 * the next, and it is what is set of the configuration (node/setter.h). An empty value says that
 * the notice was withdrawn. That is never forgotten, or who was away would
 * bring the notice back; it takes 24 bytes, and there are no more of them than keys. The table
 * keeps a digest that equals that of any node with the same notices.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/idiom.h"
#include "lease/slot_map.h"
#include "wire/message.h"

#define FELT_NOTICES_LIVE_MAX 4096 /* that commands may make; what others made is merged anyway */

struct felt_notices;

/* Keys are below keys_max. 0 or -ENOMEM. */
int felt_notices_new(uint32_t keys_max, struct felt_notices **ret_notices);
void felt_notices_free(struct felt_notices *notices);
FELT_DEFINE_CLEANUP(struct felt_notices *, felt_notices_free)

/* All of them, and those that were not withdrawn. */
uint32_t felt_notices_count(const struct felt_notices *notices);
uint32_t felt_notices_live(const struct felt_notices *notices);
uint32_t felt_notices_keys_max(const struct felt_notices *notices);

/* The notice of a key, its value borrowed until that key is merged next. False where there never
 * was one; then version is 0 and value is empty. Logarithmic, as is merging. */
bool felt_notices_get(const struct felt_notices *notices, uint32_t key,
                      struct felt_notice *ret_notice);
/* version > 0, key < keys_max, value at most FELT_NOTICE_VALUE_MAX bytes, copied. SAME, OLDER,
 * NEWER or FULL. */
enum felt_merge felt_notices_merge(struct felt_notices *notices, const struct felt_notice *notice);

uint64_t felt_notices_digest(const struct felt_notices *notices);
/* FELT_BUCKETS hashes that add up to the digest, and the notices of each by ascending key: false
 * where there are no more than i. */
const uint64_t *felt_notices_buckets(const struct felt_notices *notices);
bool felt_notices_at(const struct felt_notices *notices, uint32_t bucket, uint32_t i,
                     struct felt_notice *ret_notice);

/* All, bucket by bucket; false after the last:
 * for (at = (struct felt_notice_place){0}; felt_notices_next(n, &at, &notice);) */
struct felt_notice_place {
    uint32_t bucket;
    uint32_t i;
};
bool felt_notices_next(const struct felt_notices *notices, struct felt_notice_place *at,
                       struct felt_notice *ret_notice);
