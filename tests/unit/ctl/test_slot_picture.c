/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "ctl/slot_picture.h"

static char *picture(const char *slots, const char *config)
{
    json_t *value = json_loads(slots, 0, NULL);
    struct felt_netconf_error error;
    struct felt_netconf netconf;
    static char *text;
    size_t len = 0;
    FILE *out;

    assert_non_null(value);
    free(text);
    out = open_memstream(&text, &len);
    if (config)
        assert_int_equal(felt_netconf_parse(config, strlen(config), &netconf, &error), 0);
    assert_int_equal(felt_slot_picture(value, config ? &netconf : NULL, out), 0);
    fclose(out);
    json_decref(value);
    return text;
}

static void each_slot_is_a_letter_of_its_owner_and_a_capital_in_use(void **state _unused_)
{
    assert_string_equal(
        picture("{\"total\":6,\"owners\":[{\"node\":\"0102030405\",\"name\":\"h1\",\"state\":"
                "\"alive\",\"slots\":3,\"lease\":2},{\"node\":\"0908070605\",\"name\":null,"
                "\"state\":null,\"slots\":2,\"lease\":null}],\"runs\":[{\"first\":0,\"count\":3,"
                "\"owner\":0},{\"first\":3,\"count\":1,\"owner\":null},{\"first\":4,\"count\":2,"
                "\"owner\":1}]}",
                "{\"Network\":\"10.1.0.0/16\",\"SubnetMin\":\"10.1.1.0\",\"SubnetMax\":"
                "\"10.1.6.0\"}"),
        "6 subnets; a capital is in use\n"
        "\n"
        "10.1.1.0  aaA.bb\n"
        "\n"
        "MAP  NODE                  ID        STATE  SUBNETS  USES\n"
        "a    h1                    01020304  alive  3        10.1.3.0\n"
        "b    (no member any more)  09080706  -      2        -\n");
}

static void without_a_configuration_rows_begin_with_the_slots_number(void **state _unused_)
{
    const char *text = picture("{\"total\":65,\"owners\":[{}],\"runs\":[{\"first\":0,\"count\":65,"
                               "\"owner\":0}]}",
                               NULL);

    assert_non_null(strstr(text, "\n0   aaaaaaaa"));
    assert_non_null(strstr(text, "\n64  a\n"));
}

static void many_slots_share_a_letter_and_a_mixed_one_is_a_star(void **state _unused_)
{
    const char *text =
        picture("{\"total\":65536,\"owners\":[{\"lease\":33},{\"lease\":null}],\"runs\":["
                "{\"first\":0,\"count\":40,\"owner\":0},{\"first\":40,\"count\":65496,"
                "\"owner\":1}]}",
                NULL);

    assert_non_null(strstr(text, "65536 subnets, 32 to a letter; * several owners\n\n"));
    assert_non_null(strstr(text, "\n0      a#bb"));
    assert_null(strstr(text, "\n65536 "));
    text = picture("{\"total\":4096,\"owners\":[],\"runs\":[{\"first\":0,\"count\":1,\"owner\":0},"
                   "{\"first\":1,\"count\":4095,\"owner\":1}]}",
                   NULL);
    assert_non_null(strstr(text, "\n0     *bb"));
}

static void what_makes_no_sense_is_no_map(void **state _unused_)
{
    assert_string_equal(picture("{}", NULL), "the network is not known yet\n");
    assert_string_equal(picture("{\"total\":0,\"runs\":[]}", NULL),
                        "the network is not known yet\n");
    assert_string_equal(picture("{\"total\":99999999}", NULL), "the network is not known yet\n");
    /* Runs beyond the end, before the beginning, of owners that there are not. */
    assert_non_null(strstr(picture("{\"total\":2,\"owners\":[],\"runs\":[{\"first\":-3,\"count\":9,"
                                   "\"owner\":0},{\"first\":1,\"count\":900,\"owner\":5}]}",
                                   NULL),
                           "\n0  .f\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_slot_is_a_letter_of_its_owner_and_a_capital_in_use),
        cmocka_unit_test(without_a_configuration_rows_begin_with_the_slots_number),
        cmocka_unit_test(many_slots_share_a_letter_and_a_mixed_one_is_a_star),
        cmocka_unit_test(what_makes_no_sense_is_no_map),
    };

    return RUN_TESTS(tests);
}
