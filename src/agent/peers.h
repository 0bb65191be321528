/* SPDX-License-Identifier: Apache-2.0 */
/* The members whose subnets the kernel is to have a way to, out of what each says of itself. A
 * member that starts anew says who it is before its device is there: until it has said that, what
 * leads to it stays as it was, for its data plane has never stopped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/devices.h"
#include "base/usec.h"
#include "node/view.h"

/* Far longer than a machine needs to make its device; one that cannot has no way to it. */
#define FELT_PEERS_PATIENCE (30 * FELT_USEC_SEC)

struct felt_peers_told {
    uint32_t slot; /* it leases */
    felt_usec us;  /* when it was last seen to have said all */
};

/* Zero to begin with. */
struct felt_peers {
    struct felt_devices_peer *all; /* n of them; behind them foreign ones, n_all in all */
    size_t n, n_all;
    struct felt_peers_told *told; /* of the n */
    bool all_told;     /* no living member has yet to say what its lease and device are */
    felt_usec wait_us; /* until the answer changes by itself; 0: it does not */
};

/* Looks at all members anew. self has a configuration. 0; -ENOMEM, and peers are as they were. */
int felt_peers_collect(struct felt_peers *peers, const struct felt_node *node,
                       const struct felt_self_view *self, felt_usec now);
void felt_peers_done(struct felt_peers *peers);
