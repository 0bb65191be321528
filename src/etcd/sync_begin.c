/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "agent/log.h"
#include "agent/path.h"
#include "etcd/feltd_reply.h"
#include "etcd/network.h"
#include "etcd/sync.h"
#include "etcd/tombstone.h"

#define RETRY_MS   1000

#define ALONE_NAME "felt-etcd-bridge/"

/* The node that is to be the bridge node, once it is in a cluster. */
static enum felt_bridge_exit read_node(struct felt_sync *sync, struct felt_flannel_config *config)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    enum felt_bridge_exit code =
        felt_bridge_feltd(sync->bridge, "io.felt.GetStatus", NULL, &status);
    const json_t *node = json_object_get(status, "node");

    if (code != FELT_BRIDGE_FINE)
        return code;
    if (!json_is_object(json_object_get(status, "cluster")) ||
        !json_is_object(json_object_get(status, "network")))
        return felt_bridge_say(FELT_BRIDGE_UNREACHABLE,
                               "feltd is not in a cluster yet; waiting for it");
    felt_feltd_text_read(node, "name", config->name, sizeof(config->name));
    if (felt_feltd_node_read(node, &config->node) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "feltd does not say who it is");
    sync->node = config->node;
    return FELT_BRIDGE_FINE;
}

/* Whether a mode that is off was ended in etcd, too: then there is nothing to begin. */
static enum felt_bridge_exit look_at_mode(struct felt_sync *sync, bool *ret_over)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    char note[FELT_TOMBSTONE_TEXT];
    enum felt_bridge_exit code =
        felt_bridge_feltd(sync->bridge, "io.felt.BridgeState", NULL, &reply);

    if (code != FELT_BRIDGE_FINE ||
        json_is_true(json_object_get(json_object_get(reply, "state"), "on")))
        return code;
    code = felt_tombstone_read(sync->bridge, note);
    if (code != FELT_BRIDGE_FINE || note[0] == '\0')
        return code;
    felt_log_notice("bridge: this etcd was cut over, says %s/" FELT_ETCD_CUTOVER
                    " (%s): nothing to do; 'felt-etcd-bridge cutover --undo' goes back, and where "
                    "that is refused, removing the key begins anew",
                    sync->bridge->options->prefix, note);
    *ret_over = true;
    return FELT_BRIDGE_FINE;
}

static enum felt_bridge_exit switch_on(struct felt_sync *sync)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum felt_bridge_exit code =
        felt_bridge_feltd(sync->bridge, "io.felt.BridgeBegin", NULL, &reply);

    if (code != FELT_BRIDGE_FINE)
        return code;
    return felt_bridge_await_save(sync->bridge, json_integer_value(json_object_get(reply, "save")));
}

/* An address without a file, which the kernel frees however a process ends: whoever has it knows
 * that the lock in etcd, if it is of this node, is that of a bridge which is no more, and takes it
 * at once. */
static enum felt_bridge_exit be_alone(struct felt_sync *sync)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char id[FELT_ID_TEXT];
    int len;

    if (sync->alone_fd >= 0)
        return FELT_BRIDGE_FINE;
    len = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, ALONE_NAME "%s",
                   felt_id_format(&sync->node, id));
    sync->alone_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sync->alone_fd >= 0 &&
        bind(sync->alone_fd, (struct sockaddr *)&address,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) == 0)
        return FELT_BRIDGE_FINE;
    felt_closep(&sync->alone_fd);
    if (errno == EADDRINUSE)
        return felt_bridge_say(
            FELT_BRIDGE_UNREACHABLE,
            "another felt-etcd-bridge runs beside this feltd; waiting for its end");
    return felt_bridge_say(FELT_BRIDGE_REFUSED, "cannot have a socket: %s", strerror(errno));
}

static enum felt_bridge_exit make_engine(struct felt_sync *sync,
                                         const struct felt_flannel_config *given)
{
    struct felt_flannel_config config = *given;
    time_t now = time(NULL);
    struct tm tm;
    int r;

    strcpy(config.prefix, sync->bridge->options->prefix);
    config.netconf = sync->config;
    if (gmtime_r(&now, &tm))
        strftime(config.since, sizeof(config.since), "%Y-%m-%dT%H:%M:%SZ", &tm);
    r = felt_flannel_new(&config, &sync->engine);
    return r < 0 ? felt_bridge_say(FELT_BRIDGE_REFUSED, "%s",
                                   r == -EINVAL ? "the network has no IPv4" : strerror(-r))
                 : FELT_BRIDGE_FINE;
}

static enum felt_bridge_exit try(struct felt_sync *sync, bool *ret_over)
{
    struct felt_flannel_config config = {0};
    struct felt_bridge_network network = {0};
    char text[FELT_NETCONF_TEXT_MAX + 1];
    enum felt_bridge_exit code = FELT_BRIDGE_FINE;

    if (!sync->bridge->feltd)
        code = felt_bridge_need_feltd(sync->bridge);
    if (code == FELT_BRIDGE_FINE)
        code = read_node(sync, &config);
    if (code == FELT_BRIDGE_FINE)
        code = be_alone(sync);
    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_read_cluster(sync->bridge, &sync->config, text);
    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_read_config(sync->bridge, &network, NULL);
    if (code == FELT_BRIDGE_FINE)
        code = felt_bridge_compare(sync->bridge, &network, &sync->config, "the cluster");
    if (code == FELT_BRIDGE_FINE)
        code = look_at_mode(sync, ret_over);
    if (code != FELT_BRIDGE_FINE || *ret_over)
        return code;
    code = switch_on(sync);
    return code == FELT_BRIDGE_FINE ? make_engine(sync, &config) : code;
}

enum felt_bridge_exit felt_sync_begin(struct felt_sync *sync, int signal_fd, bool *ret_over)
{
    struct pollfd stop = {.fd = signal_fd, .events = POLLIN};
    enum felt_bridge_exit code;

    *ret_over = false;
    while ((code = try(sync, ret_over)) == FELT_BRIDGE_UNREACHABLE) {
        felt_varlink_client_free(FELT_TAKE(sync->bridge->feltd));
        if (poll(&stop, 1, RETRY_MS) > 0) {
            *ret_over = true;
            return FELT_BRIDGE_FINE;
        }
    }
    return code;
}
