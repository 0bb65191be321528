/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an etcd bridge is on, and at whose side: the notice (notice.h) whose key is the number of
 * slots, one past the last of them (proto/lease.md 9.1). While it is on only the bridge node gives
 * slots; it never makes anybody an owner of anything. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/id.h"
#include "lease/notice.h"

enum felt_bridge_phase {
    FELT_BRIDGE_OFF,
    FELT_BRIDGE_ON,
    FELT_BRIDGE_ENDED, /* off, and it was on: cut over */
};

struct felt_bridge_mode {
    enum felt_bridge_phase phase;
    struct felt_id node; /* the bridge node, also of ENDED */
    uint64_t slots;      /* of ENDED: the slot map's digest then; as long as it is that, nothing was
                            given without etcd */
};

/* Of NULL, and of a notice that this version does not know: OFF. */
struct felt_bridge_mode felt_bridge_mode_get(const struct felt_notices *notices);
/* To the notice's value; OFF has none. Returns its length. */
size_t felt_bridge_mode_encode(const struct felt_bridge_mode *mode,
                               uint8_t value[FELT_NOTICE_VALUE_MAX]);
/* The key of the notice. */
uint32_t felt_bridge_mode_key(const struct felt_notices *notices);
