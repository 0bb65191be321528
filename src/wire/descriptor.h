/* SPDX-License-Identifier: Apache-2.0 */
/* A node's descriptor: what it says of itself, signed with its identity key. The one big record
 * of gossip; it changes rarely and replaces the older one whole (proto/gossip.md 2).
 *
 * The body is what is signed; the signature travels beside it. A receiver keeps and forwards the
 * bytes as they came, so that unknown later fields survive. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/ip.h"

#define FELT_PUBLIC_KEY_LEN   32 /* Ed25519 */
#define FELT_SIGNATURE_LEN    64
#define FELT_DESCRIPTOR_MAX   320 /* bytes of body: all fields at their limits need 314 */
#define FELT_NAME_MAX         63  /* bytes of a node name: one DNS label */
#define FELT_DESC_BACKEND_MAX 15
#define FELT_DESC_DATA_MAX    64

struct felt_descriptor {
    uint8_t public_key[FELT_PUBLIC_KEY_LEN];
    uint64_t version; /* larger is newer; starts anew above all earlier ones each session */
    char name[FELT_NAME_MAX + 1];
    struct felt_endpoint advertise;          /* of gossip */
    struct felt_ip public_ip;                /* of the data plane; IPv4 where there is public_ip6 */
    char backend[FELT_DESC_BACKEND_MAX + 1]; /* "vxlan", "host-gw", or empty: no device yet */
    char backend_data[FELT_DESC_DATA_MAX + 1];
    /* A second way to it: family NONE where there is none, as always in a network without IPv6. */
    struct felt_ip public_ip6;
    char backend_data6[FELT_DESC_DATA_MAX + 1];
    uint32_t mtu; /* of the overlay, 0 without backend */
    bool has_lease;
    uint32_t lease; /* the slot that the node uses */
    bool left;      /* a farewell: the node's last word, and it has no lease then */
};

/* body has FELT_DESCRIPTOR_MAX bytes. Returns the length. */
size_t felt_descriptor_encode(const struct felt_descriptor *descriptor, uint8_t *body);
/* 0 or -EINVAL. Unknown fields at the end are accepted. */
int felt_descriptor_decode(struct felt_bytes body, struct felt_descriptor *ret_descriptor);
