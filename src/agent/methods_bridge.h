/* SPDX-License-Identifier: Apache-2.0 */
/* The methods of io.felt for the etcd bridge (proto/io.felt.varlink), and what status says of it.
 * Private to the control socket's methods. */
#pragma once

#include <jansson.h>

#include "agent/methods.h"

/* The etcd bridge of a cluster that may have one: object or null. */
json_t *felt_methods_bridge_status(const struct felt_methods_context *context);
/* Leases outside of the cluster: an array. */
json_t *felt_methods_foreign(const struct felt_methods_context *context);
/* All that there is to do for the bridge: the type Bridge. */
json_t *felt_methods_bridge_work(const struct felt_methods_context *context);
/* The names of enum felt_bridge_health. */
extern const char *const felt_methods_bridge_healths[FELT_BRIDGE_HEALTHS];
/* Adds a line each. */
void felt_methods_bridge_problems(const struct felt_methods_context *context, json_t *problems);

/* Method functions of varlink_server.h; userdata is the context. */
void felt_methods_bridge_begin(void *userdata, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer);
void felt_methods_bridge_end(void *userdata, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer);
void felt_methods_bridge_undo(void *userdata, const json_t *parameters,
                              struct felt_varlink_answer *ret_answer);
void felt_methods_bridge_state(void *userdata, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer);
void felt_methods_bridge_watch(void *userdata, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer);
bool felt_methods_bridge_next(void *userdata, uint64_t *cursor,
                              struct felt_varlink_answer *ret_answer);
void felt_methods_bridge_clear(void *userdata, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer);
void felt_methods_bridge_foreign(void *userdata, const json_t *parameters,
                                 struct felt_varlink_answer *ret_answer);
void felt_methods_bridge_report(void *userdata, const json_t *parameters,
                                struct felt_varlink_answer *ret_answer);
