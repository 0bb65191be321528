/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "agent/varlink_listen.h"
#include "tests/unit/agent/scratch.h"

static int connected(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, path);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* As a process leaves it that was killed: a file, and nobody who listens. */
static void leave_stale_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static void a_socket_is_made_with_its_directory_mode_and_flags(void **state)
{
    struct scratch *s = *state;
    struct felt_varlink_listener l;
    struct felt_varlink_listen_error error;
    mode_t old = umask(022);
    struct stat st;
    int fd;

    assert_int_equal(felt_varlink_listen(scratch_path(s, "run/x/sock"), 0, &l, &error), 0);
    umask(old);
    assert_int_equal(stat(s->path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_true(fcntl(l.fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(l.fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(l.lock_fd, F_GETFD) & FD_CLOEXEC);
    fd = connected(s->path);
    assert_true(fd >= 0);
    close(fd);
    felt_varlink_listener_done(&l);
    assert_int_equal(stat(s->path, &st), -1);
}

/* C-1.1 */
static void a_socket_is_given_to_the_group_that_may_call(void **state)
{
    struct scratch *s = *state;
    struct felt_varlink_listener l;
    struct felt_varlink_listen_error error;
    gid_t groups[64], group = 54321; /* root can give it to any */
    struct stat st;

    if (geteuid() != 0) {
        int n = getgroups(64, groups);

        group = n > 0 ? groups[n - 1] : getegid();
    }
    assert_int_equal(felt_varlink_listen(scratch_path(s, "sock"), group, &l, &error), 0);
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_gid, group);
    assert_int_equal(st.st_mode & 07777, 0660);
    felt_varlink_listener_done(&l);
}

static void the_socket_of_a_dead_process_is_replaced(void **state)
{
    struct scratch *s = *state;
    struct felt_varlink_listener l;
    struct felt_varlink_listen_error error;
    int fd;

    leave_stale_socket(scratch_path(s, "sock"));
    assert_int_equal(felt_varlink_listen(s->path, 0, &l, &error), 0);
    fd = connected(s->path);
    assert_true(fd >= 0);
    close(fd);
    felt_varlink_listener_done(&l);
}

static void a_second_one_on_the_same_path_is_refused_and_the_first_goes_on(void **state)
{
    struct scratch *s = *state;
    struct felt_varlink_listener first, second = {.fd = -77};
    struct felt_varlink_listen_error error = {""};
    char want[256];
    int fd;

    snprintf(want, sizeof(want), "another feltd is running on %s", scratch_path(s, "sock"));
    assert_int_equal(felt_varlink_listen(s->path, 0, &first, &error), 0);
    assert_int_equal(felt_varlink_listen(s->path, 0, &second, &error), -EADDRINUSE);
    assert_string_equal(error.text, want);
    assert_int_equal(second.fd, -77);
    fd = connected(s->path);
    assert_true(fd >= 0);
    close(fd);
    felt_varlink_listener_done(&first);
    assert_int_equal(felt_varlink_listen(s->path, 0, &second, &error), 0);
    felt_varlink_listener_done(&second);
}

static void a_listener_that_holds_no_lock_is_not_pushed_aside_either(void **state)
{
    struct scratch *s = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct felt_varlink_listener l;
    struct felt_varlink_listen_error error = {""};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, scratch_path(s, "sock"));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(felt_varlink_listen(s->path, 0, &l, &error), -EADDRINUSE);
    assert_non_null(strstr(error.text, "another feltd is running"));
    close(fd);
}

static void what_is_no_socket_is_never_removed(void **state)
{
    struct scratch *s = *state;
    struct felt_varlink_listener l;
    struct felt_varlink_listen_error error = {""};
    char text[16];

    scratch_write(scratch_path(s, "sock"), "precious");
    assert_int_equal(felt_varlink_listen(s->path, 0, &l, &error), -EEXIST);
    assert_non_null(strstr(error.text, "exists and is not a socket"));
    scratch_read(s->path, text, sizeof(text));
    assert_string_equal(text, "precious");
}

static void a_path_of_107_bytes_is_taken_and_one_of_108_is_not(void **state)
{
    struct scratch *s = *state;
    struct felt_varlink_listener l;
    struct felt_varlink_listen_error error = {""};
    char path[128];
    size_t len = strlen(s->dir);

    memset(path, 'a', sizeof(path));
    memcpy(path, s->dir, len);
    path[len] = '/';
    path[108] = '\0';
    assert_int_equal(felt_varlink_listen(path, 0, &l, &error), -ENAMETOOLONG);
    path[107] = '\0';
    assert_int_equal(felt_varlink_listen(path, 0, &l, &error), 0);
    felt_varlink_listener_done(&l);
    assert_int_equal(felt_varlink_listen("", 0, &l, &error), -ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_socket_is_made_with_its_directory_mode_and_flags),
        SCRATCH_TEST(a_socket_is_given_to_the_group_that_may_call),
        SCRATCH_TEST(the_socket_of_a_dead_process_is_replaced),
        SCRATCH_TEST(a_second_one_on_the_same_path_is_refused_and_the_first_goes_on),
        SCRATCH_TEST(a_listener_that_holds_no_lock_is_not_pushed_aside_either),
        SCRATCH_TEST(what_is_no_socket_is_never_removed),
        SCRATCH_TEST(a_path_of_107_bytes_is_taken_and_one_of_108_is_not),
    };

    return RUN_TESTS(tests);
}
