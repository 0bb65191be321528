/* SPDX-License-Identifier: Apache-2.0 */
/* The listening side of the control socket as a file: one feltd per path, told by a lock beside it
 * (PATH.lock), which dies with its process whatever way that ends. */
#pragma once

#include <sys/types.h>

#include "base/idiom.h"

struct felt_varlink_listener {
    int fd;      /* listening, non-blocking, close-on-exec */
    int lock_fd; /* held while the process lives */
    char path[108];
};

struct felt_varlink_listen_error {
    char text[512]; /* one line */
};

/* Makes the directory (0755) and the socket (0660, of that group; 0: of ours); replaces the socket
 * of a dead process. A group that cannot be set is logged, and the socket is of ours. 0;
 * -EADDRINUSE: another process serves this path; -EEXIST: the path is something else;
 * -ENAMETOOLONG; another -errno. ret_error is filled where it is not 0. */
int felt_varlink_listen(const char *path, gid_t group, struct felt_varlink_listener *ret_listener,
                        struct felt_varlink_listen_error *ret_error);

/* Closes, and removes the socket so that clients are told at once that nobody is there. */
void felt_varlink_listener_done(struct felt_varlink_listener *listener);
