/* SPDX-License-Identifier: Apache-2.0 */
/* The effects of one step while it runs: sealed datagrams and events, in memory that is taken once.
 * What does not fit is dropped and counted; the protocol repeats itself anyway. */
#pragma once

#include "base/idiom.h"
#include "node/node.h"
#include "wire/message.h"

#define FELT_OUTBOX_DATAGRAMS 64
#define FELT_OUTBOX_EVENTS    64

struct felt_outbox;

/* 0 or -ENOMEM. */
int felt_outbox_new(struct felt_outbox **ret_outbox);
void felt_outbox_free(struct felt_outbox *outbox);
FELT_DEFINE_CLEANUP(struct felt_outbox *, felt_outbox_free)

void felt_outbox_clear(struct felt_outbox *outbox);
/* How many more datagrams this step has room for. */
size_t felt_outbox_room(const struct felt_outbox *outbox);
/* FELT_DATAGRAM_MAX bytes to write a datagram to, or NULL where there is no room left. It counts
 * only once felt_outbox_commit() has its length. */
uint8_t *felt_outbox_reserve(struct felt_outbox *outbox);
void felt_outbox_commit(struct felt_outbox *outbox, const struct felt_endpoint *to, size_t len);
/* The last one that was committed goes through the overlay; pad_to is that of felt_datagram. */
void felt_outbox_through_overlay(struct felt_outbox *outbox, uint32_t pad_to);
/* An event to fill, zeroed but for its kind. Never NULL; one too many is dropped, so what must not
 * be lost comes first in a step and news of members last. */
struct felt_event *felt_outbox_event(struct felt_outbox *outbox, enum felt_event_kind kind);
void felt_outbox_effects(const struct felt_outbox *outbox, struct felt_effects *ret_effects);
