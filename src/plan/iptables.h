/* SPDX-License-Identifier: Apache-2.0 */
/* Our rules among those of iptables, and flannel's away: from what iptables-save prints to what
 * iptables-restore --noflush has to be given, one transaction, and nothing where all is right.
 *
 * A policy DROP of FORWARD, Docker's for example, can only be overruled in that chain itself. Two
 * chains of our own do that:
 *
 *   FELT-FORWARD      at the end of FORWARD, or ahead of a rule there that ends it for every
 * packet. It overrules the policy and nothing else: what a network policy, Docker or the
 *                     administrator has decided before stays decided.
 *   FELT-DOCKER-USER  at the end of Docker's DOCKER-USER, where there is one: behind the
 *                     administrator's rules, ahead of Docker's, the newer of which drop what comes
 *                     to containers from elsewhere. It accepts what crosses from machine to machine
 *                     and leaves containers of one machine to Docker, which may keep them apart.
 *
 * Whoever has no table filter filters nothing, and is not given one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"

#define FELT_IPTABLES_FORWARD_CHAIN "FELT-FORWARD"
#define FELT_IPTABLES_DOCKER_CHAIN  "FELT-DOCKER-USER"

/* Of one family: iptables and ip6tables are asked one by one. */
struct felt_iptables_want {
    struct felt_cidr network; /* family NONE: it is not known, so flannel's rules stay */
    struct felt_cidr lease;   /* family NONE: there is none yet */
    bool forward;             /* the accepting rules; false: none of ours */
    bool replace_masq; /* flannel's masquerade rules may go: ours are in place, or not wanted */
};

struct felt_iptables_change {
    char *script; /* NULL: all is right */
    size_t len;
    bool writes_ours;     /* rules of ours were not there, or not right */
    bool removes_ours;    /* they were, and are not wanted */
    size_t n_flannel;     /* rules of flannel's that go */
    bool is_incompatible; /* the table filter is nft's: it has no FORWARD that iptables could see */
};

/* save is iptables-save's output, of all tables. 0 or -ENOMEM. */
int felt_iptables_plan(const char *save, size_t len, const struct felt_iptables_want *want,
                       struct felt_iptables_change *ret_change);
void felt_iptables_change_done(struct felt_iptables_change *change);
