/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/apply.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/fill.h"
#include "kernel/observe.h"

#define BATCH_BYTES    (16 * 1024) /* of one send; an entry takes up to 84 */
#define ANSWER_TIMEOUT 5000        /* ms of silence after which the kernel is given up */
#define UNANSWERED     1           /* in results: no errno */

struct batch {
    const struct felt_plan_op *ops; /* of the first of them */
    int *results;
    size_t n;
    uint32_t first_seq; /* the others follow */
    size_t len;
    char bytes[BATCH_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static void msg_freep(struct nl_msg **msg)
{
    nlmsg_free(*msg);
}

/* A refusal that says that the wish is fulfilled already. */
static bool is_so_already(enum felt_plan_op_kind kind, int code)
{
    switch (kind) {
    case FELT_OP_LINK_DEL:
        return code == -ENODEV;
    case FELT_OP_ADDR_ADD:
        return code == -EEXIST;
    case FELT_OP_ADDR_DEL:
        return code == -EADDRNOTAVAIL || code == -ENODEV;
    case FELT_OP_NEXTHOP_DEL:
        return code == -ENOENT;
    case FELT_OP_ROUTE_DEL:
        return code == -ESRCH || code == -ENODEV;
    case FELT_OP_FDB_DEL:
    case FELT_OP_NEIGH_DEL:
        return code == -ENOENT || code == -ENODEV;
    case FELT_OP_LINK_ADD:
    case FELT_OP_LINK_MTU:
    case FELT_OP_LINK_UNDERLAY:
    case FELT_OP_LINK_LEARNING:
    case FELT_OP_LINK_RELEASE:
    case FELT_OP_LINK_MAC:
    case FELT_OP_LINK_UP:
    case FELT_OP_NEIGH_SET:
    case FELT_OP_FDB_SET:
    case FELT_OP_NEXTHOP_SET:
    case FELT_OP_ROUTE_SET:
        return false;
    }
    assert(0 && "unknown operation");
}

/* Without the device nothing else can be done; with a wrong MTU it can. */
static bool ends_the_pass(enum felt_plan_op_kind kind)
{
    return kind == FELT_OP_LINK_DEL || kind == FELT_OP_LINK_ADD || kind == FELT_OP_LINK_UP;
}

static int apply_link(struct felt_netlink *netlink, const struct felt_plan_op *op,
                      uint32_t *link_ifindex, struct felt_kernel_error *error)
{
    _cleanup_(msg_freep) struct nl_msg *msg = NULL;
    struct felt_plan_link created;
    int r = felt_fill_op(op, *link_ifindex, &msg);

    if (r < 0)
        return felt_kernel_error_set(error, r, "out of memory");
    r = felt_netlink_talk(netlink, msg, error);
    if (r < 0 && !is_so_already(op->kind, r))
        return r;
    if (op->kind == FELT_OP_LINK_DEL)
        *link_ifindex = 0;
    if (op->kind == FELT_OP_LINK_ADD) {
        r = felt_kernel_link(netlink, op->link->name, &created, error);
        if (r < 0)
            return r;
        *link_ifindex = created.ifindex;
    }
    return 0;
}

/* Notes the answer to a request of the batch. */
static bool take_answer(struct batch *batch, const struct nlmsghdr *message,
                        struct felt_kernel_error *error)
{
    uint32_t i = message->nlmsg_seq - batch->first_seq;
    struct felt_kernel_error refusal;
    int r;

    if (message->nlmsg_type != NLMSG_ERROR || i >= batch->n || batch->results[i] != UNANSWERED)
        return false;
    r = felt_kernel_error_ack(&refusal, message);
    if (r < 0 && is_so_already(batch->ops[i].kind, r))
        r = 0;
    if (r < 0 && error != NULL && error->code == 0)
        *error = refusal;
    batch->results[i] = r;
    return true;
}

static int await_answers(struct felt_netlink *netlink, struct batch *batch,
                         struct felt_kernel_error *error)
{
    size_t answered = 0;

    while (answered < batch->n) {
        const struct nlmsghdr *message;
        ssize_t len = felt_netlink_receive(netlink, ANSWER_TIMEOUT, &message);

        if (len < 0)
            return len == -EAGAIN ? -ETIMEDOUT : (int)len;
        for (int left = (int)len; nlmsg_ok(message, left);
             message = nlmsg_next((struct nlmsghdr *)message, &left))
            answered += take_answer(batch, message, error);
    }
    return 0;
}

/* Sends what was gathered and awaits every answer. -errno when the conversation broke. */
static int flush(struct felt_netlink *netlink, struct batch *batch, struct felt_kernel_error *error)
{
    int r;

    if (batch->n == 0)
        return 0;
    r = felt_netlink_send(netlink, batch->bytes, batch->len);
    if (r == 0)
        r = await_answers(netlink, batch, error);
    if (r == -ENOBUFS)
        felt_netlink_crowded(netlink);
    for (size_t i = 0; i < batch->n; i++)
        if (batch->results[i] == UNANSWERED)
            batch->results[i] = r;
    if (r < 0 && error != NULL && error->code == 0)
        felt_kernel_error_set(error, r, "lost the kernel's answer: %s", strerror(-r));
    batch->n = 0;
    batch->len = 0;
    return r;
}

static int gather(struct felt_netlink *netlink, struct batch *batch, const struct felt_plan_op *op,
                  uint32_t link_ifindex, int *result)
{
    _cleanup_(msg_freep) struct nl_msg *msg = NULL;
    struct nlmsghdr *request;
    uint32_t seq;
    int r = felt_fill_op(op, link_ifindex, &msg);

    if (r < 0)
        return r;
    request = nlmsg_hdr(msg);
    assert(batch->len + NLMSG_ALIGN(request->nlmsg_len) <= BATCH_BYTES);
    seq = felt_netlink_stamp(netlink, request);
    if (batch->n == 0) {
        batch->ops = op;
        batch->results = result;
        batch->first_seq = seq;
    }
    memcpy(batch->bytes + batch->len, request, request->nlmsg_len);
    batch->len += NLMSG_ALIGN(request->nlmsg_len);
    batch->n++;
    *result = UNANSWERED;
    return 0;
}

static int apply(struct felt_netlink *netlink, const struct felt_plan_op *ops, size_t n,
                 uint32_t *link_ifindex, int *results, struct felt_kernel_error *error)
{
    struct batch batch = {0};
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        if (felt_plan_op_is_link(&ops[i])) {
            r = flush(netlink, &batch, error);
            if (r == 0)
                results[i] = apply_link(netlink, &ops[i], link_ifindex, error);
            if (r == 0 && ends_the_pass(ops[i].kind))
                r = results[i];
            continue;
        }
        r = gather(netlink, &batch, &ops[i], *link_ifindex, &results[i]);
        if (r == 0 && batch.n >= felt_netlink_in_flight_max(netlink))
            r = flush(netlink, &batch, error);
    }
    if (r == 0)
        r = flush(netlink, &batch, error);
    return r;
}

int felt_kernel_apply(struct felt_netlink *netlink, const struct felt_plan_op *ops, size_t n,
                      uint32_t *link_ifindex, int *results, struct felt_kernel_error *error)
{
    int r;

    if (error != NULL)
        *error = (struct felt_kernel_error){0};
    for (size_t i = 0; i < n; i++)
        results[i] = -ECANCELED;
    r = apply(netlink, ops, n, link_ifindex, results, error);
    for (size_t i = 0; i < n; i++) {
        if (results[i] == UNANSWERED) /* gathered, and then memory ran out */
            results[i] = -ECANCELED;
        if (r == 0)
            r = results[i];
    }
    return r;
}
