/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold in every run. Checkers state the protocol's properties (proto/lease.md 5,
 * proto/gossip.md) and look at nodes from outside; they share no code with what they check. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sim/sim.h"

struct sim_check {
    const char *name;
    const char *what; /* for --help */
    void *(*begin)(struct sim *sim);
    /* After each step. */
    void (*stepped)(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects);
    void (*end)(void *context);
};

extern const struct sim_check sim_check_owner;
/* Whether a node acts on what it takes for its own: one with an old disk takes for its own what it
 * gave away since, but does nothing about it before it is confirmed. */
bool sim_check_counts(const struct sim_host *h);

extern const struct sim_check sim_check_identity;
extern const struct sim_check sim_check_cluster;
extern const struct sim_check sim_check_self;
extern const struct sim_check sim_check_datagram;
extern const struct sim_check sim_check_livelock;
extern const struct sim_check sim_check_table;
extern const struct sim_check sim_check_digest;
extern const struct sim_check sim_check_era;
extern const struct sim_check sim_check_reservation;
/* Whether a host knows the slot to be reserved for somebody who has neither that name nor that
 * address. */
bool sim_check_kept(const struct sim_host *h, uint32_t slot, const char *name,
                    const struct felt_ip *ip);
/* Whether it knows the slot to be leased outside of the cluster, from elsewhere. */
bool sim_check_foreign(const struct sim_host *h, uint32_t slot);
extern const struct sim_check sim_check_lease;
extern const struct sim_check sim_check_farewell;
extern const struct sim_check sim_check_bridge;
extern const struct sim_check sim_check_keys;

/* All of them; NULL after the last. */
extern const struct sim_check *const sim_checks[];

struct sim_checking;

/* Has sim watched by all of them until sim_checking_free(); sim must not run after that. */
struct sim_checking *sim_checking_new(struct sim *sim);
void sim_checking_free(struct sim_checking *checking);
FELT_DEFINE_CLEANUP(struct sim_checking *, sim_checking_free)

/* Liveness, for when all faults are over: every running node is a member, all have one view, every
 * running one is alive in it, every other one dead or gone, nobody is suspect, and nobody is
 * without a lease while another has slots to give. Where not, text says what is missing. */
bool sim_agrees(const struct sim *sim, char *text, size_t len);

/* Nobody who runs owns more than an eighth, or one slot, above the mean of those who run. Where
 * somebody does, text says who. */
bool sim_is_balanced(const struct sim *sim, char *text, size_t len);

/* Those who run own more than half of the space, says each of them. */
bool sim_has_majority(const struct sim *sim);
/* Every slot has an owner that runs, says each of them. Where not, text says who does not. */
bool sim_is_reclaimed(const struct sim *sim, char *text, size_t len);

/* Whether host says that its packets do not reach the other, or large ones do not. Both run. */
bool sim_path_fails(const struct sim *sim, uint32_t host, uint32_t other);
/* Nobody who runs says so of anybody who runs. Where somebody does, text says who. */
bool sim_paths_pass(const struct sim *sim, char *text, size_t len);
