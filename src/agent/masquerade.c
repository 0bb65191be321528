/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/masquerade.h"

#include <string.h>

#include "agent/log.h"
#include "kernel/nft.h"

static int read_mark(struct felt_ruleset_mark *ret_mark, struct felt_kernel_error *error)
{
    return felt_ruleset_mark(FELT_PLAN_RULES_TABLE, FELT_PLAN_RULES_CHAIN, ret_mark, error);
}

static bool marks_equal(const struct felt_ruleset_mark *a, const struct felt_ruleset_mark *b)
{
    return a->handles == b->handles && a->n_rules == b->n_rules;
}

/* An earlier run had --ip-masq and this one has not. A kernel that cannot tell has no rules. */
static int remove_leftovers(struct felt_masquerade *masquerade, struct felt_kernel_error *error)
{
    char text[FELT_PLAN_RULES_MAX];
    struct felt_ruleset_mark mark;
    size_t len;
    int r;

    if (masquerade->checked)
        return 0;
    masquerade->checked = true;
    if (read_mark(&mark, NULL) < 0 || mark.n_rules == 0)
        return 0;
    len = felt_plan_rules_none(text);
    r = felt_nft_run(text, len, error);
    if (r == 0)
        felt_log_info("kernel: removed the masquerade rules of an earlier run");
    else
        masquerade->checked = false;
    return r;
}

int felt_masquerade_run(struct felt_masquerade *masquerade, const struct felt_cidr *network,
                        const struct felt_cidr *lease, struct felt_kernel_error *error)
{
    char text[FELT_PLAN_RULES_MAX];
    struct felt_ruleset_mark mark;
    bool is_new;
    size_t len;
    int r;

    if (!masquerade->wanted)
        return remove_leftovers(masquerade, error);
    if (lease == NULL)
        return 0;
    len = felt_plan_rules_masq(network, lease, text);
    is_new = strcmp(text, masquerade->text) != 0;
    if (!is_new) {
        r = read_mark(&mark, error);
        if (r < 0 || marks_equal(&mark, &masquerade->mark))
            return r;
    }
    r = felt_nft_run(text, len, error);
    if (r < 0)
        return r;
    r = read_mark(&mark, error);
    if (r < 0)
        return r;
    memcpy(masquerade->text, text, len + 1);
    masquerade->mark = mark;
    if (is_new)
        felt_log_info("kernel: wrote masquerade rules for subnet=%s network=%s", FELT_CIDR(lease),
                      FELT_CIDR(network));
    else
        felt_log_notice("kernel: repaired the masquerade rules: somebody had changed them");
    return 0;
}
