/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"
#include "kernel/iptables.h"
#include "kernel/nft.h"
#include "kernel/ruleset.h"
#include "plan/iptables.h"
#include "plan/nft_rules.h"

static const enum felt_family families[] = {FELT_FAMILY_V4, FELT_FAMILY_V6};

static int delete_table(const struct felt_cleanup *cleanup, enum felt_family family)
{
    const char *word = family == FELT_FAMILY_V6 ? "ip6" : "ip", *table = felt_nft_table(family);
    struct felt_kernel_error error = {0};
    char text[64];
    int r = felt_ruleset_has_table(family, table, &error);

    if (r == 0)
        return 0;
    if (r > 0 && !cleanup->dry_run) {
        int len = snprintf(text, sizeof(text), "delete table %s %s\n", word, table);

        r = felt_nft_run(text, (size_t)len, -1, &error);
    }
    if (r < 0)
        return felt_cleanup_fail(r, table, error.text);
    felt_cleanup_note(cleanup, "nftables table %s %s", word, table);
    return 0;
}

/* A chain's flushing is not worth telling beside its deletion. */
static void note_script(const struct felt_cleanup *cleanup, char *script, const char *program)
{
    char *line;

    while ((line = strsep(&script, "\n")) != NULL) {
        if (strncmp(line, "-D ", 3) == 0)
            felt_cleanup_note(cleanup, "rule of %s: %s", program, line + 3);
        else if (strncmp(line, "-X ", 3) == 0)
            felt_cleanup_note(cleanup, "chain of %s: %s", program, line + 3);
    }
}

static bool may_have_rules(enum felt_iptables_flavour flavour, enum felt_family family)
{
    if (flavour == FELT_IPTABLES_LEGACY)
        return felt_iptables_legacy_exists(family);
    return felt_ruleset_has_table(family, "filter", NULL) > 0;
}

static int delete_chains(const struct felt_cleanup *cleanup, enum felt_family family,
                         enum felt_iptables_flavour flavour)
{
    const struct felt_iptables_want nothing = {0};
    _cleanup_(felt_iptables_change_done) struct felt_iptables_change change = {0};
    _cleanup_(felt_freep) char *text = NULL;
    struct felt_kernel_error error = {0};
    struct felt_iptables iptables;
    char program[32];
    size_t len;
    int r;

    if (!may_have_rules(flavour, family) || felt_iptables_find(flavour, family, &iptables) < 0)
        return 0;
    snprintf(program, sizeof(program), "%s-%s", family == FELT_FAMILY_V6 ? "ip6tables" : "iptables",
             felt_iptables_flavour_word(flavour));
    r = felt_iptables_save(&iptables, -1, &text, &len, &error);
    if (r == 0)
        r = felt_iptables_plan(text, len, &nothing, &change);
    if (r == 0 && change.script != NULL && !cleanup->dry_run)
        r = felt_iptables_restore(&iptables, change.script, change.len, -1, &error);
    if (r < 0)
        return felt_cleanup_fail(r, program, error.text);
    if (change.script != NULL)
        note_script(cleanup, change.script, program);
    return 0;
}

int felt_cleanup_rules(const struct felt_cleanup *cleanup)
{
    int result = 0;

    for (size_t i = 0; i < FELT_ARRAY_LEN(families); i++) {
        int r = delete_table(cleanup, families[i]);

        for (unsigned flavour = 0; flavour < FELT_IPTABLES_FLAVOURS; flavour++) {
            int chains = delete_chains(cleanup, families[i], (enum felt_iptables_flavour)flavour);

            r = r < 0 ? r : chains;
        }
        result = result < 0 ? result : r;
    }
    return result;
}
