/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "agent/methods_config.h"
#include "node/setter.h"
#include "node/view.h"

#define FOUNDING "{\"Network\":\"10.1.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}"

/* ---- a node that answers what the test wants ---- */

struct felt_node {
    struct felt_self_view self;
    struct felt_settings settings;
    enum felt_set_refusal refusal;
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

const struct felt_settings *felt_node_settings(const struct felt_node *node)
{
    return &node->settings;
}

enum felt_set_refusal felt_node_may_set(const struct felt_node *node,
                                        const struct felt_settings *settings _unused_)
{
    return node->refusal;
}

uint64_t felt_node_set_by(const struct felt_node *node)
{
    return 6 + node->told;
}

static enum felt_verdict set_config(void *userdata, const struct felt_settings *settings)
{
    struct felt_node *node = userdata;

    node->settings = *settings;
    node->told++;
    return FELT_VERDICT_TAKEN;
}

struct fixture {
    struct felt_node node;
    struct felt_netconf config, next;
    struct felt_methods_context context;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_netconf_error error;

    if (!f || felt_netconf_parse(FOUNDING, strlen(FOUNDING), &f->config, &error) != 0)
        return -1;
    f->next = f->config;
    f->node.self = (struct felt_self_view){.in_cluster = true,
                                           .era = 1,
                                           .config = &f->config,
                                           .next = &f->next,
                                           .config_text = FOUNDING};
    f->context = (struct felt_methods_context){
        .node = &f->node, .set_config = set_config, .userdata = &f->node};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

#define CONFIG_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static struct felt_varlink_answer call(struct fixture *f, const char *parameters)
{
    _cleanup_(json_decrefp) json_t *p = json_loads(parameters, 0, NULL);
    struct felt_varlink_answer answer = {0};

    assert_non_null(p);
    felt_methods_set_config(&f->context, p, &answer);
    return answer;
}

/* What is taken says so. */
static void expect(struct fixture *f, const char *parameters, const char *want)
{
    struct felt_varlink_answer answer = call(f, parameters);
    _cleanup_(json_decrefp) json_t *wanted = json_loads(want, 0, NULL);

    assert_null(answer.error);
    if (!json_equal(answer.parameters, wanted))
        fail_msg("%s", json_dumps(answer.parameters, JSON_COMPACT));
    json_decref(answer.parameters);
}

/* It is refused, for that reason, and nothing comes of it. */
static void expect_refused(struct fixture *f, const char *parameters, const char *want)
{
    struct felt_varlink_answer answer = call(f, parameters);
    const char *reason = json_string_value(json_object_get(answer.parameters, "reason"));

    assert_string_equal(answer.error, "io.felt.CannotSetConfig");
    assert_non_null(reason);
    if (!strstr(reason, want))
        fail_msg("'%s' is not in '%s'", want, reason);
    json_decref(answer.parameters);
    assert_int_equal(f->node.told, 0);
}

/* ---- SetConfig ---- */

static void what_is_set_is_told_as_it_is_understood(void **state)
{
    struct fixture *f = *state;

    expect(f,
           "{\"settings\":[{\"key\":\"mtu\",\"value\":\"1400\"},"
           "{\"key\":\"leasetime\",\"value\":\"48h\"}]}",
           "{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"2d\"},"
           "{\"key\":\"Backend.MTU\",\"value\":\"1400\"}],\"restart\":true,\"save\":7}");
    assert_int_equal(f->node.settings.values[FELT_SETTING_LEASE_TIME], 48 * 3600);
    assert_int_equal(f->node.settings.values[FELT_SETTING_MTU], 1400);
}

static void what_was_set_before_stays_beside_it(void **state)
{
    struct fixture *f = *state;

    felt_settings_set_lease_time(&f->node.settings, 120);
    expect(f, "{\"settings\":[{\"key\":\"Learning\",\"value\":\"false\"}]}",
           "{\"settings\":[{\"key\":\"Backend.Learning\",\"value\":\"false\"}],\"restart\":false,"
           "\"save\":7}");
    assert_int_equal(f->node.settings.values[FELT_SETTING_LEASE_TIME], 120);
    assert_true(felt_settings_has(&f->node.settings, FELT_SETTING_LEARNING));
}

static void a_check_tells_the_same_and_sets_nothing(void **state)
{
    struct fixture *f = *state;

    expect(f, "{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"never\"}],\"check\":true}",
           "{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"never\"}],\"restart\":false,"
           "\"save\":6}");
    assert_int_equal(f->node.told, 0);
}

static void what_cannot_be_is_refused_in_words(void **state)
{
    static const struct {
        const char *parameters, *want;
    } wrong[] = {
        {"{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"59s\"}]}", "from 1m to 365d"},
        {"{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"366d\"}]}", "from 1m to 365d"},
        {"{\"settings\":[{\"key\":\"LeaseTime\"}]}", "from 1m to 365d"},
        {"{\"settings\":[{\"key\":\"MTU\",\"value\":\"12\"}]}", "at least 118"},
        {"{\"settings\":[{\"key\":\"MTU\"}]}", "MTU must be a number"},
        {"{\"settings\":[{\"key\":\"VNI\",\"value\":\"2\"}]}", "settled when a network is founded"},
        {"{\"settings\":[{\"value\":\"2\"}]}", "there is no key ''"},
        {"{\"settings\":[7]}", "there is no key ''"},
        {"{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"1h\"},"
         "{\"key\":\"leasetime\",\"value\":\"2h\"}]}",
         "LeaseTime is there twice"},
        {"{\"settings\":[{\"key\":\"Type\",\"value\":\"host-gw\"},"
         "{\"key\":\"MTU\",\"value\":\"1400\"}]}",
         "means nothing to the backend host-gw"},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++)
        expect_refused(*state, wrong[i].parameters, wrong[i].want);
}

static void what_the_node_refuses_has_its_reason(void **state)
{
    static const char *const want[] = {
        [FELT_SET_NOT_READY] = "others have not confirmed it yet",
        [FELT_SET_NEWER] = "set by a later version",
        [FELT_SET_BRIDGED] = "end the bridge first",
        [FELT_SET_NO_ROOM] = "no room",
    };
    struct fixture *f = *state;

    for (unsigned i = FELT_SET_NOT_READY; i <= FELT_SET_NO_ROOM; i++) {
        f->node.refusal = (enum felt_set_refusal)i;
        expect_refused(f, "{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"1h\"}]}", want[i]);
    }
}

static void a_call_without_settings_is_none_and_so_is_one_without_a_cluster(void **state)
{
    static const char *const wrong[] = {"{}", "{\"settings\":[]}", "{\"settings\":\"LeaseTime\"}"};
    struct fixture *f = *state;
    struct felt_varlink_answer answer;

    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++) {
        answer = call(f, wrong[i]);
        assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
        json_decref(answer.parameters);
    }
    f->node.self.in_cluster = false;
    answer = call(f, "{\"settings\":[{\"key\":\"LeaseTime\",\"value\":\"1h\"}]}");
    assert_string_equal(answer.error, "io.felt.NotInCluster");
    json_decref(answer.parameters);
}

/* ---- what waits ---- */

static void what_waits_for_a_restart_is_listed_and_a_problem(void **state)
{
    struct fixture *f = *state;
    _cleanup_(json_decrefp) json_t *none = felt_methods_pending(&f->node.self), *pending = NULL,
                                   *problems = json_array(), *want = NULL;

    assert_int_equal(json_array_size(none), 0);
    felt_methods_config_problems(problems, &f->node.self);
    assert_int_equal(json_array_size(problems), 0);
    f->next.vxlan.mtu = 1400;
    f->next.vxlan.direct_routing = true;
    pending = felt_methods_pending(&f->node.self);
    want = json_loads("[{\"key\":\"Backend.MTU\",\"value\":\"1400\",\"running\":\"0\"},"
                      "{\"key\":\"Backend.DirectRouting\",\"value\":\"true\","
                      "\"running\":\"false\"}]",
                      0, NULL);
    assert_true(json_equal(pending, want));
    felt_methods_config_problems(problems, &f->node.self);
    assert_string_equal(json_string_value(json_array_get(problems, 0)),
                        "the network's configuration has changed (Backend.MTU is 1400 now, "
                        "Backend.DirectRouting is true now): takes effect when feltd is restarted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(what_is_set_is_told_as_it_is_understood),
        CONFIG_TEST(what_was_set_before_stays_beside_it),
        CONFIG_TEST(a_check_tells_the_same_and_sets_nothing),
        CONFIG_TEST(what_cannot_be_is_refused_in_words),
        CONFIG_TEST(what_the_node_refuses_has_its_reason),
        CONFIG_TEST(a_call_without_settings_is_none_and_so_is_one_without_a_cluster),
        CONFIG_TEST(what_waits_for_a_restart_is_listed_and_a_problem),
    };

    return RUN_TESTS(tests);
}
