/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "httpd/options.h"

#define PARSE(ret, ...) parse((char *[]){"felt-httpd", __VA_ARGS__, NULL}, ret)

static struct felt_httpd_options_error error;

static int parse(char **argv, struct felt_httpd_options *ret)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    return felt_httpd_options_parse(argc, argv, ret, &error);
}

static void without_anything_it_listens_on_loopback(void **state)
{
    struct felt_httpd_options o;

    (void)state;
    assert_int_equal(parse((char *[]){"felt-httpd", NULL}, &o), 0);
    assert_int_equal(o.n_listeners, 1);
    assert_string_equal(FELT_ENDPOINT(&o.listeners[0].at), "127.0.0.1:9470");
    assert_false(o.listeners[0].is_health_only);
    assert_false(o.while_stdin || o.help || o.version);
    assert_string_equal(o.control_socket, "/run/felt/feltd.sock");
    assert_null(o.user);
}

static void listeners_come_in_both_kinds_and_may_be_several(void **state)
{
    struct felt_httpd_options o;

    (void)state;
    assert_int_equal(PARSE(&o, "--listen", "[::1]", "--healthz=0.0.0.0:10254",
                           "--listen=192.0.2.1:80", "--while-stdin", "--user", "x",
                           "--control-socket=/s"),
                     0);
    assert_int_equal(o.n_listeners, 3);
    assert_string_equal(FELT_ENDPOINT(&o.listeners[0].at), "[::1]:9470");
    assert_string_equal(FELT_ENDPOINT(&o.listeners[1].at), "0.0.0.0:10254");
    assert_true(o.listeners[1].is_health_only);
    assert_false(o.listeners[2].is_health_only);
    assert_true(o.while_stdin);
    assert_string_equal(o.user, "x");
    assert_string_equal(o.control_socket, "/s");
}

static void a_mistake_is_named(void **state)
{
    struct felt_httpd_options o;

    (void)state;
    assert_int_equal(PARSE(&o, "--listen", "localhost:80"), -EINVAL);
    assert_string_equal(error.text,
                        "--listen: 'localhost:80' is not an address and port like 127.0.0.1:9470");
    assert_int_equal(PARSE(&o, "--healthz", "127.0.0.1:0"), -EINVAL);
    assert_int_equal(PARSE(&o, "--listen"), -EINVAL);
    assert_string_equal(error.text, "--listen: the value is missing; see --help");
    assert_int_equal(PARSE(&o, "--port", "80"), -EINVAL);
    assert_string_equal(error.text, "--port: there is no such option; see --help");
    assert_int_equal(PARSE(&o, "80"), -EINVAL);
    assert_string_equal(error.text, "unexpected argument '80'; see --help");
}

static void there_is_an_end_to_listeners(void **state)
{
    struct felt_httpd_options o;
    char *argv[FELT_SERVER_LISTENERS_MAX + 3] = {"felt-httpd"};

    (void)state;
    for (size_t i = 1; i <= FELT_SERVER_LISTENERS_MAX + 1; i++)
        argv[i] = "--listen=127.0.0.1";
    assert_int_equal(parse(argv, &o), -EINVAL);
    argv[FELT_SERVER_LISTENERS_MAX + 1] = NULL;
    assert_int_equal(parse(argv, &o), 0);
}

/* ---- an options file ---- */

static int add(struct felt_httpd_options *o, const char *lines)
{
    static char text[2048]; /* borrowed */

    snprintf(text, sizeof(text), "%s", lines);
    return felt_httpd_options_add(o, text, &error);
}

static void a_file_says_more_as_if_it_stood_behind_the_arguments(void **state)
{
    struct felt_httpd_options o;

    (void)state;
    assert_int_equal(PARSE(&o, "--options-file", "/f"), 0);
    assert_string_equal(o.options_file, "/f");
    assert_int_equal(o.n_listeners, 0);
    assert_int_equal(add(&o, "# a comment\n--control-socket=/a b\n\n--healthz=0.0.0.0:10254\n"
                             "--listen=[::1]:9470"),
                     0);
    assert_string_equal(o.control_socket, "/a b");
    assert_int_equal(o.n_listeners, 2);
    assert_true(o.listeners[0].is_health_only);
    assert_string_equal(FELT_ENDPOINT(&o.listeners[1].at), "[::1]:9470");

    assert_int_equal(PARSE(&o, "--options-file=/f", "--listen=192.0.2.1", "--while-stdin"), 0);
    assert_int_equal(add(&o, ""), 0);
    assert_int_equal(o.n_listeners, 1);
    assert_int_equal(add(&o, "--listen=192.0.2.2"), 0);
    assert_int_equal(o.n_listeners, 2);
}

static void a_mistake_in_a_file_is_named_with_it_and_changes_nothing(void **state)
{
    struct felt_httpd_options o, before;
    char many[1024] = "";

    (void)state;
    assert_int_equal(PARSE(&o, "--options-file=/f"), 0);
    before = o;
    assert_int_equal(add(&o, "# nothing\n"), -EINVAL);
    assert_string_equal(error.text, "/f: neither --listen nor --healthz is there");
    assert_int_equal(add(&o, "--listen=127.0.0.1\n--port=80\n"), -EINVAL);
    assert_string_equal(error.text, "/f: --port=80: there is no such option; see --help");
    assert_int_equal(add(&o, "--listen=127.0.0.1\nlisten\n"), -EINVAL);
    assert_string_equal(error.text, "/f: unexpected argument 'listen'; see --help");
    assert_int_equal(add(&o, "--listen=127.0.0.1\n--options-file=/g\n"), -EINVAL);
    assert_string_equal(error.text,
                        "/f: only what says where to listen, whom to ask and whom to become");
    assert_int_equal(add(&o, "--listen=127.0.0.1\n--while-stdin\n"), -EINVAL);
    for (size_t i = 0; i < 33; i++)
        strcat(many, "--user=x\n");
    assert_int_equal(add(&o, many), -EINVAL);
    assert_string_equal(error.text, "/f: more than 32 options");
    assert_memory_equal(&o, &before, sizeof(o));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_anything_it_listens_on_loopback),
        cmocka_unit_test(listeners_come_in_both_kinds_and_may_be_several),
        cmocka_unit_test(a_mistake_is_named),
        cmocka_unit_test(there_is_an_end_to_listeners),
        cmocka_unit_test(a_file_says_more_as_if_it_stood_behind_the_arguments),
        cmocka_unit_test(a_mistake_in_a_file_is_named_with_it_and_changes_nothing),
    };

    return RUN_TESTS(tests);
}
