/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows: the scripts for nft and iptables-restore. A failed allocation is remembered, so
 * that only the end asks. Zero-initialised is empty. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/idiom.h"

struct felt_script {
    char *text; /* NUL-terminated; NULL: nothing in it */
    size_t len;
    size_t size;
    bool failed;
};

_printf_(2, 3) void felt_script_add(struct felt_script *script, const char *format, ...);
/* Moves the text out (NULL: empty), and leaves the script empty. 0 or -ENOMEM. */
int felt_script_take(struct felt_script *script, char **ret_text, size_t *ret_len);
void felt_script_done(struct felt_script *script);
