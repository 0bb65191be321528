/* SPDX-License-Identifier: Apache-2.0 */
/* Small files, those that others read while we write them, and the directories above them. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* For _cleanup_ of a file descriptor; -1 is none. Keeps errno. */
void felt_closep(int *fd);

/* Reads up to size bytes from the beginning. Returns how many, or -errno. */
ssize_t felt_path_read(const char *path, char *buf, size_t size);

/* Makes the directories above path that are missing, with mode. 0 or -errno. */
int felt_path_make_parents(const char *path, mode_t mode);

/* Makes path hold exactly data, with mode whatever the umask: readers see the old content or the
 * new one, and so does a machine that loses power. 0 or -errno, the old content is there then. */
int felt_path_replace(const char *path, const void *data, size_t len, mode_t mode);
