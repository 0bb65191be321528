/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/message.h"

#include "base/idiom.h"
#include "wire/notice.h"
#include "wire/pack.h"

const char *felt_message_name(enum felt_message_type type)
{
    static const char *const names[] = {
        [FELT_MESSAGE_PROBE] = "probe",
        [FELT_MESSAGE_ACK] = "ack",
        [FELT_MESSAGE_PROBE_REQUEST] = "probe-request",
        [FELT_MESSAGE_NACK] = "nack",
        [FELT_MESSAGE_HELLO] = "hello",
        [FELT_MESSAGE_COOKIE] = "cookie",
        [FELT_MESSAGE_JOIN] = "join",
        [FELT_MESSAGE_WELCOME] = "welcome",
        [FELT_MESSAGE_GIFT] = "gift",
        [FELT_MESSAGE_LIVENESS] = "liveness",
        [FELT_MESSAGE_DESCRIPTOR] = "descriptor",
        [FELT_MESSAGE_SYNC_MEMBERS] = "sync-members",
        [FELT_MESSAGE_SUMMARY] = "summary",
        [FELT_MESSAGE_FETCH] = "fetch",
        [FELT_MESSAGE_SLOTS] = "slots",
        [FELT_MESSAGE_SYNC_SLOTS] = "sync-slots",
        [FELT_MESSAGE_PULL_SLOTS] = "pull-slots",
        [FELT_MESSAGE_ANSWERED] = "answered",
        [FELT_MESSAGE_CANDIDATE] = "candidate",
        [FELT_MESSAGE_PREPARE] = "prepare",
        [FELT_MESSAGE_PROMISE] = "promise",
        [FELT_MESSAGE_ACCEPT] = "accept",
        [FELT_MESSAGE_ACCEPTED] = "accepted",
        [FELT_MESSAGE_OUTBID] = "outbid",
        [FELT_MESSAGE_DECISION] = "decision",
        [FELT_MESSAGE_SILENCES] = "silences",
        [FELT_MESSAGE_CONFIRM] = "confirm",
        [FELT_MESSAGE_CONFIRMED] = "confirmed",
        [FELT_MESSAGE_CHALLENGE] = "challenge",
        [FELT_MESSAGE_PRESENT] = "present",
        [FELT_MESSAGE_NOTICES] = "notices",
        [FELT_MESSAGE_SYNC_NOTICES] = "sync-notices",
        [FELT_MESSAGE_PATH_PROBE] = "path-probe",
        [FELT_MESSAGE_PATH_ANSWER] = "path-answer",
    };

    static_assert(FELT_ARRAY_LEN(names) == FELT_MESSAGE_TYPES, "each type has a name");
    assert((size_t)type < FELT_ARRAY_LEN(names) && names[type]);
    return names[type];
}

int felt_envelope_encode(const struct felt_envelope *envelope, uint8_t *buf, size_t room,
                         size_t *ret_len)
{
    struct felt_pack p;

    felt_pack_init(&p, buf, room);
    felt_pack_array(&p, envelope->ring ? 7 : 6);
    felt_pack_id(&p, &envelope->sender);
    felt_pack_uint(&p, envelope->session);
    felt_pack_uint(&p, envelope->counter);
    felt_pack_uint(&p, envelope->generation);
    felt_pack_uint(&p, envelope->start);
    felt_pack_uint(&p, envelope->save);
    if (envelope->ring)
        felt_pack_uint(&p, envelope->ring);
    return felt_pack_done(&p, ret_len);
}

/* The array of a message: its type and `fields` more items. */
static void begin(struct felt_pack *p, enum felt_message_type type, size_t fields)
{
    felt_pack_array(p, 1 + fields);
    felt_pack_uint(p, type);
}

/* Hashes are opaque: eight bytes each, as bin, instead of nine as integers. */
static void pack_hash(struct felt_pack *p, uint64_t hash)
{
    uint8_t b[8];

    felt_put_be64(b, hash);
    felt_pack_bin(p, b, sizeof(b));
}

#define DIGEST_FIELDS 4

static void pack_digest(struct felt_pack *p, const struct felt_digest *digest)
{
    felt_pack_uint(p, digest->era);
    pack_hash(p, digest->slots);
    pack_hash(p, digest->members);
    pack_hash(p, digest->notices);
}

static void pack_buckets(struct felt_pack *p, const uint64_t hashes[FELT_BUCKETS])
{
    uint8_t b[FELT_BUCKETS * 8];

    for (size_t i = 0; i < FELT_BUCKETS; i++)
        felt_put_be64(b + i * 8, hashes[i]);
    felt_pack_bin(p, b, sizeof(b));
}

static void pack_liveness(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, m->liveness.n);
    for (uint32_t i = 0; i < m->liveness.n; i++) {
        const struct felt_liveness *e = &m->liveness.entries[i];
        bool suspect = e->state == FELT_LIVENESS_SUSPECT;

        felt_pack_array(p, suspect ? 4 : 3);
        felt_pack_id(p, &e->id);
        felt_pack_uint(p, e->incarnation);
        felt_pack_uint(p, e->state);
        if (suspect)
            felt_pack_uint(p, e->origin);
    }
}

static void pack_summary(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, m->summary.n);
    for (uint32_t i = 0; i < m->summary.n; i++) {
        const struct felt_summary_entry *e = &m->summary.entries[i];

        felt_pack_array(p, 4);
        felt_pack_id(p, &e->id);
        felt_pack_uint(p, e->version);
        felt_pack_uint(p, e->incarnation);
        felt_pack_uint(p, e->state);
    }
}

/* The owners of the runs, each once, in the order of first appearance; *ret_n of them. Returns
 * whether they fit. index[i] is the place of run i's owner. */
static bool owners_of(const struct felt_message *m, struct felt_id owners[FELT_OWNERS_MAX],
                      uint32_t *ret_n, uint32_t index[FELT_RUNS_MAX])
{
    uint32_t n = 0, k;

    for (uint32_t i = 0; i < m->slots.n; i++) {
        for (k = 0; k < n && !felt_id_equal(&owners[k], &m->slots.runs[i].owner); k++)
            ;
        if (k == n) {
            if (n == FELT_OWNERS_MAX)
                return false;
            owners[n++] = m->slots.runs[i].owner;
        }
        index[i] = k;
    }
    *ret_n = n;
    return true;
}

static void pack_slots(struct felt_pack *p, const struct felt_message *m)
{
    struct felt_id owners[FELT_OWNERS_MAX];
    uint32_t index[FELT_RUNS_MAX], n_owners;

    if (!owners_of(m, owners, &n_owners, index)) {
        p->full = true;
        return;
    }
    begin(p, m->type, 6);
    felt_pack_uint(p, m->slots.era);
    felt_acceptor_pack(p, &m->slots.record);
    felt_pack_uint(p, m->slots.total);
    felt_pack_uint(p, m->slots.first);
    felt_pack_array(p, n_owners);
    for (uint32_t i = 0; i < n_owners; i++)
        felt_pack_id(p, &owners[i]);
    felt_pack_array(p, (size_t)m->slots.n * 4);
    for (uint32_t i = 0; i < m->slots.n; i++) {
        felt_pack_uint(p, m->slots.runs[i].count);
        felt_pack_uint(p, index[i]);
        felt_pack_uint(p, m->slots.runs[i].term);
        felt_pack_uint(p, m->slots.runs[i].seq);
    }
}

static void pack_notices(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, (size_t)m->notices.n * 3);
    for (uint32_t i = 0; i < m->notices.n; i++)
        felt_notice_pack(p, &m->notices.entries[i]);
}

static void pack_padding(struct felt_pack *p, enum felt_message_type type, uint32_t padding)
{
    static const uint8_t nothing[FELT_DATAGRAM_MAX];

    assert(padding <= sizeof(nothing));
    begin(p, type, 1);
    felt_pack_bin(p, nothing, padding);
}

static void pack_confirm(struct felt_pack *p, const struct felt_message *m)
{
    pack_padding(p, m->type, m->confirm.padding);
}

static void pack_confirmed(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->confirmed.session);
    felt_pack_uint(p, m->confirmed.verdict);
}

static void pack_challenge(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    pack_hash(p, m->challenge.nonce);
    felt_pack_id(p, &m->challenge.target);
}

static void pack_present(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 1);
    pack_hash(p, m->present.nonce);
}

static void pack_join(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 5);
    felt_pack_bin(p, m->join.cookie, FELT_COOKIE_LEN);
    felt_pack_bin(p, m->join.request, FELT_REQUEST_ID_LEN);
    felt_pack_uint(p, m->join.era);
    felt_pack_ip(p, &m->join.wish.ip);
    felt_pack_uint(p, m->join.wish.len);
}

static void pack_gift(struct felt_pack *p, const struct felt_message *m)
{
    bool ask = m->gift.result == FELT_GIFT_ASK, given = m->gift.result == FELT_GIFT_GIVEN;

    begin(p, m->type, ask || given ? 3 : 2);
    felt_pack_bin(p, m->gift.request, FELT_REQUEST_ID_LEN);
    felt_pack_uint(p, m->gift.result);
    if (ask)
        felt_pack_id(p, &m->gift.referral);
    if (given && m->gift.lease == UINT32_MAX)
        felt_pack_nil(p);
    else if (given)
        felt_pack_uint(p, m->gift.lease);
}

static void pack_fetch(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, m->fetch.n);
    for (uint32_t i = 0; i < m->fetch.n; i++)
        felt_pack_id(p, &m->fetch.ids[i]);
}

static void pack_probe(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2 + DIGEST_FIELDS);
    felt_pack_uint(p, m->probe.seq);
    felt_pack_id(p, &m->probe.target);
    pack_digest(p, &m->probe.digest);
}

static void pack_answered(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->answered.question);
    if (m->answered.more)
        felt_pack_uint(p, m->answered.next);
    else
        felt_pack_nil(p);
}

static void pack_candidate(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 4);
    felt_pack_bin(p, m->candidate.cookie, FELT_COOKIE_LEN);
    felt_pack_uint(p, m->candidate.expect);
    felt_pack_bool(p, m->candidate.promised);
    felt_pack_array(p, m->candidate.n);
    for (uint32_t i = 0; i < m->candidate.n; i++)
        felt_pack_id(p, &m->candidate.ids[i]);
}

static void pack_prepare(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 4);
    felt_pack_uint(p, m->prepare.era);
    felt_pack_uint(p, m->prepare.round);
    felt_pack_array(p, (size_t)m->prepare.n * 2);
    for (uint32_t i = 0; i < m->prepare.n; i++) {
        felt_pack_id(p, &m->prepare.suspects[i].id);
        pack_hash(p, m->prepare.suspects[i].slots);
    }
    felt_pack_uint(p, m->prepare.ordered);
}

static void pack_promise(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 7);
    felt_pack_uint(p, m->promise.era);
    felt_pack_uint(p, m->promise.round);
    felt_voice_pack(p, &m->promise.voice);
    felt_pack_uint(p, m->promise.silent);
    felt_accepted_pack(p, &m->promise.accepted, &m->promise.value);
}

static void pack_silences(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, m->silences.n);
    for (uint32_t i = 0; i < m->silences.n; i++) {
        felt_pack_array(p, 2);
        felt_pack_id(p, &m->silences.entries[i].id);
        felt_pack_uint(p, m->silences.entries[i].seconds);
    }
}

static void pack_ack(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 1 + DIGEST_FIELDS);
    felt_pack_uint(p, m->ack.seq);
    pack_digest(p, &m->ack.digest);
}

static void pack_probe_request(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->probe_request.seq);
    felt_pack_id(p, &m->probe_request.target);
}

static void pack_nack(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->nack.seq);
    felt_pack_bool(p, m->nack.refused);
}

static void pack_hello(struct felt_pack *p, const struct felt_message *m)
{
    pack_padding(p, m->type, m->hello.padding);
}

static void pack_cookie(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 1);
    felt_pack_bin(p, m->cookie.cookie, FELT_COOKIE_LEN);
}

static void pack_welcome(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 3);
    felt_pack_bin(p, m->welcome.request, FELT_REQUEST_ID_LEN);
    felt_pack_bin(p, m->welcome.config.data, m->welcome.config.len);
    felt_pack_uint(p, m->welcome.lease_time);
}

static void pack_descriptor(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_bin(p, m->descriptor.body.data, m->descriptor.body.len);
    felt_pack_bin(p, m->descriptor.signature, FELT_SIGNATURE_LEN);
}

static void pack_sync_members(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->sync_members.first);
    pack_buckets(p, m->sync_members.hashes);
}

static void pack_sync_slots(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 3);
    felt_pack_uint(p, m->sync_slots.era);
    felt_pack_uint(p, m->sync_slots.first);
    pack_buckets(p, m->sync_slots.hashes);
}

static void pack_pull_slots(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->pull_slots.era);
    felt_pack_uint(p, m->pull_slots.first);
}

static void pack_sync_notices(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->sync_notices.first);
    pack_buckets(p, m->sync_notices.hashes);
}

static void pack_path_probe(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->path_probe.seq);
    felt_pack_uint(p, m->path_probe.family);
}

static void pack_path_answer(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 1);
    felt_pack_uint(p, m->path_answer.seq);
}

static void pack_accept(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 3);
    felt_pack_uint(p, m->accept.era);
    felt_pack_uint(p, m->accept.round);
    felt_value_pack(p, &m->accept.value);
}

static void pack_accepted(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 5);
    felt_pack_uint(p, m->accepted.era);
    felt_pack_uint(p, m->accepted.round);
    felt_voice_pack(p, &m->accepted.voice);
}

static void pack_outbid(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 3);
    felt_pack_uint(p, m->outbid.era);
    felt_pack_uint(p, m->outbid.round);
    felt_pack_uint(p, m->outbid.promised);
}

static void pack_decision(struct felt_pack *p, const struct felt_message *m)
{
    begin(p, m->type, 2);
    felt_pack_uint(p, m->decision.era);
    felt_value_pack(p, &m->decision.value);
}

/* Each writes the type and the fields after it. */
static void (*const pack_fields[])(struct felt_pack *p, const struct felt_message *m) = {
    [FELT_MESSAGE_PROBE] = pack_probe,
    [FELT_MESSAGE_ACK] = pack_ack,
    [FELT_MESSAGE_PROBE_REQUEST] = pack_probe_request,
    [FELT_MESSAGE_NACK] = pack_nack,
    [FELT_MESSAGE_HELLO] = pack_hello,
    [FELT_MESSAGE_COOKIE] = pack_cookie,
    [FELT_MESSAGE_JOIN] = pack_join,
    [FELT_MESSAGE_WELCOME] = pack_welcome,
    [FELT_MESSAGE_GIFT] = pack_gift,
    [FELT_MESSAGE_LIVENESS] = pack_liveness,
    [FELT_MESSAGE_DESCRIPTOR] = pack_descriptor,
    [FELT_MESSAGE_SYNC_MEMBERS] = pack_sync_members,
    [FELT_MESSAGE_SUMMARY] = pack_summary,
    [FELT_MESSAGE_FETCH] = pack_fetch,
    [FELT_MESSAGE_SLOTS] = pack_slots,
    [FELT_MESSAGE_SYNC_SLOTS] = pack_sync_slots,
    [FELT_MESSAGE_PULL_SLOTS] = pack_pull_slots,
    [FELT_MESSAGE_ANSWERED] = pack_answered,
    [FELT_MESSAGE_CANDIDATE] = pack_candidate,
    [FELT_MESSAGE_PREPARE] = pack_prepare,
    [FELT_MESSAGE_PROMISE] = pack_promise,
    [FELT_MESSAGE_ACCEPT] = pack_accept,
    [FELT_MESSAGE_ACCEPTED] = pack_accepted,
    [FELT_MESSAGE_OUTBID] = pack_outbid,
    [FELT_MESSAGE_DECISION] = pack_decision,
    [FELT_MESSAGE_SILENCES] = pack_silences,
    [FELT_MESSAGE_CONFIRM] = pack_confirm,
    [FELT_MESSAGE_CONFIRMED] = pack_confirmed,
    [FELT_MESSAGE_CHALLENGE] = pack_challenge,
    [FELT_MESSAGE_PRESENT] = pack_present,
    [FELT_MESSAGE_NOTICES] = pack_notices,
    [FELT_MESSAGE_SYNC_NOTICES] = pack_sync_notices,
    [FELT_MESSAGE_PATH_PROBE] = pack_path_probe,
    [FELT_MESSAGE_PATH_ANSWER] = pack_path_answer,
};
static_assert(FELT_ARRAY_LEN(pack_fields) == FELT_MESSAGE_TYPES, "each type is written");

int felt_message_encode(const struct felt_message *message, uint8_t *buf, size_t room,
                        size_t *ret_len)
{
    struct felt_pack p;

    assert((size_t)message->type < FELT_ARRAY_LEN(pack_fields) && pack_fields[message->type]);
    felt_pack_init(&p, buf, room);
    pack_fields[message->type](&p, message);
    return felt_pack_done(&p, ret_len);
}
