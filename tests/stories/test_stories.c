/* SPDX-License-Identifier: Apache-2.0 */
/* Small clusters with a script: what they log, line by line, is in NAME.story beside this file.
 * Lines that begin with "--" are what the script does. Times are virtual and nothing happens by
 * chance, so a difference is a change of behaviour. Where it is meant: UPDATE_STORIES=1 in the
 * environment writes the files anew; read the difference before it is committed. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lease/reservation.h"
#include "node/bridge.h"
#include "node/demand.h"
#include "node/foreign.h"
#include "tests/support/world.h"

#define SECONDS(n)    ((n)*FELT_USEC_SEC)
#define HOURS(n)      ((n)*3600 * FELT_USEC_SEC)
#define NETWORK       "{\"Network\":\"10.1.0.0/16\"}"
#define THREE_SUBNETS "{\"Network\":\"10.2.0.0/28\",\"SubnetLen\":30}"
#define STORY_MAX     65536

struct story {
    const char *name;
    struct world *w;
    size_t len;
    char text[STORY_MAX];
};

static void add(struct story *s, const char *text)
{
    size_t len = strlen(text);

    assert_true(s->len + len < STORY_MAX);
    memcpy(s->text + s->len, text, len + 1);
    s->len += len;
}

/* What happened up to now, and then what the script does. */
static void say(struct story *s, const char *what)
{
    add(s, world_log(s->w));
    add(s, "-- ");
    add(s, what);
    add(s, "\n");
}

static void story_path(const struct story *s, char *path, size_t len)
{
    const char *srcdir = getenv("srcdir");

    snprintf(path, len, "%s/tests/stories/%s.story", srcdir ? srcdir : ".", s->name);
}

static void write_story(const struct story *s)
{
    char path[4096];
    FILE *f;

    story_path(s, path, sizeof(path));
    f = fopen(path, "w");
    if (!f)
        fail_msg("cannot write %s", path);
    assert_int_equal(fwrite(s->text, 1, s->len, f), s->len);
    assert_int_equal(fclose(f), 0);
}

static void read_story(const struct story *s, char *ret_text)
{
    char path[4096];
    size_t len;
    FILE *f;

    story_path(s, path, sizeof(path));
    f = fopen(path, "r");
    if (!f)
        fail_msg("cannot read %s", path);
    len = fread(ret_text, 1, STORY_MAX - 1, f);
    ret_text[len] = '\0';
    fclose(f);
}

static size_t line_len(const char *text)
{
    return strcspn(text, "\n");
}

static void compare(const struct story *s, const char *expected)
{
    const char *e = expected, *a = s->text;

    for (unsigned line = 1; *e || *a; line++) {
        size_t e_len = line_len(e), a_len = line_len(a);

        if (e_len != a_len || memcmp(e, a, e_len) != 0 || !*e != !*a)
            fail_msg("%s.story, line %u:\n  expected: %.*s\n  happened: %.*s", s->name, line,
                     *e ? (int)e_len : 10, *e ? e : "(the end)", *a ? (int)a_len : 10,
                     *a ? a : "(the end)");
        e += e_len + (e[e_len] == '\n');
        a += a_len + (a[a_len] == '\n');
    }
}

/* Nobody ever took another's slot for its own, whatever the story was. */
static void finish(struct story *s)
{
    static char expected[STORY_MAX];

    say(s, "the end");
    assert_int_equal(world_double_owners(s->w), 0);
    if (getenv("UPDATE_STORIES")) {
        write_story(s);
        return;
    }
    read_story(s, expected);
    compare(s, expected);
}

static void run(const char *name, void (*script)(struct story *s))
{
    struct story *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    s->name = name;
    s->w = world_new(1);
    script(s);
    finish(s);
    world_free(s->w);
    free(s);
}

static void found(struct story *s, const char *net_config)
{
    say(s, "a founds");
    world_found(s->w, net_config);
    world_run(s->w, SECONDS(1));
}

static void join(struct story *s, const char *what)
{
    say(s, what);
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
}

static void three(struct story *s)
{
    found(s, NETWORK);
    join(s, "b joins through a");
    join(s, "c joins through a");
    assert_true(world_agrees(s->w));
}

/* ---- the scripts ---- */

static void script_found(struct story *s)
{
    found(s, NETWORK);
    world_run(s->w, SECONDS(60));
}

static void script_join(struct story *s)
{
    three(s);
    world_run(s->w, SECONDS(60));
}

static void script_join_at_once(struct story *s)
{
    found(s, NETWORK);
    say(s, "b, c and d join through a at once");
    for (int i = 0; i < 3; i++)
        world_join(s->w, 0);
    world_run(s->w, SECONDS(20));
    assert_true(world_agrees(s->w));
}

/* L-3.6.1 to L-3.6.6 */
static void script_bootstrap(struct story *s)
{
    say(s, "a and b are two of three candidates");
    world_candidate(s->w, NETWORK, 3);
    world_candidate(s->w, NETWORK, 3);
    world_run(s->w, SECONDS(20));
    say(s, "c is the third");
    world_candidate(s->w, NETWORK, 3);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
    say(s, "d has the same command line, and comes too late");
    world_candidate(s->w, NETWORK, 3);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

static void script_kill(struct story *s)
{
    three(s);
    say(s, "c is killed");
    world_kill(s->w, 2);
    world_run(s->w, SECONDS(60));
    say(s, "c is started again, a minute later");
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_restart(struct story *s)
{
    three(s);
    say(s, "b is killed and started again at once");
    world_kill(s->w, 1);
    world_restart(s->w, 1);
    world_run(s->w, SECONDS(30));
    say(s, "all are killed; b alone is started again");
    for (int i = 0; i < 3; i++)
        world_kill(s->w, i);
    world_restart(s->w, 1);
    world_run(s->w, SECONDS(30));
    say(s, "a and c are started again");
    world_restart(s->w, 0);
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_partition(struct story *s)
{
    three(s);
    say(s, "the link between c and the others fails");
    world_cut(s->w, 0, 2, true);
    world_cut(s->w, 1, 2, true);
    world_run(s->w, SECONDS(120));
    say(s, "the link is back, two minutes later");
    world_cut(s->w, 0, 2, false);
    world_cut(s->w, 1, 2, false);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_process(struct story *s)
{
    three(s);
    say(s, "c's process is killed; its machine says that nobody is at the port");
    world_kill_process(s->w, 2);
    world_run(s->w, SECONDS(20));
    say(s, "c is started again");
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(20));
    assert_true(world_agrees(s->w));
}

static void script_stall(struct story *s)
{
    three(s);
    say(s, "c does nothing for a second");
    world_pause(s->w, 2, SECONDS(1));
    world_run(s->w, SECONDS(20));
    say(s, "c does nothing for ten seconds, and says nothing wrong of others when it wakes");
    world_pause(s->w, 2, SECONDS(10));
    world_run(s->w, SECONDS(30));
    assert_true(world_agrees(s->w));
}

/* With nobody to ask, one's own failures are the evidence. */
static void script_two(struct story *s)
{
    found(s, NETWORK);
    join(s, "b joins through a");
    say(s, "b is killed");
    world_kill(s->w, 1);
    world_run(s->w, SECONDS(30));
    say(s, "b is started again");
    world_restart(s->w, 1);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

/* The third sees both, so nobody suspects anybody. */
static void script_bad_link(struct story *s)
{
    three(s);
    say(s, "the link between b and c fails");
    world_cut(s->w, 1, 2, true);
    world_run(s->w, SECONDS(60));
    say(s, "the link from a to c fails as well: a does not reach it, and nobody can help");
    world_cut_one_way(s->w, 0, 2, true);
    world_run(s->w, SECONDS(60));
    say(s, "the links are back");
    world_cut(s->w, 1, 2, false);
    world_cut_one_way(s->w, 0, 2, false);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_exhausted(struct story *s)
{
    found(s, THREE_SUBNETS);
    join(s, "b joins through a");
    join(s, "c joins through a");
    join(s, "d joins through a, and there is no subnet left");
    world_run(s->w, SECONDS(60));
    say(s, "b is killed: its subnet stays its own");
    world_kill(s->w, 1);
    world_run(s->w, SECONDS(60));
}

/* The operator of one node says of others that they are gone for good. */
static enum felt_verdict give_up(struct story *s, int host, const struct felt_id *ids, size_t n,
                                 bool force)
{
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};

    input.reclaim.ids = ids;
    input.reclaim.n = n;
    input.reclaim.force = force;
    return world_tell(s->w, host, input);
}

static struct felt_id id_of(struct story *s, int host)
{
    struct felt_self_view self;

    felt_node_self(world_node(s->w, host), &self);
    return self.id;
}

static void script_reclaim(struct story *s)
{
    struct felt_id c;

    three(s);
    c = id_of(s, 2);
    say(s, "a's operator gives c up, which runs: refused");
    assert_int_equal(give_up(s, 0, &c, 1, false), FELT_VERDICT_BUSY);
    say(s, "c is killed");
    world_kill(s->w, 2);
    world_run(s->w, SECONDS(20));
    say(s, "a's operator gives c up");
    assert_int_equal(give_up(s, 0, &c, 1, false), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(10));
    say(s, "c is started again, and takes another subnet");
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(30));
    assert_true(world_agrees(s->w));
    assert_int_equal(world_double_owners(s->w), 0);
}

/* L-6.9.1, L-6.9.3, L-2.4.1 */
static void script_force(struct story *s)
{
    struct felt_id gone[2];

    three(s);
    gone[0] = id_of(s, 1);
    gone[1] = id_of(s, 2);
    say(s, "the links between a and the others fail");
    world_cut(s->w, 0, 1, true);
    world_cut(s->w, 0, 2, true);
    world_run(s->w, SECONDS(30));
    say(s, "a's operator gives b and c up: no majority");
    assert_int_equal(give_up(s, 0, gone, 2, false), FELT_VERDICT_BUSY);
    say(s, "and forces it");
    assert_int_equal(give_up(s, 0, gone, 2, true), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(10));
    say(s, "d joins through a");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
    say(s, "the links are back: b and c lose what they had, and take other subnets");
    world_cut(s->w, 0, 1, false);
    world_cut(s->w, 0, 2, false);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
    assert_int_equal(world_double_owners(s->w), 0);
}

static void script_wiped(struct story *s)
{
    three(s);
    say(s, "c is killed and its disk wiped; it joins again");
    world_kill(s->w, 2);
    world_wipe(s->w, 2);
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(60));
}

static void script_disk_fails(struct story *s)
{
    found(s, NETWORK);
    say(s, "a's disk fails, and b joins");
    world_disk(s->w, 0, false);
    world_join(s->w, 0);
    world_run(s->w, SECONDS(30));
    say(s, "the disk works again");
    world_disk(s->w, 0, true);
    world_run(s->w, SECONDS(60));
    assert_true(world_agrees(s->w));
}

static void script_wrong_key(struct story *s)
{
    found(s, NETWORK);
    say(s, "b, with another key, tries to join through a");
    world_other_key(s->w);
    world_join(s->w, 0);
    world_run(s->w, SECONDS(60));
}

static void script_leave(struct story *s)
{
    three(s);
    say(s, "c leaves");
    assert_int_equal(world_leave(s->w, 2), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(10));
    say(s, "a leaves as well; b has all now");
    world_leave(s->w, 0);
    world_run(s->w, SECONDS(10));
    world_kill(s->w, 0);
    world_kill(s->w, 2);
    assert_true(world_agrees(s->w));
    say(s, "b, the last one, can not leave");
    assert_int_equal(world_leave(s->w, 1), FELT_VERDICT_BUSY);
    world_run(s->w, SECONDS(10));
    say(s, "d joins through b");
    world_join(s->w, 1);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

static void script_leave_and_return(struct story *s)
{
    three(s);
    say(s, "c leaves");
    world_leave(s->w, 2);
    world_run(s->w, SECONDS(10));
    say(s, "c is started again, and joins as it did first");
    world_kill(s->w, 2);
    world_restart(s->w, 2);
    world_run(s->w, SECONDS(30));
    assert_true(world_agrees(s->w));
}

/* The news of a death that nobody is there to tell of. */
static void script_forget(struct story *s)
{
    three(s);
    say(s, "d joins through a");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
    say(s, "c is killed, and d leaves");
    world_kill(s->w, 2);
    world_leave(s->w, 3);
    world_run(s->w, SECONDS(10));
    world_kill(s->w, 3);
    say(s, "two days later a and b have forgotten d, and not c");
    world_run(s->w, HOURS(48));
    assert_false(world_knows(s->w, 0, 3));
    assert_false(world_knows(s->w, 1, 3));
    assert_int_equal(world_sees(s->w, 0, 2), FELT_MEMBER_DEAD);
    say(s, "c is started again: it knows d still");
    assert_true(world_agrees(s->w));
    world_restart(s->w, 2);
    assert_true(world_knows(s->w, 2, 3));
    world_run(s->w, SECONDS(60));
    for (int host = 0; host < 3; host++)
        assert_false(world_knows(s->w, host, 3));
    assert_true(world_agrees(s->w));
}

/* Nobody is where anybody knew it. */
static void script_moved(struct story *s)
{
    three(s);
    say(s, "all are killed, get other addresses, and are started again; b and c look a up");
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

static void reserve(struct story *s, int host, uint32_t slot, const char *text)
{
    struct felt_input in = {.kind = FELT_INPUT_RESERVE, .reserve = {.slot = slot}};
    struct felt_whom whom;

    if (text)
        assert_int_equal(felt_whom_parse(text, &whom), 0);
    in.reserve.whom = text ? &whom : NULL;
    assert_int_equal(world_tell(s->w, host, in), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

/* L-8.2.1 to L-8.2.6 */
static void script_reserve(struct story *s)
{
    found(s, THREE_SUBNETS);
    say(s, "a reserves slot 1 for c, and slot 2 for whoever comes from 192.0.2.4, which is d");
    reserve(s, 0, 1, "c");
    reserve(s, 0, 2, "192.0.2.4");
    say(s, "b joins through a, and would like slot 1");
    world_join_wish(s->w, 0, "10.2.0.8/30");
    world_run(s->w, SECONDS(10));
    say(s, "c joins through a, and would like slot 2");
    world_join_wish(s->w, 0, "10.2.0.12/30");
    world_run(s->w, SECONDS(10));
    say(s, "all but d are killed and started again");
    for (int host = 0; host < 3; host++)
        world_kill(s->w, host);
    for (int host = 0; host < 3; host++)
        world_restart(s->w, host);
    world_run(s->w, SECONDS(60));
    say(s, "c does not keep slot 2 for 192.0.2.4 any more: b has it");
    reserve(s, 2, 2, NULL);
    world_run(s->w, SECONDS(20));
    assert_true(world_agrees(s->w));
    say(s, "d comes, too late");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
}

static void bridge(struct story *s, enum felt_bridge_order order, bool force)
{
    struct felt_input in = {.kind = FELT_INPUT_BRIDGE,
                            .bridge = {.order = (int)order, .force = force}};

    assert_int_equal(world_tell(s->w, 0, in), FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

static void foreign(struct story *s, uint32_t slot, const char *ip)
{
    struct felt_foreign_change change = {.slot = slot, .gone = !ip};

    if (ip)
        assert_int_equal(felt_ip_parse(ip, &change.foreign.ip), 0);
    change.foreign.backend = FELT_FOREIGN_HOST_GW;
    assert_int_equal(world_tell(s->w, 0,
                                (struct felt_input){.kind = FELT_INPUT_FOREIGN,
                                                    .foreign = {.changes = &change, .n = 1}}),
                     FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

/* The key of what is wanted is in etcd now. */
static void clear(struct story *s)
{
    struct felt_demand demand;

    assert_non_null(felt_node_demand(world_node(s->w, 0), 0));
    demand = *felt_node_demand(world_node(s->w, 0), 0);
    assert_int_equal(
        world_tell(s->w, 0,
                   (struct felt_input){.kind = FELT_INPUT_CLEARED,
                                       .cleared = {.node = demand.node, .slot = demand.slot}}),
        FELT_VERDICT_TAKEN);
    world_run(s->w, SECONDS(5));
}

/* L-9.1.1 to L-9.5.2 */
static void script_bridge(struct story *s)
{
    found(s, NETWORK);
    say(s, "b joins, and an etcd bridge begins beside a");
    world_join(s->w, 0);
    world_run(s->w, SECONDS(5));
    bridge(s, FELT_BRIDGE_BEGIN, false);
    say(s, "192.0.2.3, a flanneld, has slot 77 in etcd; c is that machine with feltd, and waits");
    foreign(s, 77, "192.0.2.3");
    world_join(s->w, 1);
    world_run(s->w, SECONDS(10));
    say(s, "c's key is in etcd, and slot 77 is not foreign any more");
    clear(s);
    foreign(s, 77, NULL);
    say(s, "a flanneld has taken b's slot, and does not move");
    foreign(s, (uint32_t)world_lease(s->w, 1), "198.51.100.9");
    clear(s);
    say(s, "a is killed, d joins, a is back, and d's key is made");
    world_kill(s->w, 0);
    world_run(s->w, SECONDS(30));
    world_join(s->w, 1);
    world_run(s->w, SECONDS(10));
    world_restart(s->w, 0);
    world_run(s->w, SECONDS(10));
    clear(s);
    say(s, "it is cut over by force; that is undone, and done again");
    bridge(s, FELT_BRIDGE_END, true);
    bridge(s, FELT_BRIDGE_UNDO, false);
    bridge(s, FELT_BRIDGE_END, true);
    say(s, "e joins, as ever");
    world_join(s->w, 2);
    world_run(s->w, SECONDS(10));
    assert_true(world_agrees(s->w));
    assert_int_equal(world_double_owners(s->w), 0);
}

/* ---- the tests ---- */

static void a_bridge_to_etcd_comes_and_goes(void **state)
{
    (void)state;
    run("bridge", script_bridge);
}

static void what_is_reserved_goes_to_nobody_else(void **state)
{
    (void)state;
    run("reserve", script_reserve);
}

static void a_node_founds_a_cluster(void **state)
{
    (void)state;
    run("found", script_found);
}

static void two_join_one_after_the_other(void **state)
{
    (void)state;
    run("join", script_join);
}

static void three_join_at_once(void **state)
{
    (void)state;
    run("join-at-once", script_join_at_once);
}

static void one_is_killed_and_comes_back(void **state)
{
    (void)state;
    run("kill", script_kill);
}

static void nodes_are_restarted_and_keep_their_leases(void **state)
{
    (void)state;
    run("restart", script_restart);
}

static void a_partition_heals(void **state)
{
    (void)state;
    run("partition", script_partition);
}

static void a_network_is_exhausted(void **state)
{
    (void)state;
    run("exhausted", script_exhausted);
}

static void a_wiped_machine_joins_again(void **state)
{
    (void)state;
    run("wiped", script_wiped);
}

static void a_disk_fails_while_another_joins(void **state)
{
    (void)state;
    run("disk-fails", script_disk_fails);
}

static void a_joiner_has_the_wrong_key(void **state)
{
    (void)state;
    run("wrong-key", script_wrong_key);
}

static void one_leaves_and_then_another_but_not_the_last(void **state)
{
    (void)state;
    run("leave", script_leave);
}

static void who_left_comes_back(void **state)
{
    (void)state;
    run("leave-and-return", script_leave_and_return);
}

static void who_left_is_forgotten_and_one_who_slept_meanwhile_does_not_bring_it_back(void **state)
{
    (void)state;
    run("forget", script_forget);
}

static void all_move_and_find_together_through_a_seed(void **state)
{
    (void)state;
    run("moved", script_moved);
}

static void a_process_dies_on_a_machine_that_lives(void **state)
{
    (void)state;
    run("process", script_process);
}

static void one_stalls(void **state)
{
    (void)state;
    run("stall", script_stall);
}

static void one_of_two_is_killed_and_comes_back(void **state)
{
    (void)state;
    run("two", script_two);
}

static void a_bad_link_is_no_death_while_a_third_sees_both(void **state)
{
    (void)state;
    run("bad-link", script_bad_link);
}

static void three_candidates_found_together_and_a_fourth_joins(void **state)
{
    (void)state;
    run("bootstrap", script_bootstrap);
}

static void an_operator_gives_a_dead_one_up_which_comes_back(void **state)
{
    (void)state;
    run("reclaim", script_reclaim);
}

static void an_operator_forces_what_a_majority_cannot_decide(void **state)
{
    (void)state;
    run("force", script_force);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_founds_a_cluster),
        cmocka_unit_test(what_is_reserved_goes_to_nobody_else),
        cmocka_unit_test(a_bridge_to_etcd_comes_and_goes),
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
        cmocka_unit_test(an_operator_gives_a_dead_one_up_which_comes_back),
        cmocka_unit_test(an_operator_forces_what_a_majority_cannot_decide),
        cmocka_unit_test(a_wiped_machine_joins_again),
        cmocka_unit_test(a_disk_fails_while_another_joins),
        cmocka_unit_test(a_joiner_has_the_wrong_key),
        cmocka_unit_test(one_leaves_and_then_another_but_not_the_last),
        cmocka_unit_test(who_left_comes_back),
        cmocka_unit_test(who_left_is_forgotten_and_one_who_slept_meanwhile_does_not_bring_it_back),
        cmocka_unit_test(all_move_and_find_together_through_a_seed),
    };

    return RUN_TESTS(tests);
}
