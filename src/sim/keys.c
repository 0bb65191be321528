/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/keys.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "node/state.h"

/* The key of the notice (proto/lease.md 8.1). */
static uint32_t place(uint32_t n_slots)
{
    return n_slots + 1;
}

static bool read_disk(const struct sim *sim, uint32_t host, uint64_t *ret_version,
                      struct felt_keyring *ret_ring)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    struct felt_bytes bytes = sim_disk_read(&sim->hosts[host].disk);
    enum felt_node_refusal refusal;

    if (bytes.len == 0 || felt_state_decode(bytes, &record, &refusal) < 0)
        return false;
    for (uint32_t i = 0; i < record.n_notices; i++)
        if (record.notices[i].key == place(record.n_slots)) {
            *ret_version = record.notices[i].version;
            return felt_keyring_decode(record.notices[i].value, ret_ring) == 0;
        }
    return false;
}

bool sim_keys_on_disk(const struct sim *sim, uint32_t host, struct felt_keyring *ret_ring)
{
    uint64_t version;

    return read_disk(sim, host, &version, ret_ring);
}

static bool read_node(const struct sim *sim, uint32_t host, uint64_t *ret_version,
                      struct felt_keyring *ret_ring)
{
    const struct felt_node *node = sim->hosts[host].node;
    struct felt_notice notice;

    if (!node || !node->notices ||
        !felt_notices_get(node->notices, place(felt_slot_map_slots(node->map)), &notice))
        return false;
    *ret_version = notice.version;
    return felt_keyring_decode(notice.value, ret_ring) == 0;
}

typedef bool source_fn(const struct sim *sim, uint32_t host, uint64_t *ret_version,
                       struct felt_keyring *ret_ring);

/* Of one version the larger value is what all will have (proto/lease.md 8.1). */
static bool is_larger(const struct felt_keyring *a, const struct felt_keyring *b)
{
    uint8_t x[FELT_KEYRING_BYTES] = {0}, y[FELT_KEYRING_BYTES] = {0};

    felt_keyring_encode(a, x);
    felt_keyring_encode(b, y);
    return memcmp(x, y, sizeof(x)) > 0;
}

/* The newest of all rings that are in sight; false where there is none. An operator does not look
 * at the disks of machines that are gone. */
static bool newest(const struct sim *sim, source_fn *source, struct felt_keyring *ret_ring)
{
    uint64_t version = 0, one;
    struct felt_keyring ring;

    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (!sim->hosts[i].gone && source(sim, i, &one, &ring) &&
            (one > version || (one == version && is_larger(&ring, ret_ring)))) {
            version = one;
            *ret_ring = ring;
        }
    return version > 0;
}

/* Where nobody has a ring any more, somebody may have joined by a token of its key, or may never
 * have heard of a ring. */
static bool newest_file(const struct sim *sim, struct felt_keyring *ret_ring)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (!sim->hosts[i].gone && sim->hosts[i].has_key && sim_host_is_member_on_disk(sim, i)) {
            felt_keyring_init(ret_ring, &sim->hosts[i].key);
            return true;
        }
    return false;
}

static bool newest_of_all(const struct sim *sim, struct felt_keyring *ret_ring)
{
    return sim->rotated && (newest(sim, read_node, ret_ring) || newest(sim, read_disk, ret_ring) ||
                            newest_file(sim, ret_ring));
}

bool sim_keys_hold(const struct felt_keyring *ring, const struct felt_cluster_key *key)
{
    const struct felt_cluster_key *other = felt_keyring_accepted(ring);

    return memcmp(felt_keyring_sealing(ring), key, sizeof(*key)) == 0 ||
           (other && memcmp(other, key, sizeof(*key)) == 0);
}

bool sim_keys_lost(const struct sim *sim, uint32_t host)
{
    const struct sim_host *h = &sim->hosts[host];
    bool excused = h->disk.story.rolled_back > 0 || h->disk.story.copied > 0 || h->twin ||
                   (h->node && h->unwaited);
    struct felt_keyring ours, all;

    if (!newest_of_all(sim, &all))
        return false;
    /* All disks with the ring are gone: who has only one of its keys cannot know the other. */
    excused |= !newest(sim, read_node, &ours) && !newest(sim, read_disk, &ours);
    if (!excused)
        return false;
    if (!sim_keys_on_disk(sim, host, &ours))
        felt_keyring_init(&ours, &h->key);
    return !sim_keys_hold(&all, felt_keyring_sealing(&ours)) &&
           !(felt_keyring_accepted(&ours) && sim_keys_hold(&all, felt_keyring_accepted(&ours)));
}

struct felt_cluster_key sim_keys_of(struct sim *sim, uint32_t host, bool *ret_by_hand)
{
    struct sim_host *h = &sim->hosts[host];
    struct felt_keyring ring;

    *ret_by_hand = h->has_key && h->disk.len > 0 && (h->lost || sim_keys_lost(sim, host));
    h->lost = false;
    if (h->disk.len > 0 && h->has_key && !*ret_by_hand)
        return h->key;
    memset(h->key.secret, 7, sizeof(h->key.secret));
    if (newest_of_all(sim, &ring))
        h->key = *felt_keyring_sealing(&ring);
    h->has_key = true;
    return h->key;
}

static bool say(char *text, size_t size, const struct sim_host *h, const char *what)
{
    snprintf(text, size, "%s %s", h->name, what);
    return false;
}

bool sim_keys_rest(const struct sim *sim, char *text, size_t size)
{
    const struct felt_node *first = NULL;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        const struct sim_host *h = &sim->hosts[i];

        if (!sim_host_runs(sim, i))
            continue;
        if (felt_members_count_state(h->node->members, FELT_MEMBER_DEAD) > 0)
            return true;
        if (h->node->keys.ring.phase != FELT_KEYRING_ONE)
            return say(text, size, h, "has two keys");
        if (first && !felt_keyring_equal(&first->keys.ring, &h->node->keys.ring) &&
            first->notices && felt_notices_count(first->notices) > 0)
            return say(text, size, h, "has another key");
        first = h->node;
    }
    return true;
}
