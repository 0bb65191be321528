/* SPDX-License-Identifier: Apache-2.0 */
#include "cni/plugin.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cni/attachment.h"

#define ANSWER_MAX (1024 * 1024) /* bytes; a result is a few hundred */
#define SHOWN_MAX  200           /* bytes of an answer that is no error in CNI form */

static void closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool is_program(const char *file)
{
    struct stat st;

    return stat(file, &st) == 0 && S_ISREG(st.st_mode) && access(file, X_OK) == 0;
}

int felt_cni_plugin_find(const char *path, const char *type, char *ret_file,
                         struct felt_cni_failure *ret_failure)
{
    for (const char *dir = path;; dir++) {
        size_t len = strcspn(dir, ":");

        if (len > 0 && len < PATH_MAX &&
            snprintf(ret_file, PATH_MAX, "%.*s/%s", (int)len, dir, type) < PATH_MAX &&
            is_program(ret_file))
            return 0;
        dir += len;
        if (*dir == '\0')
            break;
    }
    return felt_cni_fail(ret_failure, FELT_CNI_PLUGIN,
                         "the plugin '%s' is in none of %s; Debian has the usual ones in "
                         "containernetworking-plugins",
                         type, path);
}

void felt_cni_answer_done(struct felt_cni_answer *answer)
{
    free(answer->text);
    json_decref(answer->error);
}

/* Two files in memory instead of pipes: nobody has to wait for anybody. */
static int run(const char *file, int in_fd, int out_fd, int *ret_status)
{
    char *argv[] = {(char *)file, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int r;

    r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    if ((r = posix_spawn_file_actions_adddup2(&actions, in_fd, STDIN_FILENO)) == 0 &&
        (r = posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO)) == 0)
        r = posix_spawn(&pid, file, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (r != 0)
        return -r;
    while (waitpid(pid, ret_status, 0) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* The plugin's own error, as it is. NULL where it said nothing of the kind. */
static json_t *error_of(const char *text)
{
    json_t *error = json_loads(text, 0, NULL);

    if (error && json_is_integer(json_object_get(error, "code")) &&
        json_is_string(json_object_get(error, "msg")))
        return error;
    json_decref(error);
    return NULL;
}

static json_t *make_error(const char *file, int status, const char *text)
{
    struct felt_cni_failure f;
    char how[64];

    if (WIFSIGNALED(status))
        snprintf(how, sizeof(how), "was ended by signal %d", WTERMSIG(status));
    else
        snprintf(how, sizeof(how), "ended with status %d", WEXITSTATUS(status));
    felt_cni_fail(&f, FELT_CNI_PLUGIN, "%s %s%s%.*s", file, how,
                  text[0] != '\0' ? ", and said: " : ", and did not say why", SHOWN_MAX, text);
    return json_pack("{s:i, s:s}", "code", (int)f.code, "msg", f.text);
}

static int exchange(const char *file, int in_fd, int out_fd, const char *conf,
                    struct felt_cni_answer *answer)
{
    size_t len;
    int r, status;

    if (in_fd < 0 || out_fd < 0 || dprintf(in_fd, "%s", conf) < 0 || lseek(in_fd, 0, SEEK_SET) < 0)
        return -errno;
    r = run(file, in_fd, out_fd, &status);
    if (r < 0)
        return r;
    if (lseek(out_fd, 0, SEEK_SET) < 0)
        return -errno;
    r = felt_cni_fd_read(out_fd, ANSWER_MAX, &answer->text, &len);
    if (r < 0)
        return r;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        answer->error = error_of(answer->text);
        if (!answer->error)
            answer->error = make_error(file, status, answer->text);
    }
    return 0;
}

int felt_cni_plugin_run(const char *file, const json_t *conf, struct felt_cni_answer *ret_answer,
                        struct felt_cni_failure *ret_failure)
{
    _cleanup_(closep) int in_fd = memfd_create("cni-conf", MFD_CLOEXEC),
                          out_fd = memfd_create("cni-answer", MFD_CLOEXEC);
    _cleanup_(felt_freep) char *text = json_dumps(conf, JSON_COMPACT);
    struct felt_cni_answer answer = {0};
    int r = text ? exchange(file, in_fd, out_fd, text, &answer) : -ENOMEM;

    if (r < 0) {
        felt_cni_answer_done(&answer);
        return felt_cni_fail(ret_failure, FELT_CNI_IO, "%s: %s", file, strerror(-r));
    }
    *ret_answer = answer;
    return 0;
}
