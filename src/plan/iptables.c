/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/iptables.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "plan/flannel_rules.h"
#include "plan/iptables_rule.h"
#include "plan/script.h"

#define COMMENT      "felt forward"
#define OWN_RULES    3 /* at most, in one of our chains */
#define OWN_RULE_LEN (2 * FELT_CIDR_TEXT + 96)

enum table { TABLE_OTHER, TABLE_FILTER, TABLE_NAT, N_TABLES };

/* The rules of one table that may concern us. */
struct rules {
    struct felt_iptables_rule *items;
    bool *drops; /* of flannel's: they go */
    size_t n, size;
};

struct planning {
    const struct felt_iptables_want *want;
    struct felt_iptables_change *change;
    struct rules rules[N_TABLES];
    bool forward_drops; /* its policy */
    bool has_forward, has_docker, has_own_forward, has_own_docker;
    struct felt_script script;
};

/* ---- reading ---- */

static bool starts_with(const char *text, size_t len, const char *start)
{
    return len >= strlen(start) && memcmp(text, start, strlen(start)) == 0;
}

static bool concerns_us(const struct felt_iptables_rule *rule)
{
    static const char *const chains[] = {"FORWARD", "POSTROUTING", "DOCKER-USER"};
    const char *const names[] = {rule->chain, rule->target};

    for (size_t i = 0; i < FELT_ARRAY_LEN(chains); i++)
        if (strcmp(rule->chain, chains[i]) == 0)
            return true;
    for (size_t i = 0; i < FELT_ARRAY_LEN(names); i++)
        if (strncmp(names[i], "FELT-", 5) == 0 || strncmp(names[i], "FLANNEL-", 8) == 0)
            return true;
    return false;
}

static int add_rule(struct rules *rules, const struct felt_iptables_rule *rule)
{
    if (rules->n == rules->size) {
        size_t size = FELT_MAX(rules->size * 2, (size_t)32);
        struct felt_iptables_rule *items = reallocarray(rules->items, size, sizeof(*items));

        if (items == NULL)
            return -ENOMEM;
        rules->items = items;
        rules->size = size;
    }
    rules->items[rules->n++] = *rule;
    return 0;
}

static void take_chain(struct planning *p, const char *line, size_t len)
{
    const struct {
        const char *start;
        bool *has;
    } chains[] = {
        {":FORWARD ", &p->has_forward},
        {":FORWARD DROP", &p->forward_drops},
        {":DOCKER-USER ", &p->has_docker},
        {":" FELT_IPTABLES_FORWARD_CHAIN " ", &p->has_own_forward},
        {":" FELT_IPTABLES_DOCKER_CHAIN " ", &p->has_own_docker},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(chains); i++)
        if (starts_with(line, len, chains[i].start))
            *chains[i].has = true;
}

static int take_line(struct planning *p, enum table *table, const char *line, size_t len)
{
    struct felt_iptables_rule rule;

    if (starts_with(line, len, "*"))
        *table = starts_with(line, len, "*filter") ? TABLE_FILTER
                 : starts_with(line, len, "*nat")  ? TABLE_NAT
                                                   : TABLE_OTHER;
    else if (starts_with(line, len, "# Table `filter' is incompatible") ||
             starts_with(line, len, "# Table `filter' contains incompatible base-chains"))
        p->change->is_incompatible = true;
    else if (*table == TABLE_FILTER && starts_with(line, len, ":"))
        take_chain(p, line, len);
    else if (*table != TABLE_OTHER && felt_iptables_rule_parse(line, len, &rule) &&
             concerns_us(&rule))
        return add_rule(&p->rules[*table], &rule);
    return 0;
}

static int read_save(struct planning *p, const char *save, size_t len)
{
    enum table table = TABLE_OTHER;
    const char *end = save + len;
    int r = 0;

    for (const char *line = save; line < end && r == 0;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));

        stop = stop != NULL ? stop : end;
        r = take_line(p, &table, line, (size_t)(stop - line));
        line = stop + 1;
    }
    for (int i = 0; i < N_TABLES && r == 0; i++) {
        p->rules[i].drops = calloc(p->rules[i].n + 1, sizeof(bool));
        if (p->rules[i].drops == NULL)
            r = -ENOMEM;
    }
    return r;
}

/* ---- flannel's ---- */

static void drop_rule(struct planning *p, const struct felt_iptables_rule *rule)
{
    felt_script_add(&p->script, "-D %s %.*s\n", rule->chain, (int)rule->len, rule->text);
}

static void drop_chain(struct planning *p, const char *chain)
{
    felt_script_add(&p->script, "-F %s\n-X %s\n", chain, chain);
}

/* Those in its own chain go with it. */
static void drop_flannel(struct planning *p, const struct rules *rules, bool has_chain,
                         const char *chain)
{
    for (size_t i = 0; i < rules->n; i++) {
        if (!rules->drops[i])
            continue;
        p->change->n_flannel++;
        if (strcmp(rules->items[i].chain, chain) != 0)
            drop_rule(p, &rules->items[i]);
    }
    if (has_chain)
        drop_chain(p, chain);
}

/* ---- ours ---- */

/* One of our chains, and the one that leads to it. */
struct own_chain {
    const char *name, *parent;
    bool is_there, is_wanted;
    char rules[OWN_RULES][OWN_RULE_LEN]; /* lines of iptables-save */
    size_t n_rules;
};

_printf_(2, 3) static void add_own_rule(struct own_chain *own, const char *format, ...)
{
    va_list args;

    assert(own->n_rules < OWN_RULES);
    va_start(args, format);
    vsnprintf(own->rules[own->n_rules++], OWN_RULE_LEN, format, args);
    va_end(args);
}

static bool is_jump(const struct felt_iptables_rule *rule, const struct own_chain *own)
{
    return strcmp(rule->chain, own->parent) == 0 && strcmp(rule->target, own->name) == 0 &&
           felt_iptables_rule_is_bare(rule);
}

static bool has_right_rules(const struct own_chain *own, const struct rules *rules)
{
    size_t n = 0;

    for (size_t i = 0; i < rules->n; i++) {
        struct felt_iptables_rule wanted;

        if (strcmp(rules->items[i].chain, own->name) != 0)
            continue;
        if (n == own->n_rules ||
            !felt_iptables_rule_parse(own->rules[n], strlen(own->rules[n]), &wanted) ||
            !felt_iptables_rule_same(&rules->items[i], &wanted))
            return false;
        n++;
    }
    return n == own->n_rules;
}

/* Where in the parent the jump belongs once ours and flannel's are gone: ahead of the first rule
 * that ends the chain, counted from one; 0: at the end. */
static size_t find_place(const struct own_chain *own, const struct rules *rules)
{
    size_t n = 0;

    for (size_t i = 0; i < rules->n; i++) {
        const struct felt_iptables_rule *rule = &rules->items[i];

        if (strcmp(rule->chain, own->parent) != 0 || rules->drops[i] || is_jump(rule, own))
            continue;
        n++;
        if (felt_iptables_rule_ends_chain(rule))
            return n;
    }
    return 0;
}

/* One jump, and no rule ahead of it that ends the chain. */
static bool has_right_jump(const struct own_chain *own, const struct rules *rules)
{
    bool is_over = false;
    size_t n = 0;

    for (size_t i = 0; i < rules->n; i++) {
        const struct felt_iptables_rule *rule = &rules->items[i];

        if (strcmp(rule->chain, own->parent) != 0)
            continue;
        if (is_jump(rule, own)) {
            if (is_over)
                return false;
            n++;
        } else if (felt_iptables_rule_ends_chain(rule)) {
            is_over = true;
        }
    }
    return n == 1;
}

static void write_own(struct planning *p, const struct own_chain *own, const struct rules *rules)
{
    size_t place = find_place(own, rules);

    if (!has_right_rules(own, rules)) {
        /* A chain that is there is flushed by this. */
        felt_script_add(&p->script, ":%s - [0:0]\n", own->name);
        for (size_t i = 0; i < own->n_rules; i++)
            felt_script_add(&p->script, "%s\n", own->rules[i]);
        p->change->writes_ours = true;
    }
    if (has_right_jump(own, rules))
        return;
    p->change->writes_ours = true;
    for (size_t i = 0; i < rules->n; i++)
        if (is_jump(&rules->items[i], own))
            drop_rule(p, &rules->items[i]);
    if (place > 0)
        felt_script_add(&p->script, "-I %s %zu", own->parent, place);
    else
        felt_script_add(&p->script, "-A %s", own->parent);
    felt_script_add(&p->script, " -m comment --comment \"" COMMENT "\" -j %s\n", own->name);
}

static void remove_own(struct planning *p, const struct own_chain *own, const struct rules *rules)
{
    for (size_t i = 0; i < rules->n; i++)
        if (strcmp(rules->items[i].target, own->name) == 0)
            drop_rule(p, &rules->items[i]);
    drop_chain(p, own->name);
    p->change->removes_ours = true;
}

static void see_to_own(struct planning *p, const struct own_chain *own)
{
    const struct rules *rules = &p->rules[TABLE_FILTER];

    if (own->is_wanted)
        write_own(p, own, rules);
    else if (own->is_there)
        remove_own(p, own, rules);
}

static void see_to_forward(struct planning *p)
{
    struct felt_cidr network = felt_cidr_masked(&p->want->network);
    struct own_chain own = {
        .name = FELT_IPTABLES_FORWARD_CHAIN,
        .parent = "FORWARD",
        .is_there = p->has_own_forward,
        .is_wanted = p->want->forward && p->has_forward,
    };

    add_own_rule(&own, "-A %s -s %s -m comment --comment \"" COMMENT "\" -j ACCEPT", own.name,
                 FELT_CIDR(&network));
    add_own_rule(&own, "-A %s -d %s -m comment --comment \"" COMMENT "\" -j ACCEPT", own.name,
                 FELT_CIDR(&network));
    see_to_own(p, &own);
}

static void see_to_docker(struct planning *p)
{
    struct felt_cidr network = felt_cidr_masked(&p->want->network);
    struct felt_cidr lease = felt_cidr_masked(&p->want->lease);
    struct own_chain own = {
        .name = FELT_IPTABLES_DOCKER_CHAIN,
        .parent = "DOCKER-USER",
        .is_there = p->has_own_docker,
        .is_wanted = p->want->forward && p->has_docker && lease.ip.family != FELT_FAMILY_NONE,
    };
    const struct {
        const struct felt_cidr *src, *dst;
        const char *target;
    } rules[OWN_RULES] = {
        {&lease, &lease, "RETURN"},
        {&network, &lease, "ACCEPT"},
        {&lease, &network, "ACCEPT"},
    };

    for (size_t i = 0; i < OWN_RULES; i++)
        add_own_rule(&own, "-A %s -s %s -d %s -m comment --comment \"" COMMENT "\" -j %s", own.name,
                     FELT_CIDR(rules[i].src), FELT_CIDR(rules[i].dst), rules[i].target);
    see_to_own(p, &own);
}

/* ---- all of it ---- */

/* What one table needs, between its name and COMMIT; no name where it needs nothing. */
static void add_table(struct planning *p, const char *name, void (*see_to)(struct planning *))
{
    size_t start = p->script.len, body;

    felt_script_add(&p->script, "*%s\n", name);
    body = p->script.len;
    see_to(p);
    if (p->script.len > body) {
        felt_script_add(&p->script, "COMMIT\n");
    } else if (!p->script.failed) {
        p->script.len = start;
        p->script.text[start] = '\0';
    }
}

/* iptables-save shows a chain FORWARD even where a table that nft has made has none: then there is
 * nothing in it, and its policy is ACCEPT. */
static bool is_forward_real(const struct planning *p)
{
    const struct rules *rules = &p->rules[TABLE_FILTER];

    if (!p->has_forward || !p->change->is_incompatible || p->forward_drops)
        return p->has_forward;
    for (size_t i = 0; i < rules->n; i++)
        if (strcmp(rules->items[i].chain, "FORWARD") == 0)
            return true;
    return false;
}

static void see_to_filter(struct planning *p)
{
    struct rules *rules = &p->rules[TABLE_FILTER];

    p->has_forward = is_forward_real(p);
    p->change->is_incompatible &= !p->has_forward;

    if (p->want->network.ip.family != FELT_FAMILY_NONE) {
        struct felt_cidr network = felt_cidr_masked(&p->want->network);
        bool has_chain = felt_flannel_forward_rules(rules->items, rules->n, &network, rules->drops);

        drop_flannel(p, rules, has_chain, FELT_FLANNEL_FORWARD_CHAIN);
    }
    see_to_forward(p);
    see_to_docker(p);
}

static void see_to_nat(struct planning *p)
{
    struct rules *rules = &p->rules[TABLE_NAT];
    struct felt_cidr network = felt_cidr_masked(&p->want->network);
    bool has_chain;

    if (!p->want->replace_masq || network.ip.family == FELT_FAMILY_NONE)
        return;
    has_chain = felt_flannel_masq_rules(rules->items, rules->n, &network, rules->drops);
    drop_flannel(p, rules, has_chain, FELT_FLANNEL_MASQ_CHAIN);
}

int felt_iptables_plan(const char *save, size_t len, const struct felt_iptables_want *want,
                       struct felt_iptables_change *ret_change)
{
    struct felt_iptables_change change = {0};
    struct planning p = {.want = want, .change = &change};
    int r = read_save(&p, save, len);

    if (r == 0) {
        add_table(&p, "filter", see_to_filter);
        add_table(&p, "nat", see_to_nat);
        if (p.script.len == 0 && !p.script.failed)
            felt_script_done(&p.script);
        r = felt_script_take(&p.script, &change.script, &change.len);
    }
    if (r == 0)
        *ret_change = change;
    for (int i = 0; i < N_TABLES; i++) {
        free(p.rules[i].items);
        free(p.rules[i].drops);
    }
    felt_script_done(&p.script);
    return r;
}

void felt_iptables_change_done(struct felt_iptables_change *change)
{
    free(change->script);
    *change = (struct felt_iptables_change){0};
}
