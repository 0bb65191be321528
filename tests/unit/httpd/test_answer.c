/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "httpd/answer.h"
#include "tests/unit/ctl/puppet.h"

static struct felt_answer answer_of(struct felt_source *source, const char *path)
{
    int route = felt_route_find(path, false);
    struct felt_answer answer;

    assert_true(route >= 0);
    felt_routes[route].make(source, &answer);
    assert_non_null(answer.body);
    assert_int_equal(answer.len, strlen(answer.body));
    return answer;
}

static void expect(struct felt_answer answer, unsigned code, const char *type, const char *body)
{
    assert_int_equal(answer.code, code);
    assert_string_equal(answer.type, type);
    assert_string_equal(answer.body, body);
    free(answer.body);
}

static void a_health_port_has_health_and_nothing_else(void **state)
{
    (void)state;
    assert_true(felt_route_find("/healthz", true) >= 0);
    assert_true(felt_route_find("/readyz", true) >= 0);
    assert_int_equal(felt_route_find("/", true), -1);
    assert_int_equal(felt_route_find("/metrics", true), -1);
    assert_int_equal(felt_route_find("/v1/status", true), -1);
    assert_true(felt_route_find("/metrics", false) >= 0);
    assert_int_equal(felt_route_find("/v1", false), -1);
    assert_int_equal(felt_route_find("", false), -1);
}

static void what_feltd_says_goes_on_as_it_is(void **state)
{
    struct puppet *p = *state;
    struct felt_source source = {.path = p->path};

    puppet_says(p, "{\"parameters\":{\"members\":[{\"name\":\"h\\u00e4\"}]}}");
    expect(answer_of(&source, "/v1/members"), 200, "application/json",
           "{\"members\":[{\"name\":\"h\xc3\xa4\"}]}");
}

static void where_it_does_not_run_each_says_so_in_its_way(void **state)
{
    struct puppet *p = *state;
    struct felt_source source = {.path = "/nowhere/feltd.sock"};

    (void)p;
    expect(answer_of(&source, "/v1/status"), 503, "application/json",
           "{\"error\":\"/nowhere/feltd.sock: it does not run\"}");
    expect(answer_of(&source, "/healthz"), 503, "text/plain; charset=utf-8",
           "feltd does not answer: /nowhere/feltd.sock: it does not run");
    expect(answer_of(&source, "/metrics"), 200, "text/plain; version=0.0.4; charset=utf-8",
           "# HELP felt_up Whether feltd answers.\n# TYPE felt_up gauge\nfelt_up 0\n");
    expect(answer_of(&source, "/v1/events"), 503, "application/json",
           "{\"error\":\"/nowhere/feltd.sock: it does not run\"}");
}

static void one_that_hangs_is_waited_for_once(void **state)
{
    struct puppet *p = *state;
    struct felt_source source = {.path = p->path};
    felt_usec begin = felt_source_now();

    puppet_start(p, "", 0, PUPPET_GOES_DEAF);
    for (int i = 0; i < 5; i++) {
        struct felt_answer answer = answer_of(&source, "/healthz");

        assert_int_equal(answer.code, 503);
        assert_non_null(strstr(answer.body, "it hangs"));
        free(answer.body);
    }
    /* Five would take five seconds. */
    assert_true(felt_source_now() - begin < 4 * FELT_SOURCE_TIMEOUT);
}

static void an_error_of_feltd_is_the_reason_and_no_pause(void **state)
{
    struct puppet *p = *state;
    struct felt_source source = {.path = p->path};
    struct felt_answer answer;

    puppet_says(p, "{\"error\":\"org.varlink.service.MethodNotFound\"}");
    answer = answer_of(&source, "/v1/slots");
    assert_int_equal(answer.code, 503);
    assert_non_null(strstr(answer.body, "ListSlots: org.varlink.service.MethodNotFound"));
    free(answer.body);
    assert_int_equal(source.down_until, 0);
}

static void events_are_those_after_a_number(void **state)
{
    struct puppet *p = *state;
    struct felt_source source = {.path = p->path};
    struct felt_answer answer;

    puppet_says(p, "{\"parameters\":{\"events\":[{\"number\":7},{\"number\":8},{\"number\":9}]}}");
    felt_answer_events(&source, 8, &answer);
    expect(answer, 200, "application/json", "{\"events\":[{\"number\":9}]}");
    felt_answer_events(&source, 9, &answer);
    expect(answer, 200, "application/json", "{\"events\":[]}");
    /* It is of an earlier feltd. */
    felt_answer_events(&source, 10, &answer);
    expect(answer, 200, "application/json",
           "{\"events\":[{\"number\":7},{\"number\":8},{\"number\":9}]}");
    felt_source_done(&source);
}

static void the_page_loads_nothing_and_runs_only_its_own_script(void **state)
{
    struct felt_source source = {.path = "/nowhere"};
    struct felt_answer page = answer_of(&source, "/");

    (void)state;
    assert_int_equal(page.code, 200);
    assert_non_null(strstr(page.policy, "default-src 'none'"));
    assert_non_null(strstr(page.policy, "script-src 'sha256-"));
    assert_null(strstr(page.policy, "unsafe"));
    assert_null(strstr(page.body, " src="));
    assert_null(strstr(page.body, "<link"));
    assert_null(strstr(page.body, "url("));
    assert_null(strstr(page.body, "innerHTML"));
    assert_non_null(strstr(page.body, "</html>"));
    free(page.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_health_port_has_health_and_nothing_else),
        PUPPET_TEST(what_feltd_says_goes_on_as_it_is),
        PUPPET_TEST(where_it_does_not_run_each_says_so_in_its_way),
        PUPPET_TEST(one_that_hangs_is_waited_for_once),
        PUPPET_TEST(an_error_of_feltd_is_the_reason_and_no_pause),
        PUPPET_TEST(events_are_those_after_a_number),
        cmocka_unit_test(the_page_loads_nothing_and_runs_only_its_own_script),
    };

    return RUN_TESTS(tests);
}
