/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/inspect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ip.h"
#include "plan/diff.h"

static bool deletes(enum felt_plan_op_kind kind)
{
    return kind == FELT_OP_ADDR_DEL || kind == FELT_OP_ROUTE_DEL || kind == FELT_OP_NEXTHOP_DEL ||
           kind == FELT_OP_FDB_DEL || kind == FELT_OP_NEIGH_DEL || kind == FELT_OP_LINK_DEL;
}

/* What there is to do for each peer: a bit for each kind of operation. */
static uint32_t *todo_of(const struct felt_plan_desired *desired, const struct felt_plan *plan)
{
    uint32_t *todo = calloc(desired->n_peers + 1, sizeof(*todo));

    for (size_t i = 0; todo && i < plan->n_ops; i++)
        if (plan->ops[i].peer != FELT_PLAN_NO_PEER)
            todo[plan->ops[i].peer] |= (uint32_t)1 << plan->ops[i].kind;
    return todo;
}
_Static_assert(FELT_OPS <= 32, "a set of kinds is a word");

static bool has_addr(const struct felt_plan *plan, const struct felt_cidr *addr)
{
    for (size_t i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].kind == FELT_OP_ADDR_ADD && felt_cidr_equal(&plan->ops[i].addr, addr))
            return true;
    return false;
}

static bool adds_link(const struct felt_plan *plan)
{
    for (size_t i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].kind == FELT_OP_LINK_ADD)
            return true;
    return false;
}

/* Whether the operation, which an empty kernel would need, is needed in this one, too. */
static bool is_needed(const struct felt_plan_op *op, const struct felt_plan *plan,
                      const uint32_t *todo)
{
    if (op->peer != FELT_PLAN_NO_PEER)
        return (todo[op->peer] >> op->kind & 1) != 0;
    if (op->kind == FELT_OP_ADDR_ADD)
        return has_addr(plan, &op->addr);
    return adds_link(plan);
}

/* An empty kernel that is like the observed one where the ways to peers depend on it. */
static struct felt_plan_observed emptied(const struct felt_plan_observed *observed)
{
    struct felt_plan_observed empty = *observed;

    empty.has_link = false;
    empty.n_addrs = empty.n_neighs = empty.n_fdbs = empty.n_routes = 0;
    return empty;
}

static void add_wanted(struct felt_plan_inspection *all, const struct felt_plan *wanted,
                       const struct felt_plan *plan, const uint32_t *todo)
{
    for (size_t i = 0; i < wanted->n_ops; i++) {
        const struct felt_plan_op *op = &wanted->ops[i];

        if (op->kind != FELT_OP_LINK_UP && !deletes(op->kind))
            all->items[all->n_items++] = (struct felt_plan_item){
                is_needed(op, plan, todo) ? FELT_PLAN_MISSING : FELT_PLAN_PRESENT, *op};
    }
}

/* What is wrong with a device that is there, and what should not be. */
static void add_unwanted(struct felt_plan_inspection *all, const struct felt_plan *plan)
{
    bool link_is_new = adds_link(plan);

    for (size_t i = 0; i < plan->n_ops; i++) {
        const struct felt_plan_op *op = &plan->ops[i];

        if (deletes(op->kind))
            all->items[all->n_items++] = (struct felt_plan_item){FELT_PLAN_STALE, *op};
        else if (felt_plan_op_is_link(op) && !link_is_new)
            all->items[all->n_items++] = (struct felt_plan_item){FELT_PLAN_MISSING, *op};
    }
}

int felt_plan_inspect(const struct felt_plan_desired *desired,
                      const struct felt_plan_observed *observed,
                      struct felt_plan_inspection *ret_inspection)
{
    _cleanup_(felt_plan_done) struct felt_plan wanted = {0}, plan = {0};
    struct felt_plan_observed empty = emptied(observed);
    _cleanup_(felt_freep) uint32_t *todo = NULL;
    struct felt_plan_inspection all = {0};
    int r;

    r = felt_plan_diff(desired, &empty, &wanted);
    if (r == 0)
        r = felt_plan_diff(desired, observed, &plan);
    if (r < 0)
        return r;
    todo = todo_of(desired, &plan);
    all.items = calloc(wanted.n_ops + plan.n_ops + 1, sizeof(*all.items));
    if (!todo || !all.items) {
        free(all.items);
        return -ENOMEM;
    }
    add_wanted(&all, &wanted, &plan, todo);
    add_unwanted(&all, &plan);
    all.n_troubles = plan.n_troubles;
    all.troubles = FELT_TAKE(plan.troubles);
    *ret_inspection = all;
    return 0;
}

void felt_plan_inspection_done(struct felt_plan_inspection *inspection)
{
    free(inspection->items);
    free(inspection->troubles);
    *inspection = (struct felt_plan_inspection){0};
}

const char *felt_plan_item_noun(const struct felt_plan_item *item)
{
    switch (item->op.kind) {
    case FELT_OP_LINK_DEL:
    case FELT_OP_LINK_ADD:
    case FELT_OP_LINK_MTU:
    case FELT_OP_LINK_UNDERLAY:
    case FELT_OP_LINK_LEARNING:
    case FELT_OP_LINK_RELEASE:
    case FELT_OP_LINK_MAC:
    case FELT_OP_LINK_UP:
        return "link";
    case FELT_OP_ADDR_ADD:
    case FELT_OP_ADDR_DEL:
        return "address";
    case FELT_OP_NEIGH_SET:
    case FELT_OP_NEIGH_DEL:
        return "neighbour";
    case FELT_OP_FDB_SET:
    case FELT_OP_FDB_DEL:
        return "fdb";
    case FELT_OP_NEXTHOP_SET:
    case FELT_OP_NEXTHOP_DEL:
        return "nexthop";
    case FELT_OP_ROUTE_SET:
    case FELT_OP_ROUTE_DEL:
        return "route";
    }
    assert(0 && "unknown operation");
}

const char *felt_plan_item_format(const struct felt_plan_item *item, char *text)
{
    const char *noun = felt_plan_item_noun(item);
    char whole[FELT_PLAN_OP_TEXT], *at;

    felt_plan_op_format(&item->op, whole);
    at = strstr(whole, noun);
    /* "set route X" is X; "set MTU of flannel.1 to 1450" is no link but what is wrong with one. */
    snprintf(text, FELT_PLAN_OP_TEXT, "%s", at ? at + strlen(noun) + 1 : whole);
    return text;
}
