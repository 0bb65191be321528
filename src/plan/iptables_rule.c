/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/iptables_rule.h"

#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

#define WORD_MAX                                                                    \
    300 /* bytes: a comment has at most 255, and each may be escaped; longer is cut \
         */

struct reader {
    const char *at, *end;
    char word[WORD_MAX + 1]; /* the last one, without quotes */
};

static bool next_word(struct reader *reader)
{
    bool is_quoted = false;
    size_t len = 0;

    while (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
    if (reader->at == reader->end)
        return false;
    for (; reader->at < reader->end && (is_quoted || *reader->at != ' '); reader->at++) {
        if (*reader->at == '"') {
            is_quoted = !is_quoted;
            continue;
        }
        if (*reader->at == '\\' && reader->at + 1 < reader->end)
            reader->at++;
        if (len < WORD_MAX)
            reader->word[len++] = *reader->at;
    }
    reader->word[len] = '\0';
    return true;
}

static bool is_word(const struct reader *reader, const char *word)
{
    return strcmp(reader->word, word) == 0;
}

static void take_name(char *name, const char *word)
{
    snprintf(name, FELT_IPTABLES_NAME, "%.*s", FELT_IPTABLES_NAME - 1, word);
}

/* iptables prints an address without a length where it is that of a host. */
static bool take_address(const char *word, struct felt_cidr *ret)
{
    struct felt_ip ip;

    if (felt_cidr_parse(word, ret) == 0)
        return true;
    if (felt_ip_parse(word, &ip) < 0)
        return false;
    *ret = (struct felt_cidr){.ip = ip, .len = ip.family == FELT_FAMILY_V6 ? 128 : 32};
    return true;
}

/* The value of the option that was just read. */
static bool take_option(struct reader *reader, struct felt_iptables_rule *rule, const char *option,
                        bool negated)
{
    if (!next_word(reader))
        return false;
    if (strcmp(option, "-s") == 0) {
        rule->not_src = negated;
        return take_address(reader->word, &rule->src);
    }
    if (strcmp(option, "-d") == 0) {
        rule->not_dst = negated;
        return take_address(reader->word, &rule->dst);
    }
    if (negated)
        return false;
    if (strcmp(option, "-m") == 0)
        return is_word(reader, "comment") || is_word(reader, "mark");
    if (strcmp(option, "--comment") == 0) {
        snprintf(rule->comment, sizeof(rule->comment), "%.*s", FELT_IPTABLES_COMMENT - 1,
                 reader->word);
        return true;
    }
    if (strcmp(option, "--mark") == 0) {
        rule->kube_mark = is_word(reader, "0x4000/0x4000");
        return rule->kube_mark;
    }
    if (strcmp(option, "-j") == 0)
        take_name(rule->target, reader->word);
    return true; /* how a REJECT is told is nobody's concern here */
}

static void take_words(struct reader *reader, struct felt_iptables_rule *rule)
{
    static const char *const options[] = {"-s",     "-d", "-m",           "--comment",
                                          "--mark", "-j", "--reject-with"};
    bool negated = false;

    while (next_word(reader)) {
        const char *option = NULL;

        for (size_t i = 0; i < FELT_ARRAY_LEN(options); i++)
            if (is_word(reader, options[i]))
                option = options[i];
        if (option != NULL)
            rule->has_other |= !take_option(reader, rule, option, negated);
        else if (is_word(reader, "--random-fully"))
            rule->random_fully = true;
        else if (!is_word(reader, "!"))
            rule->has_other = true;
        negated = is_word(reader, "!");
    }
}

bool felt_iptables_rule_parse(const char *line, size_t len, struct felt_iptables_rule *ret_rule)
{
    struct reader reader = {.at = line, .end = line + len};
    struct felt_iptables_rule rule = {0};

    if (!next_word(&reader) || !is_word(&reader, "-A") || !next_word(&reader))
        return false;
    take_name(rule.chain, reader.word);
    while (reader.at < reader.end && *reader.at == ' ')
        reader.at++;
    rule.text = reader.at;
    rule.len = (size_t)(reader.end - reader.at);
    take_words(&reader, &rule);
    *ret_rule = rule;
    return true;
}

bool felt_iptables_rule_is_bare(const struct felt_iptables_rule *rule)
{
    return rule->src.ip.family == FELT_FAMILY_NONE && rule->dst.ip.family == FELT_FAMILY_NONE &&
           !rule->kube_mark && !rule->has_other;
}

bool felt_iptables_rule_ends_chain(const struct felt_iptables_rule *rule)
{
    static const char *const ends[] = {"DROP", "REJECT", "ACCEPT", "RETURN"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(ends); i++)
        if (strcmp(rule->target, ends[i]) == 0)
            return felt_iptables_rule_is_bare(rule);
    return false;
}

bool felt_iptables_rule_same(const struct felt_iptables_rule *a, const struct felt_iptables_rule *b)
{
    return felt_cidr_equal(&a->src, &b->src) && felt_cidr_equal(&a->dst, &b->dst) &&
           a->not_src == b->not_src && a->not_dst == b->not_dst &&
           strcmp(a->comment, b->comment) == 0 && strcmp(a->target, b->target) == 0 &&
           a->kube_mark == b->kube_mark && a->random_fully == b->random_fully && !a->has_other &&
           !b->has_other;
}
