/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "gossip/health.h"

/* G-3.5.1 */
static void it_goes_from_well_to_the_worst_and_back_and_no_further(void **state)
{
    struct felt_health health = {0};

    (void)state;
    felt_health_better(&health);
    assert_int_equal(health.score, 0);
    for (unsigned k = 1; k <= FELT_HEALTH_WORST; k++) {
        felt_health_worse(&health);
        assert_int_equal(health.score, k);
    }
    felt_health_worse(&health);
    assert_int_equal(health.score, FELT_HEALTH_WORST);
    felt_health_better(&health);
    assert_int_equal(health.score, FELT_HEALTH_WORST - 1);
}

/* G-3.5.1 */
static void times_grow_with_it(void **state)
{
    struct felt_health health = {0};

    (void)state;
    assert_int_equal(felt_health_stretch(&health, 100), 100);
    health.score = FELT_HEALTH_WORST;
    assert_int_equal(felt_health_stretch(&health, 100), 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_from_well_to_the_worst_and_back_and_no_further),
        cmocka_unit_test(times_grow_with_it),
    };

    return RUN_TESTS(tests);
}
