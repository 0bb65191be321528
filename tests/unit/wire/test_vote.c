/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "wire/pack.h"
#include "wire/vote.h"

#define VALUE_MAX 512 /* L-6.1.2 */

/* As large as it gets: ranges apart from one another, and their numbers as long as they may be. */
static struct felt_value largest(void)
{
    struct felt_value v = {.n = FELT_VALUE_RANGES_MAX};

    memset(&v.heir, 0xff, sizeof(v.heir));
    for (uint32_t i = 0; i < v.n; i++)
        v.ranges[i] = (struct felt_slot_range){.first = 65535 - 600 * (v.n - i), .count = 300};
    return v;
}

static size_t packed(void (*pack)(struct felt_pack *p, const void *what), const void *what)
{
    struct felt_pack p;
    size_t len;

    felt_pack_init(&p, NULL, SIZE_MAX);
    pack(&p, what);
    assert_int_equal(felt_pack_done(&p, &len), 0);
    return len;
}

static void pack_value(struct felt_pack *p, const void *what)
{
    felt_value_pack(p, what);
}

static void pack_record(struct felt_pack *p, const void *what)
{
    felt_acceptor_pack(p, what);
}

/* L-6.1.2 */
static void the_largest_value_takes_less_than_512_bytes(void **state)
{
    struct felt_value v = largest();

    (void)state;
    assert_in_range(packed(pack_value, &v), 400, VALUE_MAX);
}

static void the_largest_record_leaves_room_beside_it(void **state)
{
    struct felt_acceptor a = {.value = largest()};

    (void)state;
    memset(&a.promised, 0xff, sizeof(a.promised));
    a.accepted = a.promised;
    assert_in_range(packed(pack_record, &a), 440, FELT_ACCEPTOR_BYTES_MAX);
}

static void an_empty_record_takes_one_byte(void **state)
{
    struct felt_acceptor a = {0};

    (void)state;
    assert_int_equal(packed(pack_record, &a), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_value_takes_less_than_512_bytes),
        cmocka_unit_test(the_largest_record_leaves_room_beside_it),
        cmocka_unit_test(an_empty_record_takes_one_byte),
    };

    return RUN_TESTS(tests);
}
