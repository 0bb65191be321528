/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of the node a message is for, and from whom it is taken (proto/packet.md 3). One entry
 * for each type. Private to node. */
#pragma once

#include "base/verdict.h"
#include "node/inbound.h"
#include "wire/message.h"

enum felt_taken {
    FELT_TAKEN_NEVER = 0,    /* there is no such type */
    FELT_TAKEN_FROM_MEMBERS, /* a stranger's is refused */
    FELT_TAKEN_FROM_ALL,     /* strangers may send it, too; the handler judges them */
    /* About whose life of an identity is the right one. It is the only message of its datagram, and
     * comes before there is anything to hold it against: what it answers to is named in it. */
    FELT_TAKEN_ALONE,
};

/* One of the two: take() may note in `in` what the rest of the datagram needs to know. */
struct felt_handler {
    enum felt_taken taken;
    enum felt_verdict (*handle)(struct felt_node *node, const struct felt_inbound *in,
                                const struct felt_message *m);
    enum felt_verdict (*take)(struct felt_node *node, struct felt_inbound *in,
                              const struct felt_message *m);
};

/* Of any number: one that is no type has an entry that is never taken. */
const struct felt_handler *felt_handler_of(enum felt_message_type type);

/* Whether the message must have its datagram to itself. */
bool felt_handler_is_alone(const struct felt_message *m);

/* Hands the message out. STRANGER where its sender is no member and has to be one. */
enum felt_verdict felt_handle(struct felt_node *node, struct felt_inbound *in,
                              const struct felt_message *m);
