/* SPDX-License-Identifier: Apache-2.0 */
/* The node's events as log lines. */
#pragma once

#include "agent/options.h"
#include "node/node.h"

/* node is where an event's slot is looked up. */
void felt_event_log(const struct felt_node *node, const struct felt_event *event);
/* SEEDS_SILENT: where we look, by the names that were given. */
void felt_event_log_silent_seeds(const struct felt_options *options,
                                 const struct felt_endpoint *token_seeds, size_t n_token_seeds);
