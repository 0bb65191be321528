/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>

#include "agent/methods.h"
#include "node/view.h"

/* Events are the log's, whatever the node is. */
void felt_node_self(const struct felt_node *node _unused_, struct felt_self_view *ret_view _unused_)
{
    fail();
}

bool felt_node_next_member(const struct felt_node *node _unused_, felt_usec now _unused_,
                           uint32_t *i _unused_, struct felt_member_view *ret_view _unused_)
{
    fail();
    return false;
}

struct fixture {
    struct felt_chronicle *chronicle;
    struct felt_methods_context context;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f || felt_chronicle_new(&f->chronicle) < 0)
        return -1;
    f->context.chronicle = f->chronicle;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    felt_chronicle_free(f->chronicle);
    free(f);
    return 0;
}

static void add(struct fixture *f, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        felt_chronicle_add(f->chronicle, 1000, FELT_LOG_NOTICE, NULL, "kernel: something");
}

/* {"after": after}, or nothing for a negative one. */
static json_t *after(int number)
{
    return number < 0 ? NULL : json_pack("{s:i}", "after", number);
}

static void expect_list(struct fixture *f, int number, int first, size_t n)
{
    struct felt_varlink_answer answer = {0};
    json_t *parameters = after(number), *events;

    felt_methods_list_events(&f->context, parameters, &answer);
    assert_null(answer.error);
    events = json_object_get(answer.parameters, "events");
    assert_int_equal(json_array_size(events), n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(json_integer_value(json_object_get(json_array_get(events, i), "number")),
                         first + (int)i);
    json_decref(answer.parameters);
    json_decref(parameters);
}

static void an_event_has_all_that_the_interface_names(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer = {0};
    json_t *want;

    felt_chronicle_add(f->chronicle, 1000, FELT_LOG_WARNING, "member_dead",
                       "gossip: member is dead peer=0a1b2c3d name=h2");
    want =
        json_pack("{s:[{s:i, s:i, s:s, s:s, s:s, s:s, s:n, s:s}]}", "events", "number", 1,
                  "time_us", 1000, "level", "warning", "kind", "member_dead", "peer", "0a1b2c3d",
                  "name", "h2", "subnet", "text", "gossip: member is dead peer=0a1b2c3d name=h2");
    felt_methods_list_events(&f->context, NULL, &answer);
    assert_true(json_equal(answer.parameters, want));
    json_decref(answer.parameters);
    json_decref(want);
}

static void the_list_is_what_is_held_behind_a_number(void **state)
{
    struct fixture *f = *state;

    expect_list(f, -1, 0, 0);
    add(f, 5);
    expect_list(f, -1, 1, 5);
    expect_list(f, 0, 1, 5);
    expect_list(f, 3, 4, 2);
    expect_list(f, 5, 0, 0);
}

static void a_number_of_an_earlier_life_is_as_good_as_none(void **state)
{
    struct fixture *f = *state;

    add(f, 5);
    expect_list(f, 6, 1, 5);
    expect_list(f, 1000000, 1, 5);
    add(f, FELT_CHRONICLE_ENTRIES);
    expect_list(f, 1, 6, FELT_CHRONICLE_ENTRIES);
    expect_list(f, 5, 6, FELT_CHRONICLE_ENTRIES);
    expect_list(f, 6, 7, FELT_CHRONICLE_ENTRIES - 1);
}

static void what_is_no_number_is_refused_by_both(void **state)
{
    static const char *const bad[] = {"{\"after\":-1}", "{\"after\":\"1\"}", "{\"after\":1.5}"};
    struct fixture *f = *state;

    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        json_t *parameters = json_loads(bad[i], 0, NULL);

        for (int k = 0; k < 2; k++) {
            struct felt_varlink_answer answer = {0};

            (k == 0 ? felt_methods_list_events : felt_methods_subscribe)(&f->context, parameters,
                                                                         &answer);
            assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
            json_decref(answer.parameters);
        }
        json_decref(parameters);
    }
}

static void a_stream_begins_with_what_comes_or_behind_a_number(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer = {0};
    json_t *parameters = after(2);

    add(f, 5);
    felt_methods_subscribe(&f->context, NULL, &answer);
    assert_int_equal(answer.cursor, 6);
    felt_methods_subscribe(&f->context, parameters, &answer);
    assert_int_equal(answer.cursor, 3);
    json_decref(parameters);
}

static void a_stream_gives_one_event_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer = {0};
    uint64_t cursor = 1;

    assert_false(felt_methods_next_event(&f->context, &cursor, &answer));
    add(f, 2);
    for (int n = 1; n <= 2; n++) {
        assert_true(felt_methods_next_event(&f->context, &cursor, &answer));
        assert_null(answer.error);
        assert_int_equal(json_integer_value(json_object_get(
                             json_object_get(answer.parameters, "event"), "number")),
                         n);
        json_decref(answer.parameters);
    }
    assert_false(felt_methods_next_event(&f->context, &cursor, &answer));
    assert_int_equal(cursor, 3);
}

static void who_is_further_behind_than_what_is_held_has_missed_some(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer = {0};
    uint64_t cursor = 2;

    add(f, FELT_CHRONICLE_ENTRIES + 1); /* holds from 2 on */
    assert_true(felt_methods_next_event(&f->context, &cursor, &answer));
    assert_null(answer.error);
    json_decref(answer.parameters);
    add(f, 4); /* from 6 on, and 3 comes next */
    answer = (struct felt_varlink_answer){0};
    assert_true(felt_methods_next_event(&f->context, &cursor, &answer));
    assert_string_equal(answer.error, "io.felt.TooSlow");
    assert_int_equal(json_integer_value(json_object_get(answer.parameters, "missed")), 3);
    json_decref(answer.parameters);
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(an_event_has_all_that_the_interface_names),
        WITH(the_list_is_what_is_held_behind_a_number),
        WITH(a_number_of_an_earlier_life_is_as_good_as_none),
        WITH(what_is_no_number_is_refused_by_both),
        WITH(a_stream_begins_with_what_comes_or_behind_a_number),
        WITH(a_stream_gives_one_event_at_a_time),
        WITH(who_is_further_behind_than_what_is_held_has_missed_some),
    };

    return RUN_TESTS(tests);
}
