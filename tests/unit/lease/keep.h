/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up reservations. */
#pragma once

#include "tests/unit/test.h"

#include "lease/reservation.h"

struct keep {
    uint32_t slot;
    const char *whom; /* NULL: withdrawn */
};

static inline enum felt_merge put_notice(struct felt_notices *notices, uint32_t key,
                                         uint64_t version, const char *whom)
{
    uint8_t value[FELT_NOTICE_VALUE_MAX];
    struct felt_notice notice = {.key = key, .version = version};
    struct felt_whom w;

    if (whom) {
        assert_int_equal(felt_whom_parse(whom, &w), 0);
        notice.value = felt_bytes(value, felt_whom_encode(&w, value));
    }
    return felt_notices_merge(notices, &notice);
}

/* Of a network of n_slots, each at version 1. */
static inline struct felt_notices *keep(uint32_t n_slots, const struct keep *keeps, size_t n)
{
    struct felt_notices *notices = NULL;

    assert_int_equal(felt_notices_new(n_slots, &notices), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(put_notice(notices, keeps[i].slot, 1, keeps[i].whom), FELT_MERGE_NEWER);
    return notices;
}
