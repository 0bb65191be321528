/* SPDX-License-Identifier: Apache-2.0 */
/* Which member an operator means: by name, id or its first digits, subnet, or address. */
#pragma once

#include "agent/failure.h"
#include "agent/methods.h"
#include "base/id.h"

#define FELT_PICK_DIGITS_MIN 4 /* of an id; fewer are rather a name */

/* 0 with *ret_id; -ENOENT, or -ENOTUNIQ where several are meant, who are named in *ret_failure. An
 * owner of subnets that is no known member is found by its id. */
int felt_pick(const struct felt_methods_context *context, const char *text, struct felt_id *ret_id,
              struct felt_failure *ret_failure);
