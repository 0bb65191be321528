/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/varlink_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/path.h"

#define DIRECTORY_MODE 0755
#define SOCKET_MODE    0660
#define LOCK_MODE      0600
#define BACKLOG        64 /* connections not yet accepted; the loop takes them at once */

_printf_(3, 4) static int fail(struct felt_varlink_listen_error *error, int r, const char *format,
                               ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return r;
}

static int take_lock(const char *path, int *ret_fd, struct felt_varlink_listen_error *error)
{
    _cleanup_(felt_closep) int fd = -1;
    char lock[128];

    snprintf(lock, sizeof(lock), "%s.lock", path);
    fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (fd < 0)
        return fail(error, -errno, "%s: %s", lock, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            return fail(error, -EADDRINUSE, "another feltd is running on %s", path);
        return fail(error, -errno, "%s: %s", lock, strerror(errno));
    }
    *ret_fd = fd;
    fd = -1;
    return 0;
}

/* Whether somebody accepts connections there. */
static bool is_served(const struct sockaddr_un *address)
{
    _cleanup_(felt_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return true; /* not known: do not take it away from anybody */
    return connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
           (errno != ECONNREFUSED && errno != ENOENT);
}

/* Nothing of a dead process is in the way afterwards. */
static int clear_path(const struct sockaddr_un *address, struct felt_varlink_listen_error *error)
{
    const char *path = address->sun_path;
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : fail(error, -errno, "%s: %s", path, strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return fail(error, -EEXIST,
                    "%s exists and is not a socket: remove it or choose another path", path);
    if (is_served(address))
        return fail(error, -EADDRINUSE, "another feltd is running on %s", path);
    if (unlink(path) < 0)
        return fail(error, -errno, "%s: %s", path, strerror(errno));
    return 0;
}

static int bind_and_listen(const struct sockaddr_un *address, int *ret_fd)
{
    _cleanup_(felt_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    /* The mode before bind() bounds that of the file, so that at no instant it is open to all;
     * the one after it is there because of the umask. */
    if (fd < 0 || fchmod(fd, SOCKET_MODE) < 0 ||
        bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
        return -errno;
    if (chmod(address->sun_path, SOCKET_MODE) < 0 || listen(fd, BACKLOG) < 0) {
        int r = -errno;

        unlink(address->sun_path);
        return r;
    }
    *ret_fd = fd;
    fd = -1;
    return 0;
}

/* Needs CAP_CHOWN, or that we are in it; without either feltd is as good, for root. Where the group
 * is our own, as Group= of the unit has it, the socket is of it already; the unit allows no
 * chown(). */
static void give_to_group(const char *path, gid_t group)
{
    struct stat st;

    if (group == 0 || (stat(path, &st) == 0 && st.st_gid == group))
        return;
    if (chown(path, (uid_t)-1, group) < 0)
        felt_log_warning("control: %s is for root alone: cannot give it to the group %u: %s", path,
                         (unsigned)group, strerror(errno));
}

int felt_varlink_listen(const char *path, gid_t group, struct felt_varlink_listener *ret_listener,
                        struct felt_varlink_listen_error *ret_error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    _cleanup_(felt_closep) int lock_fd = -1;
    int r, fd = -1;

    _Static_assert(sizeof(address.sun_path) == sizeof(ret_listener->path),
                   "one path fits the other");
    if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path))
        return fail(ret_error, -ENAMETOOLONG, "%s: the path of a socket has 1 to %zu bytes", path,
                    sizeof(address.sun_path) - 1);
    strcpy(address.sun_path, path);
    r = felt_path_make_parents(path, DIRECTORY_MODE);
    if (r < 0)
        return fail(ret_error, r, "%s: cannot make its directory: %s", path, strerror(-r));
    r = take_lock(path, &lock_fd, ret_error);
    if (r < 0)
        return r;
    r = clear_path(&address, ret_error);
    if (r < 0)
        return r;
    r = bind_and_listen(&address, &fd);
    if (r < 0)
        return fail(ret_error, r, "%s: %s", path, strerror(-r));
    give_to_group(path, group);
    *ret_listener = (struct felt_varlink_listener){.fd = fd, .lock_fd = lock_fd};
    strcpy(ret_listener->path, path);
    lock_fd = -1;
    return 0;
}

void felt_varlink_listener_done(struct felt_varlink_listener *listener)
{
    unlink(listener->path);
    felt_closep(&listener->fd);
    felt_closep(&listener->lock_fd);
}
