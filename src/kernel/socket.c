/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#define SOCKET_BUFFER  (1 << 20)   /* bytes: a full batch's ACKs overflow the default of 32 KiB */
#define RECEIVE_BUFFER (64 * 1024) /* bytes: twice the largest datagram that the kernel dumps */
#define UNREAD_MAX     10000       /* datagrams: more than fit */
#define DRAIN_MAX      1000        /* datagrams: then the caller has a turn */
#define IN_FLIGHT_MAX  100         /* requests: their ACKs fit the buffer */
#define ANSWER_TIMEOUT 5000        /* ms: the kernel answers in microseconds unless RTNL is stuck */

struct felt_netlink {
    struct nl_sock *sock;
    uint32_t seq;
    size_t in_flight_max;
    char *buffer;
};

static void set_option(int fd, int level, int option, int value)
{
    /* Each is a refinement: an older kernel works without, a full buffer leads to a re-dump. */
    (void)setsockopt(fd, level, option, &value, sizeof(value));
}

int felt_netlink_open(enum felt_netlink_kind kind, struct felt_netlink **ret_netlink)
{
    _cleanup_(felt_netlink_freep) struct felt_netlink *netlink = calloc(1, sizeof(*netlink));
    int protocol = kind == FELT_NETLINK_ROUTE ? NETLINK_ROUTE : NETLINK_NETFILTER;
    int fd, r;

    if (netlink == NULL)
        return -ENOMEM;
    netlink->in_flight_max = IN_FLIGHT_MAX;
    netlink->buffer = malloc(RECEIVE_BUFFER);
    netlink->sock = nl_socket_alloc();
    if (netlink->buffer == NULL || netlink->sock == NULL)
        return -ENOMEM;
    r = nl_connect(netlink->sock, protocol); /* close-on-exec already */
    if (r < 0)
        return felt_kernel_errno(r);
    r = nl_socket_set_nonblocking(netlink->sock);
    if (r < 0)
        return felt_kernel_errno(r);
    fd = nl_socket_get_fd(netlink->sock);
    set_option(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER);
    set_option(fd, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER);
    set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER);
    set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER);
    set_option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    set_option(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    set_option(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    *ret_netlink = FELT_TAKE(netlink);
    return 0;
}

void felt_netlink_free(struct felt_netlink *netlink)
{
    if (netlink == NULL)
        return;
    nl_socket_free(netlink->sock);
    free(netlink->buffer);
    free(netlink);
}

int felt_netlink_fd(const struct felt_netlink *netlink)
{
    return nl_socket_get_fd(netlink->sock);
}

uint32_t felt_netlink_port(const struct felt_netlink *netlink)
{
    return nl_socket_get_local_port(netlink->sock);
}

size_t felt_netlink_in_flight_max(const struct felt_netlink *netlink)
{
    return netlink->in_flight_max;
}

void felt_netlink_crowded(struct felt_netlink *netlink)
{
    netlink->in_flight_max = FELT_MAX(netlink->in_flight_max / 2, (size_t)1);
}

int felt_netlink_join(struct felt_netlink *netlink, int group)
{
    return felt_kernel_errno(nl_socket_add_membership(netlink->sock, group));
}

uint32_t felt_netlink_stamp(struct felt_netlink *netlink, struct nlmsghdr *request)
{
    request->nlmsg_seq = ++netlink->seq;
    request->nlmsg_pid = felt_netlink_port(netlink);
    return netlink->seq;
}

int felt_netlink_send(struct felt_netlink *netlink, const void *data, size_t len)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t n;

    do
        n = sendto(felt_netlink_fd(netlink), data, len, 0, (const struct sockaddr *)&kernel,
                   sizeof(kernel));
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

/* After an overrun: what is left would be in the way of the next answer, which the kernel drops
 * where it finds no room. */
static void drop_unread(struct felt_netlink *netlink)
{
    for (int i = 0; i < UNREAD_MAX; i++)
        if (recv(felt_netlink_fd(netlink), netlink->buffer, RECEIVE_BUFFER, MSG_TRUNC) < 0 &&
            errno != ENOBUFS && errno != EINTR)
            return;
}

ssize_t felt_netlink_receive(struct felt_netlink *netlink, int timeout_ms,
                             const struct nlmsghdr **ret_first)
{
    struct pollfd pollfd = {.fd = felt_netlink_fd(netlink), .events = POLLIN};

    for (;;) {
        struct sockaddr_nl from;
        socklen_t from_len = sizeof(from);
        ssize_t n = recvfrom(pollfd.fd, netlink->buffer, RECEIVE_BUFFER, MSG_TRUNC,
                             (struct sockaddr *)&from, &from_len);

        if (n > RECEIVE_BUFFER || (n < 0 && errno == ENOBUFS)) {
            drop_unread(netlink); /* one that is cut is as good as dropped */
            return -ENOBUFS;
        }
        if (n >= 0 && from.nl_pid == 0) {
            *ret_first = (const struct nlmsghdr *)netlink->buffer;
            return n;
        }
        if (n >= 0 || errno == EINTR)
            continue; /* not from the kernel: nobody else is believed */
        if (errno != EAGAIN)
            return -errno;
        if (timeout_ms == 0)
            return -EAGAIN;
        n = poll(&pollfd, 1, timeout_ms);
        if (n == 0)
            return -EAGAIN;
        if (n < 0 && errno != EINTR)
            return -errno;
    }
}

bool felt_netlink_drain(struct felt_netlink *netlink, felt_netlink_concerns *concerns,
                        const void *userdata)
{
    bool changed = false;

    for (int i = 0; i < DRAIN_MAX; i++) {
        const struct nlmsghdr *message;
        ssize_t len = felt_netlink_receive(netlink, 0, &message);

        if (len == -EAGAIN)
            break;
        if (len < 0) {
            changed = true; /* some were dropped, or worse: look at everything */
            if (len != -ENOBUFS)
                break;
            continue;
        }
        for (int left = (int)len; nlmsg_ok(message, left);
             message = nlmsg_next((struct nlmsghdr *)message, &left))
            changed = changed || concerns(message, userdata);
    }
    return changed;
}

int felt_netlink_talk(struct felt_netlink *netlink, struct nl_msg *msg,
                      struct felt_kernel_error *error)
{
    nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
    return felt_netlink_query(netlink, msg, NULL, NULL, error);
}

struct reading {
    uint32_t seq;
    felt_netlink_each *each;
    void *userdata;
    bool is_dump;
    bool wants_ack;
    bool interrupted;
    bool finished;
};

static int take_message(struct reading *reading, const struct nlmsghdr *message,
                        struct felt_kernel_error *error)
{
    if (message->nlmsg_seq != reading->seq)
        return 0; /* of a request that we gave up */
    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
        reading->interrupted = true;
    if (message->nlmsg_type == NLMSG_ERROR) {
        reading->finished = true;
        return felt_kernel_error_ack(error, message);
    }
    if (message->nlmsg_type == NLMSG_DONE) {
        reading->finished = true;
        return 0;
    }
    /* An answer that is one object ends without NLMSG_DONE. */
    if (!reading->is_dump && !reading->wants_ack)
        reading->finished = true;
    return reading->each != NULL ? reading->each(message, reading->userdata) : 0;
}

int felt_netlink_query(struct felt_netlink *netlink, struct nl_msg *msg, felt_netlink_each *each,
                       void *userdata, struct felt_kernel_error *error)
{
    struct nlmsghdr *request = nlmsg_hdr(msg);
    struct reading reading = {.each = each, .userdata = userdata};
    int r;

    request->nlmsg_flags |= NLM_F_REQUEST;
    reading.is_dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    reading.wants_ack = (request->nlmsg_flags & NLM_F_ACK) != 0;
    reading.seq = felt_netlink_stamp(netlink, request);
    r = felt_netlink_send(netlink, request, request->nlmsg_len);
    if (r < 0)
        return felt_kernel_error_set(error, r, "cannot ask the kernel");
    r = 0;
    while (!reading.finished && r == 0) {
        const struct nlmsghdr *message;
        ssize_t len = felt_netlink_receive(netlink, ANSWER_TIMEOUT, &message);

        if (len == -EAGAIN)
            return felt_kernel_error_set(error, -ETIMEDOUT, "the kernel does not answer");
        if (len < 0)
            return felt_kernel_error_set(error, (int)len, "cannot read the kernel's answer");
        for (int left = (int)len; r == 0 && !reading.finished && nlmsg_ok(message, left);
             message = nlmsg_next((struct nlmsghdr *)message, &left))
            r = take_message(&reading, message, error);
    }
    if (r == 0 && reading.interrupted)
        return felt_kernel_error_set(error, -EINTR, "the state changed while it was read");
    return r;
}
