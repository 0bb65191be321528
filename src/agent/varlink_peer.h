/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end of a Unix socket, as the kernel had it when that one connected. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct felt_varlink_peer {
    uid_t uid;
    gid_t gid;
    gid_t *groups; /* beside gid, owned */
    size_t n_groups;
};

/* 0 or -errno. */
int felt_varlink_peer_of(int fd, struct felt_varlink_peer *ret_peer);
void felt_varlink_peer_done(struct felt_varlink_peer *peer);

/* Root, whoever is what this process is (own_uid), and the members of a group; admin 0: there is no
 * such group. */
bool felt_varlink_peer_may_change(const struct felt_varlink_peer *peer, uid_t own_uid, gid_t admin);
