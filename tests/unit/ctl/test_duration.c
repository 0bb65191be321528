/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>

#include "base/idiom.h"
#include "ctl/duration.h"

static void durations_are_read_with_their_unit(void **state)
{
    static const struct {
        const char *text;
        uint32_t seconds;
    } good[] = {
        {"1s", 1},      {"90s", 90},    {"15m", 900},
        {"24h", 86400}, {"7d", 604800}, {"4294967295s", UINT32_MAX},
        {"never", 0},   {"007s", 7},    {"49710d", 4294944000u},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(good); i++) {
        uint32_t seconds = 99;

        if (felt_duration_parse(good[i].text, &seconds) != 0)
            fail_msg("refused: %s", good[i].text);
        assert_int_equal(seconds, good[i].seconds);
    }
}

static void everything_else_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "s",
                                      "5",
                                      "5 s",
                                      "5S",
                                      "-5s",
                                      "+5s",
                                      "5.5h",
                                      "5hours",
                                      "0s",
                                      "5h5m",
                                      "5w",
                                      "4294967296s",
                                      "49711d",
                                      "99999999999s",
                                      "Never",
                                      "5ms",
                                      "0x5s",
                                      "18446744073709551616s"};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        uint32_t seconds = 99;

        if (felt_duration_parse(bad[i], &seconds) != -EINVAL)
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(seconds, 99);
    }
}

static void durations_are_shown_in_the_unit_that_suits_them(void **state)
{
    static const struct {
        felt_usec us;
        const char *want;
    } cases[] = {
        {0, "0us"},
        {999, "999us"},
        {1000, "1.0ms"},
        {1250, "1.2ms"},
        {999000, "999.0ms"},
        {FELT_USEC_SEC, "1.0s"},
        {9900 * FELT_USEC_MS, "9.9s"},
        {10 * FELT_USEC_SEC, "10s"},
        {119 * FELT_USEC_SEC, "119s"},
        {120 * FELT_USEC_SEC, "2m"},
        {7199 * FELT_USEC_SEC, "119m"},
        {7200 * FELT_USEC_SEC, "2h"},
        {172799 * FELT_USEC_SEC, "47h"},
        {172800 * FELT_USEC_SEC, "2d"},
        {UINT64_MAX, "213503982d"},
    };
    char text[FELT_DURATION_TEXT];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++)
        assert_string_equal(felt_duration_format(cases[i].us, text), cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_with_their_unit),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(durations_are_shown_in_the_unit_that_suits_them),
    };

    return RUN_TESTS(tests);
}
