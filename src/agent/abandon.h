/* SPDX-License-Identifier: Apache-2.0 */
/* Giving one's own cluster up for another one, on an operator's word and never else (feltctl join
 * --abandon). Where to join is kept in the state directory as an order until it is carried out, so
 * that whatever ends feltd in between, and whatever its options say, it goes on there. */
#pragma once

#include <stdint.h>

#include "agent/failure.h"
#include "agent/options.h"
#include "base/usec.h"

/* Whether target, HOST[:PORT] or a token, can be joined by a feltd with these options; cluster is
 * the one that it is in, NULL: none. 0, or -errno with ret_error. */
int felt_abandon_check(const struct felt_options *options, const uint8_t *cluster,
                       const char *target, struct felt_failure *ret_error);

/* After a start members may take so long to confirm a node's state (proto/lease.md 7.2) until
 * nobody is held to be there: rounds of asking take 0.7 s, 1.4 s, 2.8 s and 5 s. */
#define FELT_ABANDON_PATIENCE (10 * FELT_USEC_SEC)

struct felt_self_view;

enum felt_abandon_way {
    FELT_ABANDON_GIVE, /* there are others to take what the node owns */
    FELT_ABANDON_DROP, /* nobody is there */
    FELT_ABANDON_WAIT, /* that is not known yet, and will be within seconds */
};

/* What is to become of what a node owns that is in a cluster and has been running for up_us. */
enum felt_abandon_way felt_abandon_way(const struct felt_self_view *self, felt_usec up_us);

/* Keeps target as the order. 0 or -errno with ret_error. */
int felt_abandon_order(const char *state_dir, const char *target, struct felt_failure *ret_error);
/* The order is carried out, or void. */
void felt_abandon_done(const char *state_dir);
/* At the start of a node that is in no cluster: the order takes the place of what options say of
 * joining and founding, and a key that is not its token's is moved away. 0, also where there is
 * none; -errno with ret_error. */
int felt_abandon_apply(struct felt_options *options, struct felt_failure *ret_error);
/* The node's state is moved to state.abandoned: it owns nothing any more, and cannot give it to
 * anybody. Only while nobody writes there. 0 or -errno with ret_error. */
int felt_abandon_drop(const char *state_dir, struct felt_failure *ret_error);
