/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/idiom.h"

void felt_closep(int *fd)
{
    int saved_errno = errno;

    if (*fd >= 0)
        close(*fd);
    errno = saved_errno;
}

ssize_t felt_path_read(const char *path, char *buf, size_t size)
{
    /* Not to be stopped by a FIFO that somebody put there. */
    _cleanup_(felt_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    size_t len = 0;

    if (fd < 0)
        return -errno;
    while (len < size) {
        ssize_t n = read(fd, buf + len, size - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

int felt_path_make_parents(const char *path, mode_t mode)
{
    char dir[PATH_MAX];
    struct stat st;
    int r;

    if (strlen(path) >= sizeof(dir))
        return -ENAMETOOLONG;
    if (!strchr(path, '/'))
        return 0;
    strcpy(dir, path);
    for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(dir, mode) == 0)
            r = chmod(dir, mode); /* whatever the umask */
        else
            r = errno == EEXIST ? 0 : -1;
        if (r < 0)
            return -errno;
        *slash = '/';
    }
    /* EEXIST also is the answer where there is a file. */
    *strrchr(dir, '/') = '\0';
    if (dir[0] != '\0' && stat(dir, &st) < 0)
        return -errno;
    return dir[0] == '\0' || S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

/* The part of path up to its last slash, or "."; dir has PATH_MAX bytes. */
static void directory_of(const char *path, char *dir)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) + 1 : 0;

    if (len == 0) {
        strcpy(dir, ".");
        return;
    }
    memcpy(dir, path, len);
    dir[len] = '\0';
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int write_file(const char *path, const void *data, size_t len, mode_t mode)
{
    /* One name, so that crashes leave at most one such file. */
    _cleanup_(felt_closep) int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
    int r;

    if (fd < 0)
        return -errno;
    if (fchmod(fd, mode) < 0)
        return -errno;
    r = write_all(fd, data, len);
    if (r < 0)
        return r;
    return fsync(fd) < 0 ? -errno : 0;
}

int felt_path_replace(const char *path, const void *data, size_t len, mode_t mode)
{
    char dir[PATH_MAX], temporary[2 * PATH_MAX];
    _cleanup_(felt_closep) int dir_fd = -1;
    const char *slash = strrchr(path, '/');
    int r;

    if (strlen(path) + strlen("..tmp") + 2 >= sizeof(dir))
        return -ENAMETOOLONG;
    directory_of(path, dir);
    snprintf(temporary, sizeof(temporary), "%s/.%s.tmp", dir, slash ? slash + 1 : path);
    r = write_file(temporary, data, len, mode);
    if (r == 0 && rename(temporary, path) < 0)
        r = -errno;
    if (r < 0) {
        unlink(temporary);
        return r;
    }
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0 || fsync(dir_fd) < 0)
        return -errno;
    return 0;
}
