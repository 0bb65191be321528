/* SPDX-License-Identifier: Apache-2.0 */
/* Reclaim and ListReclaims, and which member an operator means. */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/methods.h"
#include "agent/pick.h"
#include "node/order.h"
#include "node/view.h"
#include "tests/unit/agent/no_bridge.h"

/* ---- a node that says what the test wants: five members, and an owner that is none ---- */

#define MEMBERS 5
#define OWNERS  (MEMBERS + 1)

struct felt_node {
    struct felt_self_view self;
    struct felt_member_view members[MEMBERS];
    struct felt_id stranger;
    enum felt_order_refusal refusal;
    const struct felt_id *refused; /* of whom it is true alone; NULL: of all */
    struct felt_order order;
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = node->self;
}

bool felt_node_next_member(const struct felt_node *node, felt_usec now _unused_, uint32_t *i,
                           struct felt_member_view *ret_view)
{
    if (*i >= MEMBERS)
        return false;
    *ret_view = node->members[(*i)++];
    return true;
}

bool felt_node_next_owner(const struct felt_node *node, uint32_t *at, struct felt_id *ret_id,
                          uint32_t *ret_slots)
{
    while (*at < MEMBERS && node->members[*at].n_slots == 0)
        ++*at;
    if (*at >= OWNERS)
        return false;
    *ret_id = *at < MEMBERS ? node->members[*at].id : node->stranger;
    *ret_slots = *at < MEMBERS ? node->members[*at].n_slots : 9;
    ++*at;
    return true;
}

/* Slots are test_methods_slots.c's. */
bool felt_node_next_run(const struct felt_node *node _unused_, uint32_t *at _unused_,
                        struct felt_id *ret_owner _unused_, uint32_t *ret_count _unused_)
{
    return false;
}

enum felt_order_refusal felt_node_may_reclaim(const struct felt_node *node,
                                              const struct felt_id *ids, size_t n,
                                              bool force _unused_)
{
    for (size_t i = 0; node->refused && i < n; i++)
        if (felt_id_equal(&ids[i], node->refused))
            return node->refusal;
    return node->refused ? FELT_ORDER_OK : node->refusal;
}

const struct felt_order *felt_node_order(const struct felt_node *node, const struct felt_id *id)
{
    return felt_id_equal(&node->order.id, id) ? &node->order : NULL;
}

const char *felt_member_state_name(enum felt_member_state state)
{
    static const char *const names[] = {"alive", "suspect", "dead", "left"};

    return names[state];
}

static felt_usec now_us(void)
{
    return 1;
}

struct told {
    unsigned n_calls;
    size_t n;
    struct felt_id ids[FELT_ORDERS_MAX];
    bool force;
    enum felt_verdict verdict;
};

static enum felt_verdict reclaim(void *userdata, const struct felt_id *ids, size_t n, bool force)
{
    struct told *told = userdata;

    told->n_calls++;
    told->n = n;
    told->force = force;
    memcpy(told->ids, ids, n * sizeof(*ids));
    return told->verdict;
}

struct fixture {
    struct felt_node node;
    struct felt_netconf config;
    struct told told;
    struct felt_methods_context context;
};

/* a1...: h1, this node; a2...: h2, dead, 172.17.4.0/24; b3...: h3, alive; b4...: an earlier h3,
 * dead; b5...: h5, which left. c6...: an owner of whom nothing is known. */
static int setup(void **state)
{
    static const char json[] = "{\"Network\":\"172.17.0.0/16\"}";
    static const struct {
        const char *name;
        uint8_t first;
        enum felt_member_state state;
        uint32_t n_slots;
    } members[MEMBERS] = {
        {"h1", 0xa1, FELT_MEMBER_ALIVE, 60}, {"h2", 0xa2, FELT_MEMBER_DEAD, 70},
        {"h3", 0xb3, FELT_MEMBER_ALIVE, 30}, {"h3", 0xb4, FELT_MEMBER_DEAD, 20},
        {"h5", 0xb5, FELT_MEMBER_LEFT, 0},
    };
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_netconf_error error;

    if (!f || felt_netconf_parse(json, strlen(json), &f->config, &error) != 0)
        return -1;
    for (uint8_t i = 0; i < MEMBERS; i++) {
        struct felt_member_view *m = &f->node.members[i];

        memset(m->id.b, members[i].first, sizeof(m->id.b));
        snprintf(m->name, sizeof(m->name), "%s", members[i].name);
        m->self = i == 0;
        m->state = members[i].state;
        m->n_slots = members[i].n_slots;
        m->public_ip = felt_ip_v4(0xc0000201u + i);
        m->advertise = (struct felt_endpoint){.ip = felt_ip_v4(0xc6336401u + i), .port = 8470};
    }
    f->node.members[1].has_lease = true;
    f->node.members[1].lease_slot = 3;
    memset(f->node.stranger.b, 0xc6, sizeof(f->node.stranger.b));
    f->node.self = (struct felt_self_view){
        .config = &f->config, .n_members = MEMBERS, .n_slots = 255, .n_slots_heard = 90};
    f->context = (struct felt_methods_context){
        .node = &f->node, .now_us = now_us, .reclaim = reclaim, .userdata = &f->told};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static struct felt_varlink_answer call(struct fixture *f,
                                       void (*method)(const struct felt_methods_context *,
                                                      const json_t *, struct felt_varlink_answer *),
                                       const char *parameters)
{
    struct felt_varlink_answer answer = {0};
    json_t *root = json_loads(parameters, 0, NULL);

    assert_non_null(root);
    method(&f->context, root, &answer);
    json_decref(root);
    return answer;
}

static void expect_reason(struct felt_varlink_answer answer, const char *part)
{
    const char *reason = json_string_value(json_object_get(answer.parameters, "reason"));

    assert_string_equal(answer.error, "io.felt.CannotReclaim");
    if (!reason || !strstr(reason, part))
        fail_msg("'%s' is not in '%s'", part, reason ? reason : "");
    json_decref(answer.parameters);
}

static void assert_picked(struct fixture *f, const char *text, uint8_t first)
{
    struct felt_failure failure = {""};
    struct felt_id id;

    if (felt_pick(&f->context, text, &id, &failure) < 0)
        fail_msg("%s: %s", text, failure.text);
    assert_int_equal(id.b[0], first);
}

static void a_member_is_meant_by_name_id_digits_subnet_and_address(void **state)
{
    static const char *const h2[] = {"h2",
                                     "a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2",
                                     "a2a2",
                                     "A2A2A2",
                                     "172.17.4.0/24",
                                     "172.17.4.77",
                                     "192.0.2.2",
                                     "198.51.100.2"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(h2); i++)
        assert_picked(*state, h2[i], 0xa2);
    assert_picked(*state, "h5", 0xb5);     /* who has left, where nobody else is meant */
    assert_picked(*state, "c6c6c6", 0xc6); /* who is no member, and owns */
}

static void who_is_unknown_is_refused_and_who_may_be_several_is_listed(void **state)
{
    static const char *const unknown[] = {"h9",        "a2a", "",           "172.17.9.0/24",
                                          "192.0.2.9", "H2",  "a2a2a2a2a3", "172.17.4.0/25"};
    struct fixture *f = *state;
    struct felt_failure failure;
    struct felt_id id;

    for (size_t i = 0; i < FELT_ARRAY_LEN(unknown); i++)
        if (felt_pick(&f->context, unknown[i], &id, &failure) != -ENOENT)
            fail_msg("'%s' is found", unknown[i]);
    assert_int_equal(felt_pick(&f->context, "h3", &id, &failure), -ENOTUNIQ);
    assert_non_null(strstr(failure.text, "b3b3b3b3 (h3, alive, owns 30 subnets), b4b4b4b4 (h3, "
                                         "dead, owns 20 subnets); name it by its id"));
    assert_picked(f, "b4b4", 0xb4);
}

static void it_is_carried_out_and_answered_with_what_there_is_to_reclaim(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer;
    const json_t *order;

    answer =
        call(f, felt_methods_reclaim, "{\"nodes\":[\"h2\",\"b4b4b4\",\"a2a2a2\"],\"force\":true}");
    assert_null(answer.error);
    assert_int_equal(f->told.n, 2); /* each once */
    assert_true(f->told.force);
    assert_int_equal(f->told.ids[0].b[0], 0xa2);
    assert_int_equal(f->told.ids[1].b[0], 0xb4);
    order = json_array_get(json_object_get(answer.parameters, "orders"), 0);
    assert_string_equal(json_string_value(json_object_get(order, "name")), "h2");
    assert_int_equal(json_integer_value(json_object_get(order, "slots")), 70);
    json_decref(answer.parameters);
}

static void a_check_carries_nothing_out(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer;

    answer = call(f, felt_methods_reclaim, "{\"nodes\":[\"h2\"],\"check\":true}");
    assert_null(answer.error);
    assert_int_equal(f->told.n_calls, 0);
    json_decref(answer.parameters);
}

static void every_refusal_has_its_words(void **state)
{
    static const char *const words[] = {
        [FELT_ORDER_SELF] = "h2 is this node: 'feltctl leave'",
        [FELT_ORDER_ALIVE] = "h2 is alive, or was a moment ago: stop it first",
        [FELT_ORDER_OWNS_NOTHING] = "h2 owns no subnet: there is nothing to reclaim",
        [FELT_ORDER_NOT_YET] = "may decide nothing now: not confirmed; see 'feltctl status'",
        [FELT_ORDER_NO_VOICE] = "this node owns no subnet, so it has no voice",
        [FELT_ORDER_NO_MAJORITY] = "the owners of only 90 of all 255 subnets are alive here, and a "
                                   "decision needs more than half. Wait until more of them are "
                                   "back; if they are gone for good, --force",
        [FELT_ORDER_MAJORITY] = "the owners of more than half of all 255 subnets are alive "
                                "here, or were a moment ago: they decide it without --force",
        [FELT_ORDER_LAST_ERA] = "era 0 is so large",
        [FELT_ORDER_SAVING_FAILS] = "the state cannot be saved",
        [FELT_ORDER_TOO_MANY] = "more than 16 at a time",
    };
    struct fixture *f = *state;

    f->node.self.waiting = "not confirmed";
    for (size_t i = 1; i < FELT_ARRAY_LEN(words); i++) {
        f->node.refusal = (enum felt_order_refusal)i;
        expect_reason(call(f, felt_methods_reclaim, "{\"nodes\":[\"h2\"]}"), words[i]);
    }
    assert_int_equal(f->told.n_calls, 0);
}

static void of_several_the_one_in_the_way_is_named(void **state)
{
    struct fixture *f = *state;

    f->node.refusal = FELT_ORDER_ALIVE;
    f->node.refused = &f->node.members[2].id;
    expect_reason(call(f, felt_methods_reclaim, "{\"nodes\":[\"h2\",\"b3b3\",\"b4b4\"]}"),
                  "h3 is alive");
    expect_reason(call(f, felt_methods_reclaim, "{\"nodes\":[\"h2\",\"h3\"]}"),
                  "'h3' may be one of 2");
    expect_reason(call(f, felt_methods_reclaim, "{\"nodes\":[\"h2\",\"h9\"]}"),
                  "no member is called 'h9'");
}

static void what_the_node_does_not_take_after_all_is_refused(void **state)
{
    struct fixture *f = *state;

    f->told.verdict = FELT_VERDICT_BUSY;
    expect_reason(call(f, felt_methods_reclaim, "{\"nodes\":[\"h2\"]}"), "out of memory");
}

static void bad_parameters_are_named(void **state)
{
    static const char seventeen[] =
        "{\"nodes\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\","
        "\"13\",\"14\",\"15\",\"16\",\"17\"]}";
    static const char *const bad[] = {"{}", "{\"nodes\":[]}", "{\"nodes\":\"h2\"}",
                                      "{\"nodes\":[7]}", seventeen};
    struct fixture *f = *state;

    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        struct felt_varlink_answer answer = call(f, felt_methods_reclaim, bad[i]);

        assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
        json_decref(answer.parameters);
    }
    for (size_t i = 3; i < FELT_ARRAY_LEN(bad); i++) {
        struct felt_varlink_answer answer = call(f, felt_methods_list_reclaims, bad[i]);

        assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
        json_decref(answer.parameters);
    }
}

static void expect_order(struct fixture *f, const char *want)
{
    struct felt_varlink_answer answer =
        call(f, felt_methods_list_reclaims, "{\"nodes\":[\"a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2\"]}");
    json_t *wanted = json_loads(want, 0, NULL);
    char *text = json_dumps(answer.parameters, JSON_COMPACT);

    assert_non_null(wanted);
    if (!json_equal(json_array_get(json_object_get(answer.parameters, "orders"), 0), wanted))
        fail_msg("got %s", text);
    free(text);
    json_decref(wanted);
    json_decref(answer.parameters);
}

#define H2 "\"node\":\"a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2\",\"name\":\"h2\",\"slots\":70"

static void how_far_it_is_has_names_and_nulls(void **state)
{
    struct fixture *f = *state;

    expect_order(f, "{" H2 ",\"outcome\":null,\"forced\":false,\"reclaimed\":0,\"heir\":null,"
                    "\"heir_name\":null,\"several\":false,\"objector\":null}");
    f->node.order = (struct felt_order){.id = f->node.members[1].id,
                                        .outcome = FELT_ORDER_HEARD,
                                        .objector = f->node.members[2].id};
    expect_order(f, "{" H2 ",\"outcome\":\"heard\",\"forced\":false,\"reclaimed\":0,\"heir\":null,"
                    "\"heir_name\":null,\"several\":false,\"objector\":\"h3\"}");
    f->node.order = (struct felt_order){.id = f->node.members[1].id,
                                        .outcome = FELT_ORDER_DONE,
                                        .n_slots = 70,
                                        .forced = true,
                                        .heir = f->node.stranger};
    expect_order(f, "{" H2 ",\"outcome\":\"done\",\"forced\":true,\"reclaimed\":70,"
                    "\"heir\":\"c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6\",\"heir_name\":\"c6c6c6c6\","
                    "\"several\":false,\"objector\":null}");
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(a_member_is_meant_by_name_id_digits_subnet_and_address),
        WITH(who_is_unknown_is_refused_and_who_may_be_several_is_listed),
        WITH(it_is_carried_out_and_answered_with_what_there_is_to_reclaim),
        WITH(a_check_carries_nothing_out),
        WITH(every_refusal_has_its_words),
        WITH(of_several_the_one_in_the_way_is_named),
        WITH(what_the_node_does_not_take_after_all_is_refused),
        WITH(bad_parameters_are_named),
        WITH(how_far_it_is_has_names_and_nulls),
    };

    return RUN_TESTS(tests);
}
