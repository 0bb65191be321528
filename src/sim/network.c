/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/network.h"

#include <string.h>

#include "sim/pool.h"

struct cut {
    bool made;
    uint8_t *from; /* one byte for each host */
    uint8_t *to;
};

struct filter {
    bool made;
    uint32_t from, to;
    uint32_t passes; /* bytes */
};

struct sim_network {
    struct felt_prng prng;
    struct sim_weather weather;
    uint32_t hosts_max;
    uint32_t n_cuts; /* mended ones included */
    struct cut *cuts;
    uint32_t n_filters; /* likewise */
    struct filter *filters;
};

struct sim_network *sim_network_new(uint64_t seed, uint32_t hosts_max)
{
    struct sim_network *network = sim_zalloc(1, sizeof(*network));

    felt_prng_init(&network->prng, seed);
    network->hosts_max = hosts_max;
    network->weather =
        (struct sim_weather){.latency_us = SIM_LAN_LATENCY, .spread_us = SIM_LAN_SPREAD};
    return network;
}

static void mend(struct cut *cut)
{
    free(cut->from);
    free(cut->to);
    *cut = (struct cut){0};
}

void sim_network_free(struct sim_network *network)
{
    if (!network)
        return;
    sim_network_mend_all(network);
    free(network->cuts);
    free(network->filters);
    free(network);
}

struct sim_weather *sim_network_weather(struct sim_network *network)
{
    return &network->weather;
}

static uint8_t *copy(const struct sim_network *network, const uint8_t *set)
{
    uint8_t *c = sim_alloc(network->hosts_max);

    memcpy(c, set, network->hosts_max);
    return c;
}

uint32_t sim_network_cut(struct sim_network *network, const uint8_t *from, const uint8_t *to)
{
    uint32_t i = 0;

    while (i < network->n_cuts && network->cuts[i].made)
        i++;
    if (i == network->n_cuts)
        network->cuts = sim_realloc(network->cuts, ++network->n_cuts, sizeof(*network->cuts));
    network->cuts[i] =
        (struct cut){.made = true, .from = copy(network, from), .to = copy(network, to)};
    return i;
}

void sim_network_mend(struct sim_network *network, uint32_t cut)
{
    assert(cut < network->n_cuts);
    mend(&network->cuts[cut]);
}

void sim_network_mend_all(struct sim_network *network)
{
    for (uint32_t i = 0; i < network->n_cuts; i++)
        mend(&network->cuts[i]);
    for (uint32_t i = 0; i < network->n_filters; i++)
        network->filters[i].made = false;
}

bool sim_network_is_cut(const struct sim_network *network, uint32_t from, uint32_t to)
{
    assert(from < network->hosts_max && to < network->hosts_max);
    for (uint32_t i = 0; i < network->n_cuts; i++)
        if (network->cuts[i].made && network->cuts[i].from[from] && network->cuts[i].to[to])
            return true;
    return false;
}

uint32_t sim_network_filter(struct sim_network *network, uint32_t from, uint32_t to,
                            uint32_t passes)
{
    uint32_t i = 0;

    while (i < network->n_filters && network->filters[i].made)
        i++;
    if (i == network->n_filters)
        network->filters =
            sim_realloc(network->filters, ++network->n_filters, sizeof(*network->filters));
    network->filters[i] = (struct filter){.made = true, .from = from, .to = to, .passes = passes};
    return i;
}

void sim_network_unfilter(struct sim_network *network, uint32_t filter)
{
    assert(filter < network->n_filters);
    network->filters[filter].made = false;
}

bool sim_network_filters(const struct sim_network *network, uint32_t from, uint32_t to,
                         size_t packet)
{
    for (uint32_t i = 0; i < network->n_filters; i++) {
        const struct filter *f = &network->filters[i];

        if (f->made && f->from == from && f->to == to && packet > f->passes)
            return true;
    }
    return false;
}

static bool happens(struct sim_network *network, uint32_t ppm)
{
    return ppm > 0 && felt_prng_below(&network->prng, SIM_MILLION) < ppm;
}

bool sim_network_loses(struct sim_network *network)
{
    return happens(network, network->weather.loss_ppm);
}

unsigned sim_network_copies(struct sim_network *network)
{
    return happens(network, network->weather.duplicate_ppm) ? 2 : 1;
}

felt_usec sim_network_delay(struct sim_network *network)
{
    const struct sim_weather *weather = &network->weather;
    felt_usec delay = weather->latency_us + felt_prng_below(&network->prng, weather->spread_us + 1);

    if (happens(network, SIM_TAIL_PPM))
        delay += 9 * felt_prng_below(&network->prng, weather->spread_us + 1);
    if (happens(network, weather->reorder_ppm))
        delay += felt_prng_below(&network->prng, weather->reorder_us + 1);
    return delay;
}
