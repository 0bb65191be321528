/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/httpd_wish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/listener.h"
#include "agent/path.h"
#include "base/idiom.h"

#define DIRECTORY_MODE 0755
#define FILE_MODE      0644 /* felt-httpd is another user, and there is no secret in it */

bool felt_httpd_wish_is_none(const struct felt_httpd_wish *wish)
{
    return wish->health.port == 0 && wish->all.port == 0;
}

size_t felt_httpd_wish_render(const struct felt_httpd_wish *wish, char *text)
{
    const size_t size = FELT_HTTPD_WISH_TEXT;
    int n = snprintf(text, size,
                     "# What feltd's --healthz-port and --metrics-listen ask of felt-httpd.\n"
                     "--control-socket=%s\n",
                     wish->control_socket);

    if (wish->health.port != 0)
        n += snprintf(text + n, size - (size_t)n, "--healthz=%s\n", FELT_ENDPOINT(&wish->health));
    if (wish->all.port != 0)
        n += snprintf(text + n, size - (size_t)n, "--listen=%s\n", FELT_ENDPOINT(&wish->all));
    assert((size_t)n < size); /* the path of a socket that is open is short */
    return (size_t)n;
}

static int take_away(const char *path, bool *ret_changed)
{
    if (unlink(path) < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return -errno;
        *ret_changed = false;
        return 0;
    }
    *ret_changed = true;
    return 0;
}

int felt_httpd_wish_write(const struct felt_httpd_wish *wish, bool *ret_changed)
{
    char text[FELT_HTTPD_WISH_TEXT], old[FELT_HTTPD_WISH_TEXT];
    ssize_t old_len;
    size_t len;
    int r;

    if (felt_httpd_wish_is_none(wish))
        return take_away(wish->path, ret_changed);
    len = felt_httpd_wish_render(wish, text);
    old_len = felt_path_read(wish->path, old, sizeof(old));
    if (old_len == (ssize_t)len && memcmp(old, text, len) == 0) {
        *ret_changed = false;
        return 0;
    }
    r = felt_path_make_parents(wish->path, DIRECTORY_MODE);
    if (r < 0)
        return r;
    r = felt_path_replace(wish->path, text, len, FILE_MODE);
    if (r < 0)
        return r;
    *ret_changed = true;
    return 0;
}

static bool listens(const struct felt_endpoint *at, const char *net_dir, uid_t user, bool patient,
                    char *ret_why, size_t why_size)
{
    struct felt_listener l;
    int r;

    if (at->port == 0)
        return true;
    r = felt_listener_find(net_dir, at, &l);
    if (r < 0) {
        snprintf(ret_why, why_size, "who listens at %s cannot be read: %s: %s", FELT_ENDPOINT(at),
                 net_dir, strerror(-r));
        return false;
    }
    if (l.kind == FELT_LISTENER_NONE && patient)
        return true;
    if (l.kind == FELT_LISTENER_NONE) {
        snprintf(ret_why, why_size,
                 "nothing listens at %s; see 'systemctl status feltd-httpd.path "
                 "feltd-httpd.service'",
                 FELT_ENDPOINT(at));
        return false;
    }
    if (l.kind == FELT_LISTENER_ANSWERS && (user == FELT_HTTPD_ANY_USER || l.uid == user))
        return true;
    snprintf(ret_why, why_size,
             "%s is taken: a process of user %u listens at %s; see 'ss -ltnp sport = :%u'",
             FELT_ENDPOINT(at), (unsigned)l.uid, FELT_ENDPOINT(&l.at), (unsigned)at->port);
    return false;
}

bool felt_httpd_wish_is_fulfilled(const struct felt_httpd_wish *wish, const char *net_dir,
                                  uid_t user, bool patient, char *ret_why, size_t why_size)
{
    return listens(&wish->health, net_dir, user, patient, ret_why, why_size) &&
           listens(&wish->all, net_dir, user, patient, ret_why, why_size);
}
