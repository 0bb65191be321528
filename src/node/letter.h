/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram in the making: opened for a receiver, filled with messages, posted. Rumours ride in
 * the room that is left, each class with some of it kept for itself (proto/gossip.md 4.4).
 * Private to node. */
#pragma once

#include "node/core.h"

#define FELT_LETTER_ROOM (FELT_DATAGRAM_MAX - FELT_SEAL_OVERHEAD)

struct felt_letter {
    struct felt_node *node;
    struct felt_endpoint to;
    uint32_t member; /* the receiver's place; FELT_MEMBER_NONE: a stranger, who gets no rumours */
    bool rumours;
    bool empty;
    bool overlay;    /* goes through the overlay, */
    uint32_t pad_to; /* in a packet of so many bytes; 0: as few as it has */
    size_t len;
    uint8_t plain[FELT_LETTER_ROOM];
};

/* A letter to a member at its announced address, or to a stranger at an endpoint. */
void felt_letter_open(struct felt_letter *letter, struct felt_node *node, uint32_t member);
void felt_letter_open_to(struct felt_letter *letter, struct felt_node *node,
                         const struct felt_endpoint *to, uint32_t member);
size_t felt_letter_room(const struct felt_letter *letter);
/* False where it does not fit; the letter is as before then. */
bool felt_letter_write(struct felt_letter *letter, const struct felt_message *message);
/* A member's descriptor and how it stands, both or neither. */
bool felt_letter_write_member(struct felt_letter *letter, uint32_t i);
/* As many runs of [first, end) of our map as fit, with room left for an ANSWERED. Returns the slot
 * after the last one written, first where none fits. Only while felt_saver_settled(): what is not
 * durable must not be told. */
uint32_t felt_letter_write_slots(struct felt_letter *letter, uint32_t first, uint32_t end);
/* As many notices of a bucket from the i-th up to the end-th as fit, as above. Returns the first
 * that was not written. */
uint32_t felt_letter_write_notices(struct felt_letter *letter, uint32_t bucket, uint32_t i,
                                   uint32_t end);
/* A message that was encoded before, alone, to a member. */
void felt_letter_send(struct felt_node *node, uint32_t member, const uint8_t *message, size_t len);
/* Adds rumours, seals and sends. An empty letter is not sent; false then. */
bool felt_letter_post(struct felt_letter *letter);

/* Our tables in three numbers, for probes and acks. */
struct felt_digest felt_node_digest(const struct felt_node *node);
