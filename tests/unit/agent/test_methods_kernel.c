/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "agent/methods.h"
#include "node/view.h"

/* The kernel is asked, not the node. */
void felt_node_self(const struct felt_node *node _unused_, struct felt_self_view *ret_view _unused_)
{
    fail();
}

bool felt_node_next_member(const struct felt_node *node _unused_, felt_usec now _unused_,
                           uint32_t *i _unused_, struct felt_member_view *ret_view _unused_)
{
    fail();
    return false;
}

/* Two peers, of which the second has no way; a device, a route that is missing, and one too many.
 */
static int inspect(void *userdata, felt_reconciler_seen_fn seen, void *seen_userdata)
{
    struct felt_plan_peer peers[2] = {{.id = {{0xaa}}}, {.id = {{0xbb}}}};
    const struct felt_plan_desired desired = {.peers = peers, .n_peers = 2};
    const struct felt_plan_link link = {.name = "flannel.1"};
    struct felt_plan_item items[] = {
        {FELT_PLAN_PRESENT, {.kind = FELT_OP_LINK_ADD, .peer = FELT_PLAN_NO_PEER, .link = &link}},
        {FELT_PLAN_MISSING, {.kind = FELT_OP_ROUTE_SET, .peer = 0}},
        {FELT_PLAN_STALE, {.kind = FELT_OP_ADDR_DEL, .peer = FELT_PLAN_NO_PEER}},
    };
    struct felt_plan_trouble troubles[] = {{FELT_PLAN_NO_ADDRESS, 1}};
    const struct felt_plan_inspection inspection = {items, 3, troubles, 1};
    const struct felt_reconciler_sight sight = {"flannel.1", &desired, &inspection};

    if (*(int *)userdata < 0)
        return *(int *)userdata;
    felt_cidr_parse("10.1.1.0/24", &peers[0].subnet);
    felt_cidr_parse("10.1.2.0/24", &peers[1].subnet);
    items[1].op.route.dst = peers[0].subnet;
    felt_ip_parse("10.1.1.0", &items[1].op.route.via);
    felt_cidr_parse("10.1.9.0/32", &items[2].op.addr);
    seen(seen_userdata, &sight);
    return 0;
}

static void expect(int r, const char *parameters, const char *error, const char *text)
{
    struct felt_methods_context context = {.inspect = inspect, .userdata = &r};
    json_t *want = json_loads(text, 0, NULL), *in = json_loads(parameters, 0, NULL);
    struct felt_varlink_answer answer = {0};

    assert_non_null(want);
    felt_methods_kernel(&context, in, &answer);
    if (error)
        assert_string_equal(answer.error, error);
    else
        assert_null(answer.error);
    if (!json_equal(want, answer.parameters))
        fail_msg("got %s", json_dumps(answer.parameters, 0));
    json_decref(want);
    json_decref(in);
    json_decref(answer.parameters);
}

#define LINK                                                                                    \
    "{\"kind\":\"link\",\"text\":\"flannel.1\",\"state\":\"present\",\"device\":\"flannel.1\"," \
    "\"peer\":null,\"subnet\":null}"
#define ROUTE                                                                                     \
    "{\"kind\":\"route\",\"text\":\"10.1.1.0/24 via 10.1.1.0\",\"state\":\"missing\",\"device\":" \
    "\"flannel.1\",\"peer\":\"aa000000000000000000000000000000\",\"subnet\":\"10.1.1.0/24\"}"
#define ADDRESS                                                                                    \
    "{\"kind\":\"address\",\"text\":\"10.1.9.0/32\",\"state\":\"stale\",\"device\":\"flannel.1\"," \
    "\"peer\":null,\"subnet\":null}"
#define TROUBLE "no way to peer=bb000000 subnet=10.1.2.0/24: "

static void all_of_it_or_what_leads_to_an_address(void **state _unused_)
{
    char text[1024];

    snprintf(text, sizeof(text),
             "{\"entries\":[" LINK "," ROUTE "," ADDRESS "],\"troubles\":[\"%s%s\"]}", TROUBLE,
             felt_plan_problem_text(FELT_PLAN_NO_ADDRESS));
    expect(0, "{}", NULL, text);
    expect(0, "{\"address\":null}", NULL, text);
    expect(0, "{\"address\":\"10.1.1.77\"}", NULL, "{\"entries\":[" ROUTE "],\"troubles\":[]}");
    expect(0, "{\"address\":\"10.1.3.1\"}", NULL, "{\"entries\":[],\"troubles\":[]}");
    snprintf(text, sizeof(text), "{\"entries\":[],\"troubles\":[\"%s%s\"]}", TROUBLE,
             felt_plan_problem_text(FELT_PLAN_NO_ADDRESS));
    expect(0, "{\"address\":\"10.1.2.1\"}", NULL, text);
}

static void what_cannot_be_answered_says_why(void **state _unused_)
{
    expect(0, "{\"address\":\"h2\"}", "org.varlink.service.InvalidParameter",
           "{\"parameter\":\"address\"}");
    expect(0, "{\"address\":7}", "org.varlink.service.InvalidParameter",
           "{\"parameter\":\"address\"}");
    expect(-ENODEV, "{}", "io.felt.CannotLook",
           "{\"reason\":\"there is no network configuration yet; see 'feltctl status'\"}");
    expect(-EPERM, "{}", "io.felt.CannotLook", "{\"reason\":\"Operation not permitted\"}");
}

/* ---- the log ---- */

static void the_log_level_is_told_and_set(void **state _unused_)
{
    static const char *const bad[] = {"{}", "{\"level\":\"loud\"}", "{\"level\":7}"};
    struct felt_varlink_answer answer = {0};
    json_t *in = json_pack("{s:s}", "level", "debug");

    felt_methods_set_log_level(in, &answer);
    assert_null(answer.error);
    felt_methods_log_level(&answer);
    assert_string_equal(json_string_value(json_object_get(answer.parameters, "level")), "debug");
    json_decref(answer.parameters);
    json_decref(in);
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        answer = (struct felt_varlink_answer){0};
        in = json_loads(bad[i], 0, NULL);
        felt_methods_set_log_level(in, &answer);
        assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
        json_decref(answer.parameters);
        json_decref(in);
    }
    assert_int_equal(felt_log_max(), FELT_LOG_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_or_what_leads_to_an_address),
        cmocka_unit_test(what_cannot_be_answered_says_why),
        cmocka_unit_test(the_log_level_is_told_and_set),
    };

    return RUN_TESTS(tests);
}
