/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/event_text.h"

#include <stdio.h>

const char *sim_event_words(enum felt_event_kind kind)
{
    static const char *const words[] = {
        [FELT_EVENT_CONFIGURED] = "configured",
        [FELT_EVENT_JOINED] = "joined",
        [FELT_EVENT_LEASE_TAKEN] = "lease taken",
        [FELT_EVENT_LEASE_LOST] = "lease lost",
        [FELT_EVENT_LEASE_WAITING] = "waiting for a lease",
        [FELT_EVENT_MEMBER_ALIVE] = "member alive",
        [FELT_EVENT_MEMBER_SUSPECT] = "member suspect",
        [FELT_EVENT_MEMBER_DEAD] = "member dead",
        [FELT_EVENT_PEER_CHANGED] = NULL,
        [FELT_EVENT_FOREIGN_CLUSTER] = "foreign cluster",
        [FELT_EVENT_WRONG_KEY] = "wrong key",
        [FELT_EVENT_SEEDS_WANTED] = NULL,
        [FELT_EVENT_SEEDS_SILENT] = "seeds silent",
        [FELT_EVENT_RECLAIMED] = "era",
        [FELT_EVENT_FORK] = "FORK",
        [FELT_EVENT_SAVE_FAILING] = "cannot save",
        [FELT_EVENT_LEFT] = "left",
        [FELT_EVENT_IDENTITY_RENEWED] = "has a new identity:",
        [FELT_EVENT_BOOTSTRAP] = "bootstrap",
    };

    return (size_t)kind < FELT_ARRAY_LEN(words) ? words[kind] : "something new";
}

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
