/* SPDX-License-Identifier: Apache-2.0 */
/* N machines with one configuration found one cluster together (proto/lease.md 3.6). They are
 * candidates: in no cluster, and told how many they are. When each sees exactly N, the same ones,
 * it promises itself to the one with the lowest id, durably, once in its life, and in a promise
 * that names all N; that one founds when it holds all N promises. The cluster's id follows from the
 * promise, and whoever has promised joins no other.
 * Private to node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/usec.h"
#include "base/verdict.h"
#include "wire/message.h"
#include "wire/record.h"

#define FELT_BOOTSTRAP_ROUND (1 * FELT_USEC_SEC) /* between two looks at all candidates, +- 1/4 */
#define FELT_BOOTSTRAP_SIGHT (5 * FELT_USEC_SEC) /* who is silent for so long is out of sight */

struct felt_node;
struct felt_inbound;

/* NULL in a node that neither is a candidate nor has promised. */
struct felt_bootstrap;

/* A candidate that expects so many, itself included: of a node that has just been made and is in no
 * cluster. net_config is what it would found with. 0, -EINVAL (net_config is not valid), -ENOMEM.
 */
int felt_bootstrap_begin(struct felt_node *node, uint32_t expect, const char *net_config);
/* The promise of an earlier run. 0 or -ENOMEM. */
int felt_bootstrap_restore(struct felt_node *node, const struct felt_record *record);
void felt_bootstrap_free(struct felt_bootstrap *bootstrap);

/* Whether it looks for other candidates now: in no cluster yet, and allowed to speak. */
bool felt_bootstrap_open(const struct felt_node *node);
/* Writes the promise, if there is one that still matters, to a record that is to be saved. */
void felt_bootstrap_save(const struct felt_node *node, struct felt_record *record);
/* What it waits for, in words; NULL where it is no candidate. */
const char *felt_bootstrap_waiting(const struct felt_node *node);

/* Our promise is durable: it may be told. */
void felt_bootstrap_promised(struct felt_node *node);
/* We may speak in this session. If we have just founded, the others hear of it. */
void felt_bootstrap_speak(struct felt_node *node);

/* Somebody said hello. If it is a member already, it is worth a look at once. */
void felt_bootstrap_hello(struct felt_node *node, const struct felt_inbound *in);
/* A cookie of somebody that is in no cluster. MISDIRECTED where we have not asked. */
enum felt_verdict felt_bootstrap_cookie(struct felt_node *node, const struct felt_inbound *in,
                                        const struct felt_message *m);
/* Another candidate says what it sees, or what it has promised. BUSY where we are none; STRANGER
 * where its cookie is not right; FULL where there are too many. */
enum felt_verdict felt_bootstrap_candidate(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m);

felt_usec felt_bootstrap_deadline(const struct felt_node *node);
/* The last to be woken in a step: where it founds, nothing may be said until that is durable. */
void felt_bootstrap_wake(struct felt_node *node);
