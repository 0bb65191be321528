/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/reader.h"

#include <errno.h>

#include "wire/bound.h"
#include "wire/notice.h"
#include "wire/pack.h"

struct felt_reader {
    msgpack_zone zone;
    struct felt_bytes rest;
};

int felt_reader_new(struct felt_reader **ret_reader)
{
    struct felt_reader *reader = calloc(1, sizeof(*reader));

    if (!reader)
        return -ENOMEM;
    /* One chunk that holds the objects of any datagram (an item takes a byte at least), so that
     * clearing it after each message frees nothing and filling it allocates nothing. */
    if (!msgpack_zone_init(&reader->zone, FELT_DATAGRAM_MAX * sizeof(msgpack_object))) {
        free(reader);
        return -ENOMEM;
    }
    *ret_reader = reader;
    return 0;
}

void felt_reader_free(struct felt_reader *reader)
{
    if (!reader)
        return;
    msgpack_zone_destroy(&reader->zone);
    free(reader);
}

/* Takes the next object off the rest. */
static int next_object(struct felt_reader *reader, msgpack_object *ret_object)
{
    size_t len, at = 0;

    if (felt_bound_check(reader->rest, &len) < 0)
        return -EINVAL;
    msgpack_zone_clear(&reader->zone);
    if (msgpack_unpack((const char *)reader->rest.data, len, &at, &reader->zone, ret_object) !=
        MSGPACK_UNPACK_SUCCESS)
        return -EINVAL;
    reader->rest = felt_bytes(reader->rest.data + len, reader->rest.len - len);
    return 0;
}

int felt_reader_begin(struct felt_reader *reader, struct felt_bytes plain,
                      struct felt_envelope *ret_envelope)
{
    struct felt_envelope e;
    struct felt_items items;
    msgpack_object object;

    if (plain.len > FELT_DATAGRAM_MAX)
        return -EINVAL;
    reader->rest = plain;
    if (next_object(reader, &object) < 0)
        return -EINVAL;
    items = felt_items(&object);
    felt_items_id(&items, &e.sender);
    e.session = felt_items_uint(&items, UINT64_MAX);
    e.counter = felt_items_uint(&items, UINT64_MAX);
    e.generation = felt_items_uint(&items, UINT64_MAX);
    e.start = felt_items_uint(&items, UINT64_MAX);
    e.save = felt_items_uint(&items, UINT64_MAX);
    e.ring = items.left > 0 ? (uint32_t)felt_items_uint(&items, UINT32_MAX) : 0;
    if (items.bad || felt_id_is_nobody(&e.sender) || e.session == 0)
        return -EINVAL;
    *ret_envelope = e;
    return 0;
}

static uint64_t read_hash(struct felt_items *items)
{
    uint8_t b[8];

    felt_items_bin(items, b, sizeof(b));
    return felt_get_be64(b);
}

static void read_digest(struct felt_items *items, struct felt_digest *ret)
{
    ret->era = felt_items_uint(items, UINT64_MAX);
    ret->slots = read_hash(items);
    ret->members = read_hash(items);
    ret->notices = read_hash(items);
}

static void read_buckets(struct felt_items *items, uint64_t hashes[FELT_BUCKETS])
{
    uint8_t b[FELT_BUCKETS * 8];

    felt_items_bin(items, b, sizeof(b));
    for (size_t i = 0; i < FELT_BUCKETS; i++)
        hashes[i] = felt_get_be64(b + i * 8);
}

/* How many entries are left, bad where there are more than max or none. */
static uint32_t count(struct felt_items *items, uint32_t max)
{
    if (items->left == 0 || items->left > max)
        items->bad = true;
    return items->bad ? 0 : items->left;
}

static void read_liveness(struct felt_items *items, struct felt_message *m)
{
    m->liveness.n = count(items, FELT_LIVENESS_MAX);
    for (uint32_t i = 0; i < m->liveness.n; i++) {
        struct felt_liveness *e = &m->liveness.entries[i];
        struct felt_items entry = felt_items_array(items);

        felt_items_id(&entry, &e->id);
        e->incarnation = felt_items_uint(&entry, UINT64_MAX);
        e->state = (enum felt_liveness_state)felt_items_uint(&entry, FELT_LIVENESS_LEFT);
        e->origin = 0;
        if (e->state == FELT_LIVENESS_SUSPECT)
            e->origin = (uint32_t)felt_items_uint(&entry, UINT32_MAX);
        items->bad |= entry.bad;
    }
}

static void read_summary(struct felt_items *items, struct felt_message *m)
{
    m->summary.n = count(items, FELT_SUMMARY_MAX);
    for (uint32_t i = 0; i < m->summary.n; i++) {
        struct felt_summary_entry *e = &m->summary.entries[i];
        struct felt_items entry = felt_items_array(items);

        felt_items_id(&entry, &e->id);
        e->version = felt_items_uint(&entry, UINT64_MAX);
        e->incarnation = felt_items_uint(&entry, UINT64_MAX);
        e->state = (enum felt_liveness_state)felt_items_uint(&entry, FELT_LIVENESS_LEFT);
        items->bad |= entry.bad;
    }
}

static void read_slots(struct felt_items *items, struct felt_message *m)
{
    struct felt_id owners[FELT_OWNERS_MAX];
    struct felt_items list, runs;
    uint32_t n_owners;
    uint64_t at;

    m->slots.era = felt_items_uint(items, UINT64_MAX);
    felt_acceptor_read(items, &m->slots.record);
    m->slots.total = (uint32_t)felt_items_uint(items, UINT32_MAX);
    m->slots.first = (uint32_t)felt_items_uint(items, UINT32_MAX);
    at = m->slots.first;
    list = felt_items_array(items);
    n_owners = count(&list, FELT_OWNERS_MAX);
    for (uint32_t i = 0; i < n_owners; i++)
        felt_items_id(&list, &owners[i]);
    runs = felt_items_array(items);
    m->slots.n = count(&runs, FELT_RUNS_MAX * 4) / 4;
    for (uint32_t i = 0; i < m->slots.n; i++) {
        struct felt_run *run = &m->slots.runs[i];
        uint64_t owner;

        run->count = (uint32_t)felt_items_uint(&runs, UINT32_MAX);
        owner = felt_items_uint(&runs, UINT32_MAX);
        run->term = felt_items_uint(&runs, UINT64_MAX);
        run->seq = (uint32_t)felt_items_uint(&runs, UINT32_MAX);
        at += run->count;
        if (run->count == 0 || owner >= n_owners || run->term == 0 || run->term > m->slots.era ||
            at > m->slots.total || list.bad) {
            items->bad = true;
            return;
        }
        run->owner = owners[owner];
        if (felt_id_is_nobody(&run->owner))
            items->bad = true;
    }
    items->bad |= runs.bad | list.bad | (runs.left != 0) | (m->slots.n == 0);
}

static void read_join(struct felt_items *items, struct felt_message *m)
{
    felt_items_bin(items, m->join.cookie, FELT_COOKIE_LEN);
    felt_items_bin(items, m->join.request, FELT_REQUEST_ID_LEN);
    m->join.era = felt_items_uint(items, UINT64_MAX);
    felt_items_ip(items, &m->join.wish.ip);
    m->join.wish.len = (uint8_t)felt_items_uint(items, felt_ip_len(&m->join.wish.ip) * 8);
}

static void read_gift(struct felt_items *items, struct felt_message *m)
{
    felt_items_bin(items, m->gift.request, FELT_REQUEST_ID_LEN);
    m->gift.result = (enum felt_gift_result)felt_items_uint(items, FELT_GIFT_BRIDGE);
    m->gift.referral = (struct felt_id){0};
    m->gift.lease = UINT32_MAX;
    if (m->gift.result == FELT_GIFT_ASK)
        felt_items_id(items, &m->gift.referral);
    if (m->gift.result == FELT_GIFT_GIVEN && !felt_items_nil(items))
        m->gift.lease = (uint32_t)felt_items_uint(items, UINT32_MAX - 1);
}

static void read_fetch(struct felt_items *items, struct felt_message *m)
{
    m->fetch.n = count(items, FELT_FETCH_MAX);
    for (uint32_t i = 0; i < m->fetch.n; i++)
        felt_items_id(items, &m->fetch.ids[i]);
}

static void read_probe(struct felt_items *items, struct felt_message *m)
{
    m->probe.seq = (uint32_t)felt_items_uint(items, UINT32_MAX);
    felt_items_id(items, &m->probe.target);
    read_digest(items, &m->probe.digest);
}

static void read_ack(struct felt_items *items, struct felt_message *m)
{
    m->ack.seq = (uint32_t)felt_items_uint(items, UINT32_MAX);
    read_digest(items, &m->ack.digest);
}

static void read_probe_request(struct felt_items *items, struct felt_message *m)
{
    m->probe_request.seq = (uint32_t)felt_items_uint(items, UINT32_MAX);
    felt_items_id(items, &m->probe_request.target);
}

static void read_nack(struct felt_items *items, struct felt_message *m)
{
    m->nack.seq = (uint32_t)felt_items_uint(items, UINT32_MAX);
    m->nack.refused = felt_items_bool(items);
}

static void read_hello(struct felt_items *items, struct felt_message *m)
{
    m->hello.padding = (uint32_t)felt_items_bytes(items, FELT_DATAGRAM_MAX).len;
}

static void read_cookie(struct felt_items *items, struct felt_message *m)
{
    felt_items_bin(items, m->cookie.cookie, FELT_COOKIE_LEN);
}

static void read_welcome(struct felt_items *items, struct felt_message *m)
{
    felt_items_bin(items, m->welcome.request, FELT_REQUEST_ID_LEN);
    m->welcome.config = felt_items_bytes(items, FELT_CONFIG_TEXT_MAX);
    m->welcome.lease_time = felt_items_uint(items, FELT_LEASE_TIME_MAX_SEC);
}

static void read_descriptor(struct felt_items *items, struct felt_message *m)
{
    m->descriptor.body = felt_items_bytes(items, FELT_DESCRIPTOR_MAX);
    felt_items_bin(items, m->descriptor.signature, FELT_SIGNATURE_LEN);
}

static void read_sync_members(struct felt_items *items, struct felt_message *m)
{
    m->sync_members.first = (uint32_t)felt_items_uint(items, FELT_BUCKETS - 1);
    read_buckets(items, m->sync_members.hashes);
}

static void read_sync_slots(struct felt_items *items, struct felt_message *m)
{
    m->sync_slots.era = felt_items_uint(items, UINT64_MAX);
    m->sync_slots.first = (uint32_t)felt_items_uint(items, FELT_BUCKETS - 1);
    read_buckets(items, m->sync_slots.hashes);
}

static void read_pull_slots(struct felt_items *items, struct felt_message *m)
{
    m->pull_slots.era = felt_items_uint(items, UINT64_MAX);
    m->pull_slots.first = (uint32_t)felt_items_uint(items, UINT32_MAX);
}

static void read_answered(struct felt_items *items, struct felt_message *m)
{
    m->answered.question = (enum felt_message_type)felt_items_uint(items, UINT32_MAX);
    m->answered.more = !felt_items_nil(items);
    m->answered.next = m->answered.more ? (uint32_t)felt_items_uint(items, UINT32_MAX) : 0;
    if (m->answered.question != FELT_MESSAGE_SYNC_MEMBERS &&
        m->answered.question != FELT_MESSAGE_SYNC_SLOTS &&
        m->answered.question != FELT_MESSAGE_PULL_SLOTS &&
        m->answered.question != FELT_MESSAGE_SYNC_NOTICES)
        items->bad = true;
    if (m->answered.question != FELT_MESSAGE_PULL_SLOTS && m->answered.next >= FELT_BUCKETS)
        items->bad = true;
}

static void read_candidate(struct felt_items *items, struct felt_message *m)
{
    struct felt_items ids;

    felt_items_bin(items, m->candidate.cookie, FELT_COOKIE_LEN);
    m->candidate.expect = (uint32_t)felt_items_uint(items, FELT_BOOTSTRAP_MAX);
    m->candidate.promised = felt_items_bool(items);
    ids = felt_items_array(items);
    m->candidate.n = count(&ids, FELT_CANDIDATES_MAX);
    for (uint32_t i = 0; i < m->candidate.n; i++) {
        felt_items_id(&ids, &m->candidate.ids[i]);
        if (i > 0 && felt_id_cmp(&m->candidate.ids[i - 1], &m->candidate.ids[i]) >= 0)
            ids.bad = true;
    }
    items->bad |= ids.bad | (m->candidate.expect == 0) |
                  (m->candidate.promised && m->candidate.n != m->candidate.expect);
}

/* Era and round of a vote; both begin at 1. */
static void read_vote(struct felt_items *items, uint64_t *ret_era, uint64_t *ret_round)
{
    *ret_era = felt_items_uint(items, UINT64_MAX - 1);
    *ret_round = felt_items_uint(items, UINT64_MAX);
    items->bad |= *ret_era == 0 || *ret_round == 0;
}

static void read_prepare(struct felt_items *items, struct felt_message *m)
{
    struct felt_items suspects;

    read_vote(items, &m->prepare.era, &m->prepare.round);
    suspects = felt_items_array(items);
    m->prepare.n = suspects.left / 2;
    if (suspects.bad || suspects.left % 2 != 0 || m->prepare.n > FELT_SUSPECTS_MAX) {
        items->bad = true;
        return;
    }
    for (uint32_t i = 0; i < m->prepare.n; i++) {
        felt_items_id(&suspects, &m->prepare.suspects[i].id);
        m->prepare.suspects[i].slots = read_hash(&suspects);
    }
    m->prepare.ordered = (uint32_t)felt_items_uint(items, (1u << m->prepare.n) - 1);
    items->bad |= suspects.bad;
}

static void read_promise(struct felt_items *items, struct felt_message *m)
{
    read_vote(items, &m->promise.era, &m->promise.round);
    felt_voice_read(items, &m->promise.voice);
    m->promise.silent = (uint32_t)felt_items_uint(items, (1u << FELT_SUSPECTS_MAX) - 1);
    felt_accepted_read(items, &m->promise.accepted, &m->promise.value);
}

static void read_accept(struct felt_items *items, struct felt_message *m)
{
    read_vote(items, &m->accept.era, &m->accept.round);
    felt_value_read(items, &m->accept.value);
}

static void read_accepted(struct felt_items *items, struct felt_message *m)
{
    read_vote(items, &m->accepted.era, &m->accepted.round);
    felt_voice_read(items, &m->accepted.voice);
}

static void read_outbid(struct felt_items *items, struct felt_message *m)
{
    read_vote(items, &m->outbid.era, &m->outbid.round);
    m->outbid.promised = felt_items_uint(items, UINT64_MAX);
}

static void read_decision(struct felt_items *items, struct felt_message *m)
{
    m->decision.era = felt_items_uint(items, UINT64_MAX);
    felt_value_read(items, &m->decision.value);
    items->bad |= m->decision.era < 2; /* founding is no decision */
}

static void read_silences(struct felt_items *items, struct felt_message *m)
{
    m->silences.n = count(items, FELT_SILENCES_MAX);
    for (uint32_t i = 0; i < m->silences.n; i++) {
        struct felt_items entry = felt_items_array(items);

        felt_items_id(&entry, &m->silences.entries[i].id);
        m->silences.entries[i].seconds = felt_items_uint(&entry, UINT32_MAX);
        items->bad |= entry.bad;
    }
}

static void read_notices(struct felt_items *items, struct felt_message *m)
{
    m->notices.n = items->left / 3;
    if (items->left == 0 || items->left % 3 != 0 || m->notices.n > FELT_NOTICES_MAX) {
        items->bad = true;
        return;
    }
    for (uint32_t i = 0; i < m->notices.n; i++)
        felt_notice_read(items, &m->notices.entries[i]);
}

static void read_sync_notices(struct felt_items *items, struct felt_message *m)
{
    m->sync_notices.first = (uint32_t)felt_items_uint(items, FELT_BUCKETS - 1);
    read_buckets(items, m->sync_notices.hashes);
}

static void read_confirm(struct felt_items *items, struct felt_message *m)
{
    m->confirm.padding = (uint32_t)felt_items_bytes(items, FELT_DATAGRAM_MAX).len;
}

static void read_confirmed(struct felt_items *items, struct felt_message *m)
{
    m->confirmed.session = felt_items_uint(items, UINT64_MAX);
    m->confirmed.verdict = (enum felt_identity_verdict)felt_items_uint(items, FELT_IDENTITY_TWIN);
}

static void read_challenge(struct felt_items *items, struct felt_message *m)
{
    m->challenge.nonce = read_hash(items);
    felt_items_id(items, &m->challenge.target);
}

static void read_present(struct felt_items *items, struct felt_message *m)
{
    m->present.nonce = read_hash(items);
}

static void read_path_probe(struct felt_items *items, struct felt_message *m)
{
    m->path_probe.seq = (uint32_t)felt_items_uint(items, UINT32_MAX);
    m->path_probe.family = (uint8_t)felt_items_uint(items, FELT_FAMILY_V6);
    items->bad |= m->path_probe.family != FELT_FAMILY_V4 && m->path_probe.family != FELT_FAMILY_V6;
}

static void read_path_answer(struct felt_items *items, struct felt_message *m)
{
    m->path_answer.seq = (uint32_t)felt_items_uint(items, UINT32_MAX);
}

/* Each reads the fields after the type. */
static void (*const read_fields[])(struct felt_items *items, struct felt_message *m) = {
    [FELT_MESSAGE_PROBE] = read_probe,
    [FELT_MESSAGE_ACK] = read_ack,
    [FELT_MESSAGE_PROBE_REQUEST] = read_probe_request,
    [FELT_MESSAGE_NACK] = read_nack,
    [FELT_MESSAGE_HELLO] = read_hello,
    [FELT_MESSAGE_COOKIE] = read_cookie,
    [FELT_MESSAGE_JOIN] = read_join,
    [FELT_MESSAGE_WELCOME] = read_welcome,
    [FELT_MESSAGE_GIFT] = read_gift,
    [FELT_MESSAGE_LIVENESS] = read_liveness,
    [FELT_MESSAGE_DESCRIPTOR] = read_descriptor,
    [FELT_MESSAGE_SYNC_MEMBERS] = read_sync_members,
    [FELT_MESSAGE_SUMMARY] = read_summary,
    [FELT_MESSAGE_FETCH] = read_fetch,
    [FELT_MESSAGE_SLOTS] = read_slots,
    [FELT_MESSAGE_SYNC_SLOTS] = read_sync_slots,
    [FELT_MESSAGE_PULL_SLOTS] = read_pull_slots,
    [FELT_MESSAGE_ANSWERED] = read_answered,
    [FELT_MESSAGE_CANDIDATE] = read_candidate,
    [FELT_MESSAGE_PREPARE] = read_prepare,
    [FELT_MESSAGE_PROMISE] = read_promise,
    [FELT_MESSAGE_ACCEPT] = read_accept,
    [FELT_MESSAGE_ACCEPTED] = read_accepted,
    [FELT_MESSAGE_OUTBID] = read_outbid,
    [FELT_MESSAGE_DECISION] = read_decision,
    [FELT_MESSAGE_SILENCES] = read_silences,
    [FELT_MESSAGE_CONFIRM] = read_confirm,
    [FELT_MESSAGE_CONFIRMED] = read_confirmed,
    [FELT_MESSAGE_CHALLENGE] = read_challenge,
    [FELT_MESSAGE_PRESENT] = read_present,
    [FELT_MESSAGE_NOTICES] = read_notices,
    [FELT_MESSAGE_SYNC_NOTICES] = read_sync_notices,
    [FELT_MESSAGE_PATH_PROBE] = read_path_probe,
    [FELT_MESSAGE_PATH_ANSWER] = read_path_answer,
};
static_assert(FELT_ARRAY_LEN(read_fields) == FELT_MESSAGE_TYPES, "each type is read");

int felt_reader_next(struct felt_reader *reader, struct felt_message *ret_message)
{
    while (reader->rest.len > 0) {
        struct felt_items items;
        msgpack_object object;
        uint64_t type;

        if (next_object(reader, &object) < 0)
            return -EINVAL;
        items = felt_items(&object);
        type = felt_items_uint(&items, UINT64_MAX);
        if (items.bad)
            return -EINVAL;
        if (type >= FELT_ARRAY_LEN(read_fields) || !read_fields[type])
            continue; /* a later version's */
        ret_message->type = (enum felt_message_type)type;
        read_fields[type](&items, ret_message);
        return items.bad ? -EINVAL : 1;
    }
    return 0;
}
