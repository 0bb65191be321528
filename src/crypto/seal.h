/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed datagrams: XChaCha20-Poly1305 under the cluster key, the clear header as associated data
 * (proto/packet.md 2).
 *
 * The nonce is a keyed hash of header and plaintext. Every plaintext begins with sender, session
 * and counter and so is unique; the nonce then is, too, whatever the machine's randomness is worth,
 * and also when a snapshot of a running machine is started twice. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/verdict.h"
#include "crypto/key.h"

#define FELT_SEAL_HEADER   16 /* bytes in the clear */
#define FELT_SEAL_NONCE    24
#define FELT_SEAL_TAG      16
#define FELT_SEAL_OVERHEAD (FELT_SEAL_HEADER + FELT_SEAL_NONCE + FELT_SEAL_TAG)
#define FELT_SEAL_CLUSTER  8 /* bytes of a cluster id; all zero: not in a cluster yet */

/* A cluster key made ready. Secret. */
struct felt_seal_key {
    uint8_t id[FELT_KEY_ID_LEN];
    uint8_t seal[32];
    uint8_t nonce[32];
};

void felt_seal_key_init(struct felt_seal_key *seal_key, const struct felt_cluster_key *key);

/* Overwrites it in a way that the compiler keeps. */
void felt_seal_key_wipe(struct felt_seal_key *seal_key);

/* out has plain.len + FELT_SEAL_OVERHEAD bytes and does not overlap plain. Returns that length. */
size_t felt_seal(const struct felt_seal_key *key, const uint8_t cluster[FELT_SEAL_CLUSTER],
                 struct felt_bytes plain, uint8_t *out);

/* What a datagram says in the clear. MALFORMED, or TAKEN and the fields. */
struct felt_seal_header {
    uint8_t key_id[FELT_KEY_ID_LEN];
    uint8_t cluster[FELT_SEAL_CLUSTER];
};
enum felt_verdict felt_seal_peek(struct felt_bytes sealed, struct felt_seal_header *ret_header);

/* Opens a datagram that felt_seal_peek() took. plain has sealed.len - FELT_SEAL_OVERHEAD bytes.
 * TAKEN, UNKNOWN_KEY or FORGED. */
enum felt_verdict felt_seal_open(const struct felt_seal_key *key, struct felt_bytes sealed,
                                 uint8_t *plain, size_t *ret_len);
