/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pick.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/methods_list.h"

#define SHOWN 6 /* of those that may be meant */

/* How well a member is meant; only the best count. */
enum match {
    NO_MATCH,
    BY_DIGITS, /* the first ones of its id */
    BY_ADDRESS,
    BY_NAME,
    BY_ID, /* all digits */
};

struct search {
    const char *text;
    struct felt_self_view self;
    bool has_ip;
    struct felt_ip ip;
    bool has_subnet;
    struct felt_cidr subnet;
    enum match best;
    size_t n; /* that match so well */
    struct felt_id id;
    char names[SHOWN * (FELT_NAME_MAX + 2 * FELT_ID_SHORT_LEN + 80)];
};

static enum match by_id(const struct search *s, const struct felt_id *id)
{
    char text[FELT_ID_TEXT];
    size_t len = strlen(s->text);

    felt_id_format(id, text);
    if (strcasecmp(text, s->text) == 0)
        return BY_ID;
    return len >= FELT_PICK_DIGITS_MIN && strncasecmp(text, s->text, len) == 0 ? BY_DIGITS
                                                                               : NO_MATCH;
}

static enum match match(const struct search *s, const struct felt_member_view *m)
{
    struct felt_cidr lease = {.ip.family = FELT_FAMILY_NONE};

    if (strcmp(m->name, s->text) == 0)
        return BY_NAME;
    if (s->has_ip &&
        (felt_ip_equal(&s->ip, &m->public_ip) || felt_ip_equal(&s->ip, &m->advertise.ip)))
        return BY_ADDRESS;
    if (m->has_lease && s->self.config && m->lease_slot < felt_netconf_slots(s->self.config))
        lease = felt_netconf_subnet(s->self.config, m->lease_slot);
    if (lease.ip.family != FELT_FAMILY_NONE &&
        ((s->has_subnet && felt_cidr_equal(&s->subnet, &lease)) ||
         (s->has_ip && felt_cidr_contains(&lease, &s->ip))))
        return BY_ADDRESS;
    return by_id(s, &m->id);
}

static void note(struct search *s, enum match how, const struct felt_id *id, const char *name,
                 const char *state, uint32_t slots)
{
    size_t len;

    if (how == NO_MATCH || how < s->best)
        return;
    if (how > s->best) {
        s->best = how;
        s->n = 0;
        s->names[0] = '\0';
    }
    len = strlen(s->names);
    if (s->n++ < SHOWN)
        snprintf(s->names + len, sizeof(s->names) - len, "%s%s (%s, %s, owns %u subnets)",
                 len > 0 ? ", " : "", FELT_ID_SHORT(id), name, state, slots);
    s->id = *id;
}

/* Who has left and owns nothing is meant only where nobody else is. */
static bool is_past(const struct felt_member_view *m)
{
    return m->state == FELT_MEMBER_LEFT && m->n_slots == 0;
}

static void search_members(struct search *s, const struct felt_member_view *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_past(&all[i]))
            note(s, match(s, &all[i]), &all[i].id, all[i].name,
                 felt_member_state_name(all[i].state), all[i].n_slots);
    for (size_t i = 0; i < n && s->n == 0; i++)
        note(s, match(s, &all[i]), &all[i].id, all[i].name, felt_member_state_name(all[i].state),
             all[i].n_slots);
}

static bool is_member(const struct felt_member_view *all, size_t n, const struct felt_id *id)
{
    for (size_t i = 0; i < n; i++)
        if (felt_id_equal(&all[i].id, id))
            return true;
    return false;
}

static void search_owners(const struct felt_methods_context *c, struct search *s,
                          const struct felt_member_view *all, size_t n)
{
    struct felt_id id;
    uint32_t slots;

    for (uint32_t at = 0; felt_node_next_owner(c->node, &at, &id, &slots);)
        if (!is_member(all, n, &id))
            note(s, by_id(s, &id), &id, "no member", "unknown", slots);
}

static int decide(const struct search *s, struct felt_id *ret_id, struct felt_failure *failure)
{
    if (s->n == 0)
        return felt_fail(failure, -ENOENT,
                         "no member is called '%s', and none has it for an id (%d digits or more), "
                         "subnet or address; see 'feltctl members'",
                         s->text, FELT_PICK_DIGITS_MIN);
    if (s->n > 1)
        return felt_fail(failure, -ENOTUNIQ, "'%s' may be one of %zu: %s%s; name it by its id",
                         s->text, s->n, s->names, s->n > SHOWN ? " and others" : "");
    *ret_id = s->id;
    return 0;
}

int felt_pick(const struct felt_methods_context *c, const char *text, struct felt_id *ret_id,
              struct felt_failure *ret_failure)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    struct search s = {.text = text};
    size_t n = 0;

    felt_node_self(c->node, &s.self);
    s.has_ip = felt_ip_parse(text, &s.ip) == 0;
    s.has_subnet = felt_cidr_parse(text, &s.subnet) == 0;
    all = felt_methods_list(c, &n);
    if (!all)
        return felt_fail(ret_failure, -ENOMEM, "out of memory");
    search_members(&s, all, n);
    search_owners(c, &s, all, n);
    return decide(&s, ret_id, ret_failure);
}
