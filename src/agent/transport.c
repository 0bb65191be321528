/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/transport.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/path.h"
#include "base/idiom.h"

#define BUFFER_SIZE                                                              \
    (1024 * 1024) /* bytes; 800 full datagrams while the daemon is at the kernel \
                   */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t to_address(const struct felt_endpoint *e, union address *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (e->ip.family == FELT_FAMILY_V4) {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons(e->port);
        memcpy(&ret->v4.sin_addr, e->ip.bytes, 4);
        return sizeof(ret->v4);
    }
    ret->v6.sin6_family = AF_INET6;
    ret->v6.sin6_port = htons(e->port);
    memcpy(&ret->v6.sin6_addr, e->ip.bytes, 16);
    return sizeof(ret->v6);
}

static struct felt_endpoint from_address(const union address *a)
{
    struct felt_endpoint e = {0};

    if (a->any.sa_family == AF_INET) {
        e.ip.family = FELT_FAMILY_V4;
        e.port = ntohs(a->v4.sin_port);
        memcpy(e.ip.bytes, &a->v4.sin_addr, 4);
    } else if (a->any.sa_family == AF_INET6) {
        e.ip.family = FELT_FAMILY_V6;
        e.port = ntohs(a->v6.sin6_port);
        memcpy(e.ip.bytes, &a->v6.sin6_addr, 16);
    }
    return e;
}

int felt_transport_open(const struct felt_endpoint *bind_to, struct felt_transport *ret_transport)
{
    int family = bind_to->ip.family == FELT_FAMILY_V4 ? AF_INET : AF_INET6;
    _cleanup_(felt_closep) int fd = -1;
    int size = BUFFER_SIZE, one = 1;
    union address a;
    socklen_t len;

    fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    /* As far as net.core allows; the default still works. */
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    if (family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    len = to_address(bind_to, &a);
    if (bind(fd, &a.any, len) < 0)
        return -errno;
    ret_transport->fd = fd;
    fd = -1;
    return 0;
}

void felt_transport_close(struct felt_transport *transport)
{
    felt_closep(&transport->fd);
}

int felt_transport_send(const struct felt_transport *transport, const struct felt_endpoint *to,
                        struct felt_bytes bytes)
{
    union address a;
    socklen_t len = to_address(to, &a);

    if (sendto(transport->fd, bytes.data, bytes.len, MSG_NOSIGNAL, &a.any, len) < 0)
        return -errno;
    return 0;
}

int felt_transport_receive(const struct felt_transport *transport, uint8_t *buf,
                           struct felt_endpoint *ret_from, size_t *ret_len)
{
    union address a = {0};
    socklen_t len = sizeof(a);
    ssize_t n = recvfrom(transport->fd, buf, FELT_DATAGRAM_MAX + 1, 0, &a.any, &len);

    if (n < 0)
        return -errno;
    *ret_from = from_address(&a);
    *ret_len = (size_t)n;
    return 0;
}
