/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that know more than the kernel's interface says: nft, iptables-save, iptables-restore.
 * They are looked for in the standard directories, get an environment of their own, their input
 * from memory, and a limited time. */
#pragma once

#include <stddef.h>

#include "kernel/error.h"

#define FELT_PROGRAM_PATH 64 /* bytes of a path with its NUL */
#define FELT_PROGRAM_ARGS 8  /* the name and the closing NULL included */

struct felt_program {
    const char *path;                    /* of felt_program_find() */
    const char *args[FELT_PROGRAM_ARGS]; /* from the second on; NULL at the end */
    const char *input;                   /* NULL: nothing */
    size_t input_len;
    int limit_ms;
    int cancel_fd; /* once it is readable the program is killed; -1: there is none */
};

/* 0 or -ENOENT. path has FELT_PROGRAM_PATH bytes. */
int felt_program_find(const char *name, char *path);

/* Runs it and waits for it. 0 when it ended with status 0; -ETIMEDOUT; -ECANCELED; -EINVAL where it
 * ended otherwise, with the first line of its complaint in error; another -errno. ret_output (may
 * be NULL) gets what it printed, NUL-terminated, for free(), on success only. */
int felt_program_run(const struct felt_program *program, char **ret_output, size_t *ret_len,
                     struct felt_kernel_error *error);
