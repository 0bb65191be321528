/* SPDX-License-Identifier: Apache-2.0 */
/* What is going to happen: a heap by time, ties in the order of making, so that a run is the same
 * every time. */
#pragma once

#include <stdbool.h>

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "base/ip.h"
#include "base/usec.h"

struct sim;
struct sim_queue;

enum sim_happening_kind {
    SIM_ARRIVES,     /* a datagram, at the machine that has the address then */
    SIM_REFUSED,     /* "no such port", at the sender */
    SIM_UNREACHABLE, /* "no way there", says the sender's own machine */
    SIM_SAVED,       /* a state is durable, or its write has failed */
    SIM_SEEDS,       /* the seeds' names are resolved */
    SIM_DEVICE,      /* the overlay device is there */
    SIM_SCRIPT,      /* a fault or an experiment goes on */
};

struct sim_happening {
    felt_usec when;
    enum sim_happening_kind kind;
    uint32_t host;
    uint32_t life;             /* of the host: what an earlier one began is void; 0: any */
    struct felt_endpoint from; /* of ARRIVES: the sender; of REFUSED and UNREACHABLE: who was not
                                  reached */
    uint32_t address;          /* of ARRIVES: where to */
    uint32_t sender;           /* of ARRIVES: the host that sent it */
    bool overlay;              /* of ARRIVES: it came through the overlay */
    size_t carried;            /* of ARRIVES: bytes of UDP payload in the underlay */
    felt_usec turn;            /* put off until then; of ARRIVES: when the host is free for it */
    bool waited;               /* in the socket of a host that did not run */
    uint64_t save;             /* of SAVED */
    bool stale;                /* of SAVED: by a life that goes on from a stale disk */
    bool failed;               /* of SAVED */
    size_t len;                /* of bytes */
    uint8_t *bytes;            /* of ARRIVES: pooled; of SAVED: from sim_alloc() */
    void (*script)(struct sim *sim, void *context, uint64_t a, uint64_t b);
    void *context;
    uint64_t a, b;
};

struct sim_queue *sim_queue_new(void);
void sim_queue_free(struct sim_queue *queue);
FELT_DEFINE_CLEANUP(struct sim_queue *, sim_queue_free)

/* A copy; the bytes are the queue's from now on. */
void sim_queue_add(struct sim_queue *queue, const struct sim_happening *happening);
/* When the first one happens; FELT_USEC_NEVER where there is none. */
felt_usec sim_queue_first(const struct sim_queue *queue);
/* Takes the first one; its bytes are the caller's: sim_queue_drop_bytes(). */
struct sim_happening sim_queue_take(struct sim_queue *queue);
/* What was put off for a host (its turn is later than now) happens now, in the same order. */
void sim_queue_hasten(struct sim_queue *queue, uint32_t host, felt_usec now);
size_t sim_queue_count(const struct sim_queue *queue);

/* A pooled copy of a datagram, for an ARRIVES. */
uint8_t *sim_queue_copy(struct sim_queue *queue, struct felt_bytes datagram);
void sim_queue_drop_bytes(struct sim_queue *queue, struct sim_happening *happening);
