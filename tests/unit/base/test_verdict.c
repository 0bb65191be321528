/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/verdict.h"

static void every_verdict_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned a = 0; a < FELT_VERDICTS; a++) {
        const char *name = felt_verdict_name((enum felt_verdict)a);

        assert_non_null(name);
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(name, felt_verdict_name((enum felt_verdict)b));
    }
}

static void names_are_lower_case_words_joined_by_a_hyphen(void **state)
{
    (void)state;
    for (unsigned a = 0; a < FELT_VERDICTS; a++) {
        const char *name = felt_verdict_name((enum felt_verdict)a);

        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        assert_true(name[0] != '-' && name[0] != '\0' && name[strlen(name) - 1] != '-');
    }
}

static void the_first_and_the_last_are_the_ones_meant(void **state)
{
    (void)state;
    assert_int_equal(FELT_VERDICT_TAKEN, 0);
    assert_string_equal(felt_verdict_name(FELT_VERDICT_TAKEN), "taken");
    assert_string_equal(felt_verdict_name(FELT_VERDICT_UNKNOWN_KEY), "unknown-key");
    assert_string_equal(felt_verdict_name((enum felt_verdict)(FELT_VERDICTS - 1)), "busy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_has_a_name_of_its_own),
        cmocka_unit_test(names_are_lower_case_words_joined_by_a_hyphen),
        cmocka_unit_test(the_first_and_the_last_are_the_ones_meant),
    };

    return RUN_TESTS(tests);
}
