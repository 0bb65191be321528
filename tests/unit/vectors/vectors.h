/* SPDX-License-Identifier: Apache-2.0 */
/* What all golden vectors are made with (tests/vectors/README). */
#pragma once

#include <string.h>

#include "base/id.h"
#include "crypto/identity.h"
#include "crypto/seal.h"
#include "wire/message.h"

static const struct felt_cluster_key vector_key = {{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                    11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                                    22, 23, 24, 25, 26, 27, 28, 29, 30, 31}};

static const uint8_t vector_cluster[FELT_SEAL_CLUSTER] = {0x01, 0x23, 0x45, 0x67,
                                                          0x89, 0xab, 0xcd, 0xef};

/* The identity of the sender is made from 32 bytes of 0x11. */
static inline struct felt_identity vector_identity(void)
{
    uint8_t seed[FELT_IDENTITY_SEED_LEN];
    struct felt_identity identity;

    memset(seed, 0x11, sizeof(seed));
    felt_identity_from_seed(seed, &identity);
    return identity;
}

#define VECTOR_SESSION    7
#define VECTOR_COUNTER    300
#define VECTOR_GENERATION 2
#define VECTOR_START      4
#define VECTOR_SAVE       600
