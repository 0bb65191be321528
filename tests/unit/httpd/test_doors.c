/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "httpd/doors.h"

#define N (2 * FELT_DOORS_MAX + 1)

struct scene {
    struct felt_doors doors;
    int ours[N], theirs[N];
};

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    for (size_t i = 0; s && i < N; i++) {
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        s->ours[i] = fds[0];
        s->theirs[i] = fds[1];
    }
    *state = s;
    return s ? 0 : -1;
}

static int tear_down(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < N; i++) {
        close(s->ours[i]);
        close(s->theirs[i]);
    }
    free(s);
    return 0;
}

/* The client sees the end. */
static bool is_shut(const struct scene *s, size_t i)
{
    char c;

    return read(s->theirs[i], &c, 1) == 0;
}

static void when_all_places_are_taken_the_oldest_gives_way(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < FELT_DOORS_MAX; i++)
        assert_true(felt_doors_open(&s->doors, s->ours[i], 100 + i));
    assert_false(is_shut(s, 0));
    assert_true(felt_doors_open(&s->doors, s->ours[FELT_DOORS_MAX], 1000));
    assert_true(is_shut(s, 0));
    assert_false(is_shut(s, 1));
    /* It is the next one's turn, also before the first one's end has been noticed. */
    assert_true(felt_doors_open(&s->doors, s->ours[FELT_DOORS_MAX + 1], 1000));
    assert_true(is_shut(s, 1));
    assert_false(is_shut(s, 2));
}

static void a_place_that_was_given_back_costs_nobody_his(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < FELT_DOORS_MAX; i++)
        assert_true(felt_doors_open(&s->doors, s->ours[i], 100));
    felt_doors_close(&s->doors, s->ours[5]);
    assert_true(felt_doors_open(&s->doors, s->ours[FELT_DOORS_MAX], 100));
    assert_false(is_shut(s, 0));
    felt_doors_close(&s->doors, -5); /* was never here */
    assert_int_equal(s->doors.n, FELT_DOORS_MAX);
}

static void there_is_an_end_to_those_whose_end_is_not_noticed(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < N - 1; i++)
        assert_true(felt_doors_open(&s->doors, s->ours[i], 100));
    assert_false(felt_doors_open(&s->doors, s->ours[N - 1], 100));
}

static void each_has_so_much_time_and_no_more(void **state)
{
    struct scene *s = *state;

    assert_true(felt_doors_tick(&s->doors, 5) == FELT_USEC_NEVER);
    assert_true(felt_doors_open(&s->doors, s->ours[0], 100));
    assert_true(felt_doors_open(&s->doors, s->ours[1], 300));
    assert_true(felt_doors_tick(&s->doors, 100) == FELT_DOORS_TIME);
    assert_true(felt_doors_tick(&s->doors, 99 + FELT_DOORS_TIME) == 1);
    assert_false(is_shut(s, 0));
    assert_true(felt_doors_tick(&s->doors, 100 + FELT_DOORS_TIME) == 200);
    assert_true(is_shut(s, 0));
    assert_false(is_shut(s, 1));
    assert_true(felt_doors_tick(&s->doors, 300 + FELT_DOORS_TIME) == FELT_USEC_NEVER);
    assert_true(is_shut(s, 1));
}

#define DOORS_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DOORS_TEST(when_all_places_are_taken_the_oldest_gives_way),
        DOORS_TEST(a_place_that_was_given_back_costs_nobody_his),
        DOORS_TEST(there_is_an_end_to_those_whose_end_is_not_noticed),
        DOORS_TEST(each_has_so_much_time_and_no_more),
    };

    return RUN_TESTS(tests);
}
