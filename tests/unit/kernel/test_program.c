/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel/program.h"

static char path[FELT_PROGRAM_PATH];

static struct felt_program shell(const char *script)
{
    struct felt_program program = {.path = path, .limit_ms = 20000, .cancel_fd = -1};

    assert_int_equal(felt_program_find("sh", path), 0);
    program.args[0] = "-c";
    program.args[1] = script;
    return program;
}

static void what_it_prints_comes_back_and_its_complaints_do_not(void **state)
{
    struct felt_program program = shell("cat; echo noise >&2; env | sort");
    struct felt_kernel_error error = {0};
    char *output;
    size_t len;

    (void)state;
    setenv("FELT_SECRET", "x", 1);
    program.input = "hello\n";
    program.input_len = 6;
    assert_int_equal(felt_program_run(&program, &output, &len, &error), 0);
    assert_int_equal(len, strlen(output));
    assert_memory_equal(output, "hello\n", 6);
    assert_null(strstr(output, "noise"));
    assert_null(strstr(output, "FELT_SECRET"));
    assert_non_null(strstr(output, "LC_ALL=C\n"));
    free(output);
}

static void a_large_output_is_read_to_its_end(void **state)
{
    struct felt_program program =
        shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
    char *output;
    size_t len;

    (void)state;
    assert_int_equal(felt_program_run(&program, &output, &len, NULL), 0);
    assert_string_equal(output + len - 11, "line 19999\n");
    free(output);
}

static void a_failure_is_told_in_its_first_line(void **state)
{
    struct felt_program program = shell("echo out; echo why >&2; echo more >&2; exit 3");
    struct felt_kernel_error error = {0};
    char *output = NULL;
    size_t len;

    (void)state;
    assert_int_equal(felt_program_run(&program, &output, &len, &error), -EINVAL);
    assert_null(output);
    assert_non_null(strstr(error.text, "sh: why"));
    assert_null(strstr(error.text, "more"));
}

static void a_silent_failure_and_a_signal_are_failures(void **state)
{
    struct felt_program program = shell("exit 1");
    struct felt_kernel_error error = {0};

    (void)state;
    assert_int_equal(felt_program_run(&program, NULL, NULL, &error), -EINVAL);
    assert_non_null(strstr(error.text, "failed without a word"));
    program = shell("kill -9 $$");
    assert_int_equal(felt_program_run(&program, NULL, NULL, &error), -EINVAL);
}

static void one_that_takes_too_long_is_killed(void **state)
{
    struct felt_program program = shell("exec sleep 100");
    struct felt_kernel_error error = {0};

    (void)state;
    program.limit_ms = 50;
    assert_int_equal(felt_program_run(&program, NULL, NULL, &error), -ETIMEDOUT);
    assert_non_null(strstr(error.text, "took too long"));
}

static void it_is_killed_when_that_is_wanted(void **state)
{
    struct felt_program program = shell("exec sleep 100");

    (void)state;
    program.cancel_fd = eventfd(1, EFD_CLOEXEC);
    assert_int_equal(felt_program_run(&program, NULL, NULL, NULL), -ECANCELED);
    close(program.cancel_fd);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(felt_program_find("felt-no-such-program", path), -ENOENT);
    assert_int_equal(
        felt_program_find("a-name-that-is-far-longer-than-any-path-that-would-fit-into-it", path),
        -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_prints_comes_back_and_its_complaints_do_not),
        cmocka_unit_test(a_large_output_is_read_to_its_end),
        cmocka_unit_test(a_failure_is_told_in_its_first_line),
        cmocka_unit_test(a_silent_failure_and_a_signal_are_failures),
        cmocka_unit_test(one_that_takes_too_long_is_killed),
        cmocka_unit_test(it_is_killed_when_that_is_wanted),
        cmocka_unit_test(what_is_not_there_is_not_found),
    };

    return RUN_TESTS(tests);
}
