/* SPDX-License-Identifier: Apache-2.0 */
/* A netlink socket: non-blocking, close-on-exec, with buffers for full batches and the kernel's
 * words in refusals. Requests wait for their answers here, for a bounded time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/idiom.h"
#include "kernel/error.h"

struct felt_netlink;
struct nl_msg;
struct nlmsghdr;

enum felt_netlink_kind {
    FELT_NETLINK_ROUTE,     /* links, addresses, routes, neighbours */
    FELT_NETLINK_NETFILTER, /* nftables */
};

/* 0 or -errno. */
int felt_netlink_open(enum felt_netlink_kind kind, struct felt_netlink **ret_netlink);
void felt_netlink_free(struct felt_netlink *netlink);
FELT_DEFINE_CLEANUP(struct felt_netlink *, felt_netlink_free)

int felt_netlink_fd(const struct felt_netlink *netlink);
/* The sender that notifications of our own changes carry. */
uint32_t felt_netlink_port(const struct felt_netlink *netlink);
/* How many requests may await their answers at once: 100 at first, for more gain nothing, and half
 * as many after each felt_netlink_crowded(), but at least one. */
size_t felt_netlink_in_flight_max(const struct felt_netlink *netlink);
void felt_netlink_crowded(struct felt_netlink *netlink);
/* A multicast group (RTNLGRP_x). 0 or -errno. */
int felt_netlink_join(struct felt_netlink *netlink, int group);

/* Gives the request its sequence number and our port; returns the number. */
uint32_t felt_netlink_stamp(struct felt_netlink *netlink, struct nlmsghdr *request);
/* All of it in one datagram. 0 or -errno. */
int felt_netlink_send(struct felt_netlink *netlink, const void *data, size_t len);
/* One datagram, borrowed until the next call. Its length; -EAGAIN when none came within timeout_ms
 * (0: do not wait); -ENOBUFS when the kernel has dropped some, and then the unread ones are dropped
 * too; another -errno. */
ssize_t felt_netlink_receive(struct felt_netlink *netlink, int timeout_ms,
                             const struct nlmsghdr **ret_first);

/* Whether a notification is of interest. */
typedef bool felt_netlink_concerns(const struct nlmsghdr *message, const void *userdata);
/* Takes all notifications that are there, but no more than a thousand datagrams, so that a storm of
 * others' changes does not keep the caller. Whether one of them was of interest, or may have been:
 * where some are lost. */
bool felt_netlink_drain(struct felt_netlink *netlink, felt_netlink_concerns *concerns,
                        const void *userdata);

/* One request, one acknowledgement. msg stays the caller's. 0, or the kernel's -errno in words in
 * error (may be NULL), or -ETIMEDOUT. */
int felt_netlink_talk(struct felt_netlink *netlink, struct nl_msg *msg,
                      struct felt_kernel_error *error);

/* Called with each message of an answer; a negative return ends the reading. */
typedef int felt_netlink_each(const struct nlmsghdr *message, void *userdata);
/* One request for data (with NLM_F_DUMP, or for one object). 0; the kernel's -errno; -EINTR when
 * the state changed under the dump, so that it must be repeated; -ENOBUFS; -ETIMEDOUT. */
int felt_netlink_query(struct felt_netlink *netlink, struct nl_msg *msg, felt_netlink_each *each,
                       void *userdata, struct felt_kernel_error *error);
