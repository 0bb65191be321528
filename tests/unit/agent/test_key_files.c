/* SPDX-License-Identifier: Apache-2.0 */
/* Each point at which a machine may lose its power while the key changes: the state is written
 * first, then cluster.key, and what an operator put beside it goes last. */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/key_files.h"
#include "node/keys.h"
#include "tests/unit/agent/scratch.h"

/* A node that founded alone, and its disk. */
struct machine {
    struct felt_store store;
    struct felt_node *node;
    struct felt_cluster_key given; /* by the file that was read */
    struct felt_effects effects;
    uint8_t state[1 << 16];
    size_t len; /* of the state on disk */
    felt_usec now;
    char path[512]; /* of --key-file */
};

static void step(struct machine *its, struct felt_input in)
{
    in.now = its->now += FELT_USEC_MS;
    felt_node_step(its->node, &in, &its->effects);
}

/* The state is on disk, and nobody has been told. */
static void write_state(struct machine *its)
{
    assert_in_range(its->effects.state.len, 1, sizeof(its->state));
    memcpy(its->state, its->effects.state.data, its->effects.state.len);
    its->len = its->effects.state.len;
}

static void save_once(struct machine *its)
{
    uint64_t number = its->effects.state_save;

    write_state(its);
    step(its, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = number});
}

static void save(struct machine *its)
{
    while (its->effects.state.len > 0)
        save_once(its);
}

/* As agent/prepare.c does it. */
static int start(struct machine *its, const char *key_file, struct felt_failure *error)
{
    struct felt_node_config config = {.now = its->now, .name = "one"};
    enum felt_node_refusal refusal;
    int r;

    r = felt_key_files_by_hand(&its->store, &its->given, &config.key_by_hand, error);
    if (r == 0 && !config.key_by_hand)
        r = felt_store_read_key(key_file ? key_file : its->store.key_path, &its->given, error);
    if (r < 0)
        return r;
    config.key = its->given;
    config.advertise = (struct felt_endpoint){.ip = felt_ip_v4(0xc0000201), .port = 8470};
    config.public_ip = config.advertise.ip;
    config.state = felt_bytes(its->state, its->len);
    if (its->len == 0)
        config.net_config = "{\"Network\":\"10.1.0.0/16\"}";
    felt_node_free(its->node);
    its->node = NULL;
    assert_int_equal(felt_node_new(&config, &its->node, &refusal), 0);
    r = felt_key_files_start(&its->store, its->node, key_file, &its->given, error);
    if (r == 0)
        step(its, (struct felt_input){.kind = FELT_INPUT_WAKE});
    return r;
}

static void starts(struct machine *its, const char *key_file)
{
    struct felt_failure error = {0};

    if (start(its, key_file, &error) < 0)
        fail_msg("%s", error.text);
}

static struct felt_cluster_key file_of(const char *path)
{
    struct felt_cluster_key key;
    struct felt_failure error;

    assert_int_equal(felt_store_read_key(path, &key, &error), 0);
    return key;
}

static void put(const char *path, const struct felt_cluster_key *key)
{
    char text[FELT_KEY_TEXT];

    felt_key_format(key, text);
    scratch_write(path, text);
    assert_int_equal(chmod(path, 0600), 0);
}

static bool same(const struct felt_cluster_key *a, const struct felt_cluster_key *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static bool seals_with_file(const struct machine *its)
{
    struct felt_cluster_key file = file_of(its->store.key_path);

    return same(felt_node_key(its->node), &file);
}

static void rotate(struct machine *its)
{
    struct felt_input in = {.kind = FELT_INPUT_KEYS, .keys.order = FELT_KEYS_ROTATE};

    in.keys.salt[0] = (uint8_t)its->now;
    in.keys.grace_s = 60;
    step(its, in);
}

static enum felt_keyring_phase phase(const struct machine *its)
{
    struct felt_keys_view v;

    felt_node_keys(its->node, &v);
    return v.phase;
}

/* Until the ring is in that phase in the node; on disk it is in the one before. */
static void await(struct machine *its, enum felt_keyring_phase wanted)
{
    for (int i = 0; phase(its) != wanted; i++) {
        assert_true(i < 1000);
        if (its->effects.state.len > 0) {
            save_once(its);
            continue;
        }
        its->now += 100 * FELT_USEC_MS;
        step(its, (struct felt_input){.kind = FELT_INPUT_WAKE});
    }
}

/* One at a time: cmocka's state is the scratch directory. */
static struct machine machine, *const m = &machine;

static int set_up(void **state)
{
    struct felt_cluster_key key = {{7}};
    struct felt_failure error;
    struct scratch *s;
    char dir[256];

    if (scratch_setup(state) != 0)
        return -1;
    s = *state;
    memset(m, 0, sizeof(*m));
    m->now = 100 * FELT_USEC_SEC;
    snprintf(dir, sizeof(dir), "%s/state", s->dir);
    snprintf(m->path, sizeof(m->path), "%s/operator.key", s->dir);
    assert_int_equal(felt_store_open(dir, &m->store, &error), 0);
    put(m->store.key_path, &key);
    starts(m, NULL);
    save(m);
    return 0;
}

static int tear_down(void **state)
{
    felt_node_free(m->node);
    felt_store_close(&m->store);
    return scratch_teardown(state);
}

/* S-4.1, S-4.2 */
static void a_node_comes_back_from_a_crash_at_any_point_of_a_rotation(void **state)
{
    static const enum felt_keyring_phase phases[] = {FELT_KEYRING_INSTALLED, FELT_KEYRING_USED,
                                                     FELT_KEYRING_ONE};
    enum felt_keyring_phase before = FELT_KEYRING_ONE;
    struct felt_cluster_key new;

    (void)state;
    rotate(m);
    for (size_t i = 0; i < FELT_ARRAY_LEN(phases); before = phases[i++]) {
        await(m, phases[i]);
        /* Before the state is written: the step has not happened. */
        starts(m, NULL);
        assert_int_equal(phase(m), before);
        assert_true(seals_with_file(m));
        if (i == 0) {
            save(m);
            rotate(m);
        }
        await(m, phases[i]);
        assert_int_not_equal(m->effects.state.len, 0);
        /* After that, and before cluster.key: the file follows at the start. */
        new = *felt_node_key(m->node);
        write_state(m);
        starts(m, NULL);
        assert_int_equal(phase(m), phases[i]);
        assert_true(same(felt_node_key(m->node), &new));
        assert_true(seals_with_file(m));
        /* And after that. */
        assert_true(felt_key_files_follow(&m->store, m->node, NULL, &m->given));
        starts(m, NULL);
        assert_int_equal(phase(m), phases[i]);
        assert_true(seals_with_file(m));
    }
}

/* S-4.3 */
static void a_key_file_of_before_is_warned_of_and_an_unknown_one_refused(void **state)
{
    struct felt_cluster_key old = {{7}}, unknown = {{9}};
    struct felt_failure error = {0};

    (void)state;
    put(m->path, &old);
    rotate(m);
    await(m, FELT_KEYRING_USED);
    save(m);
    starts(m, m->path);
    assert_false(same(felt_node_key(m->node), &old));
    assert_true(same(felt_node_key(m->node), &m->given));
    await(m, FELT_KEYRING_ONE);
    save(m);
    starts(m, m->path);
    assert_true(seals_with_file(m));
    put(m->path, &unknown);
    assert_int_equal(start(m, m->path, &error), -EKEYREJECTED);
    assert_non_null(strstr(error.text, m->path));
    assert_non_null(strstr(error.text, "cluster.key.new"));
    assert_true(seals_with_file(m));
}

/* S-4.4, G-7.3.1 */
static void a_key_put_there_by_hand_is_taken_and_then_gone(void **state)
{
    struct felt_cluster_key wanted = {{9}};
    char path[600];

    (void)state;
    rotate(m);
    await(m, FELT_KEYRING_USED);
    save(m);
    snprintf(path, sizeof(path), "%s.new", m->store.key_path);
    put(path, &wanted);
    starts(m, NULL);
    assert_true(same(felt_node_key(m->node), &wanted));
    assert_int_equal(access(path, F_OK), 0); /* the state does not have it yet */
    starts(m, NULL);                         /* a crash: once more */
    assert_true(same(felt_node_key(m->node), &wanted));
    save(m);
    starts(m, NULL); /* and one after the state was written */
    assert_true(same(felt_node_key(m->node), &wanted));
    assert_true(seals_with_file(m));
    assert_int_not_equal(access(path, F_OK), 0);
    save(m);
    starts(m, NULL);
    assert_true(same(felt_node_key(m->node), &wanted));
    assert_int_equal(phase(m), FELT_KEYRING_ONE);
}

/* S-4.4: where the key was never rotated. */
static void so_is_one_in_a_cluster_that_had_one_key_only(void **state)
{
    struct felt_cluster_key wanted = {{9}};
    char path[600];

    (void)state;
    snprintf(path, sizeof(path), "%s.new", m->store.key_path);
    put(path, &wanted);
    starts(m, NULL);
    assert_true(same(felt_node_key(m->node), &wanted));
    assert_true(seals_with_file(m));
    assert_int_not_equal(access(path, F_OK), 0);
    save(m);
    starts(m, NULL);
    assert_true(same(felt_node_key(m->node), &wanted));
}

/* S-4.2 */
static void a_file_that_cannot_be_written_is_said_and_written_at_the_next_start(void **state)
{
    char away[600];

    (void)state;
    rotate(m);
    await(m, FELT_KEYRING_USED);
    save(m);
    snprintf(away, sizeof(away), "%s", m->store.key_path);
    assert_int_equal(unlink(away), 0);
    assert_int_equal(mkdir(away, 0700), 0); /* nothing is renamed over a directory */
    assert_false(felt_key_files_follow(&m->store, m->node, NULL, &m->given));
    assert_true(same(felt_node_key(m->node), &m->given)); /* tokens are right all the same */
    assert_int_equal(rmdir(away), 0);
    assert_true(felt_key_files_follow(&m->store, m->node, NULL, &m->given));
    assert_true(seals_with_file(m));
}

#define MACHINE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MACHINE(a_node_comes_back_from_a_crash_at_any_point_of_a_rotation),
        MACHINE(a_key_file_of_before_is_warned_of_and_an_unknown_one_refused),
        MACHINE(a_key_put_there_by_hand_is_taken_and_then_gone),
        MACHINE(so_is_one_in_a_cluster_that_had_one_key_only),
        MACHINE(a_file_that_cannot_be_written_is_said_and_written_at_the_next_start),
    };

    return RUN_TESTS(tests);
}
