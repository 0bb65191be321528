/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong, in plain words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/methods.h"
#include "agent/methods_bridge.h"
#include "agent/methods_config.h"
#include "agent/methods_list.h"
#include "agent/risk.h"
#include "gossip/health.h"
#include "lease/waiting.h"

#define NAMES_SHOWN 5 /* of members in one line */

/* "h2 (silent for 2 h, reclaimable in 22 h), h3 and 4 more". */
static size_t names_in_state(const struct felt_self_view *self, const struct felt_member_view *all,
                             size_t n, enum felt_member_state state, char *text, size_t size)
{
    size_t count = 0, len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        char more[FELT_RISK_TEXT];

        if (all[i].state != state)
            continue;
        if (count++ >= NAMES_SHOWN)
            continue;
        felt_risk_format(self, &all[i], more);
        len += (size_t)snprintf(text + len, size - len, "%s%s%s%s%s", len ? ", " : "", all[i].name,
                                *more ? " (" : "", more, *more ? ")" : "");
    }
    if (count > NAMES_SHOWN)
        snprintf(text + len, size - len, " and %zu more", count - NAMES_SHOWN);
    return count;
}

static int by_public_ip6(const void *a, const void *b)
{
    const struct felt_member_view *x = a, *y = b;

    return felt_ip_cmp(&x->public_ip6, &y->public_ip6);
}

static int by_public_ip(const void *a, const void *b)
{
    const struct felt_member_view *x = a, *y = b;

    return felt_ip_cmp(&x->public_ip, &y->public_ip);
}

/* The next member from *i on that is not gone and of which the one before it, by that order, is a
 * double; NULL after the last. Those that are dead or left may have been replaced on purpose. */
static const struct felt_member_view *next_double(const struct felt_member_view *all, size_t n,
                                                  bool (*same)(const struct felt_member_view *,
                                                               const struct felt_member_view *),
                                                  size_t *i, const struct felt_member_view **before)
{
    while (*i < n) {
        const struct felt_member_view *m = &all[(*i)++], *last = *before;

        if (m->state == FELT_MEMBER_DEAD || m->state == FELT_MEMBER_LEFT)
            continue;
        *before = m;
        if (last && same(last, m))
            return last;
    }
    return NULL;
}

static bool same_name(const struct felt_member_view *a, const struct felt_member_view *b)
{
    return strcmp(a->name, b->name) == 0;
}

static bool same_public_ip(const struct felt_member_view *a, const struct felt_member_view *b)
{
    return felt_ip_equal(&a->public_ip, &b->public_ip);
}

/* Most have none. */
static bool same_public_ip6(const struct felt_member_view *a, const struct felt_member_view *b)
{
    return a->public_ip6.family != FELT_FAMILY_NONE &&
           felt_ip_equal(&a->public_ip6, &b->public_ip6);
}

/* Two machines that believe to be one: of a name, which people go by, or of an address, where only
 * one of them gets the traffic. Sorts all by name, then by addresses. */
static void add_doubles(json_t *problems, struct felt_member_view *all, size_t n)
{
    const struct felt_member_view *first, *second = NULL;

    qsort(all, n, sizeof(*all), felt_methods_by_name);
    for (size_t i = 0; (first = next_double(all, n, same_name, &i, &second));)
        felt_methods_add_problem(
            problems, "two members are called %s, at %s and %s: give one another --node-name",
            first->name, FELT_IP(&first->public_ip), FELT_IP(&second->public_ip));
    qsort(all, n, sizeof(*all), by_public_ip);
    second = NULL;
    for (size_t i = 0; (first = next_double(all, n, same_public_ip, &i, &second));)
        felt_methods_add_problem(
            problems,
            "%s and %s both take overlay traffic at %s, and only one can get it: see "
            "--public-ip and --iface",
            first->name, second->name, FELT_IP(&first->public_ip));
    qsort(all, n, sizeof(*all), by_public_ip6);
    second = NULL;
    for (size_t i = 0; (first = next_double(all, n, same_public_ip6, &i, &second));)
        felt_methods_add_problem(
            problems,
            "%s and %s both take overlay traffic at %s, and only one can get it: see "
            "--public-ipv6 and --iface",
            first->name, second->name, FELT_IP(&first->public_ip6));
}

/* Nobody decides anything without the owners of more than half of all subnets. Where they do not
 * answer us, they may be together without us, and take us for dead in the end. */
static void risk_problem(const struct felt_self_view *self, const struct felt_methods_context *c,
                         json_t *problems, const struct felt_member_view *all, size_t n)
{
    struct felt_risk risk = felt_risk_of_lease(self, all, n, c->now_us());
    char since[FELT_WAITING_TIME], left[FELT_WAITING_TIME];

    if (!risk.at_risk)
        return;
    felt_waiting_time(risk.for_us, since);
    if (risk.left_us == FELT_USEC_NEVER)
        snprintf(left, sizeof(left), "an operator says so");
    else if (risk.left_us > 0)
        felt_waiting_time(risk.left_us, left);
    felt_methods_add_problem(
        problems,
        "the lease is AT RISK: the owners of %u of all %u subnets, more than half, are "
        "silent, for %s by now; if it is this node that is cut off, they may give its "
        "subnet to another %s%s",
        risk.n_silent, self->n_slots, since,
        risk.left_us == FELT_USEC_NEVER ? "when "
        : risk.left_us > 0              ? "in "
                                        : "at any moment",
        risk.left_us > 0 ? left : "");
}

static void member_problems(const struct felt_methods_context *c, json_t *problems)
{
    char names[NAMES_SHOWN * (FELT_NAME_MAX + FELT_RISK_TEXT + 5) + 40];
    struct felt_self_view self;
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    size_t n, count;

    all = felt_methods_list(c, &n);
    if (!all)
        return;
    felt_node_self(c->node, &self);
    qsort(all, n, sizeof(*all), felt_methods_by_name);
    risk_problem(&self, c, problems, all, n);
    count = names_in_state(&self, all, n, FELT_MEMBER_DEAD, names, sizeof(names));
    if (count > 0)
        felt_methods_add_problem(problems, "%zu member%s dead: %s", count,
                                 count == 1 ? " is" : "s are", names);
    count = names_in_state(&self, all, n, FELT_MEMBER_SUSPECT, names, sizeof(names));
    if (count > 0)
        felt_methods_add_problem(problems, "%zu member%s not answering: %s", count,
                                 count == 1 ? " is" : "s are", names);
    felt_methods_path_problems(problems, c, &self, all, n);
    felt_methods_conflict_problems(problems, c, &self);
    felt_methods_key_problems(problems, c, all, n);
    add_doubles(problems, all, n);
}

/* Before what it says of others: it may be the reason. */
static void health_problems(const struct felt_self_view *self, json_t *problems)
{
    if (self->crowd_silent)
        felt_methods_add_problem(
            problems, "more than a third of the members went silent at once: assuming that "
                      "it is this machine; see its link, its load and its firewall");
    if (self->health > 0)
        felt_methods_add_problem(
            problems,
            "this node is slow to answer: health %u of %d, where 0 is well; it takes longer "
            "to call others dead",
            self->health, FELT_HEALTH_WORST);
}

json_t *felt_methods_problems(const struct felt_methods_context *c)
{
    json_t *problems = json_array();
    struct felt_self_view self;

    felt_node_self(c->node, &self);
    if (c->save_failing)
        felt_methods_add_problem(
            problems, "the state cannot be saved: nothing is given or taken until it can; "
                      "see the log for the file");
    if (!self.in_cluster)
        felt_methods_add_problem(problems, "not in a cluster yet%s%s", self.waiting ? ": " : "",
                                 self.waiting ? self.waiting : "");
    else if (!self.has_lease)
        felt_methods_add_problem(problems, "waiting for a lease%s%s", self.waiting ? ": " : "",
                                 self.waiting ? self.waiting : "");
    felt_methods_config_problems(problems, &self);
    felt_methods_bridge_problems(c, problems);
    if (c->underlay_missing)
        felt_methods_add_problem(
            problems, "underlay: %s; it is waited for, and lease, device and routes stay",
            c->underlay_missing);
    if (c->kernel_error)
        felt_methods_add_problem(problems, "kernel: %s", c->kernel_error);
    if (c->kernel_limit)
        felt_methods_add_problem(problems, "kernel: %s", c->kernel_limit);
    if (c->subnet_file_error)
        felt_methods_add_problem(problems, "%s: %s", c->subnet_file ? c->subnet_file : "subnet.env",
                                 c->subnet_file_error);
    if (felt_httpd_error(c->httpd))
        felt_methods_add_problem(problems, "felt-httpd does not run: %s",
                                 felt_httpd_error(c->httpd));
    health_problems(&self, problems);
    member_problems(c, problems);
    return problems;
}
