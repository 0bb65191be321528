/* SPDX-License-Identifier: Apache-2.0 */
/* The UDP socket of gossip. */
#pragma once

#include "agent/echo.h"
#include "base/bytes.h"
#include "base/ip.h"
#include "node/node.h"
#include "wire/message.h"

struct felt_transport {
    int fd;           /* bound, non-blocking, close-on-exec */
    int family;       /* AF_INET or AF_INET6: of the socket, and so of all that it can reach */
    bool told_family; /* that somebody is of the other one */
    struct felt_echo_sent sent;
};

/* 0 or -errno (-EADDRINUSE: somebody has the port). */
int felt_transport_open(const struct felt_endpoint *bind_to, struct felt_transport *ret_transport);
void felt_transport_close(struct felt_transport *transport);

/* One datagram. 0 or -errno. Where felt_echo_is_local() says so it had no way out of this machine;
 * a full buffer is the protocol's business. */
int felt_transport_send(struct felt_transport *transport, const struct felt_endpoint *to,
                        struct felt_bytes bytes);

#define FELT_TRANSPORT_UNREACHABLE_MAX 16 /* endpoints; more would say nothing new */

/* All of them but those that go through the overlay; to an address of the other family there is no
 * way, which is logged once. Returns how many endpoints our machine has no way to; ret_unreachable
 * has room for FELT_TRANSPORT_UNREACHABLE_MAX. */
size_t felt_transport_send_all(struct felt_transport *transport,
                               const struct felt_datagram *datagrams, size_t n_datagrams,
                               struct felt_endpoint *ret_unreachable);

/* The next datagram, cut off at one byte more than FELT_DATAGRAM_MAX; buf has that many bytes.
 * 0; -EAGAIN: none waits; another -errno is about an earlier send and says nothing that
 * felt_transport_echo() does not. */
int felt_transport_receive(const struct felt_transport *transport, uint8_t *buf,
                           struct felt_endpoint *ret_from, size_t *ret_len);

/* What has come back about datagrams sent; felt_echo_next() for this socket. The socket polls as
 * readable with an error while there is something. */
int felt_transport_echo(const struct felt_transport *transport, struct felt_echo *ret_echo);
