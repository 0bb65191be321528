/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/record.h"

#include <errno.h>
#include <string.h>

#include "wire/bound.h"
#include "wire/notice.h"
#include "wire/pack.h"

#define FIELDS        18 /* proto/messages.cddl, state */
#define MEMBER_FIELDS 7
#define GIFT_FIELDS   3
#define RUN_FIELDS    4
#define ERA_FIELDS    4

static void pack_gifts(struct felt_pack *p, const struct felt_record *r)
{
    felt_pack_array(p, r->n_gifts);
    for (uint32_t i = 0; i < r->n_gifts; i++) {
        const struct felt_gift_record *g = &r->gifts[i];

        felt_pack_array(p, GIFT_FIELDS);
        felt_pack_id(p, &g->joiner);
        felt_pack_bin(p, g->request, FELT_REQUEST_ID_LEN);
        felt_pack_array(p, (size_t)g->n * 2);
        for (uint32_t k = 0; k < g->n; k++) {
            felt_pack_uint(p, g->ranges[k].first);
            felt_pack_uint(p, g->ranges[k].count);
        }
    }
}

static void pack_members(struct felt_pack *p, const struct felt_record *r)
{
    felt_pack_array(p, r->n_members);
    for (uint32_t i = 0; i < r->n_members; i++) {
        const struct felt_member_record *m = &r->members[i];

        felt_pack_array(p, MEMBER_FIELDS);
        felt_pack_bin(p, m->body.data, m->body.len);
        felt_pack_bin(p, m->signature, FELT_SIGNATURE_LEN);
        felt_pack_uint(p, m->incarnation);
        felt_pack_uint(p, m->state);
        felt_pack_uint(p, m->session);
        felt_pack_uint(p, m->save);
        felt_pack_uint(p, m->left_generation);
    }
}

static void pack_runs(struct felt_pack *p, const struct felt_record *r)
{
    felt_pack_array(p, r->n_runs);
    for (uint32_t i = 0; i < r->n_runs; i++) {
        felt_pack_array(p, RUN_FIELDS);
        felt_pack_uint(p, r->runs[i].count);
        felt_pack_id(p, &r->runs[i].owner);
        felt_pack_uint(p, r->runs[i].term);
        felt_pack_uint(p, r->runs[i].seq);
    }
}

static void pack_eras(struct felt_pack *p, const struct felt_record *r)
{
    felt_pack_array(p, ERA_FIELDS);
    felt_pack_uint(p, r->lease_time);
    felt_acceptor_pack(p, &r->acceptor);
    if (r->decided.n > 0)
        felt_value_pack(p, &r->decided);
    else
        felt_pack_nil(p);
    felt_pack_array(p, (size_t)r->n_silences * 2);
    for (uint32_t i = 0; i < r->n_silences; i++) {
        felt_pack_id(p, &r->silences[i].id);
        felt_pack_uint(p, r->silences[i].seconds);
    }
}

static size_t pack(const struct felt_record *r, uint8_t *buf, size_t room)
{
    struct felt_pack p;
    size_t len;
    int e;

    felt_pack_init(&p, buf, room);
    felt_pack_array(&p, FIELDS);
    felt_pack_bin(&p, r->identity, sizeof(r->identity));
    felt_pack_bool(&p, r->in_cluster);
    felt_pack_bin(&p, r->cluster, sizeof(r->cluster));
    felt_pack_uint(&p, r->session);
    felt_pack_uint(&p, r->save);
    felt_pack_bin(&p, r->machine, sizeof(r->machine));
    felt_pack_uint(&p, r->generation);
    felt_pack_uint(&p, r->era);
    felt_pack_bin(&p, r->config.data, r->config.len);
    if (r->has_lease)
        felt_pack_uint(&p, r->lease);
    else
        felt_pack_nil(&p);
    felt_pack_uint(&p, r->n_slots);
    pack_runs(&p, r);
    pack_gifts(&p, r);
    pack_members(&p, r);
    felt_pack_array(&p, r->n_freed);
    for (uint32_t i = 0; i < r->n_freed; i++)
        felt_pack_uint(&p, r->freed[i]);
    felt_pack_array(&p, r->n_promise);
    for (uint32_t i = 0; i < r->n_promise; i++)
        felt_pack_id(&p, &r->promise[i]);
    pack_eras(&p, r);
    felt_pack_array(&p, (size_t)r->n_notices * 3);
    for (uint32_t i = 0; i < r->n_notices; i++)
        felt_notice_pack(&p, &r->notices[i]);
    e = felt_pack_done(&p, &len);
    assert(e == 0);
    return len;
}

size_t felt_record_size(const struct felt_record *record)
{
    return pack(record, NULL, SIZE_MAX);
}

void felt_record_encode(const struct felt_record *record, uint8_t *buf, size_t len)
{
    size_t used = pack(record, buf, len);

    assert(used == len);
}

void felt_record_done(struct felt_record *record)
{
    free(record->runs);
    free(record->gifts);
    free(record->members);
    free(record->silences);
    free(record->notices);
    *record = (struct felt_record){0};
}

/* An array of at most max items, with memory for as many of `size` bytes. */
static struct felt_items list(struct felt_items *items, uint32_t max, size_t size, uint32_t *ret_n,
                              void **ret_memory)
{
    struct felt_items in = felt_items_array(items);

    *ret_n = 0;
    if (in.bad || in.left > max) {
        items->bad = true;
        return in;
    }
    *ret_memory = calloc(in.left + 1, size); /* one more: calloc(0) may be NULL */
    if (*ret_memory)
        *ret_n = in.left;
    return in;
}

static void read_runs(struct felt_items *items, struct felt_record *r)
{
    struct felt_items in =
        list(items, FELT_RECORD_RUNS_MAX, sizeof(*r->runs), &r->n_runs, (void **)&r->runs);
    uint64_t slots = 0;

    for (uint32_t i = 0; i < r->n_runs; i++) {
        struct felt_items run = felt_items_array(&in);

        r->runs[i].count = (uint32_t)felt_items_uint(&run, UINT32_MAX);
        felt_items_id(&run, &r->runs[i].owner);
        r->runs[i].term = felt_items_uint(&run, UINT64_MAX);
        r->runs[i].seq = (uint32_t)felt_items_uint(&run, UINT32_MAX);
        slots += r->runs[i].count;
        items->bad |= run.bad;
    }
    if (r->n_runs > 0 && slots != r->n_slots)
        items->bad = true;
}

static void read_gifts(struct felt_items *items, struct felt_record *r)
{
    struct felt_items in =
        list(items, FELT_RECORD_GIFTS_MAX, sizeof(*r->gifts), &r->n_gifts, (void **)&r->gifts);

    for (uint32_t i = 0; i < r->n_gifts; i++) {
        struct felt_items gift = felt_items_array(&in), ranges;
        struct felt_gift_record *g = &r->gifts[i];

        felt_items_id(&gift, &g->joiner);
        felt_items_bin(&gift, g->request, FELT_REQUEST_ID_LEN);
        ranges = felt_items_array(&gift);
        if (ranges.left > FELT_RECORD_GIFT_SLOTS_MAX * 2 || ranges.left % 2 != 0) {
            items->bad = true;
            return;
        }
        g->n = ranges.left / 2;
        for (uint32_t k = 0; k < g->n; k++) {
            g->ranges[k].first = (uint32_t)felt_items_uint(&ranges, FELT_RECORD_RUNS_MAX);
            g->ranges[k].count = (uint32_t)felt_items_uint(&ranges, FELT_RECORD_RUNS_MAX);
            if (g->ranges[k].first + g->ranges[k].count > r->n_slots)
                items->bad = true;
        }
        items->bad |= gift.bad | ranges.bad;
    }
}

static void read_freed(struct felt_items *items, struct felt_record *r)
{
    struct felt_items in = felt_items_array(items);

    if (in.bad || in.left > FELT_RECORD_FREED_MAX) {
        items->bad = true;
        return;
    }
    r->n_freed = in.left;
    for (uint32_t i = 0; i < r->n_freed; i++) {
        r->freed[i] = (uint32_t)felt_items_uint(&in, FELT_RECORD_RUNS_MAX);
        if (r->freed[i] >= r->n_slots)
            in.bad = true;
    }
    items->bad |= in.bad;
}

static void read_members(struct felt_items *items, struct felt_record *r)
{
    struct felt_items in = list(items, FELT_RECORD_MEMBERS_MAX, sizeof(*r->members), &r->n_members,
                                (void **)&r->members);

    for (uint32_t i = 0; i < r->n_members; i++) {
        struct felt_items member = felt_items_array(&in);
        struct felt_member_record *m = &r->members[i];

        m->body = felt_items_bytes(&member, FELT_DESCRIPTOR_MAX);
        felt_items_bin(&member, m->signature, FELT_SIGNATURE_LEN);
        m->incarnation = felt_items_uint(&member, UINT64_MAX);
        m->state = (enum felt_liveness_state)felt_items_uint(&member, FELT_LIVENESS_LEFT);
        m->session = felt_items_uint(&member, UINT64_MAX);
        m->save = felt_items_uint(&member, UINT64_MAX);
        m->left_generation = felt_items_uint(&member, UINT64_MAX);
        items->bad |= member.bad | (m->state != FELT_LIVENESS_LEFT && m->left_generation != 0);
    }
}

static void read_promise(struct felt_items *items, struct felt_record *r)
{
    struct felt_items ids = felt_items_array(items);

    if (ids.bad || ids.left > FELT_BOOTSTRAP_MAX) {
        items->bad = true;
        return;
    }
    r->n_promise = ids.left;
    for (uint32_t i = 0; i < r->n_promise; i++) {
        felt_items_id(&ids, &r->promise[i]);
        if (i > 0 && felt_id_cmp(&r->promise[i - 1], &r->promise[i]) >= 0)
            ids.bad = true;
    }
    items->bad |= ids.bad;
}

static void read_eras(struct felt_items *items, struct felt_record *r)
{
    struct felt_items eras = felt_items_array(items), in;
    uint32_t n;

    r->lease_time = felt_items_uint(&eras, FELT_LEASE_TIME_MAX_SEC);
    felt_acceptor_read(&eras, &r->acceptor);
    if (!felt_items_nil(&eras))
        felt_value_read(&eras, &r->decided);
    in = list(&eras, FELT_RECORD_RUNS_MAX * 2, sizeof(*r->silences), &n, (void **)&r->silences);
    r->n_silences = n / 2;
    for (uint32_t i = 0; i < r->n_silences; i++) {
        felt_items_id(&in, &r->silences[i].id);
        r->silences[i].seconds = felt_items_uint(&in, UINT32_MAX);
    }
    items->bad |= eras.bad | in.bad | (n % 2 != 0);
}

static void read_notices(struct felt_items *items, struct felt_record *r)
{
    struct felt_items in;
    uint32_t n;

    in = list(items, FELT_RECORD_NOTICES_MAX * 3, sizeof(*r->notices), &n, (void **)&r->notices);
    r->n_notices = n / 3;
    for (uint32_t i = 0; i < r->n_notices; i++) {
        felt_notice_read(&in, &r->notices[i]);
        in.bad |= r->n_slots == 0 || r->notices[i].key >= r->n_slots + FELT_NOTICE_OTHERS;
    }
    items->bad |= in.bad | (n % 3 != 0);
}

static int read_fields(struct felt_items items, struct felt_record *ret)
{
    struct felt_record r = {0};

    felt_items_bin(&items, r.identity, sizeof(r.identity));
    r.in_cluster = felt_items_bool(&items);
    felt_items_bin(&items, r.cluster, sizeof(r.cluster));
    r.session = felt_items_uint(&items, UINT64_MAX);
    r.save = felt_items_uint(&items, UINT64_MAX);
    felt_items_bin(&items, r.machine, sizeof(r.machine));
    r.generation = felt_items_uint(&items, UINT64_MAX);
    r.era = felt_items_uint(&items, UINT64_MAX);
    r.config = felt_items_bytes(&items, FELT_CONFIG_TEXT_MAX);
    r.has_lease = !felt_items_nil(&items);
    if (r.has_lease)
        r.lease = (uint32_t)felt_items_uint(&items, FELT_RECORD_RUNS_MAX);
    r.n_slots = (uint32_t)felt_items_uint(&items, FELT_RECORD_RUNS_MAX);
    read_runs(&items, &r);
    read_gifts(&items, &r);
    read_members(&items, &r);
    read_freed(&items, &r);
    read_promise(&items, &r);
    read_eras(&items, &r);
    read_notices(&items, &r);
    if ((r.era > 0) != (r.n_runs > 0) || (r.has_lease && r.lease >= r.n_slots))
        items.bad = true;
    if (!r.runs || !r.gifts || !r.members || !r.silences || !r.notices || items.bad) {
        int e = items.bad ? -EINVAL : -ENOMEM;

        felt_record_done(&r);
        return e;
    }
    *ret = r;
    return 0;
}

int felt_record_decode(struct felt_bytes bytes, struct felt_record *ret_record)
{
    msgpack_object object;
    msgpack_zone zone;
    size_t len, at = 0;
    int r = -EINVAL;

    if (felt_bound_check(bytes, &len) < 0 || len != bytes.len)
        return -EINVAL;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return -ENOMEM;
    if (msgpack_unpack((const char *)bytes.data, bytes.len, &at, &zone, &object) ==
        MSGPACK_UNPACK_SUCCESS)
        r = read_fields(felt_items(&object), ret_record);
    msgpack_zone_destroy(&zone);
    return r;
}
