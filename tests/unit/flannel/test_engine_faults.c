/* SPDX-License-Identifier: Apache-2.0 */
/* The bridge among machines that come, go, change over and steal, while requests, answers and
 * bridges are lost. One seed alone, with its log: test_engine_faults SEED. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/bridge_world.h"

#define SEEDS 12  /* or as many as FELT_SEEDS says */
#define ACTS  120 /* of a seed */

#define HOUR  (3600 * FELT_USEC_SEC)

static uint64_t only_seed; /* 0: all */

static uint32_t pick(struct bw_world *w, uint32_t n)
{
    return (uint32_t)felt_prng_below(&w->prng, n);
}

/* Things that happen to machines. */
static void act_machine(struct bw_world *w, bool theft)
{
    uint32_t m = pick(w, BW_MACHINES), n;

    switch (pick(w, theft ? 7 : 5)) {
    case 0:
        /* A few at once, from both sides. */
        n = 1 + pick(w, 4);
        for (uint32_t i = 0; i < n; i++) {
            if (pick(w, 2))
                bw_felt_join(w, pick(w, BW_MACHINES));
            else
                bw_flanneld_start(w, pick(w, BW_MACHINES));
        }
        break;
    case 1:
        bw_felt_join(w, m);
        break;
    case 2:
        bw_felt_leave(w, m);
        break;
    case 3:
        bw_change_over(w, m);
        break;
    case 4:
        bw_flanneld_stop(w, m);
        break;
    case 5:
        bw_flanneld_steal(w, m, pick(w, BW_SLOTS));
        break;
    case 6:
        if (!w->etcd_down)
            bw_vandal(w, pick(w, BW_SLOTS), pick(w, 2) ? NULL : "garbage", 600);
        break;
    }
}

/* Things that happen to what the bridges stand on. */
static void act_ground(struct bw_world *w)
{
    unsigned b = pick(w, BW_BRIDGES);

    switch (pick(w, 7)) {
    case 0:
        bw_bridge_kill(w, b);
        break;
    case 1:
    case 2:
        bw_bridge_start(w, b);
        break;
    case 3:
        w->etcd_down = !w->etcd_down;
        break;
    case 4:
        if (!w->etcd_down)
            etcd_model_forget(w->etcd);
        break;
    case 5:
        bw_feltd_restart(w);
        break;
    case 6:
        bw_bridge_stop(w, b);
        break;
    }
}

static void live(struct bw_world *w, bool theft)
{
    bw_bridge_start(w, 0);
    for (int i = 0; i < ACTS && w->violation[0] == '\0'; i++) {
        if (pick(w, 4) == 0)
            act_ground(w);
        else
            act_machine(w, theft);
        bw_run(w, (pick(w, 5) ? 1 + pick(w, 500) : 1 + pick(w, 60000)) * FELT_USEC_MS);
        /* As long as keys outlive: half of a lease. */
        if (pick(w, 80) == 0) {
            w->etcd_down = false;
            bw_bridge_start(w, 0);
            bw_run(w, 6 * HOUR);
        }
    }
}

/* Nothing new happens, and what did comes to its end. */
static void settle(struct bw_world *w)
{
    w->faults = false;
    w->etcd_down = false;
    bw_bridge_start(w, 0);
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        if (w->machines[i].thief)
            bw_flanneld_stop(w, i);
    }
    /* A quarter of an hour until everybody has spoken, ten minutes for keys that were left over; a
     * day for those of flannelds that are gone, unless somebody tidies up. */
    if (w->gifts % 8 != 0)
        bw_tidy(w);
    bw_run(w, w->gifts % 8 != 0 ? HOUR / 2 : 30 * HOUR);
    if (w->violation[0] == '\0')
        bw_check_settled(w);
}

static void run_seeds(bool theft)
{
    uint32_t gifts = 0, moved = 0, sticky = 0;
    const char *more = getenv("FELT_SEEDS");
    uint64_t last = more ? strtoull(more, NULL, 0) : SEEDS;

    last = only_seed ? only_seed : last;
    for (uint64_t seed = only_seed ? only_seed : 1; seed <= last; seed++) {
        static struct bw_world w;
        char violation[sizeof(w.violation)];

        bw_init(&w, seed);
        w.faults = seed % 4 != 0;
        w.names = seed % 2;
        w.quiet = only_seed == 0;
        live(&w, theft);
        if (w.violation[0] == '\0')
            settle(&w);
        gifts += w.gifts;
        moved += w.moved;
        sticky += w.sticky;
        strcpy(violation, w.violation);
        bw_done(&w);
        if (violation[0] != '\0')
            fail_msg("seed %u: %s", (unsigned)seed, violation);
    }
    print_message("# %u gifts, %u of them to machines that changed over, %u subnets yielded\n",
                  gifts, sticky, moved);
    if (only_seed)
        return;
    assert_in_range(gifts, SEEDS, UINT32_MAX);
    assert_in_range(sticky, SEEDS / 4, UINT32_MAX);
    assert_int_equal(moved > 0, theft);
}

/* B-7.1, B-7.2, B-7.4, B-8.1, B-9.1, B-9.3 */
static void no_subnet_is_leased_twice_and_none_is_lost_whatever_fails(void **state)
{
    (void)state;
    run_seeds(false);
}

/* B-6.3, B-6.4, B-6.5 */
static void all_comes_to_rest_where_keys_are_stolen_deleted_and_spoilt(void **state)
{
    (void)state;
    run_seeds(true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_subnet_is_leased_twice_and_none_is_lost_whatever_fails),
        cmocka_unit_test(all_comes_to_rest_where_keys_are_stolen_deleted_and_spoilt),
    };

    if (argc > 1)
        only_seed = strtoull(argv[1], NULL, 0);
    return RUN_TESTS(tests);
}
