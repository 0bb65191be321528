/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ruleset.h"

#include <errno.h>
#include <netinet/in.h> /* before linux/netfilter.h, which would bring its own */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "kernel/socket.h"

#define TRIES      5                     /* of a dump under which the rules change */
#define FNV_OFFSET 0xcbf29ce484222325ULL /* FNV-1a, 64 bits: enough to notice, not to defend */
#define FNV_PRIME  0x100000001b3ULL

struct wanted {
    enum felt_family family;
    const char *table;
    const char *set;
    struct felt_ruleset_mark mark;
};

static void msg_freep(struct nl_msg **msg)
{
    nlmsg_free(*msg);
}

static bool is_text(struct nlattr *attr, const char *text)
{
    size_t len = strlen(text) + 1;

    return attr != NULL && (size_t)nla_len(attr) >= len && memcmp(nla_data(attr), text, len) == 0;
}

static void digest(struct wanted *wanted, const struct nlattr *attr)
{
    const uint8_t *bytes = nla_data(attr);

    for (int i = 0; i < nla_len(attr); i++)
        wanted->mark.digest = (wanted->mark.digest ^ bytes[i]) * FNV_PRIME;
}

/* The attributes of a message of that type about our table; its name is the first of them. */
static bool parse(const struct wanted *wanted, const struct nlmsghdr *message, int type,
                  struct nlattr **tb)
{
    return message->nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | type) &&
           nlmsg_valid_hdr(message, sizeof(struct nfgenmsg)) &&
           nlmsg_parse((struct nlmsghdr *)message, sizeof(struct nfgenmsg), tb, NFTA_RULE_MAX,
                       NULL) >= 0 &&
           is_text(tb[NFTA_RULE_TABLE], wanted->table);
}

static int take_rule(const struct nlmsghdr *message, void *userdata)
{
    struct nlattr *tb[NFTA_RULE_MAX + 1] = {0};
    struct wanted *wanted = userdata;

    if (!parse(wanted, message, NFT_MSG_NEWRULE, tb) || tb[NFTA_RULE_HANDLE] == NULL)
        return 0;
    digest(wanted, tb[NFTA_RULE_HANDLE]);
    wanted->mark.n_rules++;
    return 0;
}

static int take_elements(const struct nlmsghdr *message, void *userdata)
{
    struct nlattr *tb[NFTA_RULE_MAX + 1] = {0};
    struct wanted *wanted = userdata;

    if (parse(wanted, message, NFT_MSG_NEWSETELEM, tb) && tb[NFTA_SET_ELEM_LIST_ELEMENTS] != NULL)
        digest(wanted, tb[NFTA_SET_ELEM_LIST_ELEMENTS]);
    return 0;
}

static struct nfgenmsg header_of(enum felt_family family)
{
    return (struct nfgenmsg){
        .nfgen_family = family == FELT_FAMILY_V6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
        .version = NFNETLINK_V0,
    };
}

/* Of what the table holds of that type, in the set if one is named. */
static int dump(struct felt_netlink *netlink, int type, struct wanted *wanted, const char *set,
                felt_netlink_each *each, struct felt_kernel_error *error)
{
    struct nfgenmsg header = header_of(wanted->family);
    _cleanup_(msg_freep) struct nl_msg *msg = nlmsg_alloc();
    int r;

    if (msg == NULL ||
        nlmsg_put(msg, 0, 0, (NFNL_SUBSYS_NFTABLES << 8) | type, 0, NLM_F_DUMP) == NULL ||
        nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) < 0 ||
        nla_put_string(msg, NFTA_RULE_TABLE, wanted->table) < 0 ||
        (set != NULL && nla_put_string(msg, NFTA_SET_ELEM_LIST_SET, set) < 0))
        return -ENOMEM;
    r = felt_netlink_query(netlink, msg, each, wanted, error);
    return r == -ENOENT ? 0 : r;
}

static int read_table(struct felt_netlink *netlink, struct wanted *wanted,
                      struct felt_kernel_error *error)
{
    int r;

    wanted->mark = (struct felt_ruleset_mark){.digest = FNV_OFFSET};
    r = dump(netlink, NFT_MSG_GETRULE, wanted, NULL, take_rule, error);
    if (r < 0)
        return r;
    return dump(netlink, NFT_MSG_GETSETELEM, wanted, wanted->set, take_elements, error);
}

int felt_ruleset_mark(enum felt_family family, const char *table, const char *set,
                      struct felt_ruleset_mark *ret_mark, struct felt_kernel_error *error)
{
    _cleanup_(felt_netlink_freep) struct felt_netlink *netlink = NULL;
    struct wanted wanted = {.family = family, .table = table, .set = set};
    int r = felt_netlink_open(FELT_NETLINK_NETFILTER, &netlink);

    if (r < 0)
        return felt_kernel_error_set(error, r, "cannot open a netfilter socket");
    r = -EINTR;
    for (int i = 0; i < TRIES && (r == -EINTR || r == -ENOBUFS); i++)
        r = read_table(netlink, &wanted, error);
    if (r < 0)
        return r;
    *ret_mark = wanted.mark;
    return 0;
}

int felt_ruleset_has_table(enum felt_family family, const char *table,
                           struct felt_kernel_error *error)
{
    _cleanup_(felt_netlink_freep) struct felt_netlink *netlink = NULL;
    struct nfgenmsg header = header_of(family);
    _cleanup_(msg_freep) struct nl_msg *msg = nlmsg_alloc();
    int r = felt_netlink_open(FELT_NETLINK_NETFILTER, &netlink);

    if (r < 0)
        return felt_kernel_error_set(error, r, "cannot open a netfilter socket");
    if (msg == NULL ||
        nlmsg_put(msg, 0, 0, (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETTABLE, 0, 0) == NULL ||
        nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) < 0 ||
        nla_put_string(msg, NFTA_TABLE_NAME, table) < 0)
        return felt_kernel_error_set(error, -ENOMEM, "out of memory");
    r = felt_netlink_query(netlink, msg, NULL, NULL, error);
    if (r == -ENOENT || r == -EOPNOTSUPP || r == -EINVAL) /* EINVAL: no such subsystem */
        return 0;
    return r < 0 ? r : 1;
}
