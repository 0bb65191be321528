/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "httpd/health.h"

static struct felt_health ready(const char *status)
{
    json_t *value = json_loads(status, 0, NULL);
    struct felt_health health;

    assert_non_null(value);
    felt_health_ready(value, "", &health);
    json_decref(value);
    return health;
}

static void expect(const struct felt_health *health, unsigned code, const char *text)
{
    assert_int_equal(health->code, code);
    assert_string_equal(health->text, text);
}

static void where_feltd_answers_the_body_is_flannels_to_the_byte(void **state)
{
    json_t *status = json_object();
    struct felt_health health;

    (void)state;
    felt_health_live(status, "", &health);
    expect(&health, 200, "flanneld is running");
    json_decref(status);
    health = ready("{\"ready\":true,\"lease\":{\"slot\":1},\"kernel\":{\"error\":null}}");
    expect(&health, 200, "flanneld is ready");
}

static void where_it_does_not_both_say_why(void **state)
{
    struct felt_health health;

    (void)state;
    felt_health_live(NULL, "/run/felt/feltd.sock: it hangs", &health);
    expect(&health, 503, "feltd does not answer: /run/felt/feltd.sock: it hangs");
    felt_health_ready(NULL, "/run/felt/feltd.sock: it hangs", &health);
    expect(&health, 503,
           "flanneld is not ready yet: feltd does not answer: /run/felt/feltd.sock: it hangs");
}

static void who_has_no_subnet_is_not_ready(void **state)
{
    struct felt_health health =
        ready("{\"ready\":false,\"lease\":null,\"waiting\":\"no seed answers\"}");

    (void)state;
    expect(&health, 503, "flanneld is not ready yet: no subnet: no seed answers");
    /* Also where it once was ready. */
    health = ready("{\"ready\":true,\"lease\":null,\"waiting\":null}");
    expect(&health, 503, "flanneld is not ready yet: no subnet");
}

static void a_kernel_that_is_not_as_it_should_be_is_not_ready(void **state)
{
    struct felt_health health =
        ready("{\"ready\":true,\"lease\":{},\"kernel\":{\"error\":\"no\"}}");

    (void)state;
    expect(&health, 503, "flanneld is not ready yet: kernel: no");
    health = ready("{\"ready\":false,\"lease\":{},\"kernel\":{\"error\":null}}");
    expect(&health, 503, "flanneld is not ready yet: the kernel is not programmed yet");
}

static void dead_members_and_other_problems_do_not_matter(void **state)
{
    struct felt_health health =
        ready("{\"ready\":true,\"lease\":{\"at_risk\":true},\"kernel\":{\"error\":null},"
              "\"members\":{\"dead\":9},\"problems\":[\"9 members are dead\"]}");

    (void)state;
    assert_int_equal(health.code, 200);
}

static void a_reason_is_one_line_however_long(void **state)
{
    struct felt_health health;
    char text[2 * FELT_HEALTH_TEXT];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    text[3] = '\n';
    felt_health_live(NULL, text, &health);
    assert_int_equal(strlen(health.text), FELT_HEALTH_TEXT - 1);
    assert_null(strchr(health.text, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_feltd_answers_the_body_is_flannels_to_the_byte),
        cmocka_unit_test(where_it_does_not_both_say_why),
        cmocka_unit_test(who_has_no_subnet_is_not_ready),
        cmocka_unit_test(a_kernel_that_is_not_as_it_should_be_is_not_ready),
        cmocka_unit_test(dead_members_and_other_problems_do_not_matter),
        cmocka_unit_test(a_reason_is_one_line_however_long),
    };

    return RUN_TESTS(tests);
}
