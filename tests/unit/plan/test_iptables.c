/* SPDX-License-Identifier: Apache-2.0 */
/* The scripts, against goldens and against a model of iptables-restore --noflush: whatever was
 * there, one script makes it right, and the next one is empty. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "plan/iptables.h"

static struct felt_iptables_want want_with(bool forward)
{
    struct felt_iptables_want want = {.forward = forward, .replace_masq = true};

    assert_int_equal(felt_cidr_parse("172.17.0.0/16", &want.network), 0);
    assert_int_equal(felt_cidr_parse("172.17.7.0/24", &want.lease), 0);
    return want;
}

/* ---- goldens ---- */

static void script_is(const char *save, const struct felt_iptables_want *want, const char *script)
{
    struct felt_iptables_change change;

    assert_int_equal(felt_iptables_plan(save, strlen(save), want, &change), 0);
    if (script == NULL)
        assert_null(change.script);
    else
        assert_string_equal(change.script, script);
    assert_int_equal(change.script == NULL ? 0 : strlen(change.script), change.len);
    felt_iptables_change_done(&change);
}

#define OWN_FORWARD                                                                      \
    ":FELT-FORWARD - [0:0]\n"                                                            \
    "-A FELT-FORWARD -s 172.17.0.0/16 -m comment --comment \"felt forward\" -j ACCEPT\n" \
    "-A FELT-FORWARD -d 172.17.0.0/16 -m comment --comment \"felt forward\" -j ACCEPT\n"
#define OWN_JUMP "-A FORWARD -m comment --comment \"felt forward\" -j FELT-FORWARD\n"

static void no_table_filter_no_rules(void **state)
{
    const struct felt_iptables_want want = want_with(true);

    (void)state;
    script_is("", &want, NULL);
    script_is("*nat\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n", &want, NULL);
}

static void a_chain_forward_gets_ours_at_its_end(void **state)
{
    const struct felt_iptables_want want = want_with(true);

    (void)state;
    script_is("*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i lo -j DROP\nCOMMIT\n", &want,
              "*filter\n" OWN_FORWARD OWN_JUMP "COMMIT\n");
    script_is("*filter\n:FORWARD DROP [0:0]\n" OWN_FORWARD OWN_JUMP "COMMIT\n", &want, NULL);
}

static void the_jump_is_ahead_of_what_ends_the_chain(void **state)
{
    const struct felt_iptables_want want = want_with(true);

    (void)state;
    script_is("*filter\n:FORWARD ACCEPT [0:0]\n" OWN_FORWARD "-A FORWARD -i lo -j DROP\n"
              "-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n" OWN_JUMP "COMMIT\n",
              &want,
              "*filter\n-D FORWARD -m comment --comment \"felt forward\" -j FELT-FORWARD\n"
              "-I FORWARD 2 -m comment --comment \"felt forward\" -j FELT-FORWARD\nCOMMIT\n");
}

static void docker_user_gets_what_crosses_between_machines_and_no_more(void **state)
{
    const struct felt_iptables_want want = want_with(true);

    (void)state;
    script_is("*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n" OWN_FORWARD
              "-A FORWARD -j DOCKER-USER\n" OWN_JUMP "-A DOCKER-USER -j RETURN\nCOMMIT\n",
              &want,
              "*filter\n"
              ":FELT-DOCKER-USER - [0:0]\n"
              "-A FELT-DOCKER-USER -s 172.17.7.0/24 -d 172.17.7.0/24 -m comment --comment \"felt "
              "forward\" -j RETURN\n"
              "-A FELT-DOCKER-USER -s 172.17.0.0/16 -d 172.17.7.0/24 -m comment --comment \"felt "
              "forward\" -j ACCEPT\n"
              "-A FELT-DOCKER-USER -s 172.17.7.0/24 -d 172.17.0.0/16 -m comment --comment \"felt "
              "forward\" -j ACCEPT\n"
              "-I DOCKER-USER 1 -m comment --comment \"felt forward\" -j FELT-DOCKER-USER\n"
              "COMMIT\n");
}

static void flannels_rules_go_in_the_same_transaction(void **state)
{
    const struct felt_iptables_want want = want_with(true);

    (void)state;
    script_is(
        "*filter\n:FORWARD DROP [0:0]\n:FLANNEL-FWD - [0:0]\n"
        "-A FORWARD -m comment --comment \"flanneld forward\" -j FLANNEL-FWD\n"
        "-A FLANNEL-FWD -s 172.17.0.0/16 -m comment --comment \"flanneld forward\" -j ACCEPT\n"
        "COMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n"
        "-A POSTROUTING -s 172.17.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE\nCOMMIT\n",
        &want,
        "*filter\n"
        "-D FORWARD -m comment --comment \"flanneld forward\" -j FLANNEL-FWD\n"
        "-F FLANNEL-FWD\n-X FLANNEL-FWD\n" OWN_FORWARD OWN_JUMP "COMMIT\n"
        "*nat\n-D POSTROUTING -s 172.17.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE\nCOMMIT\n");
}

static void flannels_masquerading_stays_until_ours_is_in_place(void **state)
{
    struct felt_iptables_want want = want_with(true);

    (void)state;
    want.replace_masq = false;
    script_is("*nat\n:POSTROUTING ACCEPT [0:0]\n"
              "-A POSTROUTING -s 172.17.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE\nCOMMIT\n",
              &want, NULL);
}

static void unwanted_ours_go_even_without_a_network(void **state)
{
    const struct felt_iptables_want want = {0};

    (void)state;
    script_is("*filter\n:FORWARD DROP [0:0]\n:FELT-FORWARD - [0:0]\n"
              "-A FORWARD -i eth7 -j FELT-FORWARD\n" OWN_JUMP
              "-A FELT-FORWARD -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n",
              &want,
              "*filter\n-D FORWARD -i eth7 -j FELT-FORWARD\n"
              "-D FORWARD -m comment --comment \"felt forward\" -j FELT-FORWARD\n"
              "-F FELT-FORWARD\n-X FELT-FORWARD\nCOMMIT\n");
}

static void a_table_that_iptables_cannot_read_is_told(void **state)
{
    static const char save[] = "# Table `filter' is incompatible, use 'nft' tool.\n";
    const struct felt_iptables_want want = want_with(true);
    struct felt_iptables_change change;

    (void)state;
    assert_int_equal(felt_iptables_plan(save, strlen(save), &want, &change), 0);
    assert_true(change.is_incompatible);
    assert_null(change.script);
}

static void a_chain_that_iptables_only_pretends_is_none(void **state)
{
#define MADE_BY_NFT \
    "# Table `filter' contains incompatible base-chains, use 'nft' tool to list them.\n"
    static const char pretended[] = MADE_BY_NFT "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n";
    static const char dropping[] = MADE_BY_NFT "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n";
    const struct felt_iptables_want want = want_with(true);
    struct felt_iptables_change change;

    (void)state;
    assert_int_equal(felt_iptables_plan(pretended, strlen(pretended), &want, &change), 0);
    assert_true(change.is_incompatible);
    assert_null(change.script);
    assert_int_equal(felt_iptables_plan(dropping, strlen(dropping), &want, &change), 0);
    assert_false(change.is_incompatible);
    assert_non_null(change.script);
    felt_iptables_change_done(&change);
}

/* ---- the model ---- */

#define MODEL_RULES  64
#define MODEL_CHAINS 16

struct model {
    char chains[MODEL_CHAINS][32]; /* "filter FORWARD" */
    size_t n_chains;
    char rules[MODEL_RULES][200]; /* "filter FORWARD -j DROP", in order within each chain */
    size_t n_rules;
};

static size_t find_chain(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->n_chains; i++)
        if (strcmp(m->chains[i], name) == 0)
            return i;
    return MODEL_CHAINS;
}

static bool is_of(const char *rule, const char *chain)
{
    size_t len = strlen(chain);

    return strncmp(rule, chain, len) == 0 && rule[len] == ' ';
}

static void delete_at(struct model *m, size_t i)
{
    memmove(&m->rules[i], &m->rules[i + 1], (m->n_rules - i - 1) * sizeof(m->rules[0]));
    m->n_rules--;
}

/* position counts from one among the chain's rules; 0: at the end. */
static void insert(struct model *m, const char *chain, size_t position, const char *text)
{
    size_t at = 0, seen = 0;

    assert_true(m->n_rules < MODEL_RULES);
    assert_int_not_equal(find_chain(m, chain), MODEL_CHAINS);
    for (at = 0; at < m->n_rules; at++)
        if (is_of(m->rules[at], chain) && ++seen == position)
            break;
    assert_true(position == 0 || seen == position || seen + 1 == position);
    memmove(&m->rules[at + 1], &m->rules[at], (m->n_rules - at) * sizeof(m->rules[0]));
    assert_true((size_t)snprintf(m->rules[at], sizeof(m->rules[0]), "%s %s", chain, text) <
                sizeof(m->rules[0]));
    m->n_rules++;
}

static void flush(struct model *m, const char *chain)
{
    for (size_t i = m->n_rules; i-- > 0;)
        if (is_of(m->rules[i], chain))
            delete_at(m, i);
}

static void delete_rule(struct model *m, const char *chain, const char *text)
{
    char rule[256];

    snprintf(rule, sizeof(rule), "%s %s", chain, text);
    for (size_t i = 0; i < m->n_rules; i++)
        if (strcmp(m->rules[i], rule) == 0) {
            delete_at(m, i);
            return;
        }
    fail_msg("no such rule: %s", rule);
}

/* The kernel refuses while rules are in it or lead to it. */
static void delete_chain(struct model *m, const char *chain)
{
    const char *name = strchr(chain, ' ') + 1;
    size_t i = find_chain(m, chain);

    assert_int_not_equal(i, MODEL_CHAINS);
    for (size_t j = 0; j < m->n_rules; j++) {
        const char *jump = strstr(m->rules[j], "-j ");

        assert_false(is_of(m->rules[j], chain));
        assert_true(jump == NULL || strcmp(jump + 3, name) != 0);
    }
    m->n_chains--;
    memcpy(m->chains[i], m->chains[m->n_chains], sizeof(m->chains[i]));
}

static void declare(struct model *m, const char *chain)
{
    if (find_chain(m, chain) != MODEL_CHAINS) {
        flush(m, chain);
        return;
    }
    assert_true(m->n_chains < MODEL_CHAINS);
    snprintf(m->chains[m->n_chains++], sizeof(m->chains[0]), "%s", chain);
}

static void apply_line(struct model *m, const char *table, const char *line)
{
    char word[32] = "", chain[64];
    const char *rest;
    size_t position = 0;
    int used = 0;

    assert_int_equal(sscanf(line + (line[0] == ':' ? 1 : 3), "%31s%n", word, &used), 1);
    rest = line + (line[0] == ':' ? 1 : 3) + used;
    rest += *rest == ' ';
    snprintf(chain, sizeof(chain), "%s %s", table, word);
    if (line[0] == ':') {
        declare(m, chain);
    } else if (line[1] == 'I') {
        assert_int_equal(sscanf(rest, "%zu%n", &position, &used), 1);
        insert(m, chain, position, rest + used + 1);
    } else if (line[1] == 'A') {
        insert(m, chain, 0, rest);
    } else if (line[1] == 'D') {
        delete_rule(m, chain, rest);
    } else if (line[1] == 'F') {
        flush(m, chain);
    } else {
        assert_int_equal(line[1], 'X');
        delete_chain(m, chain);
    }
}

static void apply(struct model *m, const char *script)
{
    char copy[16384], table[16] = "", *line, *rest = copy;

    assert_true(strlen(script) < sizeof(copy));
    strcpy(copy, script);
    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        if (line[0] == '*')
            snprintf(table, sizeof(table), "%s", line + 1);
        else if (strcmp(line, "COMMIT") != 0)
            apply_line(m, table, line);
    }
}

/* As iptables-save prints it. */
static void print(const struct model *m, char *text, size_t size)
{
    static const char *const tables[] = {"filter", "nat"};
    size_t len = 0;

    for (size_t t = 0; t < 2; t++) {
        len += (size_t)snprintf(text + len, size - len, "*%s\n", tables[t]);
        for (size_t i = 0; i < m->n_chains; i++)
            if (is_of(m->chains[i], tables[t]))
                len += (size_t)snprintf(text + len, size - len, ":%s - [0:0]\n",
                                        strchr(m->chains[i], ' ') + 1);
        for (size_t i = 0; i < m->n_rules; i++)
            if (is_of(m->rules[i], tables[t]))
                len += (size_t)snprintf(text + len, size - len, "-A %s\n",
                                        strchr(m->rules[i], ' ') + 1);
        len += (size_t)snprintf(text + len, size - len, "COMMIT\n");
    }
    assert_true(len < size);
}

static bool pass(struct model *m, const struct felt_iptables_want *want)
{
    struct felt_iptables_change change;
    char save[16384];
    bool changed;

    print(m, save, sizeof(save));
    assert_int_equal(felt_iptables_plan(save, strlen(save), want, &change), 0);
    changed = change.script != NULL;
    if (changed)
        apply(m, change.script);
    felt_iptables_change_done(&change);
    return changed;
}

/* ---- the property ---- */

#define FLANNEL_MASQ "-m comment --comment \"flanneld masq\""
#define FLANNEL_FWD  "-m comment --comment \"flanneld forward\""

static const char *const chains[] = {
    "filter DOCKER-USER", "filter FELT-FORWARD", "filter FELT-DOCKER-USER",
    "filter FLANNEL-FWD", "nat FLANNEL-POSTRTG", "filter OTHER",
};
/* Whose rules these are is what the first letter says: ours, flannel's, or somebody else's. */
static const struct {
    char owner;
    const char *chain, *text;
} pool[] = {
    {'o', "filter FORWARD", "-m comment --comment \"felt forward\" -j FELT-FORWARD"},
    {'o', "filter FORWARD", "-j FELT-FORWARD"},
    {'o', "filter DOCKER-USER", "-m comment --comment \"felt forward\" -j FELT-DOCKER-USER"},
    {'o', "filter FELT-FORWARD",
     "-s 172.17.0.0/16 -m comment --comment \"felt forward\" -j ACCEPT"},
    {'o', "filter FELT-FORWARD", "-s 10.0.0.0/8 -j DROP"},
    {'o', "filter FELT-DOCKER-USER", "-j DROP"},
    {'f', "filter FORWARD", FLANNEL_FWD " -j FLANNEL-FWD"},
    {'f', "filter FLANNEL-FWD", "-s 172.17.0.0/16 " FLANNEL_FWD " -j ACCEPT"},
    {'f', "filter FORWARD", "-s 172.17.0.0/16 " FLANNEL_FWD " -j ACCEPT"},
    {'f', "nat POSTROUTING", FLANNEL_MASQ " -j FLANNEL-POSTRTG"},
    {'f', "nat FLANNEL-POSTRTG",
     "-s 172.17.0.0/16 ! -d 224.0.0.0/4 " FLANNEL_MASQ " -j MASQUERADE"},
    {'f', "nat POSTROUTING", "-s 172.17.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE"},
    {'s', "filter FORWARD", "-j REJECT --reject-with icmp-host-prohibited"},
    {'s', "filter FORWARD", "-i docker0 -j ACCEPT"},
    {'s', "filter FORWARD", "-s 172.17.0.0/16 -i docker0 -j DROP"},
    {'s', "filter FORWARD", "-j DOCKER-USER"},
    {'s', "filter DOCKER-USER", "-j RETURN"},
    {'s', "filter DOCKER-USER", "-s 192.0.2.0/24 -j DROP"},
    {'s', "filter OTHER", "-j ACCEPT"},
    {'s', "nat POSTROUTING", "-s 172.17.7.0/24 ! -o docker0 -j MASQUERADE"},
    {'s', "nat POSTROUTING", "-s 10.244.0.0/16 ! -d 224.0.0.0/4 " FLANNEL_MASQ " -j MASQUERADE"},
};

static void make_world(struct felt_prng *prng, struct model *m)
{
    *m = (struct model){0};
    declare(m, "filter FORWARD");
    declare(m, "nat POSTROUTING");
    for (size_t i = 0; i < FELT_ARRAY_LEN(chains); i++)
        if (felt_prng_below(prng, 2) == 0)
            declare(m, chains[i]);
    for (unsigned n = (unsigned)felt_prng_below(prng, 24); n > 0; n--) {
        size_t i = (size_t)felt_prng_below(prng, FELT_ARRAY_LEN(pool));
        const char *jump = strstr(pool[i].text, "-j ") + 3;
        char target[64];

        snprintf(target, sizeof(target), "filter %s", jump);
        if (strcmp(jump, "FLANNEL-POSTRTG") == 0)
            snprintf(target, sizeof(target), "nat %s", jump);
        /* A jump needs its chain, a rule too. */
        if (find_chain(m, pool[i].chain) == MODEL_CHAINS ||
            (strchr(jump, '-') != NULL && strchr(jump, ' ') == NULL &&
             find_chain(m, target) == MODEL_CHAINS))
            continue;
        insert(m, pool[i].chain, 0, pool[i].text);
    }
}

/* Somebody else's rules, in order. */
static void foreign(const struct model *m, char *text, size_t size)
{
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < m->n_rules; i++)
        for (size_t j = 0; j < FELT_ARRAY_LEN(pool); j++)
            if (pool[j].owner == 's' && is_of(m->rules[i], pool[j].chain) &&
                strcmp(m->rules[i] + strlen(pool[j].chain) + 1, pool[j].text) == 0)
                len += (size_t)snprintf(text + len, size - len, "%s\n", m->rules[i]);
    assert_true(len < size);
}

static size_t count(const struct model *m, const char *part)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n_rules; i++)
        n += strstr(m->rules[i], part) != NULL;
    return n;
}

/* The jump is ahead of what ends its chain. */
static void expect_ahead(const struct model *m, const char *jump, const char *end)
{
    bool ended = false;

    for (size_t i = 0; i < m->n_rules; i++) {
        ended |= strcmp(m->rules[i], end) == 0;
        if (strstr(m->rules[i], jump) != NULL)
            assert_false(ended);
    }
}

static void whatever_was_there_one_script_makes_it_right(void **state)
{
    static char before[8192], after[8192];
    struct felt_prng prng;
    struct model m;

    (void)state;
    felt_prng_init(&prng, 0x5eed);
    for (int i = 0; i < 20000; i++) {
        const struct felt_iptables_want want = want_with(felt_prng_below(&prng, 4) != 0);
        size_t docker;

        make_world(&prng, &m);
        docker = find_chain(&m, "filter DOCKER-USER") != MODEL_CHAINS;
        foreign(&m, before, sizeof(before));
        (void)pass(&m, &want);
        assert_false(pass(&m, &want)); /* and the next one is empty */
        foreign(&m, after, sizeof(after));
        assert_string_equal(after, before);
        assert_int_equal(count(&m, "-j FELT-FORWARD"), want.forward ? 1 : 0);
        assert_int_equal(count(&m, "-j FELT-DOCKER-USER"), want.forward ? docker : 0);
        assert_int_equal(count(&m, "filter FELT-FORWARD -"), want.forward ? 2 : 0);
        expect_ahead(&m, "-j FELT-FORWARD",
                     "filter FORWARD -j REJECT --reject-with icmp-host-prohibited");
        expect_ahead(&m, "-j FELT-DOCKER-USER", "filter DOCKER-USER -j RETURN");
        assert_int_equal(count(&m, "FORWARD -s 172.17.0.0/16 " FLANNEL_FWD), 0);
        assert_int_equal(count(&m, "-s 172.17.0.0/16 ! -d 224"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_table_filter_no_rules),
        cmocka_unit_test(a_chain_forward_gets_ours_at_its_end),
        cmocka_unit_test(the_jump_is_ahead_of_what_ends_the_chain),
        cmocka_unit_test(docker_user_gets_what_crosses_between_machines_and_no_more),
        cmocka_unit_test(flannels_rules_go_in_the_same_transaction),
        cmocka_unit_test(flannels_masquerading_stays_until_ours_is_in_place),
        cmocka_unit_test(unwanted_ours_go_even_without_a_network),
        cmocka_unit_test(a_table_that_iptables_cannot_read_is_told),
        cmocka_unit_test(a_chain_that_iptables_only_pretends_is_none),
        cmocka_unit_test(whatever_was_there_one_script_makes_it_right),
    };

    return RUN_TESTS(tests);
}
