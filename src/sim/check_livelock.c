/* SPDX-License-Identifier: Apache-2.0 */
/* A node that asks to be woken at once, again and again, and time does not go on. A few times is
 * work cut into bounded steps; for ever is a busy loop in feltd. */
#include "sim/check.h"
#include "sim/pool.h"

#define WAKES_MAX 1024 /* of one node at one instant: 64 changes each are more than any table */

struct awake {
    felt_usec at;
    uint32_t times;
};

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(struct awake));
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct awake *awake = (struct awake *)context + host;

    if (input->kind != FELT_INPUT_WAKE)
        return;
    if (awake->at != input->now || effects->deadline > input->now)
        awake->times = 0;
    awake->at = input->now;
    if (++awake->times > WAKES_MAX)
        sim_violated(sim, "%s wants to be woken at once for ever", sim->hosts[host].name);
}

const struct sim_check sim_check_livelock = {
    .name = "livelock",
    .what = "no node wants to be woken at once for ever",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
