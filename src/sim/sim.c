/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "sim/bridge.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define HASH_FACTOR 0x9e3779b97f4a7c15u /* odd, and without pattern: 2^64 over the golden ratio */

struct sim *sim_new(const struct sim_config *config)
{
    struct sim *sim = sim_zalloc(1, sizeof(*sim));
    uint32_t hosts = config->hosts_max + config->hosts_extra;

    sim->config = *config;
    sim->now = SIM_START;
    sim->queue = sim_queue_new();
    sim->network = sim_network_new(sim_stream_seed(config->seed, "network", 0), hosts);
    sim->disk_prng = sim_stream(config->seed, "disk", 0);
    sim->hosts = sim_zalloc(hosts, sizeof(*sim->hosts));
    if (felt_deadlines_new(hosts, &sim->wakes) < 0)
        abort();
    return sim;
}

void sim_free(struct sim *sim)
{
    if (!sim)
        return;
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        felt_node_free(sim->hosts[i].node);
        sim_disk_done(&sim->hosts[i].disk);
    }
    sim_bridge_free(sim->bridge);
    sim_queue_free(sim->queue);
    sim_network_free(sim->network);
    felt_deadlines_free(sim->wakes);
    free(sim->hosts);
    free(sim->at);
    free(sim->leases);
    free(sim);
}

void sim_watch(struct sim *sim, struct sim_watcher watcher)
{
    assert(sim->n_watchers < SIM_WATCHERS_MAX);
    sim->watchers[sim->n_watchers++] = watcher;
}

void sim_violated(struct sim *sim, const char *format, ...)
{
    va_list args;

    if (sim->violation.found)
        return;
    sim->violation.found = true;
    sim->violation.at = sim->now;
    va_start(args, format);
    vsnprintf(sim->violation.text, sizeof(sim->violation.text), format, args);
    va_end(args);
}

void sim_later(struct sim *sim, felt_usec delay,
               void (*script)(struct sim *sim, void *context, uint64_t a, uint64_t b),
               void *context, uint64_t a, uint64_t b)
{
    sim_queue_add(sim->queue, &(struct sim_happening){.when = sim->now + delay,
                                                      .kind = SIM_SCRIPT,
                                                      .script = script,
                                                      .context = context,
                                                      .a = a,
                                                      .b = b});
}

static void mix(struct sim *sim, uint64_t v)
{
    sim->hash = (sim->hash ^ v) * HASH_FACTOR;
    sim->hash ^= sim->hash >> 32;
}

static void mix_step(struct sim *sim, uint32_t host, const struct felt_input *input,
                     enum felt_verdict verdict, const struct felt_effects *effects)
{
    mix(sim, sim->now);
    mix(sim, (uint64_t)host << 32 | (uint64_t)input->kind << 16 | verdict);
    for (size_t i = 0; i < effects->n_datagrams; i++)
        mix(sim, felt_hash64(effects->datagrams[i].bytes.data, effects->datagrams[i].bytes.len));
    for (size_t i = 0; i < effects->n_events; i++)
        mix(sim, effects->events[i].kind);
    mix(sim, effects->state.len);
    mix(sim, effects->deadline);
}

/* Whether this step's state is that of a life which goes on from a stale disk. */
static bool is_stale(const struct sim_host *h, const struct felt_effects *effects)
{
    for (size_t i = 0; i < effects->n_events; i++)
        if (effects->events[i].kind == FELT_EVENT_IDENTITY_RENEWED)
            return false;
    return h->tainted;
}

static void write_disk(struct sim_disk *disk, struct sim_happening *happening)
{
    sim_disk_write(disk, FELT_TAKE(happening->bytes), happening->len);
    disk->stale = happening->stale;
}

/* The write is begun; its outcome happens later. */
static void save(struct sim *sim, uint32_t host, const struct felt_effects *effects)
{
    struct sim_host *h = &sim->hosts[host];
    struct sim_happening done = {
        .kind = SIM_SAVED, .host = host, .life = h->life, .save = effects->state_save};
    felt_usec time =
        sim->config.disk_us + felt_prng_below(&sim->disk_prng, sim->config.disk_us + 1);

    done.when = sim->now + time;
    done.failed = h->disk.fails;
    done.stale = is_stale(h, effects);
    done.len = effects->state.len;
    done.bytes = sim_alloc(effects->state.len);
    memcpy(done.bytes, effects->state.data, effects->state.len);
    sim_queue_add(sim->queue, &done);
}

/* When the node wants to be woken, in the simulator's time. */
static void set_wake(struct sim *sim, uint32_t host, felt_usec deadline)
{
    felt_usec when = deadline;

    if (deadline != FELT_USEC_NEVER)
        when = FELT_MAX(felt_usec_sub(deadline, sim->hosts[host].clock_us), sim->now);
    felt_deadlines_set(sim->wakes, host, when);
}

enum felt_verdict sim_tell(struct sim *sim, uint32_t host, struct felt_input input)
{
    struct sim_host *h = &sim->hosts[host];
    struct felt_effects effects;
    enum felt_verdict verdict;

    assert(h->node);
    input.now = sim->now + h->clock_us;
    verdict = felt_node_step(h->node, &input, &effects);
    sim->steps++;
    mix_step(sim, host, &input, verdict, &effects);
    for (size_t i = 0; i < effects.n_datagrams; i++)
        sim_carry(sim, host, &effects.datagrams[i]);
    if (effects.state.len > 0)
        save(sim, host, &effects);
    set_wake(sim, host, effects.deadline);
    sim_agent_events(sim, host, &effects);
    for (uint32_t i = 0; i < sim->n_watchers; i++)
        sim->watchers[i].stepped(sim->watchers[i].context, sim, host, &input, &effects);
    return verdict;
}

static void restart(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    (void)context;
    if (!sim_host_runs(sim, (uint32_t)host) && sim->hosts[host].life == life)
        sim_host_start(sim, (uint32_t)host);
}

/* The host has an appointment with death at its next save. */
static void crash(struct sim *sim, struct sim_happening *happening)
{
    struct sim_host *h = &sim->hosts[happening->host];

    if (h->crash == SIM_CRASH_AFTER_SAVE) {
        write_disk(&h->disk, happening);
        h->disk.story.untold++;
    } else {
        h->disk.story.cut_short++;
    }
    h->crash = SIM_CRASH_NOT;
    sim_host_stop(sim, happening->host, SIM_KILLED);
    sim_later(sim, h->restart_after, restart, NULL, happening->host, h->life);
}

static void saved(struct sim *sim, struct sim_happening *happening)
{
    struct sim_host *h = &sim->hosts[happening->host];
    struct felt_input in = {.kind = FELT_INPUT_SAVED, .save = happening->save};

    if (sim->saving.ask && h->crash == SIM_CRASH_NOT)
        h->crash = sim->saving.ask(sim->saving.context, sim, happening);
    if (h->crash != SIM_CRASH_NOT) {
        crash(sim, happening);
        return;
    }
    if (happening->failed)
        in.kind = FELT_INPUT_SAVE_FAILED;
    else
        write_disk(&h->disk, happening);
    sim_tell(sim, happening->host, in);
}

/* It is for a process that does not get to run, or is busy: later. Datagrams wait in its socket,
 * which holds only so many, and are handled one after the other. */
static bool put_off(struct sim *sim, struct sim_happening *happening)
{
    struct sim_host *h = &sim->hosts[happening->host];
    bool arrives = happening->kind == SIM_ARRIVES;
    felt_usec until = arrives ? FELT_MAX(h->blocked_until, h->stuck_until) : h->blocked_until;

    if (arrives && (happening->turn != sim->now || until > sim->now))
        until = FELT_MAX(until, h->free_at);
    if (until <= sim->now) {
        h->free_at = FELT_MAX(h->free_at, sim->now + SIM_HANDLING);
        return false;
    }
    if (arrives && !happening->waited && h->n_waiting >= SIM_SOCKET_MAX)
        return true;
    h->n_waiting += arrives && !happening->waited;
    happening->waited = arrives;
    happening->when = until;
    happening->turn = until;
    if (arrives)
        h->free_at = until + SIM_HANDLING;
    happening->life = h->life;
    sim_queue_add(sim->queue, happening);
    happening->bytes = NULL;
    return true;
}

static void happen(struct sim *sim, struct sim_happening *happening)
{
    struct sim_host *h;

    if (happening->kind == SIM_SCRIPT) {
        happening->script(sim, happening->context, happening->a, happening->b);
        return;
    }
    if (happening->kind == SIM_ARRIVES && !happening->waited) {
        happening->host = sim->at[happening->address];
        if (happening->host == SIM_HOST_NONE)
            return;
    }
    h = &sim->hosts[happening->host];
    if (happening->life != 0 && (happening->life != h->life || h->power != SIM_RUNNING))
        return;
    if (h->power == SIM_RUNNING && put_off(sim, happening))
        return;
    switch (happening->kind) {
    case SIM_ARRIVES:
        sim_arrive(sim, happening);
        break;
    case SIM_REFUSED:
        sim_tell(sim, happening->host,
                 (struct felt_input){.kind = FELT_INPUT_REFUSED, .endpoint = happening->from});
        break;
    case SIM_UNREACHABLE:
        sim_tell(sim, happening->host,
                 (struct felt_input){.kind = FELT_INPUT_UNREACHABLE, .endpoint = happening->from});
        break;
    case SIM_SAVED:
        saved(sim, happening);
        break;
    case SIM_SEEDS:
        sim_agent_seeds(sim, happening->host);
        break;
    case SIM_DEVICE:
        sim_agent_device(sim, happening->host);
        break;
    case SIM_SCRIPT:
        break;
    }
}

static void wake(struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];

    if (h->blocked_until > sim->now) {
        felt_deadlines_set(sim->wakes, host, h->blocked_until);
        return;
    }
    felt_deadlines_set(sim->wakes, host, FELT_USEC_NEVER);
    sim_tell(sim, host, (struct felt_input){.kind = FELT_INPUT_WAKE});
}

void sim_run_until(struct sim *sim, felt_usec time)
{
    while (!sim->violation.found) {
        felt_usec first = sim_queue_first(sim->queue), woken;
        uint32_t host;

        woken = felt_deadlines_first(sim->wakes, &host);
        if (FELT_MIN(first, woken) > time)
            break;
        if (first <= woken) {
            struct sim_happening happening = sim_queue_take(sim->queue);

            sim->now = FELT_MAX(sim->now, first);
            happen(sim, &happening);
            sim_queue_drop_bytes(sim->queue, &happening);
        } else {
            sim->now = FELT_MAX(sim->now, woken);
            wake(sim, host);
        }
    }
    if (!sim->violation.found)
        sim->now = FELT_MAX(sim->now, time);
}

void sim_run(struct sim *sim, felt_usec time)
{
    sim_run_until(sim, sim->now + time);
}
