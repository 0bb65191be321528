/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/bridge_mode.h"

#include <string.h>

/* The first byte of the value (proto/messages.cddl, bridge). */
enum { KIND_ON = 16, KIND_ENDED = 17 };

#define ON_LEN    (1 + FELT_ID_LEN)
#define ENDED_LEN (ON_LEN + 8)

uint32_t felt_bridge_mode_key(const struct felt_notices *notices)
{
    return felt_notices_keys_max(notices) - FELT_NOTICE_OTHERS;
}

struct felt_bridge_mode felt_bridge_mode_get(const struct felt_notices *notices)
{
    struct felt_bridge_mode mode = {0};
    struct felt_notice notice;

    if (!notices || !felt_notices_get(notices, felt_bridge_mode_key(notices), &notice))
        return mode;
    if (notice.value.len == ON_LEN && notice.value.data[0] == KIND_ON)
        mode.phase = FELT_BRIDGE_ON;
    else if (notice.value.len == ENDED_LEN && notice.value.data[0] == KIND_ENDED)
        mode.phase = FELT_BRIDGE_ENDED;
    if (mode.phase == FELT_BRIDGE_OFF)
        return mode;
    memcpy(mode.node.b, notice.value.data + 1, FELT_ID_LEN);
    if (mode.phase == FELT_BRIDGE_ENDED)
        mode.slots = felt_get_be64(notice.value.data + ON_LEN);
    return mode;
}

size_t felt_bridge_mode_encode(const struct felt_bridge_mode *mode,
                               uint8_t value[FELT_NOTICE_VALUE_MAX])
{
    if (mode->phase == FELT_BRIDGE_OFF)
        return 0;
    value[0] = mode->phase == FELT_BRIDGE_ON ? KIND_ON : KIND_ENDED;
    memcpy(value + 1, mode->node.b, FELT_ID_LEN);
    if (mode->phase == FELT_BRIDGE_ON)
        return ON_LEN;
    felt_put_be64(value + ON_LEN, mode->slots);
    return ENDED_LEN;
}
