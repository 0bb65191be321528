/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says over netlink: one message, its length made that of the input. */
#include "tests/fuzz/fuzz.h"

#include <linux/netlink.h>
#include <string.h>

#include "base/idiom.h"
#include "kernel/parse.h"

static void check_name(const char *name)
{
    assert(name[0] != '\0' && memchr(name, '\0', FELT_PLAN_NAME));
}

static void check_cidr(const struct felt_cidr *cidr)
{
    assert(cidr->ip.family != FELT_FAMILY_NONE && cidr->len <= 8 * felt_ip_len(&cidr->ip));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(felt_freep) struct nlmsghdr *message = malloc(size + !size);
    struct felt_interface_addr addr;
    struct felt_interface interface;
    struct felt_plan_neigh neigh;
    struct felt_plan_route route;
    struct felt_plan_link link;
    struct felt_plan_fdb fdb;
    uint32_t ifindex;

    assert(message);
    if (size < sizeof(*message))
        return 0;
    memcpy(message, data, size);
    message->nlmsg_len = (uint32_t)size;
    if (felt_parse_interface(message, &interface)) {
        check_name(interface.name);
        assert(interface.ifindex > 0);
    }
    if (felt_parse_link(message, &link)) {
        check_name(link.name);
        assert(felt_parse_interface(message, &interface));
        assert(interface.ifindex == link.ifindex && interface.mtu == link.mtu);
    }
    if (felt_parse_addr(message, &addr))
        check_cidr(&addr.cidr);
    if (felt_parse_neigh(message, &neigh, &ifindex)) {
        assert(neigh.ip.family != FELT_FAMILY_NONE);
        assert(!felt_parse_fdb(message, &fdb, &ifindex));
    }
    (void)felt_parse_fdb(message, &fdb, &ifindex);
    (void)felt_parse_nexthop(message, &(struct felt_plan_nexthop){0});
    if (felt_parse_route(message, &route))
        check_cidr(&route.dst);
    return 0;
}
