/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns which part of the network. */
#include <stdlib.h>
#include <string.h>

#include "agent/methods.h"
#include "agent/methods_list.h"

struct owner {
    struct felt_id id;
    uint32_t slots;
    const struct felt_member_view *member; /* NULL: it is none, or not any more */
};

static int by_id(const void *a, const void *b)
{
    return felt_id_cmp(&((const struct owner *)a)->id, &((const struct owner *)b)->id);
}

static int by_member_id(const void *a, const void *b)
{
    const struct felt_member_view *x = a, *y = b;

    return felt_id_cmp(&x->id, &y->id);
}

/* Ordered by id, on the heap; NULL: memory is short. */
static struct owner *owners_of(const struct felt_node *node, struct felt_member_view *members,
                               size_t n_members, size_t *ret_n)
{
    struct owner *owners;
    struct owner o = {0};
    size_t n = 0, max;

    for (uint32_t at = 0; felt_node_next_owner(node, &at, &o.id, &o.slots);)
        n++;
    max = n;
    owners = calloc(FELT_MAX(max, (size_t)1), sizeof(*owners));
    if (!owners)
        return NULL;
    n = 0;
    for (uint32_t at = 0; n < max && felt_node_next_owner(node, &at, &o.id, &o.slots);)
        owners[n++] = o;
    qsort(owners, n, sizeof(*owners), by_id);
    qsort(members, n_members, sizeof(*members), by_member_id);
    for (size_t i = 0; i < n; i++) {
        struct felt_member_view key = {.id = owners[i].id};

        owners[i].member = bsearch(&key, members, n_members, sizeof(*members), by_member_id);
    }
    *ret_n = n;
    return owners;
}

static json_t *owner_entry(const struct owner *o)
{
    const struct felt_member_view *m = o->member;
    char id[FELT_ID_TEXT];

    return json_pack("{s:s, s:o, s:o, s:b, s:I, s:o}", "node", felt_id_format(&o->id, id), "name",
                     m ? felt_methods_text(m->name) : json_null(), "state",
                     m ? json_string(felt_member_state_name(m->state)) : json_null(), "self",
                     (int)(m && m->self), "slots", (json_int_t)o->slots, "lease",
                     m && m->has_lease ? json_integer(m->lease_slot) : json_null());
}

static json_t *runs_of(const struct felt_node *node, const struct owner *owners, size_t n)
{
    json_t *runs = json_array();
    struct owner key = {0};
    uint32_t count;

    for (uint32_t at = 0, first = 0; felt_node_next_run(node, &at, &key.id, &count); first = at) {
        const struct owner *found = bsearch(&key, owners, n, sizeof(*owners), by_id);

        json_array_append_new(
            runs,
            json_pack("{s:I, s:I, s:o}", "first", (json_int_t)first, "count", (json_int_t)count,
                      "owner", found ? json_integer((json_int_t)(found - owners)) : json_null()));
    }
    return runs;
}

json_t *felt_methods_slots(const struct felt_methods_context *c)
{
    _cleanup_(felt_freep) struct felt_member_view *members = NULL;
    _cleanup_(felt_freep) struct owner *owners = NULL;
    json_t *list = json_array();
    struct felt_self_view self;
    size_t n_members = 0, n = 0;

    felt_node_self(c->node, &self);
    members = felt_methods_list(c, &n_members);
    if (members)
        owners = owners_of(c->node, members, n_members, &n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, owner_entry(&owners[i]));
    return json_pack("{s:I, s:o, s:o}", "total", (json_int_t)self.n_slots, "owners", list, "runs",
                     runs_of(c->node, owners, n));
}
