/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include "agent/listener.h"
#include "tests/unit/agent/scratch.h"

#define HEADING \
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
#define REST " 00000000:00000000 00:00000000 00000000 "

/* Lines as the kernel writes them on a little-endian machine. */
static void write_tables(struct scratch *s, const char *tcp, const char *tcp6)
{
    char text[2048];

    snprintf(text, sizeof(text), HEADING "%s", tcp);
    scratch_write(scratch_path(s, "tcp"), text);
    if (!tcp6)
        return;
    snprintf(text, sizeof(text), HEADING "%s", tcp6);
    scratch_write(scratch_path(s, "tcp6"), text);
}

static struct felt_listener find(struct scratch *s, const char *at)
{
    struct felt_endpoint endpoint;
    struct felt_listener l;

    assert_int_equal(felt_endpoint_parse(at, 0, &endpoint), 0);
    assert_int_equal(felt_listener_find(s->dir, &endpoint, &l), 0);
    return l;
}

static void the_one_at_that_place_is_found_with_its_user(void **state)
{
    struct felt_listener l;

    if (htonl(1) == 1)
        skip();
    write_tables(*state,
                 "   0: 0100007F:24FE 00000000:0000 0A" REST "  998        0 1 1 0 100 0 0 10 0\n"
                 "   1: 00000000:280E 00000000:0000 0A" REST "    0        0 2 1 0 100 0 0 10 0\n"
                 "   2: 010200C0:1F90 0100007F:24FE 01" REST "    7        0 3 1 0 100 0 0 10 0\n",
                 "   0: B80D0120000000000000000001000000:24FF "
                 "00000000000000000000000000000000:0000 0A" REST "   42        0 4\n");
    l = find(*state, "127.0.0.1:9470");
    assert_int_equal(l.kind, FELT_LISTENER_ANSWERS);
    assert_int_equal(l.uid, 998);
    assert_string_equal(FELT_ENDPOINT(&l.at), "127.0.0.1:9470");
    l = find(*state, "0.0.0.0:10254");
    assert_int_equal(l.kind, FELT_LISTENER_ANSWERS);
    assert_int_equal(l.uid, 0);
    l = find(*state, "[2001:db8::1]:9471");
    assert_int_equal(l.kind, FELT_LISTENER_ANSWERS);
    assert_int_equal(l.uid, 42);
    assert_int_equal(find(*state, "127.0.0.2:9470").kind, FELT_LISTENER_NONE);
    assert_int_equal(find(*state, "127.0.0.1:9471").kind, FELT_LISTENER_NONE);
    /* A connection is no listener. */
    assert_int_equal(find(*state, "192.0.2.1:8080").kind, FELT_LISTENER_NONE);
}

static void one_that_is_everywhere_answers_and_one_there_itself_goes_before_it(void **state)
{
    struct felt_listener l;

    if (htonl(1) == 1)
        skip();
    write_tables(*state,
                 "   0: 00000000:24FE 00000000:0000 0A" REST "    1        0 1\n"
                 "   1: 0100007F:24FE 00000000:0000 0A" REST "    2        0 2\n",
                 "   0: 00000000000000000000000000000000:24FE "
                 "00000000000000000000000000000000:0000 0A" REST "    3        0 3\n"
                 "   1: 00000000000000000000000000000000:24FF "
                 "00000000000000000000000000000000:0000 0A" REST "    4        0 4\n");
    assert_int_equal(find(*state, "127.0.0.1:9470").uid, 2);
    l = find(*state, "127.0.0.2:9470");
    assert_int_equal(l.kind, FELT_LISTENER_ANSWERS);
    assert_int_equal(l.uid, 1);
    assert_int_equal(find(*state, "[::1]:9470").uid, 3);
    /* Of both families. */
    l = find(*state, "127.0.0.1:9471");
    assert_int_equal(l.kind, FELT_LISTENER_ANSWERS);
    assert_int_equal(l.uid, 4);
}

static void one_elsewhere_is_in_the_way_of_who_wants_to_be_everywhere(void **state)
{
    struct felt_listener l;

    if (htonl(1) == 1)
        skip();
    write_tables(*state, "   0: 0100007F:24FE 00000000:0000 0A" REST "    1        0 1\n", NULL);
    l = find(*state, "0.0.0.0:9470");
    assert_int_equal(l.kind, FELT_LISTENER_OBSTRUCTS);
    assert_string_equal(FELT_ENDPOINT(&l.at), "127.0.0.1:9470");
    assert_int_equal(find(*state, "[::]:9470").kind, FELT_LISTENER_OBSTRUCTS);
    assert_int_equal(find(*state, "[::1]:9470").kind, FELT_LISTENER_NONE);
}

static void without_the_tables_there_is_an_error(void **state)
{
    const struct scratch *s = *state;
    struct felt_endpoint at = {0};
    struct felt_listener l;

    assert_int_equal(felt_listener_find(s->dir, &at, &l), -ENOENT);
}

/* The kernel's own tables, with the bytes in this machine's order. */
static void the_kernel_tells_of_a_socket_of_ours(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t len = sizeof(address);
    struct felt_endpoint at;
    struct felt_listener l;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    at = (struct felt_endpoint){.ip = felt_ip_v4(0x7f000001), .port = ntohs(address.sin_port)};
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(felt_listener_find(FELT_LISTENER_NET_DIR, &at, &l), 0);
    assert_int_equal(l.kind, FELT_LISTENER_ANSWERS);
    assert_true(l.uid == geteuid());
    close(fd);
    assert_int_equal(felt_listener_find(FELT_LISTENER_NET_DIR, &at, &l), 0);
    assert_int_equal(l.kind, FELT_LISTENER_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(the_one_at_that_place_is_found_with_its_user),
        SCRATCH_TEST(one_that_is_everywhere_answers_and_one_there_itself_goes_before_it),
        SCRATCH_TEST(one_elsewhere_is_in_the_way_of_who_wants_to_be_everywhere),
        SCRATCH_TEST(without_the_tables_there_is_an_error),
        cmocka_unit_test(the_kernel_tells_of_a_socket_of_ours),
    };

    return RUN_TESTS(tests);
}
