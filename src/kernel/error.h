/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel, or a program that we ask, said no with. The one place where libnl's NLE_* codes
 * and netlink acknowledgements become errno. */
#pragma once

#include "base/idiom.h"

struct nlmsghdr;

#define FELT_KERNEL_ERROR_TEXT 200

struct felt_kernel_error {
    int code;                          /* negative errno; 0: nothing happened */
    char text[FELT_KERNEL_ERROR_TEXT]; /* one line */
};

/* Of a negative return of libnl's. */
int felt_kernel_errno(int nle);

/* Sets code and a text of the caller's; returns code. error may be NULL. */
_printf_(3, 4) int felt_kernel_error_set(struct felt_kernel_error *error, int code,
                                         const char *format, ...);

/* The outcome of an NLMSG_ERROR message, which is checked: 0, or the kernel's negative errno with
 * its words (extended ACK) in error, which may be NULL. -EBADMSG for one that is cut short. */
int felt_kernel_error_ack(struct felt_kernel_error *error, const struct nlmsghdr *ack);
