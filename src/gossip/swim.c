/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/swim.h"

#include <errno.h>
#include <string.h>

#include "gossip/news.h"
#include "gossip/standing.h"
#include "gossip/swim_core.h"

int felt_swim_new(const struct felt_swim_config *config, struct felt_swim **ret_swim)
{
    _cleanup_(felt_swim_freep) struct felt_swim *swim = calloc(1, sizeof(*swim));
    int r;

    if (!swim)
        return -ENOMEM;
    swim->now = config->now;
    swim->members = config->members;
    swim->rumours = config->rumours;
    swim->tuning = config->tuning;
    if (swim->tuning.alpha == 0)
        swim->tuning.alpha = FELT_SWIM_ALPHA;
    if (swim->tuning.beta == 0)
        swim->tuning.beta = FELT_SWIM_BETA;
    felt_probe_init(&swim->probe);
    felt_knock_init(&swim->knock);
    felt_prng_init(&swim->prng, config->seed);
    /* Numbers of an earlier run must not match. */
    swim->last_seq = (uint32_t)felt_prng_next(&swim->prng);
    r = felt_deadlines_new(FELT_SWIM_KEY_MEMBER + config->members_max, &swim->deadlines);
    if (r < 0)
        return r;
    r = felt_ring_new(config->members_max, &swim->ring);
    if (r < 0)
        return r;
    /* Not everybody at once after a power cut. */
    felt_deadlines_set(swim->deadlines, FELT_SWIM_KEY_PERIOD,
                       felt_usec_add(config->now, felt_prng_below(&swim->prng, FELT_SWIM_PERIOD)));
    *ret_swim = FELT_TAKE(swim);
    return 0;
}

void felt_swim_free(struct felt_swim *swim)
{
    if (!swim)
        return;
    felt_deadlines_free(swim->deadlines);
    felt_ring_free(swim->ring);
    free(swim);
}

/* ---- what the other files use ---- */

uint32_t felt_swim_next_seq(struct felt_swim *swim)
{
    if (++swim->last_seq == 0)
        swim->last_seq = 1;
    return swim->last_seq;
}

void felt_swim_emit(struct felt_swim *swim, enum felt_swim_send_kind kind, uint32_t to,
                    uint32_t target, uint32_t seq)
{
    if (swim->n_sends < FELT_SWIM_SENDS_MAX)
        swim->sends[swim->n_sends++] =
            (struct felt_swim_send){.kind = kind, .to = to, .target = target, .seq = seq};
}

felt_usec felt_swim_timeout(const struct felt_swim *swim, uint32_t i)
{
    const struct felt_contact *contact = felt_members_peek(swim->members, i)->contact;

    if (swim->tuning.plain)
        return FELT_RTT_TIMEOUT_MAX;
    if (contact && contact->rtt.smoothed_us != 0)
        return felt_rtt_timeout(&contact->rtt);
    return felt_rtt_timeout_stranger(&swim->rtt);
}

void felt_swim_measured(struct felt_swim *swim, uint32_t i, felt_usec sent_us)
{
    struct felt_contact *contact = felt_members_contact(swim->members, i);
    felt_usec sample = felt_usec_sub(swim->now, sent_us);

    if (sent_us == 0)
        return;
    felt_rtt_measured(&swim->rtt, sample);
    if (contact)
        felt_rtt_measured(&contact->rtt, sample);
}

bool felt_swim_is_at(const struct felt_swim *swim, uint32_t i, const struct felt_endpoint *endpoint)
{
    return felt_endpoint_equal(&felt_members_peek(swim->members, i)->descriptor->advertise,
                               endpoint);
}

/* ---- time ---- */

/* For what one deadline can need: the helpers, a second probe, and the next one. */
static bool has_room(const struct felt_swim *swim)
{
    return swim->n_sends + FELT_SWIM_INDIRECT + 2 <= FELT_SWIM_SENDS_MAX &&
           swim->n_changes + 2 <= FELT_SWIM_CHANGES_MAX;
}

static void run(struct felt_swim *swim, uint32_t key)
{
    switch (key) {
    case FELT_SWIM_KEY_PERIOD:
        felt_probe_period(swim);
        break;
    case FELT_SWIM_KEY_PROBE:
        felt_probe_late(swim);
        break;
    case FELT_SWIM_KEY_RELAYS:
        felt_relay_due(swim);
        break;
    case FELT_SWIM_KEY_KNOCK:
        felt_knock_due(swim);
        break;
    default:
        felt_standing_due(swim, key - FELT_SWIM_KEY_MEMBER);
    }
}

void felt_swim_wake(struct felt_swim *swim, felt_usec now)
{
    uint32_t key;

    swim->now = now;
    while (has_room(swim) && felt_deadlines_first(swim->deadlines, &key) <= now)
        run(swim, key);
}

felt_usec felt_swim_deadline(const struct felt_swim *swim)
{
    return felt_deadlines_first(swim->deadlines, NULL);
}

/* ---- members come and go ---- */

void felt_swim_added(struct felt_swim *swim, uint32_t i)
{
    felt_ring_add(swim->ring, &swim->prng, i);
    if (felt_members_peek(swim->members, i)->state == FELT_MEMBER_DEAD)
        felt_knock_arm(swim);
}

/* What waits for the caller and names member i. */
static void take_back(struct felt_swim *swim, uint32_t i)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < swim->n_sends; k++)
        if (swim->sends[k].to != i && swim->sends[k].target != i)
            swim->sends[n++] = swim->sends[k];
    swim->n_sends = n;
    n = 0;
    for (uint32_t k = 0; k < swim->n_changes; k++)
        if (swim->changes[k].member != i)
            swim->changes[n++] = swim->changes[k];
    swim->n_changes = n;
}

void felt_swim_removed(struct felt_swim *swim, uint32_t i)
{
    take_back(swim, i);
    felt_ring_remove(swim->ring, i);
    felt_standing_forget(swim, i);
    felt_probe_forget(swim, i);
    felt_relay_forget(swim, i);
    felt_knock_forget(swim, i);
    for (unsigned k = 0; k < FELT_RUMOUR_KINDS; k++)
        if (k != FELT_RUMOUR_SLOTS)
            felt_rumours_drop(swim->rumours, (enum felt_rumour_kind)k, i);
}

/* ---- what happens ---- */

enum felt_verdict felt_swim_ack(struct felt_swim *swim, felt_usec now, uint32_t from, uint32_t seq)
{
    swim->now = now;
    if (felt_knock_ack(swim, from, seq) || felt_relay_ack(swim, from, seq) ||
        felt_check_ack(swim, from, seq))
        return FELT_VERDICT_TAKEN;
    return felt_probe_ack(swim, from, seq);
}

enum felt_verdict felt_swim_nack(struct felt_swim *swim, felt_usec now, uint32_t from, uint32_t seq,
                                 bool refused)
{
    swim->now = now;
    return felt_probe_nack(swim, from, seq, refused);
}

enum felt_verdict felt_swim_help(struct felt_swim *swim, felt_usec now, uint32_t from,
                                 uint32_t target, uint32_t seq)
{
    swim->now = now;
    return felt_relay_begin(swim, from, target, seq);
}

enum felt_verdict felt_swim_rumour(struct felt_swim *swim, felt_usec now,
                                   const struct felt_liveness *news)
{
    swim->now = now;
    return felt_news_heard(swim, news);
}

/* The first suspect there from place i on. */
static uint32_t next_suspect_at(const struct felt_swim *swim, uint32_t i,
                                const struct felt_endpoint *endpoint)
{
    if (felt_members_count_state(swim->members, FELT_MEMBER_SUSPECT) == 0)
        return FELT_MEMBER_NONE;
    for (i = felt_members_next(swim->members, i); i != FELT_MEMBER_NONE;
         i = felt_members_next(swim->members, i + 1))
        if (felt_members_peek(swim->members, i)->suspicion && felt_swim_is_at(swim, i, endpoint))
            return i;
    return FELT_MEMBER_NONE;
}

void felt_swim_refused(struct felt_swim *swim, felt_usec now, const struct felt_endpoint *endpoint)
{
    swim->now = now;
    if (swim->tuning.plain)
        return;
    for (uint32_t i = next_suspect_at(swim, 0, endpoint); i != FELT_MEMBER_NONE;
         i = next_suspect_at(swim, i + 1, endpoint))
        felt_check_refused(swim, i);
    felt_relay_refused(swim, endpoint);
    felt_probe_refused(swim, endpoint);
}

void felt_swim_unreachable(struct felt_swim *swim, felt_usec now,
                           const struct felt_endpoint *endpoint)
{
    swim->now = now;
    if (swim->tuning.plain)
        return;
    for (uint32_t i = next_suspect_at(swim, 0, endpoint); i != FELT_MEMBER_NONE;
         i = next_suspect_at(swim, i + 1, endpoint))
        felt_check_unreachable(swim, i);
    felt_relay_unreachable(swim, endpoint);
    felt_probe_unreachable(swim, endpoint);
}

void felt_swim_stalled(struct felt_swim *swim, felt_usec now, felt_usec by)
{
    swim->now = now;
    if (swim->tuning.plain)
        return;
    felt_health_worse(&swim->health);
    felt_probe_put_off(swim, by);
    felt_relay_put_off(swim, by);
    felt_standing_put_off(swim, by);
}

/* ---- what it knows ---- */

uint32_t felt_swim_accounts(const struct felt_swim *swim, uint32_t i,
                            struct felt_liveness ret_accounts[FELT_SUSPICION_ORIGINS])
{
    const struct felt_member *m = felt_members_peek(swim->members, i);
    const struct felt_suspicion *s = m->suspicion;
    struct felt_liveness news = {
        .id = m->descriptor->id,
        .incarnation = m->incarnation,
        .state = (enum felt_liveness_state)m->state,
    };

    _Static_assert((int)FELT_LIVENESS_ALIVE == (int)FELT_MEMBER_ALIVE &&
                       (int)FELT_LIVENESS_SUSPECT == (int)FELT_MEMBER_SUSPECT &&
                       (int)FELT_LIVENESS_DEAD == (int)FELT_MEMBER_DEAD &&
                       (int)FELT_LIVENESS_LEFT == (int)FELT_MEMBER_LEFT,
                   "a member's state goes onto the wire as it is");
    if (s && s->told_dead)
        news.state = FELT_LIVENESS_DEAD; /* that is what we were told, and what we pass on */
    if (!s || s->told_dead) {
        ret_accounts[0] = news;
        return 1;
    }
    for (uint32_t k = 0; k < s->n_origins; k++) {
        ret_accounts[k] = news;
        ret_accounts[k].origin = s->origins[k];
    }
    return s->n_origins;
}

struct felt_liveness felt_swim_liveness(const struct felt_swim *swim, uint32_t i)
{
    struct felt_liveness accounts[FELT_SUSPICION_ORIGINS];

    return accounts[felt_swim_accounts(swim, i, accounts) - 1];
}

void felt_swim_tell(struct felt_swim *swim, uint32_t i)
{
    bool alive = felt_members_peek(swim->members, i)->state == FELT_MEMBER_ALIVE;

    felt_rumours_drop(swim->rumours, alive ? FELT_RUMOUR_LIVENESS : FELT_RUMOUR_REFUTATION, i);
    felt_rumours_add(swim->rumours, alive ? FELT_RUMOUR_REFUTATION : FELT_RUMOUR_LIVENESS, i, 1);
}

unsigned felt_swim_health(const struct felt_swim *swim)
{
    return swim->health.score;
}

bool felt_swim_crowd_silent(const struct felt_swim *swim)
{
    return swim->crowd.silent;
}

const struct felt_swim_tuning *felt_swim_tuning(const struct felt_swim *swim)
{
    return &swim->tuning;
}

const struct felt_swim_send *felt_swim_sends(const struct felt_swim *swim, uint32_t *ret_n)
{
    *ret_n = swim->n_sends;
    return swim->sends;
}

const struct felt_swim_change *felt_swim_changes(const struct felt_swim *swim, uint32_t *ret_n)
{
    *ret_n = swim->n_changes;
    return swim->changes;
}

void felt_swim_clear(struct felt_swim *swim)
{
    swim->n_sends = 0;
    swim->n_changes = 0;
}
