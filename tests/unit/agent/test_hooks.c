/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/hooks.h"
#include "agent/lease_change.h"
#include "tests/unit/agent/scratch.h"

#define SCENE_LIMIT (60 * FELT_USEC_SEC) /* for whatever a test waits for */

struct scene {
    struct scratch scratch;
    char dir[400];    /* lease-changed.d */
    char record[400]; /* what hooks write to */
    sd_event *event;
    struct felt_hooks *hooks;
    unsigned n_idle;
};

static void on_idle(void *userdata)
{
    struct scene *s = userdata;

    s->n_idle++;
}

static void make_hooks(struct scene *s, felt_usec limit_us)
{
    struct felt_hooks_config config = {
        .event = s->event,
        .dir = s->scratch.dir,
        .limit_us = limit_us,
        .idle = on_idle,
        .userdata = s,
    };

    felt_hooks_free(s->hooks);
    assert_int_equal(felt_hooks_new(&config, &s->hooks), 0);
}

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    assert_true(scratch_make(&s->scratch));
    snprintf(s->dir, sizeof(s->dir), "%s/lease-changed.d", s->scratch.dir);
    snprintf(s->record, sizeof(s->record), "%s/record", s->scratch.dir);
    assert_int_equal(mkdir(s->dir, 0755), 0);
    assert_true(sd_event_new(&s->event) >= 0);
    make_hooks(s, SCENE_LIMIT);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;

    felt_hooks_free(s->hooks);
    sd_event_unref(s->event);
    scratch_clear(&s->scratch);
    free(s);
    return 0;
}

/* A shell script; %s in the text is the record's path. */
static void write_hook(struct scene *s, const char *name, mode_t mode, const char *body)
{
    char path[700];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\nrecord='%s'\n%s\n", s->record, body);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static const char *read_record(const struct scene *s, char *text, size_t size)
{
    FILE *f = fopen(s->record, "r");
    size_t n = f ? fread(text, 1, size - 1, f) : 0;

    if (f)
        fclose(f);
    text[n] = '\0';
    return text;
}

/* NULL: none; of both families with a comma between them. */
static struct felt_dual dual(const char *text)
{
    struct felt_dual d = {0};
    char copy[FELT_DUAL_TEXT], *rest = copy, *item;
    struct felt_cidr c;

    snprintf(copy, sizeof(copy), "%s", text ? text : "");
    while (text && (item = strsep(&rest, ","))) {
        assert_int_equal(felt_cidr_parse(item, &c), 0);
        *(c.ip.family == FELT_FAMILY_V4 ? &d.v4 : &d.v6) = c;
    }
    return d;
}

static void change(struct scene *s, const char *from, const char *to, enum felt_hooks_reason reason)
{
    struct felt_hooks_change c = {
        .old_subnet = dual(from), .new_subnet = dual(to), .reason = reason};

    felt_hooks_run(s->hooks, &c);
}

static felt_usec now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

static void run_until_idle(struct scene *s)
{
    felt_usec end = now_us() + SCENE_LIMIT;

    while (felt_hooks_busy(s->hooks)) {
        assert_true(now_us() < end);
        assert_true(sd_event_run(s->event, FELT_USEC_SEC) >= 0);
    }
}

static void hooks_see_the_change_and_nothing_else_of_our_environment(void **state)
{
    struct scene *s = *state;
    char text[2000];

    setenv("FELTD_JOIN", "a secret", 1);
    write_hook(s, "10", 0755, "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort >\"$record\"");
    change(s, "10.5.1.0/24", "10.5.2.0/24", FELT_HOOKS_RENUMBERED);
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)),
                        "FELT_NEW_IPV6_SUBNET=\n"
                        "FELT_NEW_SUBNET=10.5.2.0/24\n"
                        "FELT_OLD_IPV6_SUBNET=\n"
                        "FELT_OLD_SUBNET=10.5.1.0/24\n"
                        "FELT_REASON=renumbered\n"
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
}

static void no_subnet_is_an_empty_text_and_each_reason_has_its_name(void **state)
{
    struct scene *s = *state;
    char text[2000];

    write_hook(s, "10", 0755,
               "echo \"$FELT_REASON [$FELT_OLD_SUBNET] [$FELT_NEW_SUBNET]\" >>\"$record\"");
    change(s, NULL, "10.5.2.0/24", FELT_HOOKS_FIRST);
    run_until_idle(s);
    change(s, "10.5.2.0/24", NULL, FELT_HOOKS_LOST);
    run_until_idle(s);
    change(s, "10.5.2.0/24", NULL, FELT_HOOKS_LEFT);
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)),
                        "first [] [10.5.2.0/24]\nlost [10.5.2.0/24] []\nleft [10.5.2.0/24] []\n");
}

static void of_both_families_each_subnet_has_its_variable(void **state)
{
    struct scene *s = *state;
    char text[2000];

    write_hook(s, "10", 0755,
               "echo \"[$FELT_OLD_SUBNET] [$FELT_OLD_IPV6_SUBNET] [$FELT_NEW_SUBNET] "
               "[$FELT_NEW_IPV6_SUBNET]\" >>\"$record\"");
    change(s, NULL, "10.5.2.0/24,fc00:0:0:2::/64", FELT_HOOKS_FIRST);
    run_until_idle(s);
    change(s, "10.5.2.0/24,fc00:0:0:2::/64", "fc00:0:0:3::/64", FELT_HOOKS_RENUMBERED);
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)),
                        "[] [] [10.5.2.0/24] [fc00:0:0:2::/64]\n"
                        "[10.5.2.0/24] [fc00:0:0:2::/64] [] [fc00:0:0:3::/64]\n");
}

static void they_run_one_at_a_time_in_the_order_of_their_names(void **state)
{
    struct scene *s = *state;
    char text[2000];

    write_hook(s, "20-second", 0755, "echo second >>\"$record\"");
    write_hook(s, "10-first", 0755, "sleep 0.2; echo first >>\"$record\"; exit 3");
    write_hook(s, "30-third", 0755, "echo third >>\"$record\"");
    change(s, NULL, "10.5.2.0/24", FELT_HOOKS_FIRST);
    assert_true(felt_hooks_busy(s->hooks)); /* and nobody waited */
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)), "first\nsecond\nthird\n");
    assert_int_equal(s->n_idle, 1);
}

static void what_others_could_have_written_or_is_no_program_is_not_run(void **state)
{
    struct scene *s = *state;
    char text[2000];

    write_hook(s, "10-writable", 0757, "echo bad >>\"$record\"");
    write_hook(s, "11-not-executable", 0644, "echo bad >>\"$record\"");
    write_hook(s, ".12-hidden", 0755, "echo bad >>\"$record\"");
    write_hook(s, "13-backup~", 0755, "echo bad >>\"$record\"");
    write_hook(s, "14-good", 0755, "echo good >>\"$record\"");
    change(s, NULL, "10.5.2.0/24", FELT_HOOKS_FIRST);
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)), "good\n");
    assert_int_equal(chmod(s->dir, 0777), 0);
    change(s, NULL, "10.5.2.0/24", FELT_HOOKS_FIRST);
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)), "good\n");
}

static void whoever_takes_too_long_is_killed_with_all_that_it_started(void **state)
{
    struct scene *s = *state;
    char text[2000];
    felt_usec begun = now_us();
    long child;

    make_hooks(s, 300 * FELT_USEC_MS);
    write_hook(s, "10", 0755, "sleep 1000 & echo $! >\"$record\"; wait");
    write_hook(s, "20", 0755, "echo after >>\"$record\"");
    change(s, NULL, "10.5.2.0/24", FELT_HOOKS_FIRST);
    run_until_idle(s);
    assert_true(now_us() - begun < SCENE_LIMIT / 2);
    child = strtol(read_record(s, text, sizeof(text)), NULL, 10);
    assert_true(child > 1);
    assert_non_null(strstr(text, "\nafter\n"));
    for (int i = 0; i < 100 && kill((pid_t)child, 0) == 0; i++) { /* until init has reaped it */
        char path[64], status[64] = "";
        int fd;

        snprintf(path, sizeof(path), "/proc/%ld/stat", child);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || read(fd, status, sizeof(status) - 1) <= 0 || strstr(status, ") Z"))
            i = 100;
        if (fd >= 0)
            close(fd);
        usleep(20000);
        assert_true(i != 99);
    }
}

static void changes_while_hooks_run_are_one_more_run_from_the_first_to_the_last(void **state)
{
    struct scene *s = *state;
    char text[2000];

    write_hook(s, "10", 0755,
               "echo \"$FELT_OLD_SUBNET $FELT_NEW_SUBNET\" >>\"$record\"; sleep 0.1");
    change(s, NULL, "10.5.1.0/24", FELT_HOOKS_FIRST);
    change(s, "10.5.1.0/24", "10.5.2.0/24", FELT_HOOKS_RENUMBERED);
    change(s, "10.5.2.0/24", "10.5.3.0/24", FELT_HOOKS_RENUMBERED);
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)),
                        " 10.5.1.0/24\n10.5.1.0/24 10.5.3.0/24\n");
}

static void a_hook_that_leaves_somebody_with_its_output_ends_all_the_same(void **state)
{
    struct scene *s = *state;
    felt_usec begun = now_us();
    char text[2000];

    write_hook(s, "10", 0755, "setsid sleep 30 & echo done >>\"$record\"");
    change(s, NULL, "10.5.1.0/24", FELT_HOOKS_FIRST);
    run_until_idle(s);
    assert_true(now_us() - begun < 20 * FELT_USEC_SEC);
    assert_string_equal(read_record(s, text, sizeof(text)), "done\n");
}

static void without_a_directory_nothing_is_run(void **state)
{
    struct scene *s = *state;

    assert_int_equal(rmdir(s->dir), 0);
    change(s, NULL, "10.5.1.0/24", FELT_HOOKS_FIRST);
    assert_false(felt_hooks_busy(s->hooks));
    assert_int_equal(s->n_idle, 1);
}

/* ---- lease_change.h ---- */

static void a_restart_with_the_same_subnet_is_no_change_and_another_one_is(void **state)
{
    struct scene *s = *state;
    struct felt_lease_change c;
    struct felt_dual same = dual("10.5.72.0/24"), other = dual("10.5.73.0/24");
    char file[700], text[2000];
    FILE *f;

    snprintf(file, sizeof(file), "%s/subnet.env", s->scratch.dir);
    f = fopen(file, "w");
    assert_non_null(f);
    fputs("FLANNEL_SUBNET=10.5.72.1/24\n", f);
    fclose(f);
    write_hook(s, "10", 0755,
               "echo \"$FELT_REASON [$FELT_OLD_SUBNET] [$FELT_NEW_SUBNET]\" >>\"$record\"");
    assert_true(felt_lease_change_init(&c, s->event, s->hooks, file) >= 0);
    felt_lease_change_written(&c, &same);
    run_until_idle(s);
    assert_string_equal(read_record(s, text, sizeof(text)), "");
    felt_lease_change_lost(&c, false, false);
    felt_lease_change_written(&c, &other);
    run_until_idle(s);
    felt_lease_change_lost(&c, false, true);
    felt_lease_change_written(&c, &same);
    run_until_idle(s);
    felt_lease_change_lost(&c, false, false);
    felt_lease_change_written(&c, &other);
    run_until_idle(s);
    felt_lease_change_left(&c);
    run_until_idle(s);
    felt_lease_change_written(&c, &other);
    run_until_idle(s);
    felt_lease_change_done(&c);
    assert_string_equal(read_record(s, text, sizeof(text)),
                        "renumbered [10.5.72.0/24] [10.5.73.0/24]\n"
                        "foreign [10.5.73.0/24] [10.5.72.0/24]\n"
                        "renumbered [10.5.72.0/24] [10.5.73.0/24]\n"
                        "left [10.5.73.0/24] []\n"
                        "first [] [10.5.73.0/24]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hooks_see_the_change_and_nothing_else_of_our_environment,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_subnet_is_an_empty_text_and_each_reason_has_its_name,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_both_families_each_subnet_has_its_variable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(they_run_one_at_a_time_in_the_order_of_their_names, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_others_could_have_written_or_is_no_program_is_not_run,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_takes_too_long_is_killed_with_all_that_it_started,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            changes_while_hooks_run_are_one_more_run_from_the_first_to_the_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_hook_that_leaves_somebody_with_its_output_ends_all_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_directory_nothing_is_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_restart_with_the_same_subnet_is_no_change_and_another_one_is, set_up, tear_down),
    };

    return RUN_TESTS(tests);
}
