/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/nft_rules.h"

#include <assert.h>

/* The bit by which kube-proxy, and with it flannel, says: masquerading this is my business. */
#define KUBE_MARK "0x00004000"

static const char *family_word(enum felt_family family)
{
    return family == FELT_FAMILY_V6 ? "ip6" : "ip";
}

static const char *multicast(enum felt_family family)
{
    return family == FELT_FAMILY_V6 ? "ff00::/8" : "224.0.0.0/4";
}

const char *felt_nft_table(enum felt_family family)
{
    return family == FELT_FAMILY_V6 ? "felt-ipv6" : "felt-ipv4";
}

static bool counts(const struct felt_nft_masq *masq, size_t i)
{
    return masq->excludes[i].ip.family == masq->network.ip.family;
}

static bool has_excludes(const struct felt_nft_masq *masq)
{
    for (size_t i = 0; i < masq->n_excludes; i++)
        if (counts(masq, i))
            return true;
    return false;
}

static void add_exclude_set(const struct felt_nft_masq *masq, struct felt_script *script)
{
    const char *separator = " ";

    /* auto-merge: networks that overlap are no error. */
    felt_script_add(script,
                    "\tset " FELT_NFT_EXCLUDE_SET " {\n"
                    "\t\ttype %s\n"
                    "\t\tflags interval\n"
                    "\t\tauto-merge\n"
                    "\t\telements = {",
                    masq->network.ip.family == FELT_FAMILY_V6 ? "ipv6_addr" : "ipv4_addr");
    for (size_t i = 0; i < masq->n_excludes; i++) {
        struct felt_cidr masked = felt_cidr_masked(&masq->excludes[i]);

        if (!counts(masq, i))
            continue;
        felt_script_add(script, "%s%s", separator, FELT_CIDR(&masked));
        separator = ", ";
    }
    felt_script_add(script, " }\n\t}\n");
}

static void add_rules(const struct felt_nft_masq *masq, struct felt_script *script)
{
    enum felt_family family = masq->network.ip.family;
    const char *ip = family_word(family), *random = masq->fully_random ? " fully-random" : "";
    struct felt_cidr net_masked = felt_cidr_masked(&masq->network);
    struct felt_cidr pod_masked = felt_cidr_masked(&masq->lease);
    char net[FELT_CIDR_TEXT], pod[FELT_CIDR_TEXT];

    felt_cidr_format(&net_masked, net);
    felt_cidr_format(&pod_masked, pod);
    felt_script_add(script, "\t\tmeta mark & " KUBE_MARK " == " KUBE_MARK " return\n");
    felt_script_add(script, "\t\t%s saddr %s %s daddr %s return\n", ip, pod, ip, net);
    felt_script_add(script, "\t\t%s saddr %s %s daddr %s return\n", ip, net, ip, pod);
    felt_script_add(script, "\t\t%s saddr != %s %s daddr %s return\n", ip, net, ip, pod);
    if (has_excludes(masq)) {
        felt_script_add(script, "\t\t%s saddr %s %s daddr @" FELT_NFT_EXCLUDE_SET " return\n", ip,
                        net, ip);
        felt_script_add(script, "\t\t%s saddr @" FELT_NFT_EXCLUDE_SET " %s daddr %s return\n", ip,
                        ip, net);
    }
    felt_script_add(script, "\t\t%s saddr %s %s daddr != %s masquerade%s\n", ip, net, ip,
                    multicast(family), random);
    felt_script_add(script, "\t\t%s saddr != %s %s daddr %s masquerade%s\n", ip, net, ip, net,
                    random);
}

void felt_nft_masq(const struct felt_nft_masq *masq, struct felt_script *script)
{
    enum felt_family family = masq->network.ip.family;

    assert(family == masq->lease.ip.family);
    felt_nft_none(family, script);
    felt_script_add(script, "table %s %s {\n\tcomment \"rules of felt\"\n", family_word(family),
                    felt_nft_table(family));
    if (has_excludes(masq))
        add_exclude_set(masq, script);
    felt_script_add(script, "\tchain " FELT_NFT_CHAIN " {\n"
                            "\t\tcomment \"masquerades what crosses the border of the overlay\"\n"
                            "\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
    add_rules(masq, script);
    felt_script_add(script, "\t}\n}\n");
}

void felt_nft_none(enum felt_family family, struct felt_script *script)
{
    const char *ip = family_word(family), *table = felt_nft_table(family);

    /* "add" before "delete": deleting a table that is not there would fail the transaction. */
    felt_script_add(script, "add table %s %s\ndelete table %s %s\n", ip, table, ip, table);
}
