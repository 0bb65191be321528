/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/prepare.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "agent/abandon.h"
#include "agent/follow.h"
#include "agent/key_files.h"
#include "agent/log.h"
#include "agent/machine.h"
#include "agent/net_config.h"
#include "agent/reservations.h"
#include "agent/subnet_env.h"
#include "crypto/host.h"
#include "node/state.h"
#include "node/view.h"

static int check_capability(struct felt_failure *error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) == 0 && !(data[0].effective & (1u << CAP_NET_ADMIN)))
        return felt_fail(
            error, -EPERM,
            "feltd needs CAP_NET_ADMIN to program links and routes: run it as root, or with "
            "AmbientCapabilities=CAP_NET_ADMIN in its unit");
    return 0;
}

static bool wants_to_join(const struct felt_options *o)
{
    return o->token[0] != '\0' || o->n_seeds > 0;
}

static int parse_token(const struct felt_options *o, bool member, struct felt_token *token,
                       struct felt_failure *error)
{
    if (felt_token_parse(o->token, token) < 0)
        return felt_fail(error, -EINVAL, "--join: the token is damaged: copy it again, all of it");
    if (!member && token->expires_s != 0 && (uint64_t)time(NULL) >= token->expires_s)
        return felt_fail(
            error, -EKEYEXPIRED,
            "--join: the token has expired; make a new one with 'feltctl token' on a member "
            "(or is this machine's clock wrong?)");
    return 0;
}

/* The key of --key-file, of the token, of the state directory, or, for a founder, a new one. */
static int find_key(const struct felt_options *o, const struct felt_token *token, bool has_state,
                    struct felt_prepared *p, struct felt_failure *error)
{
    int r;

    if (has_state) { /* else it is as good as any */
        r = felt_key_files_by_hand(&p->store, &p->key, &p->key_by_hand, error);
        if (r < 0 || p->key_by_hand)
            return r;
    }
    if (o->key_file)
        return felt_store_read_key(o->key_file, &p->key, error);
    r = felt_store_read_key(p->store.key_path, &p->key, error);
    if (r == 0) {
        if (token && !has_state && memcmp(&p->key, &token->key, sizeof(p->key)) != 0)
            return felt_fail(
                error, -EEXIST,
                "--join: %s holds the key of another cluster; move it away to join this one",
                p->store.key_path);
        return 0;
    }
    if (r != -ENOENT)
        return r;
    if (has_state)
        return felt_fail(
            error, -ENOENT,
            "%s is gone, but the node's state is there: restore it from a backup or from "
            "another member, or give --key-file",
            p->store.key_path);
    if (token)
        p->key = token->key;
    else if (wants_to_join(o))
        return felt_fail(
            error, -ENOENT,
            "--join needs the cluster's key: give --key-file FILE, or use the token that "
            "'feltctl token' prints on a member");
    else
        felt_random_fill(&p->key, sizeof(p->key));
    r = felt_store_write_key(&p->store, &p->key, error);
    if (r < 0)
        return r;
    if (!token)
        felt_log_info("store: made a cluster key in %s", p->store.key_path);
    return 0;
}

static int choose_underlay(const struct felt_options *o, struct felt_prepared *p,
                           struct felt_failure *error)
{
    int r = felt_follow_first(o, &p->underlay, error);

    if (r < 0)
        return r;
    p->bind = felt_follow_bind(o, &p->underlay);
    return felt_follow_advertise(&p->bind, &p->underlay, &p->advertise) ? 0 : -EADDRNOTAVAIL;
}

static int refused(const struct felt_prepared *p, int r, enum felt_node_refusal refusal,
                   struct felt_failure *error)
{
    switch (refusal) {
    case FELT_NODE_STATE_CORRUPT:
        return felt_fail(
            error, r,
            "store: %s is damaged and is left as it is; move it away (do not restore an older "
            "one): this machine then joins as a new node",
            p->store.state_path);
    case FELT_NODE_STATE_NEWER:
        return felt_fail(
            error, r,
            "store: %s was written by a newer feltd and is left as it is; install that "
            "version again, or move the file away to join as a new node",
            p->store.state_path);
    case FELT_NODE_BAD_CONFIG:
        return felt_fail(error, r, "the network configuration is not valid");
    case FELT_NODE_OK:
        break;
    }
    return felt_fail(error, r, "cannot start: %s", strerror(-r));
}

static void report_start(const struct felt_options *o, const struct felt_prepared *p, bool resumed)
{
    char id[FELT_ID_TEXT], cluster[2 * FELT_CLUSTER_ID_LEN + 1];
    struct felt_self_view self;

    felt_node_self(p->node, &self);
    felt_hex_encode(self.cluster, sizeof(self.cluster), cluster);
    felt_id_format(&self.id, id);
    if (!self.in_cluster && o->bootstrap_expect > 0)
        felt_log_info("node: node=%s name=%s is looking for its cluster, or for %u candidates to "
                      "found it with",
                      id, self.name, o->bootstrap_expect);
    else if (!self.in_cluster)
        felt_log_info("node: node=%s name=%s is looking for its cluster", id, self.name);
    else if (!resumed)
        felt_log_notice("node: node=%s name=%s founded cluster=%s with %u subnets", id, self.name,
                        cluster, self.n_slots);
    else
        felt_log_info("node: node=%s name=%s resumes in cluster=%s, session %llu, %u members known",
                      id, self.name, cluster, (unsigned long long)self.session, self.n_members);
    if (resumed && self.in_cluster && wants_to_join(o))
        felt_log_info("node: already a member; --join says where to look when members have moved");
    if (resumed && self.in_cluster && o->bootstrap_expect == 0 &&
        (!felt_dual_is_none(&o->network) || o->backend || o->net_config_explicit ||
         o->reservations_explicit))
        felt_log_notice("node: the cluster's network configuration stands: --network, --backend, "
                        "--net-config-path and --reservations are for founders and were not read");
    if (resumed && self.in_cluster && o->lease_time_explicit &&
        o->lease_time_sec * FELT_USEC_SEC != self.lease_time_us)
        felt_log_notice("node: the cluster's lease time stands: --lease-time is for founders; "
                        "'feltctl config set LeaseTime=...' changes it for all members");
}

/* What a founder begins with. */
static int founder_config(const struct felt_options *o, struct felt_net_config *net,
                          struct felt_failure *error)
{
    struct felt_options_error e;
    int r = felt_net_config_load(o, net, &e);

    if (r < 0)
        return felt_fail(error, r, "%s", e.text);
    if (net->source == FELT_NET_CONFIG_DEFAULT)
        felt_log_notice("node: no network configuration was given, so network=%s backend=%s; set "
                        "--network or write %s before the first start to choose another",
                        FELT_CIDR(&net->config.network), felt_backend_name(net->config.backend),
                        o->net_config_path);
    return 0;
}

/* What a founder keeps for whom. */
static int founder_reservations(const struct felt_options *o, const struct felt_net_config *net,
                                struct felt_wanted **ret_wanted, size_t *ret_n,
                                struct felt_failure *error)
{
    int r;

    if (!o->reservations_explicit && access(o->reservations, F_OK) < 0)
        return 0;
    r = felt_reservations_load(o->reservations, &net->config, ret_wanted, ret_n, error);
    if (r == 0 && *ret_n > 0)
        felt_log_notice("lease: %zu subnets are reserved from the beginning, as %s says", *ret_n,
                        o->reservations);
    return r;
}

/* Of the state: whether its node is in a cluster; and whether it is anybody's at all: who has left
 * leaves nobody's behind, and needs no key of before. */
static bool is_member(const uint8_t *state, size_t len, bool *ret_is_somebody)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    enum felt_node_refusal refusal;

    *ret_is_somebody = len > 0;
    if (len == 0 || felt_state_decode(felt_bytes(state, len), &record, &refusal) < 0)
        return false; /* damaged, perhaps: the node says so */
    *ret_is_somebody = record.session > 0;
    return record.in_cluster;
}

/* net: of a founder; NULL otherwise. */
static int make_node(const struct felt_options *o, const struct felt_token *token,
                     const struct felt_net_config *net, felt_usec now, struct felt_bytes state,
                     struct felt_prepared *p, struct felt_failure *error)
{
    struct felt_node_config config = {
        .now = now,
        .key = p->key,
        .key_by_hand = p->key_by_hand,
        .name = o->node_name,
        .advertise = p->advertise,
        .public_ip = p->underlay.public_ip,
        .state = state,
        .wish = o->subnet,
        .net_config = net ? net->text : NULL,
        .has_cluster = token != NULL,
        .bootstrap_expect = net ? o->bootstrap_expect : 0,
        .lease_time_us = o->lease_time_sec * FELT_USEC_SEC,
    };
    enum felt_node_refusal refusal;
    _cleanup_(felt_freep) struct felt_wanted *wanted = NULL;
    struct felt_dual earlier;
    int r;

    if (net && (r = founder_reservations(o, net, &wanted, &config.n_reservations, error)) < 0)
        return r;
    config.reservations = wanted;
    felt_random_fill(config.seed, sizeof(config.seed));
    felt_machine_read(FELT_MACHINE_ID_PATH, config.machine);
    if (token)
        memcpy(config.cluster, token->cluster, sizeof(config.cluster));
    if (config.wish.ip.family == FELT_FAMILY_NONE &&
        felt_subnet_env_read_subnets(o->subnet_file, &earlier) == 0)
        config.wish = *felt_dual_first(&earlier);
    r = felt_node_new(&config, &p->node, &refusal);
    explicit_bzero(&config, sizeof(config));
    if (r < 0)
        return refused(p, r, refusal, error);
    return felt_key_files_start(&p->store, p->node, p->key_by_hand ? NULL : o->key_file, &p->key,
                                error);
}

static int prepare(struct felt_options *o, felt_usec now, struct felt_prepared *p,
                   struct felt_failure *error)
{
    _cleanup_(felt_freep) uint8_t *state = NULL;
    struct felt_token token = {0};
    bool member, somebody, has_token, candidate, founder;
    struct felt_net_config net;
    struct felt_self_view self;
    size_t len;
    int r;

    r = check_capability(error);
    if (r < 0)
        return r;
    r = felt_store_open(o->state_dir, &p->store, error);
    if (r < 0)
        return r;
    r = felt_store_load(&p->store, &state, &len, error);
    if (r < 0)
        return r;
    member = is_member(state, len, &somebody);
    if (member)
        felt_abandon_done(o->state_dir);
    else if ((r = felt_abandon_apply(o, error)) < 0)
        return r;
    has_token = o->token[0] != '\0';
    if (has_token && (r = parse_token(o, somebody, &token, error)) < 0)
        return r;
    p->n_token_seeds = token.n_seeds;
    memcpy(p->token_seeds, token.seeds, sizeof(p->token_seeds));
    r = choose_underlay(o, p, error);
    if (r < 0)
        return r;
    candidate = o->bootstrap_expect > 0 && !member;
    founder = candidate || (len == 0 && !wants_to_join(o));
    if (founder && (r = founder_config(o, &net, error)) < 0)
        return r;
    r = find_key(o, has_token ? &token : NULL, somebody, p, error);
    felt_key_wipe(&token.key);
    if (r < 0)
        return r;
    r = make_node(o, has_token ? &token : NULL, founder ? &net : NULL, now, felt_bytes(state, len),
                  p, error);
    if (state)
        explicit_bzero(state, len);
    if (r < 0)
        return r;
    felt_node_self(p->node, &self);
    if (!self.in_cluster && !wants_to_join(o) && !candidate)
        return felt_fail(
            error, -ENOTCONN,
            "%s is of a node that has not joined its cluster yet: give --join again, or move "
            "the file away to found a new cluster",
            p->store.state_path);
    report_start(o, p, len > 0);
    return 0;
}

int felt_prepare(struct felt_options *options, felt_usec now, struct felt_prepared *ret_prepared,
                 struct felt_failure *ret_error)
{
    int r;

    *ret_prepared = (struct felt_prepared){.store.lock_fd = -1};
    felt_secret_lock(&ret_prepared->key, sizeof(ret_prepared->key));
    r = prepare(options, now, ret_prepared, ret_error);
    if (r < 0)
        felt_prepared_done(ret_prepared);
    return r;
}

void felt_prepared_done(struct felt_prepared *prepared)
{
    felt_node_free(prepared->node);
    felt_store_close(&prepared->store);
    felt_secret_unlock(&prepared->key, sizeof(prepared->key));
    *prepared = (struct felt_prepared){.store.lock_fd = -1};
}
