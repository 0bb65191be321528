/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/varlink_client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ctl/varlink_frame.h"

struct felt_varlink_client {
    int fd;
    felt_usec timeout_us;
    struct felt_varlink_inbox inbox;
};

static felt_usec now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

/* Until fd is ready for events (or broken). 0, -ETIMEDOUT or -errno. */
static int wait_for(int fd, short events, felt_usec deadline)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n;

    do {
        felt_usec left_ms = (felt_usec_sub(deadline, now_us()) + FELT_USEC_MS - 1) / FELT_USEC_MS;

        n = poll(&p, 1, (int)FELT_MIN(left_ms, (felt_usec)INT16_MAX));
        if (n == 0 && now_us() >= deadline)
            return -ETIMEDOUT;
    } while (n == 0 || (n < 0 && errno == EINTR));
    return n < 0 ? -errno : 0;
}

/* A Unix socket whose listener has its backlog full says EAGAIN at once and cannot be polled. */
static int connect_until(int fd, const struct sockaddr_un *address, felt_usec deadline)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

    while (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        if (now_us() >= deadline)
            return -ETIMEDOUT;
        nanosleep(&pause, NULL);
    }
    return 0;
}

int felt_varlink_client_new(const char *path, felt_usec timeout_us,
                            struct felt_varlink_client **ret_client)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int r;

    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    client = calloc(1, sizeof(*client));
    if (!client)
        return -ENOMEM;
    client->timeout_us = timeout_us;
    felt_varlink_inbox_init(&client->inbox, FELT_VARLINK_REPLY_MAX);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0)
        return -errno;
    r = connect_until(client->fd, &address, felt_usec_add(now_us(), timeout_us));
    if (r < 0)
        return r;
    *ret_client = FELT_TAKE(client);
    return 0;
}

void felt_varlink_client_free(struct felt_varlink_client *client)
{
    if (!client)
        return;
    if (client->fd >= 0)
        close(client->fd);
    felt_varlink_inbox_done(&client->inbox);
    free(client);
}

static int send_all(struct felt_varlink_client *client, const char *bytes, size_t len,
                    felt_usec deadline)
{
    while (len > 0) {
        ssize_t n = send(client->fd, bytes, len, MSG_NOSIGNAL);
        int r;

        if (n >= 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            r = wait_for(client->fd, POLLOUT, deadline);
            if (r < 0)
                return r;
        } else if (errno != EINTR) {
            return errno == EPIPE ? -ECONNRESET : -errno;
        }
    }
    return 0;
}

static int receive(struct felt_varlink_client *client, felt_usec deadline, const char **ret_text,
                   size_t *ret_len)
{
    int r;

    while (!felt_varlink_inbox_next(&client->inbox, ret_text, ret_len)) {
        r = felt_varlink_inbox_read(&client->inbox, client->fd);
        if (r == 0)
            return -ECONNRESET;
        if (r == -EAGAIN)
            r = wait_for(client->fd, POLLIN, deadline);
        if (r < 0)
            return r;
    }
    return 0;
}

static int reply_parse(const char *text, size_t len, struct felt_varlink_reply *ret_reply,
                       bool *ret_more)
{
    _cleanup_(json_decrefp) json_t *root = json_loadb(text, len, 0, NULL);
    json_t *error = json_object_get(root, "error"),
           *parameters = json_object_get(root, "parameters");
    struct felt_varlink_reply reply = {0};

    if (!json_is_object(root) || (error && !json_is_string(error)) ||
        (parameters && !json_is_object(parameters)))
        return -EBADMSG;
    if (error) {
        reply.error = strdup(json_string_value(error));
        if (!reply.error)
            return -ENOMEM;
    }
    reply.parameters = parameters ? json_incref(parameters) : json_object();
    *ret_reply = reply;
    *ret_more = json_is_true(json_object_get(root, "continues"));
    return 0;
}

static int send_call(struct felt_varlink_client *client, const char *method, json_t *parameters,
                     bool more, felt_usec deadline)
{
    _cleanup_(json_decrefp) json_t *call = NULL;
    _cleanup_(felt_freep) char *bytes = NULL;
    size_t len;
    int r;

    call = json_pack("{s:s, s:O*}", "method", method, "parameters", parameters);
    if (!call || (more && json_object_set_new(call, "more", json_true()) < 0))
        return -ENOMEM;
    r = felt_varlink_encode(call, &bytes, &len);
    if (r < 0)
        return r;
    return send_all(client, bytes, len, deadline);
}

int felt_varlink_client_call(struct felt_varlink_client *client, const char *method,
                             json_t *parameters, struct felt_varlink_reply *ret_reply)
{
    felt_usec deadline = felt_usec_add(now_us(), client->timeout_us);
    const char *text;
    size_t len;
    bool more;
    int r;

    r = send_call(client, method, parameters, false, deadline);
    if (r == 0)
        r = receive(client, deadline, &text, &len);
    if (r < 0)
        return r;
    return reply_parse(text, len, ret_reply, &more);
}

int felt_varlink_client_begin(struct felt_varlink_client *client, const char *method,
                              json_t *parameters)
{
    return send_call(client, method, parameters, true, felt_usec_add(now_us(), client->timeout_us));
}

int felt_varlink_client_next(struct felt_varlink_client *client, felt_usec timeout_us,
                             struct felt_varlink_reply *ret_reply, bool *ret_more)
{
    const char *text;
    size_t len;
    int r;

    r = receive(client, felt_usec_add(now_us(), timeout_us), &text, &len);
    if (r < 0)
        return r;
    return reply_parse(text, len, ret_reply, ret_more);
}

int felt_varlink_client_fd(const struct felt_varlink_client *client)
{
    return client->fd;
}

void felt_varlink_reply_done(struct felt_varlink_reply *reply)
{
    free(reply->error);
    json_decref(reply->parameters);
    *reply = (struct felt_varlink_reply){0};
}
