/* SPDX-License-Identifier: Apache-2.0 */
/* Digests are kept up to date change by change; now and then they are made anew from the tables, as
 * proto/gossip.md 4.1 describes them. */
#include <string.h>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "node/core.h"
#include "node/letter.h"
#include "sim/check.h"
#include "sim/pool.h"

#define EVERY 64 /* steps of a host between two looks at it */

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(uint32_t));
}

static uint64_t members_digest(const struct felt_node *node)
{
    uint64_t sum = 0;

    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);
        uint8_t text[16 + 8 + 8 + 1];

        if (m->state == FELT_MEMBER_LEFT)
            continue;
        memcpy(text, felt_members_id(node->members, i)->b, 16);
        felt_put_be64(text + 16, m->descriptor->version);
        felt_put_be64(text + 24, m->incarnation);
        text[32] = m->state == FELT_MEMBER_DEAD;
        sum += felt_hash64(text, sizeof(text));
    }
    return sum;
}

static uint64_t slots_digest(const struct felt_node *node)
{
    uint64_t sum = 0;

    for (uint32_t slot = 0; slot < felt_slot_map_slots(node->map); slot++) {
        struct felt_slot entry = felt_slot_map_get(node->map, slot);
        uint8_t text[4 + 16 + 8 + 4];

        if (entry.term == 0)
            continue;
        felt_put_be32(text, slot);
        memcpy(text + 4, entry.owner.b, 16);
        felt_put_be64(text + 20, entry.term);
        felt_put_be32(text + 28, entry.seq);
        sum += felt_hash64(text, sizeof(text));
    }
    return sum;
}

static uint64_t notices_digest(const struct felt_node *node)
{
    struct felt_notice_place at = {0};
    struct felt_notice notice;
    uint64_t sum = 0;

    while (felt_notices_next(node->notices, &at, &notice)) {
        uint8_t text[4 + 8 + FELT_NOTICE_VALUE_MAX];

        felt_put_be32(text, notice.key);
        felt_put_be64(text + 4, notice.version);
        if (notice.value.len > 0)
            memcpy(text + 12, notice.value.data, notice.value.len);
        sum += felt_hash64(text, 12 + notice.value.len);
    }
    return sum;
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct felt_node *node = sim->hosts[host].node;
    uint32_t *steps = (uint32_t *)context + host;
    struct felt_digest digest;

    (void)input;
    (void)effects;
    if (++*steps % EVERY != 0)
        return;
    digest = felt_node_digest(node);
    if (digest.members != members_digest(node))
        sim_violated(sim, "%s: the digest of the members is not theirs", sim->hosts[host].name);
    /* While an era that was forced is not durable, the one before is shown. */
    if (node->map && digest.era == node->era && digest.slots != slots_digest(node))
        sim_violated(sim, "%s: the digest of the slots is not theirs", sim->hosts[host].name);
    if (node->notices && digest.notices != notices_digest(node))
        sim_violated(sim, "%s: the digest of the notices is not theirs", sim->hosts[host].name);
}

const struct sim_check sim_check_digest = {
    .name = "digest",
    .what = "digests are those of the tables",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
