/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "wire/descriptor.h"
#include "wire/pack.h"

static struct felt_descriptor small(void)
{
    return (struct felt_descriptor){
        .public_key = {0},
        .version = 1,
        .name = "a",
        .advertise = {.ip = felt_ip_v4(0), .port = 1},
        .public_ip = felt_ip_v4(0),
    };
}

static struct felt_descriptor large(void)
{
    struct felt_descriptor d = {
        .version = UINT64_MAX,
        .advertise = {.ip = {.family = FELT_FAMILY_V6}, .port = UINT16_MAX},
        .public_ip = {.family = FELT_FAMILY_V6},
        .mtu = UINT32_MAX,
        .has_lease = true,
        .lease = UINT32_MAX,
    };

    memset(d.public_key, 0xff, sizeof(d.public_key));
    memset(d.advertise.ip.bytes, 0xff, 16);
    memset(d.public_ip.bytes, 0xff, 16);
    memset(d.name, '~', FELT_NAME_MAX);
    memset(d.backend, '~', FELT_DESC_BACKEND_MAX);
    memset(d.backend_data, '~', FELT_DESC_DATA_MAX);
    return d;
}

/* With a second way, which takes more than the first one's being of IPv6. */
static struct felt_descriptor largest(void)
{
    struct felt_descriptor d = large();

    d.public_ip = felt_ip_v4(UINT32_MAX);
    d.public_ip6 = (struct felt_ip){.family = FELT_FAMILY_V6};
    memset(d.public_ip6.bytes, 0xff, 16);
    memset(d.backend_data6, '~', FELT_DESC_DATA_MAX);
    return d;
}

static bool equal(const struct felt_descriptor *a, const struct felt_descriptor *b)
{
    return memcmp(a->public_key, b->public_key, sizeof(a->public_key)) == 0 &&
           a->version == b->version && strcmp(a->name, b->name) == 0 &&
           felt_endpoint_equal(&a->advertise, &b->advertise) &&
           felt_ip_equal(&a->public_ip, &b->public_ip) && strcmp(a->backend, b->backend) == 0 &&
           strcmp(a->backend_data, b->backend_data) == 0 && a->mtu == b->mtu &&
           felt_ip_equal(&a->public_ip6, &b->public_ip6) &&
           strcmp(a->backend_data6, b->backend_data6) == 0 && a->has_lease == b->has_lease &&
           a->lease == b->lease && a->left == b->left;
}

/* From memory of exactly that length, so that a sanitizer sees any read behind it. */
static int decode(const uint8_t *body, size_t len, struct felt_descriptor *ret)
{
    _cleanup_(felt_freep) uint8_t *exact = malloc(len + !len);

    assert_non_null(exact);
    memcpy(exact, body, len);
    return felt_descriptor_decode(felt_bytes(exact, len), ret);
}

static void assert_survives(const struct felt_descriptor *d)
{
    uint8_t body[FELT_DESCRIPTOR_MAX];
    struct felt_descriptor back;
    size_t len = felt_descriptor_encode(d, body);

    assert_int_equal(decode(body, len, &back), 0);
    assert_true(equal(d, &back));
}

/* G-2.1 */
static void the_smallest_and_the_largest_survive(void **state)
{
    struct felt_descriptor s = small(), l = large(), m = largest();

    (void)state;
    assert_survives(&s);
    assert_survives(&l);
    assert_survives(&m);
}

static void the_largest_fits(void **state)
{
    uint8_t body[FELT_DESCRIPTOR_MAX];
    struct felt_descriptor l = large(), m = largest();

    (void)state;
    assert_int_equal(felt_descriptor_encode(&l, body), 241);
    assert_int_equal(felt_descriptor_encode(&m, body), 314);
}

static void lease_zero_is_another_thing_than_no_lease(void **state)
{
    struct felt_descriptor d = small(), back;
    uint8_t body[FELT_DESCRIPTOR_MAX];

    (void)state;
    d.has_lease = true;
    assert_survives(&d);
    d.has_lease = false;
    d.lease = 5; /* means nothing */
    assert_int_equal(decode(body, felt_descriptor_encode(&d, body), &back), 0);
    assert_false(back.has_lease);
    assert_int_equal(back.lease, 0);
}

static struct felt_ip random_ip(struct felt_prng *prng)
{
    struct felt_ip ip = {.family = FELT_FAMILY_V4};

    if (felt_prng_below(prng, 2))
        ip.family = FELT_FAMILY_V6;
    for (size_t i = 0; i < felt_ip_len(&ip); i++)
        ip.bytes[i] = (uint8_t)felt_prng_next(prng);
    return ip;
}

static void random_text(struct felt_prng *prng, char *text, size_t min, size_t max)
{
    size_t len = min + felt_prng_below(prng, max - min + 1);

    for (size_t i = 0; i < len; i++)
        text[i] = (char)(' ' + felt_prng_below(prng, '~' - ' ' + 1));
}

static void random_descriptors_survive(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 0xde);
    for (unsigned i = 0; i < 5000; i++) {
        struct felt_descriptor d = {
            .version = 1 + (felt_prng_next(&prng) >> felt_prng_below(&prng, 64)) / 2,
            .advertise = {.ip = random_ip(&prng),
                          .port = (uint16_t)(1 + felt_prng_below(&prng, UINT16_MAX))},
            .public_ip = random_ip(&prng),
            .mtu = (uint32_t)(felt_prng_next(&prng) >> (32 + felt_prng_below(&prng, 32))),
            .has_lease = felt_prng_below(&prng, 2),
        };

        for (size_t k = 0; k < sizeof(d.public_key); k++)
            d.public_key[k] = (uint8_t)felt_prng_next(&prng);
        random_text(&prng, d.name, 1, FELT_NAME_MAX);
        random_text(&prng, d.backend, 0, FELT_DESC_BACKEND_MAX);
        random_text(&prng, d.backend_data, 0, FELT_DESC_DATA_MAX);
        if (d.public_ip.family == FELT_FAMILY_V4 && felt_prng_below(&prng, 2)) {
            while (d.public_ip6.family != FELT_FAMILY_V6)
                d.public_ip6 = random_ip(&prng);
            random_text(&prng, d.backend_data6, 0, FELT_DESC_DATA_MAX);
        }
        if (d.has_lease)
            d.lease = (uint32_t)(felt_prng_next(&prng) >> (32 + felt_prng_below(&prng, 32)));
        else
            d.left = felt_prng_below(&prng, 2);
        assert_survives(&d);
    }
}

static void any_part_of_one_is_refused_and_touches_nothing(void **state)
{
    uint8_t body[FELT_DESCRIPTOR_MAX];
    struct felt_descriptor l = largest(), out, before;
    size_t len = felt_descriptor_encode(&l, body);

    (void)state;
    memset(&out, 0x55, sizeof(out));
    before = out;
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(decode(body, cut, &out), -EINVAL);
        assert_memory_equal(&out, &before, sizeof(out));
    }
}

static void a_byte_behind_it_is_refused(void **state)
{
    uint8_t body[FELT_DESCRIPTOR_MAX + 1] = {0};
    struct felt_descriptor l = large(), out;
    size_t len = felt_descriptor_encode(&l, body);

    (void)state;
    body[len] = 0x00;
    assert_int_equal(decode(body, len + 1, &out), -EINVAL);
}

/* A body by hand: every field, and `more` behind, the second way and unknown ones; fewer where it
 * is negative. */
struct raw {
    struct felt_descriptor d;
    const char *name; /* NULL: d.name */
    int more;
    int n_second; /* items of the second way; 0: a nil in its place */
};

static void pack_second(struct felt_pack *p, const struct raw *raw)
{
    if (raw->n_second == 0) {
        felt_pack_nil(p);
        return;
    }
    felt_pack_array(p, (size_t)raw->n_second);
    felt_pack_ip(p, &raw->d.public_ip6);
    if (raw->n_second > 1)
        felt_pack_str(p, raw->d.backend_data6);
    for (int i = 2; i < raw->n_second; i++)
        felt_pack_uint(p, 7);
}

static size_t raw_encode(const struct raw *raw, uint8_t *body, size_t room)
{
    const struct felt_descriptor *d = &raw->d;
    struct felt_pack p;
    size_t len;

    felt_pack_init(&p, body, room);
    felt_pack_array(&p, (size_t)(11 + raw->more));
    felt_pack_bin(&p, d->public_key, sizeof(d->public_key));
    felt_pack_uint(&p, d->version);
    felt_pack_str(&p, raw->name ? raw->name : d->name);
    felt_pack_ip(&p, &d->advertise.ip);
    felt_pack_uint(&p, d->advertise.port);
    felt_pack_ip(&p, &d->public_ip);
    felt_pack_str(&p, d->backend);
    felt_pack_str(&p, d->backend_data);
    felt_pack_uint(&p, d->mtu);
    if (d->has_lease)
        felt_pack_uint(&p, d->lease);
    else
        felt_pack_nil(&p);
    if (raw->more >= 0)
        felt_pack_bool(&p, d->left);
    if (raw->more > 0)
        pack_second(&p, raw);
    for (int i = 1; i < raw->more; i++)
        felt_pack_str(&p, "later");
    assert_int_equal(felt_pack_done(&p, &len), 0);
    return len;
}

static int raw_decode(const struct raw *raw)
{
    struct felt_descriptor out;
    uint8_t body[FELT_DESCRIPTOR_MAX * 2];

    return decode(body, raw_encode(raw, body, sizeof(body)), &out);
}

static void a_farewell_is_one_and_has_no_lease(void **state)
{
    struct felt_descriptor d = small(), back;
    uint8_t body[FELT_DESCRIPTOR_MAX];
    struct raw raw = {.d = d};

    (void)state;
    d.left = true;
    assert_survives(&d);
    assert_int_equal(decode(body, felt_descriptor_encode(&d, body), &back), 0);
    assert_true(back.left);
    raw.d.has_lease = true;
    assert_int_equal(raw_decode(&raw), 0);
    raw.d.left = true;
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.d.has_lease = false;
    assert_int_equal(raw_decode(&raw), 0);
}

static void one_that_does_not_say_whether_it_is_a_farewell_is_refused(void **state)
{
    struct raw raw = {.d = small()};
    uint8_t body[FELT_DESCRIPTOR_MAX];
    size_t len;

    (void)state;
    raw.more = -1;
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.more = 0;
    len = raw_encode(&raw, body, sizeof(body));
    body[len - 1] = 0x00; /* a number in its place */
    assert_int_equal(decode(body, len, &raw.d), -EINVAL);
    body[len - 1] = 0xc0;
    assert_int_equal(decode(body, len, &raw.d), -EINVAL);
    body[len - 1] = 0xc3;
    assert_int_equal(decode(body, len, &raw.d), 0);
}

static void unknown_fields_behind_are_passed_over_up_to_the_limit(void **state)
{
    struct raw raw = {.d = small()};
    uint8_t body[FELT_DESCRIPTOR_MAX * 2];

    (void)state;
    raw.more = 1;
    assert_int_equal(raw_decode(&raw), 0);
    while (raw_encode(&raw, body, sizeof(body)) <= FELT_DESCRIPTOR_MAX) {
        assert_int_equal(raw_decode(&raw), 0);
        raw.more++;
    }
    assert_true(raw.more > 30);
    assert_int_equal(raw_decode(&raw), -EINVAL);
}

static void a_body_of_exactly_the_limit_is_taken(void **state)
{
    struct raw raw = {.d = small()};
    uint8_t body[FELT_DESCRIPTOR_MAX + 8];
    size_t len, rest;

    (void)state;
    raw.more = 2;
    len = raw_encode(&raw, body, sizeof(body)) - 6; /* without the unknown field */
    rest = FELT_DESCRIPTOR_MAX - len - 3;
    body[len] = 0xc5; /* in its place bin 16 up to the end */
    felt_put_be16(body + len + 1, (uint16_t)rest);
    memset(body + len + 3, 7, rest + 1);
    assert_int_equal(decode(body, FELT_DESCRIPTOR_MAX, &raw.d), 0);
    felt_put_be16(body + len + 1, (uint16_t)(rest + 1));
    assert_int_equal(decode(body, FELT_DESCRIPTOR_MAX + 1, &raw.d), -EINVAL);
}

static void a_field_that_says_nothing_is_refused(void **state)
{
    struct raw raw = {.d = small()};

    (void)state;
    assert_int_equal(raw_decode(&raw), 0);
    raw.d.version = 0;
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.d = small();
    raw.name = "";
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.name = NULL;
    raw.d.advertise.port = 0;
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.d = small();
    raw.d.advertise.ip.family = FELT_FAMILY_NONE;
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.d = small();
    raw.d.public_ip.family = FELT_FAMILY_NONE;
    assert_int_equal(raw_decode(&raw), -EINVAL);
}

/* G-2.1 */
static void a_second_way_is_over_ipv6_beside_ipv4(void **state)
{
    struct raw raw = {.d = largest(), .more = 1, .n_second = 2};
    uint8_t body[FELT_DESCRIPTOR_MAX];
    struct felt_descriptor d = small(), back;

    (void)state;
    raw.d.backend_data[0] = '\0';
    assert_int_equal(raw_decode(&raw), 0);
    raw.n_second = 3; /* something of a later version's */
    assert_int_equal(raw_decode(&raw), 0);
    raw.n_second = 1;
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.n_second = 2;
    raw.d.public_ip6 = felt_ip_v4(7);
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.d.public_ip6 = (struct felt_ip){0};
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.d = large();
    raw.d.backend_data[0] = '\0';
    raw.d.public_ip6 = raw.d.public_ip; /* both of IPv6 */
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.more = 0;
    assert_int_equal(raw_decode(&raw), 0);
    assert_int_equal(decode(body, felt_descriptor_encode(&d, body), &back), 0);
    assert_int_equal(back.public_ip6.family, FELT_FAMILY_NONE);
    assert_string_equal(back.backend_data6, "");
}

static void a_name_is_one_to_63_printable_characters(void **state)
{
    char name[FELT_NAME_MAX + 2];
    struct raw raw = {.d = small(), .name = name};

    (void)state;
    memset(name, 'n', sizeof(name));
    name[FELT_NAME_MAX + 1] = '\0';
    assert_int_equal(raw_decode(&raw), -EINVAL);
    name[FELT_NAME_MAX] = '\0';
    assert_int_equal(raw_decode(&raw), 0);
    raw.name = "tab\there";
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.name = "caf\xc3\xa9";
    assert_int_equal(raw_decode(&raw), -EINVAL);
    raw.name = "\x1b[2J"; /* no terminal is painted by a peer */
    assert_int_equal(raw_decode(&raw), -EINVAL);
}

static void no_flipped_bit_breaks_it(void **state)
{
    struct felt_descriptor d = small(), out, again;
    uint8_t body[FELT_DESCRIPTOR_MAX], body2[FELT_DESCRIPTOR_MAX];
    size_t len = felt_descriptor_encode(&d, body);
    unsigned taken = 0, refused = 0;

    (void)state;
    for (size_t bit = 0; bit < len * 8; bit++) {
        body[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (decode(body, len, &out) == 0) {
            /* What is taken can be said again and means the same. */
            assert_int_equal(decode(body2, felt_descriptor_encode(&out, body2), &again), 0);
            assert_true(equal(&out, &again));
            taken++;
        } else {
            refused++;
        }
        body[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(taken >= 32 * 8); /* the bits of the key, which mean nothing here */
    assert_true(refused > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_and_the_largest_survive),
        cmocka_unit_test(the_largest_fits),
        cmocka_unit_test(lease_zero_is_another_thing_than_no_lease),
        cmocka_unit_test(random_descriptors_survive),
        cmocka_unit_test(any_part_of_one_is_refused_and_touches_nothing),
        cmocka_unit_test(a_byte_behind_it_is_refused),
        cmocka_unit_test(a_farewell_is_one_and_has_no_lease),
        cmocka_unit_test(one_that_does_not_say_whether_it_is_a_farewell_is_refused),
        cmocka_unit_test(unknown_fields_behind_are_passed_over_up_to_the_limit),
        cmocka_unit_test(a_body_of_exactly_the_limit_is_taken),
        cmocka_unit_test(a_field_that_says_nothing_is_refused),
        cmocka_unit_test(a_second_way_is_over_ipv6_beside_ipv4),
        cmocka_unit_test(a_name_is_one_to_63_printable_characters),
        cmocka_unit_test(no_flipped_bit_breaks_it),
    };

    return RUN_TESTS(tests);
}
