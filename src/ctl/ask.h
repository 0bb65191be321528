/* SPDX-License-Identifier: Apache-2.0 */
/* Asking feltd, and saying on standard error why there is no answer. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "ctl/request.h"
#include "ctl/varlink_client.h"

#define FELTCTL_TIMEOUT  (5 * FELT_USEC_SEC) /* feltd answers in milliseconds, or not at all */
#define FELTCTL_PAUSE_NS 100000000           /* between two looks at what feltd has come to, */
#define FELTCTL_TRIES    600                 /* and how many: a minute */

/* One call on a connection of its own; says so where feltd cannot be reached. An error that feltd
 * answers with is EXIT_FINE, and in the reply. */
enum exit_code felt_ctl_call(const struct request *q, const char *method, json_t *parameters,
                             struct felt_varlink_reply *ret_reply);
/* The same; also says why feltd refused. The caller owns *ret_parameters. */
enum exit_code felt_ctl_ask(const struct request *q, const char *method, json_t *parameters,
                            json_t **ret_parameters);
/* The same as felt_ctl_call(), for what a node that has just started cannot do until others have
 * confirmed its state: asks again, for twenty seconds at the longest, while that is so. */
enum exit_code felt_ctl_call_confirmed(const struct request *q, const char *method,
                                       json_t *parameters, struct felt_varlink_reply *ret_reply);
bool felt_ctl_is_error(const struct felt_varlink_reply *reply, const char *error);
/* A client, for calls one after the other; says so where feltd cannot be reached. */
enum exit_code felt_ctl_connect(const struct request *q, struct felt_varlink_client **ret_client);
/* Says that feltd cannot be reached (any more): r is what the client said. */
enum exit_code felt_ctl_lost(const struct request *q, int r);
/* Says why feltd refused. */
enum exit_code felt_ctl_refused(const struct felt_varlink_reply *reply);

/* What feltd says of itself, without a word where it says nothing now: NULL. */
json_t *felt_ctl_look(const struct request *q);
/* Some time passes before the next look. */
void felt_ctl_pause(void);

enum exit_code felt_ctl_print_json(const json_t *value);
/* Asks, and shows the answer as `report` has it, or as JSON. */
enum exit_code felt_ctl_show(const struct request *q, const char *method,
                             int (*report)(const json_t *, FILE *));

/* Whether there is a person who could be asked. */
bool felt_ctl_has_terminal(void);
/* Asks that person; only "yes" is one. */
bool felt_ctl_is_sure(const char *question);
