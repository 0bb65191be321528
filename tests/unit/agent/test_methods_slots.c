/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "agent/methods.h"
#include "node/view.h"

/* ---- a node whose slots are written down ---- */

#define MEMBERS 2
#define OWNERS  3

struct run {
    uint8_t owner; /* 0: nobody knows */
    uint32_t count;
};

struct felt_node {
    struct felt_member_view members[MEMBERS];
    struct {
        uint8_t id;
        uint32_t slots;
    } owners[OWNERS];
    const struct run *runs;
    size_t n_runs;
    uint32_t n_slots;
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = (struct felt_self_view){.n_members = MEMBERS, .n_slots = node->n_slots};
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
    if (*at >= OWNERS)
        return false;
    *ret_id = (struct felt_id){{node->owners[*at].id}};
    *ret_slots = node->owners[(*at)++].slots;
    return true;
}

bool felt_node_next_run(const struct felt_node *node, uint32_t *at, struct felt_id *ret_owner,
                        uint32_t *ret_count)
{
    uint32_t first = 0;

    for (size_t i = 0; i < node->n_runs; first += node->runs[i++].count) {
        if (first != *at)
            continue;
        *ret_owner = (struct felt_id){{node->runs[i].owner}};
        *ret_count = node->runs[i].count;
        *at += node->runs[i].count;
        return true;
    }
    return false;
}

const char *felt_member_state_name(enum felt_member_state state)
{
    return state == FELT_MEMBER_DEAD ? "dead" : "alive";
}

static felt_usec now_us(void)
{
    return 42;
}

/* h1 (9, this node) and h2 (2, dead); 5 is no member any more. */
static struct felt_node node = {
    .members = {{.id = {{9}}, .self = true, .name = "h1", .has_lease = true, .lease_slot = 6},
                {.id = {{2}}, .name = "h2", .state = FELT_MEMBER_DEAD}},
    .owners = {{9, 4}, {5, 1}, {2, 3}},
};
static const struct felt_methods_context context = {.node = &node, .now_us = now_us};

static void expect(const char *text)
{
    json_t *want = json_loads(text, 0, NULL), *got = felt_methods_slots(&context);

    assert_non_null(want);
    if (!json_equal(want, got))
        fail_msg("got %s", json_dumps(got, 0));
    json_decref(want);
    json_decref(got);
}

#define ID(digits) digits "000000000000000000000000000000"
#define OWNERS_TEXT                                                                   \
    "\"owners\":[{\"node\":\"" ID(                                                    \
        "02") "\",\"name\":\"h2\",\"state\":\"dead\",\"self\":false,"                 \
              "\"slots\":3,\"lease\":null},{\"node\":\"" ID(                          \
                  "05") "\",\"name\":null,\"state\":null,"                            \
                        "\"self\":false,\"slots\":1,\"lease\":null},{\"node\":\"" ID( \
                            "09") "\",\"name\":\"h1\","                               \
                                  "\"state\":\"alive\",\"self\":true,\"slots\":4,\"lease\":6}]"

static void runs_name_their_owner_by_its_place(void **state _unused_)
{
    static const struct run runs[] = {{2, 3}, {9, 3}, {0, 1}, {5, 1}, {9, 1}};

    node.runs = runs;
    node.n_runs = FELT_ARRAY_LEN(runs);
    node.n_slots = 9;
    expect("{\"total\":9," OWNERS_TEXT ",\"runs\":[{\"first\":0,\"count\":3,\"owner\":0},"
           "{\"first\":3,\"count\":3,\"owner\":2},{\"first\":6,\"count\":1,\"owner\":null},"
           "{\"first\":7,\"count\":1,\"owner\":1},{\"first\":8,\"count\":1,\"owner\":2}]}");
}

static void before_the_network_is_known_there_are_none(void **state _unused_)
{
    node.n_runs = 0;
    node.n_slots = 0;
    expect("{\"total\":0," OWNERS_TEXT ",\"runs\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_name_their_owner_by_its_place),
        cmocka_unit_test(before_the_network_is_known_there_are_none),
    };

    return RUN_TESTS(tests);
}
