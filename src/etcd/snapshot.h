/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd says in BridgeState (proto/io.felt.varlink), as the engine takes it. */
#pragma once

#include <jansson.h>

#include "base/idiom.h"
#include "flannel/engine.h"

struct felt_snapshot {
    struct felt_flannel_felt felt; /* points into what follows */
    bool ended;                    /* the mode is off, and was on: cut over */
    struct felt_flannel_own *own;
    struct felt_flannel_demand *demands;
    struct felt_flannel_foreign *foreign;
};

/* state: the object of that name; entries that make no sense are left out. 0 or -ENOMEM. */
int felt_snapshot_read(const json_t *state, const struct felt_netconf *config,
                       struct felt_snapshot *ret_snapshot);
void felt_snapshot_done(struct felt_snapshot *snapshot);
