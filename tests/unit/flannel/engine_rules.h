/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the bridge's rules share: a world where nothing fails by chance, new for each.
 */
#pragma once

#include "tests/unit/test.h"

#include <string.h>

#include "tests/support/bridge_world.h"

#define SEC  FELT_USEC_SEC
#define HOUR (3600 * SEC)

static struct bw_world w;

static inline int set_up(void **state)
{
    (void)state;
    bw_init(&w, 1);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    bw_done(&w);
    return 0;
}

static inline void settled(void)
{
    bw_check_settled(&w);
    if (w.violation[0] != '\0')
        fail_msg("%s", w.violation);
}

static inline struct felt_flannel_stats stats_of(unsigned bridge)
{
    struct felt_flannel_stats stats;

    felt_flannel_stats(w.bridges[bridge].engine, &stats);
    return stats;
}

static inline bool marked(uint32_t slot)
{
    const struct etcd_model_key *k = bw_key(&w, slot);

    return k && felt_flannel_is_marked(k->value, strlen(k->value));
}

/* The bridge runs, and the machine leases a slot: which one. */
static inline uint32_t joined(uint32_t machine)
{
    bw_bridge_start(&w, 0);
    bw_felt_join(&w, machine);
    bw_run(&w, 5 * SEC);
    settled();
    assert_int_not_equal(bw_slot_of(&w, machine), BW_NONE);
    return bw_slot_of(&w, machine);
}

/* The bridge runs, and a flanneld leases a slot: which one. */
static inline uint32_t foreign(uint32_t machine)
{
    uint32_t slot;

    bw_bridge_start(&w, 0);
    bw_flanneld_start(&w, machine);
    bw_run(&w, 5 * SEC);
    slot = bw_slot_of(&w, machine);
    assert_int_not_equal(slot, BW_NONE);
    assert_true(w.has_foreign[slot]);
    return slot;
}

/* The bridge runs, and the machine is at the point of being given a slot: feltd has just heard that
 * it may be. */
static inline void cleared(uint32_t machine)
{
    bw_bridge_start(&w, 0);
    bw_run(&w, 5 * SEC);
    bw_felt_join(&w, machine);
    for (int i = 0; i < 1000 && w.n_cleared == 0; i++)
        bw_run(&w, FELT_USEC_MS);
    assert_int_equal(w.n_cleared, 1);
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
