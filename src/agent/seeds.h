/* SPDX-License-Identifier: Apache-2.0 */
/* The seeds of --join, resolved anew whenever they are wanted: names may move. Names are resolved
 * in the background; address literals cost nothing. */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "agent/options.h"
#include "base/idiom.h"
#include "base/ip.h"

struct felt_seeds;

/* endpoints is borrowed for the call; never empty. */
typedef void (*felt_seeds_fn)(void *userdata, const struct felt_endpoint *endpoints, size_t n);

/* Seeds are copied: names, and the endpoints of a token. 0 or -errno. */
int felt_seeds_new(sd_event *event, const struct felt_seed *seeds, size_t n_seeds,
                   const struct felt_endpoint *endpoints, size_t n_endpoints, felt_seeds_fn fn,
                   void *userdata, struct felt_seeds **ret_seeds);
void felt_seeds_free(struct felt_seeds *seeds);
FELT_DEFINE_CLEANUP(struct felt_seeds *, felt_seeds_free)

/* Begins to resolve, unless that is under way; the function is called when it is done. */
void felt_seeds_resolve(struct felt_seeds *seeds);
