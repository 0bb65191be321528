/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "base/ip.h"
#include "base/prng.h"

static struct felt_ip ip(const char *text)
{
    struct felt_ip parsed;

    assert_int_equal(felt_ip_parse(text, &parsed), 0);
    return parsed;
}

static struct felt_cidr cidr(const char *text)
{
    struct felt_cidr parsed;

    assert_int_equal(felt_cidr_parse(text, &parsed), 0);
    return parsed;
}

static void addresses_are_read_and_written_in_their_usual_form(void **state)
{
    static const struct {
        const char *in, *out;
        enum felt_family family;
    } cases[] = {
        {"0.0.0.0", "0.0.0.0", FELT_FAMILY_V4},
        {"192.0.2.1", "192.0.2.1", FELT_FAMILY_V4},
        {"255.255.255.255", "255.255.255.255", FELT_FAMILY_V4},
        {"::", "::", FELT_FAMILY_V6},
        {"::1", "::1", FELT_FAMILY_V6},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", FELT_FAMILY_V6},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         FELT_FAMILY_V6},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1", FELT_FAMILY_V6},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_ip a = ip(cases[i].in);
        char text[FELT_IP_TEXT];

        assert_int_equal(a.family, cases[i].family);
        assert_string_equal(felt_ip_format(&a, text), cases[i].out);
        assert_string_equal(FELT_IP(&a), cases[i].out);
    }
}

static void what_is_not_an_address_alone_is_refused(void **state)
{
    static const char *const bad[] = {"",         "1.2.3",    "1.2.3.4.5", "256.0.0.1",
                                      "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/8", "1.2.3.4:5",
                                      "a.b.c.d",  "-1.2.3.4", "01.2.3.4",  "0x1.2.3.4",
                                      ":",        ":::",      "[::1]",     "fe80::1%lo",
                                      "1::2::3",  "12345::",  "localhost"};
    struct felt_ip untouched = felt_ip_v4(7);

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        assert_int_equal(felt_ip_parse(bad[i], &untouched), -EINVAL);
        assert_int_equal(felt_ip_to_v4(&untouched), 7);
    }
}

static void no_address_is_shown_as_a_dash(void **state)
{
    struct felt_ip none = {0};

    (void)state;
    assert_string_equal(FELT_IP(&none), "-");
    assert_int_equal(felt_ip_len(&none), 0);
    assert_int_equal(felt_ip_len(&(struct felt_ip){.family = 5}), 0);
}

static void an_ipv4_address_is_a_number_in_host_order(void **state)
{
    struct felt_ip a = felt_ip_v4(0xc0000201);

    (void)state;
    assert_string_equal(FELT_IP(&a), "192.0.2.1");
    assert_true(felt_ip_to_v4(&a) == 0xc0000201);
    a = felt_ip_v4(UINT32_MAX);
    assert_true(felt_ip_to_v4(&a) == UINT32_MAX);
    for (size_t i = 4; i < 16; i++)
        assert_int_equal(a.bytes[i], 0);
}

static void addresses_have_an_order_family_first(void **state)
{
    static const char *const ordered[] = {"0.0.0.0", "10.0.0.1", "10.0.0.2", "255.255.255.255",
                                          "::",      "::1",      "2001::"};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(ordered); i++)
        for (size_t k = 0; k < FELT_ARRAY_LEN(ordered); k++) {
            struct felt_ip a = ip(ordered[i]), b = ip(ordered[k]);
            int cmp = felt_ip_cmp(&a, &b);

            assert_true(i < k ? cmp < 0 : i > k ? cmp > 0 : cmp == 0);
            assert_int_equal(felt_ip_equal(&a, &b), i == k);
        }
}

static void any_and_loopback_are_recognised_in_both_families(void **state)
{
    static const struct {
        const char *text;
        bool any, loopback;
    } cases[] = {
        {"0.0.0.0", true, false},         {"::", true, false},       {"127.0.0.1", false, true},
        {"127.255.255.255", false, true}, {"::1", false, true},      {"128.0.0.1", false, false},
        {"126.0.0.1", false, false},      {"0.0.0.1", false, false}, {"::2", false, false},
        {"7f00::1", false, false},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_ip a = ip(cases[i].text);

        assert_int_equal(felt_ip_is_any(&a), cases[i].any);
        assert_int_equal(felt_ip_is_loopback(&a), cases[i].loopback);
    }
}

static void endpoints_are_read_with_or_without_a_port(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1:8470"},
        {"192.0.2.1:1", "192.0.2.1:1"},
        {"192.0.2.1:65535", "192.0.2.1:65535"},
        {"2001:db8::1", "[2001:db8::1]:8470"},
        {"[2001:db8::1]", "[2001:db8::1]:8470"},
        {"[2001:db8::1]:53", "[2001:db8::1]:53"},
        {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
         "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_endpoint e, again;

        assert_int_equal(felt_endpoint_parse(cases[i].in, 8470, &e), 0);
        assert_string_equal(FELT_ENDPOINT(&e), cases[i].out);
        assert_int_equal(felt_endpoint_parse(cases[i].out, 0, &again), 0);
        assert_true(felt_endpoint_equal(&e, &again));
    }
}

static void an_endpoint_without_any_port_is_refused(void **state)
{
    struct felt_endpoint e;

    (void)state;
    assert_int_equal(felt_endpoint_parse("192.0.2.1", 0, &e), -EINVAL);
    assert_int_equal(felt_endpoint_parse("192.0.2.1:0", 8470, &e), -EINVAL);
    assert_int_equal(felt_endpoint_parse("[::1]", 0, &e), -EINVAL);
}

static void malformed_endpoints_are_refused_and_touch_nothing(void **state)
{
    static const char *const bad[] = {
        "",
        ":",
        ":8470",
        "192.0.2.1:",
        "192.0.2.1:65536",
        "192.0.2.1:-1",
        "192.0.2.1:+1",
        "192.0.2.1: 1",
        "192.0.2.1:1 ",
        "192.0.2.1:0x1",
        "192.0.2.1:1a",
        "[::1",
        "[::1]8470",
        "[::1]:",
        "[]:1",
        "[",
        "]",
        "::1]:5",
        "host:8470",
        "192.0.2.1:99999999999999999999",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1",
    };
    struct felt_endpoint e = {.port = 9}, before = e;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        assert_int_equal(felt_endpoint_parse(bad[i], 8470, &e), -EINVAL);
        assert_memory_equal(&e, &before, sizeof(e));
    }
}

static void endpoints_differ_by_address_or_port(void **state)
{
    struct felt_endpoint a = {.ip = felt_ip_v4(1), .port = 1}, b = a;

    (void)state;
    assert_true(felt_endpoint_equal(&a, &b));
    b.port = 2;
    assert_false(felt_endpoint_equal(&a, &b));
    b = a;
    b.ip = felt_ip_v4(2);
    assert_false(felt_endpoint_equal(&a, &b));
}

static void prefixes_keep_their_host_bits_until_masked(void **state)
{
    static const struct {
        const char *in, *masked;
    } cases[] = {
        {"10.1.2.3/0", "0.0.0.0/0"},
        {"10.1.2.3/1", "0.0.0.0/1"},
        {"255.1.2.3/1", "128.0.0.0/1"},
        {"10.1.2.3/8", "10.0.0.0/8"},
        {"10.1.255.3/17", "10.1.128.0/17"},
        {"10.1.2.3/31", "10.1.2.2/31"},
        {"10.1.2.3/32", "10.1.2.3/32"},
        {"2001:db8:ffff::1/0", "::/0"},
        {"2001:db8:ffff::1/33", "2001:db8:8000::/33"},
        {"2001:db8::1/128", "2001:db8::1/128"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_cidr c = cidr(cases[i].in), masked = felt_cidr_masked(&c);

        assert_string_equal(FELT_CIDR(&c), cases[i].in);
        assert_string_equal(FELT_CIDR(&masked), cases[i].masked);
    }
}

static void malformed_prefixes_are_refused_and_touch_nothing(void **state)
{
    static const char *const bad[] = {
        "",
        "/",
        "/8",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "::/129",
        "10.0.0/8",
        "10.0.0.0/-1",
        "10.0.0.0/8/",
        "10.0.0.0/ 8",
        "10.0.0.0/8 ",
        "10.0.0.0/a",
        "10.0.0.0//8",
        "10.0.0.0/255.0.0.0",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/1",
    };
    struct felt_cidr c = {.len = 9}, before = c;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        assert_int_equal(felt_cidr_parse(bad[i], &c), -EINVAL);
        assert_memory_equal(&c, &before, sizeof(c));
    }
}

static void a_prefix_contains_its_first_and_last_address_and_no_neighbour(void **state)
{
    static const struct {
        const char *net, *address;
        bool inside;
    } cases[] = {
        {"10.1.0.0/16", "10.1.0.0", true},
        {"10.1.0.0/16", "10.1.255.255", true},
        {"10.1.0.0/16", "10.0.255.255", false},
        {"10.1.0.0/16", "10.2.0.0", false},
        {"10.1.2.3/16", "10.1.0.0", true},
        {"10.1.2.3/32", "10.1.2.3", true},
        {"10.1.2.3/32", "10.1.2.2", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "::", false},
        {"::/0", "10.0.0.1", false},
        {"::/0", "ffff::", true},
        {"2001:db8::/32", "2001:db8:ffff::", true},
        {"2001:db8::/32", "2001:db9::", false},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_cidr net = cidr(cases[i].net);
        struct felt_ip address = ip(cases[i].address);

        assert_int_equal(felt_cidr_contains(&net, &address), cases[i].inside);
    }
}

static void two_prefixes_overlap_where_one_holds_the_other(void **state)
{
    static const struct {
        const char *a, *b;
        bool overlap;
    } cases[] = {
        {"10.0.0.0/8", "10.1.0.0/16", true},   {"10.1.0.0/16", "10.1.0.0/16", true},
        {"10.1.0.0/24", "10.1.1.0/24", false}, {"0.0.0.0/0", "192.0.2.1/32", true},
        {"0.0.0.0/0", "::/0", false},          {"10.1.0.0/23", "10.1.1.7/24", true},
        {"10.1.0.1/32", "10.1.0.2/32", false}, {"::/1", "8000::/1", false},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_cidr a = cidr(cases[i].a), b = cidr(cases[i].b);

        assert_int_equal(felt_cidr_overlap(&a, &b), cases[i].overlap);
        assert_int_equal(felt_cidr_overlap(&b, &a), cases[i].overlap);
    }
}

static void prefixes_are_equal_by_address_and_length(void **state)
{
    struct felt_cidr a = cidr("10.0.0.0/8"), b = cidr("10.0.0.0/9"), c = cidr("10.0.0.1/8");

    (void)state;
    assert_true(felt_cidr_equal(&a, &a));
    assert_false(felt_cidr_equal(&a, &b));
    assert_false(felt_cidr_equal(&a, &c));
}

static struct felt_ip random_ip(struct felt_prng *prng)
{
    struct felt_ip a = {.family = FELT_FAMILY_V4};

    if (felt_prng_below(prng, 2))
        a.family = FELT_FAMILY_V6;
    for (size_t i = 0; i < felt_ip_len(&a); i++)
        a.bytes[i] = (uint8_t)(felt_prng_below(prng, 3) ? felt_prng_next(prng) : 0);
    return a;
}

static void whatever_is_written_is_read_back_the_same(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0x1b);
    for (unsigned i = 0; i < 5000; i++) {
        struct felt_ip a = random_ip(&prng), a2;
        struct felt_endpoint e = {.ip = a, .port = (uint16_t)(1 + felt_prng_below(&prng, 65535))};
        struct felt_cidr c = {.ip = a}, c2;
        struct felt_endpoint e2;

        c.len = (uint8_t)felt_prng_below(&prng, felt_ip_len(&a) * 8 + 1);
        assert_int_equal(felt_ip_parse(FELT_IP(&a), &a2), 0);
        assert_memory_equal(&a, &a2, sizeof(a));
        assert_int_equal(felt_endpoint_parse(FELT_ENDPOINT(&e), 0, &e2), 0);
        assert_true(felt_endpoint_equal(&e, &e2));
        assert_int_equal(felt_cidr_parse(FELT_CIDR(&c), &c2), 0);
        assert_true(felt_cidr_equal(&c, &c2));
        assert_true(felt_cidr_contains(&c, &a));
    }
}

static bool bit(const struct felt_ip *a, unsigned i)
{
    return a->bytes[i / 8] >> (7 - i % 8) & 1;
}

static void containing_means_that_all_bits_of_the_prefix_agree(void **state)
{
    unsigned inside = 0;
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0x1c);
    for (unsigned i = 0; i < 5000; i++) {
        struct felt_ip a = random_ip(&prng), b = a;
        struct felt_cidr c = {.ip = a};
        unsigned bits = (unsigned)felt_ip_len(&a) * 8,
                 flip = (unsigned)felt_prng_below(&prng, bits);
        bool agree = true;

        c.len = (uint8_t)felt_prng_below(&prng, bits + 1);
        b.bytes[flip / 8] ^= (uint8_t)(0x80 >> flip % 8);
        for (unsigned k = 0; k < c.len; k++)
            agree &= bit(&a, k) == bit(&b, k);
        assert_int_equal(felt_cidr_contains(&c, &b), agree);
        inside += agree;
    }
    assert_in_range(inside, 1000, 4000);
}

static void a_dual_has_a_prefix_of_each_family_one_or_none(void **state)
{
    struct felt_dual none = {0}, v4 = {0}, v6 = {0}, both = {0};
    struct felt_ip ip;
    struct felt_cidr wide, narrow;

    (void)state;
    assert_int_equal(felt_cidr_parse("10.5.3.0/24", &v4.v4), 0);
    assert_int_equal(felt_cidr_parse("fc00:0:0:3::/64", &v6.v6), 0);
    both = (struct felt_dual){.v4 = v4.v4, .v6 = v6.v6};
    assert_string_equal(FELT_DUAL(&none), "");
    assert_string_equal(FELT_DUAL(&v4), "10.5.3.0/24");
    assert_string_equal(FELT_DUAL(&v6), "fc00:0:0:3::/64");
    assert_string_equal(FELT_DUAL(&both), "10.5.3.0/24,fc00:0:0:3::/64");
    assert_true(felt_dual_is_none(&none) && !felt_dual_is_none(&v4) && !felt_dual_is_none(&v6));
    assert_ptr_equal(felt_dual_first(&both), &both.v4);
    assert_ptr_equal(felt_dual_second(&both), &both.v6);
    assert_ptr_equal(felt_dual_first(&v6), &v6.v6);
    assert_null(felt_dual_second(&v6));
    assert_null(felt_dual_second(&v4));
    assert_null(felt_dual_of(&v4, FELT_FAMILY_V6));
    assert_null(felt_dual_of(&v4, FELT_FAMILY_NONE));
    assert_true(felt_dual_equal(&both, &both) && !felt_dual_equal(&both, &v4));
    assert_int_equal(felt_ip_parse("fc00:0:0:3::1", &ip), 0);
    assert_true(felt_dual_contains(&both, &ip) && !felt_dual_contains(&v4, &ip));
    assert_int_equal(felt_cidr_parse("fc00:0:0:3::/63", &wide), 0);
    assert_int_equal(felt_cidr_parse("fc00:0:0:3::5/128", &narrow), 0);
    assert_true(felt_dual_covers(&both, &narrow) && !felt_dual_covers(&both, &wide));
    assert_false(felt_dual_covers(&v4, &narrow));
}

static void a_dual_takes_one_prefix_of_each_family_without_its_host_bits(void **state)
{
    struct felt_dual dual = {0};
    struct felt_cidr v4, other, v6;

    (void)state;
    assert_int_equal(felt_cidr_parse("10.5.3.7/24", &v4), 0);
    assert_int_equal(felt_cidr_parse("10.6.0.0/16", &other), 0);
    assert_int_equal(felt_cidr_parse("fc00:0:0:3::7/64", &v6), 0);
    assert_true(felt_dual_add(&dual, &v6) && felt_dual_add(&dual, &v4));
    assert_string_equal(FELT_DUAL(&dual), "10.5.3.0/24,fc00:0:0:3::/64");
    assert_false(felt_dual_add(&dual, &other) || felt_dual_add(&dual, &v6));
    assert_string_equal(FELT_DUAL(&dual), "10.5.3.0/24,fc00:0:0:3::/64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_written_in_their_usual_form),
        cmocka_unit_test(what_is_not_an_address_alone_is_refused),
        cmocka_unit_test(no_address_is_shown_as_a_dash),
        cmocka_unit_test(an_ipv4_address_is_a_number_in_host_order),
        cmocka_unit_test(addresses_have_an_order_family_first),
        cmocka_unit_test(any_and_loopback_are_recognised_in_both_families),
        cmocka_unit_test(endpoints_are_read_with_or_without_a_port),
        cmocka_unit_test(an_endpoint_without_any_port_is_refused),
        cmocka_unit_test(malformed_endpoints_are_refused_and_touch_nothing),
        cmocka_unit_test(endpoints_differ_by_address_or_port),
        cmocka_unit_test(prefixes_keep_their_host_bits_until_masked),
        cmocka_unit_test(malformed_prefixes_are_refused_and_touch_nothing),
        cmocka_unit_test(a_prefix_contains_its_first_and_last_address_and_no_neighbour),
        cmocka_unit_test(two_prefixes_overlap_where_one_holds_the_other),
        cmocka_unit_test(prefixes_are_equal_by_address_and_length),
        cmocka_unit_test(whatever_is_written_is_read_back_the_same),
        cmocka_unit_test(containing_means_that_all_bits_of_the_prefix_agree),
        cmocka_unit_test(a_dual_has_a_prefix_of_each_family_one_or_none),
        cmocka_unit_test(a_dual_takes_one_prefix_of_each_family_without_its_host_bits),
    };

    return RUN_TESTS(tests);
}
