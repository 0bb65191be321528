/* SPDX-License-Identifier: Apache-2.0 */
/* Methods that answer again and again, for clients of every kind. */
#include "tests/unit/agent/varlink_fixture.h"

#define SHORT_US (50 * FELT_USEC_MS) /* the server's time limit where it is under test */
#define LINE     4096                /* bytes of an answer: some dozens fill a socket */
#define HELD     64                  /* answers that the method holds */

static void method_count(void *userdata, const json_t *parameters _unused_,
                         struct felt_varlink_answer *answer)
{
    struct fixture *f = userdata;

    answer->parameters = json_pack("{s:i}", "n", (int)++f->calls);
}

static void method_follow(void *userdata, const json_t *parameters,
                          struct felt_varlink_answer *answer)
{
    struct fixture *f = userdata;
    const json_t *from = json_object_get(parameters, "from");

    if (from && !json_is_integer(from))
        felt_varlink_answer_invalid(answer, "from");
    f->streams++;
    answer->cursor = from ? (uint64_t)json_integer_value(from) : f->ready;
}

/* Each answer is its number; the thousandth is the end. */
static bool next_number(void *userdata, uint64_t *cursor, struct felt_varlink_answer *answer)
{
    struct fixture *f = userdata;
    char text[LINE + 1];

    if (*cursor >= f->ready)
        return false;
    if (*cursor < f->first || *cursor == 1000) {
        answer->error = *cursor == 1000 ? "org.example.Over" : "org.example.Missed";
        return true;
    }
    memset(text, 'x', LINE);
    text[LINE] = '\0';
    answer->parameters = json_pack("{s:I, s:s}", "n", (json_int_t)*cursor, "text", text);
    ++*cursor;
    return true;
}

static int setup_with(void **state, felt_usec message_us)
{
    static const struct felt_varlink_method methods[] = {
        {.name = "Count", .fn = method_count},
        {.name = "Follow", .fn = method_follow, .next = next_number},
    };

    return serve_with(state, methods, FELT_ARRAY_LEN(methods), message_us);
}

static int setup(void **state)
{
    return setup_with(state, 10 * PATIENCE_US);
}

static int setup_impatient(void **state)
{
    return setup_with(state, SHORT_US);
}

/* n more answers; those beyond HELD are forgotten. */
static void happen(struct fixture *f, unsigned n)
{
    f->ready += n;
    f->first = f->ready > HELD ? f->ready - HELD : 0;
    felt_varlink_server_wake(f->server);
}

static void expect_number(struct fixture *f, int fd, struct felt_varlink_inbox *inbox, int n)
{
    json_t *reply = answer(f, fd, inbox);

    assert_non_null(reply);
    assert_null(json_object_get(reply, "error"));
    assert_true(json_is_true(json_object_get(reply, "continues")));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "parameters"), "n")),
                     n);
    json_decref(reply);
}

static void expect_error(struct fixture *f, int fd, struct felt_varlink_inbox *inbox,
                         const char *error)
{
    json_t *reply = answer(f, fd, inbox);

    assert_string_equal(json_string_value(json_object_get(reply, "error")), error);
    assert_null(json_object_get(reply, "continues"));
    json_decref(reply);
}

static const char follow[] = "{\"method\":\"org.example.Follow\",\"more\":true}";
static const char follow_from_0[] =
    "{\"method\":\"org.example.Follow\",\"more\":true,\"parameters\":{\"from\":0}}";
static const char count[] = "{\"method\":\"org.example.Count\"}";

/* Until the stream has begun: what happens from then on is in it. */
static void begin(struct fixture *f, int fd, const char *text)
{
    felt_usec deadline = now_us() + PATIENCE_US;
    unsigned before = f->streams;

    say(f, fd, text);
    while (f->streams == before && now_us() < deadline)
        spin(f);
    assert_int_equal(f->streams, before + 1);
}

static void answers_come_as_they_happen_to_all_who_follow(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox[2];
    int fd[2];

    for (int i = 0; i < 2; i++) {
        felt_varlink_inbox_init(&inbox[i], FELT_VARLINK_REPLY_MAX);
        fd[i] = client(f);
        begin(f, fd[i], follow);
    }
    for (int n = 0; n < 3; n++) {
        happen(f, 1);
        for (int i = 0; i < 2; i++)
            expect_number(f, fd[i], &inbox[i], n);
    }
    happen(f, 10);
    for (int n = 3; n < 13; n++)
        expect_number(f, fd[0], &inbox[0], n);
    for (int i = 0; i < 2; i++) {
        felt_varlink_inbox_done(&inbox[i]);
        close(fd[i]);
    }
    expect_clients(f, 0);
}

static void a_stream_begins_where_it_is_told_to(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fd = client(f);

    happen(f, 5);
    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    begin(f, fd, follow_from_0);
    for (int n = 0; n < 5; n++)
        expect_number(f, fd, &inbox, n);
    happen(f, 1);
    expect_number(f, fd, &inbox, 5);
    felt_varlink_inbox_done(&inbox);
    close(fd);
}

static void a_stream_without_more_or_with_a_wrong_parameter_is_an_error(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    exchange(f, fd, "{\"method\":\"org.example.Follow\"}",
             "{\"error\":\"org.varlink.service.ExpectedMore\",\"parameters\":{}}");
    exchange(f, fd,
             "{\"method\":\"org.example.Follow\",\"more\":true,\"parameters\":{\"from\":\"x\"}}",
             "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":"
             "\"from\"}}");
    /* and no stream: */
    exchange(f, fd, count, "{\"parameters\":{\"n\":1}}");
    close(fd);
}

static void other_methods_do_not_mind_more(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    exchange(f, fd, "{\"method\":\"org.example.Count\",\"more\":true}",
             "{\"parameters\":{\"n\":1}}");
    close(fd);
}

static void what_is_asked_behind_a_stream_waits_for_its_end(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fd = client(f);
    json_t *reply;

    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    f->ready = 999;
    f->first = 900;
    begin(f, fd, follow);
    say(f, fd, count);
    spin(f);
    assert_int_equal(f->calls, 0);
    happen(f, 2);
    expect_number(f, fd, &inbox, 999);
    expect_error(f, fd, &inbox, "org.example.Over");
    reply = answer(f, fd, &inbox);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "parameters"), "n")),
                     1);
    json_decref(reply);
    felt_varlink_inbox_done(&inbox);
    close(fd);
}

static void a_follower_that_has_said_all_still_hears(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fd = client(f);

    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    begin(f, fd, follow);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    for (int n = 0; n < 3; n++) {
        happen(f, 1);
        expect_number(f, fd, &inbox, n);
    }
    felt_varlink_inbox_done(&inbox);
    close(fd);
    expect_clients(f, 0);
}

static void a_follower_that_goes_away_is_forgotten_though_nothing_happens(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    begin(f, fd, follow);
    expect_clients(f, 1);
    close(fd);
    expect_clients(f, 0);
}

static void a_quiet_stream_is_not_hurried(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fd = client(f);
    felt_usec until;

    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    begin(f, fd, follow);
    say_bytes(f, fd, "{", 1); /* nor is what waits behind it */
    until = now_us() + 4 * SHORT_US;
    while (now_us() < until)
        spin(f);
    happen(f, 1);
    expect_number(f, fd, &inbox, 0);
    felt_varlink_inbox_done(&inbox);
    close(fd);
}

/* More than the socket holds, but at no time more at once than the server says in a turn. */
static void fill_socket(struct fixture *f)
{
    for (int i = 0; i < 250; i++) {
        happen(f, 4);
        spin(f);
    }
}

static void a_follower_that_does_not_read_is_disconnected_and_the_others_are_served(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int deaf = client(f), good;

    begin(f, deaf, follow);
    fill_socket(f);
    expect_clients(f, 0);
    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    good = client(f);
    f->ready = f->first = 0;
    begin(f, good, follow);
    happen(f, 1);
    expect_number(f, good, &inbox, 0);
    felt_varlink_inbox_done(&inbox);
    close(deaf);
    close(good);
}

/* C-2.5 */
static void a_follower_that_reads_too_late_is_told_that_it_missed_some(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fd = client(f), n = 0;
    json_t *reply;

    begin(f, fd, follow);
    fill_socket(f);
    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    while ((reply = answer(f, fd, &inbox)) && !json_object_get(reply, "error")) {
        assert_int_equal(
            json_integer_value(json_object_get(json_object_get(reply, "parameters"), "n")), n++);
        json_decref(reply);
    }
    assert_non_null(reply);
    assert_string_equal(json_string_value(json_object_get(reply, "error")), "org.example.Missed");
    assert_in_range(n, 1, 999 - HELD);
    json_decref(reply);
    felt_varlink_inbox_done(&inbox);
    exchange(f, fd, count, "{\"parameters\":{\"n\":1}}");
    close(fd);
}

static void a_stream_keeps_its_place_before_idle_connections(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_inbox inbox;
    int fds[FELT_VARLINK_CLIENTS_MAX + 1];

    fds[0] = client(f); /* the oldest */
    begin(f, fds[0], follow);
    for (size_t i = 1; i < FELT_VARLINK_CLIENTS_MAX; i++) {
        fds[i] = client(f);
        expect_clients(f, i + 1);
    }
    fds[FELT_VARLINK_CLIENTS_MAX] = client(f);
    expect_hang_up(f, fds[1]);
    felt_varlink_inbox_init(&inbox, FELT_VARLINK_REPLY_MAX);
    happen(f, 1);
    expect_number(f, fds[0], &inbox, 0);
    felt_varlink_inbox_done(&inbox);
    for (size_t i = 0; i <= FELT_VARLINK_CLIENTS_MAX; i++) {
        if (i != 1)
            close(fds[i]);
    }
    expect_clients(f, 0);
}

static void followers_alone_do_not_lock_the_next_client_out(void **state)
{
    struct fixture *f = *state;
    int fds[FELT_VARLINK_CLIENTS_MAX], fd;

    for (size_t i = 0; i < FELT_VARLINK_CLIENTS_MAX; i++) {
        fds[i] = client(f);
        begin(f, fds[i], follow);
        expect_clients(f, i + 1);
    }
    fd = client(f);
    exchange(f, fd, count, "{\"parameters\":{\"n\":1}}");
    close(fd);
    for (size_t i = 0; i < FELT_VARLINK_CLIENTS_MAX; i++)
        close(fds[i]);
    expect_clients(f, 0);
}

static void a_oneway_stream_is_none(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    say(f, fd, "{\"method\":\"org.example.Follow\",\"more\":true,\"oneway\":true}");
    happen(f, 1);
    exchange(f, fd, count, "{\"parameters\":{\"n\":1}}");
    close(fd);
}

int main(void)
{
#define WITH(f, set_up) cmocka_unit_test_setup_teardown(f, set_up, teardown)
    const struct CMUnitTest tests[] = {
        WITH(answers_come_as_they_happen_to_all_who_follow, setup),
        WITH(a_stream_begins_where_it_is_told_to, setup),
        WITH(a_stream_without_more_or_with_a_wrong_parameter_is_an_error, setup),
        WITH(other_methods_do_not_mind_more, setup),
        WITH(what_is_asked_behind_a_stream_waits_for_its_end, setup),
        WITH(a_follower_that_has_said_all_still_hears, setup),
        WITH(a_follower_that_goes_away_is_forgotten_though_nothing_happens, setup),
        WITH(a_quiet_stream_is_not_hurried, setup_impatient),
        WITH(a_follower_that_does_not_read_is_disconnected_and_the_others_are_served,
             setup_impatient),
        WITH(a_follower_that_reads_too_late_is_told_that_it_missed_some, setup),
        WITH(a_stream_keeps_its_place_before_idle_connections, setup),
        WITH(followers_alone_do_not_lock_the_next_client_out, setup),
        WITH(a_oneway_stream_is_none, setup),
    };

    return RUN_TESTS(tests);
}
