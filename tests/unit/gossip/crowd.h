/* SPDX-License-Identifier: Apache-2.0 */
/* A member table with as many made-up members as a test wants. */
#pragma once

#include "tests/unit/test.h"

#include "base/ip.h"
#include "gossip/member.h"

/* Member n's id begins with n in big-endian. Never nobody. */
static inline struct felt_id crowd_id(uint32_t n)
{
    struct felt_id id = {{0}};

    felt_put_be32(id.b, n);
    id.b[FELT_ID_LEN - 1] = 1;
    return id;
}

/* Where member n announces itself. */
static inline struct felt_endpoint crowd_at(uint32_t n)
{
    return (struct felt_endpoint){.ip = felt_ip_v4(0x0a000000 + n), .port = 8470};
}

static inline enum felt_verdict crowd_add(struct felt_members *members, uint32_t n,
                                          uint64_t incarnation, uint32_t *ret_i)
{
    static const uint8_t signature[FELT_SIGNATURE_LEN] = {1};
    struct felt_descriptor d = {.version = 1, .name = "somebody", .advertise = crowd_at(n)};
    struct felt_id id = crowd_id(n);
    uint8_t body[4];

    felt_put_be32(body, n);
    return felt_members_add(members, &id, &d, felt_bytes(body, sizeof(body)), signature,
                            incarnation, ret_i);
}

/* Members 1 to n at places 0 to n - 1. */
static inline struct felt_members *crowd_new(uint32_t n, uint32_t members_max)
{
    struct felt_members *members = NULL;
    uint32_t i;

    assert_int_equal(felt_members_new(members_max, &members), 0);
    for (uint32_t k = 1; k <= n; k++) {
        assert_int_equal(crowd_add(members, k, 1, &i), FELT_VERDICT_TAKEN);
        assert_int_equal(i, k - 1);
    }
    return members;
}
