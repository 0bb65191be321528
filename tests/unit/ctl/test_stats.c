/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/idiom.h"
#include "ctl/stats.h"

static void numbers_get_their_whole_names_and_nothing_else_is_there(void **state _unused_)
{
    json_t *status = json_loads("{\"counters\":{\"sent\":7,\"datagrams\":{\"taken\":123456}},"
                                "\"kernel\":{\"device\":\"flannel.1\",\"mtu\":1450,\"error\":null},"
                                "\"node\":{\"session\":3}}",
                                0, NULL);
    json_t *stats = felt_stats_of(status);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    felt_stats_print(stats, out);
    fclose(out);
    assert_string_equal(text, "counters.sent                        7\n"
                              "counters.datagrams.taken        123456\n"
                              "kernel.mtu                        1450\n");
    free(text);
    json_decref(stats);
    json_decref(status);
}

static void an_empty_status_has_none(void **state _unused_)
{
    json_t *stats = felt_stats_of(NULL);

    assert_int_equal(json_object_size(stats), 0);
    json_decref(stats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_get_their_whole_names_and_nothing_else_is_there),
        cmocka_unit_test(an_empty_status_has_none),
    };

    return RUN_TESTS(tests);
}
