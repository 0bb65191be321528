/* SPDX-License-Identifier: Apache-2.0 */
/* Operations to netlink requests: bytes, no socket. Sequence number and port are left 0. */
#pragma once

#include <stdint.h>

#include "plan/op.h"

struct nl_msg;

/* The request of one operation; link_ifindex is our device's index (unused for LINK_ADD). The
 * caller frees it with nlmsg_free(). 0 or -ENOMEM. */
int felt_fill_op(const struct felt_plan_op *op, uint32_t link_ifindex, struct nl_msg **ret_msg);
