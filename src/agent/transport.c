/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/transport.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/path.h"
#include "agent/socket_address.h"
#include "base/idiom.h"

/* Bytes; what a joiner of a cluster of 10,000 gets in one burst (200 KB) four times over, since the
 * kernel counts 2304 for a full datagram and the daemon may be at the kernel meanwhile. */
#define BUFFER_SIZE (1024 * 1024)
/* An error that waits fails whichever call comes first. One may come while we look at another; a
 * third in a row is the send's own. */
#define SEND_TRIES 3

/* Beyond net.core.rmem_max where we may; as far as it allows otherwise. The default works, too. */
static void enlarge(int fd)
{
    int size = BUFFER_SIZE;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

int felt_transport_open(const struct felt_endpoint *bind_to, struct felt_transport *ret_transport)
{
    int family = felt_socket_family(bind_to), one = 1, r;
    _cleanup_(felt_closep) int fd = -1;
    union felt_socket_address a;
    socklen_t len;

    fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    enlarge(fd);
    if (family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    r = felt_echo_enable(fd, family);
    if (r < 0)
        return r;
    len = felt_socket_address(bind_to, &a);
    if (bind(fd, &a.any, len) < 0)
        return -errno;
    /* Set after bind(), so that nobody can have the port who does not say so, too: the overlay's
     * socket does, for one address (agent/overlay_socket.h). */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    *ret_transport = (struct felt_transport){.fd = fd, .family = family};
    fd = -1;
    return 0;
}

void felt_transport_close(struct felt_transport *transport)
{
    felt_closep(&transport->fd);
}

int felt_transport_send(struct felt_transport *transport, const struct felt_endpoint *to,
                        struct felt_bytes bytes)
{
    union felt_socket_address a;
    socklen_t len = felt_socket_address(to, &a);

    /* Before it is sent: the refusal may come in between. */
    felt_echo_note(&transport->sent, bytes);
    for (unsigned tries = 1;; tries++) {
        if (sendto(transport->fd, bytes.data, bytes.len, MSG_NOSIGNAL, &a.any, len) >= 0)
            return 0;
        if (errno == EAGAIN || tries == SEND_TRIES)
            return -errno;
    }
}

int felt_transport_receive(const struct felt_transport *transport, uint8_t *buf,
                           struct felt_endpoint *ret_from, size_t *ret_len)
{
    union felt_socket_address a = {0};
    socklen_t len = sizeof(a);
    ssize_t n = recvfrom(transport->fd, buf, FELT_DATAGRAM_MAX + 1, 0, &a.any, &len);

    if (n < 0)
        return -errno;
    *ret_from = felt_socket_endpoint(&a);
    *ret_len = (size_t)n;
    return 0;
}

int felt_transport_echo(const struct felt_transport *transport, struct felt_echo *ret_echo)
{
    return felt_echo_next(transport->fd, &transport->sent, ret_echo);
}

/* Adds an endpoint that is not there yet, while there is room. Returns the new n. */
static size_t add_endpoint(struct felt_endpoint *endpoints, size_t n, const struct felt_endpoint *e)
{
    for (size_t i = 0; i < n; i++) {
        if (felt_endpoint_equal(&endpoints[i], e))
            return n;
    }
    if (n < FELT_TRANSPORT_UNREACHABLE_MAX)
        endpoints[n++] = *e;
    return n;
}

static void tell_family(struct felt_transport *transport, const struct felt_endpoint *to)
{
    if (transport->told_family)
        return;
    transport->told_family = true;
    felt_log_warning("transport: cannot send to=%s: this node's gossip is bound to %s; all members "
                     "need one family that each of them has, see --bind in feltd(8)",
                     FELT_ENDPOINT(to), transport->family == AF_INET ? "IPv4" : "IPv6");
}

size_t felt_transport_send_all(struct felt_transport *transport,
                               const struct felt_datagram *datagrams, size_t n_datagrams,
                               struct felt_endpoint *ret_unreachable)
{
    size_t n = 0;

    for (size_t i = 0; i < n_datagrams; i++) {
        const struct felt_datagram *datagram = &datagrams[i];
        int r =
            datagram->overlay ? 0 : felt_transport_send(transport, &datagram->to, datagram->bytes);

        if (r >= 0)
            continue;
        felt_log_debug("transport: to=%s: %s", FELT_ENDPOINT(&datagram->to), strerror(-r));
        if (felt_socket_family(&datagram->to) != transport->family)
            tell_family(transport, &datagram->to);
        if (felt_echo_is_local(-r))
            n = add_endpoint(ret_unreachable, n, &datagram->to);
    }
    return n;
}
