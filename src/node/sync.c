/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sync.h"

#include "node/core.h"
#include "node/member_pull.h"

/* For an answer, which may be fifty letters, behind as many for others. */
#define PATIENCE_MIN  (200 * FELT_USEC_MS)
#define PATIENCE_MAX  (500 * FELT_USEC_MS)
#define PATIENCE_RTTS 4 /* of the probe timeouts to that member */
#define DOUBLINGS_MAX 4 /* then it is asked each 3 to 8 s */

void felt_sync_init(struct felt_sync *sync)
{
    *sync = (struct felt_sync){0};
    felt_difference_init(&sync->members);
    felt_difference_init(&sync->slots);
    felt_difference_init(&sync->notices);
}

void felt_sync_free(struct felt_sync *sync)
{
    felt_member_pull_free(sync->member_pull);
    sync->member_pull = NULL;
}

felt_usec felt_sync_deadline(const struct felt_node *node)
{
    if (!node->started)
        return FELT_USEC_NEVER;
    return FELT_MIN(FELT_MIN(felt_member_pull_deadline(node), felt_slot_pull_deadline(node)),
                    felt_crier_deadline(node));
}

void felt_sync_wake(struct felt_node *node)
{
    felt_member_pull_wake(node);
    felt_slot_pull_wake(node);
    felt_crier_wake(node);
}

bool felt_sync_done(const struct felt_node *node)
{
    return node->in_cluster && (felt_members_count(node->members) -
                                        felt_members_count_state(node->members, FELT_MEMBER_LEFT) ==
                                    1 ||
                                (node->sync.members.met && node->sync.slots.met));
}

void felt_sync_hurry(struct felt_node *node)
{
    felt_difference_hurry(&node->sync.members, node->now);
    felt_difference_hurry(&node->sync.slots, node->now);
    felt_difference_hurry(&node->sync.notices, node->now);
}

void felt_sync_first(struct felt_node *node, uint32_t member)
{
    struct felt_sync *sync = &node->sync;

    if (!sync->members.hurry || node->now < sync->members.next_us)
        return;
    felt_difference_pulled(&sync->members, node->now);
    felt_member_pull_begin(node, member);
    if (node->era == 0)
        return; /* the whole map is on its way */
    felt_difference_pulled(&sync->slots, node->now);
    felt_slot_pull_begin(node, member);
    felt_difference_pulled(&sync->notices, node->now);
    felt_crier_pull(node, member);
}

void felt_sync_ahead(struct felt_node *node, uint32_t member, bool comes)
{
    felt_slot_pull_ahead(node, member, comes);
}

static void compare_slots(struct felt_node *node, uint32_t member, const struct felt_digest *digest)
{
    if (digest->era <= node->era)
        felt_slot_pull_not_ahead(node, member);
    if (digest->era > 0 && digest->era + 1 == node->era)
        felt_era_tell(node, member);
    if (!node->configured || digest->era < node->era || digest->era == 0)
        return;
    if (digest->era > node->era) {
        felt_slot_pull_ahead(node, member, false);
        return;
    }
    if (felt_difference_seen(&node->sync.slots, node->now, member,
                             digest->slots != felt_slot_map_digest(node->map)))
        felt_slot_pull_begin(node, member);
}

static void compare_notices(struct felt_node *node, uint32_t member,
                            const struct felt_digest *digest)
{
    /* Who has no map yet may not know what a network is. */
    if (!node->configured || digest->era == 0)
        return;
    if (felt_difference_seen(&node->sync.notices, node->now, member,
                             digest->notices != felt_notices_digest(node->notices)))
        felt_crier_pull(node, member);
}

void felt_sync_digest(struct felt_node *node, uint32_t member, const struct felt_digest *digest)
{
    bool done = felt_sync_done(node), differs, begin;

    differs = digest->members != felt_members_digest(node->members);
    begin = felt_difference_seen(&node->sync.members, node->now, member, differs);
    if (begin || (differs && node->sync.member_pull))
        felt_member_pull_begin(node, member);
    compare_slots(node, member, digest);
    compare_notices(node, member, digest);
    /* Now what is nobody's may be cleared away. */
    if (!done && felt_sync_done(node))
        node->peers_changed = true;
}

void felt_sync_equal(struct felt_node *node, struct felt_difference *table, uint32_t member)
{
    bool done = felt_sync_done(node);

    felt_difference_seen(table, node->now, member, false);
    if (!done && felt_sync_done(node))
        node->peers_changed = true;
}

felt_usec felt_sync_patience(const struct felt_node *node, uint32_t member, unsigned silent)
{
    const struct felt_contact *contact = felt_members_peek(node->members, member)->contact;
    felt_usec time = PATIENCE_MAX;

    if (contact)
        time = PATIENCE_RTTS * felt_rtt_timeout(&contact->rtt);
    time = FELT_MIN(FELT_MAX(time, (felt_usec)PATIENCE_MIN), (felt_usec)PATIENCE_MAX);
    return time << FELT_MIN(silent, (unsigned)DOUBLINGS_MAX);
}
