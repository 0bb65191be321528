/* SPDX-License-Identifier: Apache-2.0 */
/* A client of a Varlink service on a Unix socket, one call at a time, which waits for the answer
 * but never for longer than it was told. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/idiom.h"
#include "base/usec.h"

struct felt_varlink_client;

/* timeout_us bounds the connect, and later each call. 0 or -errno: -ENOENT, -ECONNREFUSED, -EACCES,
 * -ENAMETOOLONG, -ETIMEDOUT, ... */
int felt_varlink_client_new(const char *path, felt_usec timeout_us,
                            struct felt_varlink_client **ret_client);
void felt_varlink_client_free(struct felt_varlink_client *client);
FELT_DEFINE_CLEANUP(struct felt_varlink_client *, felt_varlink_client_free)

struct felt_varlink_reply {
    char *error;        /* "io.felt.NotInCluster", owned; NULL: success */
    json_t *parameters; /* an object, owned */
};

/* parameters is borrowed and may be NULL. 0 when the service has answered, even with an error;
 * -ETIMEDOUT; -ECONNRESET: it hung up; -EMSGSIZE, -EBADMSG: what it said makes no sense; another
 * -errno. After a failure the client is good for nothing but to be freed. */
int felt_varlink_client_call(struct felt_varlink_client *client, const char *method,
                             json_t *parameters, struct felt_varlink_reply *ret_reply);
/* The same for a method that streams: the call, and then one answer after the other. The timeout of
 * next() is for one to come, and FELT_USEC_NEVER waits for ever; after its -ETIMEDOUT alone the
 * client is as good as before. ret_more: this was not the last one. */
int felt_varlink_client_begin(struct felt_varlink_client *client, const char *method,
                              json_t *parameters);
int felt_varlink_client_next(struct felt_varlink_client *client, felt_usec timeout_us,
                             struct felt_varlink_reply *ret_reply, bool *ret_more);
/* For waiting beside others, once next() with a timeout of 0 has said -ETIMEDOUT: it can be read
 * when there is more, or when the service hung up. It is the client's. */
int felt_varlink_client_fd(const struct felt_varlink_client *client);
void felt_varlink_reply_done(struct felt_varlink_reply *reply);
