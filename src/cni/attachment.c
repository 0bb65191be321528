/* SPDX-License-Identifier: Apache-2.0 */
#include "cni/attachment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_MODE 0700
#define FILE_MODE      0600
#define TEXT_MAX       (256 * 1024) /* bytes of a delegate's configuration */
#define FIRST          "eth0"       /* the interface whose file is named as flannel's */

#define NAME_TEXT      (FELT_CNI_ID_MAX + 1 + FELT_CNI_NAME_MAX + 1)

static void closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void closedirp(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

int felt_cni_fd_read(int fd, size_t max, char **ret_text, size_t *ret_len)
{
    _cleanup_(felt_freep) char *text = malloc(max + 1);
    size_t len = 0;
    ssize_t n;

    if (!text)
        return -ENOMEM;
    while ((n = read(fd, text + len, max + 1 - len)) != 0) {
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0 && (len += (size_t)n) > max)
            return -EFBIG;
    }
    text[len] = '\0';
    *ret_text = FELT_TAKE(text);
    *ret_len = len;
    return 0;
}

int felt_cni_file_read(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    return fd < 0 ? -errno : felt_cni_fd_read(fd, max, ret_text, ret_len);
}

static void file_name(const struct felt_cni_call *call, char *name)
{
    if (strcmp(call->interface, FIRST) == 0)
        strcpy(name, call->container_id);
    else
        snprintf(name, NAME_TEXT, "%s:%s", call->container_id, call->interface);
}

/* ret_path has PATH_MAX bytes. */
static int path_of(const char *dir, const struct felt_cni_call *call, char *ret_path)
{
    char name[NAME_TEXT];

    file_name(call, name);
    return snprintf(ret_path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int make_directories(const char *dir)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/", dir) >= PATH_MAX)
        return -ENAMETOOLONG;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, DIRECTORY_MODE) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return 0;
}

static int write_file(int dir_fd, const char *name, const char *text)
{
    _cleanup_(closep) int fd =
        openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    size_t len = strlen(text);

    if (fd < 0)
        return -errno;
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return fsync(fd) < 0 ? -errno : 0;
}

int felt_cni_attachment_save(const char *dir, const struct felt_cni_call *call, const char *text)
{
    char name[NAME_TEXT], temporary[NAME_TEXT + 8];
    _cleanup_(closep) int dir_fd = -1;
    int r = make_directories(dir);

    if (r < 0)
        return r;
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return -errno;
    file_name(call, name);
    /* A runtime does not call twice at once for one interface. */
    snprintf(temporary, sizeof(temporary), ".%s.tmp", name);
    r = write_file(dir_fd, temporary, text);
    if (r == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
        r = -errno;
    if (r < 0) {
        unlinkat(dir_fd, temporary, 0);
        return r;
    }
    return fsync(dir_fd) < 0 ? -errno : 0;
}

int felt_cni_attachment_read(const char *dir, const struct felt_cni_call *call, char **ret_text)
{
    char path[PATH_MAX];
    size_t len;
    int r = path_of(dir, call, path);

    return r < 0 ? r : felt_cni_file_read(path, TEXT_MAX, ret_text, &len);
}

int felt_cni_attachment_remove(const char *dir, const struct felt_cni_call *call)
{
    char path[PATH_MAX];
    int r = path_of(dir, call, path);

    if (r < 0)
        return r;
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* False where the name is none of ours. Splits it. */
static bool split_name(char *name, const char **ret_interface)
{
    char *colon = strchr(name, ':');

    *ret_interface = FIRST;
    if (colon) {
        *colon = '\0';
        *ret_interface = colon + 1;
    }
    return felt_cni_id_is_valid(name) && felt_cni_interface_is_valid(*ret_interface);
}

int felt_cni_attachment_each(const char *dir,
                             void (*each)(void *userdata, const char *container_id,
                                          const char *interface, const char *text),
                             void *userdata)
{
    _cleanup_(closedirp) DIR *d = opendir(dir);
    struct dirent *entry;

    if (!d)
        return errno == ENOENT ? 0 : -errno;
    while ((entry = readdir(d))) {
        _cleanup_(closep) int fd = -1;
        _cleanup_(felt_freep) char *text = NULL;
        const char *interface;
        size_t len;

        fd = openat(dirfd(d), entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
        if (fd < 0 || !split_name(entry->d_name, &interface) ||
            felt_cni_fd_read(fd, TEXT_MAX, &text, &len) < 0)
            continue;
        each(userdata, entry->d_name, interface, text);
    }
    return 0;
}
