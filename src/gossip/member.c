/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/member.h"

#include <errno.h>
#include <string.h>

#include "base/id_map.h"
#include "crypto/hash.h"

#define FIRST_CAPACITY 16
#define DRAWS          16 /* tries to hit a place that is not free */

struct felt_members {
    uint32_t n;   /* members */
    uint32_t end; /* places that were ever used */
    uint32_t capacity;
    uint32_t members_max;
    uint32_t free_from; /* no place below it is free */
    uint32_t by_state[FELT_MEMBER_STATES];
    struct felt_member *items;
    struct felt_id_map *places;
    uint64_t buckets[FELT_BUCKETS]; /* sums of the members' hashes */
    uint32_t chains[FELT_BUCKETS];  /* the first member of each; FELT_MEMBER_NONE: it has none */
};

const char *felt_member_state_name(enum felt_member_state state)
{
    static const char *const names[FELT_MEMBER_STATES] = {
        [FELT_MEMBER_ALIVE] = "alive",
        [FELT_MEMBER_SUSPECT] = "suspect",
        [FELT_MEMBER_DEAD] = "dead",
        [FELT_MEMBER_LEFT] = "left",
    };

    assert(state < FELT_MEMBER_STATES);
    return names[state];
}

static const struct felt_id *id_of(const void *owner, uint32_t i)
{
    const struct felt_members *members = owner;

    return &members->items[i].descriptor->id;
}

int felt_members_new(uint32_t members_max, struct felt_members **ret_members)
{
    _cleanup_(felt_members_freep) struct felt_members *m = calloc(1, sizeof(*m));
    int r;

    assert(members_max > 0);
    if (!m)
        return -ENOMEM;
    m->members_max = members_max;
    for (size_t k = 0; k < FELT_BUCKETS; k++)
        m->chains[k] = FELT_MEMBER_NONE;
    r = felt_id_map_new(members_max, id_of, m, &m->places);
    if (r < 0)
        return r;
    *ret_members = FELT_TAKE(m);
    return 0;
}

static void member_done(struct felt_member *m)
{
    felt_signed_descriptor_free(m->descriptor);
    free(m->contact);
    free(m->suspicion);
    *m = (struct felt_member){0};
}

void felt_members_free(struct felt_members *members)
{
    if (!members)
        return;
    for (uint32_t i = 0; i < members->end; i++)
        member_done(&members->items[i]);
    free(members->items);
    felt_id_map_free(members->places);
    free(members);
}

uint32_t felt_members_count(const struct felt_members *members)
{
    return members->n;
}

uint32_t felt_members_count_state(const struct felt_members *members, enum felt_member_state state)
{
    return members->by_state[state];
}

uint32_t felt_members_count_live(const struct felt_members *members)
{
    return members->by_state[FELT_MEMBER_ALIVE] + members->by_state[FELT_MEMBER_SUSPECT];
}

uint32_t felt_members_end(const struct felt_members *members)
{
    return members->end;
}

uint32_t felt_members_next(const struct felt_members *members, uint32_t i)
{
    for (; i < members->end; i++)
        if (members->items[i].descriptor)
            return i;
    return FELT_MEMBER_NONE;
}

uint32_t felt_members_draw(const struct felt_members *members, struct felt_prng *prng)
{
    uint32_t i = FELT_MEMBER_NONE;

    if (members->n <= 1)
        return FELT_MEMBER_NONE;
    /* Free places are few. */
    for (unsigned tries = 0; tries < DRAWS; tries++) {
        i = 1 + (uint32_t)felt_prng_below(prng, members->end - 1);
        if (members->items[i].descriptor)
            return i;
    }
    i = felt_members_next(members, i);
    return i != FELT_MEMBER_NONE ? i : felt_members_next(members, FELT_MEMBER_SELF + 1);
}

struct felt_member *felt_members_at(struct felt_members *members, uint32_t i)
{
    assert(i < members->end && members->items[i].descriptor);
    return &members->items[i];
}

const struct felt_member *felt_members_peek(const struct felt_members *members, uint32_t i)
{
    assert(i < members->end && members->items[i].descriptor);
    return &members->items[i];
}

const struct felt_id *felt_members_id(const struct felt_members *members, uint32_t i)
{
    return &felt_members_peek(members, i)->descriptor->id;
}

uint32_t felt_members_find(const struct felt_members *members, const struct felt_id *id)
{
    return felt_id_map_get(members->places, id);
}

struct felt_contact *felt_members_contact(struct felt_members *members, uint32_t i)
{
    struct felt_member *m = felt_members_at(members, i);

    if (!m->contact)
        m->contact = calloc(1, sizeof(*m->contact));
    return m->contact;
}

uint32_t felt_members_bucket_of(const struct felt_id *id)
{
    return id->b[0] * FELT_BUCKETS / 256;
}

/* The end of the chain of i's bucket that shows i: its head, or the one before it. */
static uint32_t *link_to(struct felt_members *members, uint32_t i)
{
    uint32_t *link = &members->chains[felt_members_bucket_of(felt_members_id(members, i))];

    while (*link != i)
        link = &members->items[*link].bucket_next;
    return link;
}

uint32_t felt_members_in_bucket(const struct felt_members *members, uint32_t bucket)
{
    assert(bucket < FELT_BUCKETS);
    return members->chains[bucket];
}

uint32_t felt_members_after(const struct felt_members *members, uint32_t i)
{
    return felt_members_peek(members, i)->bucket_next;
}

/* What two nodes must agree on: a suspicion passes and is left out, and so is who left. */
static uint64_t member_hash(const struct felt_member *m)
{
    uint8_t text[FELT_ID_LEN + 8 + 8 + 1];

    if (m->state == FELT_MEMBER_LEFT)
        return 0;
    memcpy(text, m->descriptor->id.b, FELT_ID_LEN);
    felt_put_be64(text + FELT_ID_LEN, m->descriptor->version);
    felt_put_be64(text + FELT_ID_LEN + 8, m->incarnation);
    text[FELT_ID_LEN + 16] = m->state == FELT_MEMBER_DEAD;
    return felt_hash64(text, sizeof(text));
}

static uint64_t *bucket_of(struct felt_members *members, const struct felt_member *m)
{
    return &members->buckets[felt_members_bucket_of(&m->descriptor->id)];
}

static int grow(struct felt_members *members)
{
    uint32_t capacity = members->capacity ? members->capacity * 2 : FIRST_CAPACITY;
    struct felt_member *items;

    if (members->end < members->capacity)
        return 0;
    capacity = FELT_MIN(capacity, members->members_max);
    items = realloc(members->items, capacity * sizeof(*items));
    if (!items)
        return -ENOMEM;
    members->items = items;
    members->capacity = capacity;
    return 0;
}

/* A free place, the first there is. */
static int free_place(struct felt_members *members, uint32_t *ret_i)
{
    uint32_t i = members->free_from;
    int r;

    while (i < members->end && members->items[i].descriptor)
        i++;
    members->free_from = i;
    if (i == members->end) {
        r = grow(members);
        if (r < 0)
            return r;
        members->end++;
        members->items[i] = (struct felt_member){0};
    }
    *ret_i = i;
    return 0;
}

enum felt_verdict felt_members_add(struct felt_members *members, const struct felt_id *id,
                                   const struct felt_descriptor *d, struct felt_bytes body,
                                   const uint8_t signature[FELT_SIGNATURE_LEN],
                                   uint64_t incarnation, uint32_t *ret_i)
{
    struct felt_signed_descriptor *s;
    struct felt_member *m;
    uint32_t i;

    assert(felt_members_find(members, id) == FELT_MEMBER_NONE);
    if (members->n == members->members_max)
        return FELT_VERDICT_FULL;
    if (free_place(members, &i) < 0)
        return FELT_VERDICT_BUSY;
    s = felt_signed_descriptor_new(id, d, body, signature);
    if (!s)
        return FELT_VERDICT_BUSY;
    m = &members->items[i];
    *m = (struct felt_member){
        .descriptor = s, .incarnation = incarnation, .state = FELT_MEMBER_ALIVE};
    if (!felt_id_map_put(members->places, id, i)) {
        member_done(m);
        return FELT_VERDICT_BUSY;
    }
    members->n++;
    members->by_state[FELT_MEMBER_ALIVE]++;
    *bucket_of(members, m) += member_hash(m);
    m->bucket_next = members->chains[felt_members_bucket_of(id)];
    members->chains[felt_members_bucket_of(id)] = i;
    *ret_i = i;
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_members_describe(struct felt_members *members, uint32_t i,
                                        const struct felt_descriptor *d, struct felt_bytes body,
                                        const uint8_t signature[FELT_SIGNATURE_LEN])
{
    struct felt_member *m = felt_members_at(members, i);
    struct felt_signed_descriptor *s;

    if (d->version <= m->descriptor->version)
        return FELT_VERDICT_STALE;
    s = felt_signed_descriptor_new(&m->descriptor->id, d, body, signature);
    if (!s)
        return FELT_VERDICT_BUSY;
    *bucket_of(members, m) -= member_hash(m);
    felt_signed_descriptor_free(m->descriptor);
    m->descriptor = s;
    *bucket_of(members, m) += member_hash(m);
    return FELT_VERDICT_TAKEN;
}

void felt_members_set_state(struct felt_members *members, uint32_t i, enum felt_member_state state,
                            uint64_t incarnation)
{
    struct felt_member *m = felt_members_at(members, i);

    members->by_state[m->state]--;
    members->by_state[state]++;
    *bucket_of(members, m) -= member_hash(m);
    m->state = (uint8_t)state;
    m->incarnation = incarnation;
    *bucket_of(members, m) += member_hash(m);
    if (state != FELT_MEMBER_SUSPECT) {
        free(m->suspicion);
        m->suspicion = NULL;
    }
}

void felt_members_remove(struct felt_members *members, uint32_t i)
{
    struct felt_member *m = felt_members_at(members, i);

    assert(i != FELT_MEMBER_SELF);
    members->by_state[m->state]--;
    *bucket_of(members, m) -= member_hash(m);
    *link_to(members, i) = m->bucket_next;
    felt_id_map_remove(members->places, &m->descriptor->id);
    member_done(m);
    members->n--;
    members->free_from = FELT_MIN(members->free_from, i);
}

uint64_t felt_members_digest(const struct felt_members *members)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < FELT_BUCKETS; i++)
        sum += members->buckets[i];
    return sum;
}

const uint64_t *felt_members_buckets(const struct felt_members *members)
{
    return members->buckets;
}
