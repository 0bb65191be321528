/* SPDX-License-Identifier: Apache-2.0 */
/* The program itself, run with a service that says what the test wants. */
#include "tests/unit/ctl/run_feltctl.h"

#include <jansson.h>

#include "base/idiom.h"

static const char status_reply[] =
    "{\"parameters\":{\"node\":{\"name\":\"h1\",\"id\":\"0123456789\"},\"ready\":true}}";

static void text_is_for_people_and_json_the_reply_as_it_is(void **state)
{
    struct outcome o;
    json_t *got, *want = json_loads(status_reply, 0, NULL);

    puppet_says(*state, status_reply);
    o = ask(*state, "status");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "node      h1 (01234567)");
    expect_in(o.out, "\nready     yes\n");
    o = ask(*state, "-o json status");
    assert_int_equal(o.code, 0);
    got = json_loads(o.out, 0, NULL);
    assert_true(json_equal(got, json_object_get(want, "parameters")));
    json_decref(got);
    json_decref(want);
}

static void the_format_may_come_behind_the_command(void **state)
{
    static const char *const spellings[] = {"status -o json", "status --output json",
                                            "status --output=json", "-ojson status"};

    puppet_says(*state, status_reply);
    for (size_t i = 0; i < FELT_ARRAY_LEN(spellings); i++) {
        struct outcome o = ask(*state, spellings[i]);

        assert_int_equal(o.code, 0);
        assert_int_equal(o.out[0], '{');
    }
}

static void the_socket_comes_from_the_environment_unless_it_is_named(void **state)
{
    struct puppet *p = *state;
    char environment[256];

    puppet_says(p, status_reply);
    snprintf(environment, sizeof(environment), "FELTD_CONTROL_SOCKET=%s", p->path);
    assert_int_equal(run(p, environment, "status").code, 0);
    assert_int_equal(run(p, environment, "--control-socket /nonexistent/sock status").code, 3);
}

static void where_feltd_is_not_the_exit_code_is_3_with_socket_and_advice(void **state)
{
    struct puppet *p = *state;
    struct outcome o = ask(p, "members");

    assert_int_equal(o.code, 3);
    assert_string_equal(o.out, "");
    expect_in(o.err, p->path);
    expect_in(o.err, "is feltd running?");
}

static void a_refusal_has_the_exit_code_1_and_plain_words(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"error\":\"io.felt.NotInCluster\"}");
    o = ask(*state, "token");
    assert_int_equal(o.code, 1);
    assert_string_equal(o.out, "");
    expect_in(o.err, "feltctl: this node is not in a cluster yet");
}

static void a_token_is_all_that_a_script_sees(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"token\":\"felt1-abc\",\"seeds\":[],\"expires\":1}}");
    o = ask(*state, "token --expires 15m --seed 192.0.2.1");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "felt1-abc\n");
    assert_string_equal(o.err, "");
}

static void a_leave_that_is_refused_says_why(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"error\":\"io.felt.NobodyToGiveTo\"}");
    o = ask(*state, "leave");
    assert_int_equal(o.code, 1);
    assert_string_equal(o.out, "");
    expect_in(o.err, "feltctl: no other member is alive that could take over");
}

static void a_leave_waits_until_feltd_knows_whether_others_are_there(void **state)
{
    struct outcome o;

    puppet_says_first(*state, 3, "{\"error\":\"io.felt.NotConfirmed\"}",
                      "{\"error\":\"io.felt.NobodyToGiveTo\"}");
    o = ask(*state, "leave");
    assert_int_equal(o.code, 1);
    assert_string_equal(o.out, "");
    expect_in(o.err, "feltctl: feltd has just started or misses members, and waits until it knows");
    expect_in(o.err, "feltctl: no other member is alive that could take over");
}

/* The puppet says the same to Reserve and to GetSaved. */
static void a_reservation_is_done_when_it_is_saved_and_says_what_the_node_runs_with(void **state)
{
    struct outcome o;

    puppet_says(*state, "{\"parameters\":{\"subnet\":\"10.1.5.0/24\",\"lease\":null,\"save\":7}}");
    o = ask(*state, "reserve node-7 10.1.5.0/24");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "10.1.5.0/24 is reserved for node-7\n");
    puppet_stop(*state);
    puppet_says(*state, "{\"parameters\":{\"subnet\":\"10.1.5.0/24\",\"lease\":\"10.1.9.0/24\","
                        "\"save\":7,\"whom\":\"node-7\"}}");
    o = ask(*state, "reserve node-7 10.1.5.0/24");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "it runs with 10.1.9.0/24 now");
    o = ask(*state, "unreserve 10.1.5.0/24");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "10.1.5.0/24 is not reserved any more; it was for node-7\n");
    o = ask(*state, "unreserve -o json 10.1.5.0/24");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "\"save\": 7");
    puppet_stop(*state);
    puppet_says(*state, "{\"error\":\"io.felt.CannotReserve\",\"parameters\":"
                        "{\"reason\":\"10.1.5.0/24 is not reserved\"}}");
    o = ask(*state, "unreserve 10.1.5.0/24");
    assert_int_equal(o.code, 1);
    assert_string_equal(o.err, "feltctl: 10.1.5.0/24 is not reserved\n");
}

#define ORDER "{\"parameters\":{\"orders\":[{\"node\":\"ff\",\"name\":\"h2\",\"slots\":3,"

/* The same reply to Reclaim and to ListReclaims. */
static void what_is_reclaimed_is_told_with_its_heir(void **state)
{
    struct outcome o;

    puppet_says(*state, ORDER "\"outcome\":\"done\",\"reclaimed\":85,\"heir_name\":\"h1\"}]}}");
    o = ask(*state, "reclaim h2");
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, "h2: 85 subnets reclaimed; they are h1's now\n");
    assert_string_equal(o.err, "");
    o = ask(*state, "reclaim h2 --force --yes -o json");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "\"reclaimed\": 85");
}

static void what_is_not_reclaimed_is_told_with_the_reason(void **state)
{
    static const struct {
        const char *reply, *want;
    } cases[] = {
        {ORDER "\"outcome\":\"heard\",\"objector\":\"h3\"}]}}",
         "h2: not reclaimed: h3 does not agree"},
        {ORDER "\"outcome\":\"back\"}]}}", "h2: not reclaimed: it is alive again"},
        {ORDER "\"outcome\":\"undecided\"}]}}", "more than half of all subnets have not answered"},
        {ORDER "\"outcome\":null}]}}", "feltd was started again meanwhile"},
        {"{\"error\":\"io.felt.CannotReclaim\",\"parameters\":{\"reason\":\"h2 is alive\"}}",
         "feltctl: h2 is alive\n"},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct outcome o;

        puppet_says(*state, cases[i].reply);
        o = ask(*state, "reclaim h2");
        assert_int_equal(o.code, 1);
        assert_string_equal(o.out, "");
        expect_in(o.err, cases[i].want);
        puppet_stop(*state);
    }
}

static void force_says_what_it_risks_and_needs_a_yes(void **state)
{
    struct outcome o;

    puppet_says(*state, ORDER "\"outcome\":null}]}}");
    o = ask(*state, "reclaim h2 --force");
    assert_int_equal(o.code, 1);
    assert_string_equal(o.out, "");
    expect_in(o.err, "3 subnets of h2\nbecome this node's");
    expect_in(o.err, "some of them lose their subnets");
    expect_in(o.err, "say --yes");
}

static void every_wrong_usage_has_the_exit_code_2_and_points_to_the_help(void **state)
{
    static const struct {
        const char *arguments;
        const char *want;
    } bad[] = {
        {"", "a command is missing"},
        {"nonsense", "nonsense: there is no such command"},
        {"status more", "unexpected argument 'more'"},
        {"-o xml status", "-o: 'xml' is neither text nor json"},
        {"--nonsense status", "--nonsense"},
        {"status --expires 1h", "--expires belongs to the command token"},
        {"leave --yes", "--yes belongs to the command join"},
        {"reserve", "reserve: an argument is missing"},
        {"reserve node-7", "reserve: an argument is missing"},
        {"unreserve", "unreserve: its argument is missing"},
        {"reserve a b c", "unexpected argument 'c'"},
        {"leave --force", "--force belongs to the command reclaim"},
        {"reclaim", "reclaim: its argument is missing"},
        {"reclaim 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "unexpected argument '17'"},
        {"token --expires 5", "--expires: '5' is not a duration"},
        {"token --seed 1.2.3", "--seed: '1.2.3' is not HOST[:PORT]"},
        {"token --seed", "--seed"},
        {"--control-socket= status", "--control-socket: the path is empty"},
        {"token --seed 1.1.1.1 --seed 1.1.1.1 --seed 1.1.1.1 --seed 1.1.1.1 --seed 1.1.1.1 "
         "--seed 1.1.1.1 --seed 1.1.1.1 --seed 1.1.1.1 --seed 1.1.1.1",
         "--seed: more than 8"},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        struct outcome o = run(*state, "", bad[i].arguments);

        if (o.code != 2)
            fail_msg("'%s' ends with %d", bad[i].arguments, o.code);
        assert_string_equal(o.out, "");
        expect_in(o.err, bad[i].want);
        expect_in(o.err, "see 'feltctl --help'");
    }
}

static void help_and_version_need_no_feltd(void **state)
{
    struct outcome o;

    o = run(*state, "", "--help");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "Usage: feltctl");
    assert_string_equal(run(*state, "", "help").out, o.out);
    o = run(*state, "", "--version");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "feltctl ");
    o = ask(*state, "version");
    assert_int_equal(o.code, 0);
    expect_in(o.out, "feltd not reachable\n");
    puppet_says(*state, "{\"parameters\":{\"version\":\"9.9\"}}");
    o = ask(*state, "version");
    expect_in(o.out, "\nfeltd 9.9\n");
    o = ask(*state, "version -o json");
    expect_in(o.out, "\"feltd\": \"9.9\"");
}

static void output_that_cannot_be_written_is_a_failure(void **state)
{
    struct puppet *p = *state;
    struct outcome o = run(p, "sh -c 'exec \"$0\" --help >/dev/full'", "");

    assert_int_equal(o.code, 1);
    expect_in(o.err, "cannot write the output");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUPPET_TEST(text_is_for_people_and_json_the_reply_as_it_is),
        PUPPET_TEST(the_format_may_come_behind_the_command),
        PUPPET_TEST(the_socket_comes_from_the_environment_unless_it_is_named),
        PUPPET_TEST(where_feltd_is_not_the_exit_code_is_3_with_socket_and_advice),
        PUPPET_TEST(a_refusal_has_the_exit_code_1_and_plain_words),
        PUPPET_TEST(a_token_is_all_that_a_script_sees),
        PUPPET_TEST(a_leave_that_is_refused_says_why),
        PUPPET_TEST(a_leave_waits_until_feltd_knows_whether_others_are_there),
        PUPPET_TEST(a_reservation_is_done_when_it_is_saved_and_says_what_the_node_runs_with),
        PUPPET_TEST(what_is_reclaimed_is_told_with_its_heir),
        PUPPET_TEST(what_is_not_reclaimed_is_told_with_the_reason),
        PUPPET_TEST(force_says_what_it_risks_and_needs_a_yes),
        PUPPET_TEST(every_wrong_usage_has_the_exit_code_2_and_points_to_the_help),
        PUPPET_TEST(help_and_version_need_no_feltd),
        PUPPET_TEST(output_that_cannot_be_written_is_a_failure),
    };

    return RUN_TESTS(tests);
}
