/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "sim/bridge.h"
#include "sim/fault_list.h"
#include "sim/keys.h"
#include "sim/pool.h"
#include "sim/stream.h"

const struct sim_fault *const sim_faults[] = {
    &sim_fault_loss,       &sim_fault_reorder,     &sim_fault_duplicate, &sim_fault_partition,
    &sim_fault_asymmetric, &sim_fault_isolate,     &sim_fault_flip_flop, &sim_fault_one_way,
    &sim_fault_unplugged,  &sim_fault_slow,        &sim_fault_pause,     &sim_fault_clock,
    &sim_fault_days,       &sim_fault_crash,       &sim_fault_power,     &sim_fault_persist,
    &sim_fault_address,    &sim_fault_disk_fails,  &sim_fault_disk_lost, &sim_fault_disk_torn,
    &sim_fault_join_storm, &sim_fault_leave_storm, &sim_fault_donor,     &sim_fault_rollback,
    &sim_fault_clone,      &sim_fault_duel,        &sim_fault_reserve,   &sim_fault_reclaim,
    &sim_fault_force,      &sim_fault_contest,     &sim_fault_behind,    &sim_fault_wish,
    &sim_fault_suspend,    &sim_fault_split,       &sim_fault_filtered,  &sim_fault_readdress,
    &sim_fault_bridge,     &sim_fault_keys,        &sim_fault_stranger,  NULL, /* the last */
};

_Static_assert(FELT_ARRAY_LEN(sim_faults) - 1 <= SIM_FAULTS_MAX, "a set is 64 bits");

#define OPERATOR_COMES (20 * FELT_USEC_SEC) /* after all is repaired */

struct sim_fate {
    struct sim *sim;
    struct felt_prng prngs[SIM_FAULTS_MAX];
    uint32_t struck[SIM_FAULTS_MAX];
};

uint64_t sim_faults_all(void)
{
    return UINT64_MAX >> (SIM_FAULTS_MAX + 1 - FELT_ARRAY_LEN(sim_faults));
}

static int parse_one(const char *name, size_t len, uint64_t *ret_bit)
{
    for (size_t i = 0; sim_faults[i]; i++)
        if (strlen(sim_faults[i]->name) == len && memcmp(sim_faults[i]->name, name, len) == 0) {
            *ret_bit = (uint64_t)1 << i;
            return 0;
        }
    return -EINVAL;
}

int sim_faults_parse(const char *text, uint64_t *ret_set)
{
    uint64_t set = 0, bit;

    if (strcmp(text, "none") == 0 || strcmp(text, "all") == 0) {
        *ret_set = text[0] == 'a' ? sim_faults_all() : 0;
        return 0;
    }
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, ",");

        if (parse_one(at, len, &bit) < 0)
            return -EINVAL;
        set |= bit;
        at += len;
        if (*at == '\0')
            break;
    }
    *ret_set = set;
    return 0;
}

const char *sim_faults_format(uint64_t set, char *text)
{
    size_t len = 0;

    snprintf(text, SIM_FAULTS_TEXT, "none");
    for (size_t i = 0; sim_faults[i]; i++)
        if (set >> i & 1)
            len += (size_t)snprintf(text + len, SIM_FAULTS_TEXT - len, "%s%s", len > 0 ? "," : "",
                                    sim_faults[i]->name);
    return text;
}

uint32_t sim_fault_draw_running(struct sim *sim, struct felt_prng *prng)
{
    uint32_t n = 0, k;

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        n += sim_host_runs(sim, i);
    if (n == 0)
        return SIM_HOST_NONE;
    k = (uint32_t)felt_prng_below(prng, n);
    for (uint32_t i = 0;; i++)
        if (sim_host_runs(sim, i) && k-- == 0)
            return i;
}

uint32_t sim_fault_unused(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim->hosts[i].life == 0 && !sim->hosts[i].clone)
            return i;
    return SIM_HOST_NONE;
}

bool sim_fault_may_leave(const struct sim *sim, uint32_t host)
{
    uint32_t gone = 0;

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        gone += sim->hosts[i].left;
    return host >= SIM_SEED_HOSTS && !sim->hosts[host].clone && gone < sim->config.hosts_max / 2;
}

static void start_again(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    (void)context;
    if (sim->hosts[host].life == life && !sim_host_runs(sim, (uint32_t)host) &&
        !sim->hosts[host].left)
        sim_host_start(sim, (uint32_t)host);
}

void sim_fault_restart(struct sim *sim, uint32_t host, enum sim_power power, felt_usec after)
{
    sim_host_stop(sim, host, power);
    sim_later(sim, after, start_again, NULL, host, sim->hosts[host].life);
}

bool sim_fault_disk_is_spare(const struct sim *sim, uint32_t host)
{
    /* Candidates that have all lost their disks may found anew, as is right: one has to remember.
     */
    uint32_t n = sim->config.candidates > 0 ? sim->config.candidates : (uint32_t)SIM_SEED_HOSTS;

    for (uint32_t i = 0; i < FELT_MIN(sim->n_hosts, n); i++)
        if (i != host && !sim->hosts[i].left && !sim->hosts[i].tainted &&
            sim_host_is_member_on_disk(sim, i))
            return true;
    return false;
}

/* One incident, and the next one after a while. */
static void strike(struct sim *sim, void *context, uint64_t fault, uint64_t unused)
{
    struct sim_fate *fate = context;
    const struct sim_fault *f = sim_faults[fault];

    (void)unused;
    if (sim->healed)
        return;
    fate->struck[fault]++;
    f->strike(sim, &fate->prngs[fault]);
    sim_later(sim, 1 + felt_prng_below(&fate->prngs[fault], f->pause_max), strike, fate, fault, 0);
}

struct sim_fate *sim_fate_new(struct sim *sim, uint64_t set)
{
    struct sim_fate *fate = sim_zalloc(1, sizeof(*fate));

    fate->sim = sim;
    for (size_t i = 0; sim_faults[i]; i++) {
        const struct sim_fault *f = sim_faults[i];

        fate->prngs[i] = sim_stream(sim->config.seed, f->name, 0);
        if (!(set >> i & 1))
            continue;
        if (f->weather) {
            fate->struck[i]++;
            f->strike(sim, &fate->prngs[i]);
        } else {
            sim_later(sim, felt_prng_below(&fate->prngs[i], f->pause_max), strike, fate, i, 0);
        }
    }
    return fate;
}

uint32_t sim_fate_struck(const struct sim_fate *fate, unsigned fault)
{
    return fate->struck[fault];
}

void sim_fate_free(struct sim_fate *fate)
{
    free(fate);
}

static void repair(struct sim *sim, uint32_t host, bool stays_dead)
{
    struct sim_host *h = &sim->hosts[host];

    sim_host_unblock(sim, host);
    h->crash = SIM_CRASH_NOT;
    h->disk.fails = false;
    h->unplugged = false;
    if (h->power == SIM_RUNNING && stays_dead)
        sim_host_stop(sim, host, SIM_OFF);
    if (h->power != SIM_RUNNING && !h->left && !h->clone && !stays_dead)
        sim_host_start(sim, host);
    h->gone = h->power != SIM_RUNNING;
}

/* Its disk is from before a rotation, or its token of a key that came to nothing. */
static bool needs_key(struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];

    if (sim->rotated && !h->node->in_cluster)
        h->has_key = false;
    else
        h->lost = sim_keys_lost(sim, host);
    return h->lost || !h->has_key;
}

/* An operator looks after those whom nobody can confirm: the others are new machines. And again
 * where somebody has not asked yet, since its disk has just begun to work. */
static void look_after(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    bool again = false;

    (void)context;
    (void)a;
    (void)b;
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        struct sim_host *h = &sim->hosts[i];

        if (!sim_host_runs(sim, i))
            continue;
        if (needs_key(sim, i)) {
            sim_host_stop(sim, i, SIM_OFF);
            sim_host_start(sim, i);
            continue;
        }
        again |= h->node->confirm.phase == FELT_CONFIRM_SILENT;
        if (h->node->confirm.phase != FELT_CONFIRM_ASKING)
            continue;
        if (h->tainted) {
            sim_host_stop(sim, i, SIM_OFF);
            sim_disk_wipe(&h->disk);
            h->tainted = false;
            sim_host_start(sim, i);
        } else {
            sim_tell(sim, i, (struct felt_input){.kind = FELT_INPUT_TRUST});
        }
    }
    if (again)
        sim_later(sim, OPERATOR_COMES, look_after, NULL, 0, 0);
}

void sim_fate_heal(struct sim_fate *fate, uint32_t n_stay_dead)
{
    struct sim *sim = fate->sim;
    struct sim_weather *weather = sim_network_weather(sim->network);

    sim->healed = true;
    if (sim->bridge)
        sim_bridge_heal(sim->bridge);
    sim_network_mend_all(sim->network);
    weather->loss_ppm = 0;
    weather->duplicate_ppm = 0;
    weather->reorder_ppm = 0;
    /* The last ones: never a seed, or nobody would find the others. */
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        repair(sim, i,
               i >= SIM_SEED_HOSTS && i < sim->config.hosts_max &&
                   i + n_stay_dead >= sim->config.hosts_max);
    sim_later(sim, OPERATOR_COMES, look_after, NULL, 0, 0);
}
