/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/overlay_socket.h"
#include "agent/socket_address.h"
#include "agent/transport.h"
#include "node/view.h"

#define LIMIT_US (30 * FELT_USEC_SEC)
#define LOOPBACK 0x7f000001u

/* ---- a node that has the lease that the test wants ---- */

struct felt_node {
    struct felt_self_view self;
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = node->self;
}

/* ---- a socket of ours, and the plain one of somebody else ---- */

struct scene {
    sd_event *event;
    struct felt_overlay_socket *socket;
    struct felt_endpoint at;   /* where it is */
    struct felt_endpoint peer; /* where fd is */
    int fd;
    unsigned received;
    struct felt_endpoint from;
    size_t len;
    uint8_t bytes[FELT_DATAGRAM_MAX];
};

static void receive(void *userdata, const struct felt_endpoint *from, struct felt_bytes sealed)
{
    struct scene *s = userdata;

    s->received++;
    s->from = *from;
    s->len = sealed.len;
    memcpy(s->bytes, sealed.data, sealed.len);
}

/* A plain socket on that address and port; 0: any. */
static int plain_socket(uint32_t ip, uint16_t port, struct felt_endpoint *ret_at)
{
    struct felt_endpoint e = {.ip = felt_ip_v4(ip), .port = port};
    union felt_socket_address a;
    socklen_t len = felt_socket_address(&e, &a);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, &a.any, len), 0);
    assert_int_equal(getsockname(fd, &a.any, &len), 0);
    *ret_at = felt_socket_endpoint(&a);
    return fd;
}

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));
    struct felt_overlay_socket_config config = {
        .family = FELT_FAMILY_V4, .received = receive, .userdata = s};

    assert_non_null(s);
    assert_true(sd_event_new(&s->event) >= 0);
    config.event = s->event;
    assert_int_equal(felt_overlay_socket_new(&config, &s->socket), 0);
    s->fd = plain_socket(LOOPBACK + 1, 0, &s->peer);
    s->at = (struct felt_endpoint){.ip = felt_ip_v4(LOOPBACK + 2), .port = s->peer.port};
    assert_int_equal(felt_overlay_socket_bind(s->socket, &s->at), 0);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;

    felt_overlay_socket_free(s->socket);
    sd_event_unref(s->event);
    close(s->fd);
    free(s);
    return 0;
}

/* As the peer, to where our socket is; then what there is to read is read. */
static void send_to(struct scene *s, const struct felt_endpoint *to, const void *data, size_t len)
{
    union felt_socket_address a;
    socklen_t address_len = felt_socket_address(to, &a);

    assert_int_equal(sendto(s->fd, data, len, 0, &a.any, address_len), len);
    while (sd_event_run(s->event, 0) > 0)
        ;
}

static size_t peer_receives(const struct scene *s, uint8_t *buf, size_t size)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    ssize_t n;

    assert_int_equal(poll(&p, 1, (int)(LIMIT_US / FELT_USEC_MS)), 1);
    n = recv(s->fd, buf, size, 0);
    assert_true(n >= 0);
    return (size_t)n;
}

static void send_one(struct scene *s, uint32_t pad_to)
{
    struct felt_datagram d = {
        .to = s->peer, .bytes = felt_bytes("sealed", 6), .overlay = true, .pad_to = pad_to};

    felt_overlay_socket_send_all(s->socket, &d, 1);
}

/* O-1.2 */
static void a_datagram_is_its_length_itself_and_zeroes(void **state)
{
    static const uint8_t small[] = {0, 6, 's', 'e', 'a', 'l', 'e', 'd'};
    struct scene *s = *state;
    uint8_t buf[65536];

    send_one(s, 0);
    assert_int_equal(peer_receives(s, buf, sizeof(buf)), sizeof(small));
    assert_memory_equal(buf, small, sizeof(small));
    send_one(s, 10); /* smaller than it is */
    assert_int_equal(peer_receives(s, buf, sizeof(buf)), sizeof(small));
    send_one(s, 9000);
    assert_int_equal(peer_receives(s, buf, sizeof(buf)), 9000 - 28); /* less IP and UDP */
    assert_memory_equal(buf, small, sizeof(small));
    for (size_t i = sizeof(small); i < 9000 - 28; i++)
        assert_int_equal(buf[i], 0);
}

/* O-1.2: the overlay's MTU is not ours to go beyond. */
static void what_is_larger_than_the_device_carries_is_lost(void **state)
{
    struct scene *s = *state;
    uint8_t buf[64];

    send_one(s, 65536 + 1); /* loopback has 65536 */
    send_one(s, 0);
    assert_int_equal(peer_receives(s, buf, sizeof(buf)), 8);
}

/* O-1.2 */
static void what_is_behind_the_sealed_part_is_ignored_and_less_of_it_dropped(void **state)
{
    struct scene *s = *state;
    uint8_t large[9000] = {0, 3, 'a', 'b', 'c'}, longest[9000] = {0};

    send_to(s, &s->at, large, sizeof(large));
    assert_int_equal(s->received, 1);
    assert_int_equal(s->len, 3);
    assert_memory_equal(s->bytes, "abc", 3);
    assert_true(felt_endpoint_equal(&s->from, &s->peer));
    send_to(s, &s->at, large, 5);
    assert_int_equal(s->received, 2);
    send_to(s, &s->at, large, 4);
    send_to(s, &s->at, large, 1);
    send_to(s, &s->at, large, 0);
    assert_int_equal(s->received, 2);
    felt_put_be16(longest, FELT_DATAGRAM_MAX);
    send_to(s, &s->at, longest, sizeof(longest));
    assert_int_equal(s->len, FELT_DATAGRAM_MAX);
    felt_put_be16(longest, FELT_DATAGRAM_MAX + 1);
    send_to(s, &s->at, longest, sizeof(longest));
    assert_int_equal(s->received, 3);
}

/* O-1.1: the port is that of the gossip, which may have it on all addresses. */
static void it_shares_the_port_of_the_gossip_and_nobody_else_does(void **state)
{
    struct felt_endpoint any = {.ip = felt_ip_v4(0)}, at;
    struct felt_transport transport, second;
    union felt_socket_address a = {0};
    socklen_t len = sizeof(a);
    struct scene *s = *state;

    assert_int_equal(felt_transport_open(&any, &transport), 0);
    assert_int_equal(getsockname(transport.fd, &a.any, &len), 0);
    any.port = felt_socket_endpoint(&a).port;
    at = (struct felt_endpoint){.ip = s->at.ip, .port = any.port};
    assert_int_equal(felt_overlay_socket_bind(s->socket, &at), 0);
    assert_int_equal(felt_transport_open(&any, &second), -EADDRINUSE);
    send_to(s, &at, "\0\1x", 3);
    assert_int_equal(s->received, 1);
    felt_transport_close(&transport);
}

/* O-1.1 */
static void it_follows_the_lease_and_is_closed_without_one(void **state)
{
    struct felt_netconf config = {.network = {.ip = felt_ip_v4(0x7f020000), .len = 16},
                                  .subnet_len = 24,
                                  .subnet_min = felt_ip_v4(0x7f020100),
                                  .subnet_max = felt_ip_v4(0x7f02ff00)};
    struct felt_node node = {.self = {.config = &config, .has_lease = true, .lease_slot = 4}};
    struct felt_endpoint first, second = {.ip = felt_ip_v4(0x7f020500)};
    struct scene *s = *state;

    node.self.advertise.port = second.port = s->peer.port;
    assert_true(felt_overlay_socket_follow(s->socket, &node));
    send_to(s, &second, "\0\1x", 3); /* 127.2.5.0 */
    assert_int_equal(s->received, 1);
    node.self.lease_slot = 5;
    felt_overlay_socket_follow(s->socket, &node);
    first = second;
    second.ip = felt_ip_v4(0x7f020600);
    send_to(s, &second, "\0\1x", 3);
    assert_int_equal(s->received, 2);
    send_to(s, &first, "\0\1x", 3);
    assert_int_equal(s->received, 2);
    config.backend = FELT_BACKEND_HOST_GW; /* nobody has 127.2.6.1 for his own */
    assert_false(felt_overlay_socket_follow(s->socket, &node));
    close(s->fd); /* which heard that nobody is there */
    s->fd = plain_socket(0x7f020600, s->peer.port, &first);
    send_one(s, 0); /* and goes nowhere */
    config.backend = FELT_BACKEND_VXLAN;
    node.self.has_lease = false;
    assert_false(felt_overlay_socket_follow(s->socket, &node));
    assert_int_equal(s->received, 2);
}

/* O-1.1: a bridge is there, or not, as somebody else wants it. */
static void under_host_gw_it_is_open_where_the_machine_has_the_address(void **state)
{
    struct felt_netconf config = {.network = {.ip = felt_ip_v4(0x7f000000), .len = 16},
                                  .subnet_len = 24,
                                  .subnet_min = felt_ip_v4(0x7f000000),
                                  .subnet_max = felt_ip_v4(0x7f00ff00),
                                  .backend = FELT_BACKEND_HOST_GW};
    struct felt_node node = {.self = {.config = &config, .has_lease = true}};
    struct felt_endpoint at = {.ip = felt_ip_v4(LOOPBACK)};
    struct scene *s = *state;

    node.self.advertise.port = at.port = s->peer.port;
    assert_true(felt_overlay_socket_follow(s->socket, &node)); /* 127.0.0.1 */
    send_to(s, &at, "\0\1x", 3);
    assert_int_equal(s->received, 1);
    node.self.lease_slot = 1; /* 127.0.1.1, which loopback takes, and which no interface has */
    assert_false(felt_overlay_socket_follow(s->socket, &node));
    node.self.lease_slot = 0;
    assert_true(felt_overlay_socket_follow(s->socket, &node));
}

/* O-1.1, O-3.8: the other family is another socket's. */
static void one_of_ipv6_has_the_ipv6_subnet_of_the_lease(void **state)
{
    struct felt_netconf config = {.network = {.ip = felt_ip_v4(0x7f020000), .len = 16},
                                  .subnet_len = 24,
                                  .subnet_min = felt_ip_v4(0x7f020100),
                                  .subnet_max = felt_ip_v4(0x7f02ff00),
                                  .v6 = {.network.len = 48, .subnet_len = 64}};
    struct felt_node node = {.self = {.config = &config, .has_lease = true, .lease_slot = 4}};
    struct felt_overlay_socket_config six = {.family = FELT_FAMILY_V6, .received = receive};
    struct felt_datagram d = {.bytes = felt_bytes("sealed", 6), .overlay = true};
    _cleanup_(felt_overlay_socket_freep) struct felt_overlay_socket *socket = NULL;
    struct scene *s = *state;

    if (access("/proc/net/if_inet6", F_OK) < 0)
        skip();
    six.event = s->event;
    node.self.advertise.port = s->peer.port;
    assert_int_equal(felt_overlay_socket_new(&six, &socket), 0);
    assert_false(felt_overlay_socket_follow(socket, &node)); /* the network has no IPv6 */
    assert_int_equal(felt_ip_parse("fd00:1::", &config.v6.network.ip), 0);
    config.v6.subnet_min = config.v6.subnet_max = config.v6.network.ip;
    config.v6.subnet_max.bytes[6] = 1;
    assert_true(felt_overlay_socket_follow(socket, &node));
    /* A datagram of IPv4 is none of its business, and one of IPv6 none of the other's. */
    d.to = s->peer;
    felt_overlay_socket_send_all(socket, &d, 1);
    d.to.ip = (struct felt_ip){.family = FELT_FAMILY_V6, .bytes[15] = 1};
    felt_overlay_socket_send_all(s->socket, &d, 1);
    send_one(s, 200);
    assert_int_equal(peer_receives(s, (uint8_t[256]){0}, 256), 200 - 28);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_datagram_is_its_length_itself_and_zeroes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_larger_than_the_device_carries_is_lost, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            what_is_behind_the_sealed_part_is_ignored_and_less_of_it_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(it_shares_the_port_of_the_gossip_and_nobody_else_does,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(it_follows_the_lease_and_is_closed_without_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(under_host_gw_it_is_open_where_the_machine_has_the_address,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(one_of_ipv6_has_the_ipv6_subnet_of_the_lease, setup,
                                        teardown),
    };

    return RUN_TESTS(tests);
}
