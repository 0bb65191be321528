/* SPDX-License-Identifier: Apache-2.0 */
/* By which interface, and from which address, this machine reaches another one: 'ip route get'. */
#pragma once

#include <stdint.h>

#include "base/ip.h"
#include "kernel/error.h"

struct nlmsghdr;

struct felt_way_out {
    uint32_t ifindex;
    struct felt_ip source; /* family NONE: the kernel names none */
};

/* With a socket of its own; policy rules count. 0 or -errno, as -ENETUNREACH, with words in error
 * (may be NULL). An address of this machine itself has no way out: -ENETUNREACH. */
int felt_way_out(const struct felt_ip *to, struct felt_way_out *ret_way,
                 struct felt_kernel_error *error);

/* The kernel's answer: false where it is none, is cut, or leads nowhere outside. */
bool felt_way_out_parse(const struct nlmsghdr *message, struct felt_way_out *ret_way);
