/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/lease/keep.h"

#define NAME_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *again(const char *text)
{
    static char out[FELT_WHOM_TEXT];
    uint8_t value[FELT_NOTICE_VALUE_MAX];
    struct felt_whom whom, back;

    assert_int_equal(felt_whom_parse(text, &whom), 0);
    assert_int_equal(felt_whom_decode(felt_bytes(value, felt_whom_encode(&whom, value)), &back), 0);
    assert_true(felt_whom_equal(&whom, &back));
    return felt_whom_format(&back, out);
}

/* L-8.2.1 */
static void a_name_and_an_address_are_told_apart_and_survive(void **state)
{
    struct felt_whom name, ip;

    (void)state;
    assert_string_equal(again("node-7"), "node-7");
    assert_string_equal(again("n"), "n");
    assert_string_equal(again(NAME_63), NAME_63);
    assert_string_equal(again("192.0.2.7"), "192.0.2.7");
    assert_string_equal(again("2001:DB8:0::7"), "2001:db8::7");
    assert_int_equal(felt_whom_parse("10-0-0-1.local", &name), 0);
    assert_int_equal(felt_whom_parse("10.0.0.1", &ip), 0);
    assert_false(felt_whom_equal(&name, &ip));
}

/* L-8.2.1 */
static void what_looks_like_an_address_and_is_none_is_no_name(void **state)
{
    static const char *const bad[] = {"",           "192.0.2.300", "1.2.3",     "10.0.0.0/8",
                                      "fe80::zz",   "a:b",         "two words", "tab\t",
                                      "esc\x1b[2J", "\x80",        NAME_63 "a", "7"};
    struct felt_whom whom = {.name = "untouched"};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++)
        assert_int_equal(felt_whom_parse(bad[i], &whom), -EINVAL);
    assert_string_equal(whom.name, "untouched");
}

static void a_value_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"\x01",
                                      "\x04"
                                      "abc",
                                      "\x04"
                                      "abcde",
                                      "\x06"
                                      "abcd",
                                      "\x02n",
                                      "\x01"
                                      "a b",
                                      "\x01"
                                      "a\nb"};
    struct felt_whom whom;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++)
        assert_int_equal(felt_whom_decode(felt_bytes(bad[i], strlen(bad[i])), &whom), -EINVAL);
    assert_int_equal(felt_whom_decode(felt_bytes("", 0), &whom), -EINVAL);
}

static struct felt_claim claim_of(const struct felt_notices *notices, const char *name,
                                  const char *ip)
{
    struct felt_claim claim = {.notices = notices};

    memcpy(claim.name, name, strlen(name));
    assert_int_equal(felt_ip_parse(ip, &claim.ip), 0);
    return claim;
}

/* L-8.2.2 */
static void a_name_comes_before_an_address_and_the_lowest_of_several_first(void **state)
{
    const struct keep keeps[] = {
        {9, "a"}, {70, "a"}, {3, "192.0.2.1"}, {1, "192.0.2.2"}, {5, NULL}};
    _cleanup_(felt_notices_freep) struct felt_notices *notices = keep(100, keeps, 5);
    struct felt_claim a = claim_of(notices, "a", "192.0.2.1");
    struct felt_claim b = claim_of(notices, "b", "192.0.2.1");
    struct felt_claim c = claim_of(notices, "c", "192.0.2.9");

    (void)state;
    assert_int_equal(felt_claim_slot(&a), 9);
    assert_int_equal(felt_claim_slot(&b), 3);
    assert_int_equal(felt_claim_slot(&c), FELT_SLOT_NONE);
    assert_int_equal(felt_claim_slot(NULL), FELT_SLOT_NONE);
    /* Both of its own are open to it. */
    assert_false(felt_claim_denied(&a, 3));
    assert_false(felt_claim_denied(&a, 70));
}

/* L-8.2.4 */
static void a_reserved_slot_is_denied_to_everybody_else(void **state)
{
    const struct keep keeps[] = {{9, "a"}, {3, "192.0.2.1"}, {5, NULL}};
    _cleanup_(felt_notices_freep) struct felt_notices *notices = keep(100, keeps, 3);
    struct felt_claim b = claim_of(notices, "b", "192.0.2.1");
    struct felt_claim c = claim_of(notices, "c", "2001:db8::1");

    (void)state;
    assert_true(felt_claim_denied(&b, 9));
    assert_false(felt_claim_denied(&b, 3));
    assert_true(felt_claim_denied(&c, 3));
    assert_false(felt_claim_denied(&c, 5)); /* withdrawn */
    assert_false(felt_claim_denied(&c, 6));
    assert_false(felt_claim_denied(NULL, 9));
}

/* L-8.2.4 */
static void what_a_later_version_reserves_is_denied_too(void **state)
{
    _cleanup_(felt_notices_freep) struct felt_notices *notices = keep(10, NULL, 0);
    struct felt_notice later = {.key = 4, .version = 1, .value = felt_bytes("\x09mac", 4)};
    struct felt_claim a = claim_of(notices, "a", "192.0.2.1");

    (void)state;
    assert_int_equal(felt_notices_merge(notices, &later), FELT_MERGE_NEWER);
    assert_true(felt_claim_denied(&a, 4));
    assert_int_equal(felt_claim_slot(&a), FELT_SLOT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_and_an_address_are_told_apart_and_survive),
        cmocka_unit_test(what_looks_like_an_address_and_is_none_is_no_name),
        cmocka_unit_test(a_value_that_is_none_is_refused),
        cmocka_unit_test(a_name_comes_before_an_address_and_the_lowest_of_several_first),
        cmocka_unit_test(a_reserved_slot_is_denied_to_everybody_else),
        cmocka_unit_test(what_a_later_version_reserves_is_denied_too),
    };

    return RUN_TESTS(tests);
}
