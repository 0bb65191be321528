/* SPDX-License-Identifier: Apache-2.0 */
/* Varlink's wire format: JSON objects, each ended by a NUL byte, over a stream. Both sides bound
 * what they hold. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define FELT_VARLINK_REQUEST_MAX (64 * 1024)        /* bytes; ours have a few hundred */
#define FELT_VARLINK_REPLY_MAX   (16 * 1024 * 1024) /* bytes: 16384 members of less than 1 KiB */

/* What has arrived and is not yet taken. */
struct felt_varlink_inbox {
    char *bytes;
    size_t size;    /* allocated */
    size_t start;   /* of what is not yet taken */
    size_t end;     /* behind it */
    size_t scanned; /* there is no NUL before this */
    size_t max;     /* bytes of one message, its NUL not counted */
};

void felt_varlink_inbox_init(struct felt_varlink_inbox *inbox, size_t max);
void felt_varlink_inbox_done(struct felt_varlink_inbox *inbox);

/* One read from fd; only when felt_varlink_inbox_next() has nothing more. 1: something came; 0: the
 * end; -EMSGSIZE: a message is longer than max; -EAGAIN or another -errno. */
int felt_varlink_inbox_read(struct felt_varlink_inbox *inbox, int fd);

/* The next whole message, with its NUL, borrowed until the next read. False: there is none. */
bool felt_varlink_inbox_next(struct felt_varlink_inbox *inbox, const char **ret_text,
                             size_t *ret_len);
/* Whether the beginning of a message, or a whole one, is waiting. */
bool felt_varlink_inbox_has_rest(const struct felt_varlink_inbox *inbox);

struct felt_varlink_call {
    json_t *root;       /* owned; the rest is borrowed from it */
    const char *method; /* "io.felt.GetStatus" */
    json_t *parameters; /* an object; NULL: none */
    bool oneway;        /* no reply is wanted */
    bool more;          /* several are */
};

/* 0, -EBADMSG where it is not a call, -ENOMEM. */
int felt_varlink_call_parse(const char *text, size_t len, struct felt_varlink_call *ret_call);
void felt_varlink_call_done(struct felt_varlink_call *call);

/* The bytes to send, with their NUL, on the heap. 0 or -ENOMEM. */
int felt_varlink_encode(const json_t *message, char **ret_bytes, size_t *ret_len);
