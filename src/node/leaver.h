/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving for good (proto/gossip.md 6.1): everything that we own goes to the poorest live members;
 * when that is durable, our farewell goes out, until enough members show that they know; then our
 * state forgets the cluster, and we are silent.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/descriptor.h"
#include "wire/message.h"

#define FELT_LEAVER_TELL    (200 * FELT_USEC_MS) /* each of those that are told, so often */
#define FELT_LEAVER_WITNESS 3                    /* that many members have to know */
#define FELT_LEAVER_PATIENT (30 * FELT_USEC_SEC) /* from then on one is enough */

#define FELT_LEAVER_TEXT    (FELT_LEAVER_WITNESS * (FELT_NAME_MAX + 2) + 64)

struct felt_node;
struct felt_inbound;

enum felt_leaving {
    FELT_LEAVING_NOT,
    FELT_LEAVING_GIVES,  /* our slots are given; the disk is at work */
    FELT_LEAVING_TELLS,  /* the gifts are durable: farewell */
    FELT_LEAVING_CLOSES, /* enough members know; the disk is at work */
    FELT_LEAVING_GONE,
};

struct felt_leaver_witness {
    struct felt_id id; /* all zero: nobody yet */
    bool knows;        /* has our gifts and our farewell */
};

struct felt_leaver {
    enum felt_leaving phase;
    uint32_t seq;        /* of our probes: an ack with it comes after the farewell */
    felt_usec tell_us;   /* the next round */
    felt_usec redraw_us; /* who does not answer until then is replaced */
    felt_usec patient_us;
    struct felt_leaver_witness witnesses[FELT_LEAVER_WITNESS];
    char waiting[FELT_LEAVER_TEXT]; /* what we wait for, those that have not confirmed by name */
};

/* TAKEN; BUSY where there is nobody to give to, or nothing to leave yet. */
enum felt_verdict felt_leaver_begin(struct felt_node *node);
/* Takes and gives no slots any more. */
bool felt_leaver_leaving(const struct felt_node *node);
/* Nothing of the cluster goes to disk any more. */
bool felt_leaver_closing(const struct felt_node *node);

/* What we gave is durable, or that we left. */
void felt_leaver_given(struct felt_node *node);
void felt_leaver_closed(struct felt_node *node);
/* An ack. TAKEN where it is one to ours. */
enum felt_verdict felt_leaver_ack(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m);

felt_usec felt_leaver_deadline(const struct felt_node *node);
void felt_leaver_wake(struct felt_node *node);
