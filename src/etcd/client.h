/* SPDX-License-Identifier: Apache-2.0 */
/* A client of etcd's v2 interface, over HTTP: several requests under way at a time, each at the
 * first endpoint that answers. It knows what is HTTP; what a path, a body and an answer say is the
 * caller's.
 *
 * A request that reached nobody is tried at the next endpoint, and so is a GET whose answer is
 * missing; a PUT or DELETE that was sent and not answered is not repeated, because it may have been
 * done: the caller, whose requests are conditional, looks again. No proxy is used, no redirection
 * is followed, no answer is longer than FELT_ETCD_BODY_MAX. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/idiom.h"
#include "base/usec.h"
#include "etcd/endpoints.h"

#define FELT_ETCD_BODY_MAX     (64 * 1024 * 1024) /* 65536 leases of some 500 bytes, twice over */
#define FELT_ETCD_TIMEOUT      (5 * FELT_USEC_SEC)
#define FELT_ETCD_TROUBLE_TEXT 1024

/* How to reach it. Strings are borrowed for as long as the client lives; NULL: none. */
struct felt_etcd_access {
    struct felt_etcd_endpoints endpoints;
    const char *ca_file; /* NULL: the system's */
    const char *cert_file, *key_file;
    const char *username, *password;
    felt_usec timeout_us; /* of one try at one endpoint; 0: FELT_ETCD_TIMEOUT */
};

struct felt_etcd_call {
    const char *method;   /* "GET", "PUT", "DELETE" */
    const char *path;     /* "/v2/keys/...?...", as it goes over the wire */
    const char *body;     /* form-encoded; NULL: none */
    bool is_watch;        /* answered when something happens: `timeout_us` without is no failure */
    felt_usec timeout_us; /* 0: that of the access */
};

struct felt_etcd_answer {
    uint64_t tag;
    /* 0: etcd has answered, perhaps with an error of its own, a JSON object; or (`body` empty) a
     * watch has seen nothing. -ENOTCONN: nobody was reached. -ETIMEDOUT, -ECONNRESET: it was sent,
     * and no answer came. -EACCES: wrong user, password or client certificate, or not allowed.
     * -ENOPROTOOPT: etcd without its v2 interface. -EPROTO: not etcd. -EMSGSIZE. -EAGAIN: etcd says
     * that it cannot now. */
    int error;
    bool is_unsure; /* with an error: it may have been done all the same */
    long status;    /* of HTTP */
    char *body;     /* ends in NUL; owned */
    size_t body_len;
    uint64_t etcd_index;                  /* X-Etcd-Index; 0: not said */
    char trouble[FELT_ETCD_TROUBLE_TEXT]; /* with an error: one line that names endpoints and what
                                             to do */
};

struct felt_etcd_client;

/* access is copied, its strings are not. 0 or -errno. */
int felt_etcd_client_new(const struct felt_etcd_access *access,
                         struct felt_etcd_client **ret_client);
/* What is under way ends without an answer. */
void felt_etcd_client_free(struct felt_etcd_client *client);
FELT_DEFINE_CLEANUP(struct felt_etcd_client *, felt_etcd_client_free)

/* Begins a request; its answer comes with the tag, which is the caller's. 0 or -ENOMEM. */
int felt_etcd_client_begin(struct felt_etcd_client *client, const struct felt_etcd_call *call,
                           uint64_t tag);
/* Requests with this tag end without an answer. */
void felt_etcd_client_cancel(struct felt_etcd_client *client, uint64_t tag);

/* Moves on, and waits until an answer is there, until fd (-1: none) can be read, or until the time
 * is over. 1: fd can be read; 0; -errno. */
int felt_etcd_client_wait(struct felt_etcd_client *client, int fd, felt_usec timeout_us);
/* The next answer; false: none yet. The caller ends it with felt_etcd_answer_done(). */
bool felt_etcd_client_next(struct felt_etcd_client *client, struct felt_etcd_answer *ret_answer);
void felt_etcd_answer_done(struct felt_etcd_answer *answer);

/* One request from its beginning to its end, while nothing else is under way. 0 or -ENOMEM. */
int felt_etcd_client_ask(struct felt_etcd_client *client, const struct felt_etcd_call *call,
                         struct felt_etcd_answer *ret_answer);

/* The endpoint at which the next request begins. */
const char *felt_etcd_client_endpoint(const struct felt_etcd_client *client);
