/* SPDX-License-Identifier: Apache-2.0 */
/* What check_identity.c holds against a node that comes back with an old disk. Its mutants show
 * that it sees what is wrong (tests/sim/mutants); here is what it is to excuse, and how narrowly.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "tests/unit/sim/scene.h"

static void look(void *context, struct sim *sim, enum felt_confirm_phase phase)
{
    static const struct felt_input waking = {.kind = FELT_INPUT_WAKE, .now = 1};
    struct felt_effects none = {0};

    sim->hosts[1].node->confirm.phase = phase;
    sim_check_identity.stepped(context, sim, 1, &waking, &none);
}

/* Host 1 asks host 0 and is believed. Host 0 has heard of a later save when it is asked, or only
 * since. */
static void who_knew_better_is_held_to_it_from_when_it_was_asked_on(void **state)
{
    (void)state;
    for (int in_time = 0; in_time < 2; in_time++) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        struct felt_node *old = sim->hosts[1].node, *other = sim->hosts[0].node;
        uint32_t place = felt_members_find(other->members, felt_node_id(old));
        uint64_t save = felt_members_peek(other->members, place)->contact->save;
        void *context = sim_check_identity.begin(sim);

        sim->hosts[1].tainted = true;
        old->session++;
        old->confirm.start = in_time ? save - 1 : save;
        look(context, sim, FELT_CONFIRM_SILENT);
        look(context, sim, FELT_CONFIRM_ASKING);
        assert_false(sim->violation.found);
        old->confirm.start = save - 1; /* as if host 0 had heard of one more */
        look(context, sim, FELT_CONFIRM_DONE);
        assert_string_equal(sim->violation.text,
                            in_time ? "n1 is believed with an old state, though n0 knew better"
                                    : "");
        sim_check_identity.end(context);
    }
}

/* It is asked again in each round. */
static void who_heard_long_ago_has_been_asked_since(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_node *old = sim->hosts[1].node, *other = sim->hosts[0].node;
    uint32_t place = felt_members_find(other->members, felt_node_id(old));
    uint64_t save = felt_members_peek(other->members, place)->contact->save;
    void *context = sim_check_identity.begin(sim);

    (void)state;
    sim->hosts[1].tainted = true;
    old->session++;
    old->confirm.start = save;
    look(context, sim, FELT_CONFIRM_SILENT);
    look(context, sim, FELT_CONFIRM_ASKING);
    old->confirm.start = save - 1;
    look(context, sim, FELT_CONFIRM_ASKING);
    sim->now += FELT_CONFIRM_ROUND_MAX + 2 * FELT_USEC_SEC;
    look(context, sim, FELT_CONFIRM_DONE);
    assert_true(sim->violation.found);
    sim_check_identity.end(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_knew_better_is_held_to_it_from_when_it_was_asked_on),
        cmocka_unit_test(who_heard_long_ago_has_been_asked_since),
    };

    return RUN_TESTS(tests);
}
