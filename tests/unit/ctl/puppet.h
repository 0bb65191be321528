/* SPDX-License-Identifier: Apache-2.0 */
/* A service on a Unix socket that does what it is told, in a process of its own: it accepts one
 * client after the other, reads one request of each, and sends the bytes of its script. */
#pragma once

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct puppet {
    char dir[64];
    char path[96];
    pid_t pid;         /* 0: none */
    const char *first; /* what the first n_first clients get instead of the script, with its NUL */
    unsigned n_first;
};

enum puppet_end {
    PUPPET_HANGS_UP,  /* after the script */
    PUPPET_GOES_DEAF, /* keeps the connection and says nothing more */
};

static inline int puppet_setup(void **state)
{
    struct puppet *p = calloc(1, sizeof(*p));

    if (!p)
        return -1;
    strcpy(p->dir, "/tmp/felt-puppet-XXXXXX");
    if (!mkdtemp(p->dir)) {
        free(p);
        return -1;
    }
    snprintf(p->path, sizeof(p->path), "%s/sock", p->dir);
    *state = p;
    return 0;
}

static inline void puppet_stop(struct puppet *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    p->pid = 0;
    unlink(p->path);
}

static inline int puppet_teardown(void **state)
{
    struct puppet *p = *state;

    puppet_stop(p);
    rmdir(p->dir);
    free(p);
    return 0;
}

static inline void puppet_send(int fd, const char *script, size_t len)
{
    size_t sent = 0;

    while (sent < len) {
        ssize_t n = send(fd, script + sent, len - sent, MSG_NOSIGNAL);

        if (n <= 0)
            break;
        sent += (size_t)n;
    }
}

static inline void puppet_perform(const struct puppet *p, int listener, const char *script,
                                  size_t len, enum puppet_end end)
{
    char c;

    for (unsigned i = 0;; i++) {
        int fd = accept(listener, NULL, NULL);

        if (fd < 0)
            _exit(1);
        while (read(fd, &c, 1) == 1 && c != '\0')
            ;
        if (i < p->n_first)
            puppet_send(fd, p->first, strlen(p->first) + 1);
        else
            puppet_send(fd, script, len);
        while (end == PUPPET_GOES_DEAF && read(fd, &c, 1) == 1)
            ;
        close(fd);
    }
}

/* It listens when this returns. */
static inline void puppet_start(struct puppet *p, const char *script, size_t len,
                                enum puppet_end end)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, p->path);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 4), 0);
    fflush(NULL);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        alarm(60); /* even where the test is killed */
        puppet_perform(p, listener, script, len, end);
    }
    close(listener);
}

/* One reply, with its NUL. */
static inline void puppet_says(struct puppet *p, const char *reply)
{
    puppet_start(p, reply, strlen(reply) + 1, PUPPET_GOES_DEAF);
}

/* So it says to the first n clients, and something else to all others. */
static inline void puppet_says_first(struct puppet *p, unsigned n, const char *first,
                                     const char *reply)
{
    p->first = first;
    p->n_first = n;
    puppet_says(p, reply);
}

#define PUPPET_TEST(f) cmocka_unit_test_setup_teardown(f, puppet_setup, puppet_teardown)
