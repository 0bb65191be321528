/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/agent/varlink_fixture.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "agent/varlink_peer.h"

#define ADMIN   7000 /* groups and users that need not exist */
#define OTHER   7001
#define SOMEONE 7002

/* C-1.2 */
static void only_root_ourselves_and_the_group_may_change(void **state _unused_)
{
    gid_t others[] = {OTHER, OTHER + 1}, with_admin[] = {OTHER, ADMIN}, with_root[] = {0};
    const struct {
        struct felt_varlink_peer peer;
        uid_t own;
        gid_t admin;
        bool may;
    } cases[] = {
        {{.uid = 0, .gid = 0}, 0, 0, true},
        {{.uid = 0, .gid = 0}, 55, ADMIN, true},
        {{.uid = 55, .gid = 55}, 55, 0, true},
        {{.uid = SOMEONE, .gid = OTHER}, 0, ADMIN, false},
        {{.uid = SOMEONE, .gid = ADMIN}, 0, ADMIN, true},
        {{SOMEONE, OTHER, others, 2}, 0, ADMIN, false},
        {{SOMEONE, OTHER, with_admin, 2}, 0, ADMIN, true},
        {{SOMEONE, OTHER, with_admin, 1}, 0, ADMIN, false},
        /* Without such a group nobody is in it, not even who is in root's. */
        {{SOMEONE, 0, with_root, 1}, 0, 0, false},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        if (felt_varlink_peer_may_change(&cases[i].peer, cases[i].own, cases[i].admin) !=
            cases[i].may)
            fail_msg("case %zu", i);
    }
}

static void the_kernel_says_who_connected(void **state _unused_)
{
    struct felt_varlink_peer peer;
    gid_t groups[256];
    int fds[2], n = getgroups(256, groups);

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(felt_varlink_peer_of(fds[0], &peer), 0);
    assert_int_equal(peer.uid, geteuid());
    assert_int_equal(peer.gid, getegid());
    assert_int_equal(peer.n_groups, n);
    assert_true(n == 0 || memcmp(peer.groups, groups, (size_t)n * sizeof(groups[0])) == 0);
    felt_varlink_peer_done(&peer);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(felt_varlink_peer_of(-1, &peer), -EBADF);
}

/* ---- a server, and a process of somebody else ---- */

static void method_count(void *userdata, const json_t *parameters _unused_,
                         struct felt_varlink_answer *answer)
{
    struct fixture *f = userdata;

    answer->parameters = json_pack("{s:i}", "n", (int)++f->calls);
}

static int setup(void **state)
{
    static const struct felt_varlink_method methods[] = {
        {.name = "Read", .fn = method_count},
        {.name = "Write", .fn = method_count, .changes = true},
    };

    admin_of_fixture = ADMIN;
    return serve_with(state, methods, FELT_ARRAY_LEN(methods), 10 * PATIENCE_US);
}

static int teardown_all(void **state)
{
    admin_of_fixture = 0;
    return teardown(state);
}

static void who_runs_the_server_may_all(void **state)
{
    struct fixture *f = *state;
    int fd = client(f);

    exchange(f, fd, "{\"method\":\"org.example.Read\"}", "{\"parameters\":{\"n\":1}}");
    exchange(f, fd, "{\"method\":\"org.example.Write\"}", "{\"parameters\":{\"n\":2}}");
    close(fd);
}

/* Connects as another user with n groups, and says what that one is answered. */
static void expect_as(struct fixture *f, const gid_t *groups, size_t n, const char *want)
{
    static const char request[] = "{\"method\":\"org.example.Write\"}";
    felt_usec deadline = now_us() + PATIENCE_US;
    int status, ends[2];
    char text[256] = "";
    pid_t pid;

    assert_int_equal(chmod(f->scratch->dir, 0755), 0);
    assert_int_equal(chmod(f->scratch->path, 0666), 0); /* here it is the check that counts */
    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        ssize_t len;
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        strcpy(address.sun_path, f->scratch->path);
        if (setgroups(n, groups) < 0 || setgid(OTHER) < 0 || setuid(SOMEONE) < 0 ||
            connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
            write(fd, request, sizeof(request)) < 0 || (len = read(fd, text, sizeof(text))) <= 0 ||
            write(ends[1], text, (size_t)len) != len)
            _exit(1);
        _exit(0);
    }
    while (waitpid(pid, &status, WNOHANG) == 0 && now_us() < deadline)
        spin(f);
    assert_int_equal(status, 0);
    assert_true(read(ends[0], text, sizeof(text)) > 0);
    assert_string_equal(text, want);
    close(ends[0]);
    close(ends[1]);
}

static void somebody_else_needs_the_group(void **state)
{
    static const gid_t with_admin[] = {OTHER, ADMIN}, without[] = {OTHER};
    struct fixture *f = *state;
    gid_t *many;

    if (geteuid() != 0)
        skip(); /* nobody else to be */
    expect_as(f, without, 1,
              "{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}");
    assert_int_equal(f->calls, 0);
    expect_as(f, with_admin, 2, "{\"parameters\":{\"n\":1}}");
    /* In more groups than are expected. */
    many = calloc(1000, sizeof(*many));
    assert_non_null(many);
    for (gid_t i = 0; i < 1000; i++)
        many[i] = 10000 + i;
    expect_as(f, many, 1000,
              "{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}");
    many[999] = ADMIN;
    expect_as(f, many, 1000, "{\"parameters\":{\"n\":2}}");
    free(many);
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown_all)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_root_ourselves_and_the_group_may_change),
        cmocka_unit_test(the_kernel_says_who_connected),
        WITH(who_runs_the_server_may_all),
        WITH(somebody_else_needs_the_group),
    };

    return RUN_TESTS(tests);
}
