/* SPDX-License-Identifier: Apache-2.0 */
/* What operators say, among real hosts (proto/lease.md 6.8, 6.9), with all checkers watching. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"

#define HOSTS     6
#define BALANCED  (180 * FELT_USEC_SEC) /* after so long stake is spread */
#define DEAD_BY   (60 * FELT_USEC_SEC)
#define SAVES_MAX 2 /* of a forced era: it, and what is saved beside it */

struct scene {
    struct sim *sim;
    struct sim_checking *checking;
};

/* Nobody ever lapses. */
static struct scene begin(uint64_t seed)
{
    struct scene s = {
        .sim = sim_new(&(struct sim_config){.seed = seed,
                                            .hosts_max = HOSTS,
                                            .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                            .devices = true,
                                            .disk_us = SIM_DISK_LATENCY})};

    s.checking = sim_checking_new(s.sim);
    for (uint32_t i = 0; i < HOSTS; i++) {
        sim_host_add(s.sim);
        sim_host_start(s.sim, i);
        sim_run(s.sim, 2 * FELT_USEC_SEC);
    }
    sim_run(s.sim, BALANCED);
    return s;
}

static void end(struct scene *s)
{
    char text[200];

    if (!sim_agrees(s->sim, text, sizeof(text)))
        fail_msg("%s", text);
    assert_string_equal(s->sim->violation.text, "");
    sim_checking_free(s->checking);
    sim_free(s->sim);
}

static const struct felt_node *node_of(const struct scene *s, uint32_t host)
{
    return s->sim->hosts[host].node;
}

static enum felt_verdict give_up(struct scene *s, uint32_t host, const struct felt_id *ids,
                                 size_t n, bool force)
{
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};

    input.reclaim.ids = ids;
    input.reclaim.n = n;
    input.reclaim.force = force;
    return sim_tell(s->sim, host, input);
}

/* L-6.8.1, L-6.8.2 */
static void what_a_dead_host_owned_has_live_owners_within_seconds(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct scene s = begin(seed);
        struct felt_id gone = *felt_node_id(node_of(&s, 3));
        char text[200];

        assert_int_equal(give_up(&s, 0, &gone, 1, false), FELT_VERDICT_BUSY);
        sim_host_stop(s.sim, 3, SIM_OFF);
        sim_run(s.sim, DEAD_BY);
        assert_int_equal(give_up(&s, 0, &gone, 1, false), FELT_VERDICT_TAKEN);
        sim_run(s.sim, 5 * FELT_USEC_SEC);
        assert_true(sim_is_reclaimed(s.sim, text, sizeof(text)));
        assert_int_equal(felt_node_order(node_of(&s, 0), &gone)->outcome, FELT_ORDER_DONE);
        sim_host_start(s.sim, 3);
        sim_run(s.sim, 20 * FELT_USEC_SEC);
        end(&s);
    }
}

/* L-6.8.1 */
static void three_operators_at_once_all_get_an_answer(void **state)
{
    struct scene s = begin(3);
    struct felt_id gone = *felt_node_id(node_of(&s, 3));

    (void)state;
    sim_host_stop(s.sim, 3, SIM_OFF);
    sim_run(s.sim, DEAD_BY);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(give_up(&s, i, &gone, 1, false), FELT_VERDICT_TAKEN);
    sim_run(s.sim, 30 * FELT_USEC_SEC);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(felt_node_order(node_of(&s, i), &gone)->outcome, FELT_ORDER_DONE);
    sim_host_start(s.sim, 3);
    sim_run(s.sim, 20 * FELT_USEC_SEC);
    end(&s);
}

/* Hosts 0 and 1, 2 and 3, 4 and 5 without the others: nobody decides anything. */
static void cut_in_three(struct scene *s)
{
    for (uint32_t i = 0; i < HOSTS; i += 2) {
        uint8_t a[HOSTS] = {0}, b[HOSTS];

        a[i] = a[i + 1] = 1;
        for (uint32_t k = 0; k < HOSTS; k++)
            b[k] = !a[k];
        sim_network_cut(s->sim->network, a, b);
    }
    sim_run(s->sim, DEAD_BY);
}

/* L-6.9.1, L-6.9.3: two parts force an era, and in the end one of them holds everywhere. */
static void of_two_forced_eras_the_larger_one_holds_everywhere(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct scene s = begin(seed);
        struct felt_id ids[HOSTS];
        uint64_t era;

        for (uint32_t i = 0; i < HOSTS; i++)
            ids[i] = *felt_node_id(node_of(&s, i));
        cut_in_three(&s);
        assert_int_equal(give_up(&s, 0, &ids[2], 4, true), FELT_VERDICT_TAKEN);
        assert_int_equal(give_up(&s, 5, &ids[0], 4, true), FELT_VERDICT_TAKEN);
        sim_run(s.sim, 20 * FELT_USEC_SEC);
        assert_true(node_of(&s, 0)->era == node_of(&s, 1)->era);
        assert_true(node_of(&s, 4)->era == node_of(&s, 5)->era);
        era = FELT_MAX(node_of(&s, 0)->era, node_of(&s, 5)->era);
        sim_network_mend_all(s.sim->network);
        sim_run(s.sim, 60 * FELT_USEC_SEC);
        for (uint32_t i = 0; i < HOSTS; i++)
            assert_true(node_of(&s, i)->era == era);
        end(&s);
    }
}

/* L-6.9.2: whoever forces and dies with whichever save of it, nobody knows an era that is lost. */
static void a_crash_at_any_save_of_a_forced_era_loses_it_or_not_for_all(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < SAVES_MAX * 2; k++) {
        uint32_t save = k / 2 + 1;
        bool before = k % 2 == 0, lost = before && save == 1;
        struct scene s = begin(7);
        uint64_t era = node_of(&s, 0)->era, writes;
        struct felt_id gone[2];

        gone[0] = *felt_node_id(node_of(&s, 2));
        gone[1] = *felt_node_id(node_of(&s, 3));
        cut_in_three(&s);
        writes = s.sim->hosts[0].disk.writes;
        if (save == 1) /* in the next save, and not in one that is under way */
            s.sim->hosts[0].crash = before ? SIM_CRASH_BEFORE_SAVE : SIM_CRASH_AFTER_SAVE;
        s.sim->hosts[0].restart_after = 3 * FELT_USEC_SEC;
        assert_int_equal(give_up(&s, 0, gone, 2, true), FELT_VERDICT_TAKEN);
        for (unsigned t = 0; t < 20000 && s.sim->hosts[0].disk.writes + 1 < writes + save; t++)
            sim_run(s.sim, FELT_USEC_MS / 10);
        if (save > 1)
            s.sim->hosts[0].crash = before ? SIM_CRASH_BEFORE_SAVE : SIM_CRASH_AFTER_SAVE;
        sim_run(s.sim, 30 * FELT_USEC_SEC);
        for (uint32_t i = 0; i < 2; i++)
            assert_true((node_of(&s, i)->era == era) == lost);
        sim_network_mend_all(s.sim->network);
        sim_run(s.sim, 60 * FELT_USEC_SEC);
        end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_dead_host_owned_has_live_owners_within_seconds),
        cmocka_unit_test(three_operators_at_once_all_get_an_answer),
        cmocka_unit_test(of_two_forced_eras_the_larger_one_holds_everywhere),
        cmocka_unit_test(a_crash_at_any_save_of_a_forced_era_loses_it_or_not_for_all),
    };

    return RUN_TESTS(tests);
}
