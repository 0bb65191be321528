/* SPDX-License-Identifier: Apache-2.0 */
#include "node/inbound.h"

#include <string.h>

#include "node/confirm.h"
#include "node/core.h"
#include "node/donor.h"
#include "node/generation.h"
#include "node/handlers.h"
#include "node/vouch.h"

#define REPORT_PAUSE (10 * FELT_USEC_SEC) /* between two reports of foreign datagrams */

static void report(struct felt_node *node, enum felt_event_kind kind, const struct felt_inbound *in,
                   const struct felt_seal_header *header)
{
    struct felt_event *event;

    if (node->foreign_us != 0 && node->now < felt_usec_add(node->foreign_us, REPORT_PAUSE))
        return;
    node->foreign_us = FELT_MAX(node->now, (felt_usec)1);
    event = felt_outbox_event(node->outbox, kind);
    event->endpoint = in->from;
    memcpy(event->other, in->cluster, sizeof(event->other));
    if (kind == FELT_EVENT_WRONG_KEY && felt_node_key_replaced(node, header->key_id))
        felt_hex_encode(header->key_id, sizeof(header->key_id), event->text);
}

/* From the sealed bytes to the envelope and the reader at the first message. */
static enum felt_verdict unseal(struct felt_node *node, struct felt_bytes sealed,
                                struct felt_inbound *in)
{
    struct felt_seal_header header;
    enum felt_verdict verdict;
    size_t len;

    if (sealed.len > FELT_DATAGRAM_MAX)
        return FELT_VERDICT_MALFORMED;
    verdict = felt_seal_peek(sealed, &header);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    memcpy(in->cluster, header.cluster, sizeof(in->cluster));
    if ((node->in_cluster || node->has_cluster) && !felt_inbound_is_from_nowhere(in) &&
        memcmp(in->cluster, node->cluster, sizeof(in->cluster)) != 0) {
        report(node, FELT_EVENT_FOREIGN_CLUSTER, in, &header);
        return FELT_VERDICT_FOREIGN;
    }
    verdict = felt_keys_open(node, sealed, node->plain, &len);
    if (verdict == FELT_VERDICT_UNKNOWN_KEY)
        report(node, FELT_EVENT_WRONG_KEY, in, &header);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    if (felt_reader_begin(node->reader, felt_bytes(node->plain, len), &in->envelope) < 0)
        return FELT_VERDICT_MALFORMED;
    in->key = felt_get_be32(header.key_id);
    felt_keys_answer(node, &in->from, in->key);
    return FELT_VERDICT_TAKEN;
}

/* Hands out the messages, from the one in node->incoming on. News that we had already is no refusal
 * of the datagram. r: what the reader said of that one. */
static enum felt_verdict read_messages(struct felt_node *node, struct felt_inbound *in, int r)
{
    enum felt_verdict whole = FELT_VERDICT_TAKEN;

    for (; r > 0; r = felt_reader_next(node->reader, &node->incoming)) {
        enum felt_verdict one = felt_handler_is_alone(&node->incoming)
                                    ? FELT_VERDICT_MALFORMED
                                    : felt_handle(node, in, &node->incoming);

        if (one != FELT_VERDICT_TAKEN && one != FELT_VERDICT_STALE)
            whole = one;
    }
    return r < 0 ? FELT_VERDICT_MALFORMED : whole;
}

/* The sender is authentic: is this datagram new? Then it is taken into its window. */
static enum felt_verdict heard(struct felt_node *node, const struct felt_inbound *in)
{
    struct felt_contact *contact = felt_members_contact(node->members, in->member);
    enum felt_verdict verdict;

    if (!contact)
        return FELT_VERDICT_BUSY;
    if (felt_vouch_refuses(node, in))
        return FELT_VERDICT_STALE;
    verdict = felt_replay_check(&contact->replay, in->envelope.session, in->envelope.counter);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    contact->heard_us = FELT_MAX(node->now, (felt_usec)1);
    contact->save = FELT_MAX(contact->save, in->envelope.save);
    contact->opened = in->key;
    if (in->envelope.ring != 0)
        contact->ring = in->envelope.ring;
    felt_replay_take(&contact->replay, in->envelope.session, in->envelope.counter);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_inbound_datagram(struct felt_node *node, const struct felt_endpoint *from,
                                        struct felt_bytes sealed)
{
    struct felt_inbound in = {.from = *from, .len = sealed.len, .pulled = FELT_MEMBER_NONE};
    enum felt_verdict verdict;
    int r;

    if (node->confirm.phase == FELT_CONFIRM_SILENT)
        return FELT_VERDICT_BUSY;
    verdict = unseal(node, sealed, &in);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    in.member = felt_members_find(node->members, &in.envelope.sender);
    r = felt_reader_next(node->reader, &node->incoming);
    if (r <= 0 || node->incoming.type != FELT_MESSAGE_CONFIRMED) /* which is what it waits for */
        felt_confirm_met(node, &in);
    if (r > 0 && felt_handler_is_alone(&node->incoming))
        return felt_handle(node, &in, &node->incoming);
    if (in.member == FELT_MEMBER_SELF)
        return FELT_VERDICT_MISDIRECTED;
    if (!node->started)
        return FELT_VERDICT_BUSY;
    if (in.member != FELT_MEMBER_NONE) {
        verdict = heard(node, &in);
        if (verdict != FELT_VERDICT_TAKEN)
            return verdict;
        verdict = read_messages(node, &in, r);
    } else {
        verdict = read_messages(node, &in, r);
        if (in.member != FELT_MEMBER_NONE)
            heard(node, &in);
    }
    felt_generation_met(node, &in);
    if (in.asks && in.member != FELT_MEMBER_NONE)
        verdict = felt_donor_asked(node, &in);
    return verdict;
}

/* Who is there and how it stands is told the ordinary way: what comes through the overlay is about
 * the overlay, and nothing else is taken from there. */
enum felt_verdict felt_inbound_overlay(struct felt_node *node, const struct felt_endpoint *from,
                                       struct felt_bytes sealed)
{
    struct felt_inbound in = {
        .from = *from, .len = sealed.len, .overlay = true, .pulled = FELT_MEMBER_NONE};
    enum felt_verdict verdict;

    if (node->confirm.phase == FELT_CONFIRM_SILENT || !node->started)
        return FELT_VERDICT_BUSY;
    verdict = unseal(node, sealed, &in);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    in.member = felt_members_find(node->members, &in.envelope.sender);
    if (in.member == FELT_MEMBER_SELF)
        return FELT_VERDICT_MISDIRECTED;
    if (in.member == FELT_MEMBER_NONE)
        return FELT_VERDICT_STRANGER;
    if (felt_reader_next(node->reader, &node->incoming) <= 0)
        return FELT_VERDICT_MALFORMED;
    if (node->incoming.type != FELT_MESSAGE_PATH_PROBE &&
        node->incoming.type != FELT_MESSAGE_PATH_ANSWER)
        return FELT_VERDICT_MISDIRECTED;
    verdict = heard(node, &in);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    return node->incoming.type == FELT_MESSAGE_PATH_PROBE
               ? felt_trial_asked(node, &in, &node->incoming)
               : felt_trial_answered(node, &in, &node->incoming);
}
