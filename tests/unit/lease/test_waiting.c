/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/idiom.h"
#include "lease/waiting.h"

#define S   FELT_USEC_SEC
#define DAY (86400 * S)

static const struct {
    struct felt_waiting waiting;
    const char *text;
} cases[] = {
    {{255, 3, 2 * 3600 * S, DAY, 0, false},
     "all 255 subnets are owned; 3 belong to nodes silent for 2 h, reclaimable in 22 h"},
    {{1, 0, FELT_USEC_NEVER, DAY, 0, false}, "all 1 subnets are owned, and all owners are alive"},
    {{255, 1, 0, 2 * DAY, 0, false},
     "all 255 subnets are owned; 1 belongs to a node silent for 0 s, reclaimable in 2 d"},
    {{255, 2, FELT_USEC_NEVER, DAY, 0, false},
     "all 255 subnets are owned; 2 belong to nodes silent"},
    {{255, 2, 90 * S, FELT_USEC_NEVER, 0, false},
     "all 255 subnets are owned; 2 belong to nodes silent for 90 s, reclaimed only by an "
     "operator (feltctl reclaim)"},
    {{255, 200, 90 * S, DAY, 0, true},
     "all 255 subnets are owned; 200 belong to nodes silent for 90 s, not reclaimable while the "
     "owners of half of all subnets are silent"},
    {{65536, 65535, DAY, DAY, 0, false},
     "all 65536 subnets are owned; 65535 belong to nodes silent for 24 h, reclaimable now"},
    {{9, 2, 120 * S, 120 * S + 1, 0, false},
     "all 9 subnets are owned; 2 belong to nodes silent for 2 min, reclaimable in 0 s"},
    {{255, 0, FELT_USEC_NEVER, DAY, 3, false}, "all 3 free subnets are reserved for others"},
    {{255, 0, FELT_USEC_NEVER, DAY, 1, false}, "the only free subnet is reserved for another node"},
    {{255, 2, 90 * S, DAY, 3, false},
     "all 3 free subnets are reserved for others; 2 more belong to nodes silent for 90 s, "
     "reclaimable in 23 h"},
};

/* L-3.4.1, L-8.2.6 */
static void it_says_how_many_there_are_and_whose_and_when(void **state)
{
    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        char text[160];

        assert_string_equal(felt_waiting_format(&cases[i].waiting, text, sizeof(text)),
                            cases[i].text);
    }
}

static void what_does_not_fit_is_cut_off(void **state)
{
    char text[30];

    (void)state;
    assert_string_equal(felt_waiting_format(&cases[0].waiting, text, sizeof(text)),
                        "all 255 subnets are owned; 3 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_how_many_there_are_and_whose_and_when),
        cmocka_unit_test(what_does_not_fit_is_cut_off),
    };

    return RUN_TESTS(tests);
}
