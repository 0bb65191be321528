/* SPDX-License-Identifier: Apache-2.0 */
/* The text of our nftables tables, for the standard input of 'nft -f -': one of each family that
 * the network has. Each text is one transaction: the kernel has the old table or the new one, never
 * none. A forward chain is not in it: an accept of one table does not overrule the drop of another
 * (plan/iptables.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "plan/script.h"

#define FELT_NFT_CHAIN       "postrtg"
#define FELT_NFT_EXCLUDE_SET "masq-exclude"

/* What --ip-masq and its companions want in one family. */
struct felt_nft_masq {
    struct felt_cidr network;
    struct felt_cidr lease;           /* of the same family */
    bool fully_random;                /* the port choice, for conntrack's races on equal ports */
    const struct felt_cidr *excludes; /* of both families; those of the other one do not count */
    size_t n_excludes;
};

/* "felt-ipv4" or "felt-ipv6". */
const char *felt_nft_table(enum felt_family family);

/* --ip-masq: what leaves the overlay takes the host's address, and so does what enters it from
 * outside for another machine's lease, so that the answer comes back this way; traffic between our
 * lease and the overlay, and what comes from outside for our own lease, keep theirs. So does what
 * goes to the excluded networks, or comes from them. Packets that kube-proxy marked are its
 * business. */
void felt_nft_masq(const struct felt_nft_masq *masq, struct felt_script *script);

/* Removes our table of that family, and is no error where there is none. */
void felt_nft_none(enum felt_family family, struct felt_script *script);
