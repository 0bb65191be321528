/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that run flanneld, outside of the cluster: each draws a random free subnet of what etcd
 * shows, makes its key where nobody was quicker, and from then on sets it blindly, as flanneld up
 * to v0.10 does, whatever has become of it meanwhile. It never moves. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "sim/etcd.h"
#include "sim/sim.h"

#define SIM_FLANNELDS 4
#define SIM_KEY_TTL   (60 * FELT_USEC_SEC) /* a day, really */
#define SIM_SLOT_NONE UINT32_MAX

struct sim_flanneld {
    struct felt_ip ip;
    bool runs;
    uint64_t life;
    uint32_t slot; /* also while it does not run: subnet.env; SIM_SLOT_NONE: none yet */
    bool uses;     /* it has taken it in this life */
    felt_usec renew_us;
};

struct sim_flannelds {
    struct sim *sim;
    struct sim_etcd *etcd; /* borrowed */
    struct felt_prng prng;
    struct sim_flanneld list[SIM_FLANNELDS];
};

void sim_flannelds_init(struct sim_flannelds *flannelds, struct sim *sim, struct sim_etcd *etcd);
void sim_flanneld_start(struct sim_flannelds *flannelds, uint32_t i);
/* Its key stays until it expires. */
void sim_flanneld_stop(struct sim_flannelds *flannelds, uint32_t i);
/* Who runs and uses the slot; NULL: nobody. */
const struct sim_flanneld *sim_flanneld_of(const struct sim_flannelds *flannelds, uint32_t slot);
