/* SPDX-License-Identifier: Apache-2.0 */
/* --env-file: settings as variables of the environment, one KEY=VALUE a line, perhaps in quotes,
 * comments behind '#' and ';' at the beginning of a line. As systemd's EnvironmentFile=, but read
 * by feltd itself: so a reload can read it again, and a line that is none is an error that names it
 * instead of being dropped. */
#pragma once

#include <stddef.h>

#include "agent/options.h"

struct felt_env_file {
    char **variables; /* "KEY=VALUE", the last NULL; owned */
    size_t n;
};

void felt_env_file_done(struct felt_env_file *file);

/* text ends in NUL and is changed. 0, or -EINVAL with ret_error, or -ENOMEM. */
int felt_env_file_parse(const char *path, char *text, struct felt_env_file *ret_file,
                        struct felt_options_error *ret_error);

/* The file that the command line, else the environment, names, else the default one; that may be
 * missing. Adds what the environment has, which wins. The same errors. */
int felt_env_file_load(char *const *argv, char *const *envp, struct felt_env_file *ret_file,
                       struct felt_options_error *ret_error);
