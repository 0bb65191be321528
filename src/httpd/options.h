/* SPDX-License-Identifier: Apache-2.0 */
/* felt-httpd's options. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "httpd/server.h"

#define FELT_HTTPD_PORT   9470 /* where --listen names none */
#define FELT_HTTPD_SOCKET "/run/felt/feltd.sock"

struct felt_httpd_options {
    bool help;
    bool version;
    bool while_stdin;
    const char *control_socket;
    const char *user;         /* NULL: not given */
    const char *options_file; /* likewise; where to listen it may say alone */
    struct felt_server_listener listeners[FELT_SERVER_LISTENERS_MAX];
    size_t n_listeners;
};

struct felt_httpd_options_error {
    char text[256]; /* one line */
};

/* Strings are borrowed from argv. Listens on loopback where nothing is said of it, nor an options
 * file named, which is not read. 0, or -EINVAL with ret_error. */
int felt_httpd_options_parse(int argc, char **argv, struct felt_httpd_options *ret_options,
                             struct felt_httpd_options_error *ret_error);
/* Adds what an options file says, one option a line, as if each stood behind the arguments; empty
 * lines and those that begin with '#' say nothing. text ends in NUL, is changed and borrowed. 0, or
 * -EINVAL with ret_error, which names options_file. */
int felt_httpd_options_add(struct felt_httpd_options *options, char *text,
                           struct felt_httpd_options_error *ret_error);
void felt_httpd_options_help(FILE *out);
