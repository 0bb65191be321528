/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "agent/httpd.h"
#include "agent/log.h"
#include "tests/unit/agent/scratch.h"

#define SCENE_LIMIT (60 * FELT_USEC_SEC) /* for whatever a test waits for */
#define BACKOFF     (10 * FELT_USEC_MS)

struct scene {
    struct scratch scratch;
    char program[200], record[200];
    sd_event *event;
    struct felt_httpd *httpd;
};

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    assert_true(scratch_make(&s->scratch));
    snprintf(s->program, sizeof(s->program), "%s/felt-httpd", s->scratch.dir);
    snprintf(s->record, sizeof(s->record), "%s/record", s->scratch.dir);
    assert_true(sd_event_new(&s->event) >= 0);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;

    felt_httpd_free(s->httpd);
    sd_event_unref(s->event);
    scratch_clear(&s->scratch);
    free(s);
    return 0;
}

/* A shell script; %s in the text is the record's path. */
static void write_program(struct scene *s, const char *format)
{
    char text[1024] = "#!/bin/sh\n";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text + strlen(text), sizeof(text) - strlen(text), format, s->record, s->record);
#pragma GCC diagnostic pop
    scratch_write(s->program, text);
    assert_int_equal(chmod(s->program, 0755), 0);
}

static void begin(struct scene *s)
{
    struct felt_httpd_config config = {
        .event = s->event,
        .program = s->program,
        .control_socket = "/run/x.sock",
        .backoff_us = BACKOFF,
    };

    assert_int_equal(felt_endpoint_parse("0.0.0.0:10254", 0, &config.health), 0);
    assert_int_equal(felt_endpoint_parse("[::1]:9470", 0, &config.all), 0);
    assert_int_equal(felt_httpd_new(&config, &s->httpd), 0);
}

static felt_usec now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

/* What the programs have left; "" where there is nothing. */
static const char *record(const struct scene *s)
{
    static char text[4096];

    text[0] = '\0';
    if (access(s->record, R_OK) == 0)
        scratch_read(s->record, text, sizeof(text));
    return text;
}

static void run_until_recorded(struct scene *s, const char *what)
{
    felt_usec end = now_us() + SCENE_LIMIT;

    while (!strstr(record(s), what)) {
        assert_true(now_us() < end);
        assert_true(sd_event_run(s->event, 10 * FELT_USEC_MS) >= 0);
    }
}

static void it_gets_the_socket_and_where_to_listen_and_a_clean_environment(void **state)
{
    struct scene *s = *state;

    write_program(s, "echo \"$@ x=$FELT_X.\" >%s; exec cat >/dev/null");
    setenv("FELT_X", "leaked", 1);
    begin(s);
    run_until_recorded(s, "\n");
    assert_string_equal(record(s), "--while-stdin --control-socket /run/x.sock --healthz "
                                   "0.0.0.0:10254 --listen [::1]:9470 x=.\n");
    assert_null(felt_httpd_error(s->httpd));
}

static void it_ends_with_us(void **state)
{
    struct scene *s = *state;
    felt_usec end = now_us() + SCENE_LIMIT;
    int pid;

    write_program(s, "echo $$ >%s; exec cat >/dev/null");
    begin(s);
    run_until_recorded(s, "\n");
    pid = atoi(record(s));
    assert_true(pid > 1 && kill(pid, 0) == 0);
    felt_httpd_free(s->httpd);
    s->httpd = NULL;
    while (kill(pid, 0) == 0)
        assert_true(now_us() < end);
    assert_int_equal(errno, ESRCH);
}

static void one_that_fails_is_tried_again_and_its_last_line_is_the_reason(void **state)
{
    struct scene *s = *state;
    felt_usec end = now_us() + SCENE_LIMIT;

    write_program(
        s, "echo again >>%s; echo first >&2\n"
           "echo 'felt-httpd: the port is taken' >&2; [ $(wc -l <%s) -ge 3 ] || exit 1; exec cat");
    begin(s);
    run_until_recorded(s, "again\n");
    while (!felt_httpd_error(s->httpd) && now_us() < end)
        assert_true(sd_event_run(s->event, 10 * FELT_USEC_MS) >= 0);
    assert_string_equal(felt_httpd_error(s->httpd), "the port is taken");
    run_until_recorded(s, "again\nagain\nagain\n");
    /* The third one stays, and in the end nothing is wrong any more. */
    while (felt_httpd_error(s->httpd) && now_us() < end)
        assert_true(sd_event_run(s->event, 10 * FELT_USEC_MS) >= 0);
    assert_null(felt_httpd_error(s->httpd));
    assert_string_equal(record(s), "again\nagain\nagain\n");
}

static void one_that_is_killed_is_started_again(void **state)
{
    struct scene *s = *state;
    felt_usec end = now_us() + SCENE_LIMIT;

    write_program(s, "echo $$ >>%s; [ $(wc -l <%s) -ge 2 ] || kill -9 $$; exec cat");
    begin(s);
    run_until_recorded(s, "\n");
    while (!felt_httpd_error(s->httpd) && now_us() < end)
        assert_true(sd_event_run(s->event, 10 * FELT_USEC_MS) >= 0);
    assert_string_equal(felt_httpd_error(s->httpd), "it was ended by signal 9");
    while (strchr(record(s), '\n') == strrchr(record(s), '\n')) {
        assert_true(now_us() < end);
        assert_true(sd_event_run(s->event, 10 * FELT_USEC_MS) >= 0);
    }
}

static void one_that_is_not_there_is_told_and_taken_when_it_comes(void **state)
{
    struct scene *s = *state;
    char want[400];

    begin(s);
    snprintf(want, sizeof(want), "%s is not there: install it, or name it with --httpd-program",
             s->program);
    assert_string_equal(felt_httpd_error(s->httpd), want);
    write_program(s, "echo here >%s; exec cat");
    run_until_recorded(s, "here");
}

#define HTTPD_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTPD_TEST(it_gets_the_socket_and_where_to_listen_and_a_clean_environment),
        HTTPD_TEST(it_ends_with_us),
        HTTPD_TEST(one_that_fails_is_tried_again_and_its_last_line_is_the_reason),
        HTTPD_TEST(one_that_is_killed_is_started_again),
        HTTPD_TEST(one_that_is_not_there_is_told_and_taken_when_it_comes),
    };

    felt_log_set_max(FELT_LOG_ERROR);
    return RUN_TESTS(tests);
}
