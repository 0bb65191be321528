/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/member.h"

#include <errno.h>
#include <string.h>

#include "base/id_map.h"
#include "crypto/hash.h"

#define FIRST_CAPACITY 16

struct felt_members {
    uint32_t n;
    uint32_t capacity;
    uint32_t members_max;
    uint32_t by_state[FELT_MEMBER_STATES];
    struct felt_member *items;
    struct felt_id_map *places;
    uint64_t buckets[FELT_BUCKETS]; /* sums of the members' hashes */
};

const char *felt_member_state_name(enum felt_member_state state)
{
    static const char *const names[FELT_MEMBER_STATES] = {
        [FELT_MEMBER_ALIVE] = "alive",
        [FELT_MEMBER_SUSPECT] = "suspect",
        [FELT_MEMBER_DEAD] = "dead",
    };

    assert(state < FELT_MEMBER_STATES);
    return names[state];
}

int felt_members_new(uint32_t members_max, struct felt_members **ret_members)
{
    _cleanup_(felt_members_freep) struct felt_members *m = calloc(1, sizeof(*m));
    int r;

    assert(members_max > 0);
    if (!m)
        return -ENOMEM;
    m->members_max = members_max;
    r = felt_id_map_new(members_max, &m->places);
    if (r < 0)
        return r;
    *ret_members = FELT_TAKE(m);
    return 0;
}

void felt_members_free(struct felt_members *members)
{
    if (!members)
        return;
    for (uint32_t i = 0; i < members->n; i++)
        free(members->items[i].descriptor);
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

struct felt_member *felt_members_at(struct felt_members *members, uint32_t i)
{
    assert(i < members->n);
    return &members->items[i];
}

const struct felt_member *felt_members_peek(const struct felt_members *members, uint32_t i)
{
    assert(i < members->n);
    return &members->items[i];
}

uint32_t felt_members_find(const struct felt_members *members, const struct felt_id *id)
{
    return felt_id_map_get(members->places, id);
}

uint32_t felt_members_bucket_of(const struct felt_id *id)
{
    return id->b[0] * FELT_BUCKETS / 256;
}

/* What two nodes must agree on: a suspicion passes and is left out. */
static uint64_t member_hash(const struct felt_member *m)
{
    uint8_t text[FELT_ID_LEN + 8 + 8 + 1];

    memcpy(text, m->id.b, FELT_ID_LEN);
    felt_put_be64(text + FELT_ID_LEN, m->descriptor->d.version);
    felt_put_be64(text + FELT_ID_LEN + 8, m->incarnation);
    text[FELT_ID_LEN + 16] = m->state == FELT_MEMBER_DEAD;
    return felt_hash64(text, sizeof(text));
}

static void rehash(struct felt_members *members, struct felt_member *m)
{
    uint64_t *bucket = &members->buckets[felt_members_bucket_of(&m->id)];

    *bucket -= m->hash;
    m->hash = member_hash(m);
    *bucket += m->hash;
}

static struct felt_signed_descriptor *descriptor_new(const struct felt_descriptor *d,
                                                     struct felt_bytes body,
                                                     const uint8_t *signature)
{
    struct felt_signed_descriptor *s = malloc(sizeof(*s) + body.len);

    assert(body.len <= FELT_DESCRIPTOR_MAX);
    if (!s)
        return NULL;
    s->d = *d;
    memcpy(s->signature, signature, FELT_SIGNATURE_LEN);
    s->body_len = (uint16_t)body.len;
    memcpy(s->body, body.data, body.len);
    return s;
}

static int grow(struct felt_members *members)
{
    uint32_t capacity = members->capacity ? members->capacity * 2 : FIRST_CAPACITY;
    struct felt_member *items;

    if (members->n < members->capacity)
        return 0;
    items = realloc(members->items, capacity * sizeof(*items));
    if (!items)
        return -ENOMEM;
    members->items = items;
    members->capacity = capacity;
    return 0;
}

enum felt_verdict felt_members_add(struct felt_members *members, const struct felt_id *id,
                                   const struct felt_descriptor *d, struct felt_bytes body,
                                   const uint8_t signature[FELT_SIGNATURE_LEN],
                                   uint64_t incarnation, uint32_t *ret_i)
{
    struct felt_signed_descriptor *s;
    struct felt_member *m;

    assert(felt_members_find(members, id) == FELT_MEMBER_NONE);
    if (members->n == members->members_max)
        return FELT_VERDICT_FULL;
    s = descriptor_new(d, body, signature);
    if (!s || grow(members) < 0) {
        free(s);
        return FELT_VERDICT_BUSY;
    }
    felt_id_map_put(members->places, id, members->n);
    m = &members->items[members->n];
    *m = (struct felt_member){
        .id = *id, .state = FELT_MEMBER_ALIVE, .incarnation = incarnation, .descriptor = s};
    members->by_state[FELT_MEMBER_ALIVE]++;
    rehash(members, m);
    *ret_i = members->n++;
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_members_describe(struct felt_members *members, uint32_t i,
                                        const struct felt_descriptor *d, struct felt_bytes body,
                                        const uint8_t signature[FELT_SIGNATURE_LEN])
{
    struct felt_member *m = felt_members_at(members, i);
    struct felt_signed_descriptor *s;

    if (d->version <= m->descriptor->d.version)
        return FELT_VERDICT_STALE;
    s = descriptor_new(d, body, signature);
    if (!s)
        return FELT_VERDICT_BUSY;
    free(m->descriptor);
    m->descriptor = s;
    rehash(members, m);
    return FELT_VERDICT_TAKEN;
}

void felt_members_set_state(struct felt_members *members, uint32_t i, enum felt_member_state state,
                            uint64_t incarnation)
{
    struct felt_member *m = felt_members_at(members, i);

    members->by_state[m->state]--;
    members->by_state[state]++;
    m->state = state;
    m->incarnation = incarnation;
    rehash(members, m);
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
