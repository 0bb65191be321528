/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "agent/socket_address.h"
#include "agent/transport.h"

#define LIMIT_MS 30000

/* On a free port of that address. */
static struct felt_endpoint open_free_at(const struct felt_ip *ip, struct felt_transport *t)
{
    struct felt_endpoint e = {.ip = *ip};
    union felt_socket_address a = {0};
    socklen_t len = sizeof(a);

    assert_int_equal(felt_transport_open(&e, t), 0);
    assert_int_equal(getsockname(t->fd, &a.any, &len), 0);
    return felt_socket_endpoint(&a);
}

static struct felt_endpoint open_free(struct felt_transport *t)
{
    struct felt_ip loopback = felt_ip_v4(INADDR_LOOPBACK);

    return open_free_at(&loopback, t);
}

/* An error that waits comes first, once. */
static int receive(struct felt_transport *t, uint8_t *buf, struct felt_endpoint *from, size_t *len)
{
    struct pollfd p = {.fd = t->fd, .events = POLLIN};
    int r = -EAGAIN;

    for (unsigned tries = 0; r < 0 && tries < 3; tries++) {
        assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
        r = felt_transport_receive(t, buf, from, len);
    }
    return r;
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

/* ---- what comes back ---- */

/* A datagram of the least length that is remembered, unlike any other of this test. */
static struct felt_bytes datagram(uint8_t *buf, uint8_t number)
{
    memset(buf, number, FELT_ECHO_QUOTE);
    return felt_bytes(buf, FELT_ECHO_QUOTE);
}

/* Where nobody listens: a port that was free a moment ago. */
static struct felt_endpoint closed_port(const struct felt_ip *ip)
{
    struct felt_transport t;
    struct felt_endpoint e = open_free_at(ip, &t);

    felt_transport_close(&t);
    return e;
}

static void await_error(const struct felt_transport *t)
{
    struct pollfd p = {.fd = t->fd};

    assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
    assert_int_equal(p.revents & POLLERR, POLLERR);
}

static bool has_error(const struct felt_transport *t)
{
    struct pollfd p = {.fd = t->fd};

    return poll(&p, 1, 0) == 1;
}

static void check_refusal(const struct felt_ip *ip)
{
    struct felt_transport a;
    struct felt_endpoint nobody;
    struct felt_echo echo;
    uint8_t buf[FELT_ECHO_QUOTE];

    open_free_at(ip, &a);
    nobody = closed_port(ip);
    assert_int_equal(felt_transport_echo(&a, &echo), -EAGAIN);
    assert_int_equal(felt_transport_send(&a, &nobody, datagram(buf, 1)), 0);
    await_error(&a);
    assert_int_equal(felt_transport_echo(&a, &echo), 0);
    assert_int_equal(echo.kind, FELT_ECHO_REFUSED);
    assert_true(felt_endpoint_equal(&echo.endpoint, &nobody));
    assert_int_equal(felt_transport_echo(&a, &echo), -EAGAIN);
    assert_false(has_error(&a));
    felt_transport_close(&a);
}

static void a_closed_port_refuses_by_its_endpoint_and_once(void **state)
{
    struct felt_ip loopback = felt_ip_v4(INADDR_LOOPBACK);

    (void)state;
    check_refusal(&loopback);
}

static void a_closed_port_refuses_over_ipv6_where_the_machine_has_it(void **state)
{
    struct felt_ip loopback = {.family = FELT_FAMILY_V6, .bytes = {[15] = 1}};
    struct felt_endpoint e = {.ip = loopback};
    struct felt_transport t;
    int r = felt_transport_open(&e, &t);

    (void)state;
    if (r < 0) {
        assert_true(r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL);
        return;
    }
    felt_transport_close(&t);
    check_refusal(&loopback);
}

static void to_an_address_of_the_other_family_there_is_no_way_and_that_is_told_once(void **state)
{
    struct felt_ip v6 = {.family = FELT_FAMILY_V6, .bytes = {[15] = 1}};
    struct felt_endpoint unreachable[FELT_TRANSPORT_UNREACHABLE_MAX];
    struct felt_datagram d = {.to = {.ip = v6, .port = 9}, .bytes = felt_bytes("x", 1)};
    struct felt_transport t;

    (void)state;
    open_free(&t);
    assert_false(t.told_family);
    /* It says nothing of this machine's network. */
    assert_int_equal(felt_transport_send_all(&t, &d, 1, unreachable), 0);
    assert_true(t.told_family);
    assert_int_equal(felt_transport_send_all(&t, &d, 1, unreachable), 0);
    felt_transport_close(&t);
}

static void a_pending_refusal_fails_neither_sending_nor_receiving(void **state)
{
    struct felt_ip loopback = felt_ip_v4(INADDR_LOOPBACK);
    struct felt_transport a, b;
    struct felt_endpoint at_a = open_free(&a), at_b = open_free(&b), from;
    struct felt_endpoint nobody = closed_port(&loopback);
    uint8_t buf[FELT_DATAGRAM_MAX + 1];
    struct felt_echo echo;
    size_t len;

    (void)state;
    assert_int_equal(felt_transport_send(&a, &nobody, datagram(buf, 2)), 0);
    await_error(&a);
    assert_int_equal(felt_transport_send(&a, &at_b, felt_bytes("y", 1)), 0);
    assert_int_equal(receive(&b, buf, &from, &len), 0);
    assert_int_equal(buf[0], 'y');
    assert_int_equal(felt_transport_send(&b, &at_a, felt_bytes("z", 1)), 0);
    assert_int_equal(receive(&a, buf, &from, &len), 0);
    assert_int_equal(buf[0], 'z');
    /* It is not lost by that. */
    assert_int_equal(felt_transport_echo(&a, &echo), 0);
    assert_true(felt_endpoint_equal(&echo.endpoint, &nobody));
    felt_transport_close(&a);
    felt_transport_close(&b);
}

static void an_error_of_the_send_itself_is_told_beside_a_pending_one(void **state)
{
    struct felt_ip loopback = felt_ip_v4(INADDR_LOOPBACK);
    struct felt_endpoint everybody = {.ip = felt_ip_v4(INADDR_BROADCAST), .port = 8470};
    struct felt_endpoint nobody = closed_port(&loopback);
    uint8_t buf[FELT_ECHO_QUOTE];
    struct felt_transport a;

    (void)state;
    open_free(&a);
    assert_int_equal(felt_transport_send(&a, &nobody, datagram(buf, 3)), 0);
    await_error(&a);
    /* Without SO_BROADCAST. */
    assert_int_equal(felt_transport_send(&a, &everybody, datagram(buf, 4)), -EACCES);
    felt_transport_close(&a);
}

static void send_unnoted(struct felt_transport *t, const struct felt_endpoint *to)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET,
        .sin_port = htons(to->port),
        .sin_addr.s_addr = htonl(felt_ip_to_v4(&to->ip)),
    };
    uint8_t buf[FELT_ECHO_QUOTE] = {5};

    assert_int_equal(sendto(t->fd, buf, sizeof(buf), 0, (const struct sockaddr *)&a, sizeof(a)),
                     sizeof(buf));
}

static void a_refusal_of_what_we_do_not_remember_to_have_sent_proves_nothing(void **state)
{
    struct felt_ip loopback = felt_ip_v4(INADDR_LOOPBACK);
    struct felt_endpoint nobody = closed_port(&loopback);
    struct felt_echo echo = {.kind = FELT_ECHO_UNREACHABLE};
    struct felt_transport a;

    (void)state;
    open_free(&a);
    send_unnoted(&a, &nobody);
    await_error(&a);
    assert_int_equal(felt_transport_echo(&a, &echo), -ENOMSG);
    assert_int_equal(echo.kind, FELT_ECHO_UNREACHABLE);
    assert_int_equal(felt_transport_echo(&a, &echo), -EAGAIN);
    assert_false(has_error(&a));
    felt_transport_close(&a);
}

static void the_last_256_datagrams_are_remembered(void **state)
{
    struct felt_ip loopback = felt_ip_v4(INADDR_LOOPBACK);
    struct felt_endpoint nobody = closed_port(&loopback);
    uint8_t buf[FELT_ECHO_QUOTE], other[FELT_ECHO_QUOTE];
    struct felt_transport a;
    struct felt_echo echo;

    (void)state;
    open_free(&a);
    for (int more = FELT_ECHO_SENT - 1; more <= FELT_ECHO_SENT; more++) {
        assert_int_equal(felt_transport_send(&a, &nobody, datagram(buf, 6)), 0);
        await_error(&a);
        for (int i = 0; i < more; i++)
            felt_echo_note(&a.sent, datagram(other, 7));
        assert_int_equal(felt_transport_echo(&a, &echo), more < FELT_ECHO_SENT ? 0 : -ENOMSG);
    }
    felt_transport_close(&a);
}

static void a_hundred_refusals_are_read_to_the_end_and_then_there_is_silence(void **state)
{
    struct felt_ip loopback = felt_ip_v4(INADDR_LOOPBACK);
    struct felt_endpoint nobody = closed_port(&loopback), from;
    uint8_t buf[FELT_DATAGRAM_MAX + 1];
    unsigned refused = 0;
    struct felt_transport a;
    struct felt_echo echo;
    size_t len;

    (void)state;
    open_free(&a);
    for (uint8_t i = 0; i < 100; i++)
        assert_int_equal(felt_transport_send(&a, &nobody, datagram(buf, i)), 0);
    await_error(&a);
    for (int r = 0; r == 0 || r == -ENOMSG;) {
        r = felt_transport_echo(&a, &echo);
        refused += r == 0;
    }
    /* On the loopback they are there when the send returns, and nothing limits their rate. */
    assert_int_equal(refused, 100);
    while (felt_transport_receive(&a, buf, &from, &len) != -EAGAIN) {
    }
    assert_false(has_error(&a));
    felt_transport_close(&a);
}

static void only_a_missing_way_out_is_evidence_about_us(void **state)
{
    (void)state;
    assert_true(felt_echo_is_local(ENETUNREACH));
    assert_true(felt_echo_is_local(EHOSTUNREACH));
    assert_true(felt_echo_is_local(ENETDOWN));
    assert_false(felt_echo_is_local(ECONNREFUSED));
    assert_false(felt_echo_is_local(EAGAIN));
    assert_false(felt_echo_is_local(ENOBUFS));
    assert_false(felt_echo_is_local(EPERM));
    assert_false(felt_echo_is_local(0));
}

static void the_receive_buffer_holds_a_burst(void **state)
{
    uint8_t buf[FELT_DATAGRAM_MAX + 1] = {0};
    struct felt_transport a, b;
    struct felt_endpoint at_b, from;
    unsigned n = 0;
    size_t len;

    (void)state;
    open_free(&a);
    at_b = open_free(&b);
    /* A process without CAP_NET_ADMIN has what net.core.rmem_max allows, 212,992 bytes by default:
     * 92 of them. */
    for (unsigned i = 0; i < 80; i++)
        assert_int_equal(felt_transport_send(&a, &at_b, felt_bytes(buf, FELT_DATAGRAM_MAX)), 0);
    while (felt_transport_receive(&b, buf, &from, &len) == 0)
        n++;
    assert_int_equal(n, 80);
    felt_transport_close(&a);
    felt_transport_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_arrives_with_its_sender),
        cmocka_unit_test(one_that_is_too_long_shows_as_such),
        cmocka_unit_test(a_port_in_use_is_told_apart),
        cmocka_unit_test(a_closed_port_refuses_by_its_endpoint_and_once),
        cmocka_unit_test(a_closed_port_refuses_over_ipv6_where_the_machine_has_it),
        cmocka_unit_test(to_an_address_of_the_other_family_there_is_no_way_and_that_is_told_once),
        cmocka_unit_test(a_pending_refusal_fails_neither_sending_nor_receiving),
        cmocka_unit_test(an_error_of_the_send_itself_is_told_beside_a_pending_one),
        cmocka_unit_test(a_refusal_of_what_we_do_not_remember_to_have_sent_proves_nothing),
        cmocka_unit_test(the_last_256_datagrams_are_remembered),
        cmocka_unit_test(a_hundred_refusals_are_read_to_the_end_and_then_there_is_silence),
        cmocka_unit_test(only_a_missing_way_out_is_evidence_about_us),
        cmocka_unit_test(the_receive_buffer_holds_a_burst),
    };

    return RUN_TESTS(tests);
}
