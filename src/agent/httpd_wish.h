/* SPDX-License-Identifier: Apache-2.0 */
/* What felt-httpd is to do, in a file, for a service manager that acts upon it: felt-httpd's
 * options, one a line, and no file where nothing is wanted of it. What came of that nobody reports;
 * the kernel says who listens. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/ip.h"

#define FELT_HTTPD_WISH_USER "felt-httpd" /* whom the service runs as; contrib/systemd */
#define FELT_HTTPD_WISH_TEXT (PATH_MAX + 2 * FELT_ENDPOINT_TEXT + 256)
#define FELT_HTTPD_ANY_USER  ((uid_t)-1)

struct felt_httpd_wish {
    const char *path;            /* "/run/felt/httpd.options"; borrowed for its life, as is */
    const char *control_socket;  /* this */
    struct felt_endpoint health; /* /healthz and /readyz; port 0: not wanted */
    struct felt_endpoint all;    /* everything; likewise */
};

bool felt_httpd_wish_is_none(const struct felt_httpd_wish *wish);

/* The file's content, where it is not none. text has FELT_HTTPD_WISH_TEXT bytes. Returns the
 * length. */
size_t felt_httpd_wish_render(const struct felt_httpd_wish *wish, char *text);

/* Makes the file say so, or go. One that says so already is left alone: where it changes felt-httpd
 * begins anew. 0 or -errno. */
int felt_httpd_wish_write(const struct felt_httpd_wish *wish, bool *ret_changed);

/* Whether felt-httpd, which runs as user or as FELT_HTTPD_ANY_USER, listens where it is to. If not:
 * why, one line; patient: that nobody listens yet is none. net_dir as of felt_listener_find(). */
bool felt_httpd_wish_is_fulfilled(const struct felt_httpd_wish *wish, const char *net_dir,
                                  uid_t user, bool patient, char *ret_why, size_t why_size);
