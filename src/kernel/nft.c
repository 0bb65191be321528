/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/nft.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_LIMIT    5000 /* ms: a transaction takes 10 to 30 */
#define COMPLAINT_MAX 150  /* bytes of its standard error that we keep */

static void closep(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static const char *find_nft(void)
{
    static const char *const paths[] = {"/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft",
                                        "/usr/local/sbin/nft"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(paths); i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

/* A file in memory with that text, at its beginning: so neither side ever waits for the other. The
 * descriptor, or -errno. */
static int memory_file(const char *text, size_t len)
{
    int fd = memfd_create("felt-nft", MFD_CLOEXEC);
    int r = 0;

    if (fd < 0)
        return -errno;
    while (len > 0 && r == 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0) {
            r = -errno;
        } else {
            text += n;
            len -= (size_t)n;
        }
    }
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r < 0) {
        (void)close(fd);
        return r;
    }
    return fd;
}

/* Signals as a program expects them, whatever the daemon blocks. */
static int spawn(const char *path, int input, int output, pid_t *ret_pid)
{
    char *const argv[] = {(char *)"nft", (char *)"-f", (char *)"-", NULL};
    char *const envp[] = {(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int r;

    sigemptyset(&none);
    sigfillset(&all);
    r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawnattr_init(&attributes);
    if (r != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -r;
    }
    r = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    if (r == 0)
        r = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (r == 0)
        r = posix_spawnattr_setsigmask(&attributes, &none);
    if (r == 0)
        r = posix_spawnattr_setsigdefault(&attributes, &all);
    if (r == 0)
        r = posix_spawn(ret_pid, path, &actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

/* Its wait status, or -ETIMEDOUT after having killed it. */
static int await_exit(pid_t pid, int *ret_status)
{
    _cleanup_(closep) int fd = pidfd_open(pid, 0);
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    bool late = false;
    int r;

    if (fd >= 0) {
        do
            r = poll(&pollfd, 1, TIME_LIMIT);
        while (r < 0 && errno == EINTR);
        late = r == 0;
    }
    if (late)
        (void)kill(pid, SIGKILL);
    do
        r = waitpid(pid, ret_status, 0);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return late ? -ETIMEDOUT : 0;
}

/* The first line of what it said. */
static void read_complaint(int fd, char *text, size_t size)
{
    ssize_t n = pread(fd, text, size - 1, 0);

    text[n > 0 ? n : 0] = 0;
    text[strcspn(text, "\n")] = 0;
}

int felt_nft_run(const char *text, size_t len, struct felt_kernel_error *error)
{
    _cleanup_(closep) int input = memory_file(text, len);
    _cleanup_(closep) int output = memory_file("", 0);
    const char *path = find_nft();
    char complaint[COMPLAINT_MAX];
    int r, status = 0;
    pid_t pid;

    if (input < 0 || output < 0)
        return felt_kernel_error_set(error, input < 0 ? input : output,
                                     "cannot make a pipe to nft");
    if (path == NULL)
        return felt_kernel_error_set(error, -ENOENT,
                                     "nft not found; install nftables, or run without --ip-masq");
    r = spawn(path, input, output, &pid);
    if (r < 0)
        return felt_kernel_error_set(error, r, "cannot run %s: %s", path, strerror(-r));
    r = await_exit(pid, &status);
    if (r == -ETIMEDOUT)
        return felt_kernel_error_set(error, r, "%s took too long and was killed", path);
    if (r < 0)
        return felt_kernel_error_set(error, r, "lost %s: %s", path, strerror(-r));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    read_complaint(output, complaint, sizeof(complaint));
    return felt_kernel_error_set(error, -EINVAL, "%s: %s", path,
                                 complaint[0] != 0 ? complaint : "failed without a word");
}
