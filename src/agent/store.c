/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/path.h"

#define KEY_FILE_MAX 256 /* bytes; a good one has 45 */

int felt_store_open(const char *dir, struct felt_store *ret_store, struct felt_failure *ret_error)
{
    _cleanup_(felt_closep) int fd = -1;
    char lock[FELT_STORE_PATH_MAX];
    struct felt_store store;
    int r;

    if (strlen(dir) > FELT_STORE_PATH_MAX - 32)
        return felt_fail(ret_error, -ENAMETOOLONG, "--state-dir %s: the path is too long", dir);
    snprintf(store.state_path, sizeof(store.state_path), "%s/state", dir);
    snprintf(store.key_path, sizeof(store.key_path), "%s/cluster.key", dir);
    snprintf(lock, sizeof(lock), "%s/lock", dir);
    r = felt_path_make_parents(lock, 0700);
    if (r < 0)
        return felt_fail(ret_error, r, "--state-dir %s: cannot be made: %s", dir, strerror(-r));
    fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        r = -errno;
        return felt_fail(ret_error, r, "--state-dir %s: cannot open %s: %s", dir, lock,
                         strerror(-r));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return felt_fail(ret_error, -EBUSY,
                         "--state-dir %s: another feltd uses it; stop that one, or give this one a "
                         "directory of its own",
                         dir);
    store.lock_fd = fd;
    fd = -1;
    *ret_store = store;
    return 0;
}

void felt_store_close(struct felt_store *store)
{
    felt_closep(&store->lock_fd);
}

int felt_store_load(const struct felt_store *store, uint8_t **ret_state, size_t *ret_len,
                    struct felt_failure *ret_error)
{
    _cleanup_(felt_freep) uint8_t *state = NULL;
    struct stat st;
    ssize_t n;

    if (stat(store->state_path, &st) < 0) {
        if (errno == ENOENT) {
            *ret_state = NULL;
            *ret_len = 0;
            return 0;
        }
        n = -errno;
        return felt_fail(ret_error, (int)n, "store: cannot read %s: %s", store->state_path,
                         strerror((int)-n));
    }
    if (st.st_size == 0 || st.st_size > FELT_STORE_STATE_MAX)
        return felt_fail(
            ret_error, -EBADMSG,
            "store: %s has %lld bytes, so it is not what feltd wrote there; move it away (do not "
            "restore an older one) to join as a new node",
            store->state_path, (long long)st.st_size);
    state = malloc((size_t)st.st_size);
    if (!state)
        return felt_fail(ret_error, -ENOMEM, "store: no memory to read %s", store->state_path);
    n = felt_path_read(store->state_path, (char *)state, (size_t)st.st_size);
    if (n != st.st_size) {
        n = n < 0 ? n : -EIO;
        return felt_fail(ret_error, (int)n, "store: cannot read %s: %s", store->state_path,
                         strerror((int)-n));
    }
    *ret_len = (size_t)n;
    *ret_state = FELT_TAKE(state);
    return 0;
}

int felt_store_read_key(const char *path, struct felt_cluster_key *ret_key,
                        struct felt_failure *ret_error)
{
    char text[KEY_FILE_MAX];
    struct stat st;
    ssize_t n;
    int r;

    if (stat(path, &st) < 0) {
        r = -errno;
        return felt_fail(ret_error, r, "--key-file %s: %s", path, strerror(-r));
    }
    if (st.st_mode & 077)
        return felt_fail(
            ret_error, -EPERM,
            "--key-file %s: mode %04o lets others read the cluster key; chmod 0600 it, and "
            "consider a new key",
            path, (unsigned)st.st_mode & 07777);
    n = felt_path_read(path, text, sizeof(text));
    if (n < 0)
        return felt_fail(ret_error, (int)n, "--key-file %s: %s", path, strerror((int)-n));
    r = felt_key_parse(text, (size_t)n, ret_key);
    explicit_bzero(text, sizeof(text));
    if (r < 0)
        return felt_fail(
            ret_error, r,
            "--key-file %s: not a key: it must be one line, the base64 of 32 bytes (make "
            "one with: head -c 32 /dev/urandom | base64)",
            path);
    return 0;
}

int felt_store_write_key(const struct felt_store *store, const struct felt_cluster_key *key,
                         struct felt_failure *ret_error)
{
    char text[FELT_KEY_TEXT + 1];
    int r;

    felt_key_format(key, text);
    strcat(text, "\n");
    r = felt_path_replace(store->key_path, text, strlen(text), 0600);
    explicit_bzero(text, sizeof(text));
    if (r < 0)
        return felt_fail(ret_error, r, "store: cannot write %s: %s", store->key_path, strerror(-r));
    return 0;
}
