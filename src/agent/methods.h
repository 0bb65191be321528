/* SPDX-License-Identifier: Apache-2.0 */
/* The methods of io.felt (proto/io.felt.varlink): the node's view as JSON. They read, but for
 * a few, and they never wait for anything. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/chronicle.h"
#include "agent/failure.h"
#include "agent/httpd.h"
#include "agent/reconciler.h"
#include "agent/varlink_server.h"
#include "agent/work.h"
#include "agent/way.h"
#include "crypto/key.h"
#include "node/keys.h"
#include "node/node.h"
#include "node/view.h"

/* What felt-etcd-bridge said last of itself. */
enum felt_bridge_health {
    FELT_BRIDGE_HEALTH_UNKNOWN, /* nothing yet */
    FELT_BRIDGE_HEALTH_OK,
    FELT_BRIDGE_HEALTH_WAITING, /* for another bridge's lock, say */
    FELT_BRIDGE_HEALTH_DOWN,    /* etcd is out of reach, say */
};
#define FELT_BRIDGE_HEALTHS 4

struct felt_bridge_report {
    enum felt_bridge_health health;
    char text[256];     /* in its own words */
    felt_usec heard_us; /* its last call of any kind; 0: none */
};

struct felt_foreign_change;

/* What the daemon keeps up to date for as long as the server lives; borrowed, and read at each
 * call. NULL means unknown or none, for all pointers but node, key, now_us, the functions and
 * version. */
struct felt_methods_context {
    const struct felt_node *node;
    const struct felt_cluster_key *key;
    felt_usec (*now_us)(void); /* the clock of felt_node_step() */
    /* Tells the node to leave. 0; -EBUSY: there is nobody to give to; -EAGAIN: not yet, or that is
     * not known yet (agent/abandon.h). */
    int (*leave)(void *userdata);
    /* Keeps a slot for somebody, or with NULL for nobody any more; the node's verdict. */
    enum felt_verdict (*reserve)(void *userdata, uint32_t slot, const struct felt_whom *whom);
    /* Sets something of the configuration: all that is set then; the node's verdict. */
    enum felt_verdict (*set_config)(void *userdata, const struct felt_settings *settings);
    /* Gives the node's cluster up and joins target, a seed or a token. 0: what it owned is dropped;
     * 1: it leaves first; -EBUSY: it can only drop what it owns, and was not told to; -EAGAIN: that
     * is not known yet (agent/abandon.h); another -errno with ret_failure. */
    int (*abandon)(void *userdata, const char *target, bool drop, struct felt_failure *ret_failure);
    /* Tells the node that members are gone for good; its verdict. */
    enum felt_verdict (*reclaim)(void *userdata, const struct felt_id *ids, size_t n, bool force);
    /* Looks at the kernel: felt_overlay_inspect(). */
    int (*inspect)(void *userdata, felt_reconciler_seen_fn seen, void *seen_userdata);
    /* As felt_overlay_way(); NULL: nothing is known of any way. */
    bool (*way)(void *userdata, const struct felt_ip *subnet, struct felt_way *ret_way);
    /* An etcd bridge begins or ends (enum felt_bridge_order), has cleared a slot for a node, or
     * says who leases what outside of the cluster; the node's verdict. */
    enum felt_verdict (*bridge_order)(void *userdata, int order, bool force);
    enum felt_verdict (*bridge_cleared)(void *userdata, const struct felt_id *node, uint32_t slot);
    enum felt_verdict (*bridge_foreign)(void *userdata, const struct felt_foreign_change *changes,
                                        size_t n);
    /* What keys there are; NULL: `key` alone. And another one is wanted: salt and order are its own
     * business. */
    void (*keys)(void *userdata, struct felt_keys_view *ret_view);
    enum felt_keys_refusal (*change_key)(void *userdata, enum felt_keys_order order,
                                         uint32_t grace_s);
    void *userdata;
    const struct felt_chronicle *chronicle; /* never NULL where the methods of events are called */
    const char *version;
    const char *subnet_file;
    const char *underlay;             /* the interface between nodes, "eth0" */
    const char *underlay_missing;     /* what that lacks: "interface eth0 is gone"; NULL: nothing */
    const char *device;               /* the overlay's, "flannel.1" */
    const char *device6;              /* a second one, "flannel-v6.1"; NULL: there is none */
    uint32_t mtu;                     /* of the overlay; 0: not known */
    uint32_t n_programmed;            /* peers that are in the kernel as they should be */
    uint32_t n_unreachable;           /* peers to which there is no way as things are */
    const char *kernel_limit;         /* of this machine, too low for the cluster; NULL: none */
    const char *kernel_error;         /* of the last pass; NULL: it had none */
    const char *subnet_file_error;    /* subnet.env could not be written */
    struct felt_httpd *httpd;         /* NULL: not wanted */
    struct felt_work work;            /* on the kernel */
    uint64_t n_suspicions;            /* members that fell silent, each time that they did */
    uint64_t n_deaths;                /* and were found dead, likewise */
    bool key_file_failing;            /* cluster.key does not have the key that seals */
    bool save_failing;                /* FELT_EVENT_SAVE_FAILING, and no save since */
    struct felt_bridge_report bridge; /* kept by the methods themselves */
    bool ready; /* subnet.env is written, every known peer is programmed that the kernel takes */
};

/* The interface for felt_varlink_server_config; context is its userdata. */
void felt_methods_interface(struct felt_methods_context *context,
                            struct felt_varlink_interface *ret_interface);

/* One by one, for whom the server is not at hand. NULL where memory ran out. */
json_t *felt_methods_status(const struct felt_methods_context *context);
json_t *felt_methods_members(const struct felt_methods_context *context);
json_t *felt_methods_leases(const struct felt_methods_context *context);
void felt_methods_create_token(const struct felt_methods_context *context, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer);
void felt_methods_leave(const struct felt_methods_context *context,
                        struct felt_varlink_answer *ret_answer);

void felt_methods_abandon(const struct felt_methods_context *context, const json_t *parameters,
                          struct felt_varlink_answer *ret_answer);

void felt_methods_reserve(const struct felt_methods_context *context, const json_t *parameters,
                          struct felt_varlink_answer *ret_answer);
void felt_methods_unreserve(const struct felt_methods_context *context, const json_t *parameters,
                            struct felt_varlink_answer *ret_answer);
void felt_methods_reserve_many(const struct felt_methods_context *context, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer);
json_t *felt_methods_reservations(const struct felt_methods_context *context);
json_t *felt_methods_saved(const struct felt_methods_context *context);

void felt_methods_reclaim(const struct felt_methods_context *context, const json_t *parameters,
                          struct felt_varlink_answer *ret_answer);
void felt_methods_list_reclaims(const struct felt_methods_context *context,
                                const json_t *parameters, struct felt_varlink_answer *ret_answer);

json_t *felt_methods_slots(const struct felt_methods_context *context);

void felt_methods_list_events(const struct felt_methods_context *context, const json_t *parameters,
                              struct felt_varlink_answer *ret_answer);
/* A stream: where it begins, and its next event. */
void felt_methods_subscribe(const struct felt_methods_context *context, const json_t *parameters,
                            struct felt_varlink_answer *ret_answer);
bool felt_methods_next_event(const struct felt_methods_context *context, uint64_t *cursor,
                             struct felt_varlink_answer *ret_answer);

void felt_methods_kernel(const struct felt_methods_context *context, const json_t *parameters,
                         struct felt_varlink_answer *ret_answer);

json_t *felt_methods_keys(const struct felt_methods_context *context);
/* Of a rotation that has not ended: object or null. */
json_t *felt_methods_rotation(const struct felt_methods_context *context);
void felt_methods_rotate_key(const struct felt_methods_context *context, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer);
void felt_methods_remove_key(const struct felt_methods_context *context, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer);

void felt_methods_log_level(struct felt_varlink_answer *ret_answer);
void felt_methods_set_log_level(const json_t *parameters, struct felt_varlink_answer *ret_answer);

/* In plain words, the most important first: an array of strings. */
json_t *felt_methods_problems(const struct felt_methods_context *context);
