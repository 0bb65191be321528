/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/plan/difference.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/test.h"

int teardown(void **state)
{
    struct fixture *f = *state;

    felt_plan_done(&f->plan);
    felt_plan_desired_done(&f->desired);
    felt_plan_observed_done(&f->kernel);
    free(f);
    return 0;
}

const char *diff(struct fixture *f)
{
    static char lines[4096];
    size_t used = 0;

    felt_plan_done(&f->plan);
    assert_int_equal(felt_plan_diff(&f->desired, &f->kernel, &f->plan), 0);
    lines[0] = 0;
    for (size_t i = 0; i < f->plan.n_ops; i++) {
        char text[FELT_PLAN_OP_TEXT];

        used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%s\n",
                                 felt_plan_op_format(&f->plan.ops[i], text));
    }
    return lines;
}
