/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator orders through the control socket. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <time.h>

#include "agent/abandon.h"
#include "agent/daemon_parts.h"
#include "agent/key_files.h"
#include "agent/log.h"
#include "config.h"
#include "crypto/host.h"
#include "node/bridge_lease.h"
#include "node/view.h"

/* feltd(8), CONTROL SOCKET. Where they do not exist, only root can. */
#define GROUP       "felt"
#define ADMIN_GROUP "felt-admin"

static enum felt_verdict begin_leaving(struct felt_daemon *d)
{
    enum felt_verdict verdict = felt_daemon_step(d, (struct felt_input){.kind = FELT_INPUT_LEAVE});

    if (verdict == FELT_VERDICT_TAKEN)
        felt_log_notice("node: leaving the cluster: its subnets are given to other members");
    return verdict;
}

static int on_leave(void *userdata)
{
    struct felt_daemon *d = userdata;
    struct felt_self_view self;

    if (begin_leaving(d) == FELT_VERDICT_TAKEN)
        return 0;
    felt_node_self(d->node, &self);
    /* Just after a start even who sees nobody alive has others to wait for. */
    if (self.n_alive > 1 ||
        felt_abandon_way(&self, felt_daemon_now() - d->begun_us) == FELT_ABANDON_WAIT)
        return -EAGAIN;
    return -EBUSY;
}

static enum felt_verdict on_reserve(void *userdata, uint32_t slot, const struct felt_whom *whom)
{
    return felt_daemon_step(
        userdata, (struct felt_input){.kind = FELT_INPUT_RESERVE, .reserve = {slot, whom}});
}

static enum felt_verdict on_set_config(void *userdata, const struct felt_settings *settings)
{
    return felt_daemon_step(userdata,
                            (struct felt_input){.kind = FELT_INPUT_SETTINGS, .settings = settings});
}

/* The data plane stays as it is until the new cluster has given a subnet; the hooks hear then. */
void felt_daemon_begin_anew(struct felt_daemon *d)
{
    felt_log_notice("node: its cluster is given up: beginning anew as a new node");
    d->anew = true;
    felt_daemon_end(d);
}

static int on_abandon(void *userdata, const char *target, bool drop, struct felt_failure *failure)
{
    struct felt_daemon *d = userdata;
    enum felt_abandon_way way = FELT_ABANDON_DROP;
    struct felt_self_view self;
    int r;

    if (d->abandoning || d->ending)
        return felt_fail(failure, -EALREADY, "it is at that already");
    felt_node_self(d->node, &self);
    r = felt_abandon_check(d->options, self.in_cluster ? self.cluster : NULL, target, failure);
    if (r < 0)
        return r;
    if (self.in_cluster)
        way = felt_abandon_way(&self, felt_daemon_now() - d->begun_us);
    if (way == FELT_ABANDON_WAIT)
        return -EAGAIN;
    if (way == FELT_ABANDON_DROP && self.in_cluster && !drop)
        return -EBUSY;
    r = felt_abandon_order(d->options->state_dir, target, failure);
    if (r < 0)
        return r;
    if (way == FELT_ABANDON_DROP) {
        d->dropping = true;
        felt_daemon_begin_anew(d);
        return 0;
    }
    if (begin_leaving(d) != FELT_VERDICT_TAKEN) { /* its map has not equalled another's yet */
        felt_abandon_done(d->options->state_dir);
        return -EAGAIN;
    }
    d->abandoning = true;
    return 1;
}

static enum felt_verdict on_reclaim(void *userdata, const struct felt_id *ids, size_t n, bool force)
{
    struct felt_input input = {.kind = FELT_INPUT_RECLAIM};

    input.reclaim.ids = ids;
    input.reclaim.n = n;
    input.reclaim.force = force;
    return felt_daemon_step(userdata, input);
}

static enum felt_verdict on_bridge_order(void *userdata, int order, bool force)
{
    return felt_daemon_step(
        userdata, (struct felt_input){.kind = FELT_INPUT_BRIDGE, .bridge = {order, force}});
}

static enum felt_verdict on_bridge_cleared(void *userdata, const struct felt_id *node,
                                           uint32_t slot)
{
    return felt_daemon_step(
        userdata, (struct felt_input){.kind = FELT_INPUT_CLEARED, .cleared = {*node, slot}});
}

static enum felt_verdict on_bridge_foreign(void *userdata,
                                           const struct felt_foreign_change *changes, size_t n)
{
    return felt_daemon_step(
        userdata, (struct felt_input){.kind = FELT_INPUT_FOREIGN, .foreign = {changes, n}});
}

static void on_keys(void *userdata, struct felt_keys_view *ret_view)
{
    const struct felt_daemon *d = userdata;

    felt_node_keys(d->node, ret_view);
}

static enum felt_keys_refusal on_change_key(void *userdata, enum felt_keys_order order,
                                            uint32_t grace_s)
{
    struct felt_input input = {.kind = FELT_INPUT_KEYS, .keys.order = (int)order};
    struct felt_daemon *d = userdata;
    enum felt_keys_refusal refusal = felt_node_may_keys(d->node, order);

    if (refusal != FELT_KEYS_OK)
        return refusal;
    input.keys.grace_s = grace_s;
    felt_random_fill(input.keys.salt, sizeof(input.keys.salt));
    if (felt_daemon_step(d, input) != FELT_VERDICT_TAKEN)
        refusal = FELT_KEYS_LAST_NOTICE;
    explicit_bzero(&input, sizeof(input)); /* with the old key it is the new one */
    return refusal;
}

static int on_inspect(void *userdata, felt_reconciler_seen_fn seen, void *seen_userdata)
{
    struct felt_daemon *d = userdata;

    return felt_overlay_inspect(d->overlay, seen, seen_userdata);
}

/* 0 where there is none. */
static gid_t group_of(const char *name)
{
    const struct group *group = getgrnam(name);

    return group ? group->gr_gid : 0;
}

static void on_line(void *userdata, enum felt_log_level level, const char *event, const char *text)
{
    struct felt_daemon *d = userdata;
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    felt_chronicle_add(d->chronicle,
                       (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000, level,
                       event, text);
    if (d->server)
        felt_varlink_server_wake(d->server);
}

int felt_orders_listen(struct felt_daemon *d)
{
    int r = felt_chronicle_new(&d->chronicle);

    if (r == 0)
        felt_log_set_listener(on_line, d);
    return r;
}

void felt_orders_stepped(struct felt_daemon *d)
{
    uint64_t generation;

    if (!d->server || d->methods.bridge.heard_us == 0)
        return;
    generation = felt_node_bridge_generation(d->node);
    if (generation == d->bridge_generation)
        return;
    d->bridge_generation = generation;
    felt_varlink_server_wake(d->server);
}

void felt_orders_key_changed(struct felt_daemon *d)
{
    d->methods.key_file_failing =
        !felt_key_files_follow(&d->prepared.store, d->node, d->options->key_file, &d->prepared.key);
}

void felt_orders_close(struct felt_daemon *d)
{
    felt_log_set_listener(NULL, NULL);
    felt_varlink_server_free(FELT_TAKE(d->server));
    felt_chronicle_free(FELT_TAKE(d->chronicle));
}

static bool on_way(void *userdata, const struct felt_ip *subnet, struct felt_way *ret_way)
{
    const struct felt_daemon *d = userdata;

    return felt_overlay_way(d->overlay, subnet, ret_way);
}

int felt_orders_open(struct felt_daemon *d)
{
    struct felt_varlink_listen_error error;
    struct felt_varlink_server_config config = {
        .event = d->event,
        .path = d->options->control_socket,
        .group = group_of(GROUP),
        .admin_group = group_of(ADMIN_GROUP),
        .vendor = "felt",
        .product = "feltd",
        .version = PACKAGE_VERSION,
        .url = PACKAGE_URL,
        .interfaces = &d->interface,
        .n_interfaces = 1,
    };
    int r;

    d->methods = (struct felt_methods_context){
        .node = d->node,
        .key = &d->prepared.key,
        .now_us = felt_daemon_now,
        .leave = on_leave,
        .reserve = on_reserve,
        .set_config = on_set_config,
        .abandon = on_abandon,
        .reclaim = on_reclaim,
        .inspect = on_inspect,
        .way = on_way,
        .keys = on_keys,
        .change_key = on_change_key,
        .bridge_order = on_bridge_order,
        .bridge_cleared = on_bridge_cleared,
        .bridge_foreign = on_bridge_foreign,
        .userdata = d,
        .chronicle = d->chronicle,
        .version = PACKAGE_VERSION,
        .subnet_file = d->options->subnet_file,
        .underlay = d->prepared.underlay.name,
    };
    felt_methods_interface(&d->methods, &d->interface);
    r = felt_varlink_server_new(&config, &d->server, &error);
    if (r < 0)
        felt_log_error("control: %s", error.text);
    return r;
}
