/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "wire/pack.h"

/* Everything that pack can write, in one array of ten. */
static void pack_all(struct felt_pack *p)
{
    const struct felt_id id = {{1, 2, 3}};
    const struct felt_ip v4 = felt_ip_v4(0xc0000201), none = {0};
    const struct felt_ip v6 = {.family = FELT_FAMILY_V6, .bytes = {0x20, 1}};

    felt_pack_array(p, 10);
    felt_pack_uint(p, 7);
    felt_pack_bool(p, true);
    felt_pack_nil(p);
    felt_pack_bin(p, "xyz", 3);
    felt_pack_str(p, "text");
    felt_pack_id(p, &id);
    felt_pack_ip(p, &v4);
    felt_pack_ip(p, &v6);
    felt_pack_ip(p, &none);
    felt_pack_array(p, 0);
}

/* Packs all to buf of 128 bytes, unpacks it, and gives the items. */
static struct felt_items all_items(msgpack_zone *zone, msgpack_object *object, uint8_t *buf)
{
    struct felt_pack p;
    size_t len, at = 0;

    felt_pack_init(&p, buf, 128);
    pack_all(&p);
    assert_int_equal(felt_pack_done(&p, &len), 0);
    assert_int_equal(msgpack_unpack((const char *)buf, len, &at, zone, object),
                     MSGPACK_UNPACK_SUCCESS);
    return felt_items(object);
}

static void what_is_packed_is_read_in_the_same_order(void **state)
{
    msgpack_zone zone;
    msgpack_object object;
    uint8_t buf[128], bin[3];
    struct felt_items items, inner;
    struct felt_id id;
    struct felt_ip ip;
    char text[5];

    (void)state;
    assert_true(msgpack_zone_init(&zone, 1024));
    items = all_items(&zone, &object, buf);
    assert_int_equal(items.left, 10);
    assert_false(felt_items_nil(&items)); /* asks, and takes nothing that is not nil */
    assert_int_equal(felt_items_uint(&items, 7), 7);
    assert_true(felt_items_bool(&items));
    assert_true(felt_items_nil(&items));
    felt_items_bin(&items, bin, 3);
    assert_memory_equal(bin, "xyz", 3);
    felt_items_str(&items, text, sizeof(text));
    assert_string_equal(text, "text");
    felt_items_id(&items, &id);
    assert_true(felt_id_equal(&id, &(struct felt_id){{1, 2, 3}}));
    felt_items_ip(&items, &ip);
    assert_string_equal(FELT_IP(&ip), "192.0.2.1");
    felt_items_ip(&items, &ip);
    assert_string_equal(FELT_IP(&ip), "2001::");
    felt_items_ip(&items, &ip);
    assert_int_equal(ip.family, FELT_FAMILY_NONE);
    inner = felt_items_array(&items);
    assert_int_equal(inner.left, 0);
    assert_false(inner.bad);
    assert_false(items.bad);
    assert_int_equal(items.left, 0);
    /* One behind the end. */
    assert_false(felt_items_nil(&items));
    assert_int_equal(felt_items_uint(&items, UINT64_MAX), 0);
    assert_true(items.bad);
    msgpack_zone_destroy(&zone);
}

static void after_a_mismatch_everything_reads_as_zero(void **state)
{
    msgpack_zone zone;
    msgpack_object object;
    uint8_t buf[128], bin[3] = {1, 1, 1};
    struct felt_items items;
    struct felt_id id = {{9}};
    struct felt_ip ip = felt_ip_v4(1);
    char text[5] = "old";

    (void)state;
    assert_true(msgpack_zone_init(&zone, 1024));
    items = all_items(&zone, &object, buf);
    assert_false(felt_items_bool(&items)); /* an integer is there */
    assert_true(items.bad);
    assert_int_equal(felt_items_uint(&items, 7), 0);
    assert_false(felt_items_nil(&items));
    felt_items_bin(&items, bin, 3);
    assert_memory_equal(bin, "\0\0\0", 3);
    felt_items_str(&items, text, sizeof(text));
    assert_string_equal(text, "");
    felt_items_id(&items, &id);
    assert_true(felt_id_is_nobody(&id));
    felt_items_ip(&items, &ip);
    assert_int_equal(ip.family, FELT_FAMILY_NONE);
    assert_int_equal(felt_items_bytes(&items, 99).len, 0);
    assert_true(felt_items_array(&items).bad);
    assert_true(items.bad);
    msgpack_zone_destroy(&zone);
}

/* The items of bytes that hold one array. */
static struct felt_items items_of(msgpack_zone *zone, msgpack_object *object, const char *bytes,
                                  size_t len)
{
    size_t at = 0;

    assert_int_equal(msgpack_unpack(bytes, len, &at, zone, object), MSGPACK_UNPACK_SUCCESS);
    return felt_items(object);
}
#define ITEMS(bytes) items_of(&zone, &object, bytes, sizeof(bytes) - 1)

static void an_integer_above_its_limit_is_bad(void **state)
{
    msgpack_zone zone;
    msgpack_object object;
    struct felt_items items;

    (void)state;
    assert_true(msgpack_zone_init(&zone, 1024));
    items = ITEMS("\x92\x05\x06");
    assert_int_equal(felt_items_uint(&items, 5), 5);
    assert_false(items.bad);
    assert_int_equal(felt_items_uint(&items, 5), 0);
    assert_true(items.bad);
    items = ITEMS("\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
    assert_true(felt_items_uint(&items, UINT64_MAX) == UINT64_MAX);
    assert_false(items.bad);
    items = ITEMS("\x91\xff"); /* minus one */
    (void)felt_items_uint(&items, UINT64_MAX);
    assert_true(items.bad);
    msgpack_zone_destroy(&zone);
}

static void bytes_of_another_length_are_bad(void **state)
{
    msgpack_zone zone;
    msgpack_object object;
    struct felt_items items;
    uint8_t two[2];
    struct felt_ip ip;

    (void)state;
    assert_true(msgpack_zone_init(&zone, 1024));
    items = ITEMS("\x91\xc4\x01x");
    felt_items_bin(&items, two, 2);
    assert_true(items.bad);
    items = ITEMS("\x91\xc4\x03xyz");
    felt_items_bin(&items, two, 2);
    assert_true(items.bad);
    items = ITEMS("\x91\xc4\x03xyz");
    assert_int_equal(felt_items_bytes(&items, 3).len, 3);
    assert_false(items.bad);
    items = ITEMS("\x91\xc4\x03xyz");
    assert_int_equal(felt_items_bytes(&items, 2).len, 0);
    assert_true(items.bad);
    items = ITEMS("\x91\xc4\x05"
                  "12345");
    felt_items_ip(&items, &ip);
    assert_true(items.bad);
    items = ITEMS("\x91\xc4\x00");
    assert_non_null(felt_items_bytes(&items, 0).data); /* so that nobody copies from NULL */
    assert_false(items.bad);
    items = ITEMS("\x91\xa2xy"); /* a string is not bin */
    felt_items_bin(&items, two, 2);
    assert_true(items.bad);
    msgpack_zone_destroy(&zone);
}

static void strings_are_printable_ascii_that_fits(void **state)
{
    msgpack_zone zone;
    msgpack_object object;
    struct felt_items items;
    char text[4];

    (void)state;
    assert_true(msgpack_zone_init(&zone, 1024));
    items = ITEMS("\x92\xa0\xa3 ~a");
    felt_items_str(&items, text, sizeof(text));
    assert_string_equal(text, "");
    felt_items_str(&items, text, sizeof(text));
    assert_string_equal(text, " ~a"); /* the ends of what is printable */
    assert_false(items.bad);
    items = ITEMS("\x91\xa4"
                  "abcd");
    felt_items_str(&items, text, sizeof(text));
    assert_true(items.bad);
    assert_string_equal(text, "");
    for (unsigned c = 0; c < 256; c++) {
        const char bytes[] = {(char)0x91, (char)0xa1, (char)c};

        items = items_of(&zone, &object, bytes, sizeof(bytes));
        felt_items_str(&items, text, sizeof(text));
        assert_int_equal(items.bad, c < ' ' || c > '~');
    }
    items = ITEMS("\x91\xc4\x01x"); /* bin is not a string */
    felt_items_str(&items, text, sizeof(text));
    assert_true(items.bad);
    msgpack_zone_destroy(&zone);
}

static void what_is_no_array_has_no_items(void **state)
{
    msgpack_zone zone;
    msgpack_object object;
    struct felt_items items;

    (void)state;
    assert_true(msgpack_zone_init(&zone, 1024));
    items = ITEMS("\x05");
    assert_true(items.bad);
    assert_int_equal(items.left, 0);
    items = ITEMS("\x91\x05");
    assert_true(felt_items_array(&items).bad);
    assert_true(items.bad);
    msgpack_zone_destroy(&zone);
}

static void counting_without_a_buffer_says_the_same_length(void **state)
{
    struct felt_pack p;
    size_t counted = 0, written = 0;
    uint8_t buf[128];

    (void)state;
    felt_pack_init(&p, NULL, SIZE_MAX);
    pack_all(&p);
    assert_int_equal(felt_pack_done(&p, &counted), 0);
    felt_pack_init(&p, buf, sizeof(buf));
    pack_all(&p);
    assert_int_equal(felt_pack_done(&p, &written), 0);
    assert_int_equal(counted, written);
}

static void an_exactly_full_buffer_is_enough_and_every_shorter_one_is_not(void **state)
{
    uint8_t buf[128], whole[128];
    struct felt_pack p;
    size_t len = 0, got;

    (void)state;
    felt_pack_init(&p, whole, sizeof(whole));
    pack_all(&p);
    assert_int_equal(felt_pack_done(&p, &len), 0);
    for (size_t room = 0; room <= len; room++) {
        memset(buf, 0xee, sizeof(buf));
        got = 12345;
        felt_pack_init(&p, buf, room);
        pack_all(&p);
        assert_int_equal(felt_pack_done(&p, &got), room == len ? 0 : -ENOBUFS);
        assert_int_equal(got, room == len ? len : 12345);
        for (size_t i = room; i < sizeof(buf); i++)
            assert_int_equal(buf[i], 0xee);
    }
    assert_memory_equal(buf, whole, len);
}

static void what_fits_after_something_that_did_not_is_void_too(void **state)
{
    struct felt_pack p;
    uint8_t buf[4];
    size_t len = 12345;

    (void)state;
    felt_pack_init(&p, buf, sizeof(buf));
    felt_pack_bin(&p, "too long for it", 15);
    felt_pack_uint(&p, 1);
    assert_int_equal(felt_pack_done(&p, &len), -ENOBUFS);
    assert_int_equal(len, 12345);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_is_read_in_the_same_order),
        cmocka_unit_test(after_a_mismatch_everything_reads_as_zero),
        cmocka_unit_test(an_integer_above_its_limit_is_bad),
        cmocka_unit_test(bytes_of_another_length_are_bad),
        cmocka_unit_test(strings_are_printable_ascii_that_fits),
        cmocka_unit_test(what_is_no_array_has_no_items),
        cmocka_unit_test(counting_without_a_buffer_says_the_same_length),
        cmocka_unit_test(an_exactly_full_buffer_is_enough_and_every_shorter_one_is_not),
        cmocka_unit_test(what_fits_after_something_that_did_not_is_void_too),
    };

    return RUN_TESTS(tests);
}
