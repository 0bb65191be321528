/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/agent/methods_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/order.h"
#include "node/reserve.h"
#include "tests/unit/agent/no_bridge.h"
#include "tests/unit/test.h"

/* ---- a node that says what the test wants ---- */

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = node->self;
}

bool felt_node_next_member(const struct felt_node *node, felt_usec now, uint32_t *i,
                           struct felt_member_view *ret_view)
{
    assert_int_equal(now, 42);
    if (*i >= node->self.n_members)
        return false;
    *ret_view = node->members[(*i)++];
    return true;
}

/* Reclaiming is test_methods_reclaim.c's. */
bool felt_node_next_owner(const struct felt_node *node _unused_, uint32_t *at _unused_,
                          struct felt_id *ret_id _unused_, uint32_t *ret_slots _unused_)
{
    return false;
}

/* Slots are test_methods_slots.c's. */
bool felt_node_next_run(const struct felt_node *node _unused_, uint32_t *at _unused_,
                        struct felt_id *ret_owner _unused_, uint32_t *ret_count _unused_)
{
    return false;
}

enum felt_order_refusal felt_node_may_reclaim(const struct felt_node *node _unused_,
                                              const struct felt_id *ids _unused_, size_t n _unused_,
                                              bool force _unused_)
{
    return FELT_ORDER_NOT_YET;
}

const struct felt_order *felt_node_order(const struct felt_node *node _unused_,
                                         const struct felt_id *id _unused_)
{
    return NULL;
}

const char *felt_member_state_name(enum felt_member_state state)
{
    static const char *const names[] = {"alive", "suspect", "dead", "left"};

    return names[state];
}

/* What methods_reserve.c asks of it is shown in test_methods_reserve.c. */
void felt_node_may_reserve(const struct felt_node *node _unused_, uint32_t slot _unused_,
                           const struct felt_whom *whom _unused_,
                           struct felt_reserve_answer *ret_answer _unused_)
{
    fail();
}

uint64_t felt_node_reserved_by(const struct felt_node *node _unused_)
{
    return 0;
}

bool felt_node_next_reservation(const struct felt_node *node _unused_,
                                struct felt_notice_place *place _unused_,
                                struct felt_reservation_view *ret_view _unused_)
{
    return false;
}

felt_usec methods_now(void)
{
    return 42;
}

static struct felt_endpoint endpoint(const char *text)
{
    struct felt_endpoint e;

    assert_int_equal(felt_endpoint_parse(text, 0, &e), 0);
    return e;
}

void methods_fill_member(struct felt_member_view *m, const char *name, uint8_t number)
{
    *m = (struct felt_member_view){
        .incarnation = 10u + number,
        .advertise = {.ip = felt_ip_v4(0xc0000200u + number), .port = 8470},
        .public_ip = felt_ip_v4(0xc6336400u + number),
        .has_backend = true,
        .backend_data = "{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}",
        .mtu = 1450,
        .n_slots = number,
        .silent_us = 1000u * number,
        .rtt_us = 100u * number,
    };
    snprintf(m->name, sizeof(m->name), "%s", name);
    m->id.b[0] = number;
}

static void fill_members(struct felt_member_view *members)
{
    methods_fill_member(&members[0], "h3", 3);
    methods_fill_member(&members[1], "h1", 1);
    methods_fill_member(&members[2], "h2", 2);
    members[0].has_backend = false;
    members[0].rtt_us = 0;
    members[0].paths[0].state = FELT_PATH_PASSES;
    members[0].silent_us = FELT_USEC_NEVER;
    members[1].self = true;
    members[1].has_lease = true;
    members[1].lease_slot = 7;
    members[2].state = FELT_MEMBER_DEAD;
    members[2].lapse_us = 2 * 3600 * FELT_USEC_SEC;
    members[2].has_lease = true;
    members[2].lease_slot = 3;
}

int methods_setup(void **state)
{
    static const char json[] = "{\"Network\":\"172.17.0.0/16\"}";
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_netconf_error error;

    if (!f || felt_netconf_parse(json, strlen(json), &f->config, &error) != 0)
        return -1;
    fill_members(f->node.members);
    f->node.self = (struct felt_self_view){
        .id = f->node.members[1].id,
        .name = "h1",
        .advertise = endpoint("192.0.2.1:8470"),
        .in_cluster = true,
        .cluster = {0xab, 0xcd},
        .era = 2,
        .session = 5,
        .config = &f->config,
        .config_text = json,
        .lease_time_us = 24 * 3600 * FELT_USEC_SEC,
        .n_slots_heard = 4,
        .has_lease = true,
        .lease_slot = 7,
        .n_slots = 255,
        .n_slots_own = 1,
        .n_members = 3,
        .n_alive = 2,
        .n_dead = 1,
        .verdicts = {[FELT_VERDICT_TAKEN] = 99, [FELT_VERDICT_UNKNOWN_KEY] = 4},
        .datagrams_sent = 88,
    };
    memset(f->key.secret, 7, sizeof(f->key.secret));
    f->context = (struct felt_methods_context){
        .node = &f->node,
        .key = &f->key,
        .now_us = methods_now,
        .version = "0.1.0",
        .subnet_file = "/run/flannel/subnet.env",
        .underlay = "eth0",
        .device = "flannel.1",
        .mtu = 1450,
        .work = {.passes = 12, .failed = 1, .operations = 40, .refused = 2, .repairs = 5},
        .n_suspicions = 6,
        .n_deaths = 3,
        .n_programmed = 2,
        .n_unreachable = 1,
        .ready = true,
    };
    *state = f;
    return 0;
}

int methods_teardown(void **state)
{
    free(*state);
    return 0;
}

void expect_json(json_t *got, const char *want)
{
    json_error_t error;
    json_t *wanted = json_loads(want, 0, &error);
    char *text = json_dumps(got, JSON_COMPACT);

    if (!wanted)
        fail_msg("the test's own JSON: %s at %d", error.text, error.position);
    if (!json_equal(got, wanted))
        fail_msg("got %s", text);
    free(text);
    json_decref(wanted);
    json_decref(got);
}
