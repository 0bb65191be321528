/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/slot_map.h"

#include <errno.h>
#include <string.h>

#include "base/id_map.h"
#include "base/mutant.h"
#include "crypto/hash.h"

/* Owners are named by a small number, so that a slot takes 16 bytes. */
struct cell {
    uint64_t term;
    uint32_t seq;
    uint32_t owner;
};

struct owner {
    struct felt_id id;
    uint32_t stake; /* 0: the place is free */
};

struct felt_slot_map {
    uint32_t n_slots;
    uint32_t known;
    struct cell *cells;
    uint32_t n_owners; /* places in use, free ones included */
    uint32_t owners_capacity;
    uint32_t free_from; /* no place below it is free */
    struct owner *owners;
    struct felt_id_map *places; /* of owners with a stake */
    uint64_t buckets[FELT_BUCKETS];
};

static const struct felt_id *id_of(const void *owner, uint32_t place)
{
    const struct felt_slot_map *map = owner;

    return &map->owners[place].id;
}

int felt_slot_map_new(uint32_t n_slots, struct felt_slot_map **ret_map)
{
    _cleanup_(felt_slot_map_freep) struct felt_slot_map *map = calloc(1, sizeof(*map));
    int r;

    assert(n_slots > 0 && n_slots <= FELT_SLOTS_MAX);
    if (!map)
        return -ENOMEM;
    map->n_slots = n_slots;
    map->cells = calloc(n_slots, sizeof(*map->cells));
    if (!map->cells)
        return -ENOMEM;
    /* A slot's new owner enters before the one before it goes. */
    r = felt_id_map_new(n_slots + 1, id_of, map, &map->places);
    if (r < 0)
        return r;
    *ret_map = FELT_TAKE(map);
    return 0;
}

void felt_slot_map_free(struct felt_slot_map *map)
{
    if (!map)
        return;
    felt_id_map_free(map->places);
    free(map->owners);
    free(map->cells);
    free(map);
}

uint32_t felt_slot_map_slots(const struct felt_slot_map *map)
{
    return map->n_slots;
}

uint32_t felt_slot_map_known(const struct felt_slot_map *map)
{
    return map->known;
}

static const struct cell *cell_at(const struct felt_slot_map *map, uint32_t slot)
{
    assert(slot < map->n_slots);
    return &map->cells[slot];
}

struct felt_slot felt_slot_map_get(const struct felt_slot_map *map, uint32_t slot)
{
    const struct cell *c = cell_at(map, slot);
    struct felt_slot entry = {.term = c->term, .seq = c->seq};

    if (c->term > 0)
        entry.owner = map->owners[c->owner].id;
    return entry;
}

bool felt_slot_map_owns(const struct felt_slot_map *map, const struct felt_id *id, uint32_t slot)
{
    const struct cell *c = cell_at(map, slot);

    return c->term > 0 && felt_id_equal(&map->owners[c->owner].id, id);
}

uint32_t felt_slot_map_stake(const struct felt_slot_map *map, const struct felt_id *id)
{
    uint32_t place = felt_id_map_get(map->places, id);

    return place == FELT_ID_MAP_NONE ? 0 : map->owners[place].stake;
}

uint32_t felt_slot_map_owners(const struct felt_slot_map *map)
{
    return felt_id_map_count(map->places);
}

/* The place of id among the owners, which it enters if need be. FELT_ID_MAP_NONE: no memory. */
static uint32_t owner_place(struct felt_slot_map *map, const struct felt_id *id)
{
    uint32_t place = felt_id_map_get(map->places, id);

    if (place != FELT_ID_MAP_NONE)
        return place;
    for (place = map->free_from; place < map->n_owners && map->owners[place].stake > 0; place++)
        ;
    map->free_from = place;
    if (place == map->owners_capacity) {
        uint32_t capacity = map->owners_capacity ? map->owners_capacity * 2 : 4;
        struct owner *owners = realloc(map->owners, capacity * sizeof(*owners));

        if (!owners)
            return FELT_ID_MAP_NONE;
        map->owners = owners;
        map->owners_capacity = capacity;
    }
    if (!felt_id_map_put(map->places, id, place))
        return FELT_ID_MAP_NONE;
    map->n_owners = FELT_MAX(map->n_owners, place + 1);
    map->owners[place] = (struct owner){.id = *id};
    return place;
}

/* An owner of nothing leaves. */
static void remove_owner(struct felt_slot_map *map, uint32_t place)
{
    felt_id_map_remove(map->places, &map->owners[place].id);
    map->free_from = FELT_MIN(map->free_from, place);
}

static uint32_t bucket_of(const struct felt_slot_map *map, uint32_t slot)
{
    return (uint32_t)((uint64_t)slot * FELT_BUCKETS / map->n_slots);
}

static uint64_t cell_hash(const struct felt_slot_map *map, uint32_t slot)
{
    const struct cell *c = &map->cells[slot];
    uint8_t text[4 + FELT_ID_LEN + 8 + 4];

    if (c->term == 0)
        return 0;
    felt_put_be32(text, slot);
    memcpy(text + 4, map->owners[c->owner].id.b, FELT_ID_LEN);
    felt_put_be64(text + 4 + FELT_ID_LEN, c->term);
    felt_put_be32(text + 12 + FELT_ID_LEN, c->seq);
    return felt_hash64(text, sizeof(text));
}

static bool set(struct felt_slot_map *map, uint32_t slot, const struct felt_slot *entry)
{
    uint64_t *bucket = &map->buckets[bucket_of(map, slot)];
    uint32_t place = owner_place(map, &entry->owner);
    struct cell *c = &map->cells[slot];

    if (place == FELT_ID_MAP_NONE)
        return false;
    *bucket -= cell_hash(map, slot);
    map->owners[place].stake++;
    if (c->term == 0)
        map->known++;
    else if (--map->owners[c->owner].stake == 0)
        remove_owner(map, c->owner);
    *c = (struct cell){.term = entry->term, .seq = entry->seq, .owner = place};
    *bucket += cell_hash(map, slot);
    return true;
}

enum felt_merge felt_slot_map_merge(struct felt_slot_map *map, uint32_t slot,
                                    const struct felt_slot *entry)
{
    const struct cell *c = cell_at(map, slot);
    const struct felt_id *owner = c->term > 0 ? &map->owners[c->owner].id : NULL;
    int order;

    assert(entry->term > 0);
    if (entry->term != c->term)
        order = entry->term > c->term ? 1 : -1;
    else
        order = entry->seq > c->seq ? 1 : entry->seq < c->seq ? -1 : 0;
    if (order < 0)
        return FELT_MERGE_OLDER;
    if (order > 0)
        return set(map, slot, entry) ? FELT_MERGE_NEWER : FELT_MERGE_FULL;
    if (felt_id_equal(&entry->owner, owner))
        return FELT_MERGE_SAME;
    if (felt_id_cmp(&entry->owner, owner) < 0 && !set(map, slot, entry))
        return FELT_MERGE_FULL;
    return FELT_MERGE_FORK;
}

enum felt_merge felt_slot_map_merge_all(struct felt_slot_map *map, const struct felt_slot_map *from)
{
    enum felt_merge worst = FELT_MERGE_SAME;

    assert(map->n_slots == from->n_slots);
    for (uint32_t i = 0; i < from->n_slots; i++) {
        struct felt_slot entry = felt_slot_map_get(from, i);

        if (entry.term > 0) {
            enum felt_merge merge = felt_slot_map_merge(map, i, &entry);

            worst = FELT_MAX(worst, merge);
        }
    }
    return worst;
}

bool felt_slot_map_give(struct felt_slot_map *map, uint32_t slot, const struct felt_id *to)
{
    struct felt_slot entry = felt_slot_map_get(map, slot);

    assert(entry.term > 0);
    if (entry.seq == UINT32_MAX)
        return false;
    if (!FELT_MUTANT(SEQ_KEPT))
        entry.seq++;
    entry.owner = *to;
    return set(map, slot, &entry);
}

bool felt_slot_map_next_owner(const struct felt_slot_map *map, uint32_t *at, struct felt_id *ret_id,
                              uint32_t *ret_stake)
{
    while (*at < map->n_owners && map->owners[*at].stake == 0)
        ++*at;
    if (*at == map->n_owners)
        return false;
    *ret_id = map->owners[*at].id;
    *ret_stake = map->owners[(*at)++].stake;
    return true;
}

uint64_t felt_slot_map_owned_hash(const struct felt_slot_map *map, const struct felt_id *id)
{
    uint32_t place = felt_id_map_get(map->places, id);
    uint64_t sum = 0;

    for (uint32_t slot = 0; place != FELT_ID_MAP_NONE && slot < map->n_slots; slot++)
        if (map->cells[slot].term > 0 && map->cells[slot].owner == place)
            sum += cell_hash(map, slot);
    return sum;
}

struct felt_run felt_slot_map_run(const struct felt_slot_map *map, uint32_t first, uint32_t end)
{
    const struct cell *c = cell_at(map, first), *next = c + 1;
    struct felt_slot entry = felt_slot_map_get(map, first);

    assert(end <= map->n_slots);
    while (next < map->cells + end && next->term == c->term && next->seq == c->seq &&
           (c->term == 0 || next->owner == c->owner))
        next++;
    return (struct felt_run){
        .count = (uint32_t)(next - c), .owner = entry.owner, .term = c->term, .seq = c->seq};
}

uint64_t felt_slot_map_digest(const struct felt_slot_map *map)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < FELT_BUCKETS; i++)
        sum += map->buckets[i];
    return sum;
}

const uint64_t *felt_slot_map_buckets(const struct felt_slot_map *map)
{
    return map->buckets;
}

void felt_slot_map_bucket(const struct felt_slot_map *map, uint32_t bucket, uint32_t *ret_first,
                          uint32_t *ret_end)
{
    uint64_t n = map->n_slots;

    /* The least slot whose bucket_of() is at least `bucket`. */
    *ret_first = (uint32_t)((bucket * n + FELT_BUCKETS - 1) / FELT_BUCKETS);
    *ret_end = (uint32_t)(((bucket + 1) * n + FELT_BUCKETS - 1) / FELT_BUCKETS);
}
