/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, byte for byte (tests/vectors/etcd/requests). */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "flannel/request.h"

#define LEASE                                                  \
    "{\"PublicIP\":\"10.37.7.195\",\"BackendType\":\"vxlan\"," \
    "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}} "

static const struct {
    const char *title;
    struct felt_etcd_op op;
} requests[] = {
    {"the configuration", {.what = FELT_ETCD_GET, .name = "config"}},
    {"all leases", {.what = FELT_ETCD_LIST, .name = "subnets"}},
    {"the next event", {.what = FELT_ETCD_WATCH, .name = "subnets", .index = 9}},
    {"a lease is created",
     {.what = FELT_ETCD_CREATE, .name = "subnets/172.17.8.0-24", .value = LEASE, .ttl_s = 86400}},
    {"a lease is renewed",
     {.what = FELT_ETCD_SWAP,
      .name = "subnets/172.17.8.0-24",
      .value = LEASE,
      .ttl_s = 86400,
      .index = 5}},
    {"a reservation is taken over",
     {.what = FELT_ETCD_SWAP, .name = "subnets/172.17.9.0-24", .value = LEASE, .index = 7}},
    {"a lease is removed",
     {.what = FELT_ETCD_REMOVE, .name = "subnets/172.17.8.0-24", .index = UINT64_MAX}},
    {"a lease of both families",
     {.what = FELT_ETCD_CREATE,
      .name = "subnets/10.12.13.0-24&fd00:12:13::-56",
      .value = "{\"PublicIP\":\"10.0.0.1\",\"PublicIPv6\":\"2001:db8::1\"}",
      .ttl_s = 86400}},
    {"the lock",
     {.what = FELT_ETCD_CREATE, .name = "felt/bridge", .value = "{\"name\":\"h1\"}", .ttl_s = 60}},
    {"bytes that a form needs escaped",
     {.what = FELT_ETCD_CREATE, .name = "a b?c#d%e+f/g", .value = "a=b&c+d e%\n\xc3\xa9"}},
};

/* B-4.3, B-4.4 */
static void requests_are_what_the_vectors_say(void **state)
{
    const char *srcdir = getenv("srcdir");
    char path[2048], line[8192], expected[8192];
    FILE *f;

    (void)state;
    snprintf(path, sizeof(path), "%s/tests/vectors/etcd/requests", srcdir ? srcdir : ".");
    f = fopen(path, "r");
    assert_non_null(f);
    for (size_t i = 0; i < FELT_ARRAY_LEN(requests); i++) {
        struct felt_etcd_request q;

        felt_etcd_request_make(FELT_ETCD_PREFIX, &requests[i].op, &q);
        assert_int_equal(q.waits, requests[i].op.what == FELT_ETCD_WATCH);
        snprintf(expected, sizeof(expected), "# %s\n%s %s?%s\n%s\n", requests[i].title, q.method,
                 q.path, q.query, q.body);
        for (char *part = expected; *part != '\0';) {
            size_t len = (size_t)(strchr(part, '\n') + 1 - part);

            assert_non_null(fgets(line, sizeof(line), f));
            if (strlen(line) != len || strncmp(line, part, len) != 0)
                fail_msg("the vector says\n%sand the code\n%s", line, part);
            part += len;
        }
    }
    assert_null(fgets(line, sizeof(line), f));
    fclose(f);
}

static void the_largest_request_fits(void **state)
{
    struct felt_etcd_op op = {.what = FELT_ETCD_CREATE, .ttl_s = UINT32_MAX, .index = 1};
    char prefix[FELT_ETCD_PREFIX_MAX + 1];
    struct felt_etcd_request q;

    (void)state;
    memset(prefix, '%', FELT_ETCD_PREFIX_MAX);
    prefix[FELT_ETCD_PREFIX_MAX] = '\0';
    memset(op.name, '%', FELT_ETCD_NAME_MAX);
    memset(op.value, '"', FELT_FLANNEL_VALUE_MAX);
    felt_etcd_request_make(prefix, &op, &q);
    assert_int_equal(strlen(q.body), strlen("ttl=4294967295&value=") + 3 * FELT_FLANNEL_VALUE_MAX);
    assert_int_equal(strlen(q.path),
                     strlen("/v2/keys/") + 3 * (FELT_ETCD_PREFIX_MAX + FELT_ETCD_NAME_MAX));
    op.what = FELT_ETCD_WATCH;
    op.index = UINT64_MAX;
    felt_etcd_request_make(prefix, &op, &q);
    assert_string_equal(q.query, "recursive=true&wait=true&waitIndex=18446744073709551615");
}

/* B-1.2 */
static void a_prefix_begins_with_one_slash_and_ends_in_none(void **state)
{
    static const struct {
        const char *text, *prefix; /* NULL: refused */
    } prefixes[] = {
        {"/coreos.com/network", "/coreos.com/network"},
        {"coreos.com/network", "/coreos.com/network"},
        {"//coreos.com/network///", "/coreos.com/network"},
        {"a", "/a"},
        {"", NULL},
        {"/", NULL},
        {"a//b", NULL},
        {"a b", NULL},
        {"a\nb", NULL},
        {"caf\xc3\xa9", NULL},
    };
    char text[FELT_ETCD_PREFIX_MAX + 2], prefix[FELT_ETCD_PREFIX_MAX + 1];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(prefixes); i++) {
        int r = felt_etcd_prefix_parse(prefixes[i].text, prefix);

        if (r != (prefixes[i].prefix ? 0 : -EINVAL))
            fail_msg("%s: %d", prefixes[i].text, r);
        if (r == 0)
            assert_string_equal(prefix, prefixes[i].prefix);
    }
    memset(text, 'a', sizeof(text));
    text[FELT_ETCD_PREFIX_MAX] = '\0';
    assert_int_equal(felt_etcd_prefix_parse(text, prefix), -EINVAL); /* no room for the slash */
    text[FELT_ETCD_PREFIX_MAX - 1] = '\0';
    assert_int_equal(felt_etcd_prefix_parse(text, prefix), 0);
    assert_int_equal(strlen(prefix), FELT_ETCD_PREFIX_MAX);
}

static void a_name_is_what_is_below_the_prefix(void **state)
{
    (void)state;
    assert_string_equal(felt_etcd_name_of("/a/b", "/a/b/subnets/x"), "subnets/x");
    assert_null(felt_etcd_name_of("/a/b", "/a/b"));
    assert_null(felt_etcd_name_of("/a/b", "/a/b/"));
    assert_null(felt_etcd_name_of("/a/b", "/a/bc/d"));
    assert_null(felt_etcd_name_of("/a/b", "/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_what_the_vectors_say),
        cmocka_unit_test(the_largest_request_fits),
        cmocka_unit_test(a_prefix_begins_with_one_slash_and_ends_in_none),
        cmocka_unit_test(a_name_is_what_is_below_the_prefix),
    };

    return RUN_TESTS(tests);
}
