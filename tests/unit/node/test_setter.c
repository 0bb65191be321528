/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "node/setter.h"
#include "tests/unit/node/cluster.h"

#define NETWORK "{\"Network\":\"10.1.0.0/16\"}"

/* Sets what is not empty, beside what the node knows is set. */
static enum felt_verdict set(struct world *w, int host, const char *lease_time, const char *type)
{
    struct felt_node *node = world_node(w, host);
    struct felt_settings s = *felt_node_settings(node);
    const char *texts[FELT_SETTINGS_END] = {[FELT_SETTING_TYPE] = *type ? type : NULL};
    struct felt_netconf_error error;

    if (*lease_time)
        felt_settings_set_lease_time(&s, (uint32_t)atoi(lease_time));
    if (*type)
        assert_int_equal(felt_settings_set_backend(&s, node->config_text, texts, &error), 0);
    return world_tell(w, host, (struct felt_input){.kind = FELT_INPUT_SETTINGS, .settings = &s});
}

static struct felt_self_view self_of(struct world *w, int host)
{
    struct felt_self_view v;

    felt_node_self(world_node(w, host), &v);
    return v;
}

static uint64_t version_of(struct world *w, int host)
{
    const struct felt_node *node = world_node(w, host);
    struct felt_notice notice;

    felt_notices_get(node->notices, felt_setter_key(node->notices), &notice);
    return notice.version;
}

/* L-8.3.1, L-8.3.5, L-6.6.1 */
static void a_lease_time_counts_at_once_everywhere_and_after_all_were_killed(void **state)
{
    struct world *w = cluster(1, 3);

    (void)state;
    assert_int_equal(set(w, 1, "120", ""), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(5));
    for (int i = 0; i < 3; i++)
        assert_true(self_of(w, i).lease_time_us == SECONDS(120));
    assert_non_null(strstr(world_log(w), "LeaseTime=2m"));
    for (int i = 0; i < 3; i++)
        world_kill(w, i);
    for (int i = 0; i < 3; i++)
        world_restart(w, i);
    world_run(w, SECONDS(5));
    for (int i = 0; i < 3; i++)
        assert_true(self_of(w, i).lease_time_us == SECONDS(120));
    world_free(w);
}

/* L-8.3.5 */
static void another_backend_waits_for_the_next_start_of_each(void **state)
{
    struct world *w = cluster(2, 3);

    (void)state;
    assert_int_equal(set(w, 0, "", "host-gw"), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(5));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(self_of(w, i).config->backend, FELT_BACKEND_VXLAN);
        assert_int_equal(self_of(w, i).next->backend, FELT_BACKEND_HOST_GW);
        assert_non_null(strstr(self_of(w, i).config_text, "host-gw"));
    }
    world_kill(w, 2);
    world_restart(w, 2);
    world_run(w, SECONDS(5));
    assert_int_equal(self_of(w, 2).config->backend, FELT_BACKEND_HOST_GW);
    assert_int_equal(self_of(w, 1).config->backend, FELT_BACKEND_VXLAN);
    world_free(w);
}

/* L-8.3.6 */
static void a_joiner_begins_with_what_is_set(void **state)
{
    struct world *w = cluster(3, 2);
    int c;

    (void)state;
    set(w, 0, "120", "host-gw");
    world_run(w, SECONDS(5));
    c = world_join(w, 1);
    world_run(w, SECONDS(5));
    assert_true(world_lease(w, c) >= 0);
    assert_int_equal(self_of(w, c).config->backend, FELT_BACKEND_HOST_GW);
    assert_true(self_of(w, c).lease_time_us == SECONDS(120));
    /* What it was founded with it knows as well as those who were there. */
    assert_true(world_node(w, c)->setter.founding_us == world_node(w, 0)->setter.founding_us);
    assert_string_equal(world_node(w, c)->config_text, world_node(w, 0)->config_text);
    world_free(w);
}

/* L-8.3.7, L-8.1.1 */
static void of_two_operators_one_is_heard_everywhere_and_whole(void **state)
{
    struct world *w = cluster(4, 3);

    (void)state;
    for (int i = 1; i < 3; i++)
        world_cut(w, 0, i, true);
    assert_int_equal(set(w, 0, "120", ""), FELT_VERDICT_TAKEN);
    assert_int_equal(set(w, 1, "", "host-gw"), FELT_VERDICT_TAKEN);
    world_run(w, SECONDS(3));
    assert_true(self_of(w, 0).lease_time_us == SECONDS(120));
    for (int i = 1; i < 3; i++)
        world_cut(w, 0, i, false);
    world_run(w, SECONDS(60));
    /* By their bytes the one without the lease time is larger: it is as it was founded again. */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(self_of(w, i).next->backend, FELT_BACKEND_HOST_GW);
        assert_true(self_of(w, i).lease_time_us == world_node(w, i)->setter.founding_us);
        assert_int_equal(version_of(w, i), 1);
    }
    world_free(w);
}

/* L-8.3.7 */
static void what_is_set_already_is_no_news(void **state)
{
    struct world *w = cluster(5, 2);

    (void)state;
    set(w, 0, "120", "");
    world_run(w, SECONDS(3));
    assert_int_equal(set(w, 1, "120", ""), FELT_VERDICT_TAKEN);
    assert_int_equal(version_of(w, 1), 1);
    assert_int_equal(set(w, 1, "180", ""), FELT_VERDICT_TAKEN);
    assert_int_equal(version_of(w, 1), 2);
    world_free(w);
}

/* L-8.3.8 */
static void while_a_bridge_is_on_the_backend_is_etcds_and_the_lease_time_ours(void **state)
{
    struct world *w = cluster(6, 2);

    (void)state;
    world_tell(w, 0, (struct felt_input){.kind = FELT_INPUT_BRIDGE, .bridge = {0, false}});
    world_run(w, SECONDS(3));
    assert_int_equal(set(w, 1, "", "host-gw"), FELT_VERDICT_BUSY);
    assert_int_equal(set(w, 1, "120", ""), FELT_VERDICT_TAKEN);
    world_free(w);
}

/* ---- on the bench ---- */

static void tell_settings(struct scene *s, uint64_t version, const uint8_t *value, size_t len)
{
    struct felt_message m = {.type = FELT_MESSAGE_NOTICES, .notices = {.n = 1}};

    m.notices.entries[0] = (struct felt_notice){.key = felt_setter_key(s->b.node->notices),
                                                .version = version,
                                                .value = felt_bytes(value, len)};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
}

/* L-8.3.1 */
static void the_key_is_two_past_the_slots(void **state)
{
    struct scene *s = *state;

    assert_int_equal(felt_setter_key(s->b.node->notices), felt_slot_map_slots(s->b.node->map) + 2);
}

/* L-8.3.2 */
static void what_a_later_version_made_is_kept_and_not_overwritten(void **state)
{
    static const uint8_t later[] = {77, 1, 2, 3}, ours[] = {32, 1, 1, 90};
    struct scene *s = *state;
    struct felt_settings want = {0};
    felt_usec founding = s->b.node->lease_time_us;

    tell_settings(s, 4, ours, sizeof(ours));
    assert_true(s->b.node->lease_time_us == SECONDS(90));
    tell_settings(s, 5, later, sizeof(later));
    assert_true(s->b.node->lease_time_us == founding);
    felt_settings_set_lease_time(&want, 120);
    assert_int_equal(felt_node_may_set(s->b.node, &want), FELT_SET_NEWER);
    tell_settings(s, 6, NULL, 0); /* withdrawn */
    assert_int_equal(felt_node_may_set(s->b.node, &want), FELT_SET_OK);
}

/* L-8.1.2, L-8.3.6 */
/* L-8.3.9: it may not know what was set last. */
static void who_is_not_confirmed_sets_nothing(void **state)
{
    struct scene *s = *state;
    struct felt_settings want = {0};

    bench_settle(&s->b);
    felt_settings_set_lease_time(&want, 3600);
    assert_int_equal(felt_node_may_set(s->b.node, &want), FELT_SET_OK);
    s->b.node->confirm.phase = FELT_CONFIRM_ASKING;
    assert_int_equal(felt_node_may_set(s->b.node, &want), FELT_SET_NOT_READY);
}

/* L-8.3.6: not even that there are too many that ask. */
static void a_joiner_is_told_nothing_before_it_is_durable(void **state)
{
    struct scene *s = *state;
    struct felt_settings want = {0};
    uint8_t cookie[FELT_COOKIE_LEN];
    struct felt_message m;
    uint64_t save;

    peer_enter(&s->q, &s->b);
    peer_cookie(&s->q, &s->b, cookie);
    bench_settle(&s->b);
    felt_settings_set_lease_time(&want, 120);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SETTINGS, .settings = &want});
    assert_true(s->b.effects.state.len > 0);
    save = s->b.effects.state_save;
    for (int n = 0; n < 2 * FELT_HELD_MAX; n++) {
        peer_begin(&s->q);
        peer_write_join(&s->q, (uint8_t)n, cookie, NULL);
        peer_write_self(&s->q);
        assert_int_equal(peer_send(&s->q, &s->b), FELT_VERDICT_TAKEN);
        assert_false(peer_reads(&s->q, &s->b, FELT_MESSAGE_WELCOME, &m));
    }
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_true(peer_is_welcomed(&s->q, &s->b, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_NOTICES, &m));
    assert_int_equal(m.notices.entries[0].key, felt_setter_key(s->b.node->notices));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
}

/* L-8.3.6: at its longest, behind the longest configuration and in front of a reservation. */
static void the_answer_to_a_joiner_holds_all_at_their_longest(void **state)
{
    struct scene *s = *state;
    uint8_t later[FELT_SETTINGS_VALUE_MAX] = {32, 200, FELT_SETTINGS_VALUE_MAX - 3};
    char name[FELT_NAME_MAX + 1];
    struct felt_whom whom = {0};
    struct felt_message m;

    memset(name, 'n', FELT_NAME_MAX);
    name[FELT_NAME_MAX] = '\0';
    memset(s->b.node->config_text, ' ', FELT_NETCONF_TEXT_MAX);
    memcpy(s->b.node->config_text, NETWORK, strlen(NETWORK));
    tell_settings(s, 1, later, sizeof(later));
    memcpy(s->q.descriptor.name, name, sizeof(name));
    memcpy(whom.name, name, sizeof(name));
    bench_settle(&s->b);
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_RESERVE,
                                          .reserve = {.slot = 20, .whom = &whom}});
    bench_settle(&s->b);
    peer_asks(&s->q, &s->b);
    assert_true(peer_is_welcomed(&s->q, &s->b, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_DESCRIPTOR, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_NOTICES, &m));
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_GIFT, &m));
    assert_int_equal(m.gift.lease, 20);
    assert_true(peer_reads(&s->q, &s->b, FELT_MESSAGE_SLOTS, &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_time_counts_at_once_everywhere_and_after_all_were_killed),
        cmocka_unit_test(another_backend_waits_for_the_next_start_of_each),
        cmocka_unit_test(a_joiner_begins_with_what_is_set),
        cmocka_unit_test(of_two_operators_one_is_heard_everywhere_and_whole),
        cmocka_unit_test(what_is_set_already_is_no_news),
        cmocka_unit_test(while_a_bridge_is_on_the_backend_is_etcds_and_the_lease_time_ours),
        SCENE(the_key_is_two_past_the_slots),
        SCENE(what_a_later_version_made_is_kept_and_not_overwritten),
        SCENE(who_is_not_confirmed_sets_nothing),
        SCENE(a_joiner_is_told_nothing_before_it_is_durable),
        SCENE(the_answer_to_a_joiner_holds_all_at_their_longest),
    };

    return RUN_TESTS(tests);
}
