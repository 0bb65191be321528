/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *felt_refusal_format(const struct felt_refusal *refusal, char *text)
{
    const struct felt_plan_op *op = refusal->op;
    int code = refusal->error->code;
    char what[FELT_PLAN_OP_TEXT];

    felt_plan_op_format(op, what);
    if (op->kind == FELT_OP_LINK_ADD && code == -EEXIST && refusal->rival[0] != 0)
        snprintf(text, FELT_REFUSAL_TEXT,
                 "cannot %s: the device %s has VNI %u and UDP port %u already; delete it "
                 "('ip link del %s') or choose another VNI",
                 what, refusal->rival, refusal->link->vni, refusal->port, refusal->rival);
    else if (op->kind == FELT_OP_LINK_UP && code == -EADDRINUSE)
        snprintf(text, FELT_REFUSAL_TEXT,
                 "cannot %s: UDP port %u is in use by a vxlan device with other options, or "
                 "by a program",
                 what, refusal->port);
    else if (op->kind == FELT_OP_ADDR_ADD && code == -EACCES)
        snprintf(text, FELT_REFUSAL_TEXT,
                 "cannot %s: IPv6 is switched off on %s (net.ipv6.conf.*.disable_ipv6); switch "
                 "it on, or do without EnableIPv6",
                 what, refusal->link->name);
    else if (op->kind == FELT_OP_ROUTE_SET && code == -EINVAL && op->route.onlink &&
             op->route.dst.ip.family == FELT_FAMILY_V6)
        snprintf(text, FELT_REFUSAL_TEXT,
                 "cannot %s: a wider route leads there over another device ('ip -6 route get "
                 "%s' shows it), and Linux takes no such gateway; remove or narrow it",
                 what, FELT_IP(&op->route.via));
    else if (code == -EPERM)
        snprintf(text, FELT_REFUSAL_TEXT, "cannot %s: not permitted; feltd needs CAP_NET_ADMIN",
                 what);
    else
        snprintf(text, FELT_REFUSAL_TEXT, "cannot %s: %s", what,
                 refusal->error->text[0] != 0 ? refusal->error->text : strerror(-code));
    return text;
}
