/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/idiom.h"

#define OWN_USER        "felt-httpd"
#define ANYBODY         "nobody"
#define SOCKET_GROUP    "felt"                    /* where the socket is not there yet to tell */
#define EVERY_FILE_DEED ((UINT64_C(1) << 13) - 1) /* all that Landlock's first version knows */

_printf_(3, 4) static int fail(struct felt_privilege_error *error, int r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return r;
}

static gid_t group_of(const char *socket_path, gid_t otherwise)
{
    const struct group *group;
    struct stat st;

    if (stat(socket_path, &st) == 0)
        return st.st_gid;
    group = getgrnam(SOCKET_GROUP);
    return group ? group->gr_gid : otherwise;
}

static int become(const char *user, const char *socket_path, struct felt_privilege_error *error)
{
    const struct passwd *entry = getpwnam(user ? user : OWN_USER);
    gid_t group;
    uid_t uid;

    if (!entry && !user)
        entry = getpwnam(ANYBODY);
    if (!entry)
        return fail(error, -ENOENT, "there is no user '%s'; see --user", user ? user : ANYBODY);
    if (entry->pw_uid == 0)
        return fail(error, -EINVAL, "--user %s: that is root; name a user without privileges",
                    entry->pw_name);
    uid = entry->pw_uid;
    group = group_of(socket_path, entry->pw_gid);
    if (setgroups(0, NULL) < 0 || setresgid(group, group, group) < 0 ||
        setresuid(uid, uid, uid) < 0)
        return fail(error, -errno,
                    "cannot become another user than root: %s; run it as one, or with CAP_SETUID "
                    "and CAP_SETGID",
                    strerror(errno));
    return 0;
}

/* No file, no directory, no device: what is open stays so, and sockets are none of its concern. */
static void close_files(void)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = EVERY_FILE_DEED};
    long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

    if (fd < 0)
        return; /* a kernel of before 5.13, or one that was told not to */
    (void)syscall(SYS_landlock_restrict_self, (int)fd, 0);
    close((int)fd);
}

int felt_privilege_drop(const char *user, const char *socket_path,
                        struct felt_privilege_error *ret_error)
{
    int r = 0;

    if (geteuid() == 0)
        r = become(user, socket_path, ret_error);
    if (r < 0)
        return r;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail(ret_error, -errno, "cannot give up privileges: %s", strerror(errno));
    close_files();
    return 0;
}
