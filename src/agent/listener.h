/* SPDX-License-Identifier: Apache-2.0 */
/* Who listens on a TCP port of this machine, as /proc/net/tcp and tcp6 say (proc(5)). */
#pragma once

#include <sys/types.h>

#include "base/ip.h"

#define FELT_LISTENER_NET_DIR "/proc/self/net"

enum felt_listener_kind {
    FELT_LISTENER_NONE,      /* nobody, and nobody is in the way */
    FELT_LISTENER_OBSTRUCTS, /* somebody elsewhere on the port, so that nobody else can there */
    FELT_LISTENER_ANSWERS,   /* somebody there, or everywhere */
};

struct felt_listener {
    enum felt_listener_kind kind;
    struct felt_endpoint at; /* likewise uid; of FELT_LISTENER_NONE nothing */
    uid_t uid;
};

/* The one that is there itself goes before one that is everywhere. net_dir: FELT_LISTENER_NET_DIR.
 * 0 or -errno. */
int felt_listener_find(const char *net_dir, const struct felt_endpoint *at,
                       struct felt_listener *ret_listener);
