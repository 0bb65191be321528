/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "flannel/key.h"

/* B-2.1, B-2.2 */
static void keys_of_either_form_are_read_and_written_back(void **state)
{
    static const struct {
        const char *key, *subnets;
    } keys[] = {
        {"10.12.13.0-24", "10.12.13.0/24"},
        {"10.5.34.0-24", "10.5.34.0/24"},
        {"0.0.0.0-0", "0.0.0.0/0"},
        {"255.255.255.255-32", "255.255.255.255/32"},
        {"10.3.5.16-28", "10.3.5.16/28"},
        {"10.12.13.0-24&fd00:12:13::-56", "10.12.13.0/24,fd00:12:13::/56"},
        {"10.12.13.0-24&::-0", "10.12.13.0/24,::/0"},
        {"255.255.255.255-32&ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff-128",
         "255.255.255.255/32,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(keys); i++) {
        char text[FELT_DUAL_TEXT], key[FELT_FLANNEL_KEY_TEXT];
        struct felt_dual subnets;

        if (felt_flannel_key_parse(keys[i].key, &subnets) < 0)
            fail_msg("refused: %s", keys[i].key);
        assert_string_equal(felt_dual_format(&subnets, text), keys[i].subnets);
        assert_string_equal(felt_flannel_key_format(&subnets, key), keys[i].key);
    }
}

/* B-2.2: the first eleven are those of flannel's own test. */
static void what_flannel_would_not_write_is_no_key_and_leaves_the_output_alone(void **state)
{
    static const char *const bad[] = {
        "10",
        "10.12.13.0",
        "10.12.13-24",
        "10.12.13.300-24",
        "10.12.13.0-24hi",
        "&2001::-56",
        "10.12.13.0-24&:12:13:-56",
        "10.12.13.0-24&20011::-56",
        "10.12.13.0-24&2001-56",
        "10.12.13.0-24&2001::",
        "10.12.13.0-24&2001::-56hi",
        "",
        "-",
        "-24",
        "x10.12.13.0-24", /* flannel's expression is not anchored */
        "10.12x13.0-24",  /* and its dots are any byte */
        "10.12.13.0-33",
        "10.12.13.0--1",
        "10.12.13.0-+24",
        "10.12.13.0-24 ",
        " 10.12.13.0-24",
        "10.12.13.0-024",
        "010.12.13.0-24",
        "10.12.13.7-24", /* host bits: a second name for a subnet */
        "10.12.13.0/24",
        "10.12.13.0/24-24",
        "fd00:12:13::-56",
        "10.12.13.0-24&",
        "10.12.13.0-24&10.12.14.0-24",
        "10.12.13.0-24&FD00:12:13::-56",
        "10.12.13.0-24&fd00:0012:13::-56",
        "10.12.13.0-24&fd00:12:13:0::-56",
        "10.12.13.0-24&fd00:12:13::1-56",
        "10.12.13.0-24&fd00:12:13::-129",
        "10.12.13.0-24&fd00:12:13::-56&fd00:12:14::-56",
        "fd00:12:13::-56&10.12.13.0-24",
    };
    char longest[4096];
    struct felt_dual subnets = {.v4 = {.len = 7}};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        if (felt_flannel_key_parse(bad[i], &subnets) != -EINVAL)
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(subnets.v4.len, 7);
    }
    memset(longest, '1', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(felt_flannel_key_parse(longest, &subnets), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_either_form_are_read_and_written_back),
        cmocka_unit_test(what_flannel_would_not_write_is_no_key_and_leaves_the_output_alone),
    };

    return RUN_TESTS(tests);
}
