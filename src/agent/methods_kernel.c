/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel should hold, beside what it holds. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/methods.h"
#include "agent/methods_list.h"

struct look {
    json_t *entries;
    json_t *troubles;
    const struct felt_ip *ip; /* only what leads there; NULL: all */
};

static const struct felt_plan_peer *peer_of(const struct felt_reconciler_sight *sight,
                                            const struct felt_plan_item *item)
{
    return item->op.peer == FELT_PLAN_NO_PEER ? NULL : &sight->desired->peers[item->op.peer];
}

static json_t *entry_of(const struct felt_reconciler_sight *sight,
                        const struct felt_plan_item *item)
{
    static const char *const states[] = {[FELT_PLAN_PRESENT] = "present",
                                         [FELT_PLAN_MISSING] = "missing",
                                         [FELT_PLAN_STALE] = "stale"};
    const struct felt_plan_peer *peer = peer_of(sight, item);
    char text[FELT_PLAN_OP_TEXT], id[FELT_ID_TEXT];

    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?}", "kind", felt_plan_item_noun(item), "text",
                     felt_plan_item_format(item, text), "state", states[item->standing], "device",
                     sight->link_name, "peer", peer ? felt_id_format(&peer->id, id) : NULL,
                     "subnet", peer ? FELT_CIDR(&peer->subnet) : NULL);
}

static void tell_troubles(const struct look *look, const struct felt_reconciler_sight *sight)
{
    for (size_t i = 0; i < sight->inspection->n_troubles; i++) {
        const struct felt_plan_trouble *trouble = &sight->inspection->troubles[i];
        const struct felt_plan_peer *peer = &sight->desired->peers[trouble->peer];

        if (!look->ip || felt_cidr_contains(&peer->subnet, look->ip))
            json_array_append_new(look->troubles,
                                  json_sprintf("no way to peer=%s subnet=%s: %s",
                                               FELT_ID_SHORT(&peer->id), FELT_CIDR(&peer->subnet),
                                               felt_plan_problem_text(trouble->problem)));
    }
}

static void on_seen(void *userdata, const struct felt_reconciler_sight *sight)
{
    const struct look *look = userdata;

    for (size_t i = 0; i < sight->inspection->n_items; i++) {
        const struct felt_plan_peer *peer = peer_of(sight, &sight->inspection->items[i]);

        if (!look->ip || (peer && felt_cidr_contains(&peer->subnet, look->ip)))
            json_array_append_new(look->entries, entry_of(sight, &sight->inspection->items[i]));
    }
    tell_troubles(look, sight);
}

void felt_methods_kernel(const struct felt_methods_context *c, const json_t *parameters,
                         struct felt_varlink_answer *ret_answer)
{
    const json_t *address = json_object_get(parameters, "address");
    const char *text = json_string_value(address);
    struct look look = {0};
    struct felt_ip ip;
    int r;

    if (address && !json_is_null(address)) {
        if (!text || felt_ip_parse(text, &ip) < 0) {
            felt_varlink_answer_invalid(ret_answer, "address");
            return;
        }
        look.ip = &ip;
    }
    look.entries = json_array();
    look.troubles = json_array();
    r = c->inspect(c->userdata, on_seen, &look);
    if (r == 0) {
        ret_answer->parameters =
            json_pack("{s:o, s:o}", "entries", look.entries, "troubles", look.troubles);
        return;
    }
    json_decref(look.entries);
    json_decref(look.troubles);
    ret_answer->error = "io.felt.CannotLook";
    ret_answer->parameters =
        json_pack("{s:s}", "reason",
                  r == -ENODEV ? "there is no network configuration yet; see 'feltctl status'"
                               : strerror(-r));
}
