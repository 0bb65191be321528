/* SPDX-License-Identifier: Apache-2.0 */
/* A password in a file: one line, which others may not read. */
#pragma once

#include <stddef.h>

/* Without the line's end. 0, or -errno with words of what is wrong, which never have a part of it.
 */
int felt_password_read(const char *path, char *password, size_t size, char *words,
                       size_t words_size);
