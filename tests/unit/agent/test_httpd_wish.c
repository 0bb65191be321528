/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a service manager, and that what came of it is told. */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "agent/httpd.h"
#include "agent/httpd_wish.h"
#include "agent/log.h"
#include "tests/unit/agent/scratch.h"

#define HEADING "# What feltd's --healthz-port and --metrics-listen ask of felt-httpd.\n"

static struct felt_httpd_wish wish_of(const char *path, const char *health, const char *all)
{
    struct felt_httpd_wish wish = {.path = path, .control_socket = "/run/x.sock"};

    if (health)
        assert_int_equal(felt_endpoint_parse(health, 0, &wish.health), 0);
    if (all)
        assert_int_equal(felt_endpoint_parse(all, 0, &wish.all), 0);
    return wish;
}

static bool put(const char *path, const char *health, const char *all)
{
    struct felt_httpd_wish wish = wish_of(path, health, all);
    bool changed;

    assert_int_equal(felt_httpd_wish_write(&wish, &changed), 0);
    return changed;
}

static void is_written(const char *path, const char *want)
{
    char text[1024];

    scratch_read(path, text, sizeof(text));
    assert_string_equal(text, want);
}

static void it_is_felt_httpds_options_one_a_line(void **state)
{
    const char *path = scratch_path(*state, "run/httpd.options");
    mode_t mask = umask(0077);
    struct stat st;

    assert_true(put(path, "0.0.0.0:10254", "[::1]:9470"));
    is_written(path, HEADING
               "--control-socket=/run/x.sock\n--healthz=0.0.0.0:10254\n--listen=[::1]:9470\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644); /* another user reads it, whatever the umask */
    umask(mask);
    assert_true(put(path, "127.0.0.1:1", NULL));
    is_written(path, HEADING "--control-socket=/run/x.sock\n--healthz=127.0.0.1:1\n");
    assert_true(put(path, NULL, "127.0.0.1:65535"));
    is_written(path, HEADING "--control-socket=/run/x.sock\n--listen=127.0.0.1:65535\n");
}

static void a_file_that_says_so_already_stays_the_same_file(void **state)
{
    const char *path = scratch_path(*state, "httpd.options");
    struct stat first, second;

    assert_true(put(path, NULL, "127.0.0.1:9470"));
    assert_int_equal(stat(path, &first), 0);
    assert_false(put(path, NULL, "127.0.0.1:9470"));
    assert_int_equal(stat(path, &second), 0);
    assert_true(first.st_ino == second.st_ino);
    assert_true(put(path, NULL, "127.0.0.1:9471"));
    assert_int_equal(stat(path, &second), 0);
    /* Never in place: who reads it has the one or the other. */
    assert_true(first.st_ino != second.st_ino);
}

static void where_nothing_is_wanted_there_is_no_file(void **state)
{
    const char *path = scratch_path(*state, "run/httpd.options");

    assert_false(put(path, NULL, NULL));
    assert_true(put(path, NULL, "127.0.0.1:9470"));
    assert_true(put(path, NULL, NULL));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(errno, ENOENT);
    assert_false(put(path, NULL, NULL));
}

/* ---- what came of it ---- */

static const char *why_not(const struct scratch *s, const char *health, const char *all, uid_t user,
                           bool patient)
{
    static char why[256];
    struct felt_httpd_wish wish = wish_of("/f", health, all);

    return felt_httpd_wish_is_fulfilled(&wish, s->dir, user, patient, why, sizeof(why)) ? NULL
                                                                                        : why;
}

static void it_is_fulfilled_where_felt_httpd_listens_at_both_places(void **state)
{
    struct scratch *s = *state;

    scratch_write(scratch_path(s, "tcp"),
                  "heading\n"
                  "   0: 00000000:280E 00000000:0000 0A 00000000:00000000 00:00000000 00000000   "
                  "998        0 1\n"
                  "   1: 00000000:24FE 00000000:0000 0A 00000000:00000000 00:00000000 00000000   "
                  "999        0 2\n");
    assert_null(why_not(s, NULL, NULL, 998, false));
    assert_null(why_not(s, "0.0.0.0:10254", NULL, 998, false));
    assert_null(why_not(s, "0.0.0.0:10254", "0.0.0.0:9470", FELT_HTTPD_ANY_USER, false));
    assert_string_equal(why_not(s, "0.0.0.0:10254", "0.0.0.0:9470", 998, true),
                        "0.0.0.0:9470 is taken: a process of user 999 listens at 0.0.0.0:9470; see "
                        "'ss -ltnp sport = :9470'");
    assert_null(why_not(s, "0.0.0.0:10254", "127.0.0.1:9471", 998, true));
    assert_string_equal(why_not(s, "0.0.0.0:10254", "127.0.0.1:9471", 998, false),
                        "nothing listens at 127.0.0.1:9471; see 'systemctl status feltd-httpd.path "
                        "feltd-httpd.service'");
}

static void tables_that_cannot_be_read_are_told(void **state)
{
    assert_non_null(strstr(why_not(*state, "0.0.0.0:10254", NULL, 998, true),
                           "who listens at 0.0.0.0:10254 cannot be read: "));
}

/* ---- as feltd has it ---- */

static int ask(sd_event *event, const char *path, const char *all, struct felt_httpd **ret_httpd)
{
    struct felt_httpd_config config = {
        .event = event,
        .options_file = path,
        .program = "/nonexistent",
        .control_socket = "/run/x.sock",
        .all = wish_of(path, NULL, all).all,
    };

    return felt_httpd_new(&config, ret_httpd);
}

static void feltd_asks_instead_of_starting_it_and_takes_that_back(void **state)
{
    const char *path = scratch_path(*state, "httpd.options");
    struct felt_httpd *httpd;
    sd_event *event;

    assert_true(sd_event_new(&event) >= 0);
    assert_int_equal(ask(event, path, "192.0.2.77:9", &httpd), 0);
    is_written(path, HEADING "--control-socket=/run/x.sock\n--listen=192.0.2.77:9\n");
    /* Nobody listens there, which is not told yet. */
    assert_null(felt_httpd_error(httpd));
    felt_httpd_free(httpd);
    assert_int_equal(access(path, F_OK), 0); /* it goes on without us */
    assert_int_equal(ask(event, path, NULL, &httpd), 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_null(felt_httpd_error(httpd));
    felt_httpd_free(httpd);
    assert_int_equal(ask(event, NULL, NULL, &httpd), 0);
    assert_null(httpd);
    sd_event_unref(event);
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
    struct scratch *s = *state;
    struct felt_httpd *httpd;
    sd_event *event;
    char want[256];

    assert_true(sd_event_new(&event) >= 0);
    scratch_write(scratch_path(s, "file"), "");
    assert_int_equal(ask(event, scratch_path(s, "file/httpd.options"), "127.0.0.1:9470", &httpd),
                     0);
    snprintf(want, sizeof(want), "%s cannot be written: Not a directory", s->path);
    assert_string_equal(felt_httpd_error(httpd), want);
    felt_httpd_free(httpd);
    sd_event_unref(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(it_is_felt_httpds_options_one_a_line),
        SCRATCH_TEST(a_file_that_says_so_already_stays_the_same_file),
        SCRATCH_TEST(where_nothing_is_wanted_there_is_no_file),
        SCRATCH_TEST(it_is_fulfilled_where_felt_httpd_listens_at_both_places),
        SCRATCH_TEST(tables_that_cannot_be_read_are_told),
        SCRATCH_TEST(feltd_asks_instead_of_starting_it_and_takes_that_back),
        SCRATCH_TEST(a_file_that_cannot_be_written_is_told),
    };

    felt_log_set_max(FELT_LOG_ERROR);
    return RUN_TESTS(tests);
}
