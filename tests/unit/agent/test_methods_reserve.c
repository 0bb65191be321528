/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/log.h"
#include "agent/methods.h"
#include "node/reserve.h"
#include "node/view.h"
#include "tests/unit/agent/no_bridge.h"

#define LISTED 7 /* reservations at most */

/* ---- a node that answers what the test wants ---- */

struct felt_node {
    struct felt_self_view self;
    struct felt_reserve_answer answer;
    struct felt_reservation_view list[LISTED];
    uint32_t n_listed;
    /* what it was asked */
    uint32_t slot;
    bool withdraw;
    char whom[FELT_WHOM_TEXT];
    unsigned told;
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = node->self;
}

bool felt_node_next_member(const struct felt_node *node _unused_, felt_usec now _unused_,
                           uint32_t *i _unused_, struct felt_member_view *ret_view _unused_)
{
    return false;
}

const char *felt_member_state_name(enum felt_member_state state _unused_)
{
    return "alive";
}

void felt_node_may_reserve(const struct felt_node *node, uint32_t slot _unused_,
                           const struct felt_whom *whom _unused_,
                           struct felt_reserve_answer *ret_answer)
{
    *ret_answer = node->answer;
}

uint64_t felt_node_reserved_by(const struct felt_node *node _unused_)
{
    return 7;
}

bool felt_node_next_reservation(const struct felt_node *node, struct felt_notice_place *place,
                                struct felt_reservation_view *ret_view)
{
    if (place->i >= node->n_listed)
        return false;
    *ret_view = node->list[place->i++];
    return true;
}

static enum felt_verdict reserve(void *userdata, uint32_t slot, const struct felt_whom *whom)
{
    struct felt_node *node = userdata;

    node->slot = slot;
    node->withdraw = !whom;
    if (whom)
        felt_whom_format(whom, node->whom);
    node->told++;
    return FELT_VERDICT_TAKEN;
}

static felt_usec now_us(void)
{
    return 1;
}

struct fixture {
    struct felt_node node;
    struct felt_netconf config;
    struct felt_methods_context context;
};

static int setup_with(void **state, const char *json)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_netconf_error error;

    if (!f || felt_netconf_parse(json, strlen(json), &f->config, &error) != 0)
        return -1;
    f->node.self = (struct felt_self_view){
        .in_cluster = true, .era = 1, .config = &f->config, .n_slots = 255, .save = 6};
    f->context = (struct felt_methods_context){
        .node = &f->node, .now_us = now_us, .reserve = reserve, .userdata = &f->node};
    *state = f;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, "{\"Network\":\"10.1.0.0/16\"}");
}

static int setup_dual(void **state)
{
    return setup_with(state, "{\"Network\":\"10.1.0.0/16\",\"EnableIPv6\":true,"
                             "\"IPv6Network\":\"fc00:0:42::/48\"}");
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

/* The answer as text: the parameters as JSON, or "ERROR: REASON". */
static const char *call(struct fixture *f, bool withdraw, const char *parameters)
{
    static char text[600];
    struct felt_varlink_answer answer = {0};
    json_t *in = json_loads(parameters, 0, NULL);
    char *dumped;

    assert_non_null(in);
    if (withdraw)
        felt_methods_unreserve(&f->context, in, &answer);
    else
        felt_methods_reserve(&f->context, in, &answer);
    if (answer.error) {
        json_t *reason = json_object_get(answer.parameters, "reason");

        snprintf(text, sizeof(text), "%s: %s", answer.error,
                 reason ? json_string_value(reason) : "");
    } else {
        dumped = json_dumps(answer.parameters, JSON_COMPACT | JSON_SORT_KEYS);
        snprintf(text, sizeof(text), "%s", dumped);
        free(dumped);
    }
    json_decref(answer.parameters);
    json_decref(in);
    return text;
}

static void expect_in(const char *text, const char *want)
{
    if (!strstr(text, want))
        fail_msg("'%s' is not in: %s", want, text);
}

static void a_subnet_is_reserved_by_name_and_by_address(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(call(f, false, "{\"whom\":\"node-7\",\"subnet\":\"10.1.5.0/24\"}"),
                        "{\"lease\":null,\"save\":7,\"subnet\":\"10.1.5.0/24\",\"subnet6\":null}");
    assert_int_equal(f->node.slot, 4);
    assert_string_equal(f->node.whom, "node-7");
    f->node.answer.leases_now = true;
    f->node.answer.lease = 8;
    assert_string_equal(
        call(f, false, "{\"whom\":\"192.0.2.7\",\"subnet\":\"10.1.255.0/24\"}"),
        "{\"lease\":\"10.1.9.0/24\",\"save\":7,\"subnet\":\"10.1.255.0/24\",\"subnet6\":null}");
    assert_int_equal(f->node.slot, 254);
    assert_string_equal(f->node.whom, "192.0.2.7");
    assert_int_equal(f->node.told, 2);
}

static void count_line(void *userdata, enum felt_log_level level _unused_,
                       const char *event _unused_, const char *text)
{
    *(unsigned *)userdata += strstr(text, "is reserved for node-7") != NULL;
}

static void a_reservation_that_is_there_already_is_confirmed_and_no_news(void **state)
{
    static const char order[] = "{\"whom\":\"node-7\",\"subnet\":\"10.1.5.0/24\"}";
    struct fixture *f = *state;
    unsigned lines = 0;

    felt_log_set_listener(count_line, &lines);
    call(f, false, order);
    assert_int_equal(lines, 1);
    f->node.answer.already = true;
    assert_non_null(strstr(call(f, false, order), "\"save\":7"));
    felt_log_set_listener(NULL, NULL);
    assert_int_equal(lines, 1);
    assert_int_equal(f->node.told, 2); /* it may not be durable yet */
}

static void a_reservation_is_withdrawn_and_says_whose_it_was(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(felt_whom_parse("node-7", &f->node.answer.whom), 0);
    assert_string_equal(
        call(f, true, "{\"subnet\":\"10.1.5.0/24\"}"),
        "{\"save\":7,\"subnet\":\"10.1.5.0/24\",\"subnet6\":null,\"whom\":\"node-7\"}");
    assert_true(f->node.withdraw);
}

static void what_is_no_subnet_of_the_network_is_refused_with_the_reason(void **state)
{
    static const struct {
        const char *subnet, *want;
    } bad[] = {
        {"banana", "'banana' is no subnet like 10.1.1.0/24"},
        {"10.1.5.0", "'10.1.5.0' is no subnet like"},
        {"10.1.5.7/24", "10.1.5.7/24 is no subnet: it is inside of 10.1.5.0/24"},
        {"10.9.5.0/24", "10.9.5.0/24 is no subnet of the network: those are /24, from 10.1.1.0"},
        {"10.1.5.0/25", "10.1.5.0/25 is no subnet of the network"},
        {"10.1.0.0/24", "10.1.0.0/24 is no subnet of the network"},
        {"fd00::/64", "fd00::/64 is no subnet of the network"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        char in[100];

        snprintf(in, sizeof(in), "{\"whom\":\"a\",\"subnet\":\"%s\"}", bad[i].subnet);
        expect_in(call(f, false, in), "io.felt.CannotReserve: ");
        expect_in(call(f, false, in), bad[i].want);
        expect_in(call(f, true, in), bad[i].want);
    }
    expect_in(call(f, false, "{\"whom\":\"10.0.0.300\",\"subnet\":\"10.1.5.0/24\"}"),
              "'10.0.0.300' is neither the name of a node nor an address");
    expect_in(call(f, false, "{\"whom\":\"a\"}"), "InvalidParameter");
    expect_in(call(f, false, "{\"subnet\":\"10.1.5.0/24\"}"), "InvalidParameter");
    assert_int_equal(f->node.told, 0);
}

static void what_stands_in_the_way_is_named(void **state)
{
    static const char in[] = "{\"whom\":\"a\",\"subnet\":\"10.1.5.0/24\"}";
    struct fixture *f = *state;
    struct felt_reserve_answer *a = &f->node.answer;

    a->refusal = FELT_RESERVE_LEASED;
    snprintf(a->holder, sizeof(a->holder), "h2");
    expect_in(call(f, false, in), "10.1.5.0/24 is the lease of the node h2");
    a->refusal = FELT_RESERVE_TAKEN;
    assert_int_equal(felt_whom_parse("192.0.2.9", &a->whom), 0);
    expect_in(call(f, false, in), "reserved for 192.0.2.9; 'feltctl unreserve 10.1.5.0/24'");
    a->refusal = FELT_RESERVE_ELSEWHERE;
    a->slot = 8;
    expect_in(call(f, false, in), "a has 10.1.9.0/24 reserved; 'feltctl unreserve 10.1.9.0/24'");
    a->refusal = FELT_RESERVE_FULL;
    expect_in(call(f, false, in), "4096 reservations");
    a->refusal = FELT_RESERVE_NOT_READY;
    expect_in(call(f, false, in), "leaving");
    a->refusal = FELT_RESERVE_NOTHING;
    expect_in(call(f, true, in), "10.1.5.0/24 is not reserved");
    f->node.self.era = 0;
    expect_in(call(f, true, in), "io.felt.NotInCluster");
    assert_int_equal(f->node.told, 0);
}

static void the_list_comes_by_subnet_and_says_who_has_what(void **state)
{
    struct fixture *f = *state;
    json_t *got, *want;

    f->node.n_listed = 3;
    f->node.list[0] = (struct felt_reservation_view){
        .slot = 9, .understood = true, .leased = true, .conflict = true, .holder = "h2"};
    assert_int_equal(felt_whom_parse("h9", &f->node.list[0].whom), 0);
    f->node.list[1] = (struct felt_reservation_view){
        .slot = 4, .understood = true, .leased = true, .holder = "h1"};
    assert_int_equal(felt_whom_parse("192.0.2.1", &f->node.list[1].whom), 0);
    f->node.list[2] = (struct felt_reservation_view){.slot = 7};
    got = felt_methods_reservations(&f->context);
    want = json_loads(
        "{\"reservations\":["
        "{\"subnet\":\"10.1.5.0/24\",\"subnet6\":null,\"slot\":4,\"whom\":\"192.0.2.1\",\"state\":"
        "\"leased\",\"holder\":\"h1\"},"
        "{\"subnet\":\"10.1.8.0/24\",\"subnet6\":null,\"slot\":7,\"whom\":null,\"state\":\"free\","
        "\"holder\":null},"
        "{\"subnet\":\"10.1.10.0/24\",\"subnet6\":null,\"slot\":9,\"whom\":\"h9\",\"state\":"
        "\"conflict\",\"holder\":\"h2\"}]}",
        0, NULL);
    assert_non_null(want);
    assert_true(json_equal(got, want));
    json_decref(got);
    json_decref(want);
}

/* All lines of the status that are about reservations. */
static size_t conflicts(const struct fixture *f, char text[][600], size_t max)
{
    json_t *problems = felt_methods_problems(&f->context);
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(problems) && n < max; i++) {
        const char *line = json_string_value(json_array_get(problems, i));

        if (strstr(line, "reserv"))
            snprintf(text[n++], 600, "%s", line);
    }
    json_decref(problems);
    return n;
}

/* L-8.2.8 */
static void a_conflict_is_a_problem_and_what_ends_it_is_told(void **state)
{
    struct fixture *f = *state;
    char text[2][600];

    f->node.n_listed = 3;
    f->node.list[0] = (struct felt_reservation_view){.slot = 7, .understood = true};
    f->node.list[1] = (struct felt_reservation_view){
        .slot = 4, .understood = true, .leased = true, .holder = "h1"};
    assert_int_equal(conflicts(f, text, 2), 0);
    f->node.list[2] = (struct felt_reservation_view){.slot = 9,
                                                     .understood = true,
                                                     .leased = true,
                                                     .conflict = true,
                                                     .holder = "h2",
                                                     .holder_state = FELT_MEMBER_ALIVE};
    assert_int_equal(felt_whom_parse("h9", &f->node.list[2].whom), 0);
    assert_int_equal(conflicts(f, text, 2), 1);
    assert_string_equal(text[0], "10.1.10.0/24 is reserved for h9, but h2 leases it and goes on "
                                 "using it: 'feltctl unreserve 10.1.10.0/24' ends the reservation, "
                                 "'feltctl leave' on h2 the lease");
    f->node.list[2].holder_state = FELT_MEMBER_DEAD;
    assert_int_equal(conflicts(f, text, 2), 1);
    expect_in(text[0], "'feltctl reclaim h2' the lease, if it is gone for good");
}

static void of_many_conflicts_some_have_a_line_and_the_rest_is_counted(void **state)
{
    struct fixture *f = *state;
    char text[10][600];

    f->node.n_listed = LISTED;
    for (uint32_t i = 0; i < LISTED; i++)
        f->node.list[i] = (struct felt_reservation_view){
            .slot = i, .understood = true, .leased = true, .conflict = true, .holder = "h2"};
    assert_int_equal(conflicts(f, text, 10), 6);
    expect_in(text[5], "so it is with 2 more: feltctl reservations");
    f->node.self.config = NULL;
    assert_int_equal(conflicts(f, text, 10), 0);
}

static void of_two_families_either_subnet_stands_for_both(void **state)
{
    static const char both[] = "\"subnet\":\"10.1.5.0/24\",\"subnet6\":\"fc00:0:42:5::/64\"";
    struct fixture *f = *state;
    json_t *got;
    char *text;

    expect_in(call(f, false, "{\"whom\":\"node-7\",\"subnet\":\"fc00:0:42:5::/64\"}"), both);
    assert_int_equal(f->node.slot, 4);
    assert_int_equal(felt_whom_parse("node-7", &f->node.answer.whom), 0);
    expect_in(call(f, true, "{\"subnet\":\"fc00:0:42:5::/64\"}"), both);
    assert_int_equal(f->node.slot, 4);
    f->node.answer.refusal = FELT_RESERVE_TAKEN;
    expect_in(call(f, false, "{\"whom\":\"a\",\"subnet\":\"fc00:0:42:5::/64\"}"),
              "10.1.5.0/24,fc00:0:42:5::/64 is reserved for node-7; 'feltctl unreserve "
              "10.1.5.0/24' ends that");
    expect_in(call(f, false, "{\"whom\":\"a\",\"subnet\":\"fc00:0:42:5::/63\"}"),
              "those are /64, from fc00:0:42:1:: to fc00:0:42:ff::");
    f->node.n_listed = 1;
    f->node.list[0] = (struct felt_reservation_view){.slot = 4};
    got = felt_methods_reservations(&f->context);
    text = json_dumps(got, JSON_COMPACT | JSON_SORT_KEYS);
    expect_in(text, both);
    free(text);
    json_decref(got);
}

static void the_last_save_is_told(void **state)
{
    struct fixture *f = *state;
    json_t *got = felt_methods_saved(&f->context);

    assert_int_equal(json_integer_value(json_object_get(got, "save")), 6);
    json_decref(got);
}

static void many_are_reserved_at_once_and_each_refusal_has_its_reason(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer = {0};
    json_t *in =
        json_loads("{\"reservations\":[{\"whom\":\"192.0.2.7\",\"subnet\":\"10.1.7.0/24\"},"
                   "{\"whom\":\"192.0.2.8\",\"subnet\":\"10.9.7.0/24\"},"
                   "{\"whom\":\"node-9\",\"subnet\":\"10.1.9.0/24\"},3]}",
                   0, NULL);
    const json_t *refused;

    felt_methods_reserve_many(&f->context, in, &answer);
    assert_null(answer.error);
    assert_int_equal(f->node.told, 2);
    assert_string_equal(f->node.whom, "node-9");
    refused = json_object_get(answer.parameters, "refused");
    assert_int_equal(json_array_size(refused), 2);
    assert_non_null(strstr(json_string_value(json_object_get(json_array_get(refused, 0), "reason")),
                           "10.9.7.0/24 is no subnet of the network"));
    assert_int_equal(json_integer_value(json_object_get(answer.parameters, "save")), 7);
    json_decref(answer.parameters);
    json_decref(in);
    in = json_loads("{\"reservations\":7}", 0, NULL);
    answer = (struct felt_varlink_answer){0};
    felt_methods_reserve_many(&f->context, in, &answer);
    assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
    json_decref(answer.parameters);
    json_decref(in);
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(a_subnet_is_reserved_by_name_and_by_address),
        WITH(a_reservation_that_is_there_already_is_confirmed_and_no_news),
        WITH(a_reservation_is_withdrawn_and_says_whose_it_was),
        WITH(what_is_no_subnet_of_the_network_is_refused_with_the_reason),
        WITH(what_stands_in_the_way_is_named),
        WITH(the_list_comes_by_subnet_and_says_who_has_what),
        WITH(a_conflict_is_a_problem_and_what_ends_it_is_told),
        WITH(of_many_conflicts_some_have_a_line_and_the_rest_is_counted),
        cmocka_unit_test_setup_teardown(of_two_families_either_subnet_stands_for_both, setup_dual,
                                        teardown),
        WITH(the_last_save_is_told),
        WITH(many_are_reserved_at_once_and_each_refusal_has_its_reason),
    };

    return RUN_TESTS(tests);
}
