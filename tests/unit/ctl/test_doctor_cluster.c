/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ctl/doctor_fixture.h"

static void a_feltd_that_does_not_answer_is_the_first_problem(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    assert_string_equal(found_by(felt_check_feltd, &f), "fine");
    f = (struct felt_doctor_facts){.unreachable = "No such file or directory"};
    EXPECT(found_by(felt_check_feltd, &f), "problem feltd does not answer", "No such file",
           "journalctl -u feltd");
}

static void what_feltd_says_itself_is_passed_on(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    assert_string_equal(found_by(felt_check_problems, &f), "fine");
    f = healthy();
    set(f.status, "problems", "[\"the state cannot be saved\",\"1 of 3 members is dead\"]");
    EXPECT(found_by(felt_check_problems, &f), "problem the state cannot be saved | -\n",
           "problem 1 of 3 members is dead");
}

static void docker_that_was_not_restarted_has_a_bridge_outside_of_the_lease(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    assert_string_equal(found_by(felt_check_bridges, &f), "fine");
    f = healthy();
    felt_cidr_parse("10.1.9.1/24", &f.links[2].addrs[0]);
    EXPECT(found_by(felt_check_bridges, &f),
           "problem docker0 has 10.1.9.1/24, which is not in this node's subnet 10.1.5.0/24",
           "systemctl restart docker");
    f = healthy(); /* docker's own default */
    felt_cidr_parse("172.17.0.1/16", &f.links[2].addrs[0]);
    EXPECT(found_by(felt_check_bridges, &f), "warning docker0 has 172.17.0.1/16");
    f = healthy();
    add_link(&f, "cni0", 1450, "10.1.9.1/24")->is_bridge = true;
    EXPECT(found_by(felt_check_bridges, &f), "problem cni0 has 10.1.9.1/24", "ip link del cni0");
}

static void other_bridges_are_nobodys_business_outside_of_the_network(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    add_link(&f, "virbr0", 1500, "192.168.122.1/24")->is_bridge = true;
    add_link(&f, "br-1", 1500, "172.18.0.1/16")->is_bridge = true;
    add_link(&f, "wlan0", 1500, "10.1.9.1/24");
    assert_string_equal(found_by(felt_check_bridges, &f), "fine");
    f = healthy();
    add_link(&f, "br-1", 1500, "10.1.9.1/24")->is_bridge = true;
    EXPECT(found_by(felt_check_bridges, &f), "problem br-1 has 10.1.9.1/24");
    f = healthy();
    set(f.status, "lease", "null");
    EXPECT(found_by(felt_check_bridges, &f), "unknown this node has no subnet yet");
}

static void a_bridge_is_looked_at_in_both_families(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    set(json_object_get(f.status, "network"), "ipv6", "{\"network\":\"fc00:0:42::/48\"}");
    set(json_object_get(f.status, "lease"), "subnet6", "\"fc00:0:42:5::/64\"");
    felt_cidr_parse("fc00:0:42:9::1/64", &f.links[2].addrs[f.links[2].n_addrs++]);
    EXPECT(found_by(felt_check_bridges, &f), "problem docker0 has fc00:0:42:9::1/64");
}

static void living_members_of_one_public_address_are_a_problem(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();
    json_t *members = json_object_get(f.members, "members");

    assert_string_equal(found_by(felt_check_public_ips, &f), "fine");
    f = healthy();
    members = json_object_get(f.members, "members");
    set(json_array_get(members, 1), "public_ip", "\"192.0.2.1\"");
    EXPECT(found_by(felt_check_public_ips, &f),
           "problem h1 and h2 have the same public address 192.0.2.1", "--public-ip");
    f = healthy(); /* one may have replaced the other */
    members = json_object_get(f.members, "members");
    set(json_array_get(members, 1), "public_ip", "\"192.0.2.1\"");
    set(json_array_get(members, 1), "state", "\"dead\"");
    assert_string_equal(found_by(felt_check_public_ips, &f), "fine");
}

static void without_feltd_each_check_says_something_and_none_falls(void **state _unused_)
{
    struct felt_doctor_facts f = {.unreachable = "x"};
    json_t *findings = felt_doctor_examine(&f);
    size_t n;

    felt_doctor_checks(&n);
    assert_true(json_array_size(findings) >= n - 1);
    assert_true(felt_doctor_found(findings));
    json_decref(findings);
}

static void a_healthy_machine_is_fine_all_over(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();
    json_t *findings = felt_doctor_examine(&f);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_false(felt_doctor_found(findings));
    felt_doctor_print(findings, out);
    fclose(out);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        assert_int_equal(strncmp(line, "fine    ", 8), 0);
    free(text);
    json_decref(findings);
    felt_doctor_facts_done(&f);
}

static void a_problem_is_printed_with_its_fix_below(void **state _unused_)
{
    json_t *findings =
        json("[{\"check\":\"clock\",\"state\":\"problem\",\"what\":\"a\\tb\",\"fix\":"
             "\"do it\"},{\"check\":\"mtu\",\"state\":\"warning\",\"what\":\"c\","
             "\"fix\":null}]");
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    felt_doctor_print(findings, out);
    fclose(out);
    assert_string_equal(text, "problem clock           a?b\n"
                              "                        fix: do it\n"
                              "warning mtu             c\n");
    free(text);
    assert_true(felt_doctor_found(findings));
    json_array_remove(findings, 0);
    assert_false(felt_doctor_found(findings));
    json_decref(findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feltd_that_does_not_answer_is_the_first_problem),
        cmocka_unit_test(what_feltd_says_itself_is_passed_on),
        cmocka_unit_test(docker_that_was_not_restarted_has_a_bridge_outside_of_the_lease),
        cmocka_unit_test(other_bridges_are_nobodys_business_outside_of_the_network),
        cmocka_unit_test(a_bridge_is_looked_at_in_both_families),
        cmocka_unit_test(living_members_of_one_public_address_are_a_problem),
        cmocka_unit_test(without_feltd_each_check_says_something_and_none_falls),
        cmocka_unit_test(a_healthy_machine_is_fine_all_over),
        cmocka_unit_test(a_problem_is_printed_with_its_fix_below),
    };

    return RUN_TESTS(tests);
}
