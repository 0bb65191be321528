/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/host.h"

#include <errno.h>
#include <sodium.h>

int felt_crypto_start(void)
{
    return sodium_init() < 0 ? -EIO : 0;
}

void felt_random_fill(void *buf, size_t len)
{
    randombytes_buf(buf, len);
}

void felt_secret_lock(void *buf, size_t len)
{
    /* Without the limit (RLIMIT_MEMLOCK) the secret may reach swap; that is no reason to stop. */
    (void)!sodium_mlock(buf, len);
}

void felt_secret_unlock(void *buf, size_t len)
{
    sodium_munlock(buf, len);
}
