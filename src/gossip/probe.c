/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/probe.h"

#include "gossip/standing.h"
#include "gossip/swim_core.h"

#define DRAWS 8 /* tries to find a helper at random before the table is gone through */

void felt_probe_init(struct felt_probe *probe)
{
    *probe = (struct felt_probe){.target = FELT_MEMBER_NONE, .outcome = FELT_PROBE_VOID};
}

static void set_late(struct felt_swim *swim, felt_usec when)
{
    felt_deadlines_set(swim->deadlines, FELT_SWIM_KEY_PROBE, when);
}

static void close_probe(struct felt_swim *swim, enum felt_probe_outcome outcome)
{
    swim->probe.outcome = outcome;
    set_late(swim, FELT_USEC_NEVER);
}

/* ---- the target ---- */

static bool is_due(const struct felt_swim *swim, uint32_t i)
{
    const struct felt_member *m = felt_members_peek(swim->members, i);

    /* A suspect that we check is probed often enough. */
    return m->state == FELT_MEMBER_ALIVE ||
           (m->state == FELT_MEMBER_SUSPECT && m->suspicion->check.next_us == FELT_USEC_NEVER);
}

/* The next live member on the ring; FELT_MEMBER_NONE where there is nobody else. */
static uint32_t next_target(struct felt_swim *swim)
{
    for (uint32_t k = felt_ring_count(swim->ring); k > 0; k--) {
        uint32_t i = felt_ring_next(swim->ring, &swim->prng);

        if (is_due(swim, i))
            return i;
    }
    return FELT_MEMBER_NONE;
}

static void begin(struct felt_swim *swim)
{
    uint32_t i = next_target(swim);

    felt_probe_init(&swim->probe);
    if (i == FELT_MEMBER_NONE)
        return;
    swim->probe = (struct felt_probe){
        .target = i,
        .seq = felt_swim_next_seq(swim),
        .incarnation = felt_members_peek(swim->members, i)->incarnation,
        .sent_us = swim->now,
        .outcome = FELT_PROBE_OPEN,
    };
    felt_swim_emit(swim, FELT_SWIM_PROBE, i, i, swim->probe.seq);
    set_late(swim, felt_usec_add(swim->now,
                                 felt_health_stretch(&swim->health, felt_swim_timeout(swim, i))));
}

/* ---- helpers ---- */

static bool can_help(const struct felt_swim *swim, uint32_t i)
{
    const struct felt_probe *probe = &swim->probe;

    if (i == FELT_MEMBER_NONE || i == FELT_MEMBER_SELF || i == probe->target ||
        felt_members_peek(swim->members, i)->state != FELT_MEMBER_ALIVE)
        return false;
    for (unsigned k = 0; k < probe->n_helpers; k++)
        if (probe->helpers[k] == i)
            return false;
    return true;
}

static uint32_t draw_helper(struct felt_swim *swim)
{
    uint32_t i = FELT_MEMBER_NONE;

    if (felt_members_count_state(swim->members, FELT_MEMBER_ALIVE) <= 1)
        return FELT_MEMBER_NONE;
    for (unsigned k = 0; k < DRAWS; k++) {
        i = felt_members_draw(swim->members, &swim->prng);
        if (can_help(swim, i))
            return i;
    }
    /* Most are dead, or there are few at all. */
    for (i = felt_members_next(swim->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(swim->members, i + 1))
        if (can_help(swim, i))
            return i;
    return FELT_MEMBER_NONE;
}

static void ask_helpers(struct felt_swim *swim)
{
    struct felt_probe *probe = &swim->probe;

    probe->asked = true;
    for (unsigned k = 0; k < FELT_SWIM_INDIRECT; k++) {
        uint32_t helper = draw_helper(swim);

        if (helper == FELT_MEMBER_NONE)
            break;
        probe->helpers[probe->n_helpers++] = helper;
        felt_swim_emit(swim, FELT_SWIM_PROBE_REQUEST, helper, probe->target, probe->seq);
    }
    /* Published SWIM waits for the end of the period. */
    set_late(swim, swim->tuning.plain
                       ? FELT_USEC_NEVER
                       : felt_usec_add(swim->now,
                                       felt_health_stretch(&swim->health, FELT_SWIM_HELP_TIME)));
}

/* One lost datagram is no failure, and it costs less to send it again than to be helped. */
static void probe_again(struct felt_swim *swim)
{
    struct felt_probe *probe = &swim->probe;

    if (swim->tuning.plain)
        return;
    probe->again_seq = felt_swim_next_seq(swim);
    probe->again_us = swim->now;
    felt_swim_emit(swim, FELT_SWIM_PROBE, probe->target, probe->target, probe->again_seq);
}

static uint32_t find_helper(const struct felt_probe *probe, uint32_t i)
{
    uint32_t k = 0;

    while (k < probe->n_helpers && probe->helpers[k] != i)
        k++;
    return k;
}

static unsigned count_nacks(const struct felt_probe *probe)
{
    unsigned n = 0;

    for (unsigned k = 0; k < probe->n_helpers; k++)
        n += probe->nacked[k];
    return n;
}

/* ---- the outcome ---- */

static void fail(struct felt_swim *swim)
{
    struct felt_probe *probe = &swim->probe;
    const struct felt_member *m = felt_members_peek(swim->members, probe->target);

    close_probe(swim, FELT_PROBE_FAILED);
    /* Helpers that say nothing at all: perhaps it is we who do not hear. */
    if (count_nacks(probe) < probe->n_helpers && !swim->tuning.plain)
        felt_health_worse(&swim->health);
    /* Others have heard of it since. */
    if (m->state == FELT_MEMBER_ALIVE && m->incarnation != probe->incarnation)
        return;
    felt_standing_failed(swim, probe->target);
    if (probe->refused && m->suspicion && m->suspicion->refused_us == 0)
        m->suspicion->refused_us = FELT_MAX(swim->now, (felt_usec)1);
    for (unsigned k = 0; k < probe->n_helpers; k++)
        if (probe->nacked[k] && probe->helpers[k] != FELT_MEMBER_NONE)
            felt_standing_confirm(swim, probe->target,
                                  felt_standing_origin(swim, probe->helpers[k]));
}

/* Nothing more will come, or nothing more is needed. */
static void conclude(struct felt_swim *swim)
{
    struct felt_probe *probe = &swim->probe;
    /* Nobody is at that port, and somebody else says so, too. */
    bool proof = probe->refused && probe->helper_refused;

    if (probe->outcome == FELT_PROBE_OPEN && (proof || count_nacks(probe) == probe->n_helpers))
        fail(swim);
    if (proof && felt_members_peek(swim->members, probe->target)->state == FELT_MEMBER_SUSPECT)
        felt_standing_dies(swim, probe->target);
}

void felt_probe_period(struct felt_swim *swim)
{
    if (swim->probe.outcome == FELT_PROBE_OPEN)
        fail(swim);
    felt_deadlines_set(
        swim->deadlines, FELT_SWIM_KEY_PERIOD,
        felt_usec_add(swim->now, felt_health_stretch(&swim->health, FELT_SWIM_PERIOD)));
    begin(swim);
}

void felt_probe_late(struct felt_swim *swim)
{
    set_late(swim, FELT_USEC_NEVER);
    if (swim->probe.asked) {
        fail(swim);
        return;
    }
    ask_helpers(swim);
    probe_again(swim);
}

enum felt_verdict felt_probe_ack(struct felt_swim *swim, uint32_t from, uint32_t seq)
{
    struct felt_probe *probe = &swim->probe;
    bool again = probe->again_seq != 0 && probe->again_seq == seq;

    if (probe->target == FELT_MEMBER_NONE || (probe->seq != seq && !again))
        return FELT_VERDICT_MISDIRECTED;
    if (from == probe->target) {
        felt_swim_measured(swim, from, again ? probe->again_us : probe->sent_us);
        *(again ? &probe->again_us : &probe->sent_us) = 0;
    } else if (find_helper(probe, from) == probe->n_helpers) {
        return FELT_VERDICT_MISDIRECTED;
    }
    if (probe->outcome == FELT_PROBE_OPEN) {
        close_probe(swim, FELT_PROBE_ANSWERED);
        felt_health_better(&swim->health);
    }
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_probe_nack(struct felt_swim *swim, uint32_t from, uint32_t seq, bool refused)
{
    struct felt_probe *probe = &swim->probe;
    uint32_t k = find_helper(probe, from);

    if (probe->target == FELT_MEMBER_NONE || probe->seq != seq || k == probe->n_helpers)
        return FELT_VERDICT_MISDIRECTED;
    if (swim->tuning.plain || probe->outcome == FELT_PROBE_ANSWERED ||
        probe->outcome == FELT_PROBE_VOID)
        return FELT_VERDICT_TAKEN;
    probe->nacked[k] = true;
    probe->helper_refused |= refused;
    if (probe->outcome == FELT_PROBE_FAILED)
        felt_standing_confirm(swim, probe->target, felt_standing_origin(swim, from));
    conclude(swim);
    return FELT_VERDICT_TAKEN;
}

void felt_probe_refused(struct felt_swim *swim, const struct felt_endpoint *endpoint)
{
    struct felt_probe *probe = &swim->probe;

    if ((probe->outcome != FELT_PROBE_OPEN && probe->outcome != FELT_PROBE_FAILED) ||
        !felt_swim_is_at(swim, probe->target, endpoint))
        return;
    probe->refused = true;
    if (!probe->asked)
        ask_helpers(swim);
    conclude(swim);
}

void felt_probe_unreachable(struct felt_swim *swim, const struct felt_endpoint *endpoint)
{
    if (swim->probe.outcome != FELT_PROBE_OPEN ||
        !felt_swim_is_at(swim, swim->probe.target, endpoint))
        return;
    close_probe(swim, FELT_PROBE_VOID);
    felt_health_worse(&swim->health);
}

static void put_off(struct felt_swim *swim, uint32_t key, felt_usec by)
{
    felt_usec when = felt_deadlines_get(swim->deadlines, key);

    felt_deadlines_set(swim->deadlines, key, felt_usec_add(when, by));
}

void felt_probe_put_off(struct felt_swim *swim, felt_usec by)
{
    swim->probe.sent_us = swim->probe.again_us = 0;
    if (swim->probe.outcome != FELT_PROBE_OPEN)
        return;
    put_off(swim, FELT_SWIM_KEY_PERIOD, by);
    put_off(swim, FELT_SWIM_KEY_PROBE, by);
}

void felt_probe_forget(struct felt_swim *swim, uint32_t i)
{
    struct felt_probe *probe = &swim->probe;

    if (probe->target == i) {
        felt_probe_init(probe);
        set_late(swim, FELT_USEC_NEVER);
    }
    for (unsigned k = 0; k < probe->n_helpers; k++)
        if (probe->helpers[k] == i)
            probe->helpers[k] = FELT_MEMBER_NONE;
}
