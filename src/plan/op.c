/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/op.h"

#include <stdio.h>

#define RTN_BLACKHOLE 6 /* linux/rtnetlink.h */

static const char *verb(enum felt_plan_op_kind kind)
{
    switch (kind) {
    case FELT_OP_LINK_DEL:
        return "delete link";
    case FELT_OP_LINK_ADD:
        return "create link";
    case FELT_OP_LINK_MTU:
        return "set MTU of";
    case FELT_OP_LINK_UNDERLAY:
        return "set local address of";
    case FELT_OP_LINK_LEARNING:
        return "set learning of";
    case FELT_OP_LINK_RELEASE:
        return "take out of its bridge";
    case FELT_OP_LINK_MAC:
        return "set MAC of";
    case FELT_OP_ADDR_ADD:
        return "add address";
    case FELT_OP_ADDR_DEL:
        return "delete address";
    case FELT_OP_LINK_UP:
        return "bring up";
    case FELT_OP_NEIGH_SET:
        return "set neighbour";
    case FELT_OP_FDB_SET:
        return "set fdb";
    case FELT_OP_NEXTHOP_SET:
        return "set nexthop";
    case FELT_OP_NEXTHOP_DEL:
        return "delete nexthop";
    case FELT_OP_ROUTE_SET:
        return "set route";
    case FELT_OP_ROUTE_DEL:
        return "delete route";
    case FELT_OP_FDB_DEL:
        return "delete fdb";
    case FELT_OP_NEIGH_DEL:
        return "delete neighbour";
    }
    assert(0 && "unknown operation");
}

bool felt_plan_op_is_link(const struct felt_plan_op *op)
{
    switch (op->kind) {
    case FELT_OP_LINK_DEL:
    case FELT_OP_LINK_ADD:
    case FELT_OP_LINK_MTU:
    case FELT_OP_LINK_UNDERLAY:
    case FELT_OP_LINK_LEARNING:
    case FELT_OP_LINK_RELEASE:
    case FELT_OP_LINK_MAC:
    case FELT_OP_LINK_UP:
        return true;
    case FELT_OP_ADDR_ADD:
    case FELT_OP_ADDR_DEL:
    case FELT_OP_NEIGH_SET:
    case FELT_OP_FDB_SET:
    case FELT_OP_NEXTHOP_SET:
    case FELT_OP_NEXTHOP_DEL:
    case FELT_OP_ROUTE_SET:
    case FELT_OP_ROUTE_DEL:
    case FELT_OP_FDB_DEL:
    case FELT_OP_NEIGH_DEL:
        return false;
    }
    assert(0 && "unknown operation");
}

const char *felt_plan_op_format(const struct felt_plan_op *op, char *text)
{
    const size_t size = FELT_PLAN_OP_TEXT;
    const char *what = verb(op->kind);
    char mac[FELT_PLAN_MAC_TEXT];

    switch (op->kind) {
    case FELT_OP_LINK_DEL:
    case FELT_OP_LINK_ADD:
    case FELT_OP_LINK_UP:
    case FELT_OP_LINK_RELEASE:
        snprintf(text, size, "%s %s", what, op->link->name);
        break;
    case FELT_OP_LINK_MTU:
        snprintf(text, size, "%s %s to %u", what, op->link->name, op->link->mtu);
        break;
    case FELT_OP_LINK_UNDERLAY:
        snprintf(text, size, "%s %s to %s", what, op->link->name, FELT_IP(&op->link->local));
        break;
    case FELT_OP_LINK_LEARNING:
        snprintf(text, size, "%s %s to %s", what, op->link->name,
                 op->link->learning ? "on" : "off");
        break;
    case FELT_OP_LINK_MAC:
        snprintf(text, size, "%s %s to %s", what, op->link->name,
                 felt_plan_mac_format(op->link->mac, mac));
        break;
    case FELT_OP_ADDR_ADD:
    case FELT_OP_ADDR_DEL:
        snprintf(text, size, "%s %s", what, FELT_CIDR(&op->addr));
        break;
    case FELT_OP_NEIGH_SET:
    case FELT_OP_NEIGH_DEL:
        snprintf(text, size, "%s %s lladdr %s", what, FELT_IP(&op->neigh.ip),
                 felt_plan_mac_format(op->neigh.mac, mac));
        break;
    case FELT_OP_FDB_SET:
    case FELT_OP_FDB_DEL:
        snprintf(text, size, "%s %s dst %s", what, felt_plan_mac_format(op->fdb.mac, mac),
                 FELT_IP(&op->fdb.remote));
        break;
    case FELT_OP_NEXTHOP_SET:
    case FELT_OP_NEXTHOP_DEL:
        snprintf(text, size, "%s 0x%08x via %s", what, op->nexthop.id, FELT_IP(&op->nexthop.via));
        break;
    case FELT_OP_ROUTE_SET:
    case FELT_OP_ROUTE_DEL:
        if (op->route.type == RTN_BLACKHOLE)
            snprintf(text, size, "%s %s, a blackhole", what, FELT_CIDR(&op->route.dst));
        else
            snprintf(text, size, "%s %s via %s", what, FELT_CIDR(&op->route.dst),
                     FELT_IP(&op->route.via));
        break;
    }
    return text;
}
