/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/nft_watch.h"

#include <errno.h>
#include <netinet/in.h> /* before linux/netfilter.h, which would bring its own */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/socket.h"

struct felt_nft_watch {
    struct felt_netlink *netlink;
};

int felt_nft_watch_new(struct felt_nft_watch **ret_watch)
{
    _cleanup_(felt_nft_watch_freep) struct felt_nft_watch *watch = calloc(1, sizeof(*watch));
    int r;

    if (watch == NULL)
        return -ENOMEM;
    r = felt_netlink_open(FELT_NETLINK_NETFILTER, &watch->netlink);
    if (r == 0)
        r = felt_netlink_join(watch->netlink, NFNLGRP_NFTABLES);
    if (r < 0)
        return r;
    *ret_watch = FELT_TAKE(watch);
    return 0;
}

void felt_nft_watch_free(struct felt_nft_watch *watch)
{
    if (watch == NULL)
        return;
    felt_netlink_free(watch->netlink);
    free(watch);
}

int felt_nft_watch_fd(const struct felt_nft_watch *watch)
{
    return felt_netlink_fd(watch->netlink);
}

/* Both have a name and its NUL; "" where there is none. */
static const char *text_of(struct nlattr *attr)
{
    const char *text = attr != NULL ? nla_data(attr) : NULL;

    return text != NULL && nla_len(attr) > 0 && text[nla_len(attr) - 1] == '\0' ? text : "";
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_chain_of_interest(const char *chain)
{
    return strcmp(chain, "FORWARD") == 0 || strcmp(chain, "DOCKER-USER") == 0 ||
           starts_with(chain, "FELT-");
}

/* The name of the table is the first attribute of every message that is about one. */
_Static_assert((int)NFTA_TABLE_NAME == (int)NFTA_CHAIN_TABLE &&
                   (int)NFTA_TABLE_NAME == (int)NFTA_RULE_TABLE &&
                   (int)NFTA_TABLE_NAME == (int)NFTA_SET_TABLE &&
                   (int)NFTA_TABLE_NAME == (int)NFTA_SET_ELEM_LIST_TABLE,
               "one attribute for the table");

static bool concerns_us(const struct nlmsghdr *message, const void *userdata _unused_)
{
    struct nlattr *tb[NFTA_CHAIN_MAX + 1] = {0};
    const char *table;

    if (message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
        !nlmsg_valid_hdr(message, sizeof(struct nfgenmsg)) ||
        nlmsg_parse((struct nlmsghdr *)message, sizeof(struct nfgenmsg), tb, NFTA_CHAIN_MAX, NULL) <
            0)
        return false;
    table = text_of(tb[NFTA_TABLE_NAME]);
    if (starts_with(table, "felt-ipv") || starts_with(table, "flannel-ipv"))
        return true;
    if (strcmp(table, "filter") != 0)
        return false;
    switch (message->nlmsg_type & 0xff) {
    case NFT_MSG_NEWTABLE:
    case NFT_MSG_DELTABLE:
        return true;
    case NFT_MSG_NEWCHAIN:
    case NFT_MSG_DELCHAIN:
        return is_chain_of_interest(text_of(tb[NFTA_CHAIN_NAME]));
    case NFT_MSG_NEWRULE:
    case NFT_MSG_DELRULE:
        return is_chain_of_interest(text_of(tb[NFTA_RULE_CHAIN]));
    default:
        return false;
    }
}

bool felt_nft_watch_drain(struct felt_nft_watch *watch)
{
    return felt_netlink_drain(watch->netlink, concerns_us, NULL);
}
