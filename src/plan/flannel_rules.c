/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/flannel_rules.h"

#include <string.h>

#include "base/idiom.h"

#define MASQ_COMMENT    "flanneld masq"
#define FORWARD_COMMENT "flanneld forward"

static bool is_any(const struct felt_cidr *cidr)
{
    return cidr->ip.family == FELT_FAMILY_NONE;
}

static bool is_in(const struct felt_cidr *network, const struct felt_cidr *cidr)
{
    return !is_any(cidr) && cidr->len >= network->len && felt_cidr_contains(network, &cidr->ip);
}

static bool is_multicast(const struct felt_cidr *cidr)
{
    struct felt_cidr v4, v6;

    return (felt_cidr_parse("224.0.0.0/4", &v4) == 0 && felt_cidr_equal(cidr, &v4)) ||
           (felt_cidr_parse("ff00::/8", &v6) == 0 && felt_cidr_equal(cidr, &v6));
}

static bool is_target(const struct felt_iptables_rule *rule, const char *target)
{
    return strcmp(rule->target, target) == 0;
}

static bool is_in_chain(const struct felt_iptables_rule *rule, const char *chain)
{
    return strcmp(rule->chain, chain) == 0;
}

static bool has_comment(const struct felt_iptables_rule *rule, const char *comment)
{
    return strcmp(rule->comment, comment) == 0;
}

/* "-s n ! -d 224.0.0.0/4 -j MASQUERADE": nobody else writes this one. */
static bool is_masq_out(const struct felt_iptables_rule *rule, const struct felt_cidr *network)
{
    return is_target(rule, "MASQUERADE") && !rule->not_src && rule->not_dst &&
           felt_cidr_equal(&rule->src, network) && is_multicast(&rule->dst);
}

static bool is_masq_in(const struct felt_iptables_rule *rule, const struct felt_cidr *network)
{
    return is_target(rule, "MASQUERADE") && rule->not_src && !rule->not_dst &&
           felt_cidr_equal(&rule->src, network) && felt_cidr_equal(&rule->dst, network);
}

/* Inside the network, or from outside into a subnet of it. */
static bool is_masq_return(const struct felt_iptables_rule *rule, const struct felt_cidr *network,
                           bool is_commented)
{
    if (!is_target(rule, "RETURN") || rule->not_dst || !is_in(network, &rule->dst))
        return false;
    if (rule->not_src)
        return felt_cidr_equal(&rule->src, network);
    return is_commented
               ? is_in(network, &rule->src)
               : felt_cidr_equal(&rule->src, network) && felt_cidr_equal(&rule->dst, network);
}

static bool is_masq(const struct felt_iptables_rule *rule, const struct felt_cidr *network)
{
    bool is_commented = has_comment(rule, MASQ_COMMENT);

    if (rule->has_other || rule->kube_mark || (!is_commented && rule->comment[0] != '\0'))
        return false;
    return is_masq_out(rule, network) || is_masq_in(rule, network) ||
           is_masq_return(rule, network, is_commented);
}

static bool is_forward(const struct felt_iptables_rule *rule, const struct felt_cidr *network)
{
    bool from = !rule->not_src && felt_cidr_equal(&rule->src, network) && is_any(&rule->dst);
    bool to = !rule->not_dst && felt_cidr_equal(&rule->dst, network) && is_any(&rule->src);

    return is_target(rule, "ACCEPT") && !rule->has_other && !rule->kube_mark && (from || to) &&
           (has_comment(rule, FORWARD_COMMENT) || rule->comment[0] == '\0');
}

typedef bool (*is_ours_fn)(const struct felt_iptables_rule *rule, const struct felt_cidr *network);

/* The chain has rules for our network and, but for the mark's, no others. */
static bool is_chain_ours(const struct felt_iptables_rule *rules, size_t n_rules, const char *chain,
                          is_ours_fn is_ours, const struct felt_cidr *network)
{
    bool found = false;

    for (size_t i = 0; i < n_rules; i++) {
        if (!is_in_chain(&rules[i], chain))
            continue;
        if (is_ours(&rules[i], network))
            found = true;
        else if (!rules[i].kube_mark || rules[i].has_other || !is_target(&rules[i], "RETURN"))
            return false;
    }
    return found;
}

static bool take_chain(const struct felt_iptables_rule *rules, size_t n_rules, const char *chain,
                       is_ours_fn is_ours, const struct felt_cidr *network, bool *is_flannel)
{
    if (!is_chain_ours(rules, n_rules, chain, is_ours, network))
        return false;
    for (size_t i = 0; i < n_rules; i++)
        if (is_in_chain(&rules[i], chain) || is_target(&rules[i], chain))
            is_flannel[i] = true;
    return true;
}

bool felt_flannel_masq_rules(const struct felt_iptables_rule *rules, size_t n_rules,
                             const struct felt_cidr *network, bool *is_flannel)
{
    bool has_plain = false;

    for (size_t i = 0; i < n_rules; i++)
        if (is_in_chain(&rules[i], "POSTROUTING") && rules[i].comment[0] == '\0' &&
            is_masq(&rules[i], network) && is_masq_out(&rules[i], network))
            has_plain = true;
    for (size_t i = 0; i < n_rules; i++)
        if (is_in_chain(&rules[i], "POSTROUTING") && is_masq(&rules[i], network) &&
            (has_plain || rules[i].comment[0] != '\0'))
            is_flannel[i] = true;
    return take_chain(rules, n_rules, FELT_FLANNEL_MASQ_CHAIN, is_masq, network, is_flannel);
}

bool felt_flannel_forward_rules(const struct felt_iptables_rule *rules, size_t n_rules,
                                const struct felt_cidr *network, bool *is_flannel)
{
    bool has_from = false, has_to = false;

    for (size_t i = 0; i < n_rules; i++) {
        if (!is_in_chain(&rules[i], "FORWARD") || rules[i].comment[0] != '\0' ||
            !is_forward(&rules[i], network))
            continue;
        has_from |= !is_any(&rules[i].src);
        has_to |= !is_any(&rules[i].dst);
    }
    for (size_t i = 0; i < n_rules; i++)
        if (is_in_chain(&rules[i], "FORWARD") && is_forward(&rules[i], network) &&
            ((has_from && has_to) || rules[i].comment[0] != '\0'))
            is_flannel[i] = true;
    return take_chain(rules, n_rules, FELT_FLANNEL_FORWARD_CHAIN, is_forward, network, is_flannel);
}

/* The word at text, which ends at a blank. False: it is no prefix or address. */
static bool take_prefix(const char *text, struct felt_cidr *ret)
{
    char word[FELT_CIDR_TEXT];
    size_t len = strcspn(text, " \n");

    if (len >= sizeof(word))
        return false;
    memcpy(word, text, len);
    word[len] = '\0';
    return felt_cidr_parse(word, ret) == 0;
}

bool felt_flannel_nft_table(const char *text, const struct felt_cidr *network)
{
    static const char saddr[] = " saddr ";
    bool found = false;

    for (const char *at = text; (at = strstr(at, saddr)) != NULL;) {
        struct felt_cidr cidr;

        at += strlen(saddr);
        if (strncmp(at, "!= ", 3) == 0)
            at += 3;
        if (!take_prefix(at, &cidr) || !is_in(network, &cidr))
            return false;
        found |= felt_cidr_equal(&cidr, network);
    }
    return found;
}

bool felt_flannel_nft_table_is_empty(const char *text)
{
    return strstr(text, " saddr ") == NULL && strstr(text, " daddr ") == NULL;
}
