/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/varlink_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/idiom.h"

#define GROUPS_FIRST 64    /* more than anybody is in, nearly */
#define GROUPS_MAX   65536 /* linux/limits.h NGROUPS_MAX */

static int groups_of(int fd, gid_t **ret_groups, size_t *ret_n)
{
    _cleanup_(felt_freep) gid_t *groups = NULL;
    socklen_t len = GROUPS_FIRST * sizeof(*groups);

    /* Too small once: the kernel says how many there are, and they do not change any more. */
    for (int i = 0; i < 2; i++) {
        gid_t *larger = realloc(groups, len + 1);

        if (!larger)
            return -ENOMEM;
        groups = larger;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0) {
            *ret_n = len / sizeof(*groups);
            *ret_groups = FELT_TAKE(groups);
            return 0;
        }
        if (errno != ERANGE || len > GROUPS_MAX * sizeof(*groups))
            return -errno;
    }
    return -ERANGE;
}

int felt_varlink_peer_of(int fd, struct felt_varlink_peer *ret_peer)
{
    struct felt_varlink_peer peer = {0};
    struct ucred cred;
    socklen_t len = sizeof(cred);
    int r;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
        return -errno;
    r = groups_of(fd, &peer.groups, &peer.n_groups);
    if (r < 0)
        return r;
    peer.uid = cred.uid;
    peer.gid = cred.gid;
    *ret_peer = peer;
    return 0;
}

void felt_varlink_peer_done(struct felt_varlink_peer *peer)
{
    free(peer->groups);
    *peer = (struct felt_varlink_peer){0};
}

bool felt_varlink_peer_may_change(const struct felt_varlink_peer *peer, uid_t own_uid, gid_t admin)
{
    if (peer->uid == 0 || peer->uid == own_uid)
        return true;
    if (admin == 0)
        return false;
    for (size_t i = 0; i < peer->n_groups; i++) {
        if (peer->groups[i] == admin)
            return true;
    }
    return peer->gid == admin;
}
