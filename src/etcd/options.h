/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge's options: the command line, then the environment, then the default. What
 * flanneld has too has its name, and FLANNELD_X of the environment; what etcd needs is FELT_X as
 * well, and what feltd has is FELTD_X. One table drives all of it and --help. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "agent/log.h"
#include "etcd/client.h"
#include "flannel/request.h"

#define FELT_BRIDGE_PASSWORD_MAX 255 /* bytes */

enum felt_bridge_command {
    FELT_BRIDGE_NO_COMMAND, /* --help or --version */
    FELT_BRIDGE_IMPORT,
    FELT_BRIDGE_SYNC,
    FELT_BRIDGE_CUTOVER,
    FELT_BRIDGE_EXPORT,
};

/* Strings are borrowed from argv and the environment. Holds a password. */
struct felt_bridge_options {
    enum felt_bridge_command command;
    bool help, version;
    struct felt_etcd_access access; /* its password is the next field */
    char password[FELT_BRIDGE_PASSWORD_MAX + 1];
    char prefix[FELT_ETCD_PREFIX_MAX + 1]; /* felt_etcd_prefix_parse() */
    const char *control_socket;
    const char *net_config_path;
    const char *reservations_path;
    bool is_json;
    bool dry_run, once, undo, force;
    enum felt_log_level log_level;
};

struct felt_bridge_options_error {
    char text[512]; /* one line: what is wrong with what, and where help is; never a password */
};

/* Reads the password's file, too. *ret_options has to stay where it is. 0, or -EINVAL with
 * ret_error filled: print it and exit with 2. */
int felt_bridge_options_parse(int argc, char *const *argv, struct felt_bridge_options *ret_options,
                              struct felt_bridge_options_error *ret_error);

void felt_bridge_options_print_help(FILE *out);
