/* SPDX-License-Identifier: Apache-2.0 */
/* The member table: who is in the cluster, what it says of itself, and what we know of its life.
 * Place 0 is ourselves. A member enters with its signed descriptor and never leaves while it may
 * own a slot. The table keeps a digest that equals that of any node with the same content
 * (proto/gossip.md 4.1). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/idiom.h"
#include "base/usec.h"
#include "crypto/replay.h"
#include "gossip/rtt.h"
#include "gossip/suspicion.h"
#include "wire/message.h"

#define FELT_MEMBER_NONE UINT32_MAX
#define FELT_MEMBER_SELF 0

enum felt_member_state {
    FELT_MEMBER_ALIVE,
    FELT_MEMBER_SUSPECT,
    FELT_MEMBER_DEAD, /* silent; keeps its lease and its routes */
};
#define FELT_MEMBER_STATES (FELT_MEMBER_DEAD + 1)

/* "alive", "suspect", "dead". */
const char *felt_member_state_name(enum felt_member_state state);

/* A descriptor as it came, and what it says. */
struct felt_signed_descriptor {
    struct felt_descriptor d;
    uint8_t signature[FELT_SIGNATURE_LEN];
    uint16_t body_len;
    uint8_t body[]; /* body_len bytes */
};

struct felt_member {
    struct felt_id id;
    enum felt_member_state state;
    uint64_t incarnation;
    felt_usec heard_us; /* when it last sent us something itself; 0: never in this run */
    uint64_t save;      /* largest save counter seen of it */
    struct felt_replay replay;
    struct felt_rtt rtt;
    struct felt_suspicion suspicion;           /* of FELT_MEMBER_SUSPECT */
    struct felt_signed_descriptor *descriptor; /* never NULL */
    uint64_t hash;                             /* its part of the digest */
};

struct felt_members;

/* 0 or -ENOMEM. */
int felt_members_new(uint32_t members_max, struct felt_members **ret_members);
void felt_members_free(struct felt_members *members);
FELT_DEFINE_CLEANUP(struct felt_members *, felt_members_free)

uint32_t felt_members_count(const struct felt_members *members);
uint32_t felt_members_count_state(const struct felt_members *members, enum felt_member_state state);
/* Alive or suspect: those that count for time limits and repetitions. */
uint32_t felt_members_count_live(const struct felt_members *members);

/* i is below the count. Valid until the next add. */
struct felt_member *felt_members_at(struct felt_members *members, uint32_t i);
const struct felt_member *felt_members_peek(const struct felt_members *members, uint32_t i);
/* The place of id, or FELT_MEMBER_NONE. */
uint32_t felt_members_find(const struct felt_members *members, const struct felt_id *id);

/* Adds a member, alive at that incarnation. The descriptor was verified. TAKEN with *ret_i, FULL,
 * or BUSY where memory is short. */
enum felt_verdict felt_members_add(struct felt_members *members, const struct felt_id *id,
                                   const struct felt_descriptor *d, struct felt_bytes body,
                                   const uint8_t signature[FELT_SIGNATURE_LEN],
                                   uint64_t incarnation, uint32_t *ret_i);
/* Replaces a descriptor by a newer one. TAKEN, STALE, or BUSY where memory is short. */
enum felt_verdict felt_members_describe(struct felt_members *members, uint32_t i,
                                        const struct felt_descriptor *d, struct felt_bytes body,
                                        const uint8_t signature[FELT_SIGNATURE_LEN]);
void felt_members_set_state(struct felt_members *members, uint32_t i, enum felt_member_state state,
                            uint64_t incarnation);

uint64_t felt_members_digest(const struct felt_members *members);
/* FELT_BUCKETS hashes that add up to the digest. */
const uint64_t *felt_members_buckets(const struct felt_members *members);
uint32_t felt_members_bucket_of(const struct felt_id *id);
