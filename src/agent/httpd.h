/* SPDX-License-Identifier: Apache-2.0 */
/* felt-httpd as a child: started where an option asks for it, started again with back-off where it
 * ends, and ended with us. It lives for as long as its standard input is open, of which we hold the
 * other end: so it goes whatever way we go. What it says goes to the log, and the last line of one
 * that ended to status. */
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
    const char *program;         /* "/usr/sbin/felt-httpd"; borrowed for its life, as is */
    const char *control_socket;  /* this */
    struct felt_endpoint health; /* /healthz and /readyz; port 0: not wanted */
    struct felt_endpoint all;    /* everything; likewise */
    felt_usec backoff_us;        /* the first; 0: FELT_HTTPD_BACKOFF_MIN */
};

/* Starts it. SIGCHLD must be blocked. A program that cannot be run is no failure of this: it is
 * tried again, and told by felt_httpd_error(). 0 or -errno. */
int felt_httpd_new(const struct felt_httpd_config *config, struct felt_httpd **ret_httpd);
/* Ends it, at once: it has no state. */
void felt_httpd_free(struct felt_httpd *httpd);
FELT_DEFINE_CLEANUP(struct felt_httpd *, felt_httpd_free)

/* Why it does not run, one line; NULL: it does. */
const char *felt_httpd_error(const struct felt_httpd *httpd);
