/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/vote.h"

#include "wire/pack.h"

#define SLOTS_MAX 65536 /* of a network; proto/lease.md 1 */

static void pack_ranges(struct felt_pack *p, const struct felt_slot_range *ranges, uint32_t n)
{
    felt_pack_array(p, (size_t)n * 2);
    for (uint32_t i = 0; i < n; i++) {
        felt_pack_uint(p, ranges[i].first);
        felt_pack_uint(p, ranges[i].count);
    }
}

/* Ascending, apart or side by side, none of them empty. */
static uint32_t read_ranges(struct felt_items *items, struct felt_slot_range *ranges, uint32_t max)
{
    struct felt_items list = felt_items_array(items);
    uint32_t n = list.left / 2, end = 0;

    if (list.bad || list.left % 2 != 0 || n > max) {
        items->bad = true;
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct felt_slot_range *r = &ranges[i];

        r->first = (uint32_t)felt_items_uint(&list, SLOTS_MAX - 1);
        r->count = (uint32_t)felt_items_uint(&list, SLOTS_MAX);
        if (r->first < end || r->count == 0 || r->first + r->count > SLOTS_MAX)
            list.bad = true;
        end = r->first + r->count;
    }
    items->bad |= list.bad;
    return n;
}

void felt_value_pack(struct felt_pack *p, const struct felt_value *value)
{
    felt_pack_array(p, 2);
    felt_pack_id(p, &value->heir);
    pack_ranges(p, value->ranges, value->n);
}

void felt_value_read(struct felt_items *items, struct felt_value *ret_value)
{
    struct felt_items value = felt_items_array(items);

    felt_items_id(&value, &ret_value->heir);
    ret_value->n = read_ranges(&value, ret_value->ranges, FELT_VALUE_RANGES_MAX);
    items->bad |= value.bad | (ret_value->n == 0) | felt_id_is_nobody(&ret_value->heir);
}

static void pack_ballot(struct felt_pack *p, const struct felt_ballot *ballot)
{
    felt_pack_uint(p, ballot->round);
    felt_pack_id(p, &ballot->id);
}

static void read_ballot(struct felt_items *items, struct felt_ballot *ret_ballot)
{
    ret_ballot->round = felt_items_uint(items, UINT64_MAX);
    felt_items_id(items, &ret_ballot->id);
    items->bad |= ret_ballot->round == 0 || felt_id_is_nobody(&ret_ballot->id);
}

void felt_accepted_pack(struct felt_pack *p, const struct felt_ballot *ballot,
                        const struct felt_value *value)
{
    if (ballot->round == 0) {
        felt_pack_nil(p);
        return;
    }
    felt_pack_array(p, 3);
    pack_ballot(p, ballot);
    felt_value_pack(p, value);
}

void felt_accepted_read(struct felt_items *items, struct felt_ballot *ret_ballot,
                        struct felt_value *ret_value)
{
    struct felt_items accepted;

    *ret_ballot = (struct felt_ballot){0};
    ret_value->n = 0;
    if (felt_items_nil(items))
        return;
    accepted = felt_items_array(items);
    read_ballot(&accepted, ret_ballot);
    felt_value_read(&accepted, ret_value);
    items->bad |= accepted.bad;
}

void felt_acceptor_pack(struct felt_pack *p, const struct felt_acceptor *acceptor)
{
    if (acceptor->promised.round == 0) {
        felt_pack_nil(p);
        return;
    }
    felt_pack_array(p, 3);
    pack_ballot(p, &acceptor->promised);
    felt_accepted_pack(p, &acceptor->accepted, &acceptor->value);
}

void felt_acceptor_read(struct felt_items *items, struct felt_acceptor *ret_acceptor)
{
    struct felt_items record;

    ret_acceptor->promised = ret_acceptor->accepted = (struct felt_ballot){0};
    ret_acceptor->value.n = 0;
    if (felt_items_nil(items))
        return;
    record = felt_items_array(items);
    read_ballot(&record, &ret_acceptor->promised);
    felt_accepted_read(&record, &ret_acceptor->accepted, &ret_acceptor->value);
    /* A promise is never below what is accepted. */
    if (ret_acceptor->accepted.round > ret_acceptor->promised.round ||
        (ret_acceptor->accepted.round == ret_acceptor->promised.round &&
         felt_id_cmp(&ret_acceptor->accepted.id, &ret_acceptor->promised.id) > 0))
        record.bad = true;
    items->bad |= record.bad;
}

void felt_voice_pack(struct felt_pack *p, const struct felt_voice *voice)
{
    uint8_t digest[8];

    felt_put_be64(digest, voice->digest);
    felt_pack_bin(p, digest, sizeof(digest));
    felt_pack_bool(p, voice->whole);
    pack_ranges(p, voice->ranges, voice->n);
}

void felt_voice_read(struct felt_items *items, struct felt_voice *ret_voice)
{
    uint8_t digest[8];

    felt_items_bin(items, digest, sizeof(digest));
    ret_voice->digest = felt_get_be64(digest);
    ret_voice->whole = felt_items_bool(items);
    ret_voice->n = read_ranges(items, ret_voice->ranges, FELT_VOICE_RANGES_MAX);
}
