/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP, through libmicrohttpd: GET and HEAD, one request a connection, in one thread that this
 * process polls. An answer serves all who ask for the same within a moment, and one that took long
 * to make serves for nine times as long: however many ask, feltd is busy with it for at most a
 * tenth of the time. */
#pragma once

#include "base/idiom.h"
#include "base/ip.h"
#include "httpd/source.h"

#define FELT_SERVER_LISTENERS_MAX 8

struct felt_server;

struct felt_server_listener {
    struct felt_endpoint at;
    bool is_health_only; /* nothing but /healthz and /readyz */
};

struct felt_server_error {
    char text[256]; /* one line */
};

/* Listens on all. source is borrowed for its life. 0 or -errno with ret_error. */
int felt_server_new(const struct felt_server_listener *listeners, size_t n,
                    struct felt_source *source, struct felt_server **ret_server,
                    struct felt_server_error *ret_error);
void felt_server_free(struct felt_server *server);
FELT_DEFINE_CLEANUP(struct felt_server *, felt_server_free)

/* To be polled for input; fds has room for FELT_SERVER_LISTENERS_MAX. How many. */
size_t felt_server_fds(const struct felt_server *server, int *fds);
/* Does what is there to do. After how long at the latest it is to be called again. */
felt_usec felt_server_run(struct felt_server *server);
