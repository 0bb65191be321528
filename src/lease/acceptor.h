/* SPDX-License-Identifier: Apache-2.0 */
/* A node's Paxos acceptor state about the next era. It travels with the map: whoever learns that it
 * owns a slot has merged what the slot's voice has promised and accepted before (proto/lease.md
 * 6.2). Nothing here is said to anybody before it is durable; that is the caller's part. */
#pragma once

#include <stdbool.h>

#include "base/verdict.h"
#include "lease/ballot.h"
#include "wire/vote.h"

/* The larger promise, the larger accepted ballot with its value; a promise is never below what is
 * accepted. Returns whether anything is new. */
bool felt_acceptor_merge(struct felt_acceptor *acceptor, const struct felt_acceptor *from);

/* A proposer asks for a promise. TAKEN: it is given, or was; STALE: a larger one was given. */
enum felt_verdict felt_acceptor_prepare(struct felt_acceptor *acceptor,
                                        const struct felt_ballot *ballot);
/* TAKEN: accepted, or it was; STALE: a larger ballot was promised. MALFORMED: that ballot had
 * another value, which must never be. */
enum felt_verdict felt_acceptor_accept(struct felt_acceptor *acceptor,
                                       const struct felt_ballot *ballot,
                                       const struct felt_value *value);
/* A new era has begun. */
void felt_acceptor_clear(struct felt_acceptor *acceptor);
