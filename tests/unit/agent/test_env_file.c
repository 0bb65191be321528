/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "agent/env_file.h"
#include "tests/unit/agent/scratch.h"

/* All variables, with ' | ' between them. */
static const char *parsed(const char *text)
{
    static char joined[1024];
    struct felt_options_error error;
    struct felt_env_file file;
    char *copy = strdup(text);

    if (felt_env_file_parse("f", copy, &file, &error) < 0)
        fail_msg("%s", error.text);
    free(copy);
    joined[0] = '\0';
    for (size_t i = 0; i < file.n; i++)
        sprintf(joined + strlen(joined), "%s%s", i > 0 ? " | " : "", file.variables[i]);
    felt_env_file_done(&file);
    return joined;
}

static void assert_refused(const char *text, const char *says)
{
    struct felt_options_error error;
    struct felt_env_file file;
    char *copy = strdup(text);

    assert_int_equal(felt_env_file_parse("f", copy, &file, &error), -EINVAL);
    free(copy);
    if (!strstr(error.text, says))
        fail_msg("got '%s', want '%s'", error.text, says);
}

static void lines_are_variables_and_comments(void **state)
{
    (void)state;
    assert_string_equal(parsed(""), "");
    assert_string_equal(parsed("# a comment\n;another\n\n  A=1\nB_2=x=y "), "A=1 | B_2=x=y");
}

static void quotes_are_taken_away_and_the_last_of_two_counts(void **state)
{
    (void)state;
    assert_string_equal(parsed("A=\"x y\"\r\nB='z'\nC=\nA=2\n"), "C= | B=z | A=2");
    assert_string_equal(parsed("A=it's\n"), "A=it's");
}

static void a_wrapped_value_is_named_with_its_line(void **state)
{
    (void)state;
    assert_refused("A=1\nB=\"x,\ny\"\n", "f:2: B: the quote is not closed; was it wrapped?");
    assert_refused("FELTD_JOIN=192.0.2.1,\n192.0.2.2\n",
                   "f:1: the value ends where more should come");
    assert_refused("FELTD_JOIN=192.0.2.1\n,192.0.2.2\n",
                   "f:2: this is no KEY=VALUE; was the value of the line before wrapped?");
    assert_refused("A=1 \\\n--more\n", "f:1: the value ends where more should come");
    assert_refused("1A=1\n", "f:1: this is no KEY=VALUE");
    assert_refused("export A=1\n", "f:1: this is no KEY=VALUE");
}

static void the_environment_wins_but_not_by_an_empty_variable(void **state)
{
    struct scratch *s = *state;
    char named[200];
    char *argv[] = {"feltd", "--env-file", NULL, NULL};
    char *envp[] = {"A=env", "B=", "D=4", NULL};
    struct felt_options_error error;
    struct felt_env_file file;

    scratch_write(scratch_path(s, "e"), "A=file\nB=file\nC=file\n");
    strcpy(named, s->path);
    argv[2] = named;
    assert_int_equal(felt_env_file_load(argv, envp, &file, &error), 0);
    assert_int_equal(file.n, 4);
    assert_null(file.variables[4]);
    for (size_t i = 0; i < file.n; i++)
        assert_true(
            strcmp(file.variables[i], "A=env") == 0 || strcmp(file.variables[i], "B=file") == 0 ||
            strcmp(file.variables[i], "C=file") == 0 || strcmp(file.variables[i], "D=4") == 0);
    felt_env_file_done(&file);
}

static void only_a_file_that_was_named_must_be_there(void **state)
{
    char *by_option[] = {"feltd", "-env-file=/nonexistent/e", NULL};
    char *by_default[] = {"feltd", NULL};
    char *by_variable[] = {"FELTD_ENV_FILE=/nonexistent/v", NULL};
    char *none[] = {NULL};
    struct felt_options_error error;
    struct felt_env_file file;

    (void)state;
    assert_int_equal(felt_env_file_load(by_option, none, &file, &error), -EINVAL);
    assert_non_null(strstr(error.text, "--env-file /nonexistent/e: No such file"));
    assert_int_equal(felt_env_file_load(by_default, by_variable, &file, &error), -EINVAL);
    assert_non_null(strstr(error.text, "--env-file /nonexistent/v: No such file"));
    assert_int_equal(felt_env_file_load(by_default, none, &file, &error), 0);
    felt_env_file_done(&file);
}

static struct felt_options options(const char *a, const char *b)
{
    char *argv[] = {"feltd", (char *)a, (char *)b, NULL}, *envp[] = {NULL};
    struct felt_options_error error;
    struct felt_options o;

    if (felt_options_parse(b ? 3 : 2, argv, envp, "h", &o, &error) < 0)
        fail_msg("%s", error.text);
    return o;
}

static void what_was_given_otherwise_is_named_until_it_is_taken(void **state)
{
    struct felt_options old = options("--ip-masq", "--log-level=info"),
                        next = options("--log-level=debug", "--iface=eth1");
    const char *names[8];

    (void)state;
    assert_int_equal(felt_options_differences(&old, &old, names, 8), 0);
    assert_int_equal(felt_options_differences(&old, &next, names, 8), 3);
    assert_string_equal(names[0], "iface");
    assert_string_equal(names[1], "ip-masq");
    assert_string_equal(names[2], "log-level");
    assert_int_equal(felt_options_differences(&old, &next, names, 1), 1);
    felt_options_took(&old, &next, "ip-masq");
    assert_int_equal(felt_options_differences(&old, &next, names, 8), 2);
}

/* Two values of a list are not one value of both. */
static void a_list_is_told_from_its_parts(void **state)
{
    struct felt_options one = options("--iface=ab", NULL), two = options("--iface=a", "--iface=b");
    const char *names[8];

    (void)state;
    assert_int_equal(felt_options_differences(&one, &two, names, 8), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_variables_and_comments),
        cmocka_unit_test(quotes_are_taken_away_and_the_last_of_two_counts),
        cmocka_unit_test(a_wrapped_value_is_named_with_its_line),
        SCRATCH_TEST(the_environment_wins_but_not_by_an_empty_variable),
        cmocka_unit_test(only_a_file_that_was_named_must_be_there),
        cmocka_unit_test(what_was_given_otherwise_is_named_until_it_is_taken),
        cmocka_unit_test(a_list_is_told_from_its_parts),
    };

    return RUN_TESTS(tests);
}
