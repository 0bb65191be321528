/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMPLAINT_MAX 150        /* bytes of its standard error that we keep */
#define OUTPUT_MAX    (32 << 20) /* bytes: the rules of a large Kubernetes node are a tenth */

static void closep(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

int felt_program_find(const char *name, char *path)
{
    static const char *const directories[] = {"/usr/sbin", "/sbin", "/usr/bin", "/bin",
                                              "/usr/local/sbin"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(directories); i++) {
        int n = snprintf(path, FELT_PROGRAM_PATH, "%s/%s", directories[i], name);

        if (n > 0 && n < FELT_PROGRAM_PATH && access(path, X_OK) == 0)
            return 0;
    }
    return -ENOENT;
}

/* A file in memory with that text, at its beginning: so neither side ever waits for the other. The
 * descriptor, or -errno. */
static int memory_file(const char *text, size_t len)
{
    int fd = memfd_create("felt", MFD_CLOEXEC);
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

struct files {
    int input, output, complaint;
};

static int add_files(posix_spawn_file_actions_t *actions, const struct files *files)
{
    int r = posix_spawn_file_actions_adddup2(actions, files->input, STDIN_FILENO);

    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, files->output, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, files->complaint, STDERR_FILENO);
    return r;
}

/* Signals as a program expects them, whatever the daemon blocks. */
static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    int r;

    sigemptyset(&none);
    sigfillset(&all);
    r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (r == 0)
        r = posix_spawnattr_setsigmask(attributes, &none);
    if (r == 0)
        r = posix_spawnattr_setsigdefault(attributes, &all);
    return r;
}

static int spawn(const struct felt_program *program, const struct files *files, pid_t *ret_pid)
{
    char *const envp[] = {(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C", NULL};
    const char *slash = strrchr(program->path, '/');
    char *argv[FELT_PROGRAM_ARGS + 1] = {(char *)(slash != NULL ? slash + 1 : program->path)};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int r;

    for (size_t i = 0; i + 1 < FELT_PROGRAM_ARGS && program->args[i] != NULL; i++)
        argv[i + 1] = (char *)program->args[i];
    r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawnattr_init(&attributes);
    if (r != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -r;
    }
    r = add_files(&actions, files);
    if (r == 0)
        r = set_signals(&attributes);
    if (r == 0)
        r = posix_spawn(ret_pid, program->path, &actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

/* Its wait status, or -ETIMEDOUT or -ECANCELED after having killed it. */
static int await_exit(const struct felt_program *program, pid_t pid, int *ret_status)
{
    _cleanup_(closep) int fd = pidfd_open(pid, 0);
    struct pollfd pollfds[] = {{.fd = fd, .events = POLLIN},
                               {.fd = program->cancel_fd, .events = POLLIN}};
    int r, why = 0;

    if (fd >= 0) {
        do
            r = poll(pollfds, FELT_ARRAY_LEN(pollfds), program->limit_ms);
        while (r < 0 && errno == EINTR);
        if (r == 0)
            why = -ETIMEDOUT;
        else if (r > 0 && pollfds[0].revents == 0)
            why = -ECANCELED;
    }
    if (why < 0)
        (void)kill(pid, SIGKILL);
    do
        r = waitpid(pid, ret_status, 0);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return why;
}

/* The first line of what it said. */
static void read_complaint(int fd, char *text, size_t size)
{
    ssize_t n = pread(fd, text, size - 1, 0);

    text[n > 0 ? n : 0] = 0;
    text[strcspn(text, "\n")] = 0;
}

static int read_output(int fd, char **ret_output, size_t *ret_len)
{
    _cleanup_(felt_freep) char *output = NULL;
    struct stat st;
    size_t len = 0;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size > OUTPUT_MAX)
        return -EFBIG;
    output = malloc((size_t)st.st_size + 1);
    if (output == NULL)
        return -ENOMEM;
    while (len < (size_t)st.st_size) {
        ssize_t n = pread(fd, output + len, (size_t)st.st_size - len, (off_t)len);

        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        len += (size_t)n;
    }
    output[len] = 0;
    *ret_output = FELT_TAKE(output);
    *ret_len = len;
    return 0;
}

static int run(const struct felt_program *program, const struct files *files,
               struct felt_kernel_error *error)
{
    char complaint[COMPLAINT_MAX];
    int r, status = 0;
    pid_t pid;

    r = spawn(program, files, &pid);
    if (r < 0)
        return felt_kernel_error_set(error, r, "cannot run %s: %s", program->path, strerror(-r));
    r = await_exit(program, pid, &status);
    if (r == -ETIMEDOUT)
        return felt_kernel_error_set(error, r, "%s took too long and was killed", program->path);
    if (r < 0)
        return felt_kernel_error_set(error, r, "lost %s: %s", program->path, strerror(-r));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    read_complaint(files->complaint, complaint, sizeof(complaint));
    return felt_kernel_error_set(error, -EINVAL, "%s: %s", program->path,
                                 complaint[0] != 0 ? complaint : "failed without a word");
}

int felt_program_run(const struct felt_program *program, char **ret_output, size_t *ret_len,
                     struct felt_kernel_error *error)
{
    _cleanup_(closep) int input = memory_file(program->input, program->input_len);
    _cleanup_(closep) int output = memory_file("", 0);
    _cleanup_(closep) int complaint = memory_file("", 0);
    const struct files files = {.input = input, .output = output, .complaint = complaint};
    int r;

    if (input < 0 || output < 0 || complaint < 0)
        return felt_kernel_error_set(error,
                                     input < 0    ? input
                                     : output < 0 ? output
                                                  : complaint,
                                     "cannot make a pipe to %s", program->path);
    r = run(program, &files, error);
    if (r < 0 || ret_output == NULL)
        return r;
    r = read_output(output, ret_output, ret_len);
    return r < 0 ? felt_kernel_error_set(error, r, "cannot read what %s said: %s", program->path,
                                         strerror(-r))
                 : 0;
}
