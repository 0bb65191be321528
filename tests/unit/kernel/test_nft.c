/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/nft.h"

/* Whether it runs depends on the machine: without nft the error says what to install. */
static int run(const char *text, struct felt_kernel_error *error)
{
    int r = felt_nft_run(text, strlen(text), -1, error);

    if (r == -ENOENT) {
        assert_string_equal(error->text,
                            "nft not found; install nftables, or run without --ip-masq");
        skip();
    }
    return r;
}

static void a_text_that_nft_does_not_understand_is_refused_in_its_words(void **state)
{
    struct felt_kernel_error error = {0};

    (void)state;
    assert_int_equal(run("this is no rule set\n", &error), -EINVAL);
    assert_int_equal(error.code, -EINVAL);
    assert_non_null(strstr(error.text, "nft: "));
    assert_null(strchr(error.text, '\n'));
}

/* More than any pipe holds: neither side may wait for the other. */
static void a_long_text_with_a_long_complaint_ends_in_time(void **state)
{
    const size_t lines = 20000;
    static const char line[] = "nonsense nonsense nonsense\n";
    struct felt_kernel_error error = {0};
    char *text = malloc(lines * (sizeof(line) - 1) + 1);

    (void)state;
    for (size_t i = 0; i < lines; i++)
        memcpy(text + i * (sizeof(line) - 1), line, sizeof(line));
    assert_int_not_equal(run(text, &error), 0);
    free(text);
}

static void a_daemon_that_blocks_and_ignores_signals_can_run_it(void **state)
{
    struct felt_kernel_error error = {0};
    sigset_t all, before;
    void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN);

    (void)state;
    sigfillset(&all);
    assert_int_equal(sigprocmask(SIG_BLOCK, &all, &before), 0);
    assert_int_equal(run("this is no rule set\n", &error), -EINVAL);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
    signal(SIGPIPE, pipe_before);
}

static unsigned open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void no_descriptor_is_left_open(void **state)
{
    struct felt_kernel_error error = {0};
    unsigned before = open_descriptors();

    (void)state;
    (void)run("this is no rule set\n", &error);
    assert_int_equal(open_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_nft_does_not_understand_is_refused_in_its_words),
        cmocka_unit_test(a_long_text_with_a_long_complaint_ends_in_time),
        cmocka_unit_test(a_daemon_that_blocks_and_ignores_signals_can_run_it),
        cmocka_unit_test(no_descriptor_is_left_open),
    };

    return RUN_TESTS(tests);
}
