/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "crypto/cookie.h"

struct asker {
    struct felt_endpoint from;
    struct felt_id id;
    uint64_t session;
};

static struct felt_cookie_key cookie_key(uint8_t secret)
{
    struct felt_cluster_key key = {{secret}};
    struct felt_cookie_key cookie;

    felt_cookie_key_init(&cookie, &key);
    return cookie;
}

static struct asker somebody(void)
{
    return (struct asker){
        .from = {.ip = felt_ip_v4(0xc0000201), .port = 8470},
        .id = {{1, 2, 3}},
        .session = 7,
    };
}

static bool check(const struct felt_cookie_key *key, const struct asker *a, const uint8_t *cookie)
{
    return felt_cookie_check(key, &a->from, &a->id, a->session, cookie);
}

static void a_cookie_is_good_for_whom_it_was_made(void **state)
{
    struct felt_cookie_key key = cookie_key(1);
    uint8_t cookie[FELT_COOKIE_BYTES];
    struct asker a = somebody();

    (void)state;
    felt_cookie_make(&key, &a.from, &a.id, a.session, cookie);
    assert_true(check(&key, &a, cookie));
}

/* G-5.1: a joiner that is referred to another member does not begin again. */
static void every_holder_of_the_cluster_key_checks_every_cookie(void **state)
{
    struct felt_cookie_key one = cookie_key(1), other = cookie_key(1), foreign = cookie_key(2);
    uint8_t cookie[FELT_COOKIE_BYTES];
    struct asker a = somebody();

    (void)state;
    felt_cookie_make(&one, &a.from, &a.id, a.session, cookie);
    assert_true(check(&other, &a, cookie));
    assert_false(check(&foreign, &a, cookie));
}

static void another_address_port_id_or_session_needs_another_cookie(void **state)
{
    struct felt_cookie_key key = cookie_key(1);
    uint8_t cookie[FELT_COOKIE_BYTES];
    struct asker a = somebody();

    (void)state;
    felt_cookie_make(&key, &a.from, &a.id, a.session, cookie);
    a.from.ip = felt_ip_v4(0xc0000202);
    assert_false(check(&key, &a, cookie));
    a = somebody();
    a.from.ip.family = FELT_FAMILY_V6; /* the same first bytes */
    assert_false(check(&key, &a, cookie));
    a = somebody();
    a.from.port++;
    assert_false(check(&key, &a, cookie));
    a = somebody();
    a.id.b[15] ^= 1;
    assert_false(check(&key, &a, cookie));
    a = somebody();
    a.session++;
    assert_false(check(&key, &a, cookie));
    a.session = 7 + (1ULL << 32);
    assert_false(check(&key, &a, cookie));
    a = somebody();
    assert_true(check(&key, &a, cookie));
}

static void every_flipped_bit_spoils_a_cookie(void **state)
{
    struct felt_cookie_key key = cookie_key(1);
    uint8_t cookie[FELT_COOKIE_BYTES];
    struct asker a = somebody();

    (void)state;
    felt_cookie_make(&key, &a.from, &a.id, a.session, cookie);
    for (unsigned bit = 0; bit < sizeof(cookie) * 8; bit++) {
        cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(check(&key, &a, cookie));
        cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    memset(cookie, 0, sizeof(cookie));
    assert_false(check(&key, &a, cookie));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_is_good_for_whom_it_was_made),
        cmocka_unit_test(every_holder_of_the_cluster_key_checks_every_cookie),
        cmocka_unit_test(another_address_port_id_or_session_needs_another_cookie),
        cmocka_unit_test(every_flipped_bit_spoils_a_cookie),
    };

    return RUN_TESTS(tests);
}
