/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "plan/script.h"

static void an_empty_one_has_no_text(void **state)
{
    struct felt_script script = {0};
    char *text = (char *)"anything";
    size_t len = 7;

    (void)state;
    assert_int_equal(felt_script_take(&script, &text, &len), 0);
    assert_null(text);
    assert_int_equal(len, 0);
}

static void it_grows_without_losing_a_byte(void **state)
{
    struct felt_script script = {0};
    char *text;
    size_t len;

    (void)state;
    for (int i = 0; i < 5000; i++)
        felt_script_add(&script, "%04d\n", i);
    assert_int_equal(felt_script_take(&script, &text, &len), 0);
    assert_int_equal(len, 25000);
    assert_int_equal(strlen(text), 25000);
    assert_memory_equal(text + 4321 * 5, "4321\n", 5);
    assert_null(script.text);
    free(text);
}

static void one_line_may_be_longer_than_all_before(void **state)
{
    struct felt_script script = {0};

    (void)state;
    felt_script_add(&script, "a");
    felt_script_add(&script, "%*s", 100000, "b");
    assert_int_equal(script.len, 100001);
    assert_int_equal(script.text[100000], 'b');
    felt_script_done(&script);
    felt_script_done(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_has_no_text),
        cmocka_unit_test(it_grows_without_losing_a_byte),
        cmocka_unit_test(one_line_may_be_longer_than_all_before),
    };

    return RUN_TESTS(tests);
}
