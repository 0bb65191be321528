/* SPDX-License-Identifier: Apache-2.0 */
/* From options and what is on this machine to a node that can start: state, cluster key, network
 * configuration, underlay. Everything that can be wrong with a start is found here, before anything
 * is changed. */
#pragma once

#include <stdbool.h>

#include "agent/failure.h"
#include "agent/options.h"
#include "agent/store.h"
#include "agent/underlay.h"
#include "crypto/key.h"
#include "node/node.h"

struct felt_prepared {
    struct felt_store store;
    struct felt_cluster_key key; /* secret, locked in memory */
    bool key_by_hand;            /* an operator has put it there for all members */
    struct felt_underlay underlay;
    struct felt_endpoint bind; /* of the options, or of IPv6 on a machine without IPv4 */
    struct felt_endpoint advertise;
    struct felt_node *node;
    size_t n_token_seeds;
    struct felt_endpoint token_seeds[FELT_TOKEN_SEEDS_MAX];
};

/* 0, or -errno with ret_error. ret_prepared stays where it is until felt_prepared_done(). An order
 * to join elsewhere (abandon.h) takes the place of what options say of that. */
int felt_prepare(struct felt_options *options, felt_usec now, struct felt_prepared *ret_prepared,
                 struct felt_failure *ret_error);
void felt_prepared_done(struct felt_prepared *prepared);
