/* SPDX-License-Identifier: Apache-2.0 */
/* The one part of crypto that touches the machine: libsodium's start-up, randomness from the
 * kernel, and memory that is neither swapped nor dumped. An archive of its own, so that the pure
 * rooms cannot link it by accident. */
#pragma once

#include <stddef.h>

/* Once per process, before anything else of crypto. 0 or -EIO. */
int felt_crypto_start(void);
void felt_random_fill(void *buf, size_t len);
/* Locks and excludes from core dumps, as far as the limits of the process allow. */
void felt_secret_lock(void *buf, size_t len);
/* Overwrites and unlocks. */
void felt_secret_unlock(void *buf, size_t len);
