/* SPDX-License-Identifier: Apache-2.0 */
#include "node/state.h"

#include <errno.h>
#include <string.h>

#include "base/mutant.h"
#include "crypto/hash.h"
#include "node/bootstrap.h"
#include "node/core.h"

/* The frame: magic, version, length of the record, checksum of the record; proto/state.md 2. */
static const uint8_t magic[6] = {'f', 'e', 'l', 't', 's', 't'};
#define VERSION 1

enum {
    AT_VERSION = sizeof(magic),
    AT_LENGTH = AT_VERSION + 2,
    AT_CHECKSUM = AT_LENGTH + 4,
    AT_RECORD = AT_CHECKSUM + FELT_CHECKSUM_LEN,
};

uint8_t *felt_state_encode(const struct felt_record *record, size_t *ret_len)
{
    size_t len = felt_record_size(record);
    uint8_t *b = malloc(AT_RECORD + len);

    if (!b)
        return NULL;
    memcpy(b, magic, sizeof(magic));
    felt_put_be16(b + AT_VERSION, VERSION);
    felt_put_be32(b + AT_LENGTH, (uint32_t)len);
    felt_record_encode(record, b + AT_RECORD, len);
    felt_checksum(b + AT_RECORD, len, b + AT_CHECKSUM);
    *ret_len = AT_RECORD + len;
    return b;
}

int felt_state_decode(struct felt_bytes bytes, struct felt_record *ret_record,
                      enum felt_node_refusal *ret_refusal)
{
    uint8_t sum[FELT_CHECKSUM_LEN];
    struct felt_bytes record;
    int r;

    *ret_refusal = FELT_NODE_STATE_CORRUPT;
    if (bytes.len < AT_RECORD || memcmp(bytes.data, magic, sizeof(magic)) != 0)
        return -EINVAL;
    if (felt_get_be16(bytes.data + AT_VERSION) > VERSION) {
        *ret_refusal = FELT_NODE_STATE_NEWER;
        return -EINVAL;
    }
    record = felt_bytes(bytes.data + AT_RECORD, bytes.len - AT_RECORD);
    if (felt_get_be16(bytes.data + AT_VERSION) != VERSION ||
        felt_get_be32(bytes.data + AT_LENGTH) != record.len)
        return -EINVAL;
    felt_checksum(record.data, record.len, sum);
    if (memcmp(sum, bytes.data + AT_CHECKSUM, sizeof(sum)) != 0)
        return -EINVAL;
    r = felt_record_decode(record, ret_record);
    if (r == 0)
        *ret_refusal = FELT_NODE_OK;
    return r;
}

/* The runs of the map in a new array. */
static struct felt_run *runs_of(const struct felt_slot_map *map, uint32_t *ret_n)
{
    uint32_t slots = felt_slot_map_slots(map), n = 0;
    struct felt_run *runs;

    for (uint32_t at = 0; at < slots; n++)
        at += felt_slot_map_run(map, at, slots).count;
    runs = calloc(n, sizeof(*runs));
    if (!runs)
        return NULL;
    for (uint32_t at = 0, i = 0; at < slots; at += runs[i++].count)
        runs[i] = felt_slot_map_run(map, at, slots);
    *ret_n = n;
    return runs;
}

/* How long owners have been silent, in a new array. */
static struct felt_silent *silences_of(const struct felt_node *node, uint32_t *ret_n)
{
    const struct felt_silence *silence = node->hearing.silence;
    uint32_t n = felt_silence_count(silence);
    struct felt_silent *silences = calloc(n + 1, sizeof(*silences)); /* calloc(0) may be NULL */

    if (!silences)
        return NULL;
    for (uint32_t i = 0; i < n; i++)
        silences[i].seconds = FELT_MIN(felt_silence_at(silence, i, &silences[i].id) / FELT_USEC_SEC,
                                       (felt_usec)UINT32_MAX);
    *ret_n = n;
    return silences;
}

static struct felt_member_record *members_of(const struct felt_node *node, uint32_t *ret_n)
{
    uint32_t n = 0;
    struct felt_member_record *records =
        calloc(felt_members_count(node->members), sizeof(*records));

    if (!records)
        return NULL;
    for (uint32_t i = felt_members_next(node->members, FELT_MEMBER_SELF + 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);
        struct felt_member_record *record = &records[n++];

        *record = (struct felt_member_record){
            .body = felt_bytes(m->descriptor->body, m->descriptor->body_len),
            .incarnation = m->incarnation,
            .state = felt_swim_liveness(node->swim, i).state,
            .session = m->contact ? m->contact->replay.session : 0,
            .save = m->contact ? m->contact->save : 0,
            .left_generation = felt_generation_noted(node, i),
        };
        memcpy(record->signature, m->descriptor->signature, FELT_SIGNATURE_LEN);
    }
    *ret_n = n;
    return records;
}

/* All notices, values borrowed, in a new array. */
static struct felt_notice *notices_of(const struct felt_node *node, uint32_t *ret_n)
{
    struct felt_notice *notices = calloc(felt_notices_count(node->notices) + 1, sizeof(*notices));
    struct felt_notice_place at = {0};
    uint32_t n = 0;

    if (!notices)
        return NULL;
    while (felt_notices_next(node->notices, &at, &notices[n]))
        n++;
    *ret_n = n;
    return notices;
}

uint8_t *felt_state_of_node(const struct felt_node *node, uint64_t save, size_t *ret_len)
{
    _cleanup_(felt_freep) struct felt_member_record *members = NULL;
    _cleanup_(felt_freep) struct felt_silent *silences = NULL;
    _cleanup_(felt_freep) struct felt_notice *notices = NULL;
    _cleanup_(felt_freep) struct felt_run *runs = NULL;
    struct felt_record record = {
        .in_cluster = node->in_cluster,
        .session = node->session,
        .save = save,
        .generation = node->generation.number,
        .era = node->era,
        .config = felt_bytes(node->config_text, strlen(node->config_text)),
        .has_lease = node->has_lease,
        .lease = node->has_lease ? node->lease : 0,
        .lease_time = node->setter.founding_us / FELT_USEC_SEC,
        .acceptor = node->acceptor,
        .n_gifts = node->gifts.n,
        .gifts = (struct felt_gift_record *)node->gifts.gifts,
    };

    /* Who has left is nobody. Its key ends with it: others may not have heard yet what it gave
     * away, and would tell it that all of that is its own. */
    if (felt_leaver_closing(node))
        return felt_state_encode(&(struct felt_record){0}, ret_len);
    memcpy(record.identity, node->identity.seed, sizeof(record.identity));
    memcpy(record.cluster, node->cluster, sizeof(record.cluster));
    memcpy(record.machine, node->machine, sizeof(record.machine));
    record.n_freed = node->freed.n;
    memcpy(record.freed, node->freed.slots, sizeof(record.freed));
    felt_bootstrap_save(node, &record);
    record.members = members = members_of(node, &record.n_members);
    record.silences = silences = silences_of(node, &record.n_silences);
    if (node->decision.era == node->era)
        record.decided = node->decision.value;
    if (!members || !silences)
        return NULL;
    if (node->era > 0) {
        record.n_slots = felt_slot_map_slots(node->map);
        record.runs = runs = runs_of(node->map, &record.n_runs);
        record.notices = notices = notices_of(node, &record.n_notices);
        if (!runs || !notices)
            return NULL;
    }
    return felt_state_encode(&record, ret_len);
}

static int restore_map(struct felt_node *node, const struct felt_record *record)
{
    uint32_t slot = 0;

    if (record->era == 0)
        return 0;
    if (!node->configured || record->n_slots != felt_slot_map_slots(node->map))
        return -EINVAL;
    for (uint32_t i = 0; i < record->n_runs; i++) {
        const struct felt_run *run = &record->runs[i];
        struct felt_slot entry = {.owner = run->owner, .term = run->term, .seq = run->seq};

        if (run->term == 0 || run->term > record->era)
            return -EINVAL;
        for (uint32_t end = slot + run->count; slot < end; slot++)
            if (felt_slot_map_merge(node->map, slot, &entry) == FELT_MERGE_FULL)
                return -ENOMEM;
    }
    node->era = record->era;
    if (!FELT_MUTANT(VOTE_FORGOT))
        node->acceptor = record->acceptor;
    if (record->decided.n > 0)
        node->decision = (struct felt_decision){.era = record->era, .value = record->decided};
    for (uint32_t i = 0; i < record->n_notices; i++)
        if (felt_notices_merge(node->notices, &record->notices[i]) == FELT_MERGE_FULL)
            return -ENOMEM;
    felt_bridge_restored(node);
    felt_setter_restored(node); /* before the silences, which were counted so */
    for (uint32_t i = 0; i < record->n_silences; i++)
        if (felt_silence_learn(node->hearing.silence, &record->silences[i].id,
                               record->silences[i].seconds * FELT_USEC_SEC) < 0)
            return -ENOMEM;
    return 0;
}

static int restore_member(struct felt_node *node, const struct felt_member_record *record)
{
    enum felt_verdict verdict;
    struct felt_descriptor d;
    struct felt_contact *contact;
    struct felt_id id;
    uint32_t i;

    if (felt_descriptor_decode(record->body, &d) < 0)
        return -EINVAL;
    felt_identity_id(d.public_key, &id);
    if (felt_members_find(node->members, &id) != FELT_MEMBER_NONE)
        return -EINVAL;
    verdict = felt_members_add(node->members, &id, &d, record->body, record->signature,
                               record->incarnation, &i);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict == FELT_VERDICT_BUSY ? -ENOMEM : -EINVAL; /* more than we ever save */
    /* A suspicion does not survive us: it is dead or it is worth a new probe. */
    if (record->state == FELT_LIVENESS_DEAD)
        felt_members_set_state(node->members, i, FELT_MEMBER_DEAD, record->incarnation);
    if (record->state == FELT_LIVENESS_LEFT)
        felt_members_set_state(node->members, i, FELT_MEMBER_LEFT, record->incarnation);
    if (felt_generation_restore(node, i, record->left_generation) < 0)
        return -ENOMEM;
    if (record->session > 0 || record->save > 0) {
        contact = felt_members_contact(node->members, i);
        if (!contact)
            return -ENOMEM;
        contact->replay.session = record->session;
        contact->save = record->save;
    }
    felt_swim_added(node->swim, i);
    return 0;
}

int felt_state_restore(struct felt_node *node, const struct felt_record *record)
{
    int r;

    node->generation.number = record->generation;
    if (record->in_cluster)
        felt_setter_lease_time(node, record->lease_time * FELT_USEC_SEC);

    if (record->config.len > 0) {
        r = felt_node_configure(node, (const char *)record->config.data, record->config.len);
        if (r < 0)
            return r;
    }
    r = restore_map(node, record);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < record->n_members; i++) {
        r = restore_member(node, &record->members[i]);
        if (r < 0)
            return r;
    }
    for (uint32_t i = 0; i < record->n_gifts; i++)
        felt_gift_log_add(&node->gifts, &record->gifts[i]);
    for (uint32_t i = 0; i < record->n_freed; i++)
        felt_freed_note(&node->freed, record->freed[i]);
    if (record->has_lease && node->era > 0 &&
        felt_slot_map_owns(node->map, felt_node_id(node), record->lease)) {
        node->has_lease = true;
        node->lease = record->lease;
    }
    return 0;
}
