/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to tell: a bounded queue of keys, not of texts. What a rumour says is read from the
 * tables when it is sent, so an overtaken rumour tells the newer news. Each is sent a limited
 * number of times, freshest first, and then forgotten; what got lost is for anti-entropy. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/idiom.h"

enum felt_rumour_kind {
    FELT_RUMOUR_REFUTATION, /* key: a member that is alive */
    FELT_RUMOUR_LIVENESS,   /* key: a member that is not, or perhaps not */
    FELT_RUMOUR_DESCRIPTOR, /* key: a member */
    FELT_RUMOUR_SLOTS,      /* key: first slot, count: how many */
    FELT_RUMOUR_NOTICES,    /* key: that of a notice */
};
#define FELT_RUMOUR_KINDS (FELT_RUMOUR_NOTICES + 1)

struct felt_rumour {
    uint32_t key;
    uint32_t count;
    uint32_t sent;
};

struct felt_rumours;

/* At most kind_max of each kind: the one sent most often makes room. 0 or -ENOMEM. */
int felt_rumours_new(uint32_t kind_max, struct felt_rumours **ret_rumours);
void felt_rumours_free(struct felt_rumours *rumours);
FELT_DEFINE_CLEANUP(struct felt_rumours *, felt_rumours_free)

/* Adds, or starts anew: the same key is there once. */
void felt_rumours_add(struct felt_rumours *rumours, enum felt_rumour_kind kind, uint32_t key,
                      uint32_t count);
/* While hushed, nothing is added: what happens is old news to everybody else. */
void felt_rumours_hush(struct felt_rumours *rumours, bool hush);
/* Forgets what is said of key. */
void felt_rumours_drop(struct felt_rumours *rumours, enum felt_rumour_kind kind, uint32_t key);
/* The i-th to send next, or NULL after the last. */
const struct felt_rumour *felt_rumours_peek(const struct felt_rumours *rumours,
                                            enum felt_rumour_kind kind, uint32_t i);
/* The first n that peek showed were sent once more; those sent `limit` times are forgotten. */
void felt_rumours_sent(struct felt_rumours *rumours, enum felt_rumour_kind kind, uint32_t n,
                       uint32_t limit);
bool felt_rumours_empty(const struct felt_rumours *rumours);
