/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>
#include <time.h>

#include "crypto/token.h"
#include "tests/unit/agent/methods_scene.h"

/* Calls the method; hands out the token where there is one. */
static struct felt_varlink_answer created(struct fixture *f, const char *parameters,
                                          struct felt_token *ret_token)
{
    struct felt_varlink_answer answer = {0};
    json_t *p = parameters ? json_loads(parameters, 0, NULL) : NULL;
    const char *text;

    assert_true(!parameters || p);
    felt_methods_create_token(&f->context, p, &answer);
    text = json_string_value(json_object_get(answer.parameters, "token"));
    if (text)
        assert_int_equal(felt_token_parse(text, ret_token), 0);
    json_decref(p);
    return answer;
}

static void a_token_carries_the_key_the_cluster_and_this_node_and_living_others(void **state)
{
    struct fixture *f = *state;
    struct felt_token token = {0};
    uint64_t now = (uint64_t)time(NULL);
    struct felt_varlink_answer answer = created(f, NULL, &token);

    assert_null(answer.error);
    assert_memory_equal(token.key.secret, f->key.secret, FELT_KEY_LEN);
    assert_memory_equal(token.cluster, f->node.self.cluster, 8);
    assert_int_equal(token.n_seeds, 2); /* h2 is dead */
    assert_string_equal(FELT_ENDPOINT(&token.seeds[0]), "192.0.2.1:8470");
    assert_string_equal(FELT_ENDPOINT(&token.seeds[1]), "192.0.2.3:8470");
    assert_in_range(token.expires_s, now + 86400, now + 86400 + 600);
    assert_int_equal(json_integer_value(json_object_get(answer.parameters, "expires")),
                     token.expires_s);
    assert_int_equal(json_array_size(json_object_get(answer.parameters, "seeds")), 2);
    json_decref(answer.parameters);
}

static void three_others_are_enough(void **state)
{
    struct fixture *f = *state;
    struct felt_token token = {0};
    struct felt_varlink_answer answer;

    for (uint8_t i = 0; i < MEMBERS_MAX; i++)
        methods_fill_member(&f->node.members[i], "x", (uint8_t)(i + 1));
    f->node.members[0].self = true;
    f->node.self.n_members = MEMBERS_MAX;
    answer = created(f, "{}", &token);
    assert_int_equal(token.n_seeds, 4);
    json_decref(answer.parameters);
}

static void seeds_that_are_named_are_the_only_ones_and_each_is_there_once(void **state)
{
    struct fixture *f = *state;
    struct felt_token token = {0};
    struct felt_varlink_answer answer =
        created(f, "{\"seeds\":[\"203.0.113.1\",\"203.0.113.2:99\",\"203.0.113.1:8470\"]}", &token);

    assert_null(answer.error);
    assert_int_equal(token.n_seeds, 2);
    assert_string_equal(FELT_ENDPOINT(&token.seeds[0]), "203.0.113.1:8470");
    assert_string_equal(FELT_ENDPOINT(&token.seeds[1]), "203.0.113.2:99");
    json_decref(answer.parameters);
}

static void zero_seconds_is_for_ever_and_null_the_default(void **state)
{
    struct fixture *f = *state;
    struct felt_token token = {.expires_s = 1};
    struct felt_varlink_answer answer = created(f, "{\"expires_s\":0,\"seeds\":null}", &token);

    assert_int_equal(token.expires_s, 0);
    assert_true(json_is_null(json_object_get(answer.parameters, "expires")));
    json_decref(answer.parameters);
    answer = created(f, "{\"expires_s\":null,\"seeds\":[]}", &token);
    assert_true(token.expires_s > (uint64_t)time(NULL) + 80000);
    json_decref(answer.parameters);
}

static void every_bad_parameter_is_named(void **state)
{
    static const struct {
        const char *parameters;
        const char *parameter;
    } bad[] = {
        {"{\"seeds\":\"192.0.2.1\"}", "seeds"},
        {"{\"seeds\":[7]}", "seeds"},
        {"{\"seeds\":[\"host\"]}", "seeds"},
        {"{\"seeds\":[\"0.0.0.0:8470\"]}", "seeds"},
        {"{\"seeds\":[\"1.1.1.1\",\"1.1.1.2\",\"1.1.1.3\",\"1.1.1.4\",\"1.1.1.5\",\"1.1.1.6\","
         "\"1.1.1.7\",\"1.1.1.8\",\"1.1.1.9\"]}",
         "seeds"},
        {"{\"expires_s\":-1}", "expires_s"},
        {"{\"expires_s\":1.5}", "expires_s"},
        {"{\"expires_s\":\"1\"}", "expires_s"},
        {"{\"expires_s\":9223372036854775807}", "expires_s"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        struct felt_token token;
        struct felt_varlink_answer answer = created(f, bad[i].parameters, &token);

        assert_string_equal(answer.error, "org.varlink.service.InvalidParameter");
        assert_string_equal(json_string_value(json_object_get(answer.parameters, "parameter")),
                            bad[i].parameter);
        json_decref(answer.parameters);
    }
}

static void outside_a_cluster_and_without_an_address_there_is_no_token(void **state)
{
    struct fixture *f = *state;
    struct felt_varlink_answer answer;
    struct felt_token token;

    f->node.self.advertise = (struct felt_endpoint){.ip = felt_ip_v4(0), .port = 8470};
    f->node.self.n_members = 0;
    answer = created(f, NULL, &token);
    assert_string_equal(answer.error, "io.felt.NoSeeds");
    f->node.self.in_cluster = false;
    answer = created(f, NULL, &token);
    assert_string_equal(answer.error, "io.felt.NotInCluster");
    assert_null(answer.parameters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        METHODS_TEST(a_token_carries_the_key_the_cluster_and_this_node_and_living_others),
        METHODS_TEST(three_others_are_enough),
        METHODS_TEST(seeds_that_are_named_are_the_only_ones_and_each_is_there_once),
        METHODS_TEST(zero_seconds_is_for_ever_and_null_the_default),
        METHODS_TEST(every_bad_parameter_is_named),
        METHODS_TEST(outside_a_cluster_and_without_an_address_there_is_no_token),
    };

    return RUN_TESTS(tests);
}
