/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>

#include "base/idiom.h"
#include "ctl/seed.h"

static void addresses_are_taken_with_and_without_a_port(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } good[] = {
        {"192.0.2.1", "192.0.2.1:8470"},
        {"192.0.2.1:99", "192.0.2.1:99"},
        {"2001:db8::1", "[2001:db8::1]:8470"},
        {"[2001:db8::1]:99", "[2001:db8::1]:99"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(good); i++) {
        struct felt_endpoint seed;

        assert_int_equal(felt_seed_resolve(good[i].text, &seed), 0);
        assert_string_equal(FELT_ENDPOINT(&seed), good[i].want);
    }
}

static void a_name_is_looked_up(void **state)
{
    struct addrinfo *found = NULL;
    struct felt_endpoint seed;

    (void)state;
    if (getaddrinfo("localhost", NULL, NULL, &found) != 0) {
        /* A root without /etc/hosts knows no name at all. */
        assert_int_equal(felt_seed_resolve("localhost", &seed), -ENOENT);
        return;
    }
    freeaddrinfo(found);
    assert_int_equal(felt_seed_resolve("localhost", &seed), 0);
    assert_string_equal(FELT_ENDPOINT(&seed), "127.0.0.1:8470");
    assert_int_equal(felt_seed_resolve("localhost:65535", &seed), 0);
    assert_string_equal(FELT_ENDPOINT(&seed), "127.0.0.1:65535");
}

static void what_is_neither_address_nor_name_is_refused(void **state)
{
    static const char *const bad[] = {"",     ":99",           "192.0.2",        "192.0.2.1:0",
                                      "10",   "192.0.2.1:",    "localhost:0",    "localhost:65536",
                                      "[::1", "localhost:abc", "192.0.2.1:99999"};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        struct felt_endpoint seed = {.port = 7};

        if (felt_seed_resolve(bad[i], &seed) != -EINVAL)
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(seed.port, 7);
    }
}

static void a_name_that_nobody_has_is_told_apart(void **state)
{
    struct felt_endpoint seed = {.port = 7};

    (void)state;
    setenv("RES_OPTIONS", "timeout:1 attempts:1", 1); /* where there is no name server at all */
    /* RFC 6761: no resolver knows a name below .invalid. */
    assert_int_equal(felt_seed_resolve("nobody.invalid:99", &seed), -ENOENT);
    assert_int_equal(seed.port, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_taken_with_and_without_a_port),
        cmocka_unit_test(a_name_is_looked_up),
        cmocka_unit_test(what_is_neither_address_nor_name_is_refused),
        cmocka_unit_test(a_name_that_nobody_has_is_told_apart),
    };

    return RUN_TESTS(tests);
}
