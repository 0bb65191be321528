/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/idiom.h"
#include "base/prng.h"
#include "lease/heirs.h"

#define HEIRS_MAX 40

static uint32_t sum(const struct felt_heir *heirs, uint32_t n)
{
    uint32_t total = 0;

    for (uint32_t i = 0; i < n; i++)
        total += heirs[i].share;
    return total;
}

/* L-3.5 */
static void the_poorest_get_it_until_all_are_equal(void **state)
{
    struct felt_heir heirs[] = {
        {.id = {{3}}, .stake = 9}, {.id = {{1}}, .stake = 2}, {.id = {{2}}, .stake = 4}};

    (void)state;
    felt_heirs_share(heirs, 3, 6);
    assert_int_equal(heirs[0].id.b[0], 1);
    assert_int_equal(heirs[0].share, 4);
    assert_int_equal(heirs[1].share, 2);
    assert_int_equal(heirs[2].share, 0);
    felt_heirs_share(heirs, 3, 15); /* all of them have ten then */
    assert_int_equal(heirs[0].share, 8);
    assert_int_equal(heirs[1].share, 6);
    assert_int_equal(heirs[2].share, 1);
}

/* L-3.5 */
static void what_does_not_come_out_even_goes_to_the_poorest(void **state)
{
    struct felt_heir heirs[] = {{.id = {{2}}}, {.id = {{1}}}, {.id = {{3}}}};

    (void)state;
    felt_heirs_share(heirs, 3, 2);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(heirs[i].id.b[0], i + 1);
        assert_int_equal(heirs[i].share, i < 2);
    }
}

static void one_heir_gets_all_and_nobody_nothing(void **state)
{
    struct felt_heir heir = {.stake = 65535};

    (void)state;
    felt_heirs_share(&heir, 1, 65536);
    assert_int_equal(heir.share, 65536);
    felt_heirs_share(&heir, 1, 0);
    assert_int_equal(heir.share, 0);
    felt_heirs_share(NULL, 0, 5);
}

static void shares_add_up_and_nobody_richer_gets_while_somebody_poorer_lacks(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (int round = 0; round < 2000; round++) {
        uint32_t n = 1 + (uint32_t)felt_prng_below(&prng, HEIRS_MAX);
        uint32_t total = (uint32_t)felt_prng_below(&prng, 300), low = UINT32_MAX;
        struct felt_heir heirs[HEIRS_MAX];

        for (uint32_t i = 0; i < n; i++)
            heirs[i] = (struct felt_heir){.id = {{(uint8_t)i}},
                                          .stake = (uint32_t)felt_prng_below(&prng, 50)};
        felt_heirs_share(heirs, n, total);
        assert_int_equal(sum(heirs, n), total);
        for (uint32_t i = 0; i < n; i++)
            low = FELT_MIN(low, heirs[i].stake + heirs[i].share);
        for (uint32_t i = 0; i < n; i++)
            if (heirs[i].share > 0)
                assert_true(heirs[i].stake + heirs[i].share <= low + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_poorest_get_it_until_all_are_equal),
        cmocka_unit_test(what_does_not_come_out_even_goes_to_the_poorest),
        cmocka_unit_test(one_heir_gets_all_and_nobody_nothing),
        cmocka_unit_test(shares_add_up_and_nobody_richer_gets_while_somebody_poorer_lacks),
    };

    return RUN_TESTS(tests);
}
