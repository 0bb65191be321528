/* SPDX-License-Identifier: Apache-2.0 */
/* What is set of the cluster's configuration (proto/lease.md 8.3), for the control socket. Private
 * to its methods. */
#pragma once

#include <jansson.h>

#include "agent/methods.h"
#include "node/view.h"

/* What of it this node takes when feltd is restarted: an array. */
json_t *felt_methods_pending(const struct felt_self_view *self);
/* The same as a problem; nothing where nothing waits. */
void felt_methods_config_problems(json_t *problems, const struct felt_self_view *self);

void felt_methods_set_config(void *userdata, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer);
