/* SPDX-License-Identifier: Apache-2.0 */
#include "node/letter.h"

#include <string.h>

#include "base/mutant.h"
#include "gossip/scale.h"

/* Largest encodings, to know how much fits: proto/messages.cddl. */
#define LIVENESS_ENTRY 35 /* array, id 18, incarnation 9, state 1, origin 5 */
#define LIVENESS_HEAD  5  /* array, type */
#define LIVENESS_SPACE (LIVENESS_HEAD + 8 * LIVENESS_ENTRY) /* two suspects, by four each */
#define SLOTS_SPACE    96 /* one run: head 31, owner 19, run 20, and some air; a record beside it */
#define NOTICES_HEAD   5  /* array, type */
#define NOTICES_SPACE  (NOTICES_HEAD + 80) /* one: key 5, version 9, value 66 */
#define ANSWERED_SPACE 8                   /* array, type, question, slot */
#define MEMBER_SPACE   480 /* descriptor 320, signature 66, heads 8, liveness 40, and some air */

void felt_letter_open_to(struct felt_letter *letter, struct felt_node *node,
                         const struct felt_endpoint *to, uint32_t member)
{
    struct felt_envelope envelope = {.sender = *felt_node_id(node),
                                     .session = node->session,
                                     .counter = ++node->counter,
                                     .generation = node->generation.number,
                                     .start = node->confirm.start,
                                     .save = node->saver.durable,
                                     .ring = member == FELT_MEMBER_NONE ? 0 : felt_keys_mark(node)};
    int r;

    letter->node = node;
    letter->to = *to;
    letter->member = member;
    letter->rumours = member != FELT_MEMBER_NONE;
    letter->empty = true;
    letter->overlay = false;
    letter->pad_to = 0;
    r = felt_envelope_encode(&envelope, letter->plain, sizeof(letter->plain), &letter->len);
    assert(r == 0);
    /* Who thinks itself well and is not thought so by us must hear it first, to refute it. */
    if (letter->rumours && felt_members_peek(node->members, member)->state != FELT_MEMBER_ALIVE &&
        !felt_swim_tuning(node->swim)->plain) {
        struct felt_message *m = &node->outgoing;

        m->type = FELT_MESSAGE_LIVENESS;
        m->liveness.n = 1;
        m->liveness.entries[0] = felt_swim_liveness(node->swim, member);
        felt_letter_write(letter, m);
        letter->empty = true;
    }
}

void felt_letter_open(struct felt_letter *letter, struct felt_node *node, uint32_t member)
{
    const struct felt_member *m = felt_members_peek(node->members, member);

    felt_letter_open_to(letter, node, &m->descriptor->advertise, member);
}

size_t felt_letter_room(const struct felt_letter *letter)
{
    return sizeof(letter->plain) - letter->len;
}

/* As felt_letter_write(), and so many bytes stay free. */
static bool write_but(struct felt_letter *letter, const struct felt_message *message, size_t kept)
{
    size_t room = felt_letter_room(letter), len;

    if (room < kept ||
        felt_message_encode(message, letter->plain + letter->len, room - kept, &len) < 0)
        return false;
    letter->len += len;
    letter->empty = false;
    return true;
}

bool felt_letter_write(struct felt_letter *letter, const struct felt_message *message)
{
    return write_but(letter, message, 0);
}

bool felt_letter_write_member(struct felt_letter *letter, uint32_t i)
{
    const struct felt_member *member = felt_members_peek(letter->node->members, i);
    struct felt_message *m = &letter->node->outgoing;
    size_t before = letter->len;
    bool empty = letter->empty;

    m->type = FELT_MESSAGE_DESCRIPTOR;
    m->descriptor.body = felt_bytes(member->descriptor->body, member->descriptor->body_len);
    memcpy(m->descriptor.signature, member->descriptor->signature, FELT_SIGNATURE_LEN);
    if (!felt_letter_write(letter, m))
        return false;
    m->type = FELT_MESSAGE_LIVENESS;
    m->liveness.n = 1;
    m->liveness.entries[0] = felt_swim_liveness(letter->node->swim, i);
    if (felt_letter_write(letter, m))
        return true;
    letter->len = before;
    letter->empty = empty;
    return false;
}

/* Nothing of the map is told that is not durable. */
static bool may_tell_slots(const struct felt_node *node)
{
    return felt_saver_settled(&node->saver) || FELT_MUTANT(GIFT_UNSAVED) ||
           FELT_MUTANT(GOSSIP_UNSAVED);
}

uint32_t felt_letter_write_slots(struct felt_letter *letter, uint32_t first, uint32_t end)
{
    struct felt_node *node = letter->node;
    struct felt_message *m = &node->outgoing;
    uint32_t next = felt_exchange_fill(node->map, first, end, m);

    assert(may_tell_slots(node));
    m->slots.era = node->era;
    m->slots.record = node->acceptor;
    if (FELT_MUTANT(NO_RECORD))
        m->slots.record = (struct felt_acceptor){0};
    if (FELT_MUTANT(NO_PROMISE))
        m->slots.record.promised = m->slots.record.accepted;
    /* Owners differ in how well they pack: fewer runs until it fits. */
    while (m->slots.n > 0 && !write_but(letter, m, ANSWERED_SPACE)) {
        uint32_t fewer = m->slots.n * 3 / 4;

        while (m->slots.n > fewer)
            next -= m->slots.runs[--m->slots.n].count;
    }
    return next;
}

/* Adds a notice to the message being made where `used` and its size are within room. */
static bool add_notice(struct felt_message *m, const struct felt_notice *notice, size_t room,
                       size_t *used)
{
    size_t size = felt_notice_size(notice);

    if (m->notices.n == FELT_NOTICES_MAX || *used + size > room)
        return false;
    *used += size;
    m->notices.entries[m->notices.n++] = *notice;
    return true;
}

uint32_t felt_letter_write_notices(struct felt_letter *letter, uint32_t bucket, uint32_t i,
                                   uint32_t end)
{
    struct felt_node *node = letter->node;
    struct felt_message *m = &node->outgoing;
    size_t room = felt_letter_room(letter), used = NOTICES_HEAD + ANSWERED_SPACE;
    struct felt_notice notice;

    assert(felt_crier_settled(node));
    m->type = FELT_MESSAGE_NOTICES;
    m->notices.n = 0;
    while (i < end && felt_notices_at(node->notices, bucket, i, &notice) &&
           add_notice(m, &notice, room, &used))
        i++;
    if (m->notices.n > 0 && !felt_letter_write(letter, m))
        assert(false && "what was measured fits");
    return i;
}

void felt_letter_send(struct felt_node *node, uint32_t member, const uint8_t *message, size_t len)
{
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    letter.rumours = false;
    if (len > felt_letter_room(&letter))
        return;
    memcpy(letter.plain + letter.len, message, len);
    letter.len += len;
    letter.empty = false;
    felt_letter_post(&letter);
}

/* One run of slots, and our record while something is voted on. */
static size_t slots_space(const struct felt_node *node)
{
    return SLOTS_SPACE + (node->acceptor.promised.round > 0 ? FELT_ACCEPTOR_BYTES_MAX : 0);
}

/* Room for rumours of one class when `kept` bytes stay for the others. */
static size_t room_less(const struct felt_letter *letter, size_t kept)
{
    size_t room = felt_letter_room(letter);

    return room > kept ? room - kept : 0;
}

/* How members stand, of one kind of rumour, in at most `room` bytes. */
static void add_liveness(struct felt_letter *letter, enum felt_rumour_kind kind, size_t room,
                         uint32_t limit)
{
    struct felt_node *node = letter->node;
    struct felt_message *m = &node->outgoing;
    struct felt_liveness accounts[FELT_SUSPICION_ORIGINS];
    const struct felt_rumour *rumour;
    uint32_t fit, n = 0;

    if (room < LIVENESS_HEAD + LIVENESS_ENTRY)
        return;
    fit = (uint32_t)FELT_MIN((room - LIVENESS_HEAD) / LIVENESS_ENTRY, (size_t)FELT_LIVENESS_MAX);
    m->type = FELT_MESSAGE_LIVENESS;
    m->liveness.n = 0;
    while ((rumour = felt_rumours_peek(node->rumours, kind, n)) != NULL) {
        uint32_t k = felt_swim_accounts(node->swim, rumour->key, accounts);

        if (m->liveness.n + k > fit)
            break;
        memcpy(&m->liveness.entries[m->liveness.n], accounts, k * sizeof(accounts[0]));
        m->liveness.n += k;
        n++;
    }
    if (n > 0 && felt_letter_write(letter, m))
        felt_rumours_sent(node->rumours, kind, n, limit);
}

static void add_slots(struct felt_letter *letter, size_t kept, uint32_t limit)
{
    struct felt_node *node = letter->node;
    const struct felt_rumour *rumour;
    uint32_t n = 0;

    /* A gift that is not durable yet must not be told. */
    if (!felt_saver_settled(&node->saver) && !FELT_MUTANT(GOSSIP_UNSAVED))
        return;
    while (room_less(letter, kept) >= slots_space(node) &&
           (rumour = felt_rumours_peek(node->rumours, FELT_RUMOUR_SLOTS, n)) != NULL) {
        if (felt_letter_write_slots(letter, rumour->key, rumour->key + rumour->count) ==
            rumour->key)
            break;
        n++; /* what did not fit of a long one is for anti-entropy */
    }
    felt_rumours_sent(node->rumours, FELT_RUMOUR_SLOTS, n, limit);
}

static void add_notices(struct felt_letter *letter, size_t kept, uint32_t limit)
{
    struct felt_node *node = letter->node;
    struct felt_message *m = &node->outgoing;
    size_t room = room_less(letter, kept), used = NOTICES_HEAD;
    const struct felt_rumour *rumour;
    struct felt_notice notice;
    uint32_t n = 0;

    /* What is forgotten in a crash of ours must not be known elsewhere under that version. */
    if (!felt_crier_settled(node))
        return;
    m->type = FELT_MESSAGE_NOTICES;
    m->notices.n = 0;
    while ((rumour = felt_rumours_peek(node->rumours, FELT_RUMOUR_NOTICES, n)) != NULL &&
           felt_notices_get(node->notices, rumour->key, &notice) &&
           add_notice(m, &notice, room, &used))
        n++;
    if (n > 0 && felt_letter_write(letter, m))
        felt_rumours_sent(node->rumours, FELT_RUMOUR_NOTICES, n, limit);
}

static void add_descriptors(struct felt_letter *letter, uint32_t limit)
{
    struct felt_node *node = letter->node;
    const struct felt_rumour *rumour;
    uint32_t n = 0;

    while ((rumour = felt_rumours_peek(node->rumours, FELT_RUMOUR_DESCRIPTOR, n)) != NULL &&
           felt_letter_write_member(letter, rumour->key))
        n++;
    felt_rumours_sent(node->rumours, FELT_RUMOUR_DESCRIPTOR, n, limit);
}

static void add_rumours(struct felt_letter *letter)
{
    struct felt_node *node = letter->node;
    uint32_t limit = felt_scale_repeats(felt_members_count_live(node->members));
    size_t for_liveness =
        felt_rumours_peek(node->rumours, FELT_RUMOUR_LIVENESS, 0) ? LIVENESS_SPACE : 0;
    size_t for_slots =
        felt_rumours_peek(node->rumours, FELT_RUMOUR_SLOTS, 0) ? slots_space(node) : 0;
    size_t for_notices =
        felt_rumours_peek(node->rumours, FELT_RUMOUR_NOTICES, 0) ? NOTICES_SPACE : 0;
    size_t for_members =
        felt_rumours_peek(node->rumours, FELT_RUMOUR_DESCRIPTOR, 0) ? MEMBER_SPACE : 0;
    size_t for_tables = for_slots + for_notices + for_members;

    add_liveness(letter, FELT_RUMOUR_REFUTATION, room_less(letter, for_liveness + for_tables),
                 limit);
    add_liveness(letter, FELT_RUMOUR_LIVENESS, room_less(letter, for_tables), limit);
    add_slots(letter, for_notices + for_members, limit);
    add_notices(letter, for_members, limit);
    add_descriptors(letter, limit);
}

/* A candidate is in none, also when its promise names one that will be: so others tell it from a
 * member. */
static bool names_cluster(const struct felt_node *node)
{
    return node->in_cluster || (node->has_cluster && !node->bootstrap);
}

/* False where the outbox is full. */
static bool seal(struct felt_letter *letter, const struct felt_seal_key *key)
{
    static const uint8_t nowhere[FELT_CLUSTER_ID_LEN];
    struct felt_node *node = letter->node;
    uint8_t *sealed = felt_outbox_reserve(node->outbox);

    if (!sealed)
        return false;
    felt_outbox_commit(node->outbox, &letter->to,
                       felt_seal(key, names_cluster(node) ? node->cluster : nowhere,
                                 felt_bytes(letter->plain, letter->len), sealed));
    if (letter->overlay)
        felt_outbox_through_overlay(node->outbox, letter->pad_to);
    node->datagrams_sent++;
    return true;
}

bool felt_letter_post(struct felt_letter *letter)
{
    struct felt_node *node = letter->node;
    struct felt_seals seals;
    bool sent = false;

    assert(node->confirm.phase != FELT_CONFIRM_SILENT);
    if (letter->rumours)
        add_rumours(letter);
    if (letter->empty)
        return false;
    seals = felt_keys_for(node, &letter->to, letter->member);
    for (unsigned i = 0; i < seals.n; i++)
        sent |= seal(letter, seals.keys[i]);
    return sent;
}

struct felt_digest felt_node_digest(const struct felt_node *node)
{
    struct felt_digest digest = {
        .era = node->era,
        .slots = node->era > 0 ? felt_slot_map_digest(node->map) : 0,
        .members = felt_members_digest(node->members),
        .notices = node->notices ? felt_notices_digest(node->notices) : 0,
    };

    /* Durable before told: what was forced must not be known only to others (node/order.h). */
    if (node->orders.force_save > node->saver.durable) {
        digest.era = node->orders.shown_era;
        digest.slots = node->orders.shown_slots;
    }
    return digest;
}
