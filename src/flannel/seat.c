/* SPDX-License-Identifier: Apache-2.0 */
/* What etcd has below subnets/, as far as we heard. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flannel/engine_core.h"

#define SUBNETS_DIR  FELT_ETCD_SUBNETS "/"
#define TOOK_OVER_US (60 * FELT_USEC_SEC)

struct seat *seat_get(struct felt_flannel *e, uint32_t slot)
{
    assert(slot < e->slots);
    if (!e->seats[slot]) {
        e->seats[slot] = calloc(1, sizeof(struct seat));
        if (!e->seats[slot])
            e->short_of_memory = true;
    }
    return e->seats[slot];
}

/* The name of a lease key, without a slash in it; NULL where it is none. */
static const char *lease_name(const struct felt_flannel *e, const char *key)
{
    const char *name = felt_etcd_name_of(e->config.prefix, key);

    if (!name || strncmp(name, SUBNETS_DIR, strlen(SUBNETS_DIR)) != 0)
        return NULL;
    name += strlen(SUBNETS_DIR);
    return *name != '\0' && !strchr(name, '/') ? name : NULL;
}

/* -EINVAL: no key; -ERANGE: one, of a subnet that the network does not have. */
static int slot_of(const struct felt_flannel *e, const char *name, uint32_t *ret_slot,
                   struct felt_dual *ret_subnets)
{
    struct felt_dual mine;
    uint32_t slot;

    if (felt_flannel_key_parse(name, ret_subnets) < 0)
        return -EINVAL;
    if (felt_netconf_slot(&e->config.netconf, &ret_subnets->v4, &slot) < 0)
        return -ERANGE;
    /* Of both families, or of IPv4 alone, as the network is. */
    mine = felt_netconf_subnets(&e->config.netconf, slot);
    if (!felt_dual_equal(&mine, ret_subnets))
        return -ERANGE;
    *ret_slot = slot;
    return 0;
}

static struct odd *odd_find(struct felt_flannel *e, const char *name)
{
    for (size_t i = 0; i < e->n_odd; i++) {
        if (strcmp(e->odd[i].name, name) == 0)
            return &e->odd[i];
    }
    return NULL;
}

static void odd_add(struct felt_flannel *e, const char *name, int why,
                    const struct felt_dual *subnets)
{
    struct odd *odd = odd_find(e, name);

    if (!odd) {
        if (e->n_odd == ODD_MAX || strlen(name) > FELT_ETCD_NAME_MAX) {
            if (!e->odd_full)
                engine_log(
                    e, FELT_FLANNEL_WARNING,
                    "more than %d keys are no leases of this network: nothing is given until "
                    "there are fewer",
                    ODD_MAX);
            e->odd_full = true;
            return;
        }
        odd = &e->odd[e->n_odd++];
        *odd = (struct odd){0};
        strcpy(odd->name, name);
        engine_log(e, FELT_FLANNEL_WARNING, "skipped key=%.64s: %s", name,
                   why == -EINVAL
                       ? "it is no subnet's"
                       : "the network has no such subnet; what overlaps it is not given");
    }
    odd->listed = true;
    odd->has_subnets = why != -EINVAL;
    if (odd->has_subnets)
        odd->subnets = *subnets;
}

static void odd_remove(struct felt_flannel *e, const char *name)
{
    struct odd *odd = odd_find(e, name);

    if (odd)
        *odd = e->odd[--e->n_odd];
}

void seat_gone(struct felt_flannel *e, uint32_t slot, uint64_t index)
{
    struct seat *s = seat_at(e, slot);

    if (!s || index < s->index)
        return;
    s->index = index;
    /* Who has it after that did not take it from us. */
    s->present = s->valid = s->marked = s->stale = s->held = s->yielded = s->logged = false;
    s->give_back = false;
    s->took_over_us = 0;
}

/* feltd may be slow to tell that a node is gone, and knows a demand for 30 s after its last word.
 * If the machine has gone back to flanneld meanwhile, that one must not lose its key. */
void seat_idle(struct felt_flannel *e, struct seat *s)
{
    s->idle_us = e->now;
    s->give_back = s->took_over_us != 0 && e->now - s->took_over_us < TOOK_OVER_US;
}

static void seat_value(struct felt_flannel *e, uint32_t slot, struct seat *s,
                       const struct felt_etcd_node *node)
{
    char text[FELT_FLANNEL_KEY_TEXT];

    s->present = true;
    s->stale = false;
    s->index = node->modified;
    s->expires = node->expires;
    s->expires_us = felt_usec_add(e->now, (felt_usec)node->ttl_s * FELT_USEC_SEC);
    s->valid =
        node->value && felt_flannel_lease_parse(node->value, node->value_len, &s->lease) == 0;
    s->marked = s->valid && felt_flannel_is_marked(node->value, node->value_len);
    s->give_back = s->give_back && s->marked;
    if (!s->valid && !s->logged)
        engine_log(e, FELT_FLANNEL_WARNING, "skipped the value of subnet=%s: it is no lease",
                   engine_subnet(e, slot, text));
    s->logged = !s->valid;
}

bool seat_apply(struct felt_flannel *e, const struct felt_etcd_node *node, bool gone)
{
    const char *name = lease_name(e, node->key);
    struct felt_dual subnets = {0};
    struct seat *s;
    uint32_t slot;
    int r;

    if (!name || node->dir)
        return false;
    r = slot_of(e, name, &slot, &subnets);
    if (r < 0) {
        if (gone)
            odd_remove(e, name);
        else
            odd_add(e, name, r, &subnets);
        return true;
    }
    if (gone) {
        seat_gone(e, slot, node->modified);
        return true;
    }
    s = seat_get(e, slot);
    if (!s)
        return true;
    s->listed = true;
    if (node->modified >= s->index) /* else it is news from before what we know */
        seat_value(e, slot, s, node);
    return true;
}

void seat_apply_listing(struct felt_flannel *e, const struct felt_etcd_reply *reply)
{
    for (uint32_t i = 0; i < e->slots; i++) {
        if (e->seats[i]) {
            e->seats[i]->listed = false;
            e->seats[i]->before = e->seats[i]->index;
            e->seats[i]->index = 0; /* also of an etcd that was restored from a backup */
        }
    }
    for (size_t i = 0; i < e->n_odd; i++)
        e->odd[i].listed = false;
    e->odd_full = false;
    for (size_t i = 0; i < reply->n_nodes; i++)
        (void)seat_apply(e, &reply->nodes[i], false);
    for (uint32_t i = 0; i < e->slots; i++) {
        struct seat *s = e->seats[i];

        if (s && !s->listed)
            seat_gone(e, i, reply->index);
        /* It may have been gone in between, and then nobody took it from us. */
        else if (s && !s->marked && s->index != s->before)
            s->held = false;
    }
    for (size_t i = e->n_odd; i > 0; i--) {
        if (!e->odd[i - 1].listed)
            e->odd[i - 1] = e->odd[--e->n_odd];
    }
}

bool seat_blocked(const struct felt_flannel *e, uint32_t slot)
{
    struct felt_dual mine = felt_netconf_subnets(&e->config.netconf, slot);
    const struct seat *s = seat_at(e, slot);

    if (s && s->present && !s->valid)
        return true;

    for (size_t i = 0; i < e->n_odd; i++) {
        const struct odd *odd = &e->odd[i];

        if (!odd->has_subnets)
            continue;
        if (felt_cidr_overlap(&mine.v4, &odd->subnets.v4))
            return true;
        if (mine.v6.ip.family == FELT_FAMILY_V6 && odd->subnets.v6.ip.family == FELT_FAMILY_V6 &&
            felt_cidr_overlap(&mine.v6, &odd->subnets.v6))
            return true;
    }
    return false;
}
