/* SPDX-License-Identifier: Apache-2.0 */
/* Proof that a stranger receives at the address it sends from: a keyed hash of its address and id.
 * Any member checks any member's cookie, since the key comes from the cluster key, so that a
 * joiner that is referred to another member does not begin again (proto/gossip.md 5). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/ip.h"
#include "crypto/key.h"

#define FELT_COOKIE_BYTES 16

struct felt_cookie_key {
    uint8_t key[32];
};

void felt_cookie_key_init(struct felt_cookie_key *cookie_key, const struct felt_cluster_key *key);
void felt_cookie_key_wipe(struct felt_cookie_key *cookie_key);
/* session is the stranger's: a cookie serves one of its lives. */
void felt_cookie_make(const struct felt_cookie_key *key, const struct felt_endpoint *from,
                      const struct felt_id *id, uint64_t session, uint8_t *ret_cookie);
bool felt_cookie_check(const struct felt_cookie_key *key, const struct felt_endpoint *from,
                       const struct felt_id *id, uint64_t session, const uint8_t *cookie);
