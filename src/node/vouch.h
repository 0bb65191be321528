/* SPDX-License-Identifier: Apache-2.0 */
/* What we say of others' identities: of who comes back, whether its state is the newest we know of
 * and whether it is the only process of its identity (proto/lease.md 7.2, 7.3).
 * Private to node. */
#pragma once

#include <stdbool.h>

#include "base/ip.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"

struct felt_node;
struct felt_inbound;

/* A CONFIRM: answered at once, or after a challenge of where its sender was before. */
enum felt_verdict felt_vouch_asked(struct felt_node *node, const struct felt_inbound *in);
/* Tells the process that has session `session`, at `to`, what we know of it. */
void felt_vouch_tell(struct felt_node *node, const struct felt_endpoint *to, uint64_t session,
                     enum felt_identity_verdict verdict);
/* Whether a member's datagram comes from an older life than we know of; then it is told so. */
bool felt_vouch_refuses(struct felt_node *node, const struct felt_inbound *in);
