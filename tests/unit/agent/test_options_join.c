/* SPDX-License-Identifier: Apache-2.0 */
/* Options that say which cluster: seeds, tokens, founding alone or with others. */
#include "tests/unit/test.h"

#include <stdio.h>

#include "tests/unit/agent/options_parse.h"

static void joining_and_founding_exclude_each_other(void **state)
{
    (void)state;
    refused(ARGS("--join=a", "--network=10.0.0.0/8"), NO_ENV,
            "--join and --network exclude each other");
    refused(ARGS("--backend=vxlan", "--join=a"), NO_ENV, "--join and --backend exclude each other");
    refused(ARGS("--join=a", "--net-config-path=/x"), NO_ENV,
            "--join and --net-config-path exclude each other");
    refused(ARGS("--join=a", "--reservations=/x"), NO_ENV,
            "--join and --reservations exclude each other");
    refused(ARGS("--join=a", "--lease-time=7d"), NO_ENV,
            "--join and --lease-time exclude each other");
    refused(ARGS("--join=a"), ENV("FELTD_NETWORK=10.0.0.0/8"),
            "--join and FELTD_NETWORK exclude each other");
    refused(ARGS("--net-config-path=/x", "--backend=vxlan"), NO_ENV,
            "--net-config-path and --backend exclude each other");
}

static void as_many_seeds_as_allowed_are_taken_and_one_more_is_not(void **state)
{
    char *argv[2 * (FELT_SEEDS_MAX + 1) + 2] = {"feltd"};
    struct felt_options o;

    (void)state;
    for (size_t i = 0; i <= FELT_SEEDS_MAX; i++) {
        argv[1 + 2 * i] = "--join";
        argv[2 + 2 * i] = "host";
    }
    refused(argv, NO_ENV, "--join: more than 16 seeds");
    argv[1 + 2 * FELT_SEEDS_MAX] = NULL;
    o = parsed(argv, NO_ENV);
    assert_int_equal(o.n_seeds, FELT_SEEDS_MAX);
    assert_string_equal(o.seeds[0].host, "host");
    assert_int_equal(o.seeds[0].port, FELT_PORT);
}

static void make_token(char *text)
{
    struct felt_token token = {.n_seeds = 1};

    memset(token.key.secret, 7, sizeof(token.key.secret));
    assert_int_equal(felt_endpoint_parse("192.0.2.1:8470", 0, &token.seeds[0]), 0);
    felt_token_format(&token, text);
}

static void who_founds_with_others_may_join_and_found_and_needs_to_know_where_they_are(void **state)
{
    char token[FELT_TOKEN_TEXT_MAX];
    struct felt_options o;

    (void)state;
    o = parsed(ARGS("--bootstrap-expect=3", "--join=a", "--join=b", "--network=10.0.0.0/8"),
               NO_ENV);
    assert_int_equal(o.bootstrap_expect, 3);
    assert_int_equal(o.n_seeds, 2);
    assert_int_equal(parsed(ARGS("--bootstrap-expect=1"), NO_ENV).bootstrap_expect, 1);
    assert_int_equal(parsed(ARGS("--bootstrap-expect=16", "--join=a"), NO_ENV).bootstrap_expect,
                     FELT_EXPECT_MAX);
    assert_int_equal(parsed(NO_ARGS, NO_ENV).bootstrap_expect, 0);
    refused(ARGS("--bootstrap-expect=3"), NO_ENV, "--bootstrap-expect needs --join HOST");
    make_token(token);
    refused(ARGS("--bootstrap-expect=3", "--join", token), NO_ENV,
            "--bootstrap-expect and a token exclude each other");
    refused(ARGS("--bootstrap-expect=0", "--join=a"), NO_ENV,
            "--bootstrap-expect: '0' is not a number of machines from 1 to 16");
    refused(ARGS("--bootstrap-expect=17", "--join=a"), NO_ENV,
            "--bootstrap-expect: '17' is not a number of machines from 1 to 16");
    refused(ARGS("--bootstrap-expect=3x", "--join=a"), NO_ENV,
            "--bootstrap-expect: '3x' is not a number of machines from 1 to 16");
    refused(ARGS("--bootstrap-expect=+3", "--join=a"), NO_ENV,
            "--bootstrap-expect: '+3' is not a number of machines from 1 to 16");
}

static void a_token_is_taken_whole_beside_seeds(void **state)
{
    char text[FELT_TOKEN_TEXT_MAX], variable[FELT_TOKEN_TEXT_MAX + 32];
    struct felt_options o;

    (void)state;
    make_token(text);
    o = parsed(ARGS("--join", text, "--join", "h"), NO_ENV);
    assert_string_equal(o.token, text);
    assert_int_equal(o.n_seeds, 1);
    snprintf(variable, sizeof(variable), "FELTD_JOIN=%s,h", text);
    o = parsed(NO_ARGS, ENV(variable));
    assert_string_equal(o.token, text);
    refused(ARGS("--join", text, "--join", text), NO_ENV, "--join: a second token");
}

static void tokens_are_wiped_from_the_arguments_and_nothing_else_is(void **state)
{
    char name[] = "feltd", plain[] = "--join", host[] = "192.0.2.1", both[] = "--join=felt1-secret",
         alone[] = "felt1-abc", empty[] = "felt1-";
    char *argv[] = {name, plain, host, both, alone, empty, NULL};

    (void)state;
    felt_options_hide_tokens(6, argv);
    assert_string_equal(name, "feltd");
    assert_string_equal(plain, "--join");
    assert_string_equal(host, "192.0.2.1");
    assert_string_equal(both, "--join=felt1-xxxxxx");
    assert_string_equal(alone, "felt1-xxx");
    assert_string_equal(empty, "felt1-");
}

static void a_damaged_token_is_refused_and_never_shown(void **state)
{
    char text[FELT_TOKEN_TEXT_MAX];

    (void)state;
    make_token(text);
    text[20] ^= 1;
    refused(ARGS("--join", text), NO_ENV, "--join: the token is damaged");
    assert_null(strstr(error.text, text + 8));
    refused(ARGS(text), NO_ENV, "unexpected argument: a token belongs behind --join");
    assert_null(strstr(error.text, text + 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joining_and_founding_exclude_each_other),
        cmocka_unit_test(as_many_seeds_as_allowed_are_taken_and_one_more_is_not),
        cmocka_unit_test(
            who_founds_with_others_may_join_and_found_and_needs_to_know_where_they_are),
        cmocka_unit_test(a_token_is_taken_whole_beside_seeds),
        cmocka_unit_test(tokens_are_wiped_from_the_arguments_and_nothing_else_is),
        cmocka_unit_test(a_damaged_token_is_refused_and_never_shown),
    };

    return RUN_TESTS(tests);
}
