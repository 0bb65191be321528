/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/varlink_text.h"
#include "tests/unit/agent/methods_scene.h"

static void status_has_everything_of_the_interface(void **state)
{
    struct fixture *f = *state;

    expect_json(
        felt_methods_status(&f->context),
        "{\"version\":\"0.1.0\","
        "\"node\":{\"id\":\"01000000000000000000000000000000\",\"name\":\"h1\","
        "\"advertise\":\"192.0.2.1:8470\",\"public_ip\":\"198.51.100.1\",\"public_ip6\":null,\"session\":5,"
        "\"health\":0},"
        "\"cluster\":{\"id\":\"abcd000000000000\",\"era\":2,\"lease_time_s\":86400},"
        "\"network\":{\"network\":\"172.17.0.0/16\",\"subnet_len\":24,\"subnet_min\":\"172.17.1.0\","
        "\"subnet_max\":\"172.17.255.0\",\"ipv6\":null,\"backend\":\"vxlan\","
        "\"config\":\"{\\\"Network\\\":\\\"172.17.0.0/16\\\"}\",\"pending\":[]},"
        "\"lease\":{\"subnet\":\"172.17.8.0/24\",\"subnet6\":null,\"slot\":7,\"at_risk\":false,"
        "\"at_risk_left_us\":null},\"waiting\":null,"
        "\"members\":{\"total\":3,\"alive\":2,\"suspect\":0,\"dead\":1,\"left\":0},"
        "\"slots\":{\"total\":255,\"own\":1},\"bridge\":null,\"rotation\":null,"
        "\"counters\":{\"datagrams_sent\":88,\"datagrams\":{\"taken\":99,\"malformed\":0,"
        "\"foreign\":0,\"unknown-key\":4,\"forged\":0,\"replayed\":0,\"stale\":0,\"stranger\":0,"
        "\"misdirected\":0,\"full\":0,\"busy\":0},"
        "\"suspicions\":6,\"deaths\":3},"
        "\"ready\":true,"
        "\"kernel\":{\"device\":\"flannel.1\",\"device6\":null,\"mtu\":1450,\"interface\":\"eth0\",\"peers\":2,"
        "\"unreachable\":1,"
        "\"error\":null,\"work\":{\"passes\":12,\"failed\":1,\"operations\":40,\"refused\":2,"
        "\"repairs\":5}},"
        "\"subnet_file\":\"/run/flannel/subnet.env\",\"problems\":"
        "[\"1 member is dead: h2 (silent for 2 h, reclaimable in 22 h)\"]}");
}

static void a_node_that_knows_nothing_yet_says_so_with_nulls(void **state)
{
    struct fixture *f = *state;
    json_t *status;

    f->node.self.in_cluster = false;
    f->node.self.config = NULL;
    f->node.self.config_text = NULL;
    f->node.self.has_lease = false;
    f->node.self.waiting = "no seed has answered";
    f->node.self.n_members = 0;
    f->context = (struct felt_methods_context){
        .node = &f->node, .key = &f->key, .now_us = methods_now, .version = "0.1.0"};
    status = felt_methods_status(&f->context);
    assert_non_null(status);
    assert_true(json_is_null(json_object_get(status, "cluster")));
    assert_true(json_is_null(json_object_get(status, "network")));
    assert_true(json_is_null(json_object_get(status, "lease")));
    assert_string_equal(json_string_value(json_object_get(status, "waiting")),
                        "no seed has answered");
    assert_true(json_is_null(json_object_get(json_object_get(status, "node"), "public_ip")));
    assert_true(json_is_null(json_object_get(json_object_get(status, "kernel"), "device")));
    assert_true(json_is_false(json_object_get(status, "ready")));
    json_decref(status);
    expect_json(felt_methods_problems(&f->context),
                "[\"not in a cluster yet: no seed has answered\"]");
    expect_json(felt_methods_members(&f->context), "{\"members\":[]}");
    expect_json(felt_methods_leases(&f->context), "{\"leases\":[],\"foreign\":[]}");
}

static void members_come_by_name_and_say_what_is_not_known(void **state)
{
    struct fixture *f = *state;

    f->node.members[2].paths[0].state = FELT_PATH_LARGE_FAILS;
    f->node.members[2].paths[0].rtt_us = 450;
    f->node.members[2].paths[0].since_us = 9;
    expect_json(
        felt_methods_members(&f->context),
        "{\"members\":["
        "{\"id\":\"01000000000000000000000000000000\",\"name\":\"h1\",\"self\":true,"
        "\"state\":\"alive\",\"incarnation\":11,\"advertise\":\"192.0.2.1:8470\","
        "\"public_ip\":\"198.51.100.1\",\"public_ip6\":null,\"backend\":\"vxlan\","
        "\"backend_data\":\"{\\\"VNI\\\":1,\\\"VtepMAC\\\":\\\"82:4b:b6:2f:54:4e\\\"}\",\"backend_data6\":null,"
        "\"mtu\":1450,\"lease\":\"172.17.8.0/24\",\"lease6\":null,\"slots\":1,\"rtt_us\":100,"
        "\"path\":null,\"path6\":null,\"silent_us\":1000,"
        "\"lapse_us\":0,\"reclaimable_us\":null},"
        "{\"id\":\"02000000000000000000000000000000\",\"name\":\"h2\",\"self\":false,"
        "\"state\":\"dead\",\"incarnation\":12,\"advertise\":\"192.0.2.2:8470\","
        "\"public_ip\":\"198.51.100.2\",\"public_ip6\":null,\"backend\":\"vxlan\","
        "\"backend_data\":\"{\\\"VNI\\\":1,\\\"VtepMAC\\\":\\\"82:4b:b6:2f:54:4e\\\"}\",\"backend_data6\":null,"
        "\"mtu\":1450,\"lease\":\"172.17.4.0/24\",\"lease6\":null,\"slots\":2,\"rtt_us\":200,"
        "\"path\":{\"state\":\"large_fails\",\"rtt_us\":450,\"failing_us\":9},\"path6\":null,"
        "\"silent_us\":2000,"
        "\"lapse_us\":7200000000,\"reclaimable_us\":79200000000},"
        "{\"id\":\"03000000000000000000000000000000\",\"name\":\"h3\",\"self\":false,"
        "\"state\":\"alive\",\"incarnation\":13,\"advertise\":\"192.0.2.3:8470\","
        "\"public_ip\":\"198.51.100.3\",\"public_ip6\":null,\"backend\":null,\"backend_data\":null,\"backend_data6\":null,\"mtu\":null,"
        "\"lease\":null,\"lease6\":null,\"slots\":3,\"rtt_us\":null,"
        "\"path\":{\"state\":\"passes\",\"rtt_us\":null,\"failing_us\":null},\"path6\":null,"
        "\"silent_us\":null,"
        "\"lapse_us\":0,\"reclaimable_us\":null}]}");
}

static void leases_come_by_subnet_and_leave_out_who_has_none(void **state)
{
    struct fixture *f = *state;

    expect_json(
        felt_methods_leases(&f->context),
        "{\"leases\":["
        "{\"subnet\":\"172.17.4.0/24\",\"subnet6\":null,\"slot\":3,"
        "\"node\":\"02000000000000000000000000000000\",\"name\":\"h2\",\"self\":false,"
        "\"state\":\"dead\",\"public_ip\":\"198.51.100.2\",\"public_ip6\":null,\"backend\":\"vxlan\","
        "\"backend_data\":\"{\\\"VNI\\\":1,\\\"VtepMAC\\\":\\\"82:4b:b6:2f:54:4e\\\"}\",\"backend_data6\":null},"
        "{\"subnet\":\"172.17.8.0/24\",\"subnet6\":null,\"slot\":7,"
        "\"node\":\"01000000000000000000000000000000\",\"name\":\"h1\",\"self\":true,"
        "\"state\":\"alive\",\"public_ip\":\"198.51.100.1\",\"public_ip6\":null,\"backend\":\"vxlan\","
        "\"backend_data\":\"{\\\"VNI\\\":1,\\\"VtepMAC\\\":\\\"82:4b:b6:2f:54:4e\\\"}\",\"backend_data6\":null}],\"foreign\":[]}");
}

static void a_lease_outside_the_network_is_not_shown(void **state)
{
    struct fixture *f = *state;
    json_t *leases;

    f->node.members[2].lease_slot = 255;
    leases = felt_methods_leases(&f->context);
    assert_int_equal(json_array_size(json_object_get(leases, "leases")), 1);
    json_decref(leases);
}

static void a_name_that_is_no_utf8_does_not_hide_its_member(void **state)
{
    struct fixture *f = *state;
    json_t *members, *last;

    memcpy(f->node.members[0].name, "h3\xff\x80", 5);
    members = felt_methods_members(&f->context);
    assert_int_equal(json_array_size(json_object_get(members, "members")), 3);
    last = json_array_get(json_object_get(members, "members"), 2);
    assert_string_equal(json_string_value(json_object_get(last, "name")), "h3??");
    json_decref(members);
}

static void problems_come_in_order_and_name_five_members_at_most(void **state)
{
    static const char *const names[MEMBERS_MAX] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct fixture *f = *state;

    for (uint8_t i = 0; i < MEMBERS_MAX; i++) {
        methods_fill_member(&f->node.members[i], names[i], i);
        f->node.members[i].n_slots = 0; /* who owns nothing has nothing to be reclaimed */
        f->node.members[i].state = i < 7 ? FELT_MEMBER_DEAD : FELT_MEMBER_SUSPECT;
    }
    f->node.self.n_members = MEMBERS_MAX;
    f->node.self.has_lease = false;
    f->node.self.waiting = "no slot is free";
    f->context.save_failing = true;
    f->context.underlay_missing = "interface eth0 is gone";
    f->context.kernel_error = "RTM_NEWLINK: Operation not permitted";
    f->context.kernel_limit = "the neighbour table has no room";
    f->context.subnet_file_error = "Read-only file system";
    expect_json(
        felt_methods_problems(&f->context),
        "[\"the state cannot be saved: nothing is given or taken until it can; see the log "
        "for the file\","
        "\"waiting for a lease: no slot is free\","
        "\"underlay: interface eth0 is gone; it is waited for, and lease, device and routes "
        "stay\","
        "\"kernel: RTM_NEWLINK: Operation not permitted\","
        "\"kernel: the neighbour table has no room\","
        "\"/run/flannel/subnet.env: Read-only file system\","
        "\"7 members are dead: a, b, c, d, e and 2 more\","
        "\"1 member is not answering: h\"]");
}

static void two_live_members_of_one_name_or_address_are_a_problem(void **state)
{
    struct fixture *f = *state;

    for (uint8_t i = 0; i < 6; i++) {
        methods_fill_member(&f->node.members[i], i % 2 ? "a" : "b", i);
        f->node.members[i].n_slots = 0;
    }
    f->node.members[3].state = FELT_MEMBER_DEAD; /* an "a" that was replaced by the last one */
    f->node.members[1].state = FELT_MEMBER_DEAD;
    f->node.members[2].state = FELT_MEMBER_DEAD;
    f->node.members[5].public_ip = f->node.members[0].public_ip;
    f->node.self.n_members = 6;
    expect_json(felt_methods_problems(&f->context),
                "[\"3 members are dead: a, a, b\","
                "\"two members are called b, at 198.51.100.0 and 198.51.100.4: give one another "
                "--node-name\","
                "\"a and b both take overlay traffic at 198.51.100.0, and only one can get it: see "
                "--public-ip and --iface\"]");
}

static void a_member_that_left_is_counted_apart_and_is_no_problem(void **state)
{
    struct fixture *f = *state;
    json_t *status, *members;

    f->node.members[2].state = FELT_MEMBER_LEFT;
    snprintf(f->node.members[2].name, sizeof(f->node.members[2].name), "h1");
    f->node.self.n_dead = 0;
    f->node.self.n_left = 1;
    status = felt_methods_status(&f->context);
    expect_json(json_incref(json_object_get(status, "members")),
                "{\"total\":2,\"alive\":2,\"suspect\":0,\"dead\":0,\"left\":1}");
    expect_json(json_incref(json_object_get(status, "problems")), "[]");
    json_decref(status);
    members = felt_methods_members(&f->context);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(members, "members"), 1), "state")),
                        "left");
    json_decref(members);
}

static void our_own_health_comes_before_what_we_say_of_others(void **state)
{
    struct fixture *f = *state;
    json_t *status;

    f->node.self.health = 3;
    f->node.self.crowd_silent = true;
    status = felt_methods_status(&f->context);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(status, "node"), "health")),
                     3);
    json_decref(status);
    expect_json(felt_methods_problems(&f->context),
                "[\"more than a third of the members went silent at once: assuming that it is this "
                "machine; see its link, its load and its firewall\","
                "\"this node is slow to answer: health 3 of 8, where 0 is well; it takes longer to "
                "call others dead\","
                "\"1 member is dead: h2 (silent for 2 h, reclaimable in 22 h)\"]");
}

/* ---- Leave ---- */

/* What comes of it is the test's; how often it was told is counted there. */
struct leaving {
    int r;
    unsigned told;
};

static int leave(void *userdata)
{
    struct leaving *l = userdata;

    l->told++;
    return l->r;
}

static struct felt_varlink_answer ask_to_leave(struct fixture *f, struct leaving *l)
{
    struct felt_varlink_answer answer = {0};

    f->context.leave = leave;
    f->context.userdata = l;
    felt_methods_leave(&f->context, &answer);
    return answer;
}

static void leaving_is_answered_with_how_many_subnets_are_given_away(void **state)
{
    struct leaving l = {0};
    struct felt_varlink_answer answer = ask_to_leave(*state, &l);

    assert_null(answer.error);
    expect_json(answer.parameters, "{\"slots\":1}");
    assert_int_equal(l.told, 1);
}

static void the_last_member_is_told_that_it_can_not_leave(void **state)
{
    struct leaving l = {.r = -EBUSY};
    struct felt_varlink_answer answer = ask_to_leave(*state, &l);

    assert_string_equal(answer.error, "io.felt.NobodyToGiveTo");
    assert_null(answer.parameters);
}

static void who_is_not_confirmed_yet_is_told_to_ask_again(void **state)
{
    struct leaving l = {.r = -EAGAIN};
    struct felt_varlink_answer answer = ask_to_leave(*state, &l);

    assert_string_equal(answer.error, "io.felt.NotConfirmed");
    assert_null(answer.parameters);
}

static void who_is_in_no_cluster_can_not_leave_it(void **state)
{
    struct leaving l = {0};
    struct fixture *f = *state;
    struct felt_varlink_answer answer;

    f->node.self.in_cluster = false;
    answer = ask_to_leave(f, &l);
    assert_string_equal(answer.error, "io.felt.NotInCluster");
    assert_int_equal(l.told, 0);
}

static void every_method_is_in_the_description_and_the_reverse(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_interface interface;
    const char *text = felt_text_io_felt;
    size_t described = 0;
    char line[64];

    felt_methods_interface(&f->context, &interface);
    assert_string_equal(interface.name, "io.felt");
    for (size_t i = 0; i < interface.n_methods; i++) {
        snprintf(line, sizeof(line), "\nmethod %s(", interface.methods[i].name);
        assert_non_null(strstr(interface.description, line));
    }
    while ((text = strstr(text, "\nmethod "))) {
        described++;
        text++;
    }
    assert_int_equal(described, interface.n_methods);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        METHODS_TEST(status_has_everything_of_the_interface),
        METHODS_TEST(leaving_is_answered_with_how_many_subnets_are_given_away),
        METHODS_TEST(the_last_member_is_told_that_it_can_not_leave),
        METHODS_TEST(who_is_not_confirmed_yet_is_told_to_ask_again),
        METHODS_TEST(who_is_in_no_cluster_can_not_leave_it),
        METHODS_TEST(a_node_that_knows_nothing_yet_says_so_with_nulls),
        METHODS_TEST(members_come_by_name_and_say_what_is_not_known),
        METHODS_TEST(leases_come_by_subnet_and_leave_out_who_has_none),
        METHODS_TEST(a_lease_outside_the_network_is_not_shown),
        METHODS_TEST(a_name_that_is_no_utf8_does_not_hide_its_member),
        METHODS_TEST(two_live_members_of_one_name_or_address_are_a_problem),
        METHODS_TEST(problems_come_in_order_and_name_five_members_at_most),
        METHODS_TEST(a_member_that_left_is_counted_apart_and_is_no_problem),
        METHODS_TEST(our_own_health_comes_before_what_we_say_of_others),
        METHODS_TEST(every_method_is_in_the_description_and_the_reverse),
    };

    return RUN_TESTS(tests);
}
