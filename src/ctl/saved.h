/* SPDX-License-Identifier: Apache-2.0 */
/* Changes that are done when they are on feltd's disk: nobody else hears of them before. */
#pragma once

#include <jansson.h>

#include "ctl/request.h"

/* Asks for a change, waits for the save that its reply names, and shows the reply where it is to be
 * JSON. *ret_reply stays as it is where nothing more is to be said; else the caller owns it. */
enum exit_code felt_ctl_change(const struct request *q, const char *method, json_t *parameters,
                               json_t **ret_reply);
