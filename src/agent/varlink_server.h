/* SPDX-License-Identifier: Apache-2.0 */
/* A Varlink service on the event loop: org.varlink.service and the interfaces that it is given.
 *
 * No client can harm another or the daemon: requests and replies are bounded, a message that comes
 * or goes too slowly ends its connection, one request is answered before the next is looked at, and
 * where all places are taken the client that has been idle longest gives way.
 *
 * A method that streams is asked for the next answer when the one before it has left, and never for
 * two at once: what waits for a slow client waits with the method, which decides for how long. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "agent/varlink_listen.h"
#include "base/idiom.h"
#include "base/usec.h"

#define FELT_VARLINK_CLIENTS_MAX 32
#define FELT_VARLINK_MESSAGE_US \
    (10 * FELT_USEC_SEC) /* for one request to arrive and its reply to leave */

/* What a method says. Leave it empty for success without values. */
struct felt_varlink_answer {
    const char *error;  /* static, "io.felt.NotInCluster"; NULL: success */
    json_t *parameters; /* an object, handed over; NULL: none */
    uint64_t cursor;    /* of a method that streams: where its `next` begins */
};

/* parameters is borrowed and may be NULL. */
typedef void (*felt_varlink_method_fn)(void *userdata, const json_t *parameters,
                                       struct felt_varlink_answer *ret_answer);

/* The next answer of a stream, and the cursor behind it; false: there is none now. An error is the
 * last one. */
typedef bool (*felt_varlink_next_fn)(void *userdata, uint64_t *cursor,
                                     struct felt_varlink_answer *ret_answer);

struct felt_varlink_method {
    const char *name; /* "GetStatus" */
    felt_varlink_method_fn fn;
    felt_varlink_next_fn next; /* it streams: fn only says where that begins, or an error */
    bool changes; /* something, or it tells a secret: only for who may, see varlink_peer.h */
};

struct felt_varlink_interface {
    const char *name; /* "io.felt" */
    const char *description;
    const struct felt_varlink_method *methods;
    size_t n_methods;
    void *userdata;
};

/* All of it is borrowed for the life of the server, the event loop is referenced. */
struct felt_varlink_server_config {
    sd_event *event;
    const char *path;
    gid_t group;       /* of the socket: who can call; 0: ours */
    gid_t admin_group; /* whose members can call what changes something; 0: only root can */
    const char *vendor;
    const char *product;
    const char *version;
    const char *url;
    const struct felt_varlink_interface *interfaces;
    size_t n_interfaces;
    felt_usec message_us; /* 0: FELT_VARLINK_MESSAGE_US */
};

struct felt_varlink_server;

/* Listens; see felt_varlink_listen() for the errors. */
int felt_varlink_server_new(const struct felt_varlink_server_config *config,
                            struct felt_varlink_server **ret_server,
                            struct felt_varlink_listen_error *ret_error);
void felt_varlink_server_free(struct felt_varlink_server *server);
FELT_DEFINE_CLEANUP(struct felt_varlink_server *, felt_varlink_server_free)

/* There may be a next answer for those that stream. Cheap, and safe from within a method: they are
 * asked in a turn of their own. */
void felt_varlink_server_wake(struct felt_varlink_server *server);

/* Connections at the moment. */
size_t felt_varlink_server_clients(const struct felt_varlink_server *server);

/* Makes answer org.varlink.service.InvalidParameter. */
void felt_varlink_answer_invalid(struct felt_varlink_answer *answer, const char *parameter);
