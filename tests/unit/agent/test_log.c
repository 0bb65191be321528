/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "agent/log.h"
#include "tests/unit/agent/scratch.h"

/* What `say` writes to standard error in a process of its own, so that what the log remembers of
 * one test does not reach the next. */
static void heard(struct scratch *s, void (*say)(void), bool is_journal, char *text, size_t size)
{
    int status;
    pid_t pid;

    scratch_path(s, "log");
    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        char stream[64];
        struct stat st;

        if (fd < 0 || dup2(fd, STDERR_FILENO) < 0 || fstat(fd, &st) < 0)
            _exit(9);
        snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
                 (uintmax_t)st.st_ino + (is_journal ? 0 : 1));
        setenv("JOURNAL_STREAM", stream, 1);
        say();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    scratch_read(s->path, text, size);
}

static void say_two_levels(void)
{
    felt_log_error("gossip: peer=%d", 7);
    felt_log_info("gossip: quiet");
    felt_log_debug("gossip: not to be seen");
}

static void the_journal_gets_the_priority_in_front(void **state)
{
    char text[4096];

    heard(*state, say_two_levels, true, text, sizeof(text));
    assert_string_equal(text, "<3>gossip: peer=7\n<6>gossip: quiet\n");
}

static int takes_errors_only(enum felt_log_level level, const char *line)
{
    /* Where the test sees it: a journal would not write there. */
    return level == FELT_LOG_ERROR ? dprintf(STDERR_FILENO, "[%s]", line) : -ENOENT;
}

static void say_to_a_journal(void)
{
    felt_log_set_journal(takes_errors_only);
    say_two_levels();
}

static void what_the_journal_does_not_take_is_a_line(void **state)
{
    char text[4096];

    heard(*state, say_to_a_journal, true, text, sizeof(text));
    assert_string_equal(text, "[gossip: peer=7]<6>gossip: quiet\n");
    heard(*state, say_to_a_journal, false, text, sizeof(text));
    assert_null(strchr(text, '['));
}

static void a_terminal_gets_the_time_in_front(void **state)
{
    char text[4096], rest[64];
    int y, n = 0;

    heard(*state, say_two_levels, false, text, sizeof(text));
    assert_int_equal(sscanf(text, "%4d-%*2d-%*2d %*2d:%*2d:%*2d.%*3d %n%63[^\n]", &y, &n, rest), 2);
    assert_string_equal(rest, "gossip: peer=7");
    assert_int_equal(n, strlen("2026-01-01 00:00:00.000 "));
}

static void say_all_levels_at_warning(void)
{
    felt_log_set_max(FELT_LOG_WARNING);
    felt_log_error("e");
    felt_log_warning("w");
    felt_log_notice("n");
    felt_log_info("i");
    felt_log_debug("d");
}

static void lines_above_the_level_are_dropped(void **state)
{
    char text[4096];

    heard(*state, say_all_levels_at_warning, true, text, sizeof(text));
    assert_string_equal(text, "<3>e\n<4>w\n");
}

static void say_strange_things(void)
{
    felt_log_error("name=%s", "a\nb\x1b[31mc");
    felt_log_error("%02000d", 7);
}

static void one_event_is_one_line_of_bounded_length_without_control_characters(void **state)
{
    char text[8192], *second;

    heard(*state, say_strange_things, true, text, sizeof(text));
    second = strchr(text, '\n') + 1;
    assert_memory_equal(text, "<3>name=a?b?[31mc\n", (size_t)(second - text));
    assert_int_equal(strlen(second), 1024);
    assert_int_equal(strcspn(second, "\n"), 1023);
}

static void say_with_errno(void)
{
    errno = EBUSY;
    felt_log_info("x");
    if (errno != EBUSY)
        _exit(8);
}

static void errno_is_left_alone(void **state)
{
    char text[4096];

    heard(*state, say_with_errno, false, text, sizeof(text));
}

/* What a listener heard, put on standard error in its own way. */
static void repeat(void *userdata, enum felt_log_level level, const char *event, const char *text)
{
    felt_log_error("not heard: a listener that speaks");
    dprintf(STDERR_FILENO, "[%s %d %s %s]\n", (const char *)userdata, (int)level,
            event ? event : "-", text);
}

static void say_to_a_listener(void)
{
    felt_log_set_max(FELT_LOG_WARNING);
    felt_log_info("before");
    felt_log_set_listener(repeat, "u");
    felt_log_set_event("member_dead");
    felt_log_info("gossip: a\tb");
    felt_log_set_event(NULL);
    felt_log_warning("x");
    felt_log_debug("debug");
    felt_log_set_max(FELT_LOG_DEBUG);
    felt_log_debug("debug");
    felt_log_set_listener(NULL, NULL);
    felt_log_info("after");
}

static void a_listener_hears_info_and_above_whatever_is_written(void **state)
{
    char text[4096];

    heard(*state, say_to_a_listener, true, text, sizeof(text));
    assert_string_equal(text, "<3>not heard: a listener that speaks\n"
                              "[u 6 member_dead gossip: a?b]\n"
                              "<4>x\n"
                              "<3>not heard: a listener that speaks\n"
                              "[u 4 - x]\n"
                              "<7>debug\n"
                              "<6>after\n");
}

static void level_names_are_read_back_and_nothing_else_is(void **state)
{
    static const char *const names[] = {"error", "warning", "notice", "info", "debug"};
    enum felt_log_level level;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(felt_log_level_parse(names[i], &level), 0);
        assert_int_equal(level, FELT_LOG_ERROR + i);
        assert_string_equal(felt_log_level_name(level), names[i]);
    }
    assert_int_equal(felt_log_level_parse("", &level), -EINVAL);
    assert_int_equal(felt_log_level_parse("Error", &level), -EINVAL);
    assert_int_equal(level, FELT_LOG_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(the_journal_gets_the_priority_in_front),
        SCRATCH_TEST(what_the_journal_does_not_take_is_a_line),
        SCRATCH_TEST(a_terminal_gets_the_time_in_front),
        SCRATCH_TEST(lines_above_the_level_are_dropped),
        SCRATCH_TEST(one_event_is_one_line_of_bounded_length_without_control_characters),
        SCRATCH_TEST(errno_is_left_alone),
        SCRATCH_TEST(a_listener_hears_info_and_above_whatever_is_written),
        SCRATCH_TEST(level_names_are_read_back_and_nothing_else_is),
    };

    return RUN_TESTS(tests);
}
