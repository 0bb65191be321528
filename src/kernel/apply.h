/* SPDX-License-Identifier: Apache-2.0 */
/* Carries operations to the kernel.
 *
 * Operations on the device travel alone, for what follows needs them: where it cannot be had, the
 * pass ends. All others travel in batches of a bounded number, each acknowledged; a refused one
 * holds up nobody. Where the kernel had no room for its answers (-ENOBUFS) nobody knows what became
 * of the requests: the caller reads the state again, and batches are half as large from then on.
 * What is already so (an entry to delete that is gone, an address that is there) is no refusal. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/error.h"
#include "kernel/socket.h"
#include "plan/op.h"

/* results has n places: 0, or why this one was refused (negative errno); -ECANCELED for those never
 * sent. *link_ifindex is our device's index, updated when the device is deleted or created. error
 * (may be NULL) gets the first refusal. 0 when all went, else the first -errno. */
int felt_kernel_apply(struct felt_netlink *netlink, const struct felt_plan_op *ops, size_t n,
                      uint32_t *link_ifindex, int *results, struct felt_kernel_error *error);
