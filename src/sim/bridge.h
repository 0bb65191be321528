/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster beside flanneld nodes: the model of felt-etcd-bridge, a process that runs beside one
 * host and keeps etcd (etcd.h) and felt (proto/lease.md 9) in step, and of the flanneld nodes
 * (flanneld.h). Its rules are those that the real one documents: keys are made where there are
 * none, taken over or renewed by compare-and-swap; a key of ours that somebody set is taken back
 * once, and then yielded; what is not felt's is foreign. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/etcd.h"
#include "sim/flanneld.h"
#include "sim/sim.h"

#define SIM_BRIDGE_WINDOW                                                   \
    (2 * SIM_KEY_TTL) /* of a slot that a felt and a flanneld node use both \
                       */

struct sim_bridge {
    struct sim *sim;
    struct sim_etcd *etcd;
    struct sim_flannelds flannelds;
    struct felt_prng prng;
    uint32_t host; /* beside which it runs */
    bool runs;
    uint64_t life;
    bool ending;          /* cut over as soon as it may be */
    bool ended;           /* it was; native gifts may follow */
    felt_usec working_us; /* since when nothing has been in its way; 0: something is */
    struct slot {
        bool ours;           /* it made the key in this life, or took it over */
        bool took_back;      /* once already */
        struct felt_id node; /* it is cleared for, since its key was made: also by earlier lives */
        struct felt_ip made; /* for whom its key was last made: likewise */
    } * slots;
    uint64_t made, yielded; /* counts, for tests */
};

/* It begins: some flanneld nodes are there already. The network's number of slots. */
struct sim_bridge *sim_bridge_new(struct sim *sim, uint32_t n_slots);
void sim_bridge_free(struct sim_bridge *bridge);
/* Beside that host; what an earlier life remembered is forgotten. */
void sim_bridge_start(struct sim_bridge *bridge, uint32_t host);
void sim_bridge_stop(struct sim_bridge *bridge);
/* All works from now on; some runs end by a cut over. */
void sim_bridge_heal(struct sim_bridge *bridge);
/* When all is repaired: the bridge is on, each lease of who runs has its key, and no flanneld node
 * uses one; or it has ended everywhere. Where not, text says what is missing. */
bool sim_bridge_rests(struct sim_bridge *bridge, char *text, size_t len);
/* Whether the bridge is on for any host that runs. */
bool sim_bridge_is_on(const struct sim_bridge *bridge);
