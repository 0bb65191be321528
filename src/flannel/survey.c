/* SPDX-License-Identifier: Apache-2.0 */
#include "flannel/survey.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "flannel/key.h"
#include "netconf/json.h"

/* ---- the configuration ---- */

static bool names_backend(const char *text, size_t len)
{
    json_t *root = json_loadb(text, len, 0, NULL);
    bool has = felt_json_member(root, "Backend") != NULL;

    json_decref(root);
    return has;
}

int felt_flannel_config_read(const char *value, size_t len, struct felt_netconf *ret_config,
                             char *text, struct felt_netconf_error *ret_error)
{
    _cleanup_(felt_freep) char *copy = malloc(len + 1);
    struct felt_netconf config;
    int r;

    if (!copy)
        return -ENOMEM;
    memcpy(copy, value, len);
    len = felt_netconf_squeeze(copy, len);
    if (len > FELT_NETCONF_TEXT_MAX)
        return felt_netconf_fail(ret_error, "it has more than %d bytes", FELT_NETCONF_TEXT_MAX);
    r = felt_netconf_parse(copy, len, &config, ret_error);
    if (r < 0)
        return r;
    if (!names_backend(copy, len))
        return felt_netconf_fail(ret_error, "it names no Backend, which means udp to flannel; felt "
                                            "has vxlan and host-gw");
    if (config.network.ip.family == FELT_FAMILY_NONE)
        return felt_netconf_fail(ret_error,
                                 "it has no IPv4, without which there is no key in etcd");
    memcpy(text, copy, len);
    text[len] = '\0';
    *ret_config = config;
    return 0;
}

struct comparison {
    const char *what;
    char a[FELT_DUAL_TEXT], b[FELT_DUAL_TEXT];
};

static bool differ_number(struct comparison *c, const char *what, uint32_t a, uint32_t b)
{
    c->what = what;
    snprintf(c->a, sizeof(c->a), "%" PRIu32, a);
    snprintf(c->b, sizeof(c->b), "%" PRIu32, b);
    return a != b;
}

static bool differ_text(struct comparison *c, const char *what, const char *a, const char *b)
{
    c->what = what;
    snprintf(c->a, sizeof(c->a), "%s", a);
    snprintf(c->b, sizeof(c->b), "%s", b);
    return strcmp(a, b) != 0;
}

static bool differ(const struct felt_netconf *a, const struct felt_netconf *b, struct comparison *c)
{
    struct felt_dual a_networks = felt_netconf_networks(a), b_networks = felt_netconf_networks(b);

    if (differ_text(c, "Network", FELT_DUAL(&a_networks), FELT_DUAL(&b_networks)) ||
        differ_number(c, "SubnetLen", a->subnet_len, b->subnet_len) ||
        differ_text(c, "SubnetMin", FELT_IP(&a->subnet_min), FELT_IP(&b->subnet_min)) ||
        differ_text(c, "SubnetMax", FELT_IP(&a->subnet_max), FELT_IP(&b->subnet_max)))
        return true;
    if (a->v6.network.ip.family != FELT_FAMILY_NONE &&
        (differ_number(c, "IPv6SubnetLen", a->v6.subnet_len, b->v6.subnet_len) ||
         differ_text(c, "IPv6SubnetMin", FELT_IP(&a->v6.subnet_min), FELT_IP(&b->v6.subnet_min)) ||
         differ_text(c, "IPv6SubnetMax", FELT_IP(&a->v6.subnet_max), FELT_IP(&b->v6.subnet_max))))
        return true;
    if (differ_text(c, "Backend.Type", felt_backend_name(a->backend),
                    felt_backend_name(b->backend)))
        return true;
    return a->backend == FELT_BACKEND_VXLAN &&
           (differ_number(c, "Backend.VNI", a->vxlan.vni, b->vxlan.vni) ||
            differ_number(c, "Backend.Port", a->vxlan.port, b->vxlan.port));
}

int felt_flannel_config_compare(const struct felt_netconf *a, const char *a_name,
                                const struct felt_netconf *b, const char *b_name,
                                struct felt_netconf_error *ret_error)
{
    struct comparison c;

    if (!differ(a, b, &c))
        return 0;
    return felt_netconf_fail(ret_error, "%s has %s %s, and %s has %s", a_name, c.what, c.a, b_name,
                             c.b);
}

/* ---- the leases ---- */

static void skip(struct felt_flannel_survey *survey, const char *name, const char *why)
{
    struct felt_flannel_skipped *s = &survey->skipped[survey->n_skipped++];
    size_t len = strnlen(name, sizeof(s->name) - 1);

    for (size_t i = 0; i < len; i++)
        s->name[i] = name[i] < ' ' || name[i] > '~' ? '?' : name[i];
    s->name[len] = '\0';
    s->why = why;
}

/* Why it is no lease of this network; NULL: it is one. */
static const char *read_node(const struct felt_netconf *config, const struct felt_etcd_node *node,
                             const char *name, struct felt_flannel_found *found)
{
    const struct felt_cidr *second;
    struct felt_dual same;

    if (node->dir || !node->value)
        return "a directory, and no lease";
    if (felt_flannel_key_parse(name, &found->subnets) < 0)
        return "its name is no subnet as flannel writes it";
    if (felt_netconf_slot(config, &found->subnets.v4, &found->slot) < 0)
        return "not a subnet of this network";
    same = felt_netconf_subnets(config, found->slot);
    second = felt_dual_second(&found->subnets);
    if (second && !felt_dual_equal(&found->subnets, &same))
        return "its two subnets do not belong together in this network";
    if (!second && felt_dual_second(&same))
        return "it has no IPv6 subnet, and this network has";
    if (felt_flannel_lease_parse(node->value, node->value_len, &found->lease) < 0)
        return "its value is no lease";
    return NULL;
}

static void take_node(struct felt_flannel_survey *survey, const char *prefix,
                      const struct felt_netconf *config, const struct felt_etcd_node *node)
{
    struct felt_flannel_found *found = &survey->found[survey->n_found];
    const char *below = felt_etcd_name_of(prefix, node->key), *name, *why;

    name = below ? felt_etcd_name_of(FELT_ETCD_SUBNETS, below) : NULL;
    why = name ? read_node(config, node, name, found) : "not where leases are";
    if (why) {
        skip(survey, below ? below : node->key, why);
        return;
    }
    snprintf(found->name, sizeof(found->name), "%s", below);
    found->expires = node->expires;
    found->ttl_s = node->ttl_s;
    found->modified = node->modified;
    found->is_marked = felt_flannel_is_marked(node->value, node->value_len);
    survey->n_found++;
}

static int by_slot(const void *a, const void *b)
{
    const struct felt_flannel_found *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* Whether a machine with both uses a: what an operator reserved, else what was renewed last. */
static bool is_better(const struct felt_flannel_found *a, const struct felt_flannel_found *b)
{
    if (a->expires != b->expires)
        return !a->expires;
    return a->modified > b->modified;
}

/* Machines first, the better of one machine first. */
static int by_address(const void *a, const void *b)
{
    const struct felt_flannel_found *x = *(const struct felt_flannel_found *const *)a;
    const struct felt_flannel_found *y = *(const struct felt_flannel_found *const *)b;
    int order = felt_ip_cmp(&x->lease.public_ip, &y->lease.public_ip);

    return order ? order : is_better(x, y) ? -1 : 1;
}

/* flanneld leaves its old key behind where it changes its subnet. */
static int find_old(struct felt_flannel_survey *survey)
{
    struct felt_flannel_found **order = calloc(survey->n_found + 1, sizeof(*order));

    if (!order)
        return -ENOMEM;
    for (size_t i = 0; i < survey->n_found; i++)
        order[i] = &survey->found[i];
    qsort(order, survey->n_found, sizeof(*order), by_address);
    for (size_t i = 1; i < survey->n_found; i++)
        order[i]->is_old =
            felt_ip_equal(&order[i]->lease.public_ip, &order[i - 1]->lease.public_ip);
    free(order);
    return 0;
}

int felt_flannel_survey_take(const char *prefix, const struct felt_netconf *config,
                             const struct felt_etcd_reply *listing,
                             struct felt_flannel_survey *ret_survey)
{
    _cleanup_(felt_flannel_survey_done) struct felt_flannel_survey survey = {0};
    size_t n = listing->error ? 0 : listing->n_nodes;

    survey.found = calloc(n + 1, sizeof(*survey.found));
    survey.skipped = calloc(n + 1, sizeof(*survey.skipped));
    if (!survey.found || !survey.skipped)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        take_node(&survey, prefix, config, &listing->nodes[i]);
    qsort(survey.found, survey.n_found, sizeof(*survey.found), by_slot);
    if (find_old(&survey) < 0)
        return -ENOMEM;
    *ret_survey = survey;
    survey = (struct felt_flannel_survey){0};
    return 0;
}

void felt_flannel_survey_done(struct felt_flannel_survey *survey)
{
    free(survey->found);
    free(survey->skipped);
    *survey = (struct felt_flannel_survey){0};
}
