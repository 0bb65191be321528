/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of a real etcd (tests/vectors/etcd/replies), and what is none. */
#include "tests/unit/test.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "flannel/reply.h"

#define REPLY_MAX 16384 /* bytes of a vector */

static const char *const action_names[] = {
    [FELT_ETCD_ACTION_NONE] = "none",     [FELT_ETCD_ACTION_GET] = "get",
    [FELT_ETCD_ACTION_CREATE] = "create", [FELT_ETCD_ACTION_SET] = "set",
    [FELT_ETCD_ACTION_UPDATE] = "update", [FELT_ETCD_ACTION_SWAP] = "swap",
    [FELT_ETCD_ACTION_DELETE] = "delete", [FELT_ETCD_ACTION_SWAP_DELETE] = "swap-delete",
    [FELT_ETCD_ACTION_EXPIRE] = "expire",
};

static size_t node_text(const char *what, const struct felt_etcd_node *n, char *text, size_t size)
{
    char ttl[32] = "never";

    if (n->expires)
        snprintf(ttl, sizeof(ttl), "%" PRId64 "s", n->ttl_s);
    return (size_t)snprintf(
        text, size, "%s %s%s created=%" PRIu64 " modified=%" PRIu64 " expires=%s value=%s\n", what,
        n->key, n->dir ? "/" : "", n->created, n->modified, ttl, n->value ? n->value : "none");
}

/* What was understood, one line for each node. */
static void reply_text(const struct felt_etcd_reply *r, char *text, size_t size)
{
    size_t n = 0;

    if (r->error) {
        snprintf(text, size, "error %d index=%" PRIu64 " message=%s cause=%s\n", r->error, r->index,
                 r->message, r->cause);
        return;
    }
    n += (size_t)snprintf(text, size, "%s index=%" PRIu64 "\n", action_names[r->action], r->index);
    n += node_text("node", &r->node, text + n, size - n);
    if (r->prev.key)
        n += node_text("prev", &r->prev, text + n, size - n);
    for (size_t i = 0; i < r->n_nodes; i++)
        n += node_text("in it", &r->nodes[i], text + n, size - n);
    assert_true(n < size);
}

static int is_vector(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* B-4.1, B-4.2: each file is the body, the X-Etcd-Index, and what it says. */
static void replies_of_a_real_etcd_are_understood(void **state)
{
    const char *srcdir = getenv("srcdir");
    struct dirent **list;
    char dir[2048];
    int n;

    (void)state;
    snprintf(dir, sizeof(dir), "%s/tests/vectors/etcd/replies", srcdir ? srcdir : ".");
    n = scandir(dir, &list, is_vector, alphasort);
    assert_in_range(n, 20, 1000);
    for (int i = 0; i < n; i++) {
        char path[4096], text[REPLY_MAX], found[REPLY_MAX], *body = text, *index, *expected;
        struct felt_etcd_reply *reply = NULL;
        size_t len;
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
        f = fopen(path, "r");
        assert_non_null(f);
        len = fread(text, 1, sizeof(text) - 1, f);
        fclose(f);
        text[len] = '\0';
        index = strchr(body, '\n') + 1;
        expected = strchr(index, '\n') + 1;
        if (felt_etcd_reply_parse(body, (size_t)(index - 1 - body), strtoull(index, NULL, 10),
                                  &reply) < 0)
            fail_msg("refused: %s", path);
        reply_text(reply, found, sizeof(found));
        if (strcmp(found, expected) != 0)
            fail_msg("%s:\n%s", path, found);
        felt_etcd_reply_free(reply);
        free(list[i]);
    }
    free(list);
}

static void what_etcd_does_not_write_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "404 page not found\n",
        "<html>",
        "[]",
        "7",
        "{}",
        "{\"errorCode\":0}",
        "{\"errorCode\":-1}",
        "{\"errorCode\":65536}",
        "{\"errorCode\":\"100\"}",
        "{\"errorCode\":100,\"index\":-1}",
        "{\"errorCode\":100,\"index\":\"1\"}",
        "{\"action\":\"get\"}",
        "{\"action\":\"get\",\"node\":null}",
        "{\"action\":\"get\",\"node\":[]}",
        "{\"action\":\"get\",\"node\":{}}",
        "{\"action\":\"get\",\"node\":{\"key\":7}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"value\":7}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"ttl\":\"7\"}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"modifiedIndex\":-7}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"modifiedIndex\":99999999999999999999}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"createdIndex\":1.5}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"nodes\":7}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"nodes\":[7]}}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"nodes\":[{\"key\":\"/a/b\"},{}]}}",
        "{\"action\":\"set\",\"node\":{\"key\":\"/a\"},\"prevNode\":7}",
        "{\"action\":\"get\",\"node\":{\"key\":\"/a\\u0000b\"}}",
    };
    struct felt_etcd_reply *reply = NULL;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        if (felt_etcd_reply_parse(bad[i], strlen(bad[i]), 0, &reply) != -EINVAL)
            fail_msg("accepted: %s", bad[i]);
        assert_null(reply);
    }
}

static struct felt_etcd_reply *read_reply(const char *body, uint64_t index)
{
    struct felt_etcd_reply *reply = NULL;

    assert_int_equal(felt_etcd_reply_parse(body, strlen(body), index, &reply), 0);
    return reply;
}

/* B-4.2 */
static void the_larger_index_counts(void **state)
{
    struct felt_etcd_reply *r;

    (void)state;
    r = read_reply("{\"errorCode\":401,\"index\":1064}", 0);
    assert_int_equal(r->index, 1064);
    assert_string_equal(r->message, "");
    felt_etcd_reply_free(r);
    r = read_reply("{\"errorCode\":401,\"index\":1064}", 1070);
    assert_int_equal(r->index, 1070);
    felt_etcd_reply_free(r);
}

static void a_key_that_is_due_expires_in_no_time(void **state)
{
    struct felt_etcd_reply *r;

    (void)state;
    r = read_reply("{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"value\":\"v\",\"expiration\":"
                   "\"2026-11-28T02:13:07.311642942Z\",\"ttl\":-3,\"modifiedIndex\":8}}",
                   9);
    assert_true(r->node.expires);
    assert_int_equal(r->node.ttl_s, 0);
    felt_etcd_reply_free(r);
    r = read_reply("{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"expiration\":\"2026\"}}", 9);
    assert_true(r->node.expires);
    felt_etcd_reply_free(r);
}

static void the_root_and_an_action_of_later_are_read(void **state)
{
    struct felt_etcd_reply *r;

    (void)state;
    r = read_reply("{\"action\":\"get\",\"node\":{\"dir\":true,\"nodes\":[{\"key\":\"/a\",\"dir\":"
                   "true}]}}",
                   9);
    assert_string_equal(r->node.key, "/");
    assert_int_equal(r->n_nodes, 1);
    assert_true(r->nodes[0].dir);
    felt_etcd_reply_free(r);
    r = read_reply("{\"action\":\"merge\",\"node\":{\"key\":\"/a\"}}", 9);
    assert_int_equal(r->action, FELT_ETCD_ACTION_NONE);
    felt_etcd_reply_free(r);
    felt_etcd_reply_free(NULL);
}

static void three_actions_say_that_a_key_is_gone(void **state)
{
    (void)state;
    for (int a = FELT_ETCD_ACTION_NONE; a <= FELT_ETCD_ACTION_EXPIRE; a++) {
        bool gone = a == FELT_ETCD_ACTION_DELETE || a == FELT_ETCD_ACTION_SWAP_DELETE ||
                    a == FELT_ETCD_ACTION_EXPIRE;

        assert_int_equal(felt_etcd_action_removes((enum felt_etcd_action)a), gone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_of_a_real_etcd_are_understood),
        cmocka_unit_test(what_etcd_does_not_write_is_refused),
        cmocka_unit_test(the_larger_index_counts),
        cmocka_unit_test(a_key_that_is_due_expires_in_no_time),
        cmocka_unit_test(the_root_and_an_action_of_later_are_read),
        cmocka_unit_test(three_actions_say_that_a_key_is_gone),
    };

    return RUN_TESTS(tests);
}
