/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "plan/observed.h"

static void entries_come_back_in_the_order_in_which_they_went_in(void **state)
{
    struct felt_plan_observed observed = {0};

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        struct felt_plan_route route = {.metric = i};
        struct felt_plan_neigh neigh = {.ip = felt_ip_v4(i)};
        struct felt_plan_fdb fdb = {.remote = felt_ip_v4(i)};
        struct felt_cidr addr = {.ip = felt_ip_v4(i), .len = 32};
        struct felt_plan_path path = {.dst = addr};
        struct felt_plan_nexthop nexthop = {.id = i};

        assert_int_equal(felt_plan_observed_route(&observed, &route), 0);
        assert_int_equal(felt_plan_observed_neigh(&observed, &neigh), 0);
        assert_int_equal(felt_plan_observed_fdb(&observed, &fdb), 0);
        assert_int_equal(felt_plan_observed_addr(&observed, &addr), 0);
        assert_int_equal(felt_plan_observed_path(&observed, &path), 0);
        assert_int_equal(felt_plan_observed_nexthop(&observed, &nexthop), 0);
    }
    assert_int_equal(observed.n_routes, 1000);
    assert_int_equal(observed.n_neighs, 1000);
    assert_int_equal(observed.n_fdbs, 1000);
    assert_int_equal(observed.n_addrs, 1000);
    assert_int_equal(observed.n_paths, 1000);
    assert_int_equal(observed.n_nexthops, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(observed.routes[i].metric, i);
        assert_int_equal(observed.nexthops[i].id, i);
        assert_int_equal(felt_ip_to_v4(&observed.neighs[i].ip), i);
        assert_int_equal(felt_ip_to_v4(&observed.fdbs[i].remote), i);
        assert_int_equal(felt_ip_to_v4(&observed.addrs[i].ip), i);
        assert_int_equal(felt_ip_to_v4(&observed.paths[i].dst.ip), i);
    }
    felt_plan_observed_done(&observed);
}

static void done_leaves_an_empty_one_and_does_not_mind_another(void **state)
{
    struct felt_plan_observed observed = {.has_link = true};
    struct felt_plan_neigh neigh = {0};

    (void)state;
    assert_int_equal(felt_plan_observed_neigh(&observed, &neigh), 0);
    felt_plan_observed_done(&observed);
    assert_false(observed.has_link);
    assert_int_equal(observed.n_neighs, 0);
    assert_null(observed.neighs);
    felt_plan_observed_done(&observed);
}

static void add_path(struct felt_plan_observed *observed, const char *dst, bool on_link)
{
    struct felt_plan_path path = {.on_link = on_link};

    assert_int_equal(felt_cidr_parse(dst, &path.dst), 0);
    assert_int_equal(felt_plan_observed_path(observed, &path), 0);
}

static bool on_link(const struct felt_plan_observed *observed, const char *text)
{
    struct felt_ip ip;

    assert_int_equal(felt_ip_parse(text, &ip), 0);
    return felt_plan_observed_on_link(observed, &ip);
}

static void the_longest_path_says_whether_an_address_is_on_the_link(void **state)
{
    struct felt_plan_observed observed = {0};

    (void)state;
    assert_false(on_link(&observed, "172.16.0.9"));
    add_path(&observed, "0.0.0.0/0", false);
    add_path(&observed, "172.16.0.0/24", true);
    add_path(&observed, "172.16.0.64/26", false);
    add_path(&observed, "172.16.0.99/32", true);
    assert_false(on_link(&observed, "10.0.0.1"));
    assert_true(on_link(&observed, "172.16.0.63"));
    assert_false(on_link(&observed, "172.16.0.64"));
    assert_true(on_link(&observed, "172.16.0.99"));
    assert_true(on_link(&observed, "172.16.0.128"));
    assert_false(on_link(&observed, "fd00::1"));
    felt_plan_observed_done(&observed);
}

static void of_two_paths_alike_the_first_decides(void **state)
{
    struct felt_plan_observed observed = {0};

    (void)state;
    add_path(&observed, "172.16.0.0/24", false);
    add_path(&observed, "172.16.0.0/24", true);
    assert_false(on_link(&observed, "172.16.0.9"));
    felt_plan_observed_done(&observed);
}

static void an_fdb_entry_leads_somewhere_by_a_unicast_address_that_was_written(void **state)
{
    struct felt_plan_fdb fdb = {
        .mac = {2, 0, 0, 0, 0, 1}, .remote = felt_ip_v4(0xc0000201), .permanent = true};

    (void)state;
    assert_true(felt_plan_fdb_leads(&fdb));
    fdb.mac[0] = 3; /* a group's */
    assert_false(felt_plan_fdb_leads(&fdb));
    memset(fdb.mac, 0, sizeof(fdb.mac)); /* the default remote's */
    assert_false(felt_plan_fdb_leads(&fdb));
    fdb.mac[5] = 1;
    fdb.permanent = false;
    assert_false(felt_plan_fdb_leads(&fdb));
    fdb.permanent = true;
    fdb.remote.family = FELT_FAMILY_NONE;
    assert_false(felt_plan_fdb_leads(&fdb));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back_in_the_order_in_which_they_went_in),
        cmocka_unit_test(the_longest_path_says_whether_an_address_is_on_the_link),
        cmocka_unit_test(of_two_paths_alike_the_first_decides),
        cmocka_unit_test(done_leaves_an_empty_one_and_does_not_mind_another),
        cmocka_unit_test(an_fdb_entry_leads_somewhere_by_a_unicast_address_that_was_written),
    };

    return RUN_TESTS(tests);
}
