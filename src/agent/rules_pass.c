/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/rules_pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/log.h"
#include "kernel/nft.h"
#include "plan/flannel_rules.h"
#include "plan/iptables.h"
#include "plan/nft_rules.h"

static const enum felt_family families[FELT_RULES_FAMILIES] = {FELT_FAMILY_V4, FELT_FAMILY_V6};

/* A pass under way, in one family. */
struct step {
    struct felt_rules_pass *pass;
    size_t index;                     /* in families */
    const struct felt_rules_net *net; /* NULL: the network does not have this family */
    size_t n_writes;
    struct felt_kernel_error error;  /* of what was done last */
    struct felt_kernel_error *first; /* that of the first failure */
};

static enum felt_family family_of(const struct step *s)
{
    return families[s->index];
}

static const char *family_word(const struct step *s)
{
    return family_of(s) == FELT_FAMILY_V6 ? "ip6" : "ip";
}

/* ---- our nftables table ---- */

static int run_script(struct step *s, const char *text, size_t len)
{
    int r = felt_nft_run(text, len, s->pass->cancel_fd, &s->error);

    s->n_writes += r == 0;
    return r;
}

static int delete_table(struct step *s, const char *table)
{
    _cleanup_(felt_script_done) struct felt_script script = {0};

    felt_script_add(&script, "delete table %s %s\n", family_word(s), table);
    return script.failed ? -ENOMEM : run_script(s, script.text, script.len);
}

/* An earlier run had --ip-masq, or this family, and this one has not. */
static int remove_masq(struct step *s)
{
    const char *table = felt_nft_table(family_of(s));
    int r = felt_ruleset_has_table(family_of(s), table, NULL);

    if (r <= 0) /* a kernel that cannot tell has no table */
        return 0;
    r = delete_table(s, table);
    if (r == 0)
        felt_log_info("kernel: removed the masquerade rules of an earlier run, table=%s", table);
    return r;
}

static int read_mark(struct step *s, struct felt_ruleset_mark *ret_mark)
{
    return felt_ruleset_mark(family_of(s), felt_nft_table(family_of(s)), FELT_NFT_EXCLUDE_SET,
                             ret_mark, &s->error);
}

static int masq_text(struct step *s, char **ret_text, size_t *ret_len)
{
    _cleanup_(felt_script_done) struct felt_script script = {0};
    const struct felt_rules_setting *setting = s->pass->setting;
    const struct felt_nft_masq masq = {
        .network = s->net->network,
        .lease = s->net->lease,
        .fully_random = setting->fully_random,
        .excludes = setting->excludes,
        .n_excludes = setting->n_excludes,
    };

    felt_nft_masq(&masq, &script);
    return felt_script_take(&script, ret_text, ret_len);
}

static int write_masq(struct step *s)
{
    char **written = &s->pass->families[s->index].text;
    struct felt_ruleset_mark *known = &s->pass->families[s->index].mark, mark;
    _cleanup_(felt_freep) char *text = NULL;
    bool is_new;
    size_t len;
    int r = masq_text(s, &text, &len);

    if (r < 0)
        return r;
    is_new = *written == NULL || strcmp(text, *written) != 0;
    if (!is_new) {
        r = read_mark(s, &mark);
        if (r < 0 || (mark.digest == known->digest && mark.n_rules == known->n_rules))
            return r;
    }
    r = run_script(s, text, len);
    if (r == 0)
        r = read_mark(s, known);
    if (r < 0)
        return r;
    free(*written);
    *written = FELT_TAKE(text);
    if (is_new)
        felt_log_info("kernel: wrote masquerade rules for subnet=%s network=%s",
                      FELT_CIDR(&s->net->lease), FELT_CIDR(&s->net->network));
    else
        felt_log_notice("kernel: repaired the masquerade rules: somebody had changed them");
    return 0;
}

/* ---- flannel's nftables tables ---- */

static int replace_flannel_table(struct step *s, bool *ret_replaced)
{
    const char *table = family_of(s) == FELT_FAMILY_V6 ? "flannel-ipv6" : "flannel-ipv4";
    _cleanup_(felt_freep) char *text = NULL;
    bool is_ours;
    int r;

    if (felt_ruleset_has_table(family_of(s), table, NULL) <= 0)
        return 0;
    r = felt_nft_list(family_of(s), table, s->pass->cancel_fd, &text, &s->error);
    if (r < 0)
        return r;
    is_ours = s->net != NULL ? felt_flannel_nft_table(text, &s->net->network)
                             : *ret_replaced && felt_flannel_nft_table_is_empty(text);
    if (!is_ours)
        return 0;
    r = delete_table(s, table);
    if (r < 0)
        return r;
    *ret_replaced = true;
    felt_log_notice("kernel: replaced flannel's rules, table=%s", table);
    return 0;
}

/* ---- iptables ---- */

/* Whether there is anything of the flavour, and the programs to ask about it. */
static bool is_in_use(struct step *s, enum felt_iptables_flavour flavour)
{
    bool *has = &s->pass->families[s->index].has_iptables[flavour];

    if (flavour == FELT_IPTABLES_LEGACY
            ? !felt_iptables_legacy_exists(family_of(s))
            : felt_ruleset_has_table(family_of(s), "filter", NULL) <= 0 &&
                  felt_ruleset_has_table(family_of(s), "nat", NULL) <= 0)
        return false;
    if (!*has)
        *has = felt_iptables_find(flavour, family_of(s),
                                  &s->pass->families[s->index].iptables[flavour]) == 0;
    return *has;
}

static void tell_change(struct step *s, enum felt_iptables_flavour flavour,
                        const struct felt_iptables_change *change)
{
    bool *wrote = &s->pass->families[s->index].wrote_iptables[flavour];
    const char *word = felt_iptables_flavour_word(flavour);

    if (change->n_flannel > 0)
        felt_log_notice("kernel: replaced %zu of flannel's rules, iptables=%s", change->n_flannel,
                        word);
    if (change->writes_ours && *wrote)
        felt_log_notice("kernel: repaired the forwarding rules: somebody had changed them, "
                        "iptables=%s",
                        word);
    else if (change->writes_ours)
        felt_log_info("kernel: wrote forwarding rules, iptables=%s", word);
    else if (change->removes_ours)
        felt_log_info("kernel: removed forwarding rules of felt's, iptables=%s", word);
    *wrote |= change->writes_ours;
}

static void tell_incompatible(struct step *s)
{
    bool *told = &s->pass->families[s->index].told_incompatible;

    if (!*told)
        felt_log_warning("kernel: the table %s filter was not made by iptables, so felt adds "
                         "nothing to it; where it drops what is forwarded, accept network=%s there",
                         family_word(s), FELT_CIDR(&s->net->network));
    *told = true;
}

static int see_to_iptables(struct step *s, enum felt_iptables_flavour flavour)
{
    const struct felt_iptables *iptables = &s->pass->families[s->index].iptables[flavour];
    const struct felt_iptables_want want = {
        .network = s->net->network,
        .lease = s->net->lease,
        .forward = s->pass->setting->forward,
        .replace_masq = s->pass->families[s->index].masq_settled,
    };
    _cleanup_(felt_iptables_change_done) struct felt_iptables_change change = {0};
    _cleanup_(felt_freep) char *text = NULL;
    size_t len;
    int r;

    if (!is_in_use(s, flavour))
        return 0;
    r = felt_iptables_save(iptables, s->pass->cancel_fd, &text, &len, &s->error);
    if (r == 0)
        r = felt_iptables_plan(text, len, &want, &change);
    if (r < 0)
        return r;
    if (change.is_incompatible)
        tell_incompatible(s);
    if (change.script == NULL)
        return 0;
    r = felt_iptables_restore(iptables, change.script, change.len, s->pass->cancel_fd, &s->error);
    if (r < 0)
        return r;
    s->n_writes++;
    tell_change(s, flavour, &change);
    return 0;
}

/* ---- a pass ---- */

static const struct felt_rules_net *find_net(const struct felt_rules_net *nets, size_t n_nets,
                                             enum felt_family family)
{
    for (size_t i = 0; i < n_nets; i++)
        if (nets[i].network.ip.family == family)
            return &nets[i];
    return NULL;
}

/* Goes on after a failure, but keeps the first one and its words. */
static void note(struct step *s, int *result, int r)
{
    if (r == 0 || *result < 0)
        return;
    *result = r;
    *s->first = s->error;
}

/* A legacy check of its own does not look at the masquerade rules: what stood last holds. */
static int run_family(struct step *s, enum felt_rules_scope scope, bool *replaced_table)
{
    bool *masq_settled = &s->pass->families[s->index].masq_settled;
    int r, result = 0;

    if (scope == FELT_RULES_ALL) {
        r = s->pass->setting->ip_masq && s->net != NULL ? write_masq(s) : remove_masq(s);
        *masq_settled = r == 0;
        note(s, &result, r);
        if (*masq_settled)
            note(s, &result, replace_flannel_table(s, replaced_table));
        if (s->net != NULL)
            note(s, &result, see_to_iptables(s, FELT_IPTABLES_NFT));
    }
    if (s->net != NULL)
        note(s, &result, see_to_iptables(s, FELT_IPTABLES_LEGACY));
    return result;
}

int felt_rules_pass_run(struct felt_rules_pass *pass, enum felt_rules_scope scope,
                        const struct felt_rules_net *nets, size_t n_nets, size_t *ret_n_writes,
                        struct felt_kernel_error *error)
{
    bool replaced_table = false;
    size_t n_writes = 0;
    int result = 0;

    for (size_t i = 0; i < FELT_RULES_FAMILIES; i++) {
        struct felt_kernel_error first = {0};
        struct step s = {
            .pass = pass,
            .index = i,
            .net = find_net(nets, n_nets, families[i]),
            .first = &first,
        };
        int r = run_family(&s, scope, &replaced_table);

        if (r < 0 && result == 0) {
            *error = first;
            result = r;
        }
        n_writes += s.n_writes;
    }
    *ret_n_writes = n_writes;
    return result;
}

void felt_rules_pass_done(struct felt_rules_pass *pass)
{
    for (size_t i = 0; i < FELT_RULES_FAMILIES; i++)
        free(pass->families[i].text);
}
