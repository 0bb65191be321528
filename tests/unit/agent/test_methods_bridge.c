/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/foreign_peers.h"
#include "agent/methods_bridge.h"
#include "node/bridge.h"
#include "node/bridge_lease.h"
#include "node/demand.h"
#include "node/foreign.h"
#include "node/reserve.h"
#include "node/view.h"

/* ---- a node that answers what the test wants ---- */

struct felt_node {
    struct felt_self_view self;
    struct felt_bridge_view bridge;
    enum felt_bridge_refusal refusal;
    uint32_t n_members, n_demands, n_leases, n_foreign;
    uint64_t generation;
    struct felt_member_view members[3];
    struct felt_demand demands[2];
    struct felt_bridge_lease leases[2];
    struct felt_foreign_view foreign[4];
    enum felt_verdict verdict;
    /* what it was told, in words */
    char told[400];
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = node->self;
}

bool felt_node_next_member(const struct felt_node *node, felt_usec now _unused_, uint32_t *i,
                           struct felt_member_view *ret_view)
{
    if (*i >= node->n_members)
        return false;
    *ret_view = node->members[(*i)++];
    return true;
}

void felt_node_bridge(const struct felt_node *node, struct felt_bridge_view *ret_view)
{
    *ret_view = node->bridge;
}

enum felt_bridge_refusal felt_node_may_bridge(const struct felt_node *node,
                                              enum felt_bridge_order order _unused_,
                                              bool force _unused_)
{
    return node->refusal;
}

bool felt_node_next_foreign(const struct felt_node *node, struct felt_notice_place *place,
                            struct felt_foreign_view *ret_view)
{
    if (place->i >= node->n_foreign)
        return false;
    *ret_view = node->foreign[place->i++];
    return true;
}

bool felt_node_foreign(const struct felt_node *node, uint32_t slot,
                       struct felt_foreign *ret_foreign)
{
    for (uint32_t i = 0; i < node->n_foreign; i++)
        if (node->foreign[i].slot == slot) {
            *ret_foreign = node->foreign[i].foreign;
            return true;
        }
    return false;
}

const struct felt_demand *felt_node_demand(const struct felt_node *node, uint32_t i)
{
    return i < node->n_demands ? &node->demands[i] : NULL;
}

bool felt_node_next_bridge_lease(const struct felt_node *node, uint32_t *at,
                                 struct felt_bridge_lease *ret_lease)
{
    if (*at >= node->n_leases)
        return false;
    *ret_lease = node->leases[(*at)++];
    return true;
}

uint64_t felt_node_bridge_generation(const struct felt_node *node)
{
    return node->generation;
}

uint64_t felt_node_reserved_by(const struct felt_node *node _unused_)
{
    return 7;
}

static felt_usec now;

static felt_usec now_us(void)
{
    return now;
}

_printf_(2, 3) static void tell(struct felt_node *node, const char *format, ...)
{
    size_t len = strlen(node->told);
    va_list args;

    va_start(args, format);
    vsnprintf(node->told + len, sizeof(node->told) - len, format, args);
    va_end(args);
}

static enum felt_verdict order(void *userdata, int what, bool force)
{
    tell(userdata, "order %d%s;", what, force ? " by force" : "");
    return FELT_VERDICT_TAKEN;
}

static enum felt_verdict cleared(void *userdata, const struct felt_id *id, uint32_t slot)
{
    struct felt_node *node = userdata;

    tell(node, "%u for %s;", slot, FELT_ID_SHORT(id));
    return slot == 9 ? FELT_VERDICT_BUSY : node->verdict;
}

static enum felt_verdict foreign(void *userdata, const struct felt_foreign_change *changes,
                                 size_t n)
{
    struct felt_node *node = userdata;

    for (size_t i = 0; i < n; i++) {
        const struct felt_foreign *f = &changes[i].foreign;

        if (changes[i].gone)
            tell(node, "%u gone;", changes[i].slot);
        else
            tell(node, "%u %s %d vni %u mac %02x;", changes[i].slot,
                 FELT_IP(felt_foreign_address(f)), (int)f->backend, f->device.vni,
                 f->device.mac[0]);
    }
    return node->verdict;
}

/* ---- */

struct fixture {
    struct felt_node node;
    struct felt_netconf config;
    struct felt_methods_context context;
};

static struct felt_ip ip(const char *text)
{
    struct felt_ip out;

    assert_int_equal(felt_ip_parse(text, &out), 0);
    return out;
}

/* The bridge is on beside this node, "a"; "b" leases slot 5; "c" wants slot 6. */
static int setup(void **state)
{
    static const char json[] = "{\"Network\":\"10.1.0.0/16\"}";
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_netconf_error error;

    if (!f || felt_netconf_parse(json, strlen(json), &f->config, &error) != 0)
        return -1;
    now = 1000 * FELT_USEC_SEC;
    f->node.self = (struct felt_self_view){
        .in_cluster = true, .era = 1, .config = &f->config, .n_slots = 255, .n_members = 3};
    f->node.generation = 42;
    f->node.n_members = 3;
    for (uint8_t i = 0; i < 3; i++)
        f->node.members[2 - i] = (struct felt_member_view){.id = {{0xaa, i}},
                                                           .self = i == 0,
                                                           .name = {(char)('a' + i)},
                                                           .public_ip = ip(i == 0   ? "192.0.2.1"
                                                                           : i == 1 ? "192.0.2.2"
                                                                                    : "192.0.2.3")};
    f->node.members[1].has_backend = true;
    strcpy(f->node.members[1].backend_data, "{\"VNI\":1}");
    f->node.bridge = (struct felt_bridge_view){
        .phase = FELT_BRIDGE_ON, .self = true, .node = {{0xaa}}, .name = "a", .alive = true};
    f->node.n_leases = 1;
    f->node.leases[0] = (struct felt_bridge_lease){5, {{0xaa, 1}}, true};
    f->node.n_demands = 1;
    f->node.demands[0] = (struct felt_demand){.node = {{0xaa, 2}}, .slot = 6};
    f->context = (struct felt_methods_context){.node = &f->node,
                                               .now_us = now_us,
                                               .bridge_order = order,
                                               .bridge_cleared = cleared,
                                               .bridge_foreign = foreign,
                                               .userdata = &f->node};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

/* The answer as text: the parameters as JSON, with the error in front. */
static const char *call(struct fixture *f, felt_varlink_method_fn method, const char *parameters)
{
    static char text[3000];
    struct felt_varlink_answer answer = {0};
    json_t *in = json_loads(parameters, 0, NULL);
    char *dumped = NULL;

    assert_non_null(in);
    f->node.told[0] = '\0';
    method(&f->context, in, &answer);
    if (answer.parameters)
        dumped = json_dumps(answer.parameters, JSON_COMPACT | JSON_SORT_KEYS);
    snprintf(text, sizeof(text), "%s%s%s", answer.error ? answer.error : "",
             answer.error ? ": " : "", dumped ? dumped : "");
    free(dumped);
    json_decref(answer.parameters);
    json_decref(in);
    return text;
}

static const char *problems(struct fixture *f)
{
    static char text[600];
    json_t *list = json_array();

    felt_methods_bridge_problems(&f->context, list);
    assert_true(json_array_size(list) <= 1);
    snprintf(text, sizeof(text), "%s",
             json_array_size(list) ? json_string_value(json_array_get(list, 0)) : "");
    json_decref(list);
    return text;
}

static void what_there_is_to_do_is_in_one_answer_and_not_said_again(void **state)
{
    struct fixture *f = *state;
    const char *text = call(f, felt_methods_bridge_state, "{}");

    assert_non_null(strstr(text, "\"generation\":42"));
    assert_non_null(strstr(text, "\"native_gift\":false"));
    assert_non_null(strstr(
        text, "\"demands\":[{\"backend\":null,\"backend_data\":null,\"backend_data6\":null,"
              "\"cleared\":false,\"name\":\"c\",\"node\":\"aa020000000000000000000000000000\","
              "\"public_ip\":\"192.0.2.3\",\"public_ip6\":null,\"self\":false,\"slot\":6,"
              "\"subnet\":\"10.1.7.0/24\",\"subnet6\":null}]"));
    assert_non_null(strstr(text, "\"announced\":true,\"backend\":\"vxlan\",\"backend_data\":\"{"
                                 "\\\"VNI\\\":1}\",\"backend_data6\":null,\"name\":\"b\""));
    assert_string_equal(call(f, felt_methods_bridge_state, "{\"after\":42}"),
                        "{\"generation\":42,\"state\":null}");
    f->node.self.in_cluster = false;
    assert_string_equal(call(f, felt_methods_bridge_state, "{}"), "io.felt.NotInCluster: ");
}

/* The next answer of a stream; -1: there is none now. */
static json_int_t next(struct fixture *f, uint64_t *cursor)
{
    struct felt_varlink_answer answer = {0};
    json_int_t generation = -1;

    if (felt_methods_bridge_next(&f->context, cursor, &answer))
        generation = json_integer_value(json_object_get(answer.parameters, "generation"));
    json_decref(answer.parameters);
    return generation;
}

static void who_watches_hears_the_generation_at_once_and_whenever_it_is_another(void **state)
{
    struct felt_varlink_answer begin = {0};
    struct fixture *f = *state;
    uint64_t cursor;

    felt_methods_bridge_watch(&f->context, NULL, &begin);
    assert_null(begin.error);
    cursor = begin.cursor;
    assert_int_equal(next(f, &cursor), 42);
    assert_int_equal(next(f, &cursor), -1);
    f->node.generation = 0;
    assert_int_equal(next(f, &cursor), 0);
    assert_int_equal(next(f, &cursor), -1);
    /* Who left its cluster meanwhile has nothing to tell; who is in none does not begin. */
    f->node.generation = 43;
    f->node.self.in_cluster = false;
    assert_int_equal(next(f, &cursor), -1);
    felt_methods_bridge_watch(&f->context, NULL, &begin);
    assert_string_equal(begin.error, "io.felt.NotInCluster");
}

static void what_is_cleared_goes_to_the_node_and_what_it_refuses_comes_back(void **state)
{
    struct fixture *f = *state;
    static const char both[] = "{\"cleared\":["
                               "{\"node\":\"aa020000000000000000000000000000\",\"subnet\":\"10.1.7."
                               "0/24\"},{\"node\":\"aa020000000000000000000000000000\",\"subnet\":"
                               "\"10.1.10.0/24\"}]}";

    assert_string_equal(call(f, felt_methods_bridge_clear, both),
                        "{\"refused\":[\"10.1.10.0/24\"]}");
    assert_string_equal(f->node.told, "6 for aa020000;9 for aa020000;");
    assert_non_null(strstr(call(f, felt_methods_bridge_clear,
                                "{\"cleared\":[{\"node\":\"aa\",\"subnet\":\"10.1.7.0/24\"}]}"),
                           "InvalidParameter: {\"parameter\":\"cleared\"}"));
    f->node.bridge.self = false;
    assert_non_null(strstr(call(f, felt_methods_bridge_clear, both), "io.felt.CannotBridge"));
    assert_string_equal(f->node.told, "");
}

/* L-9.2.1 */
static void foreign_leases_are_read_whatever_their_backend(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(
        call(f, felt_methods_bridge_foreign,
             "{\"set\":[{\"subnet\":\"10.1.3.0/24\",\"public_ip\":\"192.0.2.9\",\"backend\":"
             "\"vxlan\",\"backend_data\":\"{\\\"VNI\\\":1,\\\"VtepMAC\\\":\\\"82:4b:b6:2f:54:4e"
             "\\\"}\"},{\"subnet\":\"10.1.4.0/24\",\"public_ip\":\"192.0.2.10\",\"backend\":\"udp\""
             "},{\"subnet\":\"10.1.5.0/24\",\"public_ip6\":\"2001:db8::9\",\"backend\":\"host-gw\","
             "\"public_ip\":null}],\"gone\":[\"10.1.9.0/24\"]}"),
        "{\"save\":7}");
    assert_string_equal(f->node.told, "8 gone;2 192.0.2.9 1 vni 1 mac 82;3 192.0.2.10 0 vni 0 mac "
                                      "00;4 2001:db8::9 2 vni 0 mac 00;");
    assert_non_null(
        strstr(call(f, felt_methods_bridge_foreign,
                    "{\"set\":[{\"subnet\":\"10.2.3.0/24\",\"public_ip\":\"192.0.2.9\"}]}"),
               "{\"parameter\":\"set\"}"));
    assert_non_null(
        strstr(call(f, felt_methods_bridge_foreign, "{\"set\":[{\"subnet\":\"10.1.3.0/24\"}]}"),
               "{\"parameter\":\"set\"}"));
    assert_non_null(strstr(call(f, felt_methods_bridge_foreign, "{\"gone\":[\"x\"]}"),
                           "{\"parameter\":\"gone\"}"));
    assert_string_equal(f->node.told, "");
}

static void orders_go_to_the_node_and_a_refusal_says_why(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(call(f, felt_methods_bridge_begin, "{}"), "{\"save\":7}");
    assert_string_equal(call(f, felt_methods_bridge_end, "{\"force\":true}"), "{\"save\":7}");
    assert_string_equal(f->node.told, "order 1 by force;");
    assert_string_equal(call(f, felt_methods_bridge_undo, "{}"), "{\"save\":7}");
    assert_string_equal(f->node.told, "order 2;");
    f->node.refusal = FELT_BRIDGE_OTHER;
    assert_string_equal(call(f, felt_methods_bridge_begin, "{}"),
                        "io.felt.CannotBridge: {\"reason\":\"the etcd bridge is on beside the node "
                        "a: order it there\"}");
    f->node.refusal = FELT_BRIDGE_NOT_READY; /* which passes */
    assert_non_null(strstr(call(f, felt_methods_bridge_begin, "{}"), "io.felt.NotReady: "));
    f->node.refusal = FELT_BRIDGE_LEASED;
    f->node.bridge.n_foreign = 3;
    assert_non_null(strstr(call(f, felt_methods_bridge_end, "{}"), "3 leases of etcd"));
    assert_string_equal(f->node.told, "");
}

/* L-9.3.6 */
static void status_says_how_the_bridge_is_and_whether_it_is_there(void **state)
{
    struct fixture *f = *state;
    json_t *status;

    assert_non_null(strstr(problems(f), "felt-etcd-bridge does not run beside this node"));
    assert_string_equal(call(f, felt_methods_bridge_report, "{\"state\":\"ok\",\"text\":\"\"}"),
                        "");
    assert_string_equal(problems(f), "");
    call(f, felt_methods_bridge_report, "{\"state\":\"down\",\"text\":\"no etcd answers\"}");
    assert_string_equal(problems(f), "the etcd bridge does not work: no etcd answers");
    status = felt_methods_bridge_status(&f->context);
    assert_string_equal(json_string_value(json_object_get(status, "health")), "down");
    json_decref(status);
    assert_non_null(strstr(call(f, felt_methods_bridge_report, "{\"state\":\"absent\"}"), "state"));
    now += 9 * FELT_USEC_SEC; /* any call shows that it is there */
    call(f, felt_methods_bridge_state, "{\"after\":42}");
    now += 9 * FELT_USEC_SEC;
    assert_non_null(strstr(problems(f), "no etcd answers"));
    now += 2 * FELT_USEC_SEC;
    assert_non_null(strstr(problems(f), "does not run beside"));
    f->node.bridge.self = f->node.bridge.alive = false;
    assert_non_null(strstr(problems(f), "the node beside it, a, is silent"));
    f->node.bridge.phase = FELT_BRIDGE_OFF;
    assert_string_equal(problems(f), "");
    status = felt_methods_bridge_status(&f->context);
    assert_true(json_is_null(status));
    json_decref(status);
}

/* L-9.2.3 */
static void foreign_leases_are_peers_but_for_those_that_have_changed_over(void **state)
{
    struct fixture *f = *state;
    struct felt_foreign vxlan = {.ip = ip("192.0.2.7"),
                                 .backend = FELT_FOREIGN_VXLAN,
                                 .device = {.vni = 1, .mac = {2, 0, 0, 0, 0, 7}}};
    struct felt_foreign route = {.ip = ip("192.0.2.8"), .backend = FELT_FOREIGN_HOST_GW};
    struct felt_foreign kept = {.ip = ip("192.0.2.9")};
    struct felt_ip own = ip("192.0.2.1"), seven = ip("192.0.2.7");
    struct felt_devices_peer peers[4];

    f->node.n_foreign = 4;
    f->node.foreign[0] = (struct felt_foreign_view){.slot = 1, .foreign = vxlan};
    f->node.foreign[1] = (struct felt_foreign_view){.slot = 2, .foreign = route};
    f->node.foreign[2] = (struct felt_foreign_view){.slot = 3, .foreign = kept};
    f->node.foreign[3] =
        (struct felt_foreign_view){.slot = 4, .foreign = vxlan, .changed_over = true};
    assert_int_equal(felt_foreign_peers_max(&f->node), 4);
    assert_int_equal(felt_foreign_peers_collect(&f->node, &f->config, &own, peers), 2);
    assert_string_equal(FELT_CIDR(&peers[0].subnets.v4), "10.1.2.0/24");
    assert_int_equal(peers[0].backend, FELT_BACKEND_VXLAN);
    assert_int_equal(peers[0].ways[0].data.mac[5], 7);
    assert_string_equal(FELT_IP(&peers[1].ways[0].public_ip), "192.0.2.8");
    assert_int_equal(peers[1].backend, FELT_BACKEND_HOST_GW);
    assert_int_not_equal(felt_id_cmp(&peers[0].id, &peers[1].id), 0);
    /* A member that leases it from elsewhere is not who packets are for; one from there is. */
    assert_true(felt_foreign_peers_hide(&f->node, 1, &own));
    assert_false(felt_foreign_peers_hide(&f->node, 1, &seven));
    assert_false(felt_foreign_peers_hide(&f->node, 3, &own)); /* nobody is there */
    assert_int_equal(felt_foreign_peers_collect(&f->node, &f->config, &seven, peers), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_there_is_to_do_is_in_one_answer_and_not_said_again,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            who_watches_hears_the_generation_at_once_and_whenever_it_is_another, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_is_cleared_goes_to_the_node_and_what_it_refuses_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(foreign_leases_are_read_whatever_their_backend, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(orders_go_to_the_node_and_a_refusal_says_why, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(status_says_how_the_bridge_is_and_whether_it_is_there,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            foreign_leases_are_peers_but_for_those_that_have_changed_over, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
