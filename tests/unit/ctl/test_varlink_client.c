/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>

#include "ctl/varlink_client.h"
#include "ctl/varlink_frame.h"
#include "tests/unit/ctl/puppet.h"

#define PATIENCE_US (20 * FELT_USEC_SEC)
#define SHORT_US    (50 * FELT_USEC_MS)

/* One call; the reply is the caller's. */
static int call(const struct puppet *p, felt_usec timeout_us, struct felt_varlink_reply *ret_reply)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;

    assert_int_equal(felt_varlink_client_new(p->path, timeout_us, &client), 0);
    return felt_varlink_client_call(client, "io.felt.GetStatus", NULL, ret_reply);
}

static void a_reply_is_handed_over(void **state)
{
    struct felt_varlink_reply reply = {0};

    puppet_says(*state, "{\"parameters\":{\"a\":1}}");
    assert_int_equal(call(*state, PATIENCE_US, &reply), 0);
    assert_null(reply.error);
    assert_int_equal(json_integer_value(json_object_get(reply.parameters, "a")), 1);
    felt_varlink_reply_done(&reply);
}

static void an_error_is_a_reply_too_and_parameters_may_be_missing(void **state)
{
    struct felt_varlink_reply reply = {0};

    puppet_says(*state, "{\"error\":\"io.felt.NotInCluster\"}");
    assert_int_equal(call(*state, PATIENCE_US, &reply), 0);
    assert_string_equal(reply.error, "io.felt.NotInCluster");
    assert_int_equal(json_object_size(reply.parameters), 0);
    felt_varlink_reply_done(&reply);
}

static void a_reply_larger_than_any_buffer_arrives(void **state)
{
    size_t text = 3 * 1024 * 1024, start = strlen("{\"parameters\":{\"a\":\"");
    char *script = malloc(text + 64);
    struct felt_varlink_reply reply = {0};

    assert_non_null(script);
    strcpy(script, "{\"parameters\":{\"a\":\"");
    memset(script + start, 'x', text);
    strcpy(script + start + text, "\"}}");
    puppet_says(*state, script);
    free(script);
    assert_int_equal(call(*state, PATIENCE_US, &reply), 0);
    assert_int_equal(json_string_length(json_object_get(reply.parameters, "a")), text);
    felt_varlink_reply_done(&reply);
}

static void what_is_no_reply_is_said_so(void **state)
{
    static const char *const bad[] = {"", "x", "[]", "{\"error\":7}", "{\"parameters\":[]}"};
    struct felt_varlink_reply reply = {0};

    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        puppet_says(*state, bad[i]);
        assert_int_equal(call(*state, PATIENCE_US, &reply), -EBADMSG);
        puppet_stop(*state);
    }
    assert_null(reply.parameters);
}

static void a_service_that_hangs_up_or_says_nothing_is_noticed(void **state)
{
    struct felt_varlink_reply reply = {0};

    puppet_start(*state, "{\"para", 6, PUPPET_HANGS_UP);
    assert_int_equal(call(*state, PATIENCE_US, &reply), -ECONNRESET);
    puppet_stop(*state);
    puppet_start(*state, "{\"para", 6, PUPPET_GOES_DEAF);
    assert_int_equal(call(*state, SHORT_US, &reply), -ETIMEDOUT);
}

static void a_reply_without_end_is_cut_off(void **state)
{
    size_t len = FELT_VARLINK_REPLY_MAX + 4096;
    struct felt_varlink_reply reply = {0};
    char *script = malloc(len);

    assert_non_null(script);
    memset(script, ' ', len);
    puppet_start(*state, script, len, PUPPET_GOES_DEAF);
    free(script);
    assert_int_equal(call(*state, PATIENCE_US, &reply), -EMSGSIZE);
}

static void where_nobody_listens_there_is_no_client(void **state)
{
    struct puppet *p = *state;
    struct felt_varlink_client *client = NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[128];
    int fd;

    assert_int_equal(felt_varlink_client_new(p->path, PATIENCE_US, &client), -ENOENT);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, p->path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    assert_int_equal(felt_varlink_client_new(p->path, PATIENCE_US, &client), -ECONNREFUSED);
    memset(path, 'a', sizeof(path));
    path[sizeof(address.sun_path)] = '\0';
    assert_int_equal(felt_varlink_client_new(path, PATIENCE_US, &client), -ENAMETOOLONG);
    assert_null(client);
}

static const char stream[] = "{\"parameters\":{\"n\":1},\"continues\":true}\0"
                             "{\"parameters\":{\"n\":2},\"continues\":true}\0"
                             "{\"error\":\"org.example.Over\"}";

static void a_stream_is_handed_over_one_answer_at_a_time(void **state)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    struct puppet *p = *state;
    struct felt_varlink_reply reply = {0};
    bool more = false;

    puppet_start(p, stream, sizeof(stream), PUPPET_GOES_DEAF);
    assert_int_equal(felt_varlink_client_new(p->path, PATIENCE_US, &client), 0);
    assert_int_equal(felt_varlink_client_begin(client, "org.example.Follow", NULL), 0);
    for (int n = 1; n <= 2; n++) {
        assert_int_equal(felt_varlink_client_next(client, PATIENCE_US, &reply, &more), 0);
        assert_int_equal(json_integer_value(json_object_get(reply.parameters, "n")), n);
        assert_true(more);
        felt_varlink_reply_done(&reply);
    }
    assert_int_equal(felt_varlink_client_next(client, PATIENCE_US, &reply, &more), 0);
    assert_string_equal(reply.error, "org.example.Over");
    assert_false(more);
    felt_varlink_reply_done(&reply);
    /* Nothing came in the time: ask again. */
    for (int i = 0; i < 2; i++)
        assert_int_equal(felt_varlink_client_next(client, 0, &reply, &more), -ETIMEDOUT);
}

static void a_stream_whose_service_hangs_up_is_at_its_end(void **state)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    struct puppet *p = *state;
    struct felt_varlink_reply reply = {0};
    bool more = false;

    puppet_start(p, stream, strlen(stream) + 1, PUPPET_HANGS_UP);
    assert_int_equal(felt_varlink_client_new(p->path, PATIENCE_US, &client), 0);
    assert_int_equal(felt_varlink_client_begin(client, "org.example.Follow", NULL), 0);
    assert_int_equal(felt_varlink_client_next(client, FELT_USEC_NEVER, &reply, &more), 0);
    felt_varlink_reply_done(&reply);
    assert_int_equal(felt_varlink_client_next(client, FELT_USEC_NEVER, &reply, &more), -ECONNRESET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUPPET_TEST(a_reply_is_handed_over),
        PUPPET_TEST(an_error_is_a_reply_too_and_parameters_may_be_missing),
        PUPPET_TEST(a_reply_larger_than_any_buffer_arrives),
        PUPPET_TEST(what_is_no_reply_is_said_so),
        PUPPET_TEST(a_service_that_hangs_up_or_says_nothing_is_noticed),
        PUPPET_TEST(a_reply_without_end_is_cut_off),
        PUPPET_TEST(where_nobody_listens_there_is_no_client),
        PUPPET_TEST(a_stream_is_handed_over_one_answer_at_a_time),
        PUPPET_TEST(a_stream_whose_service_hangs_up_is_at_its_end),
    };

    return RUN_TESTS(tests);
}
