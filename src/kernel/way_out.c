/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/way_out.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/socket.h"

static void msg_freep(struct nl_msg **msg)
{
    nlmsg_free(*msg);
}

bool felt_way_out_parse(const struct nlmsghdr *message, struct felt_way_out *ret_way)
{
    struct nlattr *tb[RTA_MAX + 1];
    const struct rtmsg *header = NLMSG_DATA(message);
    struct felt_way_out way = {0};

    if (message->nlmsg_type != RTM_NEWROUTE || !nlmsg_valid_hdr(message, sizeof(*header)) ||
        nlmsg_parse((struct nlmsghdr *)message, sizeof(*header), tb, RTA_MAX, NULL) < 0 ||
        header->rtm_type != RTN_UNICAST || !tb[RTA_OIF] || nla_len(tb[RTA_OIF]) != 4)
        return false;
    way.ifindex = nla_get_u32(tb[RTA_OIF]);
    if (tb[RTA_PREFSRC]) {
        size_t len = (size_t)nla_len(tb[RTA_PREFSRC]);

        way.source.family = header->rtm_family == AF_INET6 ? FELT_FAMILY_V6 : FELT_FAMILY_V4;
        if (len != felt_ip_len(&way.source))
            return false;
        memcpy(way.source.bytes, nla_data(tb[RTA_PREFSRC]), len);
    }
    *ret_way = way;
    return true;
}

static int take(const struct nlmsghdr *message, void *userdata)
{
    return felt_way_out_parse(message, userdata) ? 0 : -ENETUNREACH;
}

int felt_way_out(const struct felt_ip *to, struct felt_way_out *ret_way,
                 struct felt_kernel_error *error)
{
    _cleanup_(felt_netlink_freep) struct felt_netlink *netlink = NULL;
    _cleanup_(msg_freep) struct nl_msg *msg = nlmsg_alloc();
    size_t len = felt_ip_len(to);
    struct rtmsg header = {.rtm_family = to->family == FELT_FAMILY_V6 ? AF_INET6 : AF_INET,
                           .rtm_dst_len = (uint8_t)(8 * len)};
    int r = felt_netlink_open(FELT_NETLINK_ROUTE, &netlink);

    if (r < 0)
        return felt_kernel_error_set(error, r, "cannot open a netlink socket");
    if (!msg || !nlmsg_put(msg, 0, 0, RTM_GETROUTE, 0, 0) ||
        nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) < 0 ||
        nla_put(msg, RTA_DST, (int)len, to->bytes) < 0)
        return -ENOMEM;
    return felt_netlink_query(netlink, msg, take, ret_way, error);
}
