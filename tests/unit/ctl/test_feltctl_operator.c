/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of somebody who looks for what is wrong. */
#include "tests/unit/ctl/run_feltctl.h"

#include <jansson.h>

#include "base/idiom.h"

static void events_are_lines_and_the_reply_as_json(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"events\":[{\"time_us\":1000000,\"text\":\"a: b\"}]}}");
    o = ask(*state, "events");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "1970-01-01 0");
    expect_in(o.out, ":01 a: b\n");
    o = ask(*state, "events -o json");
    assert_int_equal(o.out[0], '{');
}

static void a_follower_prints_what_comes_until_feltd_is_gone(void **state)
{
    static const char stream[] =
        "{\"parameters\":{\"event\":{\"number\":1,\"text\":\"a: b\"}},\"continues\":true}\0"
        "{\"parameters\":{\"event\":{\"number\":2,\"text\":\"c: d\"}},\"continues\":true}";
    struct outcome o;

    puppet_start(*state, stream, sizeof(stream), PUPPET_HANGS_UP);
    o = ask(*state, "events --follow");
    assert_string_equal(o.out, "- a: b\n- c: d\n");
    assert_int_equal(o.code, 3);
    expect_in(o.err, "cannot reach feltd");
    o = ask(*state, "events -f -o json");
    assert_string_equal(o.out,
                        "{\"number\":1,\"text\":\"a: b\"}\n{\"number\":2,\"text\":\"c: d\"}\n");
}

static void a_follower_that_was_too_slow_is_told(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"error\":\"io.felt.TooSlow\",\"parameters\":{\"missed\":7}}");
    o = ask(*state, "events --follow");
    assert_int_equal(o.code, 1);
    expect_in(o.err, "too slow");
}

static void who_may_not_is_told_what_it_needs(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"error\":\"org.varlink.service.PermissionDenied\"}");
    o = ask(*state, "log-level debug");
    assert_int_equal(o.code, 1);
    expect_in(o.err, "needs root, or membership of the group felt-admin");
}

static void the_log_level_is_a_word(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"level\":\"notice\"}}");
    o = ask(*state, "log-level");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "notice\n");
    o = ask(*state, "log-level info");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "");
}

static void a_level_that_feltd_does_not_know_is_named(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":"
                        "{\"parameter\":\"level\"}}");
    o = ask(*state, "log-level loud");
    assert_int_equal(o.code, 1);
    expect_in(o.err, "error, warning, notice, info or debug");
}

static void the_configuration_is_shown_as_it_was_given(void **state)
{
    struct outcome o;

    puppet_says(
        *state,
        "{\"parameters\":{\"network\":{\"config\":\"{\\\"Network\\\":\\\"10.1.0.0/16\\\"}\"}}}");
    o = ask(*state, "config show");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "{\n  \"Network\": \"10.1.0.0/16\"\n}\n");
}

static void what_waits_and_the_lease_time_are_beside_the_configuration(void **state)
{
    struct outcome o;

    puppet_says(*state,
                "{\"parameters\":{\"cluster\":{\"lease_time_s\":604800},\"network\":{\"config\":"
                "\"{\\\"Network\\\":\\\"10.1.0.0/16\\\"}\",\"pending\":[{\"key\":\"Backend.Type\","
                "\"value\":\"host-gw\",\"running\":\"vxlan\"}]}}}");
    o = ask(*state, "config show");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "{\n  \"Network\": \"10.1.0.0/16\"\n}\n");
    assert_string_equal(o.err, "feltctl: LeaseTime is 7d\n"
                               "feltctl: Backend.Type is vxlan here until feltd is restarted\n");
    o = ask(*state, "config show -o json");
    expect_in(o.out, "\"lease_time_s\": 604800");
    expect_in(o.out, "\"running\": \"vxlan\"");
    assert_string_equal(o.err, "");
}

static void what_is_set_is_said_and_when_it_counts(void **state)
{
    static const char reply[] =
        "{\"parameters\":{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"7d\"},"
        "{\"key\":\"Backend.Type\",\"value\":\"host-gw\"}],\"restart\":true,\"save\":7}}";
    struct outcome o;

    puppet_says(*state, reply);
    o = ask(*state, "config set LeaseTime=7d type=host-gw");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "LeaseTime is 7d, on every node at once\n"
                               "Backend.Type is host-gw\n"
                               "each machine takes what is of the backend when its feltd is "
                               "restarted: one after the other\n");
    o = ask(*state, "config set --dry-run LeaseTime=7d");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "LeaseTime would be 7d");
}

static void why_it_cannot_be_set_is_said(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"error\":\"io.felt.CannotSetConfig\",\"parameters\":"
                        "{\"reason\":\"Network is settled\"}}");
    o = ask(*state, "config set Network=10.0.0.0/8");
    assert_int_equal(o.code, 1);
    expect_in(o.err, "feltctl: Network is settled");
}

static void before_it_is_known_there_is_none_to_show(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"network\":null}}");
    o = ask(*state, "config show");
    assert_int_equal(o.code, 1);
    expect_in(o.err, "does not know its network yet");
}

static void what_is_no_command_of_config_or_keys_is_a_mistake_of_usage(void **state)
{
    static const char *const wrong[] = {
        "config",       "config change",   "config show x", "config set",
        "config set x", "config set =x",   "keys turn",     "keys remove",
        "keys list x",  "keys --grace 1h", "keys rotate x", "keys rotate --grace never"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++)
        assert_int_equal(ask(*state, wrong[i]).code, 2);
}

static void keys_are_a_table(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"keys\":[{\"id\":\"9c07a1f2\",\"seals\":true},"
                        "{\"id\":\"00112233\",\"seals\":false}]}}");
    o = ask(*state, "keys");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "KEY       USE\n9c07a1f2  seals and opens\n00112233  opens\n");
}

static void a_rotation_says_for_whom_it_waits(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"keys\":[{\"id\":\"9c07a1f2\",\"seals\":true,"
                        "\"accepted_for_s\":null},{\"id\":\"00112233\",\"seals\":false,"
                        "\"accepted_for_s\":7200}],\"rotation\":{\"step\":\"used\",\"to\":"
                        "\"9c07a1f2\",\"waits_for\":[{\"id\":\"00\",\"name\":\"h3\","
                        "\"state\":\"dead\"}]}}}");
    o = ask(*state, "keys list");
    assert_int_equal(o.code, 0);
    assert_string_equal(
        o.out, "KEY       USE\n9c07a1f2  seals and opens\n00112233  opens, for 2h at most\n\n"
               "9c07a1f2 stays alone, once these have been heard to have it:\n"
               "MEMBER  STATE\nh3      dead\n");
}

static void explain_ends_with_4_where_something_is_wrong(void **state)
{
    struct outcome o;

    puppet_says(*state,
                "{\"parameters\":{\"network\":{\"network\":\"10.1.0.0/16\"},\"members\":[]}}");
    o = ask(*state, "explain 10.1.2.3");
    assert_int_equal(o.code, 4);
    expect_in(o.out, "wrong     no node leases that subnet");
    o = ask(*state, "explain 192.0.2.9");
    assert_int_equal(o.code, 0);
    o = ask(*state, "explain h2");
    assert_int_equal(o.code, 2);
    expect_in(o.err, "'h2' is no address");
    assert_int_equal(ask(*state, "explain").code, 2);
}

static void the_doctor_comes_without_feltd_too(void **state)
{
    struct outcome o = ask(*state, "doctor");

    assert_int_equal(o.code, 4);
    expect_in(o.out, "problem feltd           feltd does not answer");
    assert_string_equal(o.err, "");
}

static void a_watch_ends_after_so_many_looks(void **state)
{
    struct outcome o;

    puppet_says(*state,
                "{\"parameters\":{\"node\":{\"name\":\"h1\"},\"events\":[{\"text\":\"a: b\"}]}}");
    o = ask(*state, "watch --count 1");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "node      h1 (");
    expect_in(o.out, "\n- a: b\n");
    o = ask(*state, "watch --count 1 -o json");
    assert_string_equal(o.out, "{\"node\":{\"name\":\"h1\"},\"events\":[{\"text\":\"a: b\"}]}\n");
    assert_int_equal(ask(*state, "watch --count 0").code, 2);
    assert_int_equal(ask(*state, "watch --count 1x").code, 2);
    assert_int_equal(ask(*state, "watch --count 9999999999").code, 2);
    assert_int_equal(ask(*state, "status --count 1").code, 2);
    assert_int_equal(ask(*state, "status --follow").code, 2);
}

static void a_watch_of_nothing_is_no_watch(void **state)
{
    assert_int_equal(ask(*state, "watch").code, 3);
}

static void slots_are_a_map_and_stats_are_numbers(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"total\":2,\"owners\":[{\"node\":\"0102\"}],\"runs\":"
                        "[{\"first\":0,\"count\":2,\"owner\":0}],\"members\":{\"alive\":1}}}");
    o = ask(*state, "slots");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "\n0  aa\n");
    o = ask(*state, "stats");
    assert_string_equal(o.out, "members.alive             1\n");
    o = ask(*state, "stats -o json");
    assert_string_equal(o.out, "{\n  \"members.alive\": 1\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUPPET_TEST(events_are_lines_and_the_reply_as_json),
        PUPPET_TEST(a_follower_prints_what_comes_until_feltd_is_gone),
        PUPPET_TEST(a_follower_that_was_too_slow_is_told),
        PUPPET_TEST(who_may_not_is_told_what_it_needs),
        PUPPET_TEST(the_log_level_is_a_word),
        PUPPET_TEST(a_level_that_feltd_does_not_know_is_named),
        PUPPET_TEST(the_configuration_is_shown_as_it_was_given),
        PUPPET_TEST(what_waits_and_the_lease_time_are_beside_the_configuration),
        PUPPET_TEST(what_is_set_is_said_and_when_it_counts),
        PUPPET_TEST(why_it_cannot_be_set_is_said),
        PUPPET_TEST(before_it_is_known_there_is_none_to_show),
        PUPPET_TEST(what_is_no_command_of_config_or_keys_is_a_mistake_of_usage),
        PUPPET_TEST(keys_are_a_table),
        PUPPET_TEST(a_rotation_says_for_whom_it_waits),
        PUPPET_TEST(explain_ends_with_4_where_something_is_wrong),
        PUPPET_TEST(the_doctor_comes_without_feltd_too),
        PUPPET_TEST(a_watch_ends_after_so_many_looks),
        PUPPET_TEST(a_watch_of_nothing_is_no_watch),
        PUPPET_TEST(slots_are_a_map_and_stats_are_numbers),
    };

    return RUN_TESTS(tests);
}
