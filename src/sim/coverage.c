/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/coverage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lease/ballot.h"
#include "lease/value.h"
#include "node/core.h"
#include "sim/pool.h"

#define NONE UINT32_MAX

/* Of one host, as of its last step. */
struct seen {
    uint32_t life;
    uint64_t era;
    bool in_cluster;
    bool lease_used;
    uint32_t lease;
    bool waiting;
    uint8_t gift[FELT_REQUEST_ID_LEN]; /* the last one's request */
    uint32_t n_gifts;
    struct felt_ballot promised;
    struct felt_ballot accepted;
    uint8_t *cut_at_join; /* by host: it was cut off from this one when this one joined */
};

/* The first value that was seen accepted about an era. */
struct accepted {
    uint64_t era;
    struct felt_ballot ballot;
    struct felt_value value;
    bool finished, rivalled;
};

struct sim_covering {
    struct sim *sim;
    uint64_t times[SIM_COUNTERS];
    uint32_t hosts_max;
    uint64_t era; /* the latest anywhere */
    struct seen *seen;
    uint32_t n_accepted, accepted_capacity;
    struct accepted *accepted;
};

const char *sim_counter_name(enum sim_counter counter)
{
    static const char *const names[SIM_COUNTERS] = {
        [SIM_COUNT_JOINED] = "joined",
        [SIM_COUNT_JOINED_CUT] = "joined-while-cut",
        [SIM_COUNT_JOINED_BOTH] = "joined-on-both-sides",
        [SIM_COUNT_TOGETHER] = "founded-together",
        [SIM_COUNT_RESUMED] = "resumed",
        [SIM_COUNT_GIFT] = "gift",
        [SIM_COUNT_WAITED] = "waited-for-a-slot",
        [SIM_COUNT_FREED] = "got-it-later",
        [SIM_COUNT_LOST_LEASE] = "lease-lost",
        [SIM_COUNT_PROMISED] = "promise",
        [SIM_COUNT_ACCEPTED] = "acceptance",
        [SIM_COUNT_FINISHED] = "finished-by-another",
        [SIM_COUNT_RIVALS] = "two-values-accepted",
        [SIM_COUNT_DECIDED] = "decision",
        [SIM_COUNT_DECIDED_CUT] = "decision-while-cut",
        [SIM_COUNT_LEARNT] = "one-era-learnt",
        [SIM_COUNT_CAUGHT_UP] = "many-eras-caught-up",
        [SIM_COUNT_RENEWED] = "identity-renewed",
        [SIM_COUNT_LEFT] = "left",
        [SIM_COUNT_STARTED_OVER] = "started-over",
        [SIM_COUNT_DEATH] = "called-dead",
        [SIM_COUNT_CRASH_BEFORE] = "crash-before-save",
        [SIM_COUNT_CRASH_AFTER] = "crash-after-save",
        [SIM_COUNT_TORN] = "disk-torn",
        [SIM_COUNT_LOST] = "disk-lost",
        [SIM_COUNT_ROLLED_BACK] = "disk-rolled-back",
        [SIM_COUNT_CLONED] = "disk-cloned",
        [SIM_COUNT_SUSPENDED] = "all-suspended",
        [SIM_COUNT_EXCUSED] = "excused",
    };

    return names[counter];
}

/* Whether somebody who runs is cut off from the host, in either direction. */
static bool is_cut(const struct sim *sim, uint32_t host)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (i != host && sim_host_runs(sim, i) &&
            (sim_network_is_cut(sim->network, host, i) ||
             sim_network_is_cut(sim->network, i, host)))
            return true;
    return false;
}

static bool is_parted(const struct sim *sim, uint32_t a, uint32_t b)
{
    return sim_network_is_cut(sim->network, a, b) && sim_network_is_cut(sim->network, b, a);
}

static void note_join(struct sim_covering *c, uint32_t host)
{
    const struct sim *sim = c->sim;
    bool both = false;

    c->times[SIM_COUNT_JOINED]++;
    c->times[SIM_COUNT_JOINED_CUT] += is_cut(sim, host);
    c->times[SIM_COUNT_TOGETHER] +=
        sim->config.candidates > 0 && sim->hosts[host].node->era == 1 &&
        felt_slot_map_stake(sim->hosts[host].node->map, felt_node_id(sim->hosts[host].node)) ==
            felt_slot_map_slots(sim->hosts[host].node->map);
    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        c->seen[host].cut_at_join[i] = i != host && is_parted(sim, host, i);
        both |= c->seen[host].cut_at_join[i] && c->seen[i].cut_at_join[host];
    }
    c->times[SIM_COUNT_JOINED_BOTH] += both;
}

static void note_events(struct sim_covering *c, struct seen *seen,
                        const struct felt_effects *effects)
{
    static const struct {
        enum felt_event_kind kind;
        enum sim_counter counter;
    } events[] = {
        {FELT_EVENT_LEASE_WAITING, SIM_COUNT_WAITED},
        {FELT_EVENT_LEASE_LOST, SIM_COUNT_LOST_LEASE},
        {FELT_EVENT_IDENTITY_RENEWED, SIM_COUNT_RENEWED},
        {FELT_EVENT_LEFT, SIM_COUNT_LEFT},
        {FELT_EVENT_STARTED_OVER, SIM_COUNT_STARTED_OVER},
        {FELT_EVENT_MEMBER_DEAD, SIM_COUNT_DEATH},
    };

    for (size_t i = 0; i < effects->n_events; i++) {
        enum felt_event_kind kind = effects->events[i].kind;

        for (size_t k = 0; k < FELT_ARRAY_LEN(events); k++)
            c->times[events[k].counter] += events[k].kind == kind;
        c->times[SIM_COUNT_FREED] += kind == FELT_EVENT_LEASE_TAKEN && seen->waiting;
        if (kind == FELT_EVENT_LEASE_WAITING || kind == FELT_EVENT_LEASE_TAKEN)
            seen->waiting = kind == FELT_EVENT_LEASE_WAITING;
    }
}

/* Those of an earlier life are not counted again; another identity begins with none. */
static void note_gift(struct sim_covering *c, struct seen *seen, const struct felt_gift_log *gifts,
                      bool resumes)
{
    const uint8_t *last = gifts->n > 0 ? gifts->gifts[gifts->n - 1].request : NULL;
    bool same =
        last && gifts->n == seen->n_gifts && memcmp(last, seen->gift, sizeof(seen->gift)) == 0;

    c->times[SIM_COUNT_GIFT] += last && !same && !resumes;
    seen->n_gifts = gifts->n;
    if (last)
        memcpy(seen->gift, last, sizeof(seen->gift));
}

static void note_value(struct sim_covering *c, uint64_t era, const struct felt_acceptor *acceptor)
{
    struct accepted *a = NULL;

    c->times[SIM_COUNT_ACCEPTED]++;
    for (uint32_t i = c->n_accepted; i > 0 && !a; i--)
        if (c->accepted[i - 1].era == era)
            a = &c->accepted[i - 1];
    if (!a) {
        if (c->n_accepted == c->accepted_capacity) {
            c->accepted_capacity = FELT_MAX(2 * c->accepted_capacity, 8u);
            c->accepted = sim_realloc(c->accepted, c->accepted_capacity, sizeof(*c->accepted));
        }
        c->accepted[c->n_accepted++] =
            (struct accepted){.era = era, .ballot = acceptor->accepted, .value = acceptor->value};
        return;
    }
    if (!felt_value_equal(&a->value, &acceptor->value)) {
        c->times[SIM_COUNT_RIVALS] += !a->rivalled;
        a->rivalled = true;
    } else if (!felt_id_equal(&a->ballot.id, &acceptor->accepted.id)) {
        c->times[SIM_COUNT_FINISHED] += !a->finished;
        a->finished = true;
    }
}

static void note_era(struct sim_covering *c, struct seen *seen, uint32_t host, bool resumes)
{
    const struct felt_node *node = c->sim->hosts[host].node;

    if (node->era == seen->era) {
        c->times[SIM_COUNT_PROMISED] +=
            felt_ballot_cmp(&node->acceptor.promised, &seen->promised) > 0;
        if (!resumes && felt_ballot_cmp(&node->acceptor.accepted, &seen->accepted) > 0)
            note_value(c, node->era, &node->acceptor);
        return;
    }
    if (!resumes && seen->era > 0 && node->era > seen->era)
        c->times[node->era == seen->era + 1 ? SIM_COUNT_LEARNT : SIM_COUNT_CAUGHT_UP]++;
    if (c->era > 0 && node->era > c->era) {
        c->times[SIM_COUNT_DECIDED]++;
        c->times[SIM_COUNT_DECIDED_CUT] += is_cut(c->sim, host);
    }
    c->era = FELT_MAX(c->era, node->era);
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct sim_covering *c = context;
    struct seen *seen = &c->seen[host];
    const struct felt_node *node = sim->hosts[host].node;
    bool resumes = seen->life != sim->hosts[host].life;

    (void)input;
    note_events(c, seen, effects);
    if (!resumes && node->in_cluster && !seen->in_cluster)
        note_join(c, host);
    note_gift(c, seen, &node->gifts, resumes);
    c->times[SIM_COUNT_RESUMED] +=
        resumes && seen->lease_used && node->lease_used && node->lease == seen->lease;
    note_era(c, seen, host, resumes);
    seen->life = sim->hosts[host].life;
    seen->era = node->era;
    seen->in_cluster = node->in_cluster;
    seen->lease_used = node->lease_used;
    seen->lease = node->lease;
    seen->promised = node->acceptor.promised;
    seen->accepted = node->acceptor.accepted;
    if (resumes)
        seen->waiting = false;
}

struct sim_covering *sim_covering_new(struct sim *sim)
{
    struct sim_covering *c = sim_zalloc(1, sizeof(*c));

    c->sim = sim;
    c->hosts_max = sim->config.hosts_max + sim->config.hosts_extra;
    c->seen = sim_zalloc(c->hosts_max, sizeof(*c->seen));
    for (uint32_t i = 0; i < c->hosts_max; i++)
        c->seen[i].cut_at_join = sim_zalloc(c->hosts_max, 1);
    sim_watch(sim, (struct sim_watcher){.context = c, .stepped = stepped});
    return c;
}

/* What disks and hosts have counted themselves. */
static void note_story(struct sim_covering *c)
{
    const struct sim *sim = c->sim;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct sim_disk_story *story = &sim->hosts[i].disk.story;

        c->times[SIM_COUNT_TORN] += story->torn;
        c->times[SIM_COUNT_LOST] += story->wiped;
        c->times[SIM_COUNT_ROLLED_BACK] += story->rolled_back;
        c->times[SIM_COUNT_CLONED] += story->copied;
        c->times[SIM_COUNT_CRASH_BEFORE] += story->cut_short;
        c->times[SIM_COUNT_CRASH_AFTER] += story->untold;
    }
    c->times[SIM_COUNT_SUSPENDED] += sim->long_sleeps;
    c->times[SIM_COUNT_EXCUSED] += sim->forks_excused;
}

void sim_covering_end(struct sim_covering *covering, const struct sim_fate *fate,
                      struct sim_coverage *sums)
{
    note_story(covering);
    sums->runs++;
    for (unsigned i = 0; i < SIM_COUNTERS; i++) {
        sums->times[i] += covering->times[i];
        sums->in_runs[i] += covering->times[i] > 0;
    }
    for (unsigned i = 0; fate && sim_faults[i]; i++) {
        sums->struck[i] += sim_fate_struck(fate, i);
        sums->struck_runs[i] += sim_fate_struck(fate, i) > 0;
    }
}

void sim_covering_free(struct sim_covering *covering)
{
    if (!covering)
        return;
    for (uint32_t i = 0; i < covering->hosts_max; i++)
        free(covering->seen[i].cut_at_join);
    free(covering->seen);
    free(covering->accepted);
    free(covering);
}

void sim_coverage_print(const struct sim_coverage *sums)
{
    printf("happened                      times  in of %" PRIu32 " runs\n", sums->runs);
    for (unsigned i = 0; i < SIM_COUNTERS; i++)
        printf("  %-22s %10" PRIu64 " %7" PRIu32 "\n", sim_counter_name((enum sim_counter)i),
               sums->times[i], sums->in_runs[i]);
    for (unsigned i = 0; sim_faults[i]; i++)
        printf("  fault %-16s %10" PRIu64 " %7" PRIu32 "\n", sim_faults[i]->name, sums->struck[i],
               sums->struck_runs[i]);
}
