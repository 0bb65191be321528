/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/witness.h"

#include <string.h>

#include "sim/pool.h"

#define LOOK_EVERY (10 * FELT_USEC_MS) /* only when to stop: times are those of the events */

static uint32_t hosts_max(const struct sim *sim)
{
    return sim->config.hosts_max + sim->config.hosts_extra;
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct sim_witness *w = context;

    (void)input;
    for (size_t i = 0; i < effects->n_events; i++) {
        const struct felt_event *e = &effects->events[i];

        if (e->kind != w->kind || w->reported[host] || !felt_id_equal(&e->id, &w->about))
            continue;
        w->reported[host] = true;
        if (w->n++ == 0)
            w->first_us = sim->now;
        w->last_us = sim->now;
    }
}

void sim_witness_begin(struct sim_witness *witness, struct sim *sim)
{
    *witness = (struct sim_witness){.reported = sim_zalloc(hosts_max(sim), sizeof(bool))};
    sim_watch(sim, (struct sim_watcher){.context = witness, .stepped = stepped});
}

void sim_witness_done(struct sim_witness *witness)
{
    free(witness->reported);
}

void sim_witness_expect(struct sim_witness *witness, const struct sim *sim,
                        enum felt_event_kind kind, const struct felt_id *about)
{
    witness->kind = kind;
    witness->about = *about;
    witness->n = 0;
    memset(witness->reported, 0, hosts_max(sim) * sizeof(bool));
}

bool sim_witness_wait(struct sim_witness *witness, struct sim *sim, uint32_t n, felt_usec limit)
{
    felt_usec end = sim->now + limit;

    while (witness->n < n && sim->now < end)
        sim_run(sim, LOOK_EVERY);
    return witness->n >= n;
}
