/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 read strictly: one text for each value. Private to crypto.
 *
 * libsodium 1.0.18 takes every byte above 0x7f for the last digit, and its list of what to ignore
 * works between the digits, too, where it takes NUL as well. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* variant is one of <sodium.h>. Decodes all of text to at most room bytes. 0, or -EINVAL with
 * ret_data undefined: it may hold part of a secret. */
int felt_base64_decode(const char *text, size_t len, int variant, size_t room, uint8_t *ret_data,
                       size_t *ret_len);
