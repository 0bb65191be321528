/* SPDX-License-Identifier: Apache-2.0 */
/* Notices when somebody changes the rules that felt cares for: notifications of nftables, of which
 * iptables-nft is a part, reduced to one bit. iptables-legacy sends none. */
#pragma once

#include <stdbool.h>

#include "base/idiom.h"

struct felt_nft_watch;

/* 0 or -errno. From here on nothing is missed. */
int felt_nft_watch_new(struct felt_nft_watch **ret_watch);
void felt_nft_watch_free(struct felt_nft_watch *watch);
FELT_DEFINE_CLEANUP(struct felt_nft_watch *, felt_nft_watch_free)

/* Readable when felt_nft_watch_drain() has something to read. */
int felt_nft_watch_fd(const struct felt_nft_watch *watch);

/* Reads all there is (a bounded number of datagrams; the descriptor stays readable where more are
 * left). True where our tables, flannel's, or those chains of iptables' table filter that decide
 * about forwarding may have changed, also when notifications were lost. */
bool felt_nft_watch_drain(struct felt_nft_watch *watch);
