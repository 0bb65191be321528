/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/iptables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME_LIMIT 15000 /* ms: of which the lock may take ten */
#define LOCK_WAIT  "10"  /* s */

const char *felt_iptables_flavour_word(enum felt_iptables_flavour flavour)
{
    return flavour == FELT_IPTABLES_NFT ? "nft" : "legacy";
}

static const char *base_name(enum felt_family family)
{
    return family == FELT_FAMILY_V6 ? "ip6tables" : "iptables";
}

static int find(const char *base, const char *infix, const char *suffix, char *path)
{
    char name[FELT_PROGRAM_PATH];

    snprintf(name, sizeof(name), "%s%s%s", base, infix, suffix);
    return felt_program_find(name, path);
}

/* "iptables v1.8.9 (nf_tables)": the flavour, and whether restore knows -w (since 1.6.2). */
static int ask_version(const char *base, enum felt_iptables_flavour *ret_flavour,
                       bool *ret_can_wait)
{
    _cleanup_(felt_freep) char *text = NULL;
    char path[FELT_PROGRAM_PATH], *number;
    struct felt_program program = {
        .path = path, .args = {"--version", NULL}, .limit_ms = TIME_LIMIT, .cancel_fd = -1};
    unsigned long version[3] = {0};
    size_t len;

    if (felt_program_find(base, path) < 0 || felt_program_run(&program, &text, &len, NULL) < 0)
        return -ENOENT;
    number = strstr(text, " v");
    if (number == NULL)
        return -ENOENT;
    number++;
    for (size_t i = 0; i < FELT_ARRAY_LEN(version) && (*number == 'v' || *number == '.'); i++)
        version[i] = strtoul(number + 1, &number, 10);
    *ret_flavour = strstr(text, "nf_tables") != NULL ? FELT_IPTABLES_NFT : FELT_IPTABLES_LEGACY;
    *ret_can_wait = version[0] * 10000 + version[1] * 100 + version[2] >= 10602;
    return 0;
}

int felt_iptables_find(enum felt_iptables_flavour flavour, enum felt_family family,
                       struct felt_iptables *ret_iptables)
{
    const char *base = base_name(family);
    const char *infix = flavour == FELT_IPTABLES_NFT ? "-nft" : "-legacy";
    struct felt_iptables iptables = {.can_wait = true};
    enum felt_iptables_flavour other;

    if (find(base, infix, "-save", iptables.save) < 0 ||
        find(base, infix, "-restore", iptables.restore) < 0) {
        if (ask_version(base, &other, &iptables.can_wait) < 0 || other != flavour ||
            find(base, "", "-save", iptables.save) < 0 ||
            find(base, "", "-restore", iptables.restore) < 0)
            return -ENOENT;
    }
    *ret_iptables = iptables;
    return 0;
}

bool felt_iptables_legacy_exists(enum felt_family family)
{
    FILE *file = fopen(family == FELT_FAMILY_V6 ? "/proc/thread-self/net/ip6_tables_names"
                                                : "/proc/thread-self/net/ip_tables_names",
                       "re");
    char line[FELT_PROGRAM_PATH];
    bool exists = false;

    if (file == NULL)
        return false;
    while (fgets(line, sizeof(line), file) != NULL)
        exists |= strcmp(line, "filter\n") == 0 || strcmp(line, "nat\n") == 0;
    (void)fclose(file);
    return exists;
}

int felt_iptables_save(const struct felt_iptables *iptables, int cancel_fd, char **ret_text,
                       size_t *ret_len, struct felt_kernel_error *error)
{
    struct felt_program program = {
        .path = iptables->save, .limit_ms = TIME_LIMIT, .cancel_fd = cancel_fd};

    return felt_program_run(&program, ret_text, ret_len, error);
}

int felt_iptables_restore(const struct felt_iptables *iptables, const char *text, size_t len,
                          int cancel_fd, struct felt_kernel_error *error)
{
    struct felt_program program = {
        .path = iptables->restore,
        .args = {"--noflush", iptables->can_wait ? "-w" : NULL, LOCK_WAIT, NULL},
        .input = text,
        .input_len = len,
        .limit_ms = TIME_LIMIT,
        .cancel_fd = cancel_fd,
    };

    return felt_program_run(&program, NULL, NULL, error);
}
