/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/idiom.h"

static void closep(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

/* The ioctl is older than ethtool's netlink family, does the same for this one feature, and needs
 * neither another library nor the family's number. */
static int ask(int fd, const char *link_name, uint32_t command, uint32_t *value)
{
    struct ethtool_value request = {.cmd = command, .data = *value};
    struct ifreq ifr = {.ifr_data = (void *)&request};

    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", link_name);
    if (ioctl(fd, SIOCETHTOOL, &ifr) < 0)
        return -errno;
    *value = request.data;
    return 0;
}

int felt_offload_tx_checksum(const char *link_name, bool on)
{
    _cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    uint32_t value = 0;
    int r;

    if (fd < 0)
        return -errno;
    r = ask(fd, link_name, ETHTOOL_GTXCSUM, &value);
    if (r < 0 || (value != 0) == on)
        return r;
    value = on;
    r = ask(fd, link_name, ETHTOOL_STXCSUM, &value);
    return r < 0 ? r : 1;
}
