/* SPDX-License-Identifier: Apache-2.0 */
/* Messages for tests: of each type, small, as large as it gets, or at random; and whether two are
 * the same. */
#pragma once

#include <stdbool.h>

#include "base/prng.h"
#include "wire/message.h"

#define MESSAGE_TYPE_FIRST FELT_MESSAGE_PROBE
#define MESSAGE_TYPE_LAST  FELT_MESSAGE_PATH_ANSWER

/* The type after t; some numbers are kept for what is not there yet. */
static inline unsigned message_type_after(unsigned t)
{
    return t == FELT_MESSAGE_SYNC_NOTICES ? FELT_MESSAGE_PATH_PROBE : t + 1;
}

enum message_size {
    MESSAGE_SMALLEST, /* numbers zero or as low as the schema has them, one entry, texts empty */
    MESSAGE_RANDOM,
    MESSAGE_LARGEST, /* numbers at their limits, as many entries as fit a datagram */
};

struct sample {
    struct felt_message message;
    uint8_t bytes[FELT_CONFIG_TEXT_MAX]; /* what the message borrows */
};

/* A valid message. It borrows from the sample itself: do not copy. */
void sample_message(struct felt_prng *prng, enum felt_message_type type, enum message_size size,
                    struct sample *ret_sample);

/* By what the message says: unused entries and padding do not count. */
bool message_equal(const struct felt_message *a, const struct felt_message *b);
