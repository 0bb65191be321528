/* SPDX-License-Identifier: Apache-2.0 */
#include "node/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "lease/waiting.h"
#include "node/core.h"
#include "node/letter.h"

#define ASK_SEQ 0 /* no probe of felt_swim has it */

/* Of the keys beyond the slots: the bridge's, ours, what is set. */
#define PLACE 1

uint32_t felt_keys_key(const struct felt_notices *notices)
{
    return felt_notices_keys_max(notices) - FELT_NOTICE_OTHERS + PLACE;
}

static uint32_t id_of(const struct felt_seal_key *key)
{
    return felt_get_be32(key->id);
}

/* ---- the ring ---- */

static void make_ready(struct felt_ready_key *ready, const struct felt_cluster_key *key)
{
    felt_seal_key_init(&ready->seal, key);
    felt_cookie_key_init(&ready->cookie, key);
}

static void adopt(struct felt_node *node, const struct felt_keyring *ring)
{
    struct felt_keys *keys = &node->keys;
    const struct felt_cluster_key *accepted;

    keys->ring = *ring;
    make_ready(&keys->sealing, felt_keyring_sealing(ring));
    accepted = felt_keyring_accepted(ring);
    if (accepted)
        make_ready(&keys->accepted, accepted);
    else
        keys->accepted = (struct felt_ready_key){0};
    keys->since_us = node->now;
    keys->next_us = node->now;
    keys->quiet_us = felt_usec_add(node->now, FELT_KEYS_QUIET);
    keys->polled = 0;
}

void felt_keys_init(struct felt_node *node, const struct felt_cluster_key *key)
{
    struct felt_keyring ring;

    felt_keyring_init(&ring, key);
    node->keys.told = true;
    adopt(node, &ring);
    felt_keyring_wipe(&ring);
}

void felt_keys_done(struct felt_node *node)
{
    felt_keyring_wipe(&node->keys.ring);
    felt_seal_key_wipe(&node->keys.sealing.seal);
    felt_seal_key_wipe(&node->keys.accepted.seal);
    felt_cookie_key_wipe(&node->keys.sealing.cookie);
    felt_cookie_key_wipe(&node->keys.accepted.cookie);
}

/* The ring of our notices; false where there is none, or one of a later version, and the ring stays
 * as it was. */
static bool read(const struct felt_node *node, struct felt_keyring *ret_ring)
{
    struct felt_notice notice;

    return node->notices &&
           felt_notices_get(node->notices, felt_keys_key(node->notices), &notice) &&
           felt_keyring_decode(notice.value, ret_ring) == 0;
}

/* Notices are saved with the map: a joiner that has none yet saves its ring when it has. */
static void save(struct felt_node *node)
{
    if (!node->keys.unsaved || node->era == 0)
        return;
    node->keys.save = felt_saver_must(&node->saver);
    node->keys.unsaved = false;
}

void felt_keys_noticed(struct felt_node *node, uint32_t key)
{
    struct felt_keys *keys = &node->keys;
    struct felt_keyring ring;

    if (key != felt_keys_key(node->notices) || !read(node, &ring))
        return;
    if (!felt_keyring_equal(&ring, &keys->ring)) {
        adopt(node, &ring);
        keys->told = false;
    }
    keys->unsaved = true; /* a later version of the same, too */
    save(node);
    felt_keyring_wipe(&ring);
}

/* Enters a ring as the next version of the notice. */
static bool enter(struct felt_node *node, const struct felt_keyring *ring)
{
    uint8_t value[FELT_KEYRING_BYTES];
    bool done = felt_crier_enter(node, felt_keys_key(node->notices),
                                 felt_bytes(value, felt_keyring_encode(ring, value)));

    explicit_bzero(value, sizeof(value));
    return done;
}

bool felt_keys_restored(struct felt_node *node, const struct felt_cluster_key *key)
{
    struct felt_keyring ring;
    bool done = true;

    if (!read(node, &ring)) /* then the key that we were given is the cluster's */
        return true;
    adopt(node, &ring);
    if (key && !felt_keyring_is(&ring, key)) {
        felt_keyring_replace(&ring, key);
        done = enter(node, &ring);
    }
    felt_keyring_wipe(&ring);
    return done;
}

/* ---- sealing and opening ---- */

enum felt_verdict felt_keys_open(const struct felt_node *node, struct felt_bytes sealed,
                                 uint8_t *plain, size_t *ret_len)
{
    const struct felt_keys *keys = &node->keys;
    enum felt_verdict verdict = felt_seal_open(&keys->sealing.seal, sealed, plain, ret_len);

    if (verdict == FELT_VERDICT_UNKNOWN_KEY && keys->ring.phase != FELT_KEYRING_ONE)
        verdict = felt_seal_open(&keys->accepted.seal, sealed, plain, ret_len);
    return verdict;
}

void felt_keys_answer(struct felt_node *node, const struct felt_endpoint *from, uint32_t opened)
{
    node->keys.answering = from != NULL;
    node->keys.opened = opened;
    if (from)
        node->keys.from = *from;
}

/* The key that opened what is being handled; the ring may have changed since. */
static const struct felt_ready_key *opener(const struct felt_keys *keys)
{
    return keys->answering && keys->ring.phase != FELT_KEYRING_ONE &&
                   keys->opened == id_of(&keys->accepted.seal)
               ? &keys->accepted
               : &keys->sealing;
}

const struct felt_cookie_key *felt_keys_cookie(const struct felt_node *node)
{
    return &opener(&node->keys)->cookie;
}

static struct felt_seals one(const struct felt_ready_key *key)
{
    return (struct felt_seals){.n = 1, .keys = {&key->seal}};
}

/* Whoever may have one of the two alone, and we cannot tell which, gets both: the datagram is the
 * same, and who opens both takes it once. */
static struct felt_seals both(const struct felt_keys *keys)
{
    return (struct felt_seals){.n = 2, .keys = {&keys->sealing.seal, &keys->accepted.seal}};
}

struct felt_seals felt_keys_for(const struct felt_node *node, const struct felt_endpoint *to,
                                uint32_t member)
{
    const struct felt_keys *keys = &node->keys;
    const struct felt_member *m;

    if (keys->ring.phase == FELT_KEYRING_ONE || FELT_MUTANT(KEYS_DEAF))
        return one(&keys->sealing);
    if (keys->answering && felt_endpoint_equal(to, &keys->from))
        return one(opener(keys));
    m = member == FELT_MEMBER_NONE ? NULL : felt_members_peek(node->members, member);
    if (!m || !m->contact || m->state >= FELT_MEMBER_DEAD)
        return both(keys);
    if (keys->ring.phase == FELT_KEYRING_USED &&
        felt_keyring_mark_has(&keys->ring, m->contact->ring))
        return one(&keys->sealing);
    if (m->contact->opened == id_of(&keys->sealing.seal))
        return one(&keys->sealing);
    if (m->contact->opened == id_of(&keys->accepted.seal))
        return one(&keys->accepted);
    return both(keys);
}

static bool is_durable(const struct felt_node *node)
{
    return !node->keys.unsaved && node->saver.durable >= node->keys.save;
}

uint32_t felt_keys_mark(const struct felt_node *node)
{
    if (!is_durable(node) && !FELT_MUTANT(KEYS_UNSAVED))
        return 0;
    return felt_keyring_mark(&node->keys.ring);
}

/* ---- the next step ---- */

bool felt_keys_waits_for(const struct felt_node *node, uint32_t i)
{
    const struct felt_keyring *ring = &node->keys.ring;
    const struct felt_member *m = felt_members_peek(node->members, i);
    uint32_t mark = m->contact ? m->contact->ring : 0;

    if (i == FELT_MEMBER_SELF || m->state == FELT_MEMBER_LEFT)
        return false;
    switch (ring->phase) {
    case FELT_KEYRING_ONE:
        break;
    case FELT_KEYRING_INSTALLED: /* who is dead has the grace */
        return m->state < FELT_MEMBER_DEAD && !felt_keyring_mark_has(ring, mark);
    case FELT_KEYRING_USED:
        return !felt_keyring_mark_uses(ring, mark);
    }
    return false;
}

static uint32_t count_waiting(const struct felt_node *node)
{
    uint32_t n = 0;

    if (node->keys.ring.phase == FELT_KEYRING_ONE)
        return 0;
    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1))
        n += felt_keys_waits_for(node, i);
    return n;
}

static felt_usec grace_left(const struct felt_node *node)
{
    const struct felt_keys *keys = &node->keys;

    if (keys->ring.phase != FELT_KEYRING_USED)
        return 0;
    return felt_usec_sub(felt_usec_add(keys->since_us, keys->ring.grace_s * FELT_USEC_SEC),
                         node->now);
}

/* Any node that finds the step due takes it. False where memory is short. */
static bool step(struct felt_node *node)
{
    struct felt_keyring ring = node->keys.ring;
    bool done;

    if (ring.phase == FELT_KEYRING_INSTALLED)
        felt_keyring_use(&ring);
    else
        felt_keyring_remove(&ring);
    done = enter(node, &ring);
    felt_keyring_wipe(&ring);
    return done;
}

/* Nobody whose id is lower is alive: it is for us to ask. Two that think so do no harm. */
static bool is_lowest(const struct felt_node *node)
{
    for (uint32_t i = felt_members_next(node->members, FELT_MEMBER_SELF + 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1))
        if (felt_members_peek(node->members, i)->state < FELT_MEMBER_DEAD &&
            felt_id_cmp(felt_members_id(node->members, i), felt_node_id(node)) < 0)
            return false;
    return true;
}

/* A probe that nothing depends on: its answer shows the member's ring. */
static void ask(struct felt_node *node, uint32_t member)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    m->type = FELT_MESSAGE_PROBE;
    m->probe.seq = ASK_SEQ;
    m->probe.target = *felt_members_id(node->members, member);
    m->probe.digest = felt_node_digest(node);
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

bool felt_keys_asked(const struct felt_node *node, uint32_t seq)
{
    return seq == ASK_SEQ && node->keys.ring.phase != FELT_KEYRING_ONE;
}

/* Some of those that the step waits for, from where the last look ended. Who is dead is probed in
 * any case (proto/gossip.md 3.1). */
static void poll(struct felt_node *node)
{
    struct felt_keys *keys = &node->keys;
    uint32_t n = 0, i = felt_members_next(node->members, keys->polled);

    for (; i != FELT_MEMBER_NONE && n < FELT_KEYS_POLLED;
         i = felt_members_next(node->members, i + 1)) {
        if (!felt_keys_waits_for(node, i) ||
            felt_members_peek(node->members, i)->state >= FELT_MEMBER_DEAD)
            continue;
        ask(node, i);
        keys->polled = i + 1;
        n++;
    }
    if (i == FELT_MEMBER_NONE)
        keys->polled = 0;
}

/* Who is heard to have joined elsewhere is heard within the quiet time, and would be lost. */
static bool is_due(const struct felt_node *node)
{
    const struct felt_keys *keys = &node->keys;

    if (keys->ring.phase == FELT_KEYRING_INSTALLED)
        return count_waiting(node) == 0;
    return keys->quiet_us <= node->now || grace_left(node) == 0 || FELT_MUTANT(KEYS_REMOVED_EARLY);
}

felt_usec felt_keys_deadline(const struct felt_node *node)
{
    return node->keys.ring.phase == FELT_KEYRING_ONE ? FELT_USEC_NEVER : node->keys.next_us;
}

void felt_keys_wake(struct felt_node *node)
{
    struct felt_keys *keys = &node->keys;

    if (felt_keys_deadline(node) > node->now)
        return;
    keys->next_us = felt_usec_add(node->now, FELT_KEYS_PERIOD);
    if (!is_durable(node) || !felt_confirmed(node) || felt_leaver_leaving(node))
        return;
    if (count_waiting(node) > 0)
        keys->quiet_us = felt_usec_add(node->now, FELT_KEYS_QUIET);
    if (is_due(node))
        step(node); /* where memory is short in the next look */
    else if (keys->ordered || is_lowest(node))
        poll(node);
}

void felt_keys_put_off(struct felt_node *node, felt_usec by)
{
    node->keys.since_us = felt_usec_add(node->keys.since_us, by);
    node->keys.quiet_us = felt_usec_add(node->keys.quiet_us, by);
}

/* ---- what is told to our own machine ---- */

/* Whoever keeps the key in a file is to hear of it only when our state has it, too. */
void felt_keys_report(struct felt_node *node)
{
    struct felt_keys *keys = &node->keys;
    char sealing[2 * FELT_KEY_ID_LEN + 1], other[2 * FELT_KEY_ID_LEN + 1];
    char grace[FELT_WAITING_TIME];
    struct felt_event *event;
    struct felt_keys_view v;

    save(node);
    if (keys->told || !is_durable(node))
        return;
    keys->told = true;
    felt_node_keys(node, &v);
    felt_hex_encode(v.sealing, sizeof(v.sealing), sealing);
    felt_hex_encode(v.accepted, sizeof(v.accepted), other);
    event = felt_outbox_event(node->outbox, FELT_EVENT_KEYS);
    switch (v.phase) {
    case FELT_KEYRING_ONE:
        keys->ordered = false;
        snprintf(event->text, sizeof(event->text), "key %s alone is accepted", sealing);
        break;
    case FELT_KEYRING_INSTALLED:
        snprintf(event->text, sizeof(event->text),
                 "key %s is to replace %s, once every live member has it", other, sealing);
        break;
    case FELT_KEYRING_USED:
        snprintf(event->text, sizeof(event->text),
                 "key %s seals; %s is accepted for up to %s from now, for who was down", sealing,
                 other, felt_waiting_time(keys->ring.grace_s * FELT_USEC_SEC, grace));
        break;
    }
}

void felt_node_keys(const struct felt_node *node, struct felt_keys_view *ret_view)
{
    const struct felt_keys *keys = &node->keys;
    struct felt_keys_view v = {.phase = keys->ring.phase};
    struct felt_notice notice;

    memcpy(v.sealing, keys->sealing.seal.id, sizeof(v.sealing));
    memcpy(v.accepted, keys->accepted.seal.id, sizeof(v.accepted));
    v.n_waiting = count_waiting(node);
    v.grace_us = grace_left(node);
    v.save = keys->save;
    v.durable = is_durable(node);
    v.rotated =
        node->notices && felt_notices_get(node->notices, felt_keys_key(node->notices), &notice);
    *ret_view = v;
}

const struct felt_cluster_key *felt_node_key(const struct felt_node *node)
{
    return felt_keyring_sealing(&node->keys.ring);
}

bool felt_node_key_opens(const struct felt_node *node, const uint8_t id[FELT_KEY_ID_LEN])
{
    const struct felt_keys *keys = &node->keys;

    return memcmp(keys->sealing.seal.id, id, FELT_KEY_ID_LEN) == 0 ||
           (keys->ring.phase != FELT_KEYRING_ONE &&
            memcmp(keys->accepted.seal.id, id, FELT_KEY_ID_LEN) == 0);
}

bool felt_node_key_replaced(const struct felt_node *node, const uint8_t id[FELT_KEY_ID_LEN])
{
    return felt_keyring_has_replaced(&node->keys.ring, id);
}

/* ---- orders ---- */

enum felt_keys_refusal felt_node_may_keys(const struct felt_node *node, enum felt_keys_order order)
{
    struct felt_notice notice;

    if (node->era == 0 || !felt_confirmed(node) || felt_leaver_leaving(node))
        return FELT_KEYS_NOT_READY;
    felt_notices_get(node->notices, felt_keys_key(node->notices), &notice);
    /* A rotation is three versions, and the last of all is for a change by hand. */
    if (notice.version > UINT64_MAX - 4)
        return FELT_KEYS_LAST_NOTICE;
    switch (order) {
    case FELT_KEYS_ROTATE:
        return node->keys.ring.phase == FELT_KEYRING_ONE ? FELT_KEYS_OK : FELT_KEYS_UNDER_WAY;
    case FELT_KEYS_REMOVE:
        break;
    }
    if (node->keys.ring.phase == FELT_KEYRING_USED)
        return FELT_KEYS_OK;
    return node->keys.ring.phase == FELT_KEYRING_ONE ? FELT_KEYS_NOTHING : FELT_KEYS_NOT_USED;
}

enum felt_verdict felt_keys_take(struct felt_node *node, enum felt_keys_order order,
                                 const uint8_t salt[FELT_KEYRING_SALT], uint32_t grace_s)
{
    struct felt_keyring ring;
    bool done;

    if (felt_node_may_keys(node, order) != FELT_KEYS_OK)
        return FELT_VERDICT_BUSY;
    if (order == FELT_KEYS_REMOVE)
        return step(node) ? FELT_VERDICT_TAKEN : FELT_VERDICT_BUSY;
    ring = node->keys.ring;
    felt_keyring_install(&ring, salt, grace_s);
    done = enter(node, &ring);
    felt_keyring_wipe(&ring);
    if (!done)
        return FELT_VERDICT_BUSY;
    node->keys.ordered = true;
    return FELT_VERDICT_TAKEN;
}
