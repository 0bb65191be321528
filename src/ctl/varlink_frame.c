/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/varlink_frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/idiom.h"

#define INBOX_SIZE_FIRST 1024 /* bytes; an ordinary request fits */

void felt_varlink_inbox_init(struct felt_varlink_inbox *inbox, size_t max)
{
    *inbox = (struct felt_varlink_inbox){.max = max};
}

void felt_varlink_inbox_done(struct felt_varlink_inbox *inbox)
{
    free(inbox->bytes);
    inbox->bytes = NULL;
}

/* Moves the rest to the front and makes room for at least one more byte. */
static int make_room(struct felt_varlink_inbox *inbox)
{
    size_t rest = inbox->end - inbox->start, size;
    char *bytes;

    if (inbox->start > 0) {
        memmove(inbox->bytes, inbox->bytes + inbox->start, rest);
        inbox->scanned -= inbox->start;
        inbox->start = 0;
        inbox->end = rest;
    }
    if (rest > inbox->max)
        return -EMSGSIZE;
    if (rest < inbox->size)
        return 0;
    size = FELT_MIN(FELT_MAX(2 * inbox->size, (size_t)INBOX_SIZE_FIRST), inbox->max + 1);
    bytes = realloc(inbox->bytes, size);
    if (!bytes)
        return -ENOMEM;
    inbox->bytes = bytes;
    inbox->size = size;
    return 0;
}

int felt_varlink_inbox_read(struct felt_varlink_inbox *inbox, int fd)
{
    ssize_t n;
    int r;

    r = make_room(inbox);
    if (r < 0)
        return r;
    do {
        n = read(fd, inbox->bytes + inbox->end, inbox->size - inbox->end);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    inbox->end += (size_t)n;
    /* Said now: from a peer that waits for an answer there may be no further byte. */
    if (inbox->end - inbox->start > inbox->max &&
        !memchr(inbox->bytes + inbox->scanned, '\0', inbox->end - inbox->scanned))
        return -EMSGSIZE;
    return n > 0;
}

bool felt_varlink_inbox_next(struct felt_varlink_inbox *inbox, const char **ret_text,
                             size_t *ret_len)
{
    const char *nul;

    if (inbox->scanned == inbox->end)
        return false;
    nul = memchr(inbox->bytes + inbox->scanned, '\0', inbox->end - inbox->scanned);
    if (!nul) {
        inbox->scanned = inbox->end;
        return false;
    }
    *ret_text = inbox->bytes + inbox->start;
    *ret_len = (size_t)(nul - *ret_text);
    inbox->start = inbox->scanned = (size_t)(nul - inbox->bytes) + 1;
    return true;
}

bool felt_varlink_inbox_has_rest(const struct felt_varlink_inbox *inbox)
{
    return inbox->start < inbox->end;
}

static bool is_flag(const json_t *value)
{
    return !value || json_is_boolean(value) || json_is_null(value);
}

int felt_varlink_call_parse(const char *text, size_t len, struct felt_varlink_call *ret_call)
{
    _cleanup_(json_decrefp) json_t *root = NULL;
    const json_t *oneway, *more;
    json_error_t error;
    json_t *parameters;
    const char *method;

    root = json_loadb(text, len, 0, &error);
    if (!root)
        return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM : -EBADMSG;
    method = json_string_value(json_object_get(root, "method"));
    parameters = json_object_get(root, "parameters");
    oneway = json_object_get(root, "oneway");
    more = json_object_get(root, "more");
    if (!method || !is_flag(oneway) || !is_flag(more) || !is_flag(json_object_get(root, "upgrade")))
        return -EBADMSG;
    if (json_is_null(parameters))
        parameters = NULL;
    if (parameters && !json_is_object(parameters))
        return -EBADMSG;
    *ret_call = (struct felt_varlink_call){
        .root = FELT_TAKE(root),
        .method = method,
        .parameters = parameters,
        .oneway = json_is_true(oneway),
        .more = json_is_true(more),
    };
    return 0;
}

void felt_varlink_call_done(struct felt_varlink_call *call)
{
    json_decref(call->root);
    call->root = NULL;
}

int felt_varlink_encode(const json_t *message, char **ret_bytes, size_t *ret_len)
{
    char *text = json_dumps(message, JSON_COMPACT);

    if (!text)
        return -ENOMEM;
    *ret_bytes = text;
    *ret_len = strlen(text) + 1;
    return 0;
}
