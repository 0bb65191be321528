/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/idiom.h"

#define IP_FORWARD        "/proc/sys/net/ipv4/ip_forward"
#define IP6_FORWARDING    "/proc/sys/net/ipv6/conf/all/forwarding"
#define ACCEPT_RA         "/proc/sys/net/ipv6/conf/%s/accept_ra"
#define VXLAN_PORT        "/sys/module/vxlan/parameters/udp_port"
#define NEIGH_A_MEMBER    2    /* itself, and as much again for containers and old kernels */
#define NEIGH_DEFAULT     1024 /* gc_thresh3 of the kernel */
#define NEIGH_MEMBERS_MAX (1 << 20)
#define VALUE_MAX         32 /* bytes of a number and its newline */

static void closep(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static int read_number(const char *path, long *ret)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    char text[VALUE_MAX], *end;
    ssize_t n;
    long value;

    if (fd < 0)
        return -errno;
    n = read(fd, text, sizeof(text) - 1);
    if (n < 0)
        return -errno;
    text[n] = 0;
    errno = 0;
    value = strtol(text, &end, 10);
    if (end == text || errno != 0)
        return -EBADMSG;
    *ret = value;
    return 0;
}

static int write_number(const char *path, long value)
{
    _cleanup_(closep) int fd = open(path, O_WRONLY | O_CLOEXEC);
    char text[VALUE_MAX];
    int len = snprintf(text, sizeof(text), "%ld\n", value);

    if (fd < 0 || write(fd, text, (size_t)len) < 0)
        return -errno;
    return 0;
}

int felt_sysctl_ip_forward(void)
{
    long value;
    int r = read_number(IP_FORWARD, &value);

    if (r < 0 || value != 0)
        return r;
    r = write_number(IP_FORWARD, 1);
    return r < 0 ? r : 1;
}

int felt_sysctl_ip6_forwarding(void)
{
    long value;
    int r = read_number(IP6_FORWARDING, &value);

    return r < 0 ? r : value != 0;
}

int felt_sysctl_no_router_adverts(const char *link_name)
{
    char path[sizeof(ACCEPT_RA) + 16]; /* 16: IFNAMSIZ */
    long value;
    int r;

    snprintf(path, sizeof(path), ACCEPT_RA, link_name);
    r = read_number(path, &value);
    if (r < 0 || value == 0)
        return r;
    return write_number(path, 0);
}

static int raise_limit(const char *dir, unsigned n, long value)
{
    char path[PATH_MAX];
    long have;
    int r;

    snprintf(path, sizeof(path), "%s/gc_thresh%u", dir, n);
    r = read_number(path, &have);
    if (r < 0 || have >= value)
        return r;
    return write_number(path, value);
}

int felt_sysctl_neigh_room(const char *dir, size_t n_members, struct felt_sysctl_neigh *ret_neigh)
{
    char path[PATH_MAX];
    long needed = (long)FELT_MIN(n_members, (size_t)NEIGH_MEMBERS_MAX) * NEIGH_A_MEMBER;
    struct felt_sysctl_neigh neigh = {.wanted = NEIGH_DEFAULT};
    int r;

    snprintf(path, sizeof(path), "%s/gc_thresh3", dir);
    r = read_number(path, &neigh.have);
    if (r < 0)
        return r;
    while (neigh.wanted < needed)
        neigh.wanted *= 2;
    if (neigh.have >= needed)
        neigh.wanted = neigh.have;
    *ret_neigh = neigh;
    if (neigh.have >= needed)
        return 0;
    /* From the top down: the kernel does not mind the order, a reader might. */
    r = raise_limit(dir, 3, neigh.wanted);
    if (r == 0)
        r = raise_limit(dir, 2, neigh.wanted / 2);
    if (r == 0)
        r = raise_limit(dir, 1, neigh.wanted / 8);
    return r < 0 ? r : 1;
}

uint16_t felt_sysctl_vxlan_port(void)
{
    long value;

    if (read_number(VXLAN_PORT, &value) < 0 || value < 1 || value > UINT16_MAX)
        return 0;
    return (uint16_t)value;
}
