/* SPDX-License-Identifier: Apache-2.0 */
/* Abandon of io.felt. */
#include "agent/methods.h"

#include <errno.h>

#include "node/view.h"

void felt_methods_abandon(const struct felt_methods_context *c, const json_t *parameters,
                          struct felt_varlink_answer *ret_answer)
{
    const char *target = json_string_value(json_object_get(parameters, "target"));
    bool drop = json_is_true(json_object_get(parameters, "drop"));
    struct felt_failure failure = {""};
    struct felt_self_view self;
    int r;

    if (!target) {
        felt_varlink_answer_invalid(ret_answer, "target");
        return;
    }
    felt_node_self(c->node, &self);
    r = c->abandon(c->userdata, target, drop, &failure);
    if (r == -EBUSY)
        ret_answer->error = "io.felt.NobodyToGiveTo";
    else if (r == -EAGAIN)
        ret_answer->error = "io.felt.NotConfirmed";
    else if (r < 0) {
        ret_answer->error = "io.felt.CannotJoin";
        ret_answer->parameters = json_pack("{s:s}", "reason", failure.text);
    } else
        ret_answer->parameters =
            json_pack("{s:I, s:b}", "slots", (json_int_t)self.n_slots_own, "left", r > 0);
}
