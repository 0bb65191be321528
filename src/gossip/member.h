/* SPDX-License-Identifier: Apache-2.0 */
/* The member table: who is in the cluster, what it says of itself, and what we know of its life.
 * Place 0 is ourselves. A member enters with its signed descriptor and is not removed while it may
 * own a slot; a removed one leaves a free place, which the next newcomer takes. The table keeps a
 * digest that equals that of any node with the same content (proto/gossip.md 4.1).
 *
 * Tables are large and mostly quiet: what only some members need (a contact's window, a running
 * suspicion) is allocated when it is needed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/idiom.h"
#include "base/prng.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "crypto/replay.h"
#include "gossip/path.h"
#include "gossip/rtt.h"
#include "gossip/signed_descriptor.h"
#include "gossip/suspicion.h"
#include "wire/message.h"

#define FELT_MEMBER_NONE UINT32_MAX
#define FELT_MEMBER_SELF 0

enum felt_member_state {
    FELT_MEMBER_ALIVE,
    FELT_MEMBER_SUSPECT,
    FELT_MEMBER_DEAD, /* silent; keeps its lease and its routes */
    FELT_MEMBER_LEFT, /* said farewell, or owned nothing when it was dead for long: forgotten after
                         a while, and in no digest */
};
#define FELT_MEMBER_STATES (FELT_MEMBER_LEFT + 1)

/* "alive", "suspect", "dead", "left". */
const char *felt_member_state_name(enum felt_member_state state);

/* What we know of a member since it has sent us something, in this run or an earlier one. */
struct felt_contact {
    felt_usec heard_us; /* when it last did; 0: not in this run */
    uint64_t save;      /* largest save counter seen of it */
    uint32_t opened;    /* id of the key that its last datagram was sealed with; 0: none yet */
    uint32_t ring;      /* mark of the keyring that it last told; 0: none yet */
    struct felt_replay replay;
    struct felt_rtt rtt;
    struct felt_path paths[FELT_PATHS]; /* through the overlay */
};

struct felt_member {
    struct felt_signed_descriptor *descriptor; /* NULL: a free place */
    struct felt_contact *contact;              /* NULL: it never sent us anything */
    struct felt_suspicion *suspicion;          /* of FELT_MEMBER_SUSPECT, else NULL */
    uint64_t incarnation;
    uint32_t bucket_next; /* the next one of its bucket: felt_members_after() */
    uint8_t state;        /* enum felt_member_state */
};

struct felt_members;

/* 0 or -ENOMEM. */
int felt_members_new(uint32_t members_max, struct felt_members **ret_members);
void felt_members_free(struct felt_members *members);
FELT_DEFINE_CLEANUP(struct felt_members *, felt_members_free)

/* How many there are, those that left included. */
uint32_t felt_members_count(const struct felt_members *members);
uint32_t felt_members_count_state(const struct felt_members *members, enum felt_member_state state);
/* Alive or suspect: those that count for time limits and repetitions. */
uint32_t felt_members_count_live(const struct felt_members *members);

/* Places in use are below this; some of them may be free. */
uint32_t felt_members_end(const struct felt_members *members);
/* The first place from i on that is not free; FELT_MEMBER_NONE after the last:
 * for (i = felt_members_next(m, 0); i != FELT_MEMBER_NONE; i = felt_members_next(m, i + 1)) */
uint32_t felt_members_next(const struct felt_members *members, uint32_t i);

/* A random place that is neither free nor our own; FELT_MEMBER_NONE where there is nobody else. */
uint32_t felt_members_draw(const struct felt_members *members, struct felt_prng *prng);

/* i is a place that is not free. Valid until the next add. */
struct felt_member *felt_members_at(struct felt_members *members, uint32_t i);
const struct felt_member *felt_members_peek(const struct felt_members *members, uint32_t i);
const struct felt_id *felt_members_id(const struct felt_members *members, uint32_t i);
/* The place of id, or FELT_MEMBER_NONE. */
uint32_t felt_members_find(const struct felt_members *members, const struct felt_id *id);
/* The contact of a member that sends us something now; NULL where memory is short. */
struct felt_contact *felt_members_contact(struct felt_members *members, uint32_t i);

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
/* Any state but suspect ends the suspicion. */
void felt_members_set_state(struct felt_members *members, uint32_t i, enum felt_member_state state,
                            uint64_t incarnation);
/* Not ourselves. Its place is free then. */
void felt_members_remove(struct felt_members *members, uint32_t i);

uint64_t felt_members_digest(const struct felt_members *members);
/* FELT_BUCKETS hashes that add up to the digest. */
const uint64_t *felt_members_buckets(const struct felt_members *members);
uint32_t felt_members_bucket_of(const struct felt_id *id);
/* The members of one bucket, those that left included, in no particular order:
 * for (i = felt_members_in_bucket(m, b); i != FELT_MEMBER_NONE; i = felt_members_after(m, i)) */
uint32_t felt_members_in_bucket(const struct felt_members *members, uint32_t bucket);
uint32_t felt_members_after(const struct felt_members *members, uint32_t i);
