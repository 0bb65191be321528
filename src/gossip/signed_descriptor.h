/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor as it came, signature and all: what is kept of it and passed on. Only what every
 * datagram needs is kept decoded beside it; the rest is read when somebody asks.
 *
 * It never changes once made, so whoever holds many tables (the simulator) may share it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/id.h"
#include "base/ip.h"
#include "wire/descriptor.h"

struct felt_signed_descriptor {
    struct felt_id id; /* of the key inside */
    uint64_t version;
    struct felt_endpoint advertise;
    bool left; /* a farewell */
    uint16_t body_len;
    uint8_t signature[FELT_SIGNATURE_LEN];
    uint8_t body[]; /* body_len bytes */
};

/* A copy of what d was decoded from, or NULL where memory is short. The signature was verified, or
 * comes from our own disk. body.len is at most FELT_DESCRIPTOR_MAX. */
struct felt_signed_descriptor *felt_signed_descriptor_new(
    const struct felt_id *id, const struct felt_descriptor *d, struct felt_bytes body,
    const uint8_t signature[FELT_SIGNATURE_LEN]);
void felt_signed_descriptor_free(struct felt_signed_descriptor *descriptor);

/* All that it says. */
void felt_signed_descriptor_read(const struct felt_signed_descriptor *descriptor,
                                 struct felt_descriptor *ret_d);
