/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "tests/unit/sim/scene.h"

struct counted {
    uint32_t host;
    enum felt_input_kind kind;
    unsigned n;
    felt_usec first, last;
};

static void count(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                  const struct felt_effects *effects)
{
    struct counted *c = context;

    (void)effects;
    if (host != c->host || input->kind != c->kind)
        return;
    if (c->n++ == 0)
        c->first = sim->now;
    c->last = sim->now;
}

static void two_hosts_become_a_cluster(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    char text[200] = "";

    (void)state;
    assert_true(sim_agrees(sim, text, sizeof(text)));
    assert_true(sim->hosts[1].node->in_cluster);
    assert_true(sim->hosts[1].node->lease_used);
}

static void one_seed_gives_one_run_and_another_another(void **state)
{
    _cleanup_(sim_freep) struct sim *a = scene_of_two(1);
    _cleanup_(sim_freep) struct sim *b = scene_of_two(1);
    _cleanup_(sim_freep) struct sim *c = scene_of_two(2);

    (void)state;
    assert_true(a->hash == b->hash);
    assert_true(a->hash != c->hash);
}

static void what_comes_to_a_blocked_host_comes_in_a_row_when_it_runs(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct counted c = {.host = 1, .kind = FELT_INPUT_DATAGRAM};
    felt_usec end = sim->now + 3 * FELT_USEC_SEC;
    uint32_t waiting;

    (void)state;
    sim_watch(sim, (struct sim_watcher){.context = &c, .stepped = count});
    sim_host_block(sim, 1, 3 * FELT_USEC_SEC);
    sim_run_until(sim, end - 1);
    assert_int_equal(c.n, 0);
    waiting = sim->hosts[1].n_waiting;
    assert_true(waiting >= 2);
    sim_run_until(sim, end);
    assert_int_equal(c.n, 1);
    sim_run_until(sim, end + (waiting - 1) * SIM_HANDLING);
    assert_int_equal(c.n, waiting);
}

static void a_stuck_host_keeps_time_and_speaks_and_hears_later(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct counted heard = {.host = 1, .kind = FELT_INPUT_DATAGRAM};
    struct counted woken = {.host = 1, .kind = FELT_INPUT_WAKE};
    struct counted reached = {.host = 0, .kind = FELT_INPUT_DATAGRAM};
    felt_usec end = sim->now + 3 * FELT_USEC_SEC;

    (void)state;
    sim_run_until(sim, sim->now + 50 * FELT_USEC_MS); /* nothing is on its way then */
    sim_watch(sim, (struct sim_watcher){.context = &heard, .stepped = count});
    sim_watch(sim, (struct sim_watcher){.context = &woken, .stepped = count});
    sim_watch(sim, (struct sim_watcher){.context = &reached, .stepped = count});
    sim_host_stick(sim, 1, end - sim->now);
    sim_run_until(sim, end - 1);
    assert_int_equal(heard.n, 0);
    assert_int_equal(reached.n, 0);
    assert_true(woken.n >= 3);
    sim_run(sim, 10 * FELT_USEC_MS);
    assert_true(heard.n >= 3);
    assert_true(reached.n >= 3);
    assert_true(reached.first > end);
}

static void a_socket_holds_only_so_many_datagrams(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    const uint8_t byte = 0;
    struct felt_datagram d = {.to = sim_endpoint(1), .bytes = felt_bytes(&byte, 1)};
    struct counted c = {.host = 1, .kind = FELT_INPUT_DATAGRAM};

    (void)state;
    sim_watch(sim, (struct sim_watcher){.context = &c, .stepped = count});
    sim_host_block(sim, 1, 100 * FELT_USEC_MS);
    for (unsigned i = 0; i < 2 * SIM_SOCKET_MAX; i++)
        sim_carry(sim, 0, &d);
    sim_run(sim, 50 * FELT_USEC_MS);
    assert_int_equal(sim->hosts[1].n_waiting, SIM_SOCKET_MAX);
    sim_run(sim, 500 * FELT_USEC_MS);
    assert_in_range(c.n, SIM_SOCKET_MAX, SIM_SOCKET_MAX + 10);
}

static void a_dead_process_is_refused_and_a_dead_machine_silent(void **state)
{
    for (int i = 0; i < 2; i++) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        struct counted c = {.host = 0, .kind = FELT_INPUT_REFUSED};

        (void)state;
        sim_watch(sim, (struct sim_watcher){.context = &c, .stepped = count});
        sim_host_stop(sim, 1, i == 0 ? SIM_KILLED : SIM_OFF);
        sim_run(sim, 3 * FELT_USEC_SEC);
        assert_int_equal(c.n > 0, i == 0);
    }
}

static void an_unplugged_host_is_told_so_and_hears_nothing(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct counted told = {.host = 1, .kind = FELT_INPUT_UNREACHABLE};
    struct counted heard = {.host = 1, .kind = FELT_INPUT_DATAGRAM};

    (void)state;
    sim_watch(sim, (struct sim_watcher){.context = &told, .stepped = count});
    sim_watch(sim, (struct sim_watcher){.context = &heard, .stepped = count});
    sim->hosts[1].unplugged = true;
    sim_run(sim, 3 * FELT_USEC_SEC);
    assert_true(told.n > 0);
    assert_int_equal(heard.n, 0);
}

static void a_clock_that_jumps_wakes_its_node_and_no_other(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct counted c = {.host = 1, .kind = FELT_INPUT_WAKE};
    felt_usec node_now = sim->hosts[1].node->now, other_now;

    (void)state;
    sim_watch(sim, (struct sim_watcher){.context = &c, .stepped = count});
    sim_host_jump(sim, 1, 60 * FELT_USEC_SEC);
    sim_run(sim, 1);
    assert_true(c.n >= 1);
    other_now = sim->hosts[0].node->now;
    assert_true(sim->hosts[1].node->now >= node_now + 60 * FELT_USEC_SEC);
    assert_true(other_now < SIM_START + 60 * FELT_USEC_SEC);
}

static void a_restarted_host_is_who_it_was_and_a_wiped_one_is_not(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_id id = *felt_node_id(sim->hosts[1].node);

    (void)state;
    sim_host_stop(sim, 1, SIM_KILLED);
    sim_host_start(sim, 1);
    assert_true(felt_id_equal(&id, felt_node_id(sim->hosts[1].node)));
    assert_true(sim->hosts[1].node->session > 1);
    sim_host_stop(sim, 1, SIM_KILLED);
    sim_disk_wipe(&sim->hosts[1].disk);
    sim_host_start(sim, 1);
    assert_false(felt_id_equal(&id, felt_node_id(sim->hosts[1].node)));
}

static void a_torn_state_file_is_refused_and_the_host_begins_anew(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_id id = *felt_node_id(sim->hosts[1].node);

    (void)state;
    sim_host_stop(sim, 1, SIM_KILLED);
    sim_disk_tear(&sim->hosts[1].disk, sim->hosts[1].disk.len / 2);
    sim_host_start(sim, 1);
    assert_false(felt_id_equal(&id, felt_node_id(sim->hosts[1].node)));
    sim_run(sim, 10 * FELT_USEC_SEC);
    assert_true(sim->hosts[1].node->in_cluster);
}

static void crashes_at_a_save_leave_the_old_file_or_the_new_one(void **state)
{
    for (int i = 0; i < 2; i++) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        unsigned writes = sim->hosts[1].disk.writes;

        (void)state;
        sim->hosts[1].crash = i == 0 ? SIM_CRASH_BEFORE_SAVE : SIM_CRASH_AFTER_SAVE;
        sim->hosts[1].restart_after = 60 * FELT_USEC_SEC;
        sim_host_stop(sim, 0, SIM_OFF); /* news, to be saved */
        sim_run(sim, 50 * FELT_USEC_SEC);
        assert_int_equal(sim->hosts[1].power, SIM_KILLED);
        assert_int_equal(sim->hosts[1].disk.writes, writes + (unsigned)i);
        sim_run(sim, 60 * FELT_USEC_SEC);
        assert_int_equal(sim->hosts[1].power, SIM_RUNNING);
    }
}

static void a_moved_host_is_reached_at_its_new_address_only(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    uint32_t old = sim->hosts[1].address;
    struct felt_endpoint unknown = sim_endpoint(99);

    (void)state;
    sim_host_stop(sim, 1, SIM_OFF);
    sim_host_move(sim, 1);
    assert_int_not_equal(sim->hosts[1].address, old);
    assert_int_equal(sim->at[old], SIM_HOST_NONE);
    assert_int_equal(sim->at[sim->hosts[1].address], 1);
    assert_int_equal(sim_address(sim, &unknown), SIM_ADDRESS_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hosts_become_a_cluster),
        cmocka_unit_test(one_seed_gives_one_run_and_another_another),
        cmocka_unit_test(what_comes_to_a_blocked_host_comes_in_a_row_when_it_runs),
        cmocka_unit_test(a_stuck_host_keeps_time_and_speaks_and_hears_later),
        cmocka_unit_test(a_socket_holds_only_so_many_datagrams),
        cmocka_unit_test(a_dead_process_is_refused_and_a_dead_machine_silent),
        cmocka_unit_test(an_unplugged_host_is_told_so_and_hears_nothing),
        cmocka_unit_test(a_clock_that_jumps_wakes_its_node_and_no_other),
        cmocka_unit_test(a_restarted_host_is_who_it_was_and_a_wiped_one_is_not),
        cmocka_unit_test(a_torn_state_file_is_refused_and_the_host_begins_anew),
        cmocka_unit_test(crashes_at_a_save_leave_the_old_file_or_the_new_one),
        cmocka_unit_test(a_moved_host_is_reached_at_its_new_address_only),
    };

    return RUN_TESTS(tests);
}
