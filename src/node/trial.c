/* SPDX-License-Identifier: Apache-2.0 */
#include "node/trial.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

#define LOOKS 32 /* places looked at for one in turn; then it is the next time's */

/* Where a member's end of the overlay is. */
struct target {
    struct felt_endpoint to;
    uint64_t way;
    uint32_t mtu; /* that both ends have */
};

static bool is_ready(const struct felt_node *node)
{
    return node->trials.mtu > 0 && node->lease_used && node->era > 0;
}

static felt_usec jittered(struct felt_node *node, felt_usec period)
{
    return felt_usec_add(node->now,
                         period - period / 4 + felt_prng_below(&node->prng, period / 2 + 1));
}

/* Lease, address and device: what the kernels on both sides are programmed with. */
static uint64_t way_of(const struct felt_descriptor *d)
{
    uint8_t b[4 + sizeof(d->public_ip) + FELT_DESC_DATA_MAX] = {0};

    felt_put_be32(b, d->lease);
    memcpy(b + 4, &d->public_ip, sizeof(d->public_ip));
    memcpy(b + 4 + sizeof(d->public_ip), d->backend_data, strlen(d->backend_data));
    return felt_hash64(b, sizeof(b));
}

/* False where its part of the overlay is not known. */
static bool find_target(const struct felt_node *node, uint32_t i, struct target *ret)
{
    enum felt_backend backend;
    struct felt_descriptor d;

    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    if (!d.has_lease || felt_backend_parse(d.backend, &backend) < 0 ||
        backend != FELT_BACKEND_VXLAN || d.lease >= felt_slot_map_slots(node->map) ||
        !felt_slot_map_owns(node->map, felt_members_id(node->members, i), d.lease))
        return false;
    ret->to.ip = felt_netconf_subnet(&node->config, d.lease).ip;
    ret->to.port = d.advertise.port;
    ret->way = way_of(&d);
    ret->mtu = d.mtu > 0 ? FELT_MIN(d.mtu, node->trials.mtu) : node->trials.mtu;
    return true;
}

static bool is_alive(const struct felt_node *node, uint32_t i)
{
    return i != FELT_MEMBER_NONE && i != FELT_MEMBER_SELF &&
           felt_members_peek(node->members, i)->state == FELT_MEMBER_ALIVE;
}

static void post(struct felt_node *node, enum felt_message_type type, uint32_t seq,
                 const struct target *target, bool large)
{
    struct felt_letter letter;

    felt_letter_open_to(&letter, node, &target->to, FELT_MEMBER_NONE);
    letter.overlay = true;
    letter.pad_to = large ? target->mtu : 0;
    node->outgoing.type = type;
    node->outgoing.path_probe.seq = seq;
    felt_letter_write(&letter, &node->outgoing);
    felt_letter_post(&letter);
}

/* The same the ordinary way. */
static void post_beside(struct felt_node *node, enum felt_message_type type, uint32_t seq,
                        uint32_t member)
{
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    node->outgoing.type = type;
    node->outgoing.path_probe.seq = seq;
    felt_letter_write(&letter, &node->outgoing);
    felt_letter_post(&letter);
}

/* ---- what comes of it ---- */

static void report(struct felt_node *node, enum felt_event_kind kind, uint32_t i)
{
    struct felt_event *event = felt_outbox_event(node->outbox, kind);
    struct felt_descriptor d;

    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    event->id = *felt_members_id(node->members, i);
    event->endpoint.ip = d.public_ip;
    snprintf(event->text, sizeof(event->text), "%s", d.name);
}

static bool is_failing(uint8_t state)
{
    return state == FELT_PATH_FAILS || state == FELT_PATH_LARGE_FAILS;
}

/* NULL where it never sent us anything: nothing is known of it then. Who was heard has one. */
static struct felt_path *path_of(struct felt_node *node, uint32_t i)
{
    struct felt_contact *contact = felt_members_at(node->members, i)->contact;

    return contact ? &contact->path : NULL;
}

static void settle(struct felt_node *node, uint32_t i, uint64_t way, enum felt_path_state found)
{
    struct felt_path *path = path_of(node, i);
    uint8_t state = (uint8_t)found;

    path->way = way;
    if (is_failing(state) && !is_failing(path->state))
        node->trials.n_failing++;
    if (!is_failing(state) && is_failing(path->state) && node->trials.n_failing > 0)
        node->trials.n_failing--;
    path->state = state;
    if (path->told == state)
        return;
    path->since_us = node->now;
    if (state == FELT_PATH_FAILS)
        report(node, FELT_EVENT_PATH_FAILS, i);
    else if (state == FELT_PATH_LARGE_FAILS)
        report(node, FELT_EVENT_PATH_LARGE_FAILS, i);
    else if (is_failing(path->told))
        report(node, FELT_EVENT_PATH_PASSES, i);
    path->told = state;
}

static struct felt_trial take(struct felt_trials *trials, uint32_t k)
{
    struct felt_trial t = trials->open[k];

    trials->open[k] = trials->open[--trials->n_open];
    return t;
}

static void add_soon(struct felt_node *node, const struct felt_id *id, felt_usec pause)
{
    struct felt_trials *trials = &node->trials;

    for (uint32_t k = 0; k < trials->n_soon; k++)
        if (felt_id_equal(&trials->soon[k], id))
            return;
    if (trials->n_soon == FELT_TRIALS_SOON)
        return;
    if (trials->n_soon == 0)
        trials->soon_us = felt_usec_add(node->now, pause);
    trials->soon[trials->n_soon++] = *id;
}

/* ---- a trial ---- */

/* False where there is nothing to try any more. */
static bool try(struct felt_node *node, struct felt_trial *t)
{
    uint32_t i = felt_members_find(node->members, &t->id);
    struct felt_path *path;
    struct target target;

    if (!is_alive(node, i) || !find_target(node, i, &target))
        return false;
    path = path_of(node, i);
    t->way = target.way;
    if (path && path->way != target.way) {
        if (is_failing(path->state) && node->trials.n_failing > 0)
            node->trials.n_failing--;
        path->way = target.way;
        path->state = FELT_PATH_UNKNOWN;
    }
    post(node, FELT_MESSAGE_PATH_PROBE, t->seq, &target, t->large);
    if (t->tries > 0)
        post_beside(node, FELT_MESSAGE_PATH_PROBE, t->seq, i);
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
        if (felt_id_equal(&trials->open[k].id, &like->id))
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
    struct felt_trial split = {.id = t->id, .split = true, .tries_max = FELT_TRIAL_TRIES};
    uint32_t i = felt_members_find(node->members, &t->id);

    /* Of somebody who does not answer the ordinary way either nothing is known: that is for the
     * failure detector. Nor of who was forgotten meanwhile, and is known again from others. */
    if (!is_alive(node, i) || !t->present || !path_of(node, i))
        return;
    if (t->large)
        begin(node, &split);
    else
        settle(node, i, t->way, FELT_PATH_FAILS);
}

static void passed(struct felt_node *node, uint32_t i, const struct felt_trial *t)
{
    struct felt_trials *trials = &node->trials;
    struct felt_path *path = path_of(node, i);
    uint8_t before = path->state;

    if (t->tries == 1)
        path->rtt_us = (uint32_t)FELT_MAX(node->now - t->begun_us, (felt_usec)1);
    if (t->split)
        settle(node, i, t->way, FELT_PATH_LARGE_FAILS);
    else if (t->large || before != FELT_PATH_LARGE_FAILS)
        settle(node, i, t->way, FELT_PATH_PASSES);
    if (!t->large && before == FELT_PATH_FAILS) /* perhaps not for all */
        add_soon(node, &t->id, FELT_TRIAL_HURRY);
    if (is_failing(before) && trials->n_failing > 0) /* what was mended was not for one alone */
        trials->again_us = FELT_MIN(trials->again_us, felt_usec_add(node->now, FELT_TRIAL_HURRY));
}

/* ---- who is tried when ---- */

static bool is_any(const struct felt_node *node, uint32_t i)
{
    struct target target;

    return is_alive(node, i) && find_target(node, i, &target);
}

static bool fails(const struct felt_node *node, uint32_t i)
{
    const struct felt_contact *contact = felt_members_peek(node->members, i)->contact;

    return contact && is_failing(contact->path.state) && is_alive(node, i);
}

/* The next place in turn, once around at the most; FELT_MEMBER_NONE where none was found. */
static uint32_t next(const struct felt_node *node, uint32_t *at, uint32_t looks,
                     bool (*suits)(const struct felt_node *node, uint32_t i))
{
    looks = FELT_MIN(looks, felt_members_count(node->members));
    for (uint32_t k = 0; k < looks; k++) {
        uint32_t i = felt_members_next(node->members, *at);

        if (i == FELT_MEMBER_NONE)
            i = felt_members_next(node->members, 0);
        *at = i + 1;
        if (suits(node, i))
            return i;
    }
    return FELT_MEMBER_NONE;
}

static void try_in_turn(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;
    struct felt_trial t = {.tries_max = FELT_TRIAL_TRIES};
    uint32_t i;

    if (trials->hurry > 0) {
        t.large = true;
        trials->hurry--;
    } else if (--trials->until_large == 0) {
        t.large = true;
        trials->until_large = FELT_TRIAL_LARGE_EVERY;
    }
    i = next(node, t.large ? &trials->large_at : &trials->small_at, LOOKS, is_any);
    if (i != FELT_MEMBER_NONE) {
        t.id = *felt_members_id(node->members, i);
        begin(node, &t);
    }
    trials->next_us = trials->hurry > 0 ? felt_usec_add(node->now, FELT_TRIAL_HURRY)
                                        : jittered(node, FELT_TRIAL_PERIOD);
}

static void try_newcomer(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;
    struct felt_trial t = {.id = trials->soon[0], .large = true, .tries_max = FELT_TRIAL_TRIES};

    trials->n_soon--;
    memmove(trials->soon, trials->soon + 1, trials->n_soon * sizeof(trials->soon[0]));
    trials->soon_us = felt_usec_add(node->now, FELT_TRIAL_HURRY);
    begin(node, &t);
}

/* Of those who fail nothing is known any more. */
static void forget_failing(struct felt_node *node)
{
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        struct felt_path *path = path_of(node, i);

        if (path && is_failing(path->state))
            path->state = FELT_PATH_UNKNOWN;
    }
    node->trials.n_failing = 0;
}

/* One try: silence would be no news. */
static void try_failing(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;
    struct felt_trial t = {.tries_max = 1};
    uint32_t i = next(node, &trials->again_at, UINT32_MAX, fails);
    struct target target;

    trials->again_us = jittered(node, FELT_TRIAL_AGAIN);
    if (i == FELT_MEMBER_NONE) { /* they are not alive */
        forget_failing(node);
        return;
    }
    if (!find_target(node, i, &target)) { /* it has lost its lease: there is no path */
        path_of(node, i)->state = FELT_PATH_UNKNOWN;
        trials->n_failing--;
        return;
    }
    t.id = *felt_members_id(node->members, i);
    t.large = path_of(node, i)->state == FELT_PATH_LARGE_FAILS;
    begin(node, &t);
}

/* Lease and device are there: whom do we reach? */
static void start(struct felt_node *node)
{
    struct felt_trials *trials = &node->trials;
    uint32_t others = felt_members_count_state(node->members, FELT_MEMBER_ALIVE);
    uint32_t place = (uint32_t)felt_prng_below(&node->prng, felt_members_end(node->members));

    trials->hurry = FELT_MIN(FELT_MAX(others, 1u) - 1, (uint32_t)FELT_TRIALS_FIRST);
    trials->until_large = FELT_TRIAL_LARGE_EVERY;
    trials->small_at = trials->large_at = trials->again_at = place;
    trials->next_us = trials->hurry > 0 ? felt_usec_add(node->now, FELT_TRIAL_SETTLE)
                                        : jittered(node, FELT_TRIAL_PERIOD);
    trials->again_us = node->now;
}

void felt_trial_init(struct felt_node *node)
{
    node->trials.next_us = FELT_USEC_NEVER;
}

void felt_trial_device(struct felt_node *node, enum felt_backend type, uint32_t mtu)
{
    node->trials.mtu = type == FELT_BACKEND_VXLAN ? mtu : 0;
}

void felt_trial_described(struct felt_node *node, uint32_t member)
{
    uint32_t crowd = FELT_MAX(felt_members_count_live(node->members), 1u);
    const struct felt_path *path;
    struct target target;

    if (node->trials.next_us == FELT_USEC_NEVER || member == FELT_MEMBER_SELF || !is_ready(node) ||
        !find_target(node, member, &target))
        return;
    path = path_of(node, member);
    if ((path && path->way == target.way) ||
        felt_prng_below(&node->prng, crowd) >= FELT_TRIAL_CROWD)
        return;
    add_soon(node, felt_members_id(node->members, member), FELT_TRIAL_SETTLE);
}

felt_usec felt_trial_deadline(const struct felt_node *node)
{
    const struct felt_trials *trials = &node->trials;
    felt_usec t = trials->next_us;

    if (!is_ready(node))
        return FELT_USEC_NEVER;
    if (t == FELT_USEC_NEVER)
        return node->now;
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

    if (!is_ready(node)) {
        if (trials->next_us != FELT_USEC_NEVER)
            forget_failing(node);
        trials->next_us = FELT_USEC_NEVER;
        trials->n_open = 0;
        trials->n_soon = 0;
        return;
    }
    if (trials->next_us == FELT_USEC_NEVER)
        start(node);
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
    uint32_t seq = m->path_probe.seq;
    struct target target;

    if (!in->overlay) {
        post_beside(node, FELT_MESSAGE_PATH_ANSWER, seq, in->member);
        return FELT_VERDICT_TAKEN;
    }
    if (!is_ready(node) || !find_target(node, in->member, &target))
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
    if (in->overlay) {
        struct felt_trial t = take(trials, k);

        passed(node, in->member, &t);
    }
    return FELT_VERDICT_TAKEN;
}
