/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>

#include "etcd/client.h"
#include "tests/unit/etcd/web.h"

#define SHORT_US   (200 * FELT_USEC_MS) /* until a deaf server is given up */
#define OK(length) "HTTP/1.1 200 OK\r\nX-Etcd-Index: 77\r\nContent-Length: " length "\r\n\r\n"
#define NODE       OK("10") "{\"node\":1}"

static const struct felt_etcd_call read_call = {.method = "GET", .path = "/v2/keys/a?quorum=true"};
static const struct felt_etcd_call write_call = {
    .method = "PUT", .path = "/v2/keys/a?prevExist=false", .body = "ttl=86400&value=%7B%7D"};

static struct felt_etcd_access access_to(const struct web *w)
{
    struct felt_etcd_access access = {.endpoints.n = w->n, .timeout_us = SHORT_US};

    for (size_t i = 0; i < w->n; i++)
        strcpy(access.endpoints.url[i], w->url[i]);
    return access;
}

/* One request of a client of its own. */
static struct felt_etcd_answer ask_as(const struct felt_etcd_access *access,
                                      const struct felt_etcd_call *call)
{
    _cleanup_(felt_etcd_client_freep) struct felt_etcd_client *client = NULL;
    struct felt_etcd_answer answer;

    assert_int_equal(felt_etcd_client_new(access, &client), 0);
    assert_int_equal(felt_etcd_client_ask(client, call, &answer), 0);
    return answer;
}

static struct felt_etcd_answer ask(const struct web *w, const struct felt_etcd_call *call)
{
    struct felt_etcd_access access = access_to(w);

    return ask_as(&access, call);
}

static void assert_trouble(struct felt_etcd_answer *answer, int error, const char *words)
{
    if (!strstr(answer->trouble, words))
        fail_msg("not '%s' in: %s", words, answer->trouble);
    assert_int_equal(answer->error, error);
    felt_etcd_answer_done(answer);
}

static void an_answer_is_handed_over_with_its_status_and_index(void **state)
{
    struct web *w = *state;
    struct felt_etcd_answer answer;
    char asked[4096];

    web_start(w, NODE, WEB_HANGS_UP);
    answer = ask(w, &read_call);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.etcd_index, 77);
    assert_string_equal(answer.body, "{\"node\":1}");
    assert_string_equal(answer.trouble, "");
    felt_etcd_answer_done(&answer);
    web_asked(w, asked, sizeof(asked));
    assert_memory_equal(asked, "GET /v2/keys/a?quorum=true HTTP/1.1\r\n", 37);
    assert_null(strstr(asked, "Authorization"));
}

static void an_error_of_etcd_is_an_answer(void **state)
{
    struct felt_etcd_answer answer;

    web_start(*state,
              "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 17\r\n\r\n{\"errorCode\":105}",
              WEB_HANGS_UP);
    answer = ask(*state, &write_call);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.status, 412);
    assert_string_equal(answer.body, "{\"errorCode\":105}");
    felt_etcd_answer_done(&answer);
}

static void a_put_is_a_form_and_does_not_wait_to_be_told_to_go_on(void **state)
{
    struct web *w = *state;
    struct felt_etcd_answer answer;
    char asked[4096];

    web_start(w, NODE, WEB_HANGS_UP);
    answer = ask(w, &write_call);
    assert_int_equal(answer.error, 0);
    felt_etcd_answer_done(&answer);
    web_asked(w, asked, sizeof(asked));
    assert_memory_equal(asked, "PUT /v2/keys/a?prevExist=false HTTP/1.1\r\n", 41);
    assert_non_null(strstr(asked, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(asked, "\r\n\r\nttl=86400&value=%7B%7D"));
    assert_null(strstr(asked, "Expect"));
}

static void the_user_goes_along(void **state)
{
    struct web *w = *state;
    struct felt_etcd_answer answer;
    struct felt_etcd_access access;
    char asked[4096];

    web_start(w, NODE, WEB_HANGS_UP);
    access = access_to(w);
    access.username = "root";
    access.password = "pw:d";
    answer = ask_as(&access, &read_call);
    felt_etcd_answer_done(&answer);
    assert_non_null(
        strstr(web_asked(w, asked, sizeof(asked)), "\r\nAuthorization: Basic cm9vdDpwdzpk\r\n"));
}

static void the_next_endpoint_is_asked_and_remembered(void **state)
{
    _cleanup_(felt_etcd_client_freep) struct felt_etcd_client *client = NULL;
    struct web *w = *state;
    struct felt_etcd_access access;
    struct felt_etcd_answer answer;

    web_is_down(w);
    web_start(w, NODE, WEB_HANGS_UP);
    access = access_to(w);
    assert_int_equal(felt_etcd_client_new(&access, &client), 0);
    assert_string_equal(felt_etcd_client_endpoint(client), w->url[0]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(felt_etcd_client_ask(client, &write_call, &answer), 0);
        assert_int_equal(answer.error, 0);
        assert_string_equal(answer.trouble, "");
        felt_etcd_answer_done(&answer);
        assert_string_equal(felt_etcd_client_endpoint(client), w->url[1]);
    }
}

static void all_endpoints_that_fail_are_named(void **state)
{
    struct web *w = *state;
    struct felt_etcd_answer answer;
    char wanted[256];

    web_is_down(w);
    web_is_down(w);
    answer = ask(w, &write_call);
    assert_false(answer.is_unsure);
    snprintf(wanted, sizeof(wanted), "%s: Connection refused; %s: Connection refused", w->url[0],
             w->url[1]);
    assert_trouble(&answer, -ENOTCONN, wanted);
}

static void a_get_without_an_answer_is_tried_elsewhere(void **state)
{
    struct web *w = *state;
    struct felt_etcd_answer answer;

    web_start(w, "", WEB_GOES_DEAF);
    web_start(w, "", WEB_HANGS_UP);
    web_start(w, NODE, WEB_HANGS_UP);
    answer = ask(w, &read_call);
    assert_int_equal(answer.error, 0);
    felt_etcd_answer_done(&answer);
}

static void a_put_without_an_answer_is_not_repeated_and_may_be_done(void **state)
{
    struct web *w = *state;
    struct felt_etcd_answer answer;
    char asked[4096];

    web_start(w, "", WEB_GOES_DEAF);
    web_start(w, NODE, WEB_HANGS_UP);
    answer = ask(w, &write_call);
    assert_true(answer.is_unsure);
    assert_trouble(&answer, -ETIMEDOUT, "no answer in 200.0ms");
    web_asked(w, asked, sizeof(asked));
    assert_null(strstr(asked + 1, "PUT "));
}

static void an_answer_that_breaks_off_is_none(void **state)
{
    struct felt_etcd_answer answer;

    web_start(*state, OK("100") "{\"node\":", WEB_HANGS_UP);
    answer = ask(*state, &read_call);
    assert_trouble(&answer, -ECONNRESET, "it hung up");
}

static void etcd_that_cannot_now_is_asked_elsewhere(void **state)
{
    struct web *w = *state;
    struct felt_etcd_answer answer;

    web_start(w,
              "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 17\r\n\r\n{\"errorCode\":300}",
              WEB_HANGS_UP);
    answer = ask(w, &read_call);
    assert_trouble(&answer, -EAGAIN, "etcd cannot answer now (HTTP 503: {\"errorCode\":300})");
    web_start(w, NODE, WEB_HANGS_UP);
    answer = ask(w, &read_call);
    assert_int_equal(answer.error, 0);
    felt_etcd_answer_done(&answer);
}

static void an_etcd_without_v2_is_told_from_a_missing_key(void **state)
{
    struct felt_etcd_answer answer;

    web_start(*state, "HTTP/1.1 404 Not Found\r\nContent-Length: 19\r\n\r\n404 page not found\n",
              WEB_HANGS_UP);
    answer = ask(*state, &write_call);
    assert_false(answer.is_unsure);
    assert_trouble(&answer, -ENOPROTOOPT, "has one with --enable-v2");
}

static void what_is_not_etcd_is_shown_in_one_harmless_line(void **state)
{
    struct felt_etcd_answer answer;

    web_start(*state, OK("23") "<html>\033[2Jhello\nworld  ", WEB_HANGS_UP);
    answer = ask(*state, &read_call);
    assert_trouble(&answer, -EPROTO, ": this is not etcd: it answers HTTP 200 '<html>?[2Jhello'");
}

static void a_redirection_is_not_followed(void **state)
{
    struct felt_etcd_answer answer;

    web_start(
        *state,
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        WEB_HANGS_UP);
    answer = ask(*state, &read_call);
    assert_trouble(&answer, -EPROTO, "this is not etcd: it answers HTTP 307");
}

static void a_refused_user_is_told_what_to_look_at_and_nobody_else_is_asked(void **state)
{
    static const char refusal[] =
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 17\r\n\r\n{\"errorCode\":110}";
    struct web *w = *state;
    struct felt_etcd_access access;
    struct felt_etcd_answer answer;

    web_start(w, refusal, WEB_HANGS_UP);
    web_start(w, NODE, WEB_HANGS_UP);
    answer = ask(w, &read_call);
    assert_trouble(&answer, -EACCES, "etcd wants a user (HTTP 401): --etcd-username");
    access = access_to(w);
    access.username = "root";
    access.password = "s3cret";
    answer = ask_as(&access, &write_call);
    assert_null(strstr(answer.trouble, "s3cret"));
    assert_trouble(&answer, -EACCES, "etcd refuses user root (HTTP 401): either the password");
}

static void an_endpoint_that_wants_https_says_so(void **state)
{
    struct felt_etcd_answer answer;

    web_start(*state,
              "HTTP/1.1 400 Bad Request\r\nContent-Length: 48\r\n\r\n"
              "Client sent an HTTP request to an HTTPS server.\n",
              WEB_HANGS_UP);
    answer = ask(*state, &read_call);
    assert_trouble(&answer, -EPROTO, "it speaks TLS: the endpoint is https://127.0.0.1:");
}

static void an_endpoint_that_does_not_speak_https_says_so(void **state)
{
    struct web *w = *state;
    struct felt_etcd_access access;
    struct felt_etcd_answer answer;

    web_start(w, "HTTP/1.1 400 Bad Request\r\n\r\n", WEB_HANGS_UP);
    access = access_to(w);
    snprintf(access.endpoints.url[0], FELT_ETCD_ENDPOINT_TEXT, "https%s",
             w->url[0] + strlen("http"));
    answer = ask_as(&access, &write_call);
    assert_false(answer.is_unsure);
    assert_trouble(&answer, -ENOTCONN, "TLS does not come about");
}

static void files_that_are_not_there_are_named(void **state)
{
    struct web *w = *state;
    struct felt_etcd_access access;
    struct felt_etcd_answer answer;

    web_start(w, NODE, WEB_HANGS_UP);
    access = access_to(w);
    snprintf(access.endpoints.url[0], FELT_ETCD_ENDPOINT_TEXT, "https%s",
             w->url[0] + strlen("http"));
    access.ca_file = "/nowhere/ca.pem";
    answer = ask_as(&access, &read_call);
    assert_trouble(&answer, -ENOTCONN, "--etcd-cafile /nowhere/ca.pem cannot be used");
    access.ca_file = NULL;
    access.cert_file = "/nowhere/c.pem";
    access.key_file = "/nowhere/k.pem";
    answer = ask_as(&access, &read_call);
    assert_trouble(&answer, -EACCES,
                   "--etcd-certfile /nowhere/c.pem and --etcd-keyfile /nowhere/k.pem");
}

static void a_proxy_of_the_environment_is_not_used(void **state)
{
    struct felt_etcd_answer answer;

    web_start(*state, NODE, WEB_HANGS_UP);
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    answer = ask(*state, &read_call);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(answer.error, 0);
    felt_etcd_answer_done(&answer);
}

static void a_watch_that_sees_nothing_is_no_failure(void **state)
{
    static const struct felt_etcd_call watch = {
        .method = "GET", .path = "/v2/keys/a?wait=true", .is_watch = true, .timeout_us = SHORT_US};
    struct web *w = *state;
    struct felt_etcd_answer answer;

    web_start(w, "HTTP/1.1 200 OK\r\nX-Etcd-Index: 78\r\nTransfer-Encoding: chunked\r\n\r\n",
              WEB_GOES_DEAF);
    answer = ask(w, &watch);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.body_len, 0);
    assert_int_equal(answer.etcd_index, 78);
    felt_etcd_answer_done(&answer);
}

static void a_watch_that_reaches_nobody_is_one(void **state)
{
    static const struct felt_etcd_call watch = {
        .method = "GET", .path = "/v2/keys/a?wait=true", .is_watch = true};
    struct felt_etcd_answer answer;

    web_is_down(*state);
    answer = ask(*state, &watch);
    assert_trouble(&answer, -ENOTCONN, "Connection refused");
}

static void several_are_under_way_and_one_can_be_dropped(void **state)
{
    static const struct felt_etcd_call watch = {.method = "GET",
                                                .path = "/v2/keys/a?wait=true",
                                                .is_watch = true,
                                                .timeout_us = 20 * FELT_USEC_SEC};
    _cleanup_(felt_etcd_client_freep) struct felt_etcd_client *client = NULL;
    struct web *w = *state;
    struct felt_etcd_access access;
    struct felt_etcd_answer answer;
    int pipe_fds[2];

    web_start(w, NODE, WEB_HANGS_UP);
    access = access_to(w);
    assert_int_equal(felt_etcd_client_new(&access, &client), 0);
    assert_int_equal(felt_etcd_client_begin(client, &read_call, 5), 0);
    assert_int_equal(felt_etcd_client_begin(client, &write_call, 6), 0);
    assert_int_equal(felt_etcd_client_begin(client, &watch, 7), 0);
    felt_etcd_client_cancel(client, 6);
    for (int i = 0; i < 2; i++) {
        while (!felt_etcd_client_next(client, &answer))
            assert_int_equal(felt_etcd_client_wait(client, -1, FELT_USEC_SEC), 0);
        assert_int_equal(answer.error, 0);
        assert_true(answer.tag == 5 || answer.tag == 7);
        felt_etcd_answer_done(&answer);
    }
    assert_int_equal(felt_etcd_client_wait(client, -1, 1), 0);
    assert_false(felt_etcd_client_next(client, &answer));
    /* And another file descriptor is waited for meanwhile. */
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(felt_etcd_client_wait(client, pipe_fds[0], 1), 0);
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    assert_int_equal(felt_etcd_client_wait(client, pipe_fds[0], 20 * FELT_USEC_SEC), 1);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WEB_TEST(an_answer_is_handed_over_with_its_status_and_index),
        WEB_TEST(an_error_of_etcd_is_an_answer),
        WEB_TEST(a_put_is_a_form_and_does_not_wait_to_be_told_to_go_on),
        WEB_TEST(the_user_goes_along),
        WEB_TEST(the_next_endpoint_is_asked_and_remembered),
        WEB_TEST(all_endpoints_that_fail_are_named),
        WEB_TEST(a_get_without_an_answer_is_tried_elsewhere),
        WEB_TEST(a_put_without_an_answer_is_not_repeated_and_may_be_done),
        WEB_TEST(an_answer_that_breaks_off_is_none),
        WEB_TEST(etcd_that_cannot_now_is_asked_elsewhere),
        WEB_TEST(an_etcd_without_v2_is_told_from_a_missing_key),
        WEB_TEST(what_is_not_etcd_is_shown_in_one_harmless_line),
        WEB_TEST(a_redirection_is_not_followed),
        WEB_TEST(a_refused_user_is_told_what_to_look_at_and_nobody_else_is_asked),
        WEB_TEST(an_endpoint_that_wants_https_says_so),
        WEB_TEST(an_endpoint_that_does_not_speak_https_says_so),
        WEB_TEST(files_that_are_not_there_are_named),
        WEB_TEST(a_proxy_of_the_environment_is_not_used),
        WEB_TEST(a_watch_that_sees_nothing_is_no_failure),
        WEB_TEST(a_watch_that_reaches_nobody_is_one),
        WEB_TEST(several_are_under_way_and_one_can_be_dropped),
    };

    return RUN_TESTS(tests);
}
