/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/path.h"
#include "base/idiom.h"

int felt_password_read(const char *path, char *password, size_t size, char *words,
                       size_t words_size)
{
    _cleanup_(felt_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    ssize_t n;
    size_t len;

    n = fd < 0 || fstat(fd, &st) < 0 ? -1 : read(fd, password, size);
    if (n < 0) {
        snprintf(words, words_size, "%s", strerror(errno));
        return -errno;
    }
    if (st.st_mode & S_IRWXO) {
        snprintf(
            words, words_size,
            "mode %04o lets everybody read the password; chmod 0600 it, and change the password",
            (unsigned)st.st_mode & 07777);
        return -EPERM;
    }
    len = strnlen(password, (size_t)n);
    if (len > 0 && password[len - 1] == '\n')
        len--;
    if (len == 0 || len >= size || memchr(password, '\n', len) || memchr(password, '\r', len)) {
        snprintf(words, words_size, "a password is one line of 1 to %zu bytes", size - 1);
        return -EINVAL;
    }
    password[len] = '\0';
    return 0;
}
