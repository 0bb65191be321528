/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/error.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef NLMSGERR_ATTR_MAX
#define NLMSGERR_ATTR_MAX 2
#endif

int felt_kernel_errno(int nle)
{
    static const int errnos[] = {
        [NLE_SUCCESS] = 0,
        [NLE_FAILURE] = EIO,
        [NLE_INTR] = EINTR,
        [NLE_BAD_SOCK] = EBADF,
        [NLE_AGAIN] = EAGAIN,
        [NLE_NOMEM] = ENOMEM,
        [NLE_EXIST] = EEXIST,
        [NLE_INVAL] = EINVAL,
        [NLE_RANGE] = ERANGE,
        [NLE_MSGSIZE] = EMSGSIZE,
        [NLE_OPNOTSUPP] = EOPNOTSUPP,
        [NLE_AF_NOSUPPORT] = EAFNOSUPPORT,
        [NLE_OBJ_NOTFOUND] = ENOENT,
        [NLE_NOATTR] = ENODATA,
        [NLE_MISSING_ATTR] = ENODATA,
        [NLE_AF_MISMATCH] = EAFNOSUPPORT,
        [NLE_SEQ_MISMATCH] = EBADMSG,
        [NLE_MSG_OVERFLOW] = EOVERFLOW,
        [NLE_MSG_TRUNC] = EMSGSIZE,
        [NLE_NOADDR] = EADDRNOTAVAIL,
        [NLE_MSG_TOOSHORT] = EBADMSG,
        [NLE_MSGTYPE_NOSUPPORT] = EOPNOTSUPP,
        [NLE_BUSY] = EBUSY,
        [NLE_PROTO_MISMATCH] = EPROTO,
        [NLE_NOACCESS] = EACCES,
        [NLE_PERM] = EPERM,
        [NLE_NODEV] = ENODEV,
        [NLE_DUMP_INTR] = EINTR,
    };
    unsigned code = (unsigned)(nle < 0 ? -nle : nle);

    if (code == 0)
        return 0;
    return code < FELT_ARRAY_LEN(errnos) && errnos[code] != 0 ? -errnos[code] : -EIO;
}

int felt_kernel_error_set(struct felt_kernel_error *error, int code, const char *format, ...)
{
    va_list args;

    if (error == NULL)
        return code;
    error->code = code;
    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return code;
}

/* The kernel's words, which need not be there; "" then. */
static const char *words(const struct nlmsghdr *ack, char *text, size_t size)
{
    const struct nlmsgerr *err = NLMSG_DATA(ack);
    struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
    size_t skip = sizeof(*err);

    text[0] = 0;
    if ((ack->nlmsg_flags & NLM_F_ACK_TLVS) == 0)
        return text;
    if ((ack->nlmsg_flags & NLM_F_CAPPED) == 0) {
        if (err->msg.nlmsg_len < sizeof(err->msg))
            return text;
        skip += NLMSG_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
    }
    if (skip >= NLMSG_PAYLOAD(ack, 0))
        return text;
    if (nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)NLMSG_DATA(ack) + skip),
                  (int)(NLMSG_PAYLOAD(ack, 0) - skip), NULL) < 0)
        return text;
    if (tb[NLMSGERR_ATTR_MSG] != NULL)
        snprintf(text, size, "%.*s", nla_len(tb[NLMSGERR_ATTR_MSG]),
                 (const char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
    return text;
}

int felt_kernel_error_ack(struct felt_kernel_error *error, const struct nlmsghdr *ack)
{
    const struct nlmsgerr *err = NLMSG_DATA(ack);
    char text[FELT_KERNEL_ERROR_TEXT / 2];

    if (ack->nlmsg_len < NLMSG_LENGTH(sizeof(*err)) || err->error > 0)
        return felt_kernel_error_set(error, -EBADMSG, "malformed answer of the kernel");
    if (err->error == 0)
        return 0;
    words(ack, text, sizeof(text));
    return felt_kernel_error_set(error, err->error, "%s%s%s", strerror(-err->error),
                                 text[0] != 0 ? ": " : "", text);
}
