/* SPDX-License-Identifier: Apache-2.0 */
/* What a node keeps on disk, as a plain struct: everything that must survive a crash, saved in one
 * go (proto/state.md). The frame around it (version, checksum) is node/state.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/id.h"
#include "base/idiom.h"
#include "wire/message.h"

#define FELT_RECORD_SEED_LEN       32
#define FELT_RECORD_GIFTS_MAX      64      /* proto/lease.md 3 */
#define FELT_RECORD_GIFT_SLOTS_MAX 8       /* ranges of one gift */
#define FELT_RECORD_FREED_MAX      256     /* proto/lease.md 3.3 */
#define FELT_RECORD_MEMBERS_MAX    1000000 /* far above what a node's limits allow */
#define FELT_RECORD_NOTICES_MAX    65539   /* one for each slot, and FELT_NOTICE_OTHERS */
#define FELT_RECORD_RUNS_MAX       65536   /* every slot a run of its own */

/* One gift that we made: a repeated request gets the same answer. */
struct felt_gift_record {
    struct felt_id joiner;
    uint8_t request[FELT_REQUEST_ID_LEN];
    uint32_t n;
    struct felt_slot_range ranges[FELT_RECORD_GIFT_SLOTS_MAX];
};

struct felt_member_record {
    struct felt_bytes body; /* signed descriptor */
    uint8_t signature[FELT_SIGNATURE_LEN];
    uint64_t incarnation;
    enum felt_liveness_state state;
    uint64_t session;         /* largest seen: an older datagram is a replay */
    uint64_t save;            /* largest save counter seen */
    uint64_t left_generation; /* of FELT_LIVENESS_LEFT: the one after it left; 0: not yet */
};

struct felt_record {
    uint8_t identity[FELT_RECORD_SEED_LEN]; /* the Ed25519 seed: secret */
    bool in_cluster;
    uint8_t cluster[8];
    uint64_t session; /* of the run that saved this */
    uint64_t save;
    uint8_t machine[16];      /* that saved it (node/node.h); all zero: not known */
    uint64_t generation;      /* struct felt_envelope */
    uint64_t era;             /* 0: no slot map yet */
    struct felt_bytes config; /* network configuration as JSON; len 0: none yet */
    bool has_lease;
    uint32_t lease;
    uint32_t n_slots;
    uint32_t n_runs;
    struct felt_run *runs; /* from slot 0 on */
    uint32_t n_gifts;
    struct felt_gift_record *gifts; /* oldest first */
    uint32_t n_freed;
    uint32_t freed[FELT_RECORD_FREED_MAX]; /* slots that were leases, the longest unused first */
    uint32_t n_members;
    struct felt_member_record *members; /* ourselves excluded */
    uint32_t n_promise; /* a candidate's, to the first of them; 0: none (proto/lease.md 3.6) */
    struct felt_id promise[FELT_BOOTSTRAP_MAX]; /* ascending */
    uint64_t lease_time; /* of the cluster, in seconds; 0: nothing is reclaimed */
    struct felt_acceptor acceptor;
    struct felt_value decided; /* what `era` began with; n 0: not known */
    uint32_t n_silences;
    struct felt_silent *silences;
    uint32_t n_notices;
    struct felt_notice *notices; /* each key once, ascending within (key modulo FELT_BUCKETS) */
};

/* Bytes that the encoding takes. */
size_t felt_record_size(const struct felt_record *record);
/* buf has felt_record_size() bytes. */
void felt_record_encode(const struct felt_record *record, uint8_t *buf, size_t len);

/* A decoded record: arrays are its own, byte ranges are borrowed from the bytes given. */
void felt_record_done(struct felt_record *record);
/* 0, -EINVAL or -ENOMEM. */
int felt_record_decode(struct felt_bytes bytes, struct felt_record *ret_record);
