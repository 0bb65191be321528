/* SPDX-License-Identifier: Apache-2.0 */
/* felt-httpd, where an option asks for it, in one of two ways.
 *
 * As a child: started, started again with back-off where it ends, and ended with us. It lives for
 * as long as its standard input is open, of which we hold the other end: so it goes whatever way we
 * go. What it says goes to the log, and the last line of one that ended to status.
 *
 * By a service manager, for which we write what it is to do (agent/httpd_wish.h): as a service it
 * has a user and a sandbox of its own, which we need no privilege for, and goes on without us. */
#pragma once

#include <systemd/sd-event.h>

#include "base/idiom.h"
#include "base/ip.h"
#include "base/usec.h"

#define FELT_HTTPD_BACKOFF_MIN (1 * FELT_USEC_SEC)
#define FELT_HTTPD_BACKOFF_MAX (60 * FELT_USEC_SEC)

struct felt_httpd;

struct felt_httpd_config {
    sd_event *event;
    const char *options_file;   /* for a service manager; NULL: as a child. Borrowed for its life */
    const char *program;        /* the child, "/usr/sbin/felt-httpd"; likewise */
    const char *control_socket; /* likewise */
    struct felt_endpoint health; /* /healthz and /readyz; port 0: not wanted */
    struct felt_endpoint all;    /* everything; likewise */
    felt_usec backoff_us;        /* the first; 0: FELT_HTTPD_BACKOFF_MIN */
};

/* Starts it, or asks for it; where neither health nor all is wanted, makes sure that it is not
 * asked for any more. SIGCHLD must be blocked. That it does not run is no failure of this, and told
 * by felt_httpd_error(); a child is tried again. *ret_httpd may be NULL, where it is not wanted.
 * 0 or -errno. */
int felt_httpd_new(const struct felt_httpd_config *config, struct felt_httpd **ret_httpd);
/* Ends a child, at once: it has no state. */
void felt_httpd_free(struct felt_httpd *httpd);
FELT_DEFINE_CLEANUP(struct felt_httpd *, felt_httpd_free)

/* Why it does not run, one line, until the next call; NULL: it does, or httpd is NULL. */
const char *felt_httpd_error(struct felt_httpd *httpd);
