/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outbox.h"

#include <errno.h>

struct felt_outbox {
    size_t n_datagrams;
    size_t n_events;
    struct felt_datagram datagrams[FELT_OUTBOX_DATAGRAMS];
    struct felt_event events[FELT_OUTBOX_EVENTS + 1]; /* the last one catches what is too many */
    uint8_t bytes[FELT_OUTBOX_DATAGRAMS][FELT_DATAGRAM_MAX];
};

int felt_outbox_new(struct felt_outbox **ret_outbox)
{
    struct felt_outbox *outbox = calloc(1, sizeof(*outbox));

    if (!outbox)
        return -ENOMEM;
    *ret_outbox = outbox;
    return 0;
}

void felt_outbox_free(struct felt_outbox *outbox)
{
    free(outbox);
}

void felt_outbox_clear(struct felt_outbox *outbox)
{
    outbox->n_datagrams = 0;
    outbox->n_events = 0;
}

size_t felt_outbox_room(const struct felt_outbox *outbox)
{
    return FELT_OUTBOX_DATAGRAMS - outbox->n_datagrams;
}

uint8_t *felt_outbox_reserve(struct felt_outbox *outbox)
{
    if (outbox->n_datagrams == FELT_OUTBOX_DATAGRAMS)
        return NULL;
    return outbox->bytes[outbox->n_datagrams];
}

void felt_outbox_commit(struct felt_outbox *outbox, const struct felt_endpoint *to, size_t len)
{
    size_t i = outbox->n_datagrams;

    assert(i < FELT_OUTBOX_DATAGRAMS && len <= FELT_DATAGRAM_MAX);
    outbox->datagrams[i] =
        (struct felt_datagram){.to = *to, .bytes = felt_bytes(outbox->bytes[i], len)};
    outbox->n_datagrams++;
}

void felt_outbox_through_overlay(struct felt_outbox *outbox, uint32_t pad_to)
{
    assert(outbox->n_datagrams > 0);
    outbox->datagrams[outbox->n_datagrams - 1].overlay = true;
    outbox->datagrams[outbox->n_datagrams - 1].pad_to = pad_to;
}

struct felt_event *felt_outbox_event(struct felt_outbox *outbox, enum felt_event_kind kind)
{
    struct felt_event *event;

    event = &outbox->events[outbox->n_events];
    if (outbox->n_events < FELT_OUTBOX_EVENTS)
        outbox->n_events++;
    *event = (struct felt_event){.kind = kind, .slot = UINT32_MAX};
    return event;
}

void felt_outbox_effects(const struct felt_outbox *outbox, struct felt_effects *ret_effects)
{
    ret_effects->datagrams = outbox->datagrams;
    ret_effects->n_datagrams = outbox->n_datagrams;
    ret_effects->events = outbox->events;
    ret_effects->n_events = outbox->n_events;
}
