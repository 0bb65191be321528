/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/abandon.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/options_values.h"
#include "agent/path.h"
#include "agent/store.h"
#include "node/view.h"

#define ORDER_MAX (FELT_TOKEN_TEXT_MAX + 1) /* with its line end; a host is shorter */

static void path_of(const char *state_dir, const char *name, char *path)
{
    snprintf(path, FELT_STORE_PATH_MAX, "%s/%s", state_dir, name);
}

static int take_target(struct felt_options *options, const char *target,
                       struct felt_failure *ret_error)
{
    const struct felt_option_value value = {.origin = "the new cluster", .text = target};
    struct felt_options_error e;
    int r = felt_option_add_join(options, 0, &value, &e);

    return r < 0 ? felt_fail(ret_error, r, "%s", e.text) : 0;
}

int felt_abandon_check(const struct felt_options *options, const uint8_t *cluster,
                       const char *target, struct felt_failure *ret_error)
{
    struct felt_options scratch = {0};
    struct felt_token token = {0};
    int r = take_target(&scratch, target, ret_error);

    explicit_bzero(scratch.token, sizeof(scratch.token));
    if (r < 0 || !felt_token_is(target))
        return r;
    r = felt_token_parse(target, &token);
    felt_key_wipe(&token.key);
    if (r < 0)
        return felt_fail(ret_error, -EINVAL, "the token is damaged: copy it again, all of it");
    if (token.expires_s != 0 && (uint64_t)time(NULL) >= token.expires_s)
        return felt_fail(ret_error, -EKEYEXPIRED,
                         "the token has expired; make a new one with 'feltctl token' on a member");
    if (cluster && memcmp(cluster, token.cluster, sizeof(token.cluster)) == 0)
        return felt_fail(ret_error, -EALREADY, "the token is of the cluster that this node is in");
    if (options->key_file)
        return felt_fail(ret_error, -EINVAL,
                         "feltd was started with --key-file %s, so the key of a token would not be "
                         "used: put the new cluster's key there and name a host instead",
                         options->key_file);
    return 0;
}

enum felt_abandon_way felt_abandon_way(const struct felt_self_view *self, felt_usec up_us)
{
    /* Until it is confirmed a node only knows from its disk who was alive. */
    if (!self->confirmed)
        return self->n_members - self->n_left > 1 && up_us < FELT_ABANDON_PATIENCE
                   ? FELT_ABANDON_WAIT
                   : FELT_ABANDON_DROP;
    if (self->n_alive > 1)
        return FELT_ABANDON_GIVE;
    return self->n_suspect > 0 ? FELT_ABANDON_WAIT : FELT_ABANDON_DROP;
}

int felt_abandon_order(const char *state_dir, const char *target, struct felt_failure *ret_error)
{
    char path[FELT_STORE_PATH_MAX], text[ORDER_MAX + 1];
    int r;

    path_of(state_dir, "join", path);
    snprintf(text, sizeof(text), "%s\n", target);
    r = felt_path_replace(path, text, strlen(text), 0600);
    explicit_bzero(text, sizeof(text));
    return r < 0 ? felt_fail(ret_error, r, "cannot write %s: %s", path, strerror(-r)) : 0;
}

void felt_abandon_done(const char *state_dir)
{
    char path[FELT_STORE_PATH_MAX];

    path_of(state_dir, "join", path);
    if (unlink(path) < 0 && errno != ENOENT)
        felt_log_warning("store: cannot remove %s: %s", path, strerror(errno));
}

/* Text without its line end; -ENOENT where there is no order. */
static int read_order(const char *path, char text[ORDER_MAX + 1])
{
    ssize_t n = felt_path_read(path, text, ORDER_MAX);

    if (n < 0)
        return (int)n;
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return text[0] != '\0' ? 0 : -ENOENT;
}

/* The key of the cluster that was given up; nobody else's copy of it is touched. */
static int move_key_away(const struct felt_options *o, struct felt_failure *ret_error)
{
    char path[FELT_STORE_PATH_MAX], away[FELT_STORE_PATH_MAX];
    struct felt_cluster_key key;
    struct felt_token token = {0};
    int r;

    path_of(o->state_dir, "cluster.key", path);
    path_of(o->state_dir, "cluster.key.abandoned", away);
    r = felt_store_read_key(path, &key, ret_error);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    r = felt_token_parse(o->token, &token);
    if (r < 0 || memcmp(&key, &token.key, sizeof(key)) == 0)
        r = 0; /* a damaged token is the caller's to find */
    else if (rename(path, away) < 0)
        r = felt_fail(ret_error, -errno, "cannot rename %s: %s", path, strerror(errno));
    felt_key_wipe(&key);
    felt_key_wipe(&token.key);
    return r;
}

int felt_abandon_apply(struct felt_options *options, struct felt_failure *ret_error)
{
    char path[FELT_STORE_PATH_MAX], text[ORDER_MAX + 1];
    int r;

    path_of(options->state_dir, "join", path);
    r = read_order(path, text);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return felt_fail(ret_error, r, "cannot read %s: %s", path, strerror(-r));
    explicit_bzero(options->token, sizeof(options->token));
    options->n_seeds = 0;
    options->bootstrap_expect = 0;
    r = take_target(options, text, ret_error);
    explicit_bzero(text, sizeof(text));
    if (r < 0)
        return r;
    felt_log_notice("node: joins as 'feltctl join --abandon' said, until that is done");
    return options->token[0] != '\0' ? move_key_away(options, ret_error) : 0;
}

int felt_abandon_drop(const char *state_dir, struct felt_failure *ret_error)
{
    char path[FELT_STORE_PATH_MAX], away[FELT_STORE_PATH_MAX];

    path_of(state_dir, "state", path);
    path_of(state_dir, "state.abandoned", away);
    if (rename(path, away) < 0 && errno != ENOENT)
        return felt_fail(ret_error, -errno, "store: cannot rename %s: %s", path, strerror(errno));
    return 0;
}
