/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of public data: a short one for digests (SipHash-2-4 under a fixed key: insiders could
 * collide it anyway, so it only has to be even), a long one as a checksum (BLAKE2b-256). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FELT_CHECKSUM_LEN 32

uint64_t felt_hash64(const void *data, size_t len);
void felt_checksum(const void *data, size_t len, uint8_t ret_sum[FELT_CHECKSUM_LEN]);

/* Independent bytes out of one secret seed of 32 bytes, by label; len is 16 to 64. */
void felt_expand(const uint8_t seed[32], const char *label, uint8_t *ret_out, size_t len);
