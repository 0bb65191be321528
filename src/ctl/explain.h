/* SPDX-License-Identifier: Apache-2.0 */
/* How a packet to an address finds its way, put together from what feltd says: who has the address,
 * what the kernel holds for it, and what to look at next. Asks nobody. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "base/ip.h"

/* Replies of feltd, borrowed. */
struct felt_explain_world {
    const json_t *status;
    const json_t *members;
    const json_t *kernel; /* ListKernel of the address; NULL: it could not look */
};

/* {"address", "kind", "summary", "node", "name", "state", "subnet", "public_ip", "path",
 *  "kernel": [{"kind", "text", "state"}], "wrong": [text], "next": command}
 * kind: "ours", "peers", "members" (outside the overlay: where a member itself is), "free" (of the
 * network, and nobody's lease), "foreign". wrong is empty where nothing is. Its values are null
 * where they make no sense. NULL: memory is short. */
json_t *felt_explain(const struct felt_explain_world *world, const struct felt_ip *ip);
void felt_explain_print(const json_t *explained, FILE *out);
