/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "netconf/json.h"

static json_t *object(const char *text)
{
    json_t *root = json_loads(text, 0, NULL);

    assert_true(json_is_object(root));
    return root;
}

static void a_member_is_found_in_any_case_and_the_last_one_wins(void **state)
{
    json_t *root = object("{\"vni\":1,\"VNI\":2,\"vNi\":3,\"other\":4}");

    (void)state;
    assert_int_equal(json_integer_value(felt_json_member(root, "VNI")), 3);
    assert_null(felt_json_member(root, "VN"));
    json_decref(root);
}

static void null_is_the_same_as_nothing(void **state)
{
    json_t *root = object("{\"VNI\":7,\"vni\":null}");
    struct felt_netconf_error error;
    uint64_t value = 5;
    bool flag = true;
    const char *text = "kept";

    (void)state;
    assert_int_equal(felt_json_uint(root, "", "VNI", 0, 9, &value, &error), 0);
    assert_int_equal(value, 7);
    assert_int_equal(felt_json_bool(root, "", "GBP", &flag, &error), 0);
    assert_true(flag);
    assert_int_equal(felt_json_string(root, "", "Type", &text, &error), 0);
    assert_string_equal(text, "kept");
    json_decref(root);
}

static void a_number_is_taken_at_both_ends_of_its_range_and_not_beyond(void **state)
{
    static const struct {
        const char *json;
        int want;
    } cases[] = {
        {"{\"n\":2}", 0},         {"{\"n\":9}", 0},           {"{\"n\":1}", -EINVAL},
        {"{\"n\":10}", -EINVAL},  {"{\"n\":-3}", -EINVAL},    {"{\"n\":2.0}", -EINVAL},
        {"{\"n\":3e0}", -EINVAL}, {"{\"n\":\"3\"}", -EINVAL}, {"{\"n\":true}", -EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root = object(cases[i].json);
        struct felt_netconf_error error = {""};
        uint64_t value = 77;

        if (felt_json_uint(root, "", "n", 2, 9, &value, &error) != cases[i].want)
            fail_msg("%s: %s", cases[i].json, error.text);
        if (cases[i].want < 0)
            assert_int_equal(value, 77);
        json_decref(root);
    }
}

static void an_error_is_one_printable_line_however_long_the_value(void **state)
{
    struct felt_netconf_error error;
    char text[2 * sizeof(error.text)];

    (void)state;
    memset(text, '\n', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    text[1] = '\x1b';
    assert_int_equal(felt_netconf_fail(&error, "bad %s", text), -EINVAL);
    assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
    assert_memory_equal(error.text, "bad ????", 8);
    assert_null(strpbrk(error.text, "\n\x1b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_is_found_in_any_case_and_the_last_one_wins),
        cmocka_unit_test(null_is_the_same_as_nothing),
        cmocka_unit_test(a_number_is_taken_at_both_ends_of_its_range_and_not_beyond),
        cmocka_unit_test(an_error_is_one_printable_line_however_long_the_value),
    };

    return RUN_TESTS(tests);
}
