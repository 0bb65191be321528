/* SPDX-License-Identifier: Apache-2.0 */
/* The files that hold the cluster key, beside the state, whose keyring wins over all of them:
 * STATE_DIR/cluster.key follows it, --key-file is the operator's, and STATE_DIR/cluster.key.new is
 * how an operator changes the key by hand, on all machines (proto/state.md 4). */
#pragma once

#include <stdbool.h>

#include "agent/failure.h"
#include "agent/store.h"
#include "crypto/key.h"
#include "node/node.h"

/* The key that an operator put there by hand; *ret_there: whether there is one. 0, or -errno with
 * ret_error. */
int felt_key_files_by_hand(const struct felt_store *store, struct felt_cluster_key *ret_key,
                           bool *ret_there, struct felt_failure *ret_error);

/* At the start, with the node that was made with *key, which becomes what it seals with. key_file:
 * --key-file, or NULL. A key that the node's keyring does not know is refused; one that it has
 * replaced is warned of, where it is the operator's to change. 0, or -errno with ret_error. */
int felt_key_files_start(const struct felt_store *store, const struct felt_node *node,
                         const char *key_file, struct felt_cluster_key *key,
                         struct felt_failure *ret_error);

/* The node's keyring has changed, and its state says so durably: *key and the file follow. What
 * goes wrong is logged. False where the file could not be written: it is at the next start. */
bool felt_key_files_follow(const struct felt_store *store, const struct felt_node *node,
                           const char *key_file, struct felt_cluster_key *key);
