/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "lease/bridge_mode.h"
#include "lease/foreign.h"
#include "tests/unit/lease/keep.h"

static struct felt_ip ip(const char *text)
{
    struct felt_ip out;

    assert_int_equal(felt_ip_parse(text, &out), 0);
    return out;
}

static void assert_survives(const struct felt_foreign *foreign, size_t len)
{
    uint8_t value[FELT_NOTICE_VALUE_MAX], again[FELT_NOTICE_VALUE_MAX];
    struct felt_foreign back;

    assert_int_equal(felt_foreign_encode(foreign, value), len);
    assert_int_equal(felt_foreign_decode(felt_bytes(value, len), &back), 0);
    assert_int_equal(felt_foreign_encode(&back, again), len);
    assert_memory_equal(value, again, len);
    assert_true(felt_ip_equal(&back.ip, &foreign->ip) && felt_ip_equal(&back.ip6, &foreign->ip6));
    assert_int_equal(back.backend, foreign->backend);
    assert_int_equal(back.device.vni, foreign->device.vni);
    assert_memory_equal(back.device6.mac, foreign->device6.mac, 6);
    for (size_t n = 0; n < len; n++) /* no beginning of it is one */
        assert_int_equal(felt_foreign_decode(felt_bytes(value, n), &back), -EINVAL);
}

/* L-9.2.1 */
static void who_leases_it_and_how_packets_get_there_survive(void **state)
{
    struct felt_foreign f = {.ip = ip("192.0.2.7")};

    (void)state;
    assert_survives(&f, 6);
    f.backend = FELT_FOREIGN_HOST_GW;
    assert_survives(&f, 6);
    f = (struct felt_foreign){.ip = ip("192.0.2.7"),
                              .backend = FELT_FOREIGN_VXLAN,
                              .device = {.vni = 1, .mac = {2, 0, 0, 0, 0, 7}}};
    assert_survives(&f, 16);
    f.ip6 = ip("2001:db8::7");
    f.device6 = (struct felt_foreign_device){.vni = 1, .mac = {2, 0, 0, 0, 6, 7}};
    assert_survives(&f, 42);
    f.ip = (struct felt_ip){0};
    f.device = (struct felt_foreign_device){0};
    assert_survives(&f, 28);
}

/* L-9.2.1 */
static void what_a_later_version_wrote_is_none(void **state)
{
    static const struct {
        size_t len;
        const char *bytes;
    } bad[] = {
        {6, "\x07\x01\xc0\x00\x02\x07"},                      /* another kind */
        {6, "\x08\x21\xc0\x00\x02\x07"},                      /* a bit that we do not know */
        {7, "\x08\x01\xc0\x00\x02\x07\x00"},                  /* more behind it */
        {2, "\x08\x00"},                                      /* nobody */
        {16, "\x08\x15\xc0\x00\x02\x07\0\0\0\1\2\0\0\0\0\7"}, /* a route and a device */
        {16, "\x08\x05\xc0\x00\x02\x07\0\0\0\1\0\0\0\0\0\0"}, /* a device without a MAC */
    };
    struct felt_foreign f;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++)
        assert_int_equal(felt_foreign_decode(felt_bytes(bad[i].bytes, bad[i].len), &f), -EINVAL);
}

/* L-9.2.2, L-8.2.1 */
static void it_is_kept_for_its_address_as_by_a_reservation(void **state)
{
    struct felt_foreign f = {.ip = ip("192.0.2.7"), .ip6 = ip("2001:db8::7")};
    _cleanup_(felt_notices_freep) struct felt_notices *notices = NULL;
    struct felt_claim its = {.ip = ip("192.0.2.7")}, other = {.ip = ip("192.0.2.8")};
    uint8_t value[FELT_NOTICE_VALUE_MAX];
    struct felt_notice notice = {.key = 5, .version = 1};
    struct felt_whom whom;
    char text[FELT_WHOM_TEXT];

    (void)state;
    assert_int_equal(felt_notices_new(9, &notices), 0);
    notice.value = felt_bytes(value, felt_foreign_encode(&f, value));
    assert_int_equal(felt_notices_merge(notices, &notice), FELT_MERGE_NEWER);
    its.notices = other.notices = notices;
    assert_true(felt_claim_denied(&other, 5));
    assert_false(felt_claim_denied(&its, 5));
    assert_int_equal(felt_claim_slot(&its), 5);
    assert_int_equal(felt_claim_slot(&other), FELT_SLOT_NONE);
    assert_int_equal(felt_whom_decode(notice.value, &whom), 0);
    assert_string_equal(felt_whom_format(&whom, text), "192.0.2.7");
}

/* L-9.1.1 */
static void the_mode_is_the_notice_behind_the_last_slot(void **state)
{
    struct felt_bridge_mode mode = {.phase = FELT_BRIDGE_ON, .node = {{1, 2, 3}}}, got;
    _cleanup_(felt_notices_freep) struct felt_notices *notices = NULL;
    uint8_t value[FELT_NOTICE_VALUE_MAX];
    struct felt_notice notice = {.key = 8, .version = 1};
    struct felt_whom whom;

    (void)state;
    assert_int_equal(felt_bridge_mode_get(NULL).phase, FELT_BRIDGE_OFF);
    assert_int_equal(felt_notices_new(8 + FELT_NOTICE_OTHERS, &notices), 0);
    assert_int_equal(felt_bridge_mode_key(notices), 8);
    assert_int_equal(felt_bridge_mode_get(notices).phase, FELT_BRIDGE_OFF);
    notice.value = felt_bytes(value, felt_bridge_mode_encode(&mode, value));
    assert_int_equal(felt_notices_merge(notices, &notice), FELT_MERGE_NEWER);
    got = felt_bridge_mode_get(notices);
    assert_int_equal(got.phase, FELT_BRIDGE_ON);
    assert_true(felt_id_equal(&got.node, &mode.node));
    assert_int_equal(felt_whom_decode(notice.value, &whom), -EINVAL); /* it reserves nothing */
    mode.phase = FELT_BRIDGE_ENDED;
    mode.slots = UINT64_C(0x1122334455667788);
    notice.version = 2;
    notice.value = felt_bytes(value, felt_bridge_mode_encode(&mode, value));
    assert_int_equal(felt_notices_merge(notices, &notice), FELT_MERGE_NEWER);
    got = felt_bridge_mode_get(notices);
    assert_int_equal(got.phase, FELT_BRIDGE_ENDED);
    assert_true(got.slots == mode.slots);
    notice.version = 3; /* a later version's */
    notice.value = felt_bytes("\x12xyz", 4);
    assert_int_equal(felt_notices_merge(notices, &notice), FELT_MERGE_NEWER);
    assert_int_equal(felt_bridge_mode_get(notices).phase, FELT_BRIDGE_OFF);
    mode.phase = FELT_BRIDGE_OFF;
    assert_int_equal(felt_bridge_mode_encode(&mode, value), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_leases_it_and_how_packets_get_there_survive),
        cmocka_unit_test(what_a_later_version_wrote_is_none),
        cmocka_unit_test(it_is_kept_for_its_address_as_by_a_reservation),
        cmocka_unit_test(the_mode_is_the_notice_behind_the_last_slot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
