/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram that arrived: opened, held against its sender's window, its messages handed to the
 * parts of the node (proto/packet.md 3). Private to node. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "base/verdict.h"
#include "crypto/seal.h"
#include "wire/message.h"

struct felt_node;

/* Whose datagram it is, while its messages are handled. */
struct felt_inbound {
    struct felt_endpoint from;
    struct felt_envelope envelope;
    uint8_t cluster[FELT_SEAL_CLUSTER]; /* of the header; all zero: the sender is in none */
    uint32_t member;                    /* the sender's place; FELT_MEMBER_NONE: a stranger */
    size_t len;                         /* of the datagram, sealed */
    uint32_t pulled; /* the last member whose descriptor we had pulled; FELT_MEMBER_NONE: none */
    uint32_t key;    /* id of the key that opened it */
    bool overlay;    /* it came through the overlay */
    bool answered;   /* a stranger gets one answer to a datagram */
    bool vouched;    /* a stranger that showed its cookie, or whom we asked */
    bool asks;       /* it sent a JOIN, answered once all is read */
    uint8_t request[FELT_REQUEST_ID_LEN];
    uint64_t era;
    struct felt_cidr wish;
};

/* Whether its sender is in no cluster. */
static inline bool felt_inbound_is_from_nowhere(const struct felt_inbound *in)
{
    static const uint8_t nowhere[FELT_SEAL_CLUSTER];

    return memcmp(in->cluster, nowhere, sizeof(nowhere)) == 0;
}

enum felt_verdict felt_inbound_datagram(struct felt_node *node, const struct felt_endpoint *from,
                                        struct felt_bytes sealed);
/* One that came through the overlay: only members' trials do (proto/path.md 1). */
enum felt_verdict felt_inbound_overlay(struct felt_node *node, const struct felt_endpoint *from,
                                       struct felt_bytes sealed);
