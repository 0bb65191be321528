/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"
#include "etcd/endpoints.h"

static struct felt_etcd_endpoints good(const char *text)
{
    struct felt_etcd_endpoints endpoints;
    struct felt_etcd_endpoints_error error = {""};

    if (felt_etcd_endpoints_parse(text, &endpoints, &error) < 0)
        fail_msg("%s: %s", text, error.text);
    return endpoints;
}

static const char *bad(const char *text)
{
    static struct felt_etcd_endpoints_error error;
    struct felt_etcd_endpoints endpoints = {.n = 77};

    assert_int_equal(felt_etcd_endpoints_parse(text, &endpoints, &error), -EINVAL);
    assert_int_equal(endpoints.n, 77);
    return error.text;
}

static void one_or_several_with_and_without_a_port(void **state _unused_)
{
    struct felt_etcd_endpoints e =
        good("http://127.0.0.1:4001,https://etcd-2.example/,http://[2001:db8::1]:2379");

    assert_int_equal(e.n, 3);
    assert_string_equal(e.url[0], "http://127.0.0.1:4001");
    assert_string_equal(e.url[1], "https://etcd-2.example");
    assert_string_equal(e.url[2], "http://[2001:db8::1]:2379");
    assert_true(felt_etcd_endpoints_have_tls(&e));
    e = good("http://a");
    assert_false(felt_etcd_endpoints_have_tls(&e));
}

static void what_is_no_endpoint_is_named(void **state _unused_)
{
    assert_string_equal(bad("127.0.0.1:2379"),
                        "'127.0.0.1:2379' begins with neither http:// nor https://");
    assert_string_equal(bad("http://a:1,"), "'' begins with neither http:// nor https://");
}

static void a_port_is_a_number_that_a_port_can_be(void **state _unused_)
{
    static const char *const wrong[] = {
        "http://a:", "http://a:0", "http://a:65536", "http://a:x", "http://a:1/v2", "http://[::1",
        "http://[]", "http://a b", "http://a?x",     "http:///a",  "http://a:+1"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++)
        assert_non_null(strstr(bad(wrong[i]), "is not an endpoint like http://127.0.0.1:2379"));
    assert_int_equal(good("http://a:1,http://a:65535").n, 2);
}

static void a_password_in_it_is_refused_and_not_shown(void **state _unused_)
{
    static const char *const texts[] = {"http://root:s3cret@127.0.0.1:2379",
                                        "http://root:s3cret,more@127.0.0.1:2379",
                                        "http://a,root:s3cret@127.0.0.1"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(texts); i++) {
        const char *words = bad(texts[i]);

        assert_non_null(strstr(words, "--etcd-password-file"));
        assert_null(strstr(words, "s3cret"));
    }
}

static void a_control_character_is_not_repeated(void **state _unused_)
{
    assert_null(strchr(bad("http://a\033[2J"), '\033'));
}

static void there_is_room_for_so_many_and_no_more(void **state _unused_)
{
    char text[FELT_ETCD_ENDPOINTS_MAX * 12 + 1] = "", *at = text;

    for (int i = 0; i < FELT_ETCD_ENDPOINTS_MAX; i++)
        at += sprintf(at, "%shttp://a", i > 0 ? "," : "");
    assert_int_equal(good(text).n, FELT_ETCD_ENDPOINTS_MAX);
    strcpy(at, ",http://b");
    assert_string_equal(bad(text), "more than 16 endpoints");
}

static void there_is_room_for_a_long_name_and_no_more(void **state _unused_)
{
    char text[FELT_ETCD_ENDPOINT_TEXT + 1] = "http://";

    memset(text + 7, 'a', sizeof(text) - 8);
    text[FELT_ETCD_ENDPOINT_TEXT - 1] = '\0';
    assert_int_equal(good(text).n, 1);
    text[FELT_ETCD_ENDPOINT_TEXT - 1] = 'a';
    text[FELT_ETCD_ENDPOINT_TEXT] = '\0';
    assert_string_equal(bad(text), "an endpoint is longer than 299 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_or_several_with_and_without_a_port),
        cmocka_unit_test(what_is_no_endpoint_is_named),
        cmocka_unit_test(a_port_is_a_number_that_a_port_can_be),
        cmocka_unit_test(a_password_in_it_is_refused_and_not_shown),
        cmocka_unit_test(a_control_character_is_not_repeated),
        cmocka_unit_test(there_is_room_for_so_many_and_no_more),
        cmocka_unit_test(there_is_room_for_a_long_name_and_no_more),
    };

    return RUN_TESTS(tests);
}
