/* SPDX-License-Identifier: Apache-2.0 */
/* What is voted with, as plain structs: ballots, values, an acceptor's record, a voice
 * (proto/lease.md 6). What is done with them is lease's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"

/* Ranges of a value: 64 of 6 bytes each, the heir and heads are 406 bytes of the 512 that
 * proto/lease.md 6.1 allows; beside a record there must be room for slots and a member. */
#define FELT_VALUE_RANGES_MAX 64
#define FELT_VOICE_RANGES_MAX 64
#define FELT_SUSPECTS_MAX     16 /* owners that a proposer asks about; bits of felt_promise.silent */
#define FELT_SILENCES_MAX     40 /* of one message: 18 + 9 bytes each */

struct felt_slot_range {
    uint32_t first;
    uint32_t count;
};

/* Ordered by round, then id. Round 0: none. */
struct felt_ballot {
    uint64_t round;
    struct felt_id id; /* of who proposes with it */
};

/* What an era is about: these slots are the heir's. */
struct felt_value {
    struct felt_id heir;
    uint32_t n;                                           /* 0: no value */
    struct felt_slot_range ranges[FELT_VALUE_RANGES_MAX]; /* ascending, apart from one another */
};

/* What a node has promised and accepted about the era after its own. */
struct felt_acceptor {
    struct felt_ballot promised; /* never below `accepted` */
    struct felt_ballot accepted;
    struct felt_value value; /* of `accepted` */
};

/* The slots that a voter speaks for. */
struct felt_voice {
    uint64_t digest; /* of its map */
    bool whole;      /* all its slots are listed; else as many as the message holds */
    uint32_t n;
    struct felt_slot_range ranges[FELT_VOICE_RANGES_MAX]; /* ascending */
};

/* An owner that a proposer finds silent, and the hash of what it owns in the proposer's map. */
struct felt_suspect {
    struct felt_id id;
    uint64_t slots;
};

struct felt_silent {
    struct felt_id id;
    uint64_t seconds; /* at most 32 bits of them */
};

struct felt_pack;
struct felt_items;

/* Bytes that a record takes in a message at the most. */
#define FELT_ACCEPTOR_BYTES_MAX 470

/* Private to wire. What is read is `bad` where it is not what the structs above say. */
void felt_value_pack(struct felt_pack *p, const struct felt_value *value);
void felt_value_read(struct felt_items *items, struct felt_value *ret_value);
void felt_acceptor_pack(struct felt_pack *p, const struct felt_acceptor *acceptor);
void felt_acceptor_read(struct felt_items *items, struct felt_acceptor *ret_acceptor);
/* An accepted ballot with its value alone, nil where there is none. */
void felt_accepted_pack(struct felt_pack *p, const struct felt_ballot *ballot,
                        const struct felt_value *value);
void felt_accepted_read(struct felt_items *items, struct felt_ballot *ret_ballot,
                        struct felt_value *ret_value);
/* Three items. */
void felt_voice_pack(struct felt_pack *p, const struct felt_voice *voice);
void felt_voice_read(struct felt_items *items, struct felt_voice *ret_voice);
