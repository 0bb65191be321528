/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/core.h"
#include "sim/fault.h"
#include "sim/stream.h"

#define PAUSE_MIN (1 * FELT_USEC_SEC)
#define PAUSE_MAX (90 * FELT_USEC_SEC) /* between two settings, of the whole cluster */
#define SHORT_MIN 60                   /* seconds */
#define SHORT_MAX 180
#define LONG      (24 * 3600)
#define MTU_MIN   1300
#define MTU_MAX   1500

struct sim_setting {
    struct sim *sim;
    struct felt_prng prng;
    bool ended;
};

static uint32_t draw_lease_time(struct felt_prng *prng)
{
    if (sim_one_in(prng, 4))
        return sim_one_in(prng, 2) ? 0 : LONG;
    return (uint32_t)sim_between(prng, SHORT_MIN, SHORT_MAX);
}

/* One operator, at some machine; what may not be is refused by the node. */
static void set(struct sim *sim, struct felt_prng *prng)
{
    const char *texts[FELT_SETTINGS_END] = {NULL};
    uint32_t host = sim_fault_draw_running(sim, prng);
    struct felt_input in = {.kind = FELT_INPUT_SETTINGS};
    struct felt_netconf_error error;
    struct felt_settings settings;
    char mtu[FELT_SETTING_TEXT];

    if (host == SIM_HOST_NONE || sim->hosts[host].clone || sim->hosts[host].node->era == 0)
        return;
    settings = *felt_node_settings(sim->hosts[host].node);
    if (!sim_one_in(prng, 4))
        felt_settings_set_lease_time(&settings, draw_lease_time(prng));
    if (sim_one_in(prng, 2)) {
        snprintf(mtu, sizeof(mtu), "%u", (unsigned)sim_between(prng, MTU_MIN, MTU_MAX));
        texts[FELT_SETTING_MTU] = mtu;
        (void)felt_settings_set_backend(&settings, sim->hosts[host].node->config_text, texts,
                                        &error);
    }
    in.settings = &settings;
    sim_tell(sim, host, in);
}

/* Sometimes two at once. */
static void strike(struct sim *sim, void *context, uint64_t unused, uint64_t unused2)
{
    struct sim_setting *s = context;

    (void)unused;
    (void)unused2;
    if (s->ended)
        return;
    set(sim, &s->prng);
    if (sim_one_in(&s->prng, 3))
        set(sim, &s->prng);
    sim_later(sim, sim_scale(&s->prng, PAUSE_MIN, PAUSE_MAX), strike, s, 0, 0);
}

struct sim_setting *sim_setting_new(struct sim *sim)
{
    struct sim_setting *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->sim = sim;
    s->prng = sim_stream(sim->config.seed, "settings", 0);
    sim_later(sim, sim_scale(&s->prng, PAUSE_MIN, PAUSE_MAX), strike, s, 0, 0);
    return s;
}

void sim_setting_free(struct sim_setting *setting)
{
    free(setting);
}

void sim_setting_end(struct sim_setting *setting)
{
    setting->ended = true;
}

static const struct sim_host *first_of(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_runs(sim, i) && sim->hosts[i].node->configured)
            return &sim->hosts[i];
    return NULL;
}

felt_usec sim_setting_lease_time(const struct sim *sim)
{
    const struct sim_host *first = first_of(sim);

    return first ? first->node->lease_time_us : 0;
}

bool sim_setting_agrees(const struct sim *sim, char *text, size_t size)
{
    const struct sim_host *first = first_of(sim);

    for (uint32_t i = 0; first && i < sim->n_hosts; i++) {
        const struct felt_node *node = sim->hosts[i].node;

        if (!sim_host_runs(sim, i) || !node->configured)
            continue;
        if (node->lease_time_us == first->node->lease_time_us &&
            node->setter.founding_us == first->node->setter.founding_us &&
            strcmp(node->setter.text, first->node->setter.text) == 0)
            continue;
        snprintf(text, size, "%s has lease time %u s and %s, %s has %u s and %s", first->name,
                 (unsigned)(first->node->lease_time_us / FELT_USEC_SEC), first->node->setter.text,
                 sim->hosts[i].name, (unsigned)(node->lease_time_us / FELT_USEC_SEC),
                 node->setter.text);
        return false;
    }
    return true;
}
