/* SPDX-License-Identifier: Apache-2.0 */
#include "node/gossip.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"
#include "node/own.h"
#include "node/member_pull.h"

#define DRAWS      16                  /* tries to find one more member that is not dead */
#define FIRST_TICK (10 * FELT_USEC_MS) /* news waits this long for more of its kind */

static struct felt_event *member_event(struct felt_node *node, enum felt_event_kind kind,
                                       uint32_t i)
{
    struct felt_event *event = felt_outbox_event(node->outbox, kind);
    struct felt_descriptor d;

    felt_signed_descriptor_read(felt_members_peek(node->members, i)->descriptor, &d);
    event->id = *felt_members_id(node->members, i);
    event->endpoint = d.advertise;
    snprintf(event->text, sizeof(event->text), "%s", d.name);
    return event;
}

static void added(struct felt_node *node, uint32_t i)
{
    felt_swim_added(node->swim, i);
    if (node->n_added < FELT_ARRAY_LEN(node->added))
        node->added[node->n_added++] = i;
}

/* Its last word: whatever we thought of it. */
static void said_farewell(struct felt_node *node, uint32_t i)
{
    const struct felt_member *m = felt_members_peek(node->members, i);
    struct felt_liveness left = {
        .id = m->descriptor->id, .incarnation = m->incarnation, .state = FELT_LIVENESS_LEFT};

    felt_swim_rumour(node->swim, node->now, &left);
}

enum felt_verdict felt_gossip_descriptor(struct felt_node *node, struct felt_inbound *in,
                                         const struct felt_message *m)
{
    enum felt_verdict verdict;
    struct felt_descriptor d;
    struct felt_id id;
    bool pulled;
    uint32_t i;

    if (felt_descriptor_decode(m->descriptor.body, &d) < 0)
        return FELT_VERDICT_MALFORMED;
    felt_identity_id(d.public_key, &id);
    pulled = felt_member_pull_arrived(node, in, &id);
    i = felt_members_find(node->members, &id);
    /* What we have already needs no signature checked; of ourselves we know best. */
    if (i == FELT_MEMBER_SELF ||
        (i != FELT_MEMBER_NONE &&
         d.version <= felt_members_peek(node->members, i)->descriptor->version))
        return FELT_VERDICT_STALE;
    /* Who came and went unseen by us, or may be gone long ago, is no news. Who says farewell itself
     * is there, and may have slots to tell of. */
    if (i == FELT_MEMBER_NONE && !felt_id_equal(&id, &in->envelope.sender) &&
        (d.left || !felt_generation_believes(node, in, &id)))
        return FELT_VERDICT_STALE;
    if (!felt_identity_verify(d.public_key, m->descriptor.body, m->descriptor.signature))
        return FELT_VERDICT_FORGED;
    if (i == FELT_MEMBER_NONE) {
        verdict = felt_members_add(node->members, &id, &d, m->descriptor.body,
                                   m->descriptor.signature, 0, &i);
        if (verdict == FELT_VERDICT_TAKEN)
            added(node, i);
    } else {
        felt_own_note_freed(node, i, &d);
        verdict = felt_members_describe(node->members, i, &d, m->descriptor.body,
                                        m->descriptor.signature);
    }
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    if (d.left)
        said_farewell(node, i);
    if (pulled)
        in->pulled = i; /* old news to everybody else */
    else
        felt_rumours_add(node->rumours, FELT_RUMOUR_DESCRIPTOR, i, 1);
    felt_trial_described(node, i);
    felt_saver_lazy(&node->saver, node->now);
    node->peers_changed = true;
    return FELT_VERDICT_TAKEN;
}

/* A stranger hears by a digest of zeros that it is one. */
static void send_ack(struct felt_node *node, const struct felt_endpoint *to, uint32_t member,
                     uint32_t seq)
{
    struct felt_digest digest = {0};
    struct felt_letter letter;

    if (member != FELT_MEMBER_NONE)
        digest = felt_node_digest(node);
    felt_letter_open_to(&letter, node, to, member);
    node->outgoing.type = FELT_MESSAGE_ACK;
    node->outgoing.ack.seq = seq;
    node->outgoing.ack.digest = digest;
    felt_letter_write(&letter, &node->outgoing);
    felt_letter_post(&letter);
}

/* Nobody writes to who left, so a leaver whose members have all moved would look for them where
 * they were for ever (proto/gossip.md 3.1). */
static void introduce_to_leaver(struct felt_node *node, const struct felt_inbound *in)
{
    if (node->in_cluster && in->member != FELT_MEMBER_NONE &&
        felt_members_peek(node->members, in->member)->state == FELT_MEMBER_LEFT)
        felt_introduction_begin(node, &in->from);
}

enum felt_verdict felt_gossip_probe(struct felt_node *node, const struct felt_inbound *in,
                                    const struct felt_message *m)
{
    if (!felt_id_equal(&m->probe.target, felt_node_id(node))) {
        introduce_to_leaver(node, in);
        return FELT_VERDICT_MISDIRECTED;
    }
    if (!node->in_cluster)
        return FELT_VERDICT_BUSY;
    /* A stranger may be a member whose arrival we have not heard of: the ack is smaller than its
     * probe and keeps it from suspecting us. */
    send_ack(node, &in->from, in->member, m->probe.seq);
    if (in->member == FELT_MEMBER_NONE)
        return FELT_VERDICT_STRANGER;
    felt_generation_compare(node, in, &m->probe.digest);
    felt_sync_digest(node, in->member, &m->probe.digest);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_gossip_ack(struct felt_node *node, const struct felt_inbound *in,
                                  const struct felt_message *m)
{
    enum felt_verdict verdict = felt_swim_ack(node->swim, node->now, in->member, m->ack.seq);

    if (verdict == FELT_VERDICT_MISDIRECTED)
        verdict = felt_leaver_ack(node, in, m);
    if (verdict == FELT_VERDICT_MISDIRECTED && felt_keys_asked(node, m->ack.seq))
        verdict = FELT_VERDICT_TAKEN;
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    if (m->ack.digest.members == 0) {
        felt_introduction_begin(node, &in->from);
        return FELT_VERDICT_TAKEN;
    }
    felt_generation_compare(node, in, &m->ack.digest);
    felt_sync_digest(node, in->member, &m->ack.digest);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_gossip_probe_request(struct felt_node *node, const struct felt_inbound *in,
                                            const struct felt_message *m)
{
    uint32_t target = felt_members_find(node->members, &m->probe_request.target);

    if (target == FELT_MEMBER_NONE)
        return FELT_VERDICT_STRANGER;
    return felt_swim_help(node->swim, node->now, in->member, target, m->probe_request.seq);
}

/* How a member stands that we have just pulled is as old as its descriptor. */
static enum felt_verdict hear(struct felt_node *node, const struct felt_inbound *in,
                              const struct felt_liveness *entry)
{
    bool old = in->pulled != FELT_MEMBER_NONE && entry->state != FELT_LIVENESS_SUSPECT &&
               felt_id_equal(&entry->id, felt_members_id(node->members, in->pulled));
    enum felt_verdict verdict;

    felt_rumours_hush(node->rumours, old);
    verdict = felt_swim_rumour(node->swim, node->now, entry);
    felt_rumours_hush(node->rumours, false);
    return verdict;
}

enum felt_verdict felt_gossip_liveness(struct felt_node *node, const struct felt_inbound *in,
                                       const struct felt_message *m)
{
    struct felt_message *fetch = &node->outgoing;
    struct felt_letter letter;
    bool news = false;

    fetch->type = FELT_MESSAGE_FETCH;
    fetch->fetch.n = 0;
    for (uint32_t i = 0; i < m->liveness.n; i++) {
        const struct felt_liveness *entry = &m->liveness.entries[i];
        enum felt_verdict verdict = hear(node, in, entry);

        news |= verdict == FELT_VERDICT_TAKEN;
        /* It holds a farewell of an earlier life, which nothing but a newer descriptor undoes. */
        if (entry->state == FELT_LIVENESS_LEFT && felt_id_equal(&entry->id, felt_node_id(node)))
            felt_own_remind(node);
        if (verdict == FELT_VERDICT_STRANGER && felt_generation_asks(node, in, entry->state) &&
            fetch->fetch.n < FELT_FETCH_MAX)
            fetch->fetch.ids[fetch->fetch.n++] = entry->id;
    }
    if (news)
        felt_saver_lazy(&node->saver, node->now);
    if (fetch->fetch.n > 0) {
        uint32_t n = fetch->fetch.n;
        struct felt_id ids[FELT_FETCH_MAX];

        /* Opening a letter may use `outgoing`. */
        memcpy(ids, fetch->fetch.ids, n * sizeof(ids[0]));
        felt_letter_open_to(&letter, node, &in->from, in->member);
        fetch->type = FELT_MESSAGE_FETCH;
        fetch->fetch.n = n;
        memcpy(fetch->fetch.ids, ids, n * sizeof(ids[0]));
        felt_letter_write(&letter, fetch);
        felt_letter_post(&letter);
    }
    return news ? FELT_VERDICT_TAKEN : FELT_VERDICT_STALE;
}

felt_usec felt_gossip_deadline(const struct felt_node *node)
{
    return FELT_MIN(felt_swim_deadline(node->swim), node->tick_us);
}

/* A random member that is not dead and none of the n in `but`; FELT_MEMBER_NONE where a few draws
 * find nobody. */
static uint32_t draw(struct felt_node *node, const uint32_t *but, uint32_t n)
{
    for (unsigned tries = 0; tries < DRAWS; tries++) {
        uint32_t i = felt_members_draw(node->members, &node->prng), k = 0;

        while (k < n && but[k] != i)
            k++;
        if (i != FELT_MEMBER_NONE && k == n &&
            felt_members_peek(node->members, i)->state < FELT_MEMBER_DEAD)
            return i;
    }
    return FELT_MEMBER_NONE;
}

/* Tells a few random live members, each once, what there is to tell. */
static void tick(struct felt_node *node)
{
    uint32_t told[FELT_GOSSIP_FANOUT], n = 0;

    while (n < FELT_GOSSIP_FANOUT && (told[n] = draw(node, told, n)) != FELT_MEMBER_NONE) {
        struct felt_letter letter;

        felt_letter_open(&letter, node, told[n++]);
        if (!felt_letter_post(&letter))
            break; /* there is nothing more */
    }
    node->tick_us = FELT_USEC_NEVER;
}

void felt_gossip_wake(struct felt_node *node)
{
    felt_swim_wake(node->swim, node->now);
    if (node->tick_us <= node->now) {
        tick(node);
        if (!felt_rumours_empty(node->rumours))
            node->tick_us = felt_usec_add(node->now, FELT_GOSSIP_TICK);
    }
}

static void send(struct felt_node *node, const struct felt_swim_send *s)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, s->to);
    switch (s->kind) {
    case FELT_SWIM_PROBE:
        m->type = FELT_MESSAGE_PROBE;
        m->probe.seq = s->seq;
        m->probe.target = *felt_members_id(node->members, s->target);
        m->probe.digest = felt_node_digest(node);
        break;
    case FELT_SWIM_PROBE_REQUEST:
        m->type = FELT_MESSAGE_PROBE_REQUEST;
        m->probe_request.seq = s->seq;
        m->probe_request.target = *felt_members_id(node->members, s->target);
        break;
    case FELT_SWIM_ACK:
        m->type = FELT_MESSAGE_ACK;
        m->ack.seq = s->seq;
        m->ack.digest = felt_node_digest(node);
        break;
    case FELT_SWIM_NACK:
    case FELT_SWIM_NACK_REFUSED:
        m->type = FELT_MESSAGE_NACK;
        m->nack.seq = s->seq;
        m->nack.refused = s->kind == FELT_SWIM_NACK_REFUSED;
        break;
    }
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
}

static void report(struct felt_node *node, const struct felt_swim_change *change)
{
    static const enum felt_event_kind kinds[FELT_MEMBER_STATES] = {
        [FELT_MEMBER_ALIVE] = FELT_EVENT_MEMBER_ALIVE,
        [FELT_MEMBER_SUSPECT] = FELT_EVENT_MEMBER_SUSPECT,
        [FELT_MEMBER_DEAD] = FELT_EVENT_MEMBER_DEAD,
        [FELT_MEMBER_LEFT] = FELT_EVENT_MEMBER_LEFT,
    };

    /* Several changes in one step are one piece of news. */
    if (change->member == FELT_MEMBER_SELF ||
        felt_members_peek(node->members, change->member)->state != change->state)
        return;
    member_event(node, kinds[change->state], change->member);
    if (change->state == FELT_MEMBER_DEAD)
        felt_supersede_died(node);
}

void felt_gossip_flush(struct felt_node *node)
{
    const struct felt_swim_change *changes;
    const struct felt_swim_send *sends;
    uint32_t n;

    sends = felt_swim_sends(node->swim, &n);
    for (uint32_t i = 0; i < n; i++)
        send(node, &sends[i]);
    for (uint32_t i = 0; i < node->n_added; i++)
        if (felt_members_peek(node->members, node->added[i])->state == FELT_MEMBER_ALIVE)
            member_event(node, FELT_EVENT_MEMBER_ALIVE, node->added[i]);
    node->n_added = 0;
    changes = felt_swim_changes(node->swim, &n);
    for (uint32_t i = 0; i < n; i++)
        report(node, &changes[i]);
    if (n > 0)
        felt_saver_lazy(&node->saver, node->now);
    felt_swim_clear(node->swim);
    if (node->crowd_silent != felt_swim_crowd_silent(node->swim)) {
        node->crowd_silent = !node->crowd_silent;
        felt_outbox_event(node->outbox, FELT_EVENT_CROWD_SILENT);
    }
    if (node->tick_us == FELT_USEC_NEVER && !felt_rumours_empty(node->rumours) &&
        felt_members_count_live(node->members) > 1)
        node->tick_us = felt_usec_add(node->now, FIRST_TICK);
}
