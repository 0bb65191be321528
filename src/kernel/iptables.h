/* SPDX-License-Identifier: Apache-2.0 */
/* iptables in its two flavours, whose rules do not see each other: iptables-nft, which is a part of
 * nftables, and iptables-legacy. A machine may have rules in both, and then a packet has to pass
 * both. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "kernel/error.h"
#include "kernel/program.h"

enum felt_iptables_flavour {
    FELT_IPTABLES_NFT,
    FELT_IPTABLES_LEGACY,
    FELT_IPTABLES_FLAVOURS, /* how many */
};

const char *felt_iptables_flavour_word(enum felt_iptables_flavour flavour);

/* The programs of one flavour and family. */
struct felt_iptables {
    char save[FELT_PROGRAM_PATH];
    char restore[FELT_PROGRAM_PATH];
    bool can_wait; /* restore knows -w: wait for the lock that others may hold */
};

/* By the names with the flavour in them or, on systems without such names, by what 'iptables
 * --version' says. 0 or -ENOENT: it is not installed. */
int felt_iptables_find(enum felt_iptables_flavour flavour, enum felt_family family,
                       struct felt_iptables *ret_iptables);

/* Whether the legacy tables of this network namespace exist. Asking with iptables-legacy itself
 * would make them. */
bool felt_iptables_legacy_exists(enum felt_family family);

/* All tables, as text for free(). cancel_fd, return and error: see felt_program_run(). */
int felt_iptables_save(const struct felt_iptables *iptables, int cancel_fd, char **ret_text,
                       size_t *ret_len, struct felt_kernel_error *error);
/* One transaction a table; what the text does not name stays. */
int felt_iptables_restore(const struct felt_iptables *iptables, const char *text, size_t len,
                          int cancel_fd, struct felt_kernel_error *error);
