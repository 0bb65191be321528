/* SPDX-License-Identifier: Apache-2.0 */
/* The state directory: one feltd at a time, its state file, and the cluster key. Nothing here is
 * ever overwritten because it could not be read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/failure.h"
#include "base/idiom.h"
#include "crypto/key.h"

#define FELT_STORE_STATE_MAX \
    (64 * 1024 * 1024) /* bytes; 10,000 members and 65,536 runs need 7 MB */
#define FELT_STORE_PATH_MAX 512

struct felt_store {
    int lock_fd;
    char state_path[FELT_STORE_PATH_MAX];
    char key_path[FELT_STORE_PATH_MAX]; /* of the key that the directory itself holds */
};

/* Makes the directory (0700) where there is none and locks it. 0, or -errno with ret_error. */
int felt_store_open(const char *dir, struct felt_store *ret_store, struct felt_failure *ret_error);
void felt_store_close(struct felt_store *store);

/* The whole state file in a new buffer; *ret_len is 0 and the buffer NULL where there is none.
 * 0, or -errno with ret_error. */
int felt_store_load(const struct felt_store *store, uint8_t **ret_state, size_t *ret_len,
                    struct felt_failure *ret_error);

/* A key file: one line, base64 of 32 bytes, mode 0600 or less. -ENOENT where there is none (with
 * ret_error, too); -EPERM for its mode; -EINVAL for its content. */
int felt_store_read_key(const char *path, struct felt_cluster_key *ret_key,
                        struct felt_failure *ret_error);
/* Keeps a key in the state directory. 0, or -errno with ret_error. */
int felt_store_write_key(const struct felt_store *store, const struct felt_cluster_key *key,
                         struct felt_failure *ret_error);
