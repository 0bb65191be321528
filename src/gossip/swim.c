/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/swim.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/deadlines.h"
#include "gossip/ring.h"

#define RELAYS_MAX 32 /* probes that we run for others at one time */

/* Keys of the deadlines: ours first, then one for each member's suspicion. */
enum {
    KEY_PERIOD,    /* the next probe */
    KEY_TIMEOUT,   /* the running probe's direct answer is late */
    KEY_RELAYS,    /* a relayed probe's answer is late */
    KEY_KNOCK,     /* try a dead member */
    KEY_SUSPICION, /* plus the member's place */
};

/* The probe of this period. */
struct probe {
    uint32_t target; /* FELT_MEMBER_NONE: none runs */
    uint32_t seq;
    felt_usec sent_us;
    bool answered;
};

/* A probe that another member asked us for. */
struct relay {
    uint32_t seq; /* ours; 0: free */
    uint32_t asker;
    uint32_t asker_seq;
    uint32_t target;
    felt_usec late_us;
};

struct felt_swim {
    felt_usec now; /* of the last call */
    struct felt_members *members;
    struct felt_rumours *rumours;
    struct felt_prng prng;
    struct felt_deadlines *deadlines;
    struct felt_ring *ring;
    uint32_t last_seq;
    struct probe probe;
    struct {
        uint32_t target; /* FELT_MEMBER_NONE: none runs */
        uint32_t seq;
    } knock;
    struct relay relays[RELAYS_MAX];
    uint32_t n_sends;
    uint32_t n_changes;
    struct felt_swim_send sends[FELT_SWIM_SENDS_MAX];
    struct felt_swim_change changes[FELT_SWIM_CHANGES_MAX];
};

int felt_swim_new(const struct felt_swim_config *config, struct felt_swim **ret_swim)
{
    _cleanup_(felt_swim_freep) struct felt_swim *swim = calloc(1, sizeof(*swim));
    int r;

    if (!swim)
        return -ENOMEM;
    swim->now = config->now;
    swim->members = config->members;
    swim->rumours = config->rumours;
    swim->probe.target = FELT_MEMBER_NONE;
    swim->knock.target = FELT_MEMBER_NONE;
    felt_prng_init(&swim->prng, config->seed);
    /* Numbers of an earlier run must not match. */
    swim->last_seq = (uint32_t)felt_prng_next(&swim->prng);
    r = felt_deadlines_new(KEY_SUSPICION + config->members_max, &swim->deadlines);
    if (r < 0)
        return r;
    r = felt_ring_new(config->members_max, &swim->ring);
    if (r < 0)
        return r;
    /* Not everybody at once after a power cut. */
    felt_deadlines_set(swim->deadlines, KEY_PERIOD,
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

felt_usec felt_swim_deadline(const struct felt_swim *swim)
{
    return felt_deadlines_first(swim->deadlines, NULL);
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

static bool has_room(const struct felt_swim *swim)
{
    return swim->n_sends + FELT_SWIM_INDIRECT + 1 <= FELT_SWIM_SENDS_MAX &&
           swim->n_changes + 2 <= FELT_SWIM_CHANGES_MAX;
}

/* What does not fit is lost like a datagram. */
static void emit(struct felt_swim *swim, enum felt_swim_send_kind kind, uint32_t to,
                 uint32_t target, uint32_t seq)
{
    if (swim->n_sends < FELT_SWIM_SENDS_MAX)
        swim->sends[swim->n_sends++] =
            (struct felt_swim_send){.kind = kind, .to = to, .target = target, .seq = seq};
}

static uint32_t next_seq(struct felt_swim *swim)
{
    if (++swim->last_seq == 0)
        swim->last_seq = 1; /* 0 marks a free relay */
    return swim->last_seq;
}

static uint32_t origin_of(const struct felt_swim *swim, uint32_t i)
{
    return felt_get_be32(felt_members_id(swim->members, i)->b);
}

/* Somebody is dead: it is tried again after a while. */
static void arm_knock(struct felt_swim *swim)
{
    if (felt_deadlines_get(swim->deadlines, KEY_KNOCK) == FELT_USEC_NEVER)
        felt_deadlines_set(
            swim->deadlines, KEY_KNOCK,
            felt_usec_add(swim->now, felt_prng_jitter(&swim->prng, FELT_SWIM_KNOCK)));
}

/* Every change of state goes through here: table, rumour, report, suspicion's deadline. */
static void change(struct felt_swim *swim, uint32_t i, enum felt_member_state state,
                   uint64_t incarnation)
{
    bool differs = felt_members_peek(swim->members, i)->state != state;

    felt_members_set_state(swim->members, i, state, incarnation);
    felt_rumours_add(swim->rumours, FELT_RUMOUR_LIVENESS, i, 1);
    if (state != FELT_MEMBER_SUSPECT)
        felt_deadlines_set(swim->deadlines, KEY_SUSPICION + i, FELT_USEC_NEVER);
    if (state == FELT_MEMBER_DEAD)
        arm_knock(swim);
    if (differs && swim->n_changes < FELT_SWIM_CHANGES_MAX)
        swim->changes[swim->n_changes++] = (struct felt_swim_change){.member = i, .state = state};
}

static void suspect(struct felt_swim *swim, felt_usec now, uint32_t i, uint64_t incarnation,
                    uint32_t origin)
{
    struct felt_member *m;

    change(swim, i, FELT_MEMBER_SUSPECT, incarnation);
    m = felt_members_at(swim->members, i);
    if (!m->suspicion)
        m->suspicion = calloc(1, sizeof(*m->suspicion));
    if (!m->suspicion)
        return; /* the timer of nobody: a later failure tries again */
    felt_suspicion_begin(m->suspicion, now, origin, FELT_SWIM_PERIOD,
                         felt_members_count_live(swim->members));
    felt_deadlines_set(swim->deadlines, KEY_SUSPICION + i, felt_suspicion_deadline(m->suspicion));
}

static void confirm(struct felt_swim *swim, uint32_t i, uint32_t origin)
{
    struct felt_member *m = felt_members_at(swim->members, i);

    if (!m->suspicion || !felt_suspicion_confirm(m->suspicion, origin))
        return;
    felt_rumours_add(swim->rumours, FELT_RUMOUR_LIVENESS, i, 1);
    felt_deadlines_set(swim->deadlines, KEY_SUSPICION + i, felt_suspicion_deadline(m->suspicion));
}

void felt_swim_added(struct felt_swim *swim, uint32_t i)
{
    felt_ring_add(swim->ring, &swim->prng, i);
    if (felt_members_peek(swim->members, i)->state == FELT_MEMBER_DEAD)
        arm_knock(swim);
}

/* The period is over: an unanswered probe is a suspicion of ours. */
static void finish_probe(struct felt_swim *swim, felt_usec now)
{
    uint32_t i = swim->probe.target;
    const struct felt_member *m;

    swim->probe.target = FELT_MEMBER_NONE;
    felt_deadlines_set(swim->deadlines, KEY_TIMEOUT, FELT_USEC_NEVER);
    if (i == FELT_MEMBER_NONE || swim->probe.answered)
        return;
    m = felt_members_peek(swim->members, i);
    if (m->state == FELT_MEMBER_ALIVE)
        suspect(swim, now, i, m->incarnation, origin_of(swim, FELT_MEMBER_SELF));
    else if (m->state == FELT_MEMBER_SUSPECT)
        confirm(swim, i, origin_of(swim, FELT_MEMBER_SELF));
}

/* The next live member on the ring; FELT_MEMBER_NONE where there is nobody else. */
static uint32_t next_target(struct felt_swim *swim)
{
    for (uint32_t k = felt_ring_count(swim->ring); k > 0; k--) {
        uint32_t i = felt_ring_next(swim->ring, &swim->prng);

        if (felt_members_peek(swim->members, i)->state < FELT_MEMBER_DEAD)
            return i;
    }
    return FELT_MEMBER_NONE;
}

static felt_usec timeout_of(const struct felt_swim *swim, uint32_t i)
{
    const struct felt_contact *contact = felt_members_peek(swim->members, i)->contact;

    return contact ? felt_rtt_timeout(&contact->rtt) : FELT_RTT_TIMEOUT_MAX;
}

static void begin_probe(struct felt_swim *swim, felt_usec now)
{
    uint32_t i = next_target(swim);

    felt_deadlines_set(swim->deadlines, KEY_PERIOD, felt_usec_add(now, FELT_SWIM_PERIOD));
    if (i == FELT_MEMBER_NONE)
        return;
    swim->probe = (struct probe){.target = i, .seq = next_seq(swim), .sent_us = now};
    emit(swim, FELT_SWIM_PROBE, i, i, swim->probe.seq);
    felt_deadlines_set(swim->deadlines, KEY_TIMEOUT, felt_usec_add(now, timeout_of(swim, i)));
}

/* A random live member other than ourselves and `but`, by reservoir over a few draws. */
static uint32_t random_helper(struct felt_swim *swim, uint32_t but)
{
    for (unsigned tries = 0; tries < 8; tries++) {
        uint32_t i = felt_members_draw(swim->members, &swim->prng);

        if (i != FELT_MEMBER_NONE && i != but &&
            felt_members_peek(swim->members, i)->state == FELT_MEMBER_ALIVE)
            return i;
    }
    return FELT_MEMBER_NONE;
}

static void ask_helpers(struct felt_swim *swim)
{
    uint32_t asked[FELT_SWIM_INDIRECT], n = 0;

    felt_deadlines_set(swim->deadlines, KEY_TIMEOUT, FELT_USEC_NEVER);
    if (swim->probe.answered || swim->probe.target == FELT_MEMBER_NONE)
        return;
    for (unsigned k = 0; k < FELT_SWIM_INDIRECT; k++) {
        uint32_t helper = random_helper(swim, swim->probe.target), j;

        for (j = 0; j < n && asked[j] != helper; j++)
            ;
        if (helper == FELT_MEMBER_NONE || j < n)
            continue;
        asked[n++] = helper;
        emit(swim, FELT_SWIM_PROBE_REQUEST, helper, swim->probe.target, swim->probe.seq);
    }
}

static void update_relay_deadline(struct felt_swim *swim)
{
    felt_usec first = FELT_USEC_NEVER;

    for (unsigned k = 0; k < RELAYS_MAX; k++)
        if (swim->relays[k].seq != 0)
            first = FELT_MIN(first, swim->relays[k].late_us);
    felt_deadlines_set(swim->deadlines, KEY_RELAYS, first);
}

static void late_relays(struct felt_swim *swim, felt_usec now)
{
    for (unsigned k = 0; k < RELAYS_MAX; k++) {
        struct relay *relay = &swim->relays[k];

        if (relay->seq == 0 || relay->late_us > now)
            continue;
        emit(swim, FELT_SWIM_NACK, relay->asker, relay->target, relay->asker_seq);
        relay->seq = 0;
    }
    update_relay_deadline(swim);
}

/* A dead member is tried again for ever: only so does a partition heal by itself. */
static void knock(struct felt_swim *swim)
{
    uint32_t n = felt_members_end(swim->members), start;

    felt_deadlines_set(swim->deadlines, KEY_KNOCK, FELT_USEC_NEVER);
    swim->knock.target = FELT_MEMBER_NONE;
    if (felt_members_count_state(swim->members, FELT_MEMBER_DEAD) == 0)
        return;
    arm_knock(swim);
    start = (uint32_t)felt_prng_below(&swim->prng, n);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = (start + k) % n;

        if (felt_members_next(swim->members, i) != i ||
            felt_members_peek(swim->members, i)->state != FELT_MEMBER_DEAD)
            continue;
        swim->knock.target = i;
        swim->knock.seq = next_seq(swim);
        emit(swim, FELT_SWIM_PROBE, i, i, swim->knock.seq);
        return;
    }
}

static void run(struct felt_swim *swim, felt_usec now, uint32_t key)
{
    switch (key) {
    case KEY_PERIOD:
        finish_probe(swim, now);
        begin_probe(swim, now);
        break;
    case KEY_TIMEOUT:
        ask_helpers(swim);
        break;
    case KEY_RELAYS:
        late_relays(swim, now);
        break;
    case KEY_KNOCK:
        knock(swim);
        break;
    default: {
        uint32_t i = key - KEY_SUSPICION;

        change(swim, i, FELT_MEMBER_DEAD, felt_members_peek(swim->members, i)->incarnation);
    }
    }
}

void felt_swim_wake(struct felt_swim *swim, felt_usec now)
{
    uint32_t key;

    swim->now = now;
    while (has_room(swim) && felt_deadlines_first(swim->deadlines, &key) <= now)
        run(swim, now, key);
}

enum felt_verdict felt_swim_ack(struct felt_swim *swim, felt_usec now, uint32_t from, uint32_t seq)
{
    if (swim->knock.target == from && swim->knock.seq == seq) {
        swim->knock.target = FELT_MEMBER_NONE;
        return FELT_VERDICT_TAKEN;
    }
    /* Through a helper the answer comes from the helper: the number is what counts. */
    if (swim->probe.target != FELT_MEMBER_NONE && swim->probe.seq == seq) {
        struct felt_contact *contact = NULL;

        if (!swim->probe.answered && swim->probe.target == from)
            contact = felt_members_contact(swim->members, from);
        if (contact)
            felt_rtt_measured(&contact->rtt, felt_usec_sub(now, swim->probe.sent_us));
        swim->probe.answered = true;
        felt_deadlines_set(swim->deadlines, KEY_TIMEOUT, FELT_USEC_NEVER);
        return FELT_VERDICT_TAKEN;
    }
    for (unsigned k = 0; k < RELAYS_MAX; k++) {
        struct relay *relay = &swim->relays[k];

        if (relay->seq == 0 || relay->seq != seq || relay->target != from)
            continue;
        emit(swim, FELT_SWIM_ACK, relay->asker, from, relay->asker_seq);
        relay->seq = 0;
        update_relay_deadline(swim);
        return FELT_VERDICT_TAKEN;
    }
    return FELT_VERDICT_MISDIRECTED;
}

enum felt_verdict felt_swim_nack(struct felt_swim *swim, uint32_t from, uint32_t seq)
{
    if (swim->probe.target == FELT_MEMBER_NONE || swim->probe.seq != seq ||
        swim->probe.target == from)
        return FELT_VERDICT_MISDIRECTED;
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_swim_help(struct felt_swim *swim, felt_usec now, uint32_t from,
                                 uint32_t target, uint32_t seq)
{
    if (target == FELT_MEMBER_SELF || target == from)
        return FELT_VERDICT_MISDIRECTED;
    for (unsigned k = 0; k < RELAYS_MAX; k++) {
        struct relay *relay = &swim->relays[k];

        if (relay->seq != 0)
            continue;
        *relay = (struct relay){
            .seq = next_seq(swim),
            .asker = from,
            .asker_seq = seq,
            .target = target,
            .late_us = felt_usec_add(now, timeout_of(swim, target)),
        };
        emit(swim, FELT_SWIM_PROBE, target, target, relay->seq);
        update_relay_deadline(swim);
        return FELT_VERDICT_TAKEN;
    }
    return FELT_VERDICT_BUSY;
}

/* Somebody says something of us that is not so, or has heard of a later life than this one. */
static enum felt_verdict refute(struct felt_swim *swim, const struct felt_liveness *news)
{
    const struct felt_member *self = felt_members_peek(swim->members, FELT_MEMBER_SELF);
    bool alive = news->state == FELT_LIVENESS_ALIVE;

    if (news->incarnation < self->incarnation ||
        (alive && news->incarnation == self->incarnation)) {
        /* Who still thinks us unwell has not heard our last word. */
        if (!alive)
            felt_rumours_add(swim->rumours, FELT_RUMOUR_LIVENESS, FELT_MEMBER_SELF, 1);
        return FELT_VERDICT_STALE;
    }
    if (news->incarnation < UINT64_MAX)
        change(swim, FELT_MEMBER_SELF, FELT_MEMBER_ALIVE, news->incarnation + 1);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_swim_rumour(struct felt_swim *swim, felt_usec now,
                                   const struct felt_liveness *news)
{
    uint32_t i = felt_members_find(swim->members, &news->id);
    const struct felt_member *m;
    bool newer;

    swim->now = now;
    if (i == FELT_MEMBER_NONE)
        return FELT_VERDICT_STRANGER;
    if (i == FELT_MEMBER_SELF)
        return refute(swim, news);
    m = felt_members_peek(swim->members, i);
    newer = news->incarnation > m->incarnation;
    if (news->incarnation < m->incarnation)
        return FELT_VERDICT_STALE;
    switch (news->state) {
    case FELT_LIVENESS_ALIVE:
        if (!newer)
            return FELT_VERDICT_STALE;
        change(swim, i, FELT_MEMBER_ALIVE, news->incarnation);
        return FELT_VERDICT_TAKEN;
    case FELT_LIVENESS_SUSPECT:
        if (newer || m->state == FELT_MEMBER_ALIVE)
            suspect(swim, now, i, news->incarnation, news->origin);
        else if (m->state == FELT_MEMBER_SUSPECT)
            confirm(swim, i, news->origin);
        else
            return FELT_VERDICT_STALE;
        return FELT_VERDICT_TAKEN;
    case FELT_LIVENESS_DEAD:
        if (!newer && m->state == FELT_MEMBER_DEAD)
            return FELT_VERDICT_STALE;
        change(swim, i, FELT_MEMBER_DEAD, news->incarnation);
        return FELT_VERDICT_TAKEN;
    case FELT_LIVENESS_LEFT:
        if (!newer && m->state == FELT_MEMBER_LEFT)
            return FELT_VERDICT_STALE;
        change(swim, i, FELT_MEMBER_LEFT, news->incarnation);
        return FELT_VERDICT_TAKEN;
    }
    return FELT_VERDICT_MALFORMED;
}

struct felt_liveness felt_swim_liveness(const struct felt_swim *swim, uint32_t i)
{
    const struct felt_member *m = felt_members_peek(swim->members, i);
    struct felt_liveness news = {
        .id = m->descriptor->id,
        .incarnation = m->incarnation,
        .state = (enum felt_liveness_state)m->state,
    };

    _Static_assert((int)FELT_LIVENESS_ALIVE == (int)FELT_MEMBER_ALIVE &&
                       (int)FELT_LIVENESS_SUSPECT == (int)FELT_MEMBER_SUSPECT &&
                       (int)FELT_LIVENESS_DEAD == (int)FELT_MEMBER_DEAD,
                   "a member's state goes onto the wire as it is");
    /* The latest who agreed: so a confirmation travels on as one. */
    if (m->state == FELT_MEMBER_SUSPECT && m->suspicion)
        news.origin = m->suspicion->origins[m->suspicion->confirmed];
    return news;
}
