/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/echo.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <time.h>

#include <linux/errqueue.h> /* wants struct timespec */

#include "agent/socket_address.h"

void felt_echo_note(struct felt_echo_sent *sent, struct felt_bytes datagram)
{
    if (datagram.len < FELT_ECHO_QUOTE)
        return;
    memcpy(sent->quote[sent->next], datagram.data, FELT_ECHO_QUOTE);
    sent->next = (sent->next + 1) % FELT_ECHO_SENT;
}

static bool is_ours(const struct felt_echo_sent *sent, const uint8_t *quote, size_t len)
{
    if (len < FELT_ECHO_QUOTE)
        return false;
    for (uint32_t i = 0; i < FELT_ECHO_SENT; i++) {
        if (memcmp(sent->quote[i], quote, FELT_ECHO_QUOTE) == 0)
            return true;
    }
    return false;
}

bool felt_echo_is_local(int error)
{
    return error == ENETUNREACH || error == EHOSTUNREACH || error == ENETDOWN;
}

int felt_echo_enable(int fd, int family)
{
    int one = 1;

    if (setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                   family == AF_INET ? IP_RECVERR : IPV6_RECVERR, &one, sizeof(one)) < 0)
        return -errno;
    return 0;
}

/* The error itself, out of the message's control data; NULL where there is none. */
static const struct sock_extended_err *error_of(struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
            (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
            return (const struct sock_extended_err *)(const void *)CMSG_DATA(c);
    }
    return NULL;
}

static bool is_port_unreachable(const struct sock_extended_err *error)
{
    if (error->ee_origin == SO_EE_ORIGIN_ICMP)
        return error->ee_type == ICMP_DEST_UNREACH && error->ee_code == ICMP_PORT_UNREACH;
    return error->ee_origin == SO_EE_ORIGIN_ICMP6 && error->ee_type == ICMP6_DST_UNREACH &&
           error->ee_code == ICMP6_DST_UNREACH_NOPORT;
}

/* A firewall on the way, our own included, may refuse as well; it answers under its own address. */
static bool is_from(const struct sock_extended_err *error, const struct felt_endpoint *endpoint)
{
    union felt_socket_address offender;
    struct felt_endpoint from;

    memcpy(&offender, SO_EE_OFFENDER(error), sizeof(offender));
    from = felt_socket_endpoint(&offender);
    return felt_ip_equal(&from.ip, &endpoint->ip);
}

int felt_echo_next(int fd, const struct felt_echo_sent *sent, struct felt_echo *ret_echo)
{
    union {
        struct cmsghdr align;
        uint8_t bytes[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6))];
    } control = {0};
    union felt_socket_address to = {0};
    uint8_t quote[FELT_ECHO_QUOTE];
    struct iovec iov = {.iov_base = quote, .iov_len = sizeof(quote)};
    struct msghdr message = {
        .msg_name = &to,
        .msg_namelen = sizeof(to),
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    ssize_t n = recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    struct felt_echo echo = {.endpoint = felt_socket_endpoint(&to)};
    const struct sock_extended_err *error;

    if (n < 0)
        return -errno;
    error = error_of(&message);
    if (!error || echo.endpoint.ip.family == FELT_FAMILY_NONE)
        return -ENOMSG;
    if (is_port_unreachable(error) && is_from(error, &echo.endpoint) &&
        is_ours(sent, quote, (size_t)n))
        echo.kind = FELT_ECHO_REFUSED;
    else if (error->ee_origin == SO_EE_ORIGIN_LOCAL && felt_echo_is_local((int)error->ee_errno))
        echo.kind = FELT_ECHO_UNREACHABLE;
    else
        return -ENOMSG;
    *ret_echo = echo;
    return 0;
}
