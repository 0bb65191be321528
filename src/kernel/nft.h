/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets through the nft program: one transaction on its standard input. */
#pragma once

#include <stddef.h>

#include "base/ip.h"
#include "kernel/error.h"

/* Runs 'nft -f -' (felt_program_run()), at most five seconds. cancel_fd: -1 or as there. 0; -ENOENT
 * where there is no nft; else as felt_program_run(). */
int felt_nft_run(const char *text, size_t len, int cancel_fd, struct felt_kernel_error *error);

/* What 'nft list table' prints, for free(). The same; also -EINVAL where there is no such table. */
int felt_nft_list(enum felt_family family, const char *table, int cancel_fd, char **ret_text,
                  struct felt_kernel_error *error);
