/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/agent/varlink_fixture.h"

#define SHORT_US (50 * FELT_USEC_MS) /* the servers' time limit where it is under test */
#define BIG      (4 * 1024 * 1024)   /* bytes of a reply that no socket buffer holds */

/* ---- the service under test ---- */

static void method_echo(void *userdata, const json_t *parameters,
                        struct felt_varlink_answer *answer)
{
    (void)userdata;
    answer->parameters = json_deep_copy(parameters);
}

static void method_count(void *userdata, const json_t *parameters,
                         struct felt_varlink_answer *answer)
{
    struct fixture *f = userdata;

    (void)parameters;
    f->calls++;
    answer->parameters = json_pack("{s:i}", "n", (int)f->calls);
}

static void method_fail(void *userdata, const json_t *parameters,
                        struct felt_varlink_answer *answer)
{
    (void)userdata;
    (void)parameters;
    answer->error = "org.example.Broken";
}

static void method_big(void *userdata, const json_t *parameters, struct felt_varlink_answer *answer)
{
    char *text = malloc(BIG + 1);

    (void)userdata;
    (void)parameters;
    assert_non_null(text);
    memset(text, 'x', BIG);
    text[BIG] = '\0';
    answer->parameters = json_pack("{s:s}", "text", text);
    free(text);
}

static int setup_with(void **state, felt_usec message_us)
{
    static const struct felt_varlink_method methods[] = {
        {.name = "Echo", .fn = method_echo},
        {.name = "Count", .fn = method_count},
        {.name = "Fail", .fn = method_fail},
        {.name = "Big", .fn = method_big},
    };

    return serve_with(state, methods, FELT_ARRAY_LEN(methods), message_us);
}

static int setup(void **state)
{
    return setup_with(state, 10 * PATIENCE_US); /* no test passes only because of it */
}

static int setup_impatient(void **state)
{
    return setup_with(state, SHORT_US);
}

/* The server is well: a new client is served. */
static void expect_service(struct fixture *f)
{
    int fd = client(f);

    exchange(f, fd, "{\"method\":\"org.example.Echo\",\"parameters\":{\"a\":1}}",
             "{\"parameters\":{\"a\":1}}");
    close(fd);
}

/* ---- what it answers ---- */

static void the_service_describes_itself(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    exchange(
        f, fd, "{\"method\":\"org.varlink.service.GetInfo\"}",
        "{\"parameters\":{\"vendor\":\"felt\",\"product\":\"feltd\",\"version\":\"0.1.0\",\"url\":"
        "\"https://example.org/\",\"interfaces\":[\"org.varlink.service\",\"org.example\"]}}");
    exchange(f, fd,
             "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":"
             "{\"interface\":\"org.example\"}}",
             "{\"parameters\":{\"description\":\"interface org.example\\n\"}}");
    close(fd);
}

static void the_description_of_the_service_interface_is_built_in(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fd = client(f);
    const char *text;
    json_t *reply;

    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    say(f, fd,
        "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":"
        "\"org.varlink.service\"}}");
    reply = answer(f, fd, &inbox);
    text = json_string_value(json_object_get(json_object_get(reply, "parameters"), "description"));
    assert_non_null(strstr(text, "\ninterface org.varlink.service\n"));
    assert_non_null(strstr(text, "\nmethod GetInfo() -> ("));
    json_decref(reply);
    felt_varlink_inbox_done(&inbox);
    close(fd);
}

/* C-2.4 */
static void every_wrong_name_has_its_error(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    exchange(f, fd, "{\"method\":\"org.example.Nothing\"}",
             "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":"
             "\"Nothing\"}}");
    exchange(f, fd, "{\"method\":\"org.varlink.service.Nothing\"}",
             "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":"
             "\"Nothing\"}}");
    exchange(f, fd, "{\"method\":\"org.other.Echo\"}",
             "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":"
             "\"org.other\"}}");
    exchange(f, fd, "{\"method\":\"Echo\"}",
             "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":"
             "\"Echo\"}}");
    exchange(f, fd, "{\"method\":\"\"}",
             "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":"
             "\"\"}}");
    exchange(f, fd,
             "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":"
             "{\"interface\":\"org.other\"}}",
             "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":"
             "\"org.other\"}}");
    exchange(f, fd, "{\"method\":\"org.varlink.service.GetInterfaceDescription\"}",
             "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":"
             "\"interface\"}}");
    exchange(f, fd, "{\"method\":\"org.example.Fail\",\"parameters\":null}",
             "{\"error\":\"org.example.Broken\",\"parameters\":{}}");
    close(fd);
}

/* C-2.2 */
static void requests_in_one_go_are_answered_in_order(void **state)
{
    static const char request[] = "{\"method\":\"org.example.Count\"}";
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fd = client(f);

    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    for (int i = 0; i < 100; i++)
        assert_int_equal(send(fd, request, sizeof(request), MSG_NOSIGNAL), sizeof(request));
    for (int i = 1; i <= 100; i++) {
        json_t *reply = answer(f, fd, &inbox);
        json_t *parameters = json_object_get(reply, "parameters");

        assert_int_equal(json_integer_value(json_object_get(parameters, "n")), i);
        json_decref(reply);
    }
    felt_varlink_inbox_done(&inbox);
    close(fd);
}

static void a_request_in_pieces_is_one_request(void **state)
{
    static const char request[] = "{\"method\":\"org.example.Echo\",\"parameters\":{\"a\":2}}";
    struct fixture *f = *state;
    int fd = client(f);

    for (size_t i = 0; i + 1 < sizeof(request) - 1; i++)
        say_bytes(f, fd, request + i, 1);
    exchange(f, fd, request + sizeof(request) - 2, "{\"parameters\":{\"a\":2}}");
    close(fd);
}

static void a_oneway_call_is_done_and_not_answered(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    say(f, fd, "{\"method\":\"org.example.Count\",\"oneway\":true}");
    exchange(f, fd, "{\"method\":\"org.example.Count\"}", "{\"parameters\":{\"n\":2}}");
    close(fd);
}

static void a_client_that_has_said_all_still_gets_its_answer(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    assert_true(send(fd, "{\"method\":\"org.example.Big\"}", 29, MSG_NOSIGNAL) == 29);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    struct felt_varlink_inbox inbox;

    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    json_t *reply = answer(f, fd, &inbox);

    assert_int_equal(
        json_string_length(json_object_get(json_object_get(reply, "parameters"), "text")), BIG);
    json_decref(reply);
    felt_varlink_inbox_done(&inbox);
    expect_hang_up(f, fd);
    expect_clients(f, 0);
}

/* ---- what it endures ---- */

/* C-2.1 */
static void what_is_no_call_ends_the_connection_and_nothing_else(void **state)
{
    static const char *const bad[] = {
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"method\":7}",
        "{\"method\":\"org.example.Echo\",\"parameters\":[]}",
        "{\"method\":\"org.example.Echo\",\"oneway\":1}",
        "{\"method\":\"org.example.Echo\",\"more\":\"yes\"}",
        "{\"method\":\"org.example.\xff\"}",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        int fd = client(f);

        say(f, fd, bad[i]);
        expect_hang_up(f, fd);
    }
    expect_clients(f, 0);
    expect_service(f);
}

static void nesting_without_end_is_no_call_either(void **state)
{
    struct fixture *f = *state;
    char text[50000];
    int fd = client(f);

    memset(text, '[', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    say(f, fd, text);
    expect_hang_up(f, fd);
    expect_service(f);
}

static void a_request_of_the_greatest_length_is_taken_and_a_longer_one_ends_the_connection(
    void **state)
{
    static const char start[] = "{\"method\":\"org.example.Fail\"}";
    struct fixture *f = *state;
    char *text = malloc(FELT_VARLINK_REQUEST_MAX + 2);
    int fd = client(f);

    assert_non_null(text);
    memset(text, ' ', FELT_VARLINK_REQUEST_MAX + 1);
    memcpy(text, start, strlen(start));
    text[FELT_VARLINK_REQUEST_MAX] = '\0';
    exchange(f, fd, text, "{\"error\":\"org.example.Broken\",\"parameters\":{}}");
    text[FELT_VARLINK_REQUEST_MAX] = ' ';
    say_bytes(f, fd, text, FELT_VARLINK_REQUEST_MAX + 1);
    expect_hang_up(f, fd);
    free(text);
    expect_service(f);
}

static void a_client_that_goes_away_in_the_middle_is_forgotten(void **state)
{
    struct fixture *f = *state;
    int half = client(f), deaf = client(f), silent = client(f);

    say_bytes(f, half, "{\"meth", 6);
    say(f, deaf, "{\"method\":\"org.example.Big\"}");
    expect_clients(f, 3);
    close(half);
    close(deaf);
    close(silent);
    expect_clients(f, 0);
    expect_service(f);
}

static void a_client_that_does_not_read_holds_nobody_up(void **state)
{
    struct fixture *f = *state;
    int deaf = client(f);

    say(f, deaf, "{\"method\":\"org.example.Big\"}");
    say(f, deaf, "{\"method\":\"org.example.Count\"}");
    expect_service(f);
    assert_int_equal(f->calls, 0); /* its second request waits for the end of the first reply */
    close(deaf);
    expect_clients(f, 0);
}

static void a_request_that_does_not_end_in_time_ends_the_connection(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    say_bytes(f, fd, "{\"meth", 6);
    expect_hang_up(f, fd);
    expect_service(f);
}

static void a_reply_that_is_not_read_in_time_ends_the_connection(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    say(f, fd, "{\"method\":\"org.example.Big\"}");
    expect_clients(f, 0);
    close(fd);
    expect_service(f);
}

static void a_client_between_two_requests_is_not_hurried(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);
    felt_usec until;

    exchange(f, fd, "{\"method\":\"org.example.Count\"}", "{\"parameters\":{\"n\":1}}");
    until = now_us() + 4 * SHORT_US;
    while (now_us() < until)
        spin(f);
    exchange(f, fd, "{\"method\":\"org.example.Count\"}", "{\"parameters\":{\"n\":2}}");
    close(fd);
}

/* C-2.3 */
static void where_all_places_are_taken_the_longest_idle_one_gives_way(void **state)
{
    struct fixture *f = *state;
    int fds[FELT_VARLINK_CLIENTS_MAX], half;

    half = client(f); /* the oldest, but in the middle of a request */
    say_bytes(f, half, "{", 1);
    for (size_t i = 1; i < FELT_VARLINK_CLIENTS_MAX; i++) {
        fds[i] = client(f);
        expect_clients(f, i + 1);
    }
    exchange(f, fds[1], "{\"method\":\"org.example.Fail\"}",
             "{\"error\":\"org.example.Broken\",\"parameters\":{}}");
    expect_service(f);
    expect_hang_up(f, fds[2]);
    exchange(f, half, "\"method\":\"org.example.Fail\"}",
             "{\"error\":\"org.example.Broken\",\"parameters\":{}}");
    exchange(f, fds[1], "{\"method\":\"org.example.Fail\"}",
             "{\"error\":\"org.example.Broken\",\"parameters\":{}}");
    close(half);
    for (size_t i = 1; i < FELT_VARLINK_CLIENTS_MAX; i++) {
        if (i != 2)
            close(fds[i]);
    }
    expect_clients(f, 0);
}

static void a_server_freed_under_its_clients_hangs_up_and_removes_the_socket(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);
    char c;

    say(f, fd, "{\"method\":\"org.example.Big\"}");
    expect_clients(f, 1);
    felt_varlink_server_free(FELT_TAKE(f->server));
    while (recv(fd, &c, 1, 0) == 1)
        ;
    assert_true(access(f->scratch->path, F_OK) < 0);
    close(fd);
}

int main(void)
{
#define WITH(f, set_up) cmocka_unit_test_setup_teardown(f, set_up, teardown)
    const struct CMUnitTest tests[] = {
        WITH(the_service_describes_itself, setup),
        WITH(the_description_of_the_service_interface_is_built_in, setup),
        WITH(every_wrong_name_has_its_error, setup),
        WITH(requests_in_one_go_are_answered_in_order, setup),
        WITH(a_request_in_pieces_is_one_request, setup),
        WITH(a_oneway_call_is_done_and_not_answered, setup),
        WITH(a_client_that_has_said_all_still_gets_its_answer, setup),
        WITH(what_is_no_call_ends_the_connection_and_nothing_else, setup),
        WITH(nesting_without_end_is_no_call_either, setup),
        WITH(a_request_of_the_greatest_length_is_taken_and_a_longer_one_ends_the_connection, setup),
        WITH(a_client_that_goes_away_in_the_middle_is_forgotten, setup),
        WITH(a_client_that_does_not_read_holds_nobody_up, setup),
        WITH(a_request_that_does_not_end_in_time_ends_the_connection, setup_impatient),
        WITH(a_reply_that_is_not_read_in_time_ends_the_connection, setup_impatient),
        WITH(a_client_between_two_requests_is_not_hurried, setup_impatient),
        WITH(where_all_places_are_taken_the_longest_idle_one_gives_way, setup),
        WITH(a_server_freed_under_its_clients_hangs_up_and_removes_the_socket, setup),
    };

    return RUN_TESTS(tests);
}
