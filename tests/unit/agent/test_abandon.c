/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up one's cluster for another one: the order, and the method that gives it. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "agent/abandon.h"
#include "agent/methods.h"
#include "agent/store.h"
#include "node/view.h"
#include "tests/unit/agent/scratch.h"

static struct felt_token token(void)
{
    struct felt_token t = {.cluster = {1, 2, 3}, .n_seeds = 1};

    memset(t.key.secret, 9, sizeof(t.key.secret));
    t.seeds[0] = (struct felt_endpoint){.ip = felt_ip_v4(0xc0000201), .port = 8470};
    return t;
}

static const char *token_text(const struct felt_token *t)
{
    static char text[FELT_TOKEN_TEXT_MAX];

    felt_token_format(t, text);
    return text;
}

static bool exists(const char *dir, const char *name)
{
    char path[300];
    struct stat st;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return stat(path, &st) == 0;
}

/* ---- what can be joined ---- */

static void a_host_can_be_joined_and_nonsense_not(void **state)
{
    struct felt_options options = {0};
    struct felt_failure failure;

    (void)state;
    assert_int_equal(felt_abandon_check(&options, NULL, "192.0.2.1", &failure), 0);
    assert_int_equal(felt_abandon_check(&options, NULL, "h1.example:8470", &failure), 0);
    assert_int_equal(felt_abandon_check(&options, NULL, "a b", &failure), -EINVAL);
    assert_int_equal(felt_abandon_check(&options, NULL, "", &failure), -EINVAL);
}

static void a_token_of_our_own_cluster_an_old_one_and_one_beside_a_key_file_are_refused(
    void **state)
{
    struct felt_options options = {0};
    struct felt_failure failure;
    struct felt_token t = token();
    uint8_t other[FELT_CLUSTER_ID_LEN] = {7};

    (void)state;
    assert_int_equal(felt_abandon_check(&options, NULL, token_text(&t), &failure), 0);
    assert_int_equal(felt_abandon_check(&options, other, token_text(&t), &failure), 0);
    assert_int_equal(felt_abandon_check(&options, t.cluster, token_text(&t), &failure), -EALREADY);
    options.key_file = "/etc/felt/cluster.key";
    assert_int_equal(felt_abandon_check(&options, other, token_text(&t), &failure), -EINVAL);
    assert_non_null(strstr(failure.text, "/etc/felt/cluster.key"));
    options.key_file = NULL;
    t.expires_s = (uint64_t)time(NULL) - 1;
    assert_int_equal(felt_abandon_check(&options, other, token_text(&t), &failure), -EKEYEXPIRED);
}

/* ---- the order ---- */

static void an_order_takes_the_place_of_what_options_say_of_joining(void **state)
{
    struct scratch *s = *state;
    struct felt_options options = {.state_dir = s->dir, .n_seeds = 1, .bootstrap_expect = 3};
    struct felt_failure failure;

    strcpy(options.seeds[0].host, "old.example");
    assert_int_equal(felt_abandon_apply(&options, &failure), 0);
    assert_string_equal(options.seeds[0].host, "old.example");
    assert_int_equal(options.bootstrap_expect, 3);
    assert_int_equal(felt_abandon_order(s->dir, "new.example:7000", &failure), 0);
    assert_int_equal(felt_abandon_apply(&options, &failure), 0);
    assert_int_equal(options.n_seeds, 1);
    assert_string_equal(options.seeds[0].host, "new.example");
    assert_int_equal(options.seeds[0].port, 7000);
    assert_int_equal(options.bootstrap_expect, 0);
}

static void an_order_is_secret_and_gone_when_it_is_done(void **state)
{
    struct scratch *s = *state;
    struct felt_options options = {.state_dir = s->dir};
    struct felt_failure failure;
    struct felt_token t = token();
    struct stat st;

    assert_int_equal(felt_abandon_order(s->dir, token_text(&t), &failure), 0);
    assert_int_equal(stat(scratch_path(s, "join"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    felt_abandon_done(s->dir);
    felt_abandon_done(s->dir);
    assert_int_equal(felt_abandon_apply(&options, &failure), 0);
    assert_string_equal(options.token, "");
}

static void the_key_of_the_cluster_that_was_given_up_is_moved_away_once(void **state)
{
    struct scratch *s = *state;
    struct felt_options options = {.state_dir = s->dir};
    struct felt_store store = {.lock_fd = -1};
    struct felt_cluster_key old = {.secret = {1}};
    struct felt_failure failure;
    struct felt_token t = token();

    snprintf(store.key_path, sizeof(store.key_path), "%s/cluster.key", s->dir);
    assert_int_equal(felt_store_write_key(&store, &old, &failure), 0);
    assert_int_equal(felt_abandon_order(s->dir, token_text(&t), &failure), 0);
    assert_int_equal(felt_abandon_apply(&options, &failure), 0);
    assert_string_equal(options.token, token_text(&t));
    assert_false(exists(s->dir, "cluster.key"));
    assert_true(exists(s->dir, "cluster.key.abandoned"));
    /* Started again before it has joined, it finds the new key and leaves it. */
    assert_int_equal(felt_store_write_key(&store, &t.key, &failure), 0);
    assert_int_equal(felt_abandon_apply(&options, &failure), 0);
    assert_true(exists(s->dir, "cluster.key"));
}

static void a_dropped_state_is_moved_away_and_none_is_none(void **state)
{
    struct scratch *s = *state;
    struct felt_failure failure;

    assert_int_equal(felt_abandon_drop(s->dir, &failure), 0);
    scratch_write(scratch_path(s, "state"), "all that there was");
    assert_int_equal(felt_abandon_drop(s->dir, &failure), 0);
    assert_false(exists(s->dir, "state"));
    assert_true(exists(s->dir, "state.abandoned"));
}

/* ---- what becomes of what it owned ---- */

static void a_confirmed_node_gives_to_whoever_is_alive_and_else_drops(void **state)
{
    struct felt_self_view self = {.confirmed = true, .n_members = 3, .n_alive = 2, .n_dead = 1};

    (void)state;
    assert_int_equal(felt_abandon_way(&self, 0), FELT_ABANDON_GIVE);
    self.n_alive = 1;
    self.n_dead = 2;
    assert_int_equal(felt_abandon_way(&self, 0), FELT_ABANDON_DROP);
    self.n_dead = self.n_suspect = 1; /* which will be alive or dead soon */
    assert_int_equal(felt_abandon_way(&self, FELT_ABANDON_PATIENCE), FELT_ABANDON_WAIT);
}

static void a_node_that_is_not_confirmed_yet_waits_but_not_for_ever(void **state)
{
    struct felt_self_view self = {.n_members = 2, .n_alive = 2};

    (void)state;
    assert_int_equal(felt_abandon_way(&self, 0), FELT_ABANDON_WAIT);
    assert_int_equal(felt_abandon_way(&self, FELT_ABANDON_PATIENCE - 1), FELT_ABANDON_WAIT);
    assert_int_equal(felt_abandon_way(&self, FELT_ABANDON_PATIENCE), FELT_ABANDON_DROP);
    self.n_alive = self.n_dead = 1; /* it may be back by now */
    assert_int_equal(felt_abandon_way(&self, 0), FELT_ABANDON_WAIT);
    self.n_dead = 0;
    self.n_left = 1;
    assert_int_equal(felt_abandon_way(&self, 0), FELT_ABANDON_DROP);
}

/* ---- the method ---- */

struct felt_node {
    uint32_t n_slots_own;
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = (struct felt_self_view){.n_slots_own = node->n_slots_own};
}

struct daemon {
    int r;
    bool drop;
    char target[100];
};

static int abandon(void *userdata, const char *target, bool drop, struct felt_failure *ret_failure)
{
    struct daemon *d = userdata;

    snprintf(d->target, sizeof(d->target), "%s", target);
    d->drop = drop;
    if (d->r < 0)
        felt_fail(ret_failure, d->r, "because of this");
    return d->r;
}

static struct felt_varlink_answer ask(struct daemon *d, json_t *parameters)
{
    struct felt_node node = {.n_slots_own = 17};
    struct felt_methods_context context = {.node = &node, .abandon = abandon, .userdata = d};
    struct felt_varlink_answer answer = {0};

    felt_methods_abandon(&context, parameters, &answer);
    json_decref(parameters);
    return answer;
}

static void the_method_says_whether_subnets_are_given_away_or_dropped(void **state)
{
    struct daemon d = {.r = 1};
    struct felt_varlink_answer answer = ask(&d, json_pack("{s:s}", "target", "h9"));

    (void)state;
    assert_null(answer.error);
    assert_true(json_is_true(json_object_get(answer.parameters, "left")));
    assert_int_equal(json_integer_value(json_object_get(answer.parameters, "slots")), 17);
    assert_string_equal(d.target, "h9");
    assert_false(d.drop);
    json_decref(answer.parameters);
    d.r = 0;
    answer = ask(&d, json_pack("{s:s, s:b}", "target", "h9", "drop", 1));
    assert_true(json_is_false(json_object_get(answer.parameters, "left")));
    assert_true(d.drop);
    json_decref(answer.parameters);
}

static void nothing_is_dropped_unasked_and_a_reason_is_handed_on(void **state)
{
    struct daemon d = {.r = -EBUSY};
    struct felt_varlink_answer answer = ask(&d, json_pack("{s:s}", "target", "h9"));

    (void)state;
    assert_string_equal(answer.error, "io.felt.NobodyToGiveTo");
    assert_null(answer.parameters);
    d.r = -EAGAIN;
    answer = ask(&d, json_pack("{s:s, s:b}", "target", "h9", "drop", 1));
    assert_string_equal(answer.error, "io.felt.NotConfirmed");
    assert_null(answer.parameters);
    d.r = -EINVAL;
    answer = ask(&d, json_pack("{s:s}", "target", "h9"));
    assert_string_equal(answer.error, "io.felt.CannotJoin");
    assert_string_equal(json_string_value(json_object_get(answer.parameters, "reason")),
                        "because of this");
    json_decref(answer.parameters);
    d.target[0] = '\0';
    answer = ask(&d, json_pack("{s:i}", "target", 1));
    assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
    assert_string_equal(d.target, "");
    json_decref(answer.parameters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_can_be_joined_and_nonsense_not),
        cmocka_unit_test(
            a_token_of_our_own_cluster_an_old_one_and_one_beside_a_key_file_are_refused),
        SCRATCH_TEST(an_order_takes_the_place_of_what_options_say_of_joining),
        SCRATCH_TEST(an_order_is_secret_and_gone_when_it_is_done),
        SCRATCH_TEST(the_key_of_the_cluster_that_was_given_up_is_moved_away_once),
        SCRATCH_TEST(a_dropped_state_is_moved_away_and_none_is_none),
        cmocka_unit_test(a_confirmed_node_gives_to_whoever_is_alive_and_else_drops),
        cmocka_unit_test(a_node_that_is_not_confirmed_yet_waits_but_not_for_ever),
        cmocka_unit_test(the_method_says_whether_subnets_are_given_away_or_dropped),
        cmocka_unit_test(nothing_is_dropped_unasked_and_a_reason_is_handed_on),
    };

    return RUN_TESTS(tests);
}
