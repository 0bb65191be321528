/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "node/outbox.h"

static const struct felt_endpoint to = {.ip = {.family = FELT_FAMILY_V4, .bytes = {192, 0, 2, 1}},
                                        .port = 8470};

static struct felt_outbox *outbox_new(void)
{
    struct felt_outbox *outbox = NULL;

    assert_int_equal(felt_outbox_new(&outbox), 0);
    return outbox;
}

static struct felt_effects effects_of(const struct felt_outbox *outbox)
{
    struct felt_effects effects = {0};

    felt_outbox_effects(outbox, &effects);
    return effects;
}

static void a_datagram_counts_from_its_commit_on(void **state)
{
    _cleanup_(felt_outbox_freep) struct felt_outbox *outbox = outbox_new();
    uint8_t *p = felt_outbox_reserve(outbox);

    (void)state;
    assert_int_equal(effects_of(outbox).n_datagrams, 0);
    assert_ptr_equal(felt_outbox_reserve(outbox), p); /* reserved twice is one place */
    memcpy(p, "hello", 5);
    felt_outbox_commit(outbox, &to, 5);
    assert_int_equal(effects_of(outbox).n_datagrams, 1);
    assert_int_equal(effects_of(outbox).datagrams[0].bytes.len, 5);
    assert_memory_equal(effects_of(outbox).datagrams[0].bytes.data, "hello", 5);
    assert_true(felt_endpoint_equal(&effects_of(outbox).datagrams[0].to, &to));
    felt_outbox_free(NULL);
}

static void one_datagram_too_many_finds_no_room_and_hurts_no_other(void **state)
{
    _cleanup_(felt_outbox_freep) struct felt_outbox *outbox = outbox_new();

    (void)state;
    for (size_t i = 0; i < FELT_OUTBOX_DATAGRAMS; i++) {
        uint8_t *p = felt_outbox_reserve(outbox);

        assert_non_null(p);
        memset(p, (int)i, FELT_DATAGRAM_MAX);
        felt_outbox_commit(outbox, &to, FELT_DATAGRAM_MAX);
    }
    assert_null(felt_outbox_reserve(outbox));
    for (size_t i = 0; i < FELT_OUTBOX_DATAGRAMS; i++) {
        struct felt_bytes b = effects_of(outbox).datagrams[i].bytes;

        assert_int_equal(b.len, FELT_DATAGRAM_MAX);
        assert_int_equal(b.data[0], i);
        assert_int_equal(b.data[FELT_DATAGRAM_MAX - 1], i);
    }
    felt_outbox_clear(outbox);
    assert_non_null(felt_outbox_reserve(outbox));
    assert_int_equal(effects_of(outbox).n_datagrams, 0);
}

static void one_goes_through_the_overlay_and_the_next_does_not(void **state)
{
    _cleanup_(felt_outbox_freep) struct felt_outbox *outbox = outbox_new();

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        memcpy(felt_outbox_reserve(outbox), "hello", 5);
        felt_outbox_commit(outbox, &to, 5);
        if (i == 0)
            felt_outbox_through_overlay(outbox, 1450);
    }
    assert_true(effects_of(outbox).datagrams[0].overlay);
    assert_int_equal(effects_of(outbox).datagrams[0].pad_to, 1450);
    assert_false(effects_of(outbox).datagrams[1].overlay);
    assert_int_equal(effects_of(outbox).datagrams[1].pad_to, 0);
}

static void an_event_is_empty_but_for_its_kind(void **state)
{
    _cleanup_(felt_outbox_freep) struct felt_outbox *outbox = outbox_new();
    struct felt_event *event = felt_outbox_event(outbox, FELT_EVENT_LEASE_LOST);

    (void)state;
    assert_int_equal(event->kind, FELT_EVENT_LEASE_LOST);
    assert_int_equal(event->slot, UINT32_MAX);
    assert_string_equal(event->text, "");
    assert_true(felt_id_is_nobody(&event->id));
    event->slot = 7;
    felt_outbox_clear(outbox);
    assert_int_equal(effects_of(outbox).n_events, 0);
    assert_int_equal(felt_outbox_event(outbox, FELT_EVENT_JOINED)->slot, UINT32_MAX);
}

static void one_event_too_many_is_dropped_and_the_earlier_ones_stay(void **state)
{
    _cleanup_(felt_outbox_freep) struct felt_outbox *outbox = outbox_new();

    (void)state;
    for (uint32_t i = 0; i < FELT_OUTBOX_EVENTS + 5; i++)
        felt_outbox_event(outbox, FELT_EVENT_FORK)->slot = i;
    assert_int_equal(effects_of(outbox).n_events, FELT_OUTBOX_EVENTS);
    for (uint32_t i = 0; i < FELT_OUTBOX_EVENTS; i++)
        assert_int_equal(effects_of(outbox).events[i].slot, i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_counts_from_its_commit_on),
        cmocka_unit_test(one_datagram_too_many_finds_no_room_and_hurts_no_other),
        cmocka_unit_test(one_goes_through_the_overlay_and_the_next_does_not),
        cmocka_unit_test(an_event_is_empty_but_for_its_kind),
        cmocka_unit_test(one_event_too_many_is_dropped_and_the_earlier_ones_stay),
    };

    return RUN_TESTS(tests);
}
