/* SPDX-License-Identifier: Apache-2.0 */
/* A file with options, read once, and watched from before that on: whoever acts upon what was read
 * learns when it holds no more. */
#pragma once

#include <stddef.h>

#include "base/idiom.h"

#define FELT_OPTIONS_FILE_MAX 8192 /* bytes; a path of a socket and some addresses */

struct felt_options_file {
    int watch_fd; /* readable when another content may be there, or none; owned; -1: none */
    char text[FELT_OPTIONS_FILE_MAX + 1]; /* ends in NUL */
};

/* 0, or -errno; -EFBIG where it is larger, -EINVAL where it has a NUL in it. */
int felt_options_file_open(const char *path, struct felt_options_file *ret_file);
void felt_options_file_done(struct felt_options_file *file);
