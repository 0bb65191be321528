/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/deaths.h"

#include <stdlib.h>

#include "node/core.h"

static const struct felt_id *id_of(const void *owner, uint32_t host)
{
    return felt_node_id(((const struct sim_deaths *)owner)->sim->hosts[host].node);
}

static void count(struct sim_deaths *d, uint32_t observer, const struct felt_event *e)
{
    uint32_t about = felt_id_map_get(d->hosts, &e->id);

    if (about == FELT_ID_MAP_NONE || (d->slow && d->slow[about]))
        return;
    if (e->kind == FELT_EVENT_MEMBER_SUSPECT) {
        d->suspect++;
        return;
    }
    d->dead++;
    d->dead_fair += !d->slow || !d->slow[observer];
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    (void)sim;
    (void)input;
    for (size_t i = 0; i < effects->n_events; i++)
        if (effects->events[i].kind == FELT_EVENT_MEMBER_DEAD ||
            effects->events[i].kind == FELT_EVENT_MEMBER_SUSPECT)
            count(context, host, &effects->events[i]);
}

void sim_deaths_begin(struct sim_deaths *deaths, struct sim *sim)
{
    deaths->sim = sim;
    if (felt_id_map_new(sim->n_hosts, id_of, deaths, &deaths->hosts) < 0)
        abort();
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        felt_id_map_put(deaths->hosts, felt_node_id(sim->hosts[i].node), i);
    sim_watch(sim, (struct sim_watcher){.context = deaths, .stepped = stepped});
}

void sim_deaths_done(struct sim_deaths *deaths)
{
    felt_id_map_free(deaths->hosts);
}
