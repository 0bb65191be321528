/* SPDX-License-Identifier: Apache-2.0 */
/* The node's events as log lines. */
#pragma once

#include "node/node.h"

/* node is where an event's slot is looked up. */
void felt_event_log(const struct felt_node *node, const struct felt_event *event);
