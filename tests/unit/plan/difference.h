/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the difference begin with: what is wanted, what is there, and what is to be
 * done, in words. */
#pragma once

#include "plan/diff.h"
#include "tests/unit/plan/world.h"

struct fixture {
    struct felt_plan_desired desired;
    struct felt_plan_observed kernel;
    struct felt_plan plan; /* of the last diff() */
};

int teardown(void **state);

/* The difference as lines of text, which are there until the next call. */
const char *diff(struct fixture *f);
