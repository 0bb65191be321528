/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/event_text.h"

#include <stdio.h>

#include "sim/event_words.h"

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    felt_usec ms = (sim->now - SIM_START) / FELT_USEC_MS;

    (void)context;
    (void)input;
    for (size_t i = 0; i < effects->n_events; i++) {
        const struct felt_event *e = &effects->events[i];

        if (!sim_event_words(e->kind))
            continue;
        printf("%4u.%03u %s %s", (unsigned)(ms / 1000), (unsigned)(ms % 1000),
               sim->hosts[host].name, sim_event_words(e->kind));
        if (e->slot != UINT32_MAX)
            printf(" slot=%u", e->slot);
        printf("%s%s", e->text[0] ? " " : "", e->text);
        if (!felt_id_is_nobody(&e->id))
            printf(" (%s)", FELT_ID_SHORT(&e->id));
        putchar('\n');
    }
}

void sim_event_text_watch(struct sim *sim)
{
    sim_watch(sim, (struct sim_watcher){.stepped = stepped});
}
