/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/key_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/log.h"
#include "base/bytes.h"
#include "node/keys.h"

#define BY_HAND ".new"

struct key_id {
    uint8_t id[FELT_KEY_ID_LEN];
    char text[2 * FELT_KEY_ID_LEN + 1];
};

static struct key_id id_of(const struct felt_cluster_key *key)
{
    struct key_id k;

    felt_key_id(key, k.id);
    felt_hex_encode(k.id, sizeof(k.id), k.text);
    return k;
}

static void by_hand_path(const struct felt_store *store, char path[FELT_STORE_PATH_MAX + 8])
{
    snprintf(path, FELT_STORE_PATH_MAX + 8, "%s" BY_HAND, store->key_path);
}

int felt_key_files_by_hand(const struct felt_store *store, struct felt_cluster_key *ret_key,
                           bool *ret_there, struct felt_failure *ret_error)
{
    char path[FELT_STORE_PATH_MAX + 8];
    int r;

    by_hand_path(store, path);
    *ret_there = access(path, F_OK) == 0;
    if (!*ret_there)
        return 0;
    r = felt_store_read_key(path, ret_key, ret_error);
    if (r == 0)
        felt_log_notice("keys: %s takes the place of the key that this node had", path);
    return r;
}

/* Whoever uses --key-file goes on with the file that it had. */
static void warn_of_key_file(const struct felt_store *store, const char *key_file,
                             const struct key_id *file, const struct key_id *sealing)
{
    felt_log_warning("keys: --key-file %s holds key=%s, which was replaced by key=%s: that one is "
                     "used, and is in %s; put it into the --key-file, too",
                     key_file, file->text, sealing->text, store->key_path);
}

/* The file is what the node seals with, and what was put there by hand has been taken. */
static int write_file(const struct felt_store *store, const struct felt_cluster_key *key,
                      struct felt_failure *error)
{
    char path[FELT_STORE_PATH_MAX + 8];
    int r = felt_store_write_key(store, key, error);

    if (r < 0)
        return r;
    by_hand_path(store, path);
    if (unlink(path) < 0 && errno != ENOENT) {
        r = -errno;
        return felt_fail(error, r, "store: cannot remove %s: %s", path, strerror(-r));
    }
    return 0;
}

int felt_key_files_start(const struct felt_store *store, const struct felt_node *node,
                         const char *key_file, struct felt_cluster_key *key,
                         struct felt_failure *ret_error)
{
    struct key_id file = id_of(key), sealing = id_of(felt_node_key(node));
    const char *path = key_file ? key_file : store->key_path;
    char by_hand[FELT_STORE_PATH_MAX + 8];
    struct felt_keys_view v;

    by_hand_path(store, by_hand);
    felt_node_keys(node, &v);
    if (!felt_node_key_opens(node, file.id) && !felt_node_key_replaced(node, file.id))
        return felt_fail(
            ret_error, -EKEYREJECTED,
            "%s holds key=%s, and the cluster's is key=%s, says %s. Where the cluster's key was "
            "changed by hand on all machines, put the new one into %s; else put the key of "
            "another member's cluster.key into %s",
            path, file.text, sealing.text, store->state_path, by_hand, path);
    if (key_file && memcmp(file.id, sealing.id, sizeof(file.id)) != 0 &&
        (v.phase == FELT_KEYRING_USED || felt_node_key_replaced(node, file.id)))
        warn_of_key_file(store, key_file, &file, &sealing);
    /* Where the ring was changed just now, the state comes first. */
    *key = *felt_node_key(node);
    if (!v.durable || (!v.rotated && access(by_hand, F_OK) < 0))
        return 0;
    return write_file(store, key, ret_error);
}

bool felt_key_files_follow(const struct felt_store *store, const struct felt_node *node,
                           const char *key_file, struct felt_cluster_key *key)
{
    struct key_id before = id_of(key), sealing;
    struct felt_failure error;

    *key = *felt_node_key(node);
    sealing = id_of(key);
    if (write_file(store, key, &error) < 0) {
        felt_log_error("%s; the state has the key, and it is written at the next start",
                       error.text);
        return false;
    }
    if (key_file && memcmp(before.id, sealing.id, sizeof(before.id)) != 0)
        warn_of_key_file(store, key_file, &before, &sealing);
    return true;
}
