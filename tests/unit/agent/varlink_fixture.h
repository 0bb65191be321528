/* SPDX-License-Identifier: Apache-2.0 */
/* A server on an event loop, and clients of it in the same thread: whoever waits runs the loop. */
#pragma once

#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "agent/varlink_server.h"
#include "ctl/varlink_frame.h"
#include "tests/unit/agent/scratch.h"

#define PATIENCE_US (20 * FELT_USEC_SEC) /* for what must happen; it happens in microseconds */

struct fixture {
    struct scratch *scratch;
    sd_event *event;
    struct felt_varlink_server *server;
    unsigned calls;   /* of a method that counts them */
    unsigned streams; /* that have begun */
    unsigned ready;   /* answers that a stream has by now */
    unsigned first;   /* the first of them that is still held */
};

static gid_t admin_of_fixture; /* whose members may change something */

/* A server of one interface, whose methods get the fixture. */
static int serve_with(void **state, const struct felt_varlink_method *methods, size_t n,
                      felt_usec message_us)
{
    static struct felt_varlink_interface interface;
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_varlink_listen_error error;
    void *scratch;

    if (!f || scratch_setup(&scratch) < 0 || sd_event_new(&f->event) < 0)
        return -1;
    f->scratch = scratch;
    interface = (struct felt_varlink_interface){
        .name = "org.example",
        .description = "interface org.example\n",
        .methods = methods,
        .n_methods = n,
        .userdata = f,
    };
    *state = f;
    return felt_varlink_server_new(
        &(struct felt_varlink_server_config){
            .event = f->event,
            .path = scratch_path(f->scratch, "sock"),
            .admin_group = admin_of_fixture,
            .vendor = "felt",
            .product = "feltd",
            .version = "0.1.0",
            .url = "https://example.org/",
            .interfaces = &interface,
            .n_interfaces = 1,
            .message_us = message_us,
        },
        &f->server, &error);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *scratch = f->scratch;

    felt_varlink_server_free(f->server);
    sd_event_unref(f->event);
    free(f);
    return scratch_teardown(&scratch);
}

static int client(struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    strcpy(address.sun_path, f->scratch->path);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void spin(struct fixture *f)
{
    assert_true(sd_event_run(f->event, 1000) >= 0);
}

static felt_usec now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

/* text and its NUL, while the server runs. */
static void say_bytes(struct fixture *f, int fd, const char *bytes, size_t len)
{
    felt_usec deadline = now_us() + PATIENCE_US;

    while (len > 0 && now_us() < deadline) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n < 0)
            assert_int_equal(errno, EAGAIN);
        else {
            bytes += n;
            len -= (size_t)n;
        }
        spin(f);
    }
    assert_int_equal(len, 0);
}

static void say(struct fixture *f, int fd, const char *text)
{
    say_bytes(f, fd, text, strlen(text) + 1);
}

/* The next reply, on the heap; NULL: the server hung up. */
static json_t *answer(struct fixture *f, int fd, struct felt_varlink_inbox *inbox)
{
    felt_usec deadline = now_us() + PATIENCE_US;
    const char *text;
    size_t len;

    while (now_us() < deadline) {
        int r;

        if (felt_varlink_inbox_next(inbox, &text, &len))
            return json_loadb(text, len, 0, NULL);
        spin(f);
        r = felt_varlink_inbox_read(inbox, fd);
        if (r == 0 || r == -ECONNRESET)
            return NULL;
        if (r < 0)
            assert_int_equal(r, -EAGAIN);
    }
    fail_msg("no answer");
    return NULL;
}

/* One request, one reply, compared as JSON. */
static inline void exchange(struct fixture *f, int fd, const char *request, const char *want)
{
    struct felt_varlink_inbox inbox;
    json_t *got, *wanted = json_loads(want, 0, NULL);

    assert_non_null(wanted);
    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    say(f, fd, request);
    got = answer(f, fd, &inbox);
    if (!json_equal(got, wanted))
        fail_msg("%s: got %s", request, json_dumps(got, 0));
    json_decref(got);
    json_decref(wanted);
    felt_varlink_inbox_done(&inbox);
}

static inline void expect_hang_up(struct fixture *f, int fd)
{
    struct felt_varlink_inbox inbox;

    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    assert_null(answer(f, fd, &inbox));
    felt_varlink_inbox_done(&inbox);
    close(fd);
}

static inline void expect_clients(struct fixture *f, size_t n)
{
    felt_usec deadline = now_us() + PATIENCE_US;

    while (felt_varlink_server_clients(f->server) != n && now_us() < deadline)
        spin(f);
    assert_int_equal(felt_varlink_server_clients(f->server), n);
}
