/* SPDX-License-Identifier: Apache-2.0 */
/* Records of any content that the format allows. */
#pragma once

#include "base/prng.h"
#include "wire/record.h"

/* Arrays of a record that is as large as the test wants it. */
struct store {
    struct felt_record r;
    struct felt_run runs[300];
    struct felt_gift_record gifts[FELT_RECORD_GIFTS_MAX];
    struct felt_member_record members[40];
    struct felt_silent silences[30];
    struct felt_notice notices[50];
    uint8_t bytes[FELT_CONFIG_TEXT_MAX];
};

/* Fills s->r, which borrows from the rest of s. */
void random_record(struct felt_prng *prng, struct store *s);
