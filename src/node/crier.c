/* SPDX-License-Identifier: Apache-2.0 */
#include "node/crier.h"

#include <string.h>

#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

bool felt_crier_enter(struct felt_node *node, uint32_t key, struct felt_bytes value)
{
    struct felt_notice notice;

    felt_notices_get(node->notices, key, &notice);
    if (notice.version == UINT64_MAX)
        return false;
    notice.version++;
    notice.value = value;
    if (felt_notices_merge(node->notices, &notice) != FELT_MERGE_NEWER)
        return false;
    felt_rumours_add(node->rumours, FELT_RUMOUR_NOTICES, key, 1);
    node->crier.save = felt_saver_must(&node->saver);
    felt_bridge_noticed(node, key);
    felt_keys_noticed(node, key);
    felt_setter_noticed(node, key, felt_node_id(node));
    return true;
}

bool felt_crier_settled(const struct felt_node *node)
{
    return node->saver.durable >= node->crier.save;
}

/* The member that we ask: FELT_MEMBER_NONE where it is gone. */
static uint32_t asked(const struct felt_node *node)
{
    const struct felt_crier *crier = &node->crier;

    return crier->running ? felt_members_find(node->members, &crier->from) : FELT_MEMBER_NONE;
}

static void ask(struct felt_node *node)
{
    struct felt_crier *crier = &node->crier;
    struct felt_message *m = &node->outgoing;
    uint32_t member = asked(node);
    struct felt_letter letter;

    if (member == FELT_MEMBER_NONE) {
        crier->running = false;
        return;
    }
    felt_letter_open(&letter, node, member);
    m->type = FELT_MESSAGE_SYNC_NOTICES;
    m->sync_notices.first = crier->first;
    memcpy(m->sync_notices.hashes, felt_notices_buckets(node->notices),
           sizeof(m->sync_notices.hashes));
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    crier->late_us = felt_usec_add(node->now, felt_sync_patience(node, member, 0));
}

void felt_crier_pull(struct felt_node *node, uint32_t member)
{
    struct felt_crier *crier = &node->crier;

    if (crier->running)
        return;
    crier->running = true;
    crier->from = *felt_members_id(node->members, member);
    /* Anywhere, so that in the end all comes, however early answers break off. */
    crier->first = (uint32_t)felt_prng_below(&node->prng, FELT_BUCKETS);
    crier->walked = 0;
    crier->heard = false;
    ask(node);
}

enum felt_verdict felt_crier_heard(struct felt_node *node, const struct felt_inbound *in,
                                   const struct felt_message *m)
{
    struct felt_crier *crier = &node->crier;
    bool pulled = asked(node) == in->member;
    enum felt_verdict verdict = FELT_VERDICT_STALE;

    if (!node->configured)
        return FELT_VERDICT_BUSY;
    if (pulled) {
        crier->heard = true;
        crier->late_us = felt_usec_add(node->now, felt_sync_patience(node, in->member, 0));
    }
    for (uint32_t i = 0; i < m->notices.n; i++) {
        const struct felt_notice *notice = &m->notices.entries[i];
        enum felt_merge merge;

        if (notice->key >= felt_notices_keys_max(node->notices))
            continue; /* a later version's */
        merge = felt_notices_merge(node->notices, notice);
        if (merge == FELT_MERGE_FULL)
            return FELT_VERDICT_BUSY;
        if (merge != FELT_MERGE_NEWER)
            continue;
        verdict = FELT_VERDICT_TAKEN;
        felt_bridge_noticed(node, notice->key);
        felt_keys_noticed(node, notice->key);
        felt_setter_noticed(node, notice->key, &in->envelope.sender);
        if (!pulled) /* what was pulled others know already */
            felt_rumours_add(node->rumours, FELT_RUMOUR_NOTICES, notice->key, 1);
    }
    if (verdict == FELT_VERDICT_TAKEN)
        felt_saver_lazy(&node->saver, node->now);
    return verdict;
}

enum felt_verdict felt_crier_answered(struct felt_node *node, const struct felt_inbound *in,
                                      const struct felt_message *m)
{
    struct felt_crier *crier = &node->crier;
    uint32_t step = (m->answered.next + FELT_BUCKETS - crier->first) % FELT_BUCKETS;

    if (asked(node) != in->member)
        return FELT_VERDICT_STALE;
    if (!m->answered.more && crier->walked == 0 && !crier->heard)
        felt_sync_equal(node, &node->sync.notices, in->member);
    crier->walked += FELT_MAX(step, 1u);
    crier->first = m->answered.next;
    if (m->answered.more && crier->walked < FELT_BUCKETS)
        ask(node);
    else
        crier->running = false;
    return FELT_VERDICT_TAKEN;
}

felt_usec felt_crier_deadline(const struct felt_node *node)
{
    return node->crier.running ? node->crier.late_us : FELT_USEC_NEVER;
}

void felt_crier_wake(struct felt_node *node)
{
    if (felt_crier_deadline(node) <= node->now)
        node->crier.running = false; /* what still differs shows in the next digest */
}
