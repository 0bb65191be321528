/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes come, and machines, links and disks fail. */
#include "tests/unit/test.h"

#include "tests/stories/story.h"

static void script_found(struct story *s)
{
    story_found(s, NETWORK);
    world_run(s->w, SECONDS(60));
}

static void script_join(struct story *s)
{
    story_three(s);
    world_run(s->w, SECONDS(60));
}

static void script_join_at_once(struct story *s)
{
    story_found(s, NETWORK);
    story_say(s, "b, c and d join through a at once");
    for (int i = 0; i < 3; i++)
        world_join(s->w, 0);
    world_run(s->w, SECONDS(20));
    assert_true(world_agrees(s->w));
}

/* L-3.6.1 to L-3.6.6 */
static void script_bootstrap(struct story *s)
{
    story_say(s, "a and b are two of three candidates");
    world_candidate(s->w, NETWORK, 3);
    world_candidate(s->w, NETWORK, 3);
    world_run(s->w, SECONDS(20));
    story_say(s, "c is the third");
    world_candidate(s->w, NETWORK, 3);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
    story_say(s, "d has the same command line, and comes too late");
    world_candidate(s->w, NETWORK, 3);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

static void script_kill(struct story *s)
{
    story_three(s);
    story_say(s, "c is killed");
    world_kill(s->w, 2);
    world_run(s->w, SECONDS(60));
    story_say(s, "c is started again, a minute later");
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_restart(struct story *s)
{
    story_three(s);
    story_say(s, "b is killed and started again at once");
    world_kill(s->w, 1);
    world_restart(s->w, 1);
    world_run(s->w, SECONDS(30));
    story_say(s, "all are killed; b alone is started again");
    for (int i = 0; i < 3; i++)
        world_kill(s->w, i);
    world_restart(s->w, 1);
    world_run(s->w, SECONDS(30));
    story_say(s, "a and c are started again");
    world_restart(s->w, 0);
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_partition(struct story *s)
{
    story_three(s);
    story_say(s, "the link between c and the others fails");
    world_cut(s->w, 0, 2, true);
    world_cut(s->w, 1, 2, true);
    world_run(s->w, SECONDS(120));
    story_say(s, "the link is back, two minutes later");
    world_cut(s->w, 0, 2, false);
    world_cut(s->w, 1, 2, false);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_process(struct story *s)
{
    story_three(s);
    story_say(s, "c's process is killed; its machine says that nobody is at the port");
    world_kill_process(s->w, 2);
    world_run(s->w, SECONDS(20));
    story_say(s, "c is started again");
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(20));
    assert_true(world_agrees(s->w));
}

static void script_stall(struct story *s)
{
    story_three(s);
    story_say(s, "c does nothing for a second");
    world_pause(s->w, 2, SECONDS(1));
    world_run(s->w, SECONDS(20));
    story_say(s, "c does nothing for ten seconds, and says nothing wrong of others when it wakes");
    world_pause(s->w, 2, SECONDS(10));
    world_run(s->w, SECONDS(30));
    assert_true(world_agrees(s->w));
}

/* With nobody to ask, one's own failures are the evidence. */
static void script_two(struct story *s)
{
    story_found(s, NETWORK);
    story_join(s, "b joins through a");
    story_say(s, "b is killed");
    world_kill(s->w, 1);
    world_run(s->w, SECONDS(30));
    story_say(s, "b is started again");
    world_restart(s->w, 1);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

/* The third sees both, so nobody suspects anybody. */
static void script_bad_link(struct story *s)
{
    story_three(s);
    story_say(s, "the link between b and c fails");
    world_cut(s->w, 1, 2, true);
    world_run(s->w, SECONDS(60));
    story_say(s, "the link from a to c fails as well: a does not reach it, and nobody can help");
    world_cut_one_way(s->w, 0, 2, true);
    world_run(s->w, SECONDS(60));
    story_say(s, "the links are back");
    world_cut(s->w, 1, 2, false);
    world_cut_one_way(s->w, 0, 2, false);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_exhausted(struct story *s)
{
    story_found(s, THREE_SUBNETS);
    story_join(s, "b joins through a");
    story_join(s, "c joins through a");
    story_join(s, "d joins through a, and there is no subnet left");
    world_run(s->w, SECONDS(60));
    story_say(s, "b is killed: its subnet stays its own");
    world_kill(s->w, 1);
    world_run(s->w, SECONDS(60));
}

static void script_wiped(struct story *s)
{
    story_three(s);
    story_say(s, "c is killed and its disk wiped; it joins again");
    world_kill(s->w, 2);
    world_wipe(s->w, 2);
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(60));
}

static void script_disk_fails(struct story *s)
{
    story_found(s, NETWORK);
    story_say(s, "a's disk fails, and b joins");
    world_disk(s->w, 0, false);
    world_join(s->w, 0);
    world_run(s->w, SECONDS(30));
    story_say(s, "the disk works again");
    world_disk(s->w, 0, true);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_wrong_key(struct story *s)
{
    story_found(s, NETWORK);
    story_say(s, "b, with another key, tries to join through a");
    world_other_key(s->w);
    world_join(s->w, 0);
    world_run(s->w, SECONDS(60));
}

/* Nobody is where anybody knew it. */
static void script_moved(struct story *s)
{
    story_three(s);
    story_say(s, "all are killed, get other addresses, and are started again; b and c look a up");
    for (int host = 0; host < 3; host++)
        world_kill(s->w, host);
    for (int host = 0; host < 3; host++)
        world_move(s->w, host);
    for (int host = 0; host < 3; host++)
        world_restart(s->w, host);
    world_run(s->w, SECONDS(120));
    assert_true(world_agrees(s->w));
    for (int host = 0; host < 3; host++)
        for (int other = 0; other < 3; other++)
            assert_int_equal(world_sees(s->w, host, other), FELT_MEMBER_ALIVE);
}

/* ---- the tests ---- */

static void a_node_founds_a_cluster(void **state)
{
    (void)state;
    story_run("found", script_found);
}

static void two_join_one_after_the_other(void **state)
{
    (void)state;
    story_run("join", script_join);
}

static void three_join_at_once(void **state)
{
    (void)state;
    story_run("join-at-once", script_join_at_once);
}

static void one_is_killed_and_comes_back(void **state)
{
    (void)state;
    story_run("kill", script_kill);
}

static void nodes_are_restarted_and_keep_their_leases(void **state)
{
    (void)state;
    story_run("restart", script_restart);
}

static void a_partition_heals(void **state)
{
    (void)state;
    story_run("partition", script_partition);
}

static void a_network_is_exhausted(void **state)
{
    (void)state;
    story_run("exhausted", script_exhausted);
}

static void a_wiped_machine_joins_again(void **state)
{
    (void)state;
    story_run("wiped", script_wiped);
}

static void a_disk_fails_while_another_joins(void **state)
{
    (void)state;
    story_run("disk-fails", script_disk_fails);
}

static void a_joiner_has_the_wrong_key(void **state)
{
    (void)state;
    story_run("wrong-key", script_wrong_key);
}

static void all_move_and_find_together_through_a_seed(void **state)
{
    (void)state;
    story_run("moved", script_moved);
}

static void a_process_dies_on_a_machine_that_lives(void **state)
{
    (void)state;
    story_run("process", script_process);
}

static void one_stalls(void **state)
{
    (void)state;
    story_run("stall", script_stall);
}

static void one_of_two_is_killed_and_comes_back(void **state)
{
    (void)state;
    story_run("two", script_two);
}

static void a_bad_link_is_no_death_while_a_third_sees_both(void **state)
{
    (void)state;
    story_run("bad-link", script_bad_link);
}

static void three_candidates_found_together_and_a_fourth_joins(void **state)
{
    (void)state;
    story_run("bootstrap", script_bootstrap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_founds_a_cluster),
        cmocka_unit_test(three_candidates_found_together_and_a_fourth_joins),
        cmocka_unit_test(two_join_one_after_the_other),
        cmocka_unit_test(three_join_at_once),
        cmocka_unit_test(one_is_killed_and_comes_back),
        cmocka_unit_test(nodes_are_restarted_and_keep_their_leases),
        cmocka_unit_test(a_process_dies_on_a_machine_that_lives),
        cmocka_unit_test(one_stalls),
        cmocka_unit_test(one_of_two_is_killed_and_comes_back),
        cmocka_unit_test(a_bad_link_is_no_death_while_a_third_sees_both),
        cmocka_unit_test(a_partition_heals),
        cmocka_unit_test(a_network_is_exhausted),
        cmocka_unit_test(a_wiped_machine_joins_again),
        cmocka_unit_test(a_disk_fails_while_another_joins),
        cmocka_unit_test(a_joiner_has_the_wrong_key),
        cmocka_unit_test(all_move_and_find_together_through_a_seed),
    };

    return RUN_TESTS(tests);
}
