/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets through the nft program: one transaction on its standard input. */
#pragma once

#include <stddef.h>

#include "kernel/error.h"

/* Runs 'nft -f -' from a standard directory with an empty environment, and waits for it, at most
 * five seconds. 0; -ENOENT where there is no nft; -ETIMEDOUT; -EINVAL where it refused the text,
 * with its first line in error; another -errno. */
int felt_nft_run(const char *text, size_t len, struct felt_kernel_error *error);
