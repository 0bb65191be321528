/* SPDX-License-Identifier: Apache-2.0 */
/* Links that fail for a while, from 10 ms to a minute. */
#include <string.h>

#include "sim/fault_list.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define CUT_MIN   (10 * FELT_USEC_MS)
#define CUT_MAX   (60 * FELT_USEC_SEC)
#define FLIPS     10
#define PAUSE_MAX (40 * FELT_USEC_SEC)

static void mend(struct sim *sim, void *context, uint64_t cut, uint64_t unused)
{
    (void)context;
    (void)unused;
    sim_network_mend(sim->network, (uint32_t)cut);
}

void sim_fault_cut(struct sim *sim, const uint8_t *from, const uint8_t *to, felt_usec time)
{
    sim_later(sim, time, mend, NULL, sim_network_cut(sim->network, from, to), 0);
}

static uint32_t sets_len(const struct sim *sim)
{
    return sim->config.hosts_max + sim->config.hosts_extra;
}

/* Two random halves: one byte for each host, and the reverse of it. */
static void draw_halves(const struct sim *sim, struct felt_prng *prng, uint8_t *a, uint8_t *b)
{
    for (uint32_t i = 0; i < sets_len(sim); i++) {
        a[i] = sim_one_in(prng, 2);
        b[i] = !a[i];
    }
}

static void halves(struct sim *sim, struct felt_prng *prng, bool both_ways, felt_usec time)
{
    _cleanup_(felt_freep) uint8_t *a = sim_alloc(sets_len(sim));
    _cleanup_(felt_freep) uint8_t *b = sim_alloc(sets_len(sim));

    draw_halves(sim, prng, a, b);
    sim_fault_cut(sim, a, b, time);
    if (both_ways)
        sim_fault_cut(sim, b, a, time);
}

static void partition(struct sim *sim, struct felt_prng *prng)
{
    halves(sim, prng, true, sim_scale(prng, CUT_MIN, CUT_MAX));
}

static void asymmetric(struct sim *sim, struct felt_prng *prng)
{
    halves(sim, prng, false, sim_scale(prng, CUT_MIN, CUT_MAX));
}

static void one_of_many(struct sim *sim, struct felt_prng *prng, uint32_t host, felt_usec time)
{
    _cleanup_(felt_freep) uint8_t *one = sim_zalloc(sets_len(sim), 1);
    _cleanup_(felt_freep) uint8_t *others = sim_alloc(sets_len(sim));
    uint64_t ways = felt_prng_below(prng, 3);

    memset(others, 1, sets_len(sim));
    one[host] = 1;
    others[host] = 0;
    if (ways != 0)
        sim_fault_cut(sim, one, others, time);
    if (ways != 1)
        sim_fault_cut(sim, others, one, time);
}

static void isolate(struct sim *sim, struct felt_prng *prng)
{
    /* One after the other: two draws in one call come in the order that the compiler likes. */
    uint32_t host = (uint32_t)felt_prng_below(prng, sim->n_hosts);
    felt_usec time = sim_scale(prng, CUT_MIN, CUT_MAX);

    one_of_many(sim, prng, host, time);
}

/* A link that comes and goes: a is the host, b the flips that are left and the time of each. */
static void flip(struct sim *sim, void *context, uint64_t host, uint64_t rest)
{
    _cleanup_(felt_freep) uint8_t *one = sim_zalloc(sets_len(sim), 1);
    _cleanup_(felt_freep) uint8_t *all = sim_alloc(sets_len(sim));
    felt_usec time = rest >> 8;

    (void)context;
    memset(all, 1, sets_len(sim));
    one[host] = 1;
    sim_fault_cut(sim, one, all, time / 2);
    sim_fault_cut(sim, all, one, time / 2);
    if ((rest & 0xff) > 0)
        sim_later(sim, time, flip, NULL, host, rest - 1);
}

static void flip_flop(struct sim *sim, struct felt_prng *prng)
{
    felt_usec time = sim_scale(prng, CUT_MIN, CUT_MAX / FLIPS);

    flip(sim, NULL, felt_prng_below(prng, sim->n_hosts), (uint64_t)time << 8 | FLIPS);
}

static void one_way(struct sim *sim, struct felt_prng *prng)
{
    _cleanup_(felt_freep) uint8_t *from = sim_zalloc(sets_len(sim), 1);
    _cleanup_(felt_freep) uint8_t *to = sim_zalloc(sets_len(sim), 1);

    from[felt_prng_below(prng, sim->n_hosts)] = 1;
    to[felt_prng_below(prng, sim->n_hosts)] = 1;
    sim_fault_cut(sim, from, to, sim_scale(prng, CUT_MIN, CUT_MAX));
}

static void plug_in(struct sim *sim, void *context, uint64_t host, uint64_t unused)
{
    (void)context;
    (void)unused;
    sim->hosts[host].unplugged = false;
}

static void unplug(struct sim *sim, struct felt_prng *prng)
{
    uint64_t host = felt_prng_below(prng, sim->n_hosts);

    sim->hosts[host].unplugged = true;
    sim_later(sim, sim_scale(prng, CUT_MIN, CUT_MAX), plug_in, NULL, host, 0);
}

const struct sim_fault sim_fault_partition = {
    .name = "partition",
    .what = "two random halves do not reach each other",
    .strike = partition,
    .pause_max = PAUSE_MAX,
};

const struct sim_fault sim_fault_asymmetric = {
    .name = "asymmetric",
    .what = "one random half does not reach the other, which reaches it",
    .strike = asymmetric,
    .pause_max = PAUSE_MAX,
};

const struct sim_fault sim_fault_isolate = {
    .name = "isolate",
    .what = "one host reaches nobody, or is reached by nobody, or both",
    .strike = isolate,
    .pause_max = PAUSE_MAX,
};

const struct sim_fault sim_fault_flip_flop = {
    .name = "flip-flop",
    .what = "one host's link goes down and up ten times",
    .strike = flip_flop,
    .pause_max = PAUSE_MAX,
};

const struct sim_fault sim_fault_one_way = {
    .name = "one-way",
    .what = "one host does not reach one other",
    .strike = one_way,
    .pause_max = PAUSE_MAX / 4,
};

const struct sim_fault sim_fault_unplugged = {
    .name = "unplugged",
    .what = "one host has no network, and its kernel says so (ENETUNREACH)",
    .strike = unplug,
    .pause_max = PAUSE_MAX,
};
