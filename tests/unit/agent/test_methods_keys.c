/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "agent/methods.h"
#include "agent/methods_list.h"
#include "node/view.h"

/* A node of our own: so many members lack the key, of ring as it is told. */
static struct felt_keys_view ring;
static uint32_t n_lacking;
static enum felt_keys_refusal refusal;
static enum felt_keys_order ordered;
static uint32_t ordered_grace_s;

void felt_node_self(const struct felt_node *node _unused_, struct felt_self_view *ret_view)
{
    *ret_view = (struct felt_self_view){.in_cluster = true, .n_members = 8};
}

bool felt_node_next_member(const struct felt_node *node _unused_, felt_usec now _unused_,
                           uint32_t *i, struct felt_member_view *ret_view)
{
    if (*i == 8)
        return false;
    *ret_view = (struct felt_member_view){.lacks_key = *i < n_lacking, .state = FELT_MEMBER_DEAD};
    snprintf(ret_view->name, sizeof(ret_view->name), "h%u", ++*i);
    return true;
}

const char *felt_member_state_name(enum felt_member_state state _unused_)
{
    return "dead";
}

static felt_usec now(void)
{
    return 0;
}

static void keys(void *userdata _unused_, struct felt_keys_view *ret_view)
{
    *ret_view = ring;
}

static enum felt_keys_refusal change(void *userdata _unused_, enum felt_keys_order order,
                                     uint32_t grace_s)
{
    ordered = order;
    ordered_grace_s = grace_s;
    return refusal;
}

static const struct felt_methods_context context = {
    .now_us = now, .keys = keys, .change_key = change};

static int begin(void **state _unused_)
{
    ring = (struct felt_keys_view){.sealing = {0xa, 0xb, 0xc, 0xd}, .accepted = {1, 2, 3, 4}};
    ring.save = 5;
    n_lacking = 0;
    refusal = FELT_KEYS_OK;
    ordered_grace_s = 0;
    return 0;
}

/* An object, and what it is to be; both are freed. */
static void equals(json_t *got, json_t *want)
{
    assert_non_null(want);
    if (!json_equal(got, want))
        fail_msg("%s", json_dumps(got, JSON_SORT_KEYS));
    json_decref(got);
    json_decref(want);
}

static void one_key_is_told_by_its_id(void **state _unused_)
{
    equals(felt_methods_rotation(&context), json_null());
    equals(felt_methods_keys(&context),
           json_pack("{s:[{s:s, s:b, s:n}], s:n}", "keys", "id", "0a0b0c0d", "seals", 1,
                     "accepted_for_s", "rotation"));
}

static void a_rotation_is_told_with_whom_it_waits_for(void **state _unused_)
{
    ring.phase = FELT_KEYRING_USED;
    ring.grace_us = 90 * FELT_USEC_SEC;
    ring.n_waiting = 1;
    n_lacking = 1;
    equals(felt_methods_rotation(&context),
           json_pack("{s:s, s:s, s:i, s:i}", "step", "used", "to", "0a0b0c0d", "waits_for", 1,
                     "accepted_for_s", 90));
    equals(felt_methods_keys(&context),
           json_pack("{s:[{s:s, s:b, s:n}, {s:s, s:b, s:i}], s:{s:s, s:s, s:[{s:s, s:s, s:s}]}}",
                     "keys", "id", "0a0b0c0d", "seals", 1, "accepted_for_s", "id", "01020304",
                     "seals", 0, "accepted_for_s", 90, "rotation", "step", "used", "to", "0a0b0c0d",
                     "waits_for", "id", "00000000000000000000000000000000", "name", "h1", "state",
                     "dead"));
    ring.phase = FELT_KEYRING_INSTALLED;
    ring.n_waiting = 0;
    n_lacking = 0;
    equals(felt_methods_rotation(&context),
           json_pack("{s:s, s:s, s:i, s:n}", "step", "installed", "to", "01020304", "waits_for", 0,
                     "accepted_for_s"));
    equals(felt_methods_keys(&context),
           json_pack("{s:[{s:s, s:b, s:n}, {s:s, s:b, s:n}], s:{s:s, s:s, s:[]}}", "keys", "id",
                     "0a0b0c0d", "seals", 1, "accepted_for_s", "id", "01020304", "seals", 0,
                     "accepted_for_s", "rotation", "step", "installed", "to", "01020304",
                     "waits_for"));
}

static struct felt_varlink_answer ask(bool removes, const char *parameters)
{
    json_t *p = json_loads(parameters, 0, NULL);
    struct felt_varlink_answer answer = {0};

    assert_non_null(p);
    if (removes)
        felt_methods_remove_key(&context, p, &answer);
    else
        felt_methods_rotate_key(&context, p, &answer);
    json_decref(p);
    return answer;
}

static void is_refused(struct felt_varlink_answer answer, const char *reason)
{
    assert_string_equal(answer.error, "io.felt.CannotChangeKey");
    assert_non_null(
        strstr(json_string_value(json_object_get(answer.parameters, "reason")), reason));
    json_decref(answer.parameters);
}

static void rotate_takes_a_grace_and_has_a_day_of_its_own(void **state _unused_)
{
    struct felt_varlink_answer answer = ask(false, "{\"grace_s\": 60}");

    assert_null(answer.error);
    equals(answer.parameters, json_pack("{s:s, s:i}", "id", "01020304", "save", 5));
    assert_int_equal(ordered, FELT_KEYS_ROTATE);
    assert_int_equal(ordered_grace_s, 60);
    answer = ask(false, "{}");
    json_decref(answer.parameters);
    assert_int_equal(ordered_grace_s, 24 * 3600);
}

static void a_grace_is_a_second_to_a_year(void **state _unused_)
{
    static const char *const wrong[] = {"{\"grace_s\": 0}", "{\"grace_s\": -1}",
                                        "{\"grace_s\": 31536001}", "{\"grace_s\": \"1h\"}"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++) {
        struct felt_varlink_answer answer = ask(false, wrong[i]);

        assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
        json_decref(answer.parameters);
    }
    assert_int_equal(ordered_grace_s, 0);
}

static void each_refusal_has_its_reason(void **state _unused_)
{
    refusal = FELT_KEYS_UNDER_WAY;
    is_refused(ask(false, "{}"), "under way");
    refusal = FELT_KEYS_NOT_READY;
    is_refused(ask(false, "{}"), "ask again");
    refusal = FELT_KEYS_LAST_NOTICE;
    is_refused(ask(false, "{}"), "no memory");
    refusal = FELT_KEYS_NOTHING;
    is_refused(ask(true, "{\"id\": \"01020304\"}"), "one key alone");
    refusal = FELT_KEYS_NOT_USED;
    is_refused(ask(true, "{\"id\": \"01020304\"}"), "would be lost");
}

static void the_key_to_remove_is_named_to_be_sure(void **state _unused_)
{
    struct felt_varlink_answer answer;

    ring.phase = FELT_KEYRING_USED;
    is_refused(ask(true, "{\"id\": \"0a0b0c0d\"}"), "that is 01020304");
    answer = ask(true, "{}");
    assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
    json_decref(answer.parameters);
    answer = ask(true, "{\"id\": \"01020304\"}");
    assert_null(answer.error);
    assert_int_equal(ordered, FELT_KEYS_REMOVE);
    equals(answer.parameters, json_pack("{s:s, s:i}", "id", "0a0b0c0d", "save", 5));
}

static char problem[512];

static void look_at_problems(void)
{
    struct felt_member_view all[8];
    json_t *problems = json_array();
    uint32_t i = 0;

    while (i < FELT_ARRAY_LEN(all))
        felt_node_next_member(NULL, 0, &i, &all[i]);
    felt_methods_key_problems(problems, &context, all, FELT_ARRAY_LEN(all));
    problem[0] = '\0';
    if (json_array_size(problems) > 0)
        snprintf(problem, sizeof(problem), "%s", json_string_value(json_array_get(problems, 0)));
    json_decref(problems);
}

static void who_is_waited_for_is_a_problem(void **state _unused_)
{
    look_at_problems();
    assert_string_equal(problem, "");
    ring.phase = FELT_KEYRING_INSTALLED;
    n_lacking = 2;
    look_at_problems();
    assert_string_equal(problem,
                        "the new cluster key waits for members that have not been heard to "
                        "have it: h1, h2");
    ring.phase = FELT_KEYRING_USED;
    ring.grace_us = 7200 * FELT_USEC_SEC;
    n_lacking = 7;
    look_at_problems();
    assert_string_equal(problem,
                        "the old cluster key is accepted for 2 h more, for members without "
                        "the new one: h1, h2, h3, h4, h5 and 2 more");
}

#define KEYS(f) cmocka_unit_test_setup(f, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYS(one_key_is_told_by_its_id),
        KEYS(a_rotation_is_told_with_whom_it_waits_for),
        KEYS(rotate_takes_a_grace_and_has_a_day_of_its_own),
        KEYS(a_grace_is_a_second_to_a_year),
        KEYS(each_refusal_has_its_reason),
        KEYS(the_key_to_remove_is_named_to_be_sure),
        KEYS(who_is_waited_for_is_a_problem),
    };

    return RUN_TESTS(tests);
}
