/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "agent/seeds.h"

struct heard {
    unsigned calls;
    size_t n;
    struct felt_endpoint endpoints[FELT_SEEDS_MAX];
};

static void hear(void *userdata, const struct felt_endpoint *endpoints, size_t n)
{
    struct heard *h = userdata;

    h->calls++;
    h->n = n;
    memcpy(h->endpoints, endpoints, n * sizeof(endpoints[0]));
}

static void address_literals_are_there_at_once(void **state)
{
    const struct felt_seed names[] = {{"192.0.2.1", 8470}, {"2001:db8::1", 9}};
    const struct felt_endpoint token = {.ip = felt_ip_v4(0xc0000207), .port = 7};
    struct heard h = {0};
    struct felt_seeds *seeds;
    sd_event *event;

    (void)state;
    assert_true(sd_event_new(&event) >= 0);
    assert_int_equal(felt_seeds_new(event, names, 2, &token, 1, hear, &h, &seeds), 0);
    assert_int_equal(h.calls, 0);
    felt_seeds_resolve(seeds);
    assert_int_equal(h.calls, 1);
    assert_int_equal(h.n, 3);
    assert_true(felt_endpoint_equal(&h.endpoints[0], &token));
    assert_string_equal(FELT_ENDPOINT(&h.endpoints[1]), "192.0.2.1:8470");
    assert_string_equal(FELT_ENDPOINT(&h.endpoints[2]), "[2001:db8::1]:9");
    felt_seeds_resolve(seeds);
    assert_int_equal(h.calls, 2);
    felt_seeds_free(seeds);
    sd_event_unref(event);
}

static void a_name_is_resolved_in_the_background_beside_the_literals(void **state)
{
    /* RFC 6761: never resolves, so the outcome is the same on every machine. */
    const struct felt_seed names[] = {{"felt.invalid", 8470}, {"192.0.2.1", 8470}};
    struct heard h = {0};
    struct felt_seeds *seeds;
    sd_event *event;

    (void)state;
    assert_true(sd_event_new(&event) >= 0);
    assert_int_equal(felt_seeds_new(event, names, 2, NULL, 0, hear, &h, &seeds), 0);
    felt_seeds_resolve(seeds);
    felt_seeds_resolve(seeds); /* one resolution at a time */
    assert_int_equal(h.calls, 0);
    assert_true(sd_event_run(event, 60 * FELT_USEC_SEC) > 0);
    assert_int_equal(h.calls, 1);
    assert_int_equal(h.n, 1);
    assert_string_equal(FELT_ENDPOINT(&h.endpoints[0]), "192.0.2.1:8470");
    felt_seeds_free(seeds);
    sd_event_unref(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_literals_are_there_at_once),
        cmocka_unit_test(a_name_is_resolved_in_the_background_beside_the_literals),
    };

    return RUN_TESTS(tests);
}
