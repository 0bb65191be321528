/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/transport.h"

#define LIMIT_MS 30000

/* On a free port of 127.0.0.1. */
static struct felt_endpoint open_free(struct felt_transport *t)
{
    struct felt_endpoint e = {.ip = felt_ip_v4(INADDR_LOOPBACK)};
    struct sockaddr_in a;
    socklen_t len = sizeof(a);

    assert_int_equal(felt_transport_open(&e, t), 0);
    assert_int_equal(getsockname(t->fd, (struct sockaddr *)&a, &len), 0);
    e.port = ntohs(a.sin_port);
    return e;
}

static int receive(struct felt_transport *t, uint8_t *buf, struct felt_endpoint *from, size_t *len)
{
    struct pollfd p = {.fd = t->fd, .events = POLLIN};

    assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
    return felt_transport_receive(t, buf, from, len);
}

static void a_datagram_arrives_with_its_sender(void **state)
{
    struct felt_transport a, b;
    struct felt_endpoint at_a = open_free(&a), at_b = open_free(&b), from;
    uint8_t buf[FELT_DATAGRAM_MAX + 1];
    size_t len;

    (void)state;
    assert_int_equal(felt_transport_receive(&b, buf, &from, &len), -EAGAIN);
    assert_int_equal(felt_transport_send(&a, &at_b, felt_bytes("felt", 4)), 0);
    assert_int_equal(receive(&b, buf, &from, &len), 0);
    assert_int_equal(len, 4);
    assert_memory_equal(buf, "felt", 4);
    assert_true(felt_endpoint_equal(&from, &at_a));
    felt_transport_close(&a);
    felt_transport_close(&b);
}

static void one_that_is_too_long_shows_as_such(void **state)
{
    uint8_t buf[FELT_DATAGRAM_MAX + 1], big[2 * FELT_DATAGRAM_MAX] = {0};
    struct felt_transport a, b;
    struct felt_endpoint at_b, from;
    size_t len;

    (void)state;
    open_free(&a);
    at_b = open_free(&b);
    assert_int_equal(felt_transport_send(&a, &at_b, felt_bytes(big, sizeof(big))), 0);
    assert_int_equal(receive(&b, buf, &from, &len), 0);
    assert_int_equal(len, FELT_DATAGRAM_MAX + 1);
    felt_transport_close(&a);
    felt_transport_close(&b);
}

static void a_port_in_use_is_told_apart(void **state)
{
    struct felt_transport a, b;
    struct felt_endpoint at_a = open_free(&a);

    (void)state;
    assert_int_equal(felt_transport_open(&at_a, &b), -EADDRINUSE);
    felt_transport_close(&a);
}

static void a_refused_peer_does_not_break_the_socket(void **state)
{
    struct felt_transport a, b;
    struct felt_endpoint at_a = open_free(&a), at_b = open_free(&b), from;
    uint8_t buf[FELT_DATAGRAM_MAX + 1];
    size_t len;
    int r;

    (void)state;
    felt_transport_close(&b); /* nobody listens at at_b any more */
    assert_int_equal(felt_transport_send(&a, &at_b, felt_bytes("x", 1)), 0);
    at_b = open_free(&b);
    /* The refusal may come back to us as an error, once. */
    assert_int_equal(felt_transport_send(&b, &at_a, felt_bytes("y", 1)), 0);
    for (int tries = 0; (r = receive(&a, buf, &from, &len)) < 0; tries++)
        assert_true(tries < 2);
    assert_int_equal(len, 1);
    felt_transport_close(&a);
    felt_transport_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_arrives_with_its_sender),
        cmocka_unit_test(one_that_is_too_long_shows_as_such),
        cmocka_unit_test(a_port_in_use_is_told_apart),
        cmocka_unit_test(a_refused_peer_does_not_break_the_socket),
    };

    return RUN_TESTS(tests);
}
