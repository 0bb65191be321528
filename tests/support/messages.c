/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/messages.h"

#include <assert.h>
#include <string.h>

#include "base/idiom.h"

struct source {
    struct felt_prng *prng;
    enum message_size size;
};

/* A number of low..high. */
static uint64_t number(const struct source *s, uint64_t low, uint64_t high)
{
    if (s->size == MESSAGE_SMALLEST)
        return low;
    if (s->size == MESSAGE_LARGEST)
        return high;
    /* Few bits as often as many, so that every width on the wire is met. */
    uint64_t v = felt_prng_next(s->prng) >> felt_prng_below(s->prng, 64);

    return high - low == UINT64_MAX ? v : low + v % (high - low + 1);
}

static void fill(const struct source *s, void *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)data)[i] = (uint8_t)felt_prng_next(s->prng);
}

static struct felt_id some_id(const struct source *s)
{
    struct felt_id id;

    fill(s, &id, sizeof(id));
    id.b[0] |= 1; /* never nobody */
    return id;
}

static struct felt_digest some_digest(const struct source *s)
{
    return (struct felt_digest){
        .era = number(s, 0, UINT64_MAX),
        .slots = number(s, 0, UINT64_MAX),
        .members = number(s, 0, UINT64_MAX),
        .notices = number(s, 0, UINT64_MAX),
    };
}

static enum felt_liveness_state some_state(const struct source *s)
{
    return (enum felt_liveness_state)number(s, FELT_LIVENESS_ALIVE, FELT_LIVENESS_LEFT);
}

static void some_liveness(const struct source *s, struct felt_message *m)
{
    /* The largest entries are suspicions; only so many of them fit. */
    const uint32_t fit = s->size == MESSAGE_LARGEST ? 31 : FELT_LIVENESS_MAX / 2;

    m->liveness.n = (uint32_t)number(s, 1, fit);
    for (uint32_t i = 0; i < m->liveness.n; i++) {
        struct felt_liveness *e = &m->liveness.entries[i];

        e->id = some_id(s);
        e->incarnation = number(s, 0, UINT64_MAX);
        e->state = s->size == MESSAGE_LARGEST ? FELT_LIVENESS_SUSPECT : some_state(s);
        e->origin = e->state == FELT_LIVENESS_SUSPECT ? (uint32_t)number(s, 0, UINT32_MAX) : 0;
    }
}

static void some_answered(const struct source *s, struct felt_message *m)
{
    static const enum felt_message_type questions[] = {
        FELT_MESSAGE_SYNC_MEMBERS, FELT_MESSAGE_SYNC_NOTICES, FELT_MESSAGE_SYNC_SLOTS,
        FELT_MESSAGE_PULL_SLOTS};

    m->answered.question = questions[number(s, 0, FELT_ARRAY_LEN(questions) - 1)];
    m->answered.more = number(s, 0, 1) > 0;
    m->answered.next = 0;
    if (m->answered.more)
        m->answered.next = (uint32_t)number(
            s, 0, m->answered.question == FELT_MESSAGE_PULL_SLOTS ? UINT32_MAX : FELT_BUCKETS - 1);
}

static void some_summary(const struct source *s, struct felt_message *m)
{
    m->summary.n = (uint32_t)number(s, 1, 29); /* of the largest entries no more fit */
    for (uint32_t i = 0; i < m->summary.n; i++)
        m->summary.entries[i] = (struct felt_summary_entry){
            .id = some_id(s),
            .version = number(s, 0, UINT64_MAX),
            .incarnation = number(s, 0, UINT64_MAX),
            .state = some_state(s),
        };
}

/* Ascending ranges; as wide on the wire as they get, where that is asked for. */
static uint32_t some_ranges(const struct source *s, struct felt_slot_range *ranges, uint32_t low)
{
    uint32_t n = (uint32_t)number(s, low, FELT_VALUE_RANGES_MAX);

    for (uint32_t i = 0; i < n; i++)
        ranges[i] = (struct felt_slot_range){.first = 1000 * i + (uint32_t)number(s, 0, 400),
                                             .count = (uint32_t)number(s, 1, 600)};
    return n;
}

static struct felt_value some_value(const struct source *s)
{
    struct felt_value value = {.heir = some_id(s)};

    value.n = some_ranges(s, value.ranges, 1);
    return value;
}

static struct felt_voice some_voice(const struct source *s)
{
    struct felt_voice voice = {.digest = number(s, 0, UINT64_MAX), .whole = number(s, 0, 1) == 1};

    voice.n = some_ranges(s, voice.ranges, 0);
    return voice;
}

static struct felt_ballot some_ballot(const struct source *s)
{
    return (struct felt_ballot){.round = number(s, 1, UINT64_MAX), .id = some_id(s)};
}

static void some_record(const struct source *s, struct felt_acceptor *record)
{
    if (number(s, 0, 2) == 0)
        return; /* nothing is voted on */
    record->promised = some_ballot(s);
    if (number(s, 0, 1) == 0)
        return;
    record->accepted = record->promised;
    record->value = some_value(s);
}

static void some_vote(const struct source *s, struct felt_message *m)
{
    /* Era and round are at the same place in each. */
    m->prepare.era = number(s, 1, UINT64_MAX - 1);
    m->prepare.round = number(s, 1, UINT64_MAX);
    if (m->type == FELT_MESSAGE_PREPARE) {
        m->prepare.n = (uint32_t)number(s, 0, FELT_SUSPECTS_MAX);
        for (uint32_t i = 0; i < m->prepare.n; i++)
            m->prepare.suspects[i] =
                (struct felt_suspect){.id = some_id(s), .slots = number(s, 0, UINT64_MAX)};
        if (m->prepare.n > 0)
            m->prepare.ordered =
                (uint32_t)m->prepare.suspects[0].slots & ((1u << m->prepare.n) - 1);
    } else if (m->type == FELT_MESSAGE_PROMISE) {
        m->promise.voice = some_voice(s);
        m->promise.silent = (uint32_t)number(s, 0, UINT16_MAX);
        if (number(s, 0, 1) == 1) {
            m->promise.accepted = some_ballot(s);
            m->promise.value = some_value(s);
        }
    } else if (m->type == FELT_MESSAGE_ACCEPT) {
        m->accept.value = some_value(s);
    } else if (m->type == FELT_MESSAGE_ACCEPTED) {
        m->accepted.voice = some_voice(s);
    } else {
        m->outbid.promised = number(s, 0, UINT64_MAX);
    }
}

static void some_silences(const struct source *s, struct felt_message *m)
{
    m->silences.n = (uint32_t)number(s, 1, FELT_SILENCES_MAX);
    for (uint32_t i = 0; i < m->silences.n; i++)
        m->silences.entries[i] =
            (struct felt_silent){.id = some_id(s), .seconds = number(s, 0, UINT32_MAX)};
}

static void some_slots(const struct source *s, struct felt_message *m)
{
    const uint32_t fit = 60; /* runs of the largest numbers */
    struct felt_id owners[3];
    uint32_t at;

    m->slots.era = number(s, 1, UINT64_MAX);
    some_record(s, &m->slots.record);
    m->slots.first = s->size == MESSAGE_LARGEST ? UINT32_MAX - fit : (uint32_t)number(s, 0, 9999);
    at = m->slots.first;
    for (size_t i = 0; i < 3; i++)
        owners[i] = some_id(s);
    m->slots.n = s->size == MESSAGE_LARGEST ? fit / 2 : (uint32_t)number(s, 1, fit / 2);
    for (uint32_t i = 0; i < m->slots.n; i++) {
        m->slots.runs[i] = (struct felt_run){
            .count = s->size == MESSAGE_LARGEST ? 2 : (uint32_t)number(s, 1, 9999),
            .owner = owners[i % 3],
            .term = number(s, 1, m->slots.era),
            .seq = (uint32_t)number(s, 0, UINT32_MAX),
        };
        at += m->slots.runs[i].count;
    }
    m->slots.total = (uint32_t)number(s, at, UINT32_MAX);
}

static void some_join(const struct source *s, struct felt_message *m)
{
    struct felt_ip *ip = &m->join.wish.ip;

    fill(s, m->join.cookie, FELT_COOKIE_LEN);
    fill(s, m->join.request, FELT_REQUEST_ID_LEN);
    m->join.era = number(s, 0, UINT64_MAX);
    ip->family = (uint8_t)(number(s, 0, 2) * 2);
    if (ip->family == 2)
        ip->family = FELT_FAMILY_V6;
    fill(s, ip->bytes, felt_ip_len(ip));
    m->join.wish.len = (uint8_t)number(s, 0, felt_ip_len(ip) * 8);
}

static void some_gift(const struct source *s, struct felt_message *m)
{
    fill(s, m->gift.request, FELT_REQUEST_ID_LEN);
    m->gift.result = (enum felt_gift_result)number(s, FELT_GIFT_GIVEN, FELT_GIFT_HEIR);
    if (s->size == MESSAGE_LARGEST)
        m->gift.result = FELT_GIFT_ASK;
    if (m->gift.result == FELT_GIFT_ASK)
        m->gift.referral = some_id(s);
    m->gift.lease = UINT32_MAX;
    if (m->gift.result == FELT_GIFT_GIVEN && s->size != MESSAGE_SMALLEST)
        m->gift.lease = (uint32_t)number(s, 0, UINT32_MAX);
}

static void some_buckets(const struct source *s, uint64_t hashes[FELT_BUCKETS])
{
    for (size_t i = 0; i < FELT_BUCKETS; i++)
        hashes[i] = number(s, 0, UINT64_MAX);
}

/* len bytes of the sample's own. */
static struct felt_bytes borrowed(const struct source *s, struct sample *sample, size_t len)
{
    fill(s, sample->bytes, len);
    return felt_bytes(sample->bytes, len);
}

static void some_notices(const struct source *s, struct felt_message *m, struct sample *sample)
{
    m->notices.n = (uint32_t)number(s, 1, 13); /* of the largest entries no more fit */
    for (uint32_t i = 0; i < m->notices.n; i++)
        m->notices.entries[i] = (struct felt_notice){
            .key = (uint32_t)number(s, 0, UINT32_MAX),
            .version = number(s, 1, UINT64_MAX),
            .value = borrowed(s, sample, number(s, 0, FELT_NOTICE_VALUE_MAX)),
        };
}

static void some_candidate(const struct source *s, struct felt_message *m)
{
    uint32_t n = (uint32_t)number(s, 1, FELT_BOOTSTRAP_MAX);

    fill(s, m->candidate.cookie, FELT_COOKIE_LEN);
    m->candidate.expect = n;
    m->candidate.promised = number(s, 0, 1) == 1;
    m->candidate.n = n;
    for (uint32_t i = 0; i < n; i++) {
        m->candidate.ids[i] = some_id(s);
        m->candidate.ids[i].b[0] = (uint8_t)(i + 1); /* ascending */
    }
}

void sample_message(struct felt_prng *prng, enum felt_message_type type, enum message_size size,
                    struct sample *ret_sample)
{
    const struct source source = {.prng = prng, .size = size}, *s = &source;
    struct felt_message *m = &ret_sample->message;

    memset(ret_sample, 0, sizeof(*ret_sample));
    m->type = type;
    switch (type) {
    case FELT_MESSAGE_PROBE:
        m->probe.seq = (uint32_t)number(s, 0, UINT32_MAX);
        m->probe.target = some_id(s);
        m->probe.digest = some_digest(s);
        return;
    case FELT_MESSAGE_ACK:
        m->ack.seq = (uint32_t)number(s, 0, UINT32_MAX);
        m->ack.digest = some_digest(s);
        return;
    case FELT_MESSAGE_PROBE_REQUEST:
        m->probe_request.seq = (uint32_t)number(s, 0, UINT32_MAX);
        m->probe_request.target = some_id(s);
        return;
    case FELT_MESSAGE_NACK:
        m->nack.seq = (uint32_t)number(s, 0, UINT32_MAX);
        m->nack.refused = number(s, 0, 1) == 1;
        return;
    case FELT_MESSAGE_HELLO:
        m->hello.padding = (uint32_t)number(s, 0, 1000);
        return;
    case FELT_MESSAGE_COOKIE:
        return fill(s, m->cookie.cookie, FELT_COOKIE_LEN);
    case FELT_MESSAGE_JOIN:
        return some_join(s, m);
    case FELT_MESSAGE_WELCOME:
        fill(s, m->welcome.request, FELT_REQUEST_ID_LEN);
        m->welcome.config = borrowed(s, ret_sample, number(s, 0, FELT_CONFIG_TEXT_MAX));
        m->welcome.lease_time = number(s, 0, FELT_LEASE_TIME_MAX_SEC);
        return;
    case FELT_MESSAGE_GIFT:
        return some_gift(s, m);
    case FELT_MESSAGE_LIVENESS:
        return some_liveness(s, m);
    case FELT_MESSAGE_DESCRIPTOR:
        m->descriptor.body = borrowed(s, ret_sample, number(s, 0, FELT_DESCRIPTOR_MAX));
        return fill(s, m->descriptor.signature, FELT_SIGNATURE_LEN);
    case FELT_MESSAGE_SYNC_MEMBERS:
        m->sync_members.first = (uint32_t)number(s, 0, FELT_BUCKETS - 1);
        return some_buckets(s, m->sync_members.hashes);
    case FELT_MESSAGE_SUMMARY:
        return some_summary(s, m);
    case FELT_MESSAGE_FETCH:
        m->fetch.n = (uint32_t)number(s, 1, FELT_FETCH_MAX);
        for (uint32_t i = 0; i < m->fetch.n; i++)
            m->fetch.ids[i] = some_id(s);
        return;
    case FELT_MESSAGE_SLOTS:
        return some_slots(s, m);
    case FELT_MESSAGE_SYNC_SLOTS:
        m->sync_slots.era = number(s, 0, UINT64_MAX);
        m->sync_slots.first = (uint32_t)number(s, 0, FELT_BUCKETS - 1);
        return some_buckets(s, m->sync_slots.hashes);
    case FELT_MESSAGE_PULL_SLOTS:
        m->pull_slots.era = number(s, 0, UINT64_MAX);
        m->pull_slots.first = (uint32_t)number(s, 0, UINT32_MAX);
        return;
    case FELT_MESSAGE_ANSWERED:
        return some_answered(s, m);
    case FELT_MESSAGE_CANDIDATE:
        return some_candidate(s, m);
    case FELT_MESSAGE_NOTICES:
        return some_notices(s, m, ret_sample);
    case FELT_MESSAGE_SYNC_NOTICES:
        m->sync_notices.first = (uint32_t)number(s, 0, FELT_BUCKETS - 1);
        return some_buckets(s, m->sync_notices.hashes);
    case FELT_MESSAGE_PREPARE:
    case FELT_MESSAGE_PROMISE:
    case FELT_MESSAGE_ACCEPT:
    case FELT_MESSAGE_ACCEPTED:
    case FELT_MESSAGE_OUTBID:
        return some_vote(s, m);
    case FELT_MESSAGE_DECISION:
        m->decision.era = number(s, 2, UINT64_MAX);
        m->decision.value = some_value(s);
        return;
    case FELT_MESSAGE_SILENCES:
        return some_silences(s, m);
    case FELT_MESSAGE_CONFIRM:
        m->confirm.padding = (uint32_t)number(s, 0, 1000);
        return;
    case FELT_MESSAGE_CONFIRMED:
        m->confirmed.session = number(s, 0, UINT64_MAX);
        m->confirmed.verdict =
            (enum felt_identity_verdict)number(s, FELT_IDENTITY_CURRENT, FELT_IDENTITY_TWIN);
        return;
    case FELT_MESSAGE_CHALLENGE:
        m->challenge.nonce = number(s, 0, UINT64_MAX);
        m->challenge.target = some_id(s);
        return;
    case FELT_MESSAGE_PRESENT:
        m->present.nonce = number(s, 0, UINT64_MAX);
        return;
    case FELT_MESSAGE_PATH_PROBE:
        m->path_probe.seq = (uint32_t)number(s, 0, UINT32_MAX);
        m->path_probe.family = number(s, 0, 1) ? FELT_FAMILY_V6 : FELT_FAMILY_V4;
        return;
    case FELT_MESSAGE_PATH_ANSWER:
        m->path_answer.seq = (uint32_t)number(s, 0, UINT32_MAX);
        return;
    }
    assert(false && "message type");
}
