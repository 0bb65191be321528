/* SPDX-License-Identifier: Apache-2.0 */
/* A node of the test's own that knows of no etcd bridge, and of which nothing is set: what
 * methods.c asks of it. */
#pragma once

#include "node/bridge.h"
#include "node/bridge_lease.h"
#include "node/demand.h"
#include "node/foreign.h"
#include "node/setter.h"

void felt_node_bridge(const struct felt_node *node _unused_, struct felt_bridge_view *ret_view)
{
    *ret_view = (struct felt_bridge_view){0};
}

enum felt_bridge_refusal felt_node_may_bridge(const struct felt_node *node _unused_,
                                              enum felt_bridge_order order _unused_,
                                              bool force _unused_)
{
    return FELT_BRIDGE_NOT_READY;
}

bool felt_node_next_foreign(const struct felt_node *node _unused_,
                            struct felt_notice_place *place _unused_,
                            struct felt_foreign_view *ret_view _unused_)
{
    return false;
}

const struct felt_demand *felt_node_demand(const struct felt_node *node _unused_,
                                           uint32_t i _unused_)
{
    return NULL;
}

bool felt_node_next_bridge_lease(const struct felt_node *node _unused_, uint32_t *at _unused_,
                                 struct felt_bridge_lease *ret_lease _unused_)
{
    return false;
}

uint64_t felt_node_bridge_generation(const struct felt_node *node _unused_)
{
    return 0;
}

const struct felt_settings *felt_node_settings(const struct felt_node *node _unused_)
{
    static const struct felt_settings nothing;

    return &nothing;
}

enum felt_set_refusal felt_node_may_set(const struct felt_node *node _unused_,
                                        const struct felt_settings *settings _unused_)
{
    return FELT_SET_NOT_READY;
}

uint64_t felt_node_set_by(const struct felt_node *node _unused_)
{
    return 0;
}
