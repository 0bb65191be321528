/* SPDX-License-Identifier: Apache-2.0 */
#include "node/trial.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"
#include "node/target.h"

#define LOOKS 32 /* places looked at for one in turn; then it is the next time's */

static bool is_ready(const struct felt_node *node, unsigned half)
{
    uint8_t family = felt_target_family(node, half);
    bool shut = family == FELT_FAMILY_V4 ? node->trials.shut4 : node->trials.shut6;

    return node->trials.mtu > 0 && node->lease_used && node->era > 0 && !shut &&
           family != FELT_FAMILY_NONE;
}

static felt_usec jittered(struct felt_node *node, felt_usec period)
{
    return felt_usec_add(node->now,
                         period - period / 4 + felt_prng_below(&node->prng, period / 2 + 1));
}

static bool is_alive(const struct felt_node *node, uint32_t i)
{
    return i != FELT_MEMBER_NONE && i != FELT_MEMBER_SELF &&
           felt_members_peek(node->members, i)->state == FELT_MEMBER_ALIVE;
}

static void write_path(struct felt_letter *letter, enum felt_message_type type, uint32_t seq,
                       uint8_t family)
{
    struct felt_message *m = &letter->node->outgoing;

    m->type = type;
    if (type == FELT_MESSAGE_PATH_PROBE) {
        m->path_probe.seq = seq;
        m->path_probe.family = family;
    } else {
        m->path_answer.seq = seq;
    }
    felt_letter_write(letter, m);
}

static void post(struct felt_node *node, enum felt_message_type type, uint32_t seq,
                 const struct felt_target *target, bool large)
{
    struct felt_letter letter;

    felt_letter_open_to(&letter, node, &target->to, FELT_MEMBER_NONE);
    letter.overlay = true;
    letter.pad_to = large ? target->mtu : 0;
    write_path(&letter, type, seq, target->to.ip.family);
    felt_letter_post(&letter);
}

/* The same the ordinary way. */
static void post_beside(struct felt_node *node, enum felt_message_type type, uint32_t seq,
                        uint8_t family, uint32_t member)
{
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    write_path(&letter, type, seq, family);
    felt_letter_post(&letter);
}

/* ---- what comes of it ---- */

static void report(struct felt_node *node, enum felt_event_kind kind, uint32_t i, unsigned half)
{
    struct felt_event *event = felt_outbox_event(node->outbox, kind);
    struct felt_descriptor d;

    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    event->id = *felt_members_id(node->members, i);
    event->endpoint.ip = d.public_ip;
    if (felt_target_family(node, 1) != FELT_FAMILY_NONE)
        event->family = felt_target_family(node, half);
    snprintf(event->text, sizeof(event->text), "%s", d.name);
}

static bool is_failing(uint8_t state)
{
    return state == FELT_PATH_FAILS || state == FELT_PATH_LARGE_FAILS;
}

/* NULL where it never sent us anything: nothing is known of it then. Who was heard has one. */
static struct felt_path *path_of(struct felt_node *node, uint32_t i, unsigned half)
{
    struct felt_contact *contact = felt_members_at(node->members, i)->contact;

    return contact ? &contact->paths[half] : NULL;
}

static void settle(struct felt_node *node, uint32_t i, const struct felt_trial *t,
                   enum felt_path_state found)
{
    struct felt_path *path = path_of(node, i, t->half);
    uint8_t state = (uint8_t)found;

    path->way = t->way;
    if (is_failing(state) && !is_failing(path->state))
        node->trials.n_failing++;
    if (!is_failing(state) && is_failing(path->state) && node->trials.n_failing > 0)
        node->trials.n_failing--;
    path->state = state;
    if (path->told == state)
        return;
    path->since_us = node->now;
    if (state == FELT_PATH_FAILS)
        report(node, FELT_EVENT_PATH_FAILS, i, t->half);
    else if (state == FELT_PATH_LARGE_FAILS)
        report(node, FELT_EVENT_PATH_LARGE_FAILS, i, t->half);
    else if (is_failing(path->told))
        report(node, FELT_EVENT_PATH_PASSES, i, t->half);
    path->told = state;
}

static struct felt_trial take(struct felt_trials *trials, uint32_t k)
{
    struct felt_trial t = trials->open[k];

    trials->open[k] = trials->open[--trials->n_open];
    return t;
}

static void add_soon(struct felt_node *node, const struct felt_id *id, unsigned half,
                     felt_usec pause)
{
    struct felt_trials *trials = &node->trials;

    for (uint32_t k = 0; k < trials->n_soon; k++)
        if (trials->soon[k].half == half && felt_id_equal(&trials->soon[k].id, id))
            return;
    if (trials->n_soon == FELT_TRIALS_SOON)
        return;
    if (trials->n_soon == 0)
        trials->soon_us = felt_usec_add(node->now, pause);
    trials->soon[trials->n_soon++] = (struct felt_trial_soon){.id = *id, .half = (uint8_t)half};
}

/* ---- a trial ---- */

/* False where there is nothing to try any more. */
static bool try(struct felt_node *node, struct felt_trial *t)
{
    uint32_t i = felt_members_find(node->members, &t->id);
    struct felt_path *path;
    struct felt_target target;

    if (!is_alive(node, i) || !felt_target_find(node, i, t->half, &target))
        return false;
    path = path_of(node, i, t->half);
    t->way = target.way;
    if (path && path->way != target.way) {
        if (is_failing(path->state) && node->trials.n_failing > 0)
            node->trials.n_failing--;
        path->way = target.way;
        path->state = FELT_PATH_UNKNOWN;
    }
    post(node, FELT_MESSAGE_PATH_PROBE, t->seq, &target, t->large);
    if (t->tries > 0)
        post_beside(node, FELT_MESSAGE_PATH_PROBE, t->seq, target.to.ip.family, i);
    t->tries++;
    t->due_us = felt_usec_add(node->now, FELT_TRIAL_WAIT);
    return true;
}

/* Nothing where one runs already, or too many do: its turn comes again. */
static void begin(struct felt_node *node, const struct felt_trial *like)
{
    struct felt_trials *trials = &node->trials;
    struct felt_trial *t = &trials->open[trials->n_open];

    for (uint32_t k = 0; k < trials->n_open; k++)
        if (trials->open[k].half == like->half && felt_id_equal(&trials->open[k].id, &like->id))
            return;
    if (trials->n_open == FELT_TRIALS_OPEN)
        return;
    *t = *like;
    t->seq = (uint32_t)felt_prng_next(&node->prng);
    t->begun_us = node->now;
    if (try(node, t))
        trials->n_open++;
}

static void failed(struct felt_node *node, const struct felt_trial *t)
{
    struct felt_trial split = {
        .id = t->id, .half = t->half, .split = true, .tries_max = FELT_TRIAL_TRIES};
    uint32_t i = felt_members_find(node->members, &t->id);

    /* Of somebody who does not answer the ordinary way either nothing is known: that is for the
     * failure detector. Nor of who was forgotten meanwhile, and is known again from others. */
    if (!is_alive(node, i) || !t->present || !path_of(node, i, t->half))
        return;
    if (t->large)
        begin(node, &split);
    else
        settle(node, i, t, FELT_PATH_FAILS);
}

static void passed(struct felt_node *node, uint32_t i, const struct felt_trial *t)
{
    struct felt_trials *trials = &node->trials;
    struct felt_path *path = path_of(node, i, t->half);
    uint8_t before = path->state;

    if (t->tries == 1)
        path->rtt_us = (uint32_t)FELT_MAX(node->now - t->begun_us, (felt_usec)1);
    if (t->split)
        settle(node, i, t, FELT_PATH_LARGE_FAILS);
    else if (t->large || before != FELT_PATH_LARGE_FAILS)
        settle(node, i, t, FELT_PATH_PASSES);
    if (!t->large && before == FELT_PATH_FAILS) /* perhaps not for all */
        add_soon(node, &t->id, t->half, FELT_TRIAL_HURRY);
    if (is_failing(before) && trials->n_failing > 0) /* what was mended was not for one alone */
        trials->again_us = FELT_MIN(trials->again_us, felt_usec_add(node->now, FELT_TRIAL_HURRY));
}

/* ---- who is tried when ---- */

static bool fails(const struct felt_node *node, uint32_t i, unsigned half)
{
    const struct felt_contact *contact = felt_members_peek(node->members, i)->contact;

    return contact && is_failing(contact->paths[half].state) && is_alive(node, i);
}

/* The place from `at` on, or the first of all after the last. */
static uint32_t place_from(const struct felt_node *node, uint32_t at)
{
    uint32_t i = felt_members_next(node->members, at);

    return i != FELT_MEMBER_NONE ? i : felt_members_next(node->members, 0);
}

/* The next one in turn that can be tried; FELT_MEMBER_NONE where none was found. */
static uint32_t next(const struct felt_node *node, uint32_t *at, unsigned half)
{
    uint32_t looks = FELT_MIN((uint32_t)LOOKS, felt_members_count(node->members));
    struct felt_target target;

    for (uint32_t k = 0; k < looks; k++) {
        uint32_t i = place_from(node, *at);

        *at = i + 1;
        if (is_alive(node, i) && felt_target_find(node, i, half, &target))
            return i;
    }
    return FELT_MEMBER_NONE;
}

/* The next path that fails, once around at the most; FELT_MEMBER_NONE where there is none. */
static uint32_t next_failing(struct felt_node *node, unsigned *ret_half)
{
    struct felt_trials *trials = &node->trials;

    /* The first place is perhaps half done, so it comes again at the end. */
    for (uint32_t k = 0; k <= felt_members_count(node->members); k++) {
        uint32_t i = place_from(node, trials->again_at);

        if (i != trials->again_at)
            trials->again_half = 0;
        trials->again_at = i;
        while (trials->again_half < FELT_PATHS) {
            unsigned half = trials->again_half++;

            if (fails(node, i, half)) {
                *ret_half = half;
                return i;
            }
        }
        trials->again_at = i + 1;
        trials->again_half = 0;
    }
    return FELT_MEMBER_NONE;
}

/* The other half than last time where both go. */
static unsigned take_turns(const struct felt_node *node, uint8_t *last)
{
    if (node->trials.halves[!*last].going)
        *last = !*last;
    return *last;
}

static unsigned hurry_left(const struct felt_trials *trials)
{
    return trials->halves[0].hurry + trials->halves[1].hurry;
}

static void try_in_turn(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;
    struct felt_trial t = {.tries_max = FELT_TRIAL_TRIES};
    struct felt_trial_half *half;
    uint32_t i;

    t.large = hurry_left(trials) > 0;
    if (!t.large && --trials->until_large == 0) {
        t.large = true;
        trials->until_large = FELT_TRIAL_LARGE_EVERY;
    }
    t.half = (uint8_t)take_turns(node, t.large ? &trials->large_half : &trials->small_half);
    if (hurry_left(trials) > 0 && trials->halves[t.half].hurry == 0)
        t.half = !t.half;
    half = &trials->halves[t.half];
    if (half->hurry > 0)
        half->hurry--;
    i = next(node, t.large ? &half->large_at : &half->small_at, t.half);
    if (i != FELT_MEMBER_NONE) {
        t.id = *felt_members_id(node->members, i);
        begin(node, &t);
    }
    trials->next_us = hurry_left(trials) > 0 ? felt_usec_add(node->now, FELT_TRIAL_HURRY)
                                             : jittered(node, FELT_TRIAL_PERIOD);
}

static void try_newcomer(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;
    struct felt_trial t = {.id = trials->soon[0].id,
                           .half = trials->soon[0].half,
                           .large = true,
                           .tries_max = FELT_TRIAL_TRIES};

    trials->n_soon--;
    memmove(trials->soon, trials->soon + 1, trials->n_soon * sizeof(trials->soon[0]));
    trials->soon_us = felt_usec_add(node->now, FELT_TRIAL_HURRY);
    begin(node, &t);
}

/* Of those who fail nothing is known any more. */
static void forget_failing(struct felt_node *node, unsigned half)
{
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        struct felt_path *path = path_of(node, i, half);

        if (!path || !is_failing(path->state))
            continue;
        path->state = FELT_PATH_UNKNOWN;
        if (node->trials.n_failing > 0)
            node->trials.n_failing--;
    }
}

/* One try: silence would be no news. */
static void try_failing(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;
    struct felt_trial t = {.tries_max = 1};
    unsigned half = 0;
    uint32_t i = next_failing(node, &half);
    struct felt_target target;

    trials->again_us = jittered(node, FELT_TRIAL_AGAIN);
    if (i == FELT_MEMBER_NONE) { /* they are not alive */
        for (half = 0; half < FELT_PATHS; half++)
            forget_failing(node, half);
        trials->n_failing = 0;
        return;
    }
    if (!felt_target_find(node, i, half, &target)) { /* it has lost its lease: there is no path */
        path_of(node, i, half)->state = FELT_PATH_UNKNOWN;
        trials->n_failing--;
        return;
    }
    t.id = *felt_members_id(node->members, i);
    t.half = (uint8_t)half;
    t.large = path_of(node, i, half)->state == FELT_PATH_LARGE_FAILS;
    begin(node, &t);
}

static bool is_going(const struct felt_trials *trials)
{
    return trials->halves[0].going || trials->halves[1].going;
}

/* Lease, device and end are there: whom do we reach? */
static void start(struct felt_node *node, unsigned half)
{
    struct felt_trials *trials = &node->trials;
    uint32_t others = felt_members_count_state(node->members, FELT_MEMBER_ALIVE);
    uint32_t place = (uint32_t)felt_prng_below(&node->prng, felt_members_end(node->members));
    struct felt_trial_half *h = &trials->halves[half];

    if (!is_going(trials)) {
        trials->until_large = FELT_TRIAL_LARGE_EVERY;
        trials->again_at = place;
        trials->again_half = 0;
        trials->again_us = node->now;
        trials->next_us = FELT_USEC_NEVER;
    }
    h->going = true;
    h->hurry = FELT_MIN(FELT_MAX(others, 1u) - 1, (uint32_t)FELT_TRIALS_FIRST);
    h->small_at = h->large_at = place;
    trials->next_us =
        FELT_MIN(trials->next_us, h->hurry > 0 ? felt_usec_add(node->now, FELT_TRIAL_SETTLE)
                                               : jittered(node, FELT_TRIAL_PERIOD));
}

static void stop(struct felt_node *node, unsigned half)
{
    struct felt_trials *trials = &node->trials;
    uint32_t n = 0;

    trials->halves[half].going = false;
    trials->halves[half].hurry = 0;
    forget_failing(node, half);
    for (uint32_t k = 0; k < trials->n_open;)
        if (trials->open[k].half == half)
            (void)take(trials, k);
        else
            k++;
    for (uint32_t k = 0; k < trials->n_soon; k++)
        if (trials->soon[k].half != half)
            trials->soon[n++] = trials->soon[k];
    trials->n_soon = n;
}

void felt_trial_device(struct felt_node *node, uint32_t mtu)
{
    node->trials.mtu = mtu;
}

void felt_trial_end(struct felt_node *node, uint8_t family, bool open)
{
    if (family == FELT_FAMILY_V4)
        node->trials.shut4 = !open;
    else
        node->trials.shut6 = !open;
}

/* So that we do not know whether its packets pass any more. */
static bool is_new(const struct felt_node *node, uint32_t member, unsigned half)
{
    const struct felt_contact *contact = felt_members_peek(node->members, member)->contact;
    struct felt_target target;

    return node->trials.halves[half].going && is_ready(node, half) &&
           felt_target_find(node, member, half, &target) &&
           (!contact || contact->paths[half].way != target.way);
}

void felt_trial_described(struct felt_node *node, uint32_t member)
{
    uint32_t crowd = FELT_MAX(felt_members_count_live(node->members), 1u);
    bool news[FELT_PATHS];

    if (member == FELT_MEMBER_SELF)
        return;
    for (unsigned half = 0; half < FELT_PATHS; half++)
        news[half] = is_new(node, member, half);
    if ((!news[0] && !news[1]) || felt_prng_below(&node->prng, crowd) >= FELT_TRIAL_CROWD)
        return;
    for (unsigned half = 0; half < FELT_PATHS; half++)
        if (news[half])
            add_soon(node, felt_members_id(node->members, member), half, FELT_TRIAL_SETTLE);
}

felt_usec felt_trial_deadline(const struct felt_node *node)
{
    const struct felt_trials *trials = &node->trials;
    felt_usec t = trials->next_us;

    for (unsigned half = 0; half < FELT_PATHS; half++)
        if (trials->halves[half].going != is_ready(node, half))
            return node->now;
    if (!is_going(trials))
        return FELT_USEC_NEVER;
    if (trials->n_soon > 0)
        t = FELT_MIN(t, trials->soon_us);
    if (trials->n_failing > 0)
        t = FELT_MIN(t, trials->again_us);
    for (uint32_t k = 0; k < trials->n_open; k++)
        t = FELT_MIN(t, trials->open[k].due_us);
    return t;
}

static void go_on(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;

    for (uint32_t k = 0; k < trials->n_open;) {
        struct felt_trial *t = &trials->open[k];
        bool over = t->due_us <= node->now && t->tries >= t->tries_max;
        struct felt_trial ended;

        if (t->due_us > node->now || (!over && try(node, t))) {
            k++;
            continue;
        }
        ended = take(trials, k);
        if (over)
            failed(node, &ended);
    }
}

void felt_trial_wake(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;

    for (unsigned half = 0; half < FELT_PATHS; half++) {
        bool ready = is_ready(node, half);

        if (ready && !trials->halves[half].going)
            start(node, half);
        else if (!ready && trials->halves[half].going)
            stop(node, half);
    }
    if (!is_going(trials))
        return;
    go_on(node);
    if (trials->next_us <= node->now)
        try_in_turn(node);
    if (trials->n_soon > 0 && trials->soon_us <= node->now)
        try_newcomer(node);
    if (trials->n_failing > 0 && trials->again_us <= node->now)
        try_failing(node);
}

void felt_trial_put_off(struct felt_node *node, felt_usec late)
{
    for (uint32_t k = 0; k < node->trials.n_open; k++)
        node->trials.open[k].due_us = felt_usec_add(node->trials.open[k].due_us, late);
}

enum felt_verdict felt_trial_asked(struct felt_node *node, const struct felt_inbound *in,
                                   const struct felt_message *m)
{
    unsigned half = felt_target_half(node, in->overlay ? in->from.ip.family : m->path_probe.family);
    uint32_t seq = m->path_probe.seq;
    struct felt_target target;

    /* Who has no end there says nothing, also beside it: so nobody takes that for a filter. */
    if (half == FELT_PATHS || !is_ready(node, half))
        return FELT_VERDICT_BUSY;
    if (!in->overlay) {
        post_beside(node, FELT_MESSAGE_PATH_ANSWER, seq, FELT_FAMILY_NONE, in->member);
        return FELT_VERDICT_TAKEN;
    }
    if (!felt_target_find(node, in->member, half, &target))
        return FELT_VERDICT_BUSY;
    post(node, FELT_MESSAGE_PATH_ANSWER, seq, &target, false);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_trial_answered(struct felt_node *node, const struct felt_inbound *in,
                                      const struct felt_message *m)
{
    struct felt_trials *trials = &node->trials;
    uint32_t k = 0;

    while (k < trials->n_open && trials->open[k].seq != m->path_answer.seq)
        k++;
    if (k == trials->n_open)
        return FELT_VERDICT_STALE;
    if (!felt_id_equal(&trials->open[k].id, &in->envelope.sender))
        return FELT_VERDICT_MISDIRECTED;
    trials->open[k].present = true;
    if (in->overlay && in->from.ip.family == felt_target_family(node, trials->open[k].half)) {
        struct felt_trial t = take(trials, k);

        passed(node, in->member, &t);
    }
    return FELT_VERDICT_TAKEN;
}
