/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/wire/random_record.h"

#include <string.h>

#include "base/idiom.h"

static uint64_t some_number(struct felt_prng *prng)
{
    return felt_prng_next(prng) >> felt_prng_below(prng, 64);
}

static void fill(struct felt_prng *prng, void *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)data)[i] = (uint8_t)felt_prng_next(prng);
}

static void random_gifts(struct felt_prng *prng, struct store *s)
{
    s->r.n_gifts = (uint32_t)felt_prng_below(prng, FELT_RECORD_GIFTS_MAX + 1);
    s->r.gifts = s->gifts;
    for (uint32_t i = 0; i < s->r.n_gifts; i++) {
        struct felt_gift_record *g = &s->gifts[i];

        fill(prng, &g->joiner, sizeof(g->joiner));
        fill(prng, g->request, sizeof(g->request));
        g->n = (uint32_t)felt_prng_below(prng, FELT_RECORD_GIFT_SLOTS_MAX + 1);
        for (uint32_t k = 0; k < g->n; k++) {
            g->ranges[k].first = (uint32_t)felt_prng_below(prng, s->r.n_slots + 1);
            g->ranges[k].count =
                (uint32_t)felt_prng_below(prng, s->r.n_slots - g->ranges[k].first + 1);
        }
    }
}

static void random_freed(struct felt_prng *prng, struct store *s)
{
    if (s->r.n_slots == 0)
        return;
    s->r.n_freed = (uint32_t)felt_prng_below(prng, FELT_RECORD_FREED_MAX + 1);
    for (uint32_t i = 0; i < s->r.n_freed; i++)
        s->r.freed[i] = (uint32_t)felt_prng_below(prng, s->r.n_slots);
}

static struct felt_value random_value(struct felt_prng *prng)
{
    struct felt_value v = {.n = 1 + (uint32_t)felt_prng_below(prng, FELT_VALUE_RANGES_MAX)};

    fill(prng, &v.heir, sizeof(v.heir));
    for (uint32_t i = 0; i < v.n; i++)
        v.ranges[i] = (struct felt_slot_range){.first = i * 1000,
                                               .count = 1 + (uint32_t)felt_prng_below(prng, 1000)};
    return v;
}

static void random_eras(struct felt_prng *prng, struct store *s)
{
    struct felt_acceptor *a = &s->r.acceptor;

    s->r.lease_time = felt_prng_below(prng, FELT_LEASE_TIME_MAX_SEC + 1);
    if (felt_prng_below(prng, 2)) {
        a->promised.round = 1 + some_number(prng) / 2;
        fill(prng, &a->promised.id, sizeof(a->promised.id));
    }
    if (a->promised.round > 1 && felt_prng_below(prng, 2)) {
        a->accepted = a->promised;
        a->accepted.round--;
        a->value = random_value(prng);
    }
    if (felt_prng_below(prng, 2))
        s->r.decided = random_value(prng);
    s->r.n_silences = (uint32_t)felt_prng_below(prng, FELT_ARRAY_LEN(s->silences) + 1);
    s->r.silences = s->silences;
    for (uint32_t i = 0; i < s->r.n_silences; i++) {
        fill(prng, &s->silences[i].id, sizeof(s->silences[i].id));
        s->silences[i].seconds = felt_prng_below(prng, (uint64_t)UINT32_MAX + 1);
    }
}

static void random_notices(struct felt_prng *prng, struct store *s)
{
    s->r.n_notices =
        s->r.n_slots > 0 ? (uint32_t)felt_prng_below(prng, FELT_ARRAY_LEN(s->notices) + 1) : 0;
    s->r.notices = s->notices;
    for (uint32_t i = 0; i < s->r.n_notices; i++)
        s->notices[i] = (struct felt_notice){
            .key = (uint32_t)felt_prng_below(prng, s->r.n_slots),
            .version = 1 + some_number(prng) / 2,
            .value = felt_bytes(s->bytes, felt_prng_below(prng, FELT_NOTICE_VALUE_MAX + 1)),
        };
}

void random_record(struct felt_prng *prng, struct store *s)
{
    memset(s, 0, sizeof(*s));
    fill(prng, s->bytes, sizeof(s->bytes));
    fill(prng, s->r.identity, sizeof(s->r.identity));
    s->r.in_cluster = felt_prng_below(prng, 2);
    fill(prng, s->r.cluster, sizeof(s->r.cluster));
    s->r.session = some_number(prng);
    s->r.save = some_number(prng);
    s->r.generation = some_number(prng);
    s->r.config = felt_bytes(s->bytes, felt_prng_below(prng, FELT_CONFIG_TEXT_MAX + 1));
    s->r.n_runs = (uint32_t)felt_prng_below(prng, FELT_ARRAY_LEN(s->runs) + 1);
    s->r.runs = s->runs;
    for (uint32_t i = 0; i < s->r.n_runs; i++) {
        s->runs[i] = (struct felt_run){.count = 1 + (uint32_t)felt_prng_below(prng, 200),
                                       .term = some_number(prng),
                                       .seq = (uint32_t)some_number(prng)};
        fill(prng, &s->runs[i].owner, sizeof(s->runs[i].owner));
        s->r.n_slots += s->runs[i].count;
    }
    s->r.era = s->r.n_runs > 0 ? 1 + some_number(prng) / 2 : 0;
    s->r.has_lease = s->r.n_slots > 0 && felt_prng_below(prng, 2);
    if (s->r.has_lease)
        s->r.lease = (uint32_t)felt_prng_below(prng, s->r.n_slots);
    random_gifts(prng, s);
    random_freed(prng, s);
    random_eras(prng, s);
    random_notices(prng, s);
    s->r.n_members = (uint32_t)felt_prng_below(prng, FELT_ARRAY_LEN(s->members) + 1);
    s->r.members = s->members;
    for (uint32_t i = 0; i < s->r.n_members; i++) {
        struct felt_member_record *m = &s->members[i];

        m->body = felt_bytes(s->bytes, felt_prng_below(prng, FELT_DESCRIPTOR_MAX + 1));
        fill(prng, m->signature, sizeof(m->signature));
        m->incarnation = some_number(prng);
        m->state = (enum felt_liveness_state)felt_prng_below(prng, FELT_LIVENESS_LEFT + 1);
        m->session = some_number(prng);
        m->save = some_number(prng);
        if (m->state == FELT_LIVENESS_LEFT)
            m->left_generation = some_number(prng);
    }
}
