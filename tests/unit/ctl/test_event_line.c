/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/idiom.h"
#include "ctl/event_line.h"

static void expect(const char *event, const char *want)
{
    json_t *e = json_loads(event, 0, NULL);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(e);
    felt_event_line(e, out);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
    json_decref(e);
}

static void a_line_has_the_local_time_and_the_text(void **state _unused_)
{
    setenv("TZ", "CET-1", 1);
    tzset();
    expect("{\"time_us\":1795832947672790,\"level\":\"warning\",\"text\":\"gossip: x\"}",
           "2026-11-28 03:29:07 gossip: x\n");
}

static void what_would_move_the_cursor_does_not_and_what_is_missing_is_a_dash(void **state _unused_)
{
    expect("{\"time_us\":0,\"text\":\"a\\u001b[2Jb\\nc\"}", "- a?[2Jb?c\n");
    expect("{}", "- -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_the_local_time_and_the_text),
        cmocka_unit_test(what_would_move_the_cursor_does_not_and_what_is_missing_is_a_dash),
    };

    return RUN_TESTS(tests);
}
