/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/options_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Of the file itself, not of its name: one that is put in its place takes away its last name, which
 * is a change of its attributes. */
#define CHANGES (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)

static int read_all(int fd, char *text, size_t size)
{
    size_t len = 0;

    while (len < size) {
        ssize_t n = read(fd, text + len, size - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    if (len == size)
        return -EFBIG;
    text[len] = '\0';
    return memchr(text, '\0', len) ? -EINVAL : 0;
}

static int open_both(const char *path, struct felt_options_file *file)
{
    int fd, r;

    file->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (file->watch_fd < 0)
        return -errno;
    if (inotify_add_watch(file->watch_fd, path, CHANGES) < 0)
        return -errno;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    r = read_all(fd, file->text, sizeof(file->text));
    close(fd);
    return r;
}

int felt_options_file_open(const char *path, struct felt_options_file *ret_file)
{
    int r = open_both(path, ret_file);

    if (r < 0)
        felt_options_file_done(ret_file);
    return r;
}

void felt_options_file_done(struct felt_options_file *file)
{
    if (file->watch_fd >= 0)
        close(file->watch_fd);
    file->watch_fd = -1;
}
