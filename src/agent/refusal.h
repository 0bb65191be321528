/* SPDX-License-Identifier: Apache-2.0 */
/* Why the kernel refused a step of the plan, as one line for the operator: what could not be done,
 * why, and where we know it, what to do about it. */
#pragma once

#include <stdint.h>

#include "kernel/error.h"
#include "plan/op.h"

#define FELT_REFUSAL_TEXT 512

struct felt_refusal {
    const struct felt_plan_op *op;
    const struct felt_kernel_error *error; /* its code is not 0 */
    const struct felt_plan_link *link;     /* the device as it should be */
    uint16_t port;                         /* its UDP port, of the module where it names none */
    char rival[FELT_PLAN_NAME]; /* the device that has its VNI and port; "": not that we know */
};

/* text has FELT_REFUSAL_TEXT bytes, room for the longest. Returns text. */
const char *felt_refusal_format(const struct felt_refusal *refusal, char *text);
