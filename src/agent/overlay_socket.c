/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/overlay_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/path.h"
#include "agent/socket_address.h"
#include "netconf/path_end.h"
#include "node/view.h"
#include "wire/message.h"

#define HEAD               2 /* bytes: the length of the sealed part; proto/path.md O-1.2 */
#define DATAGRAMS_PER_WAKE 64
#define HEADERS_V4         28 /* of IP and UDP */
#define HEADERS_V6         48
#define ZEROES             4096
#define PADS_MAX           16 /* times ZEROES are the largest packet that there is */

struct felt_overlay_socket {
    struct felt_overlay_socket_config config;
    struct felt_endpoint at; /* family NONE: closed */
    int fd;
    sd_event_source *source;
    int error; /* that was logged */
    uint8_t buf[HEAD + FELT_DATAGRAM_MAX];
};

static const uint8_t zeroes[ZEROES];

int felt_overlay_socket_new(const struct felt_overlay_socket_config *config,
                            struct felt_overlay_socket **ret_socket)
{
    struct felt_overlay_socket *s = calloc(1, sizeof(*s));

    if (!s)
        return -ENOMEM;
    s->config = *config;
    sd_event_ref(s->config.event);
    s->fd = -1;
    *ret_socket = s;
    return 0;
}

static void shut(struct felt_overlay_socket *s)
{
    s->source = sd_event_source_disable_unref(s->source);
    felt_closep(&s->fd);
    s->fd = -1;
    s->at = (struct felt_endpoint){0};
}

void felt_overlay_socket_free(struct felt_overlay_socket *socket)
{
    if (!socket)
        return;
    shut(socket);
    sd_event_unref(socket->config.event);
    free(socket);
}

/* Hands on what is a whole one. What is behind the sealed part is padding, cut off or not. */
static void take(struct felt_overlay_socket *s, const struct felt_endpoint *from, size_t len)
{
    size_t sealed;

    if (len < HEAD)
        return;
    sealed = felt_get_be16(s->buf);
    if (sealed > len - HEAD)
        return;
    s->config.received(s->config.userdata, from, felt_bytes(s->buf + HEAD, sealed));
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct felt_overlay_socket *s = userdata;

    (void)source;
    (void)events;
    /* What is done with one may end in another socket, or none. */
    for (unsigned i = 0; i < DATAGRAMS_PER_WAKE && s->fd == fd; i++) {
        union felt_socket_address a = {0};
        socklen_t address_len = sizeof(a);
        ssize_t n = recvfrom(fd, s->buf, sizeof(s->buf), 0, &a.any, &address_len);
        struct felt_endpoint from;

        if (n < 0)
            break;
        from = felt_socket_endpoint(&a);
        take(s, &from, (size_t)n);
    }
    return 0;
}

/* Packets are as large as they are: never cut into fragments, and never held back for a smaller MTU
 * that was found before. */
static int forbid_fragments(int fd, int family)
{
    int probe4 = IP_PMTUDISC_PROBE, probe6 = IPV6_PMTUDISC_PROBE;
    int r = family == AF_INET
                ? setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe4, sizeof(probe4))
                : setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe6, sizeof(probe6));

    return r < 0 ? -errno : 0;
}

/* The gossip's socket may have the port on all addresses, and lets us have it on this one. */
static int share_port(int fd, int family)
{
    int one = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
        setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                   family == AF_INET ? IP_FREEBIND : IPV6_FREEBIND, &one, sizeof(one)) < 0)
        return -errno;
    return 0;
}

static int open_at(struct felt_overlay_socket *s, const struct felt_endpoint *at)
{
    int family = felt_socket_family(at), r;
    _cleanup_(felt_closep) int fd = -1;
    union felt_socket_address a;
    socklen_t len = felt_socket_address(at, &a);

    fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if ((r = share_port(fd, family)) < 0 || (r = forbid_fragments(fd, family)) < 0)
        return r;
    if (bind(fd, &a.any, len) < 0)
        return -errno;
    r = sd_event_add_io(s->config.event, &s->source, fd, EPOLLIN, on_readable, s);
    if (r < 0)
        return r;
    s->fd = fd;
    fd = -1;
    s->at = *at;
    return 0;
}

int felt_overlay_socket_bind(struct felt_overlay_socket *socket, const struct felt_endpoint *at)
{
    if (felt_endpoint_equal(&socket->at, at))
        return 0;
    shut(socket);
    return at->ip.family == FELT_FAMILY_NONE ? 0 : open_at(socket, at);
}

/* Whether this machine has the address now: then its own way there is by that address. To bind is
 * no proof, as that may be allowed in any case (net.ipv4.ip_nonlocal_bind). Nothing is sent. */
static bool is_local(const struct felt_endpoint *at)
{
    union felt_socket_address a;
    socklen_t len = felt_socket_address(at, &a);
    _cleanup_(felt_closep) int fd = socket(felt_socket_family(at), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct felt_endpoint own;

    if (fd < 0 || connect(fd, &a.any, len) < 0)
        return false;
    len = sizeof(a);
    if (getsockname(fd, &a.any, &len) < 0)
        return false;
    own = felt_socket_endpoint(&a);
    return felt_ip_equal(&own.ip, &at->ip);
}

/* Family NONE: there is no such address. That of a device comes with the device; a bridge is
 * somebody else's, and may not be there. */
static struct felt_endpoint place_of(const struct felt_self_view *self, uint8_t family)
{
    struct felt_endpoint at = {.port = self->advertise.port}, none = {0};

    if (!self->has_lease || !self->config)
        return none;
    at.ip = felt_path_end(self->config, self->config->backend, self->lease_slot, family);
    if (at.ip.family == FELT_FAMILY_NONE ||
        (self->config->backend == FELT_BACKEND_HOST_GW && !is_local(&at)))
        return none;
    return at;
}

bool felt_overlay_socket_follow(struct felt_overlay_socket *socket, const struct felt_node *node)
{
    struct felt_self_view self;
    struct felt_endpoint at;
    int r;

    felt_node_self(node, &self);
    at = place_of(&self, socket->config.family);
    r = felt_overlay_socket_bind(socket, &at);
    if (r < 0 && r != socket->error)
        felt_log_warning("overlay: cannot open UDP port %s: %s; whether packets get through the "
                         "overlay is not tried",
                         FELT_ENDPOINT(&at), strerror(-r));
    socket->error = r;
    return socket->fd >= 0;
}

/* Zeroes up to the size of the whole packet. Returns how many parts there are then. */
static size_t pad(struct iovec *parts, size_t n, size_t len, size_t wanted)
{
    while (len < wanted && n < 2 + PADS_MAX) {
        size_t more = FELT_MIN(wanted - len, (size_t)ZEROES);

        parts[n++] = (struct iovec){.iov_base = (void *)(uintptr_t)zeroes, .iov_len = more};
        len += more;
    }
    return n;
}

static int send_one(struct felt_overlay_socket *s, const struct felt_datagram *d)
{
    size_t headers = d->to.ip.family == FELT_FAMILY_V4 ? HEADERS_V4 : HEADERS_V6;
    union felt_socket_address a;
    struct iovec parts[2 + PADS_MAX];
    struct msghdr message = {
        .msg_name = &a,
        .msg_namelen = felt_socket_address(&d->to, &a),
        .msg_iov = parts,
    };
    uint8_t head[HEAD];

    felt_put_be16(head, (uint16_t)d->bytes.len);
    parts[0] = (struct iovec){.iov_base = head, .iov_len = sizeof(head)};
    parts[1] =
        (struct iovec){.iov_base = (void *)(uintptr_t)d->bytes.data, .iov_len = d->bytes.len};
    message.msg_iovlen = pad(parts, 2, headers + HEAD + d->bytes.len, d->pad_to);
    return sendmsg(s->fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void felt_overlay_socket_send_all(struct felt_overlay_socket *socket,
                                  const struct felt_datagram *datagrams, size_t n_datagrams)
{
    for (size_t i = 0; i < n_datagrams; i++) {
        int r;

        if (!datagrams[i].overlay || socket->fd < 0 ||
            datagrams[i].to.ip.family != socket->config.family)
            continue;
        r = send_one(socket, &datagrams[i]);
        if (r < 0)
            felt_log_debug("overlay: to=%s: %s", FELT_ENDPOINT(&datagrams[i].to), strerror(-r));
    }
}
