/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "plan/inspect.h"
#include "tests/unit/plan/world.h"

struct fixture {
    struct felt_plan_desired desired;
    struct felt_plan_observed kernel;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};

    world_desired(&f->desired, FELT_BACKEND_VXLAN);
    world_init(&f->kernel);
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, &lease, peers, 2), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    felt_plan_desired_done(&f->desired);
    felt_plan_observed_done(&f->kernel);
    free(f);
    return 0;
}

static const char *inspect(struct fixture *f)
{
    static const char *const signs[] = {"+", "!", "-"};
    struct felt_plan_inspection all;
    static char lines[4096];
    size_t used = 0;

    assert_int_equal(felt_plan_inspect(&f->desired, &f->kernel, &all), 0);
    lines[0] = '\0';
    for (size_t i = 0; i < all.n_items; i++) {
        char text[FELT_PLAN_OP_TEXT];

        used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%s%s %s\n",
                                 signs[all.items[i].standing], felt_plan_item_noun(&all.items[i]),
                                 felt_plan_item_format(&all.items[i], text));
    }
    for (size_t i = 0; i < all.n_troubles; i++)
        used +=
            (size_t)snprintf(lines + used, sizeof(lines) - used, "?%u %s\n", all.troubles[i].peer,
                             felt_plan_problem_text(all.troubles[i].problem));
    felt_plan_inspection_done(&all);
    return lines;
}

static void in_an_empty_kernel_all_is_missing(void **state)
{
    assert_string_equal(inspect(*state), "!link flannel.1\n"
                                         "!address 172.17.7.0/32\n"
                                         "!fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                         "!neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                         "!route 172.17.11.0/24 via 172.17.11.0\n"
                                         "!fdb 02:00:00:00:00:02 dst 172.16.0.12\n"
                                         "!neighbour 172.17.12.0 lladdr 02:00:00:00:00:02\n"
                                         "!route 172.17.12.0/24 via 172.17.12.0\n");
}

static void after_a_pass_all_is_there(void **state)
{
    struct fixture *f = *state;

    world_pass(&f->kernel, &f->desired);
    assert_string_equal(inspect(f), "+link flannel.1\n"
                                    "+address 172.17.7.0/32\n"
                                    "+fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                    "+neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                    "+route 172.17.11.0/24 via 172.17.11.0\n"
                                    "+fdb 02:00:00:00:00:02 dst 172.16.0.12\n"
                                    "+neighbour 172.17.12.0 lladdr 02:00:00:00:00:02\n"
                                    "+route 172.17.12.0/24 via 172.17.12.0\n");
}

static void what_is_lost_wrong_or_too_much_is_told_apart(void **state)
{
    struct fixture *f = *state;
    struct felt_plan_neigh stale = {
        .ip = world_ip("172.17.99.0"), .mac = {2, 9}, .permanent = true};

    world_pass(&f->kernel, &f->desired);
    world_drop_route(&f->kernel, 0);
    f->kernel.fdbs[1].remote = world_ip("172.16.0.77");
    f->kernel.link.mtu = 1400;
    assert_int_equal(felt_plan_observed_neigh(&f->kernel, &stale), 0);
    assert_string_equal(inspect(f), "+link flannel.1\n"
                                    "+address 172.17.7.0/32\n"
                                    "+fdb 02:00:00:00:00:01 dst 172.16.0.11\n"
                                    "+neighbour 172.17.11.0 lladdr 02:00:00:00:00:01\n"
                                    "!route 172.17.11.0/24 via 172.17.11.0\n"
                                    "!fdb 02:00:00:00:00:02 dst 172.16.0.12\n"
                                    "+neighbour 172.17.12.0 lladdr 02:00:00:00:00:02\n"
                                    "+route 172.17.12.0/24 via 172.17.12.0\n"
                                    "!link set MTU of flannel.1 to 1450\n"
                                    "-neighbour 172.17.99.0 lladdr 02:09:00:00:00:00\n");
}

static void a_lost_device_takes_all_with_it_but_is_one_line(void **state)
{
    struct fixture *f = *state;

    world_pass(&f->kernel, &f->desired);
    world_link_lost(&f->kernel);
    assert_non_null(strstr(inspect(f), "!link flannel.1\n!address 172.17.7.0/32\n"));
    assert_null(strstr(inspect(f), "bring up"));
    assert_null(strstr(inspect(f), "\n+"));
}

static void a_peer_without_a_way_is_a_trouble(void **state)
{
    struct fixture *f = *state;
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};

    memset(peers[1].mac, 0, sizeof(peers[1].mac));
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, &lease, peers, 2), 0);
    assert_non_null(strstr(inspect(f), "\n?1 "));
    assert_null(strstr(inspect(f), "172.17.12.0"));
}

static void the_routes_of_host_gw_depend_on_what_is_on_the_link(void **state)
{
    struct fixture *f = *state;
    struct felt_dual lease = world_dual("172.17.7.0/24", "");
    struct felt_plan_peer peers[] = {world_peer(1), world_peer(2)};

    felt_plan_desired_done(&f->desired);
    world_desired(&f->desired, FELT_BACKEND_HOST_GW);
    peers[0].backend = peers[1].backend = FELT_BACKEND_HOST_GW;
    peers[1].public_ip = world_ip("10.9.9.9");
    assert_int_equal(felt_plan_desired_set(&f->desired, FELT_PLAN_ALL_PEERS, &lease, peers, 2), 0);
    world_pass(&f->kernel, &f->desired);
    assert_int_equal(strncmp(inspect(f), "+route 172.17.11.0/24 via 172.16.0.11\n?1 ", 41), 0);
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(in_an_empty_kernel_all_is_missing),
        WITH(after_a_pass_all_is_there),
        WITH(what_is_lost_wrong_or_too_much_is_told_apart),
        WITH(a_lost_device_takes_all_with_it_but_is_one_line),
        WITH(a_peer_without_a_way_is_a_trouble),
        WITH(the_routes_of_host_gw_depend_on_what_is_on_the_link),
    };

    return RUN_TESTS(tests);
}
