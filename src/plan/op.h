/* SPDX-License-Identifier: Apache-2.0 */
/* One step from the observed to the desired: one request to the kernel. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "plan/link.h"
#include "plan/observed.h"

#define FELT_PLAN_NO_PEER UINT32_MAX
#define FELT_PLAN_OP_TEXT 160 /* of felt_plan_op_format() */

enum felt_plan_op_kind {
    FELT_OP_LINK_DEL,
    FELT_OP_LINK_ADD, /* down; with its MAC, so that udev leaves that alone */
    FELT_OP_LINK_MTU,
    FELT_OP_LINK_UNDERLAY, /* another interface to send over, or another outer source address */
    FELT_OP_LINK_LEARNING,
    FELT_OP_LINK_RELEASE, /* out of the bridge that it is a port of */
    FELT_OP_LINK_MAC,     /* the kernel drops the device's neighbours */
    FELT_OP_ADDR_ADD,
    FELT_OP_ADDR_DEL,
    FELT_OP_LINK_UP,
    FELT_OP_NEIGH_SET, /* create or replace */
    FELT_OP_FDB_SET,
    FELT_OP_NEXTHOP_SET,
    FELT_OP_ROUTE_SET,
    FELT_OP_ROUTE_DEL,
    FELT_OP_NEXTHOP_DEL, /* and the kernel drops routes that name it */
    FELT_OP_FDB_DEL,
    FELT_OP_NEIGH_DEL,
};
#define FELT_OPS (FELT_OP_NEIGH_DEL + 1)

struct felt_plan_op {
    enum felt_plan_op_kind kind;
    uint32_t peer; /* in desired->peers: whom it serves; FELT_PLAN_NO_PEER */
    union {
        const struct felt_plan_link *link; /* of LINK_*: the observed one for DEL, else the desired;
                                            * borrowed from what felt_plan_diff() was given */
        struct felt_cidr addr;
        struct felt_plan_neigh neigh;
        struct felt_plan_fdb fdb;
        struct felt_plan_nexthop nexthop;
        struct felt_plan_route route;
    };
};

/* LINK_*: later steps need its outcome, so it travels alone and a refusal ends the pass. */
bool felt_plan_op_is_link(const struct felt_plan_op *op);

/* As "add route 172.17.8.0/24 via 172.17.8.0"; text has FELT_PLAN_OP_TEXT bytes. Returns text. */
const char *felt_plan_op_format(const struct felt_plan_op *op, char *text);
