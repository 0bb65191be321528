/* SPDX-License-Identifier: Apache-2.0 */
#include "node/node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "crypto/hash.h"
#include "node/bootstrap.h"
#include "node/core.h"
#include "node/donor.h"
#include "node/foreign.h"
#include "node/gossip.h"
#include "node/inbound.h"
#include "node/own.h"
#include "node/reserve.h"
#include "node/state.h"

_Static_assert(FELT_BACKEND_DATA_MAX == FELT_DESC_DATA_MAX, "a descriptor holds any BackendData");
_Static_assert(FELT_BACKEND_TYPE_MAX == FELT_DESC_BACKEND_MAX, "a descriptor holds any backend");
_Static_assert(FELT_NETCONF_TEXT_MAX == FELT_CONFIG_TEXT_MAX, "a welcome holds any net-conf");
_Static_assert(FELT_NETCONF_SLOTS_MAX == FELT_SLOTS_MAX, "a map holds any network's slots");
_Static_assert(FELT_CLUSTER_ID_LEN == FELT_SEAL_CLUSTER, "a header holds the cluster id");
_Static_assert(FELT_EXPECT_MAX == FELT_BOOTSTRAP_MAX, "a promise names all candidates");
_Static_assert(FELT_COOKIE_LEN == FELT_COOKIE_BYTES, "a message holds a cookie");

int felt_node_configure(struct felt_node *node, const char *text, size_t len)
{
    struct felt_netconf_error error;
    struct felt_netconf config;
    int r;

    if (len > FELT_NETCONF_TEXT_MAX)
        return -EINVAL;
    r = felt_netconf_parse(text, len, &config, &error);
    if (r < 0)
        return r;
    r = felt_slot_map_new(felt_netconf_slots(&config), &node->map);
    if (r < 0)
        return r;
    r = felt_notices_new(felt_netconf_slots(&config) + FELT_NOTICE_OTHERS, &node->notices);
    if (r < 0)
        return r;
    memcpy(node->config_text, text, len);
    node->config_text[len] = '\0';
    node->config = config;
    node->configured = true;
    felt_setter_configured(node);
    return 0;
}

int felt_node_found(struct felt_node *node, const char *net_config,
                    const uint8_t cluster[FELT_CLUSTER_ID_LEN])
{
    struct felt_slot all = {.owner = *felt_node_id(node), .term = 1};
    int r;

    r = felt_node_configure(node, net_config, strlen(net_config));
    if (r < 0)
        return r;
    memcpy(node->cluster, cluster, sizeof(node->cluster));
    node->in_cluster = true;
    node->era = 1;
    for (uint32_t slot = 0; slot < felt_slot_map_slots(node->map); slot++)
        if (felt_slot_map_merge(node->map, slot, &all) != FELT_MERGE_NEWER)
            return -ENOMEM;
    return felt_reserve_found(node);
}

static int found_alone(struct felt_node *node, const struct felt_node_config *config)
{
    uint8_t id[16]; /* the least that felt_expand() makes */

    felt_expand(config->seed, "cluster id", id, sizeof(id));
    return felt_node_found(node, config->net_config, id);
}

/* Tables and helpers; nothing of the cluster yet. */
static int build(struct felt_node *node, const struct felt_node_config *config)
{
    uint32_t members_max =
        config->limits.members_max ? config->limits.members_max : FELT_NODE_MEMBERS_MAX;
    struct felt_descriptor self = {.advertise = config->advertise, .public_ip = config->public_ip};
    struct felt_swim_config swim = {
        .now = config->now, .members_max = members_max, .tuning = config->limits.tuning};
    uint8_t seed[16]; /* the least that felt_expand() makes */
    int r;

    felt_expand(config->seed, "order and jitter", seed, sizeof(seed));
    felt_prng_init(&node->prng, felt_get_be64(seed));
    felt_keys_init(node, &config->key);
    felt_asker_init(&node->asker);
    felt_sync_init(&node->sync);
    felt_generation_init(node);
    felt_eviction_init(node);
    felt_reclaim_init(node);
    felt_balancer_init(node);
    felt_introduction_init(node);
    felt_supersede_init(node);
    felt_expand(config->seed, "renewal", node->renewal.seed, sizeof(node->renewal.seed));
    memcpy(node->machine, config->machine, sizeof(node->machine));
    node->limits = config->limits;
    node->tick_us = FELT_USEC_NEVER;
    node->deadline_us = FELT_USEC_NEVER;
    node->wish = config->wish;
    r = felt_reserve_remember(node, config);
    if (r < 0)
        return r;
    r = felt_hearing_init(node);
    if (r < 0)
        return r;
    felt_setter_lease_time(node, config->lease_time_us);
    r = felt_members_new(members_max, &node->members);
    if (r < 0)
        return r;
    r = felt_rumours_new(FELT_NODE_RUMOURS_MAX, &node->rumours);
    if (r < 0)
        return r;
    r = felt_outbox_new(&node->outbox);
    if (r < 0)
        return r;
    r = felt_reader_new(&node->reader);
    if (r < 0)
        return r;
    snprintf(self.name, sizeof(self.name), "%s", config->name);
    r = felt_own_describe_first(node, &self);
    if (r < 0)
        return r;
    swim.seed = felt_get_be64(seed + 8);
    swim.members = node->members;
    swim.rumours = node->rumours;
    return felt_swim_new(&swim, &node->swim);
}

static int begin_anew(struct felt_node *node, const struct felt_node_config *config,
                      enum felt_node_refusal *ret_refusal)
{
    uint8_t seed[FELT_IDENTITY_SEED_LEN];
    int r;

    felt_expand(config->seed, "identity", seed, sizeof(seed));
    felt_identity_from_seed(seed, &node->identity);
    node->session = 1;
    felt_saver_init(&node->saver, 0);
    r = build(node, config);
    if (r < 0)
        return r;
    if (config->net_config) {
        r = config->bootstrap_expect > 0
                ? felt_bootstrap_begin(node, config->bootstrap_expect, config->net_config)
                : found_alone(node, config);
        if (r == -EINVAL)
            *ret_refusal = FELT_NODE_BAD_CONFIG;
        return r;
    }
    node->has_cluster = config->has_cluster;
    memcpy(node->cluster, config->cluster, sizeof(node->cluster));
    return 0;
}

/* Grows with each start, and by chance: two lives that begin with one state have two numbers. */
static uint64_t next_session(uint64_t session, const uint8_t seed[FELT_NODE_SEED_LEN])
{
    uint8_t chance[16]; /* the least that felt_expand() makes */

    if (FELT_MUTANT(SESSION_AGAIN))
        return session;
    felt_expand(seed, "session", chance, sizeof(chance));
    return session + 1 + felt_get_be16(chance);
}

int felt_node_restore(struct felt_node *node, const struct felt_node_config *config,
                      const struct felt_record *record, enum felt_node_refusal *ret_refusal)
{
    int r;

    felt_identity_from_seed(record->identity, &node->identity);
    node->session = next_session(record->session, config->seed);
    node->confirm.start = record->save;
    felt_saver_init(&node->saver, record->save);
    node->in_cluster = record->in_cluster;
    memcpy(node->cluster, record->cluster, sizeof(node->cluster));
    r = build(node, config);
    if (r < 0)
        return r;
    if (!node->in_cluster) {
        node->has_cluster = config->has_cluster;
        memcpy(node->cluster, config->cluster, sizeof(node->cluster));
    }
    r = felt_state_restore(node, record);
    if (r == -EINVAL)
        *ret_refusal = FELT_NODE_STATE_CORRUPT;
    if (r == 0 && !felt_keys_restored(node, config->key_by_hand ? &config->key : NULL))
        r = -ENOMEM;
    if (r < 0 || node->in_cluster)
        return r;
    r = felt_bootstrap_restore(node, record);
    if (r < 0 || config->bootstrap_expect == 0 || !config->net_config)
        return r;
    r = felt_bootstrap_begin(node, config->bootstrap_expect, config->net_config);
    if (r == -EINVAL)
        *ret_refusal = FELT_NODE_BAD_CONFIG;
    return r;
}

static bool is_known(const uint8_t machine[FELT_MACHINE_LEN])
{
    static const uint8_t unknown[FELT_MACHINE_LEN];

    return memcmp(machine, unknown, sizeof(unknown)) != 0;
}

/* The state came from another machine, where its node may live on: here it is somebody else. */
static void begin_as_another(struct felt_node *node, const struct felt_node_config *config,
                             struct felt_record *record)
{
    uint8_t identity[FELT_IDENTITY_SEED_LEN];
    struct felt_identity earlier;

    felt_identity_from_seed(record->identity, &earlier);
    node->renewal.earlier = earlier.id;
    node->renewal.reason = FELT_RENEWAL_MACHINE;
    felt_identity_wipe(&earlier);
    felt_expand(config->seed, "identity", identity, sizeof(identity));
    felt_renewal_strip(record, identity);
}

static int resume(struct felt_node *node, const struct felt_node_config *config,
                  enum felt_node_refusal *ret_refusal)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    bool moved;
    int r;

    r = felt_state_decode(config->state, &record, ret_refusal);
    if (r < 0)
        return r;
    if (record.session == 0) /* what a leaver leaves behind */
        return begin_anew(node, config, ret_refusal);
    moved = is_known(record.machine) && is_known(config->machine) &&
            memcmp(record.machine, config->machine, sizeof(record.machine)) != 0;
    if (moved)
        begin_as_another(node, config, &record);
    r = felt_node_restore(node, config, &record, ret_refusal);
    if (r < 0)
        return r;
    if (moved)
        node->confirm.start = 0; /* of this identity there is nothing to confirm */
    if (!is_known(config->machine))
        memcpy(node->machine, record.machine, sizeof(node->machine));
    return 0;
}

int felt_node_new(const struct felt_node_config *config, struct felt_node **ret_node,
                  enum felt_node_refusal *ret_refusal)
{
    _cleanup_(felt_node_freep) struct felt_node *node = calloc(1, sizeof(*node));
    int r;

    assert(config->advertise.port > 0 && config->advertise.ip.family != FELT_FAMILY_NONE);
    assert(config->name[0] != '\0' && strlen(config->name) <= FELT_NAME_MAX);
    *ret_refusal = FELT_NODE_OK;
    if (!node)
        return -ENOMEM;
    node->now = config->now;
    r = config->state.len > 0 ? resume(node, config, ret_refusal)
                              : begin_anew(node, config, ret_refusal);
    if (r < 0)
        return r;
    *ret_node = FELT_TAKE(node);
    return 0;
}

static void free_state(struct felt_node *node)
{
    if (node->state) /* it holds the identity's seed, and a keyring */
        explicit_bzero(node->state, node->state_len);
    free(FELT_TAKE(node->state));
}

void felt_node_free(struct felt_node *node)
{
    if (!node)
        return;
    felt_identity_wipe(&node->identity);
    felt_keys_done(node);
    felt_catchup_done(&node->catchup);
    felt_sync_free(&node->sync);
    felt_generation_done(&node->generation);
    felt_eviction_done(&node->eviction);
    felt_hearing_done(&node->hearing);
    felt_voter_drop(node);
    felt_demand_done(&node->demands);
    felt_reclaim_done(&node->reclaim);
    felt_bootstrap_free(node->bootstrap);
    felt_slot_map_free(node->map);
    felt_notices_free(node->notices);
    free(node->wanted);
    felt_swim_free(node->swim);
    felt_rumours_free(node->rumours);
    felt_members_free(node->members);
    felt_reader_free(node->reader);
    felt_outbox_free(node->outbox);
    free_state(node);
    free(node);
}

/* The first step: the session must be durable before anything is sent. What an earlier run had
 * made durable is used at once, without asking anybody. */
static void start(struct felt_node *node)
{
    struct felt_held held = {.kind = FELT_HELD_START};

    if (node->saver.n_held > 0 || node->confirm.phase != FELT_CONFIRM_SILENT ||
        felt_leaver_closing(node))
        return;
    felt_saver_hold(&node->saver, &held);
    if (node->renewal.reason != FELT_RENEWAL_NONE)
        felt_renewal_report(node);
    if (node->configured)
        felt_outbox_event(node->outbox, FELT_EVENT_CONFIGURED);
    if (node->in_cluster)
        felt_outbox_event(node->outbox, FELT_EVENT_JOINED);
    if (node->has_lease)
        felt_own_use_lease(node);
    node->peers_changed = felt_members_count(node->members) > 1;
}

/* Our session is durable, and we are confirmed. Who was away asks what it missed, before its first
 * probe is due. */
static void speak(struct felt_node *node)
{
    uint32_t other = felt_members_draw(node->members, &node->prng);

    node->started = true;
    felt_bootstrap_speak(node);
    if (node->in_cluster && node->renewal.at.ip.family != FELT_FAMILY_NONE)
        felt_introduction_begin(node, &node->renewal.at);
    if (node->in_cluster && node->confirm.strangers == FELT_CONFIRM_STRANGERS)
        felt_introduction_begin(node, &node->confirm.unknown_at);
    if (!node->in_cluster || other == FELT_MEMBER_NONE)
        return;
    felt_sync_hurry(node);
    felt_sync_first(node, other);
}

/* A save is done: what waited for it happens now. */
static void release(struct felt_node *node)
{
    struct felt_held held;

    while (felt_saver_release(&node->saver, FELT_HELD_START, &held))
        if (felt_confirm_begin(node))
            speak(node);
    while (felt_saver_release(&node->saver, FELT_HELD_PROMISE, &held))
        felt_bootstrap_promised(node);
    while (felt_saver_release(&node->saver, FELT_HELD_LEASE, &held))
        felt_own_use_lease(node);
    while (felt_saver_release(&node->saver, FELT_HELD_LEFT, &held))
        felt_leaver_closed(node);
    while (felt_saver_release(&node->saver, FELT_HELD_VOTE, &held))
        felt_voter_answer(node, &held);
    while (felt_saver_release(&node->saver, FELT_HELD_BALLOT, &held))
        felt_reclaim_saved(node);
    /* An answer shows the map, so nothing in it may be less durable than the gift. */
    if (!felt_saver_settled(&node->saver))
        return;
    while (felt_saver_release(&node->saver, FELT_HELD_LEAVE, &held))
        felt_leaver_given(node);
}

static void save_failed(struct felt_node *node, uint64_t save)
{
    bool first = !node->saver.failing;

    if (felt_saver_failed(&node->saver, save, node->now) && first)
        felt_outbox_event(node->outbox, FELT_EVENT_SAVE_FAILING);
}

static enum felt_verdict take_datagram(struct felt_node *node, const struct felt_input *input)
{
    enum felt_verdict verdict =
        input->datagram.overlay
            ? felt_inbound_overlay(node, &input->datagram.from, input->datagram.bytes)
            : felt_inbound_datagram(node, &input->datagram.from, input->datagram.bytes);

    felt_keys_answer(node, NULL, 0);
    node->verdicts[verdict]++;
    return verdict;
}

static void take_seeds(struct felt_node *node, const struct felt_input *input)
{
    felt_introduction_seeds(node, input->seeds.endpoints, input->seeds.n);
    felt_asker_seeds(node, input->seeds.endpoints, input->seeds.n);
}

static enum felt_verdict take_reclaim(struct felt_node *node, const struct felt_input *input)
{
    enum felt_order_refusal refusal =
        felt_order_take(node, input->reclaim.ids, input->reclaim.n, input->reclaim.force);

    return refusal == FELT_ORDER_OK ? FELT_VERDICT_TAKEN : FELT_VERDICT_BUSY;
}

static enum felt_verdict take_bridge(struct felt_node *node, const struct felt_input *input)
{
    return felt_bridge_take(node, (enum felt_bridge_order)input->bridge.order, input->bridge.force);
}

static void take_backend(struct felt_node *node, const struct felt_input *input)
{
    felt_own_backend(node, felt_backend_name(input->backend.type), input->backend.data,
                     input->backend.mtu, input->backend.ways);
    felt_trial_device(node, input->backend.mtu);
}

static enum felt_verdict take_keys(struct felt_node *node, const struct felt_input *input)
{
    return felt_keys_take(node, (enum felt_keys_order)input->keys.order, input->keys.salt,
                          input->keys.grace_s);
}

static enum felt_verdict take_input(struct felt_node *node, const struct felt_input *input)
{
    switch (input->kind) {
    case FELT_INPUT_WAKE:
        start(node);
        break;
    case FELT_INPUT_DATAGRAM:
        return take_datagram(node, input);
    case FELT_INPUT_SAVED:
        if (felt_saver_done(&node->saver, input->save))
            release(node);
        break;
    case FELT_INPUT_SAVE_FAILED:
        save_failed(node, input->save);
        break;
    case FELT_INPUT_SEEDS:
        take_seeds(node, input);
        break;
    case FELT_INPUT_ADDRESS:
        felt_own_address(node, &input->address.advertise, &input->address.public_ip);
        break;
    case FELT_INPUT_BACKEND:
        take_backend(node, input);
        break;
    case FELT_INPUT_PATH_END:
        felt_trial_end(node, input->path_end.family, input->path_end.open);
        break;
    case FELT_INPUT_TRUST:
        felt_confirm_trust(node);
        break;
    case FELT_INPUT_STOP:
        felt_saver_flush(&node->saver);
        break;
    case FELT_INPUT_LEAVE:
        return felt_leaver_begin(node);
    case FELT_INPUT_RESERVE:
        return felt_reserve(node, input->reserve.slot, input->reserve.whom);
    case FELT_INPUT_SETTINGS:
        return felt_setter_take(node, input->settings);
    case FELT_INPUT_RECLAIM:
        return take_reclaim(node, input);
    case FELT_INPUT_BRIDGE:
        return take_bridge(node, input);
    case FELT_INPUT_KEYS:
        return take_keys(node, input);
    case FELT_INPUT_CLEARED:
        return felt_demand_cleared(node, &input->cleared.node, input->cleared.slot);
    case FELT_INPUT_FOREIGN:
        return felt_foreign_take(node, input->foreign.changes, input->foreign.n);
    case FELT_INPUT_REFUSED:
        felt_swim_refused(node->swim, node->now, &input->endpoint);
        felt_asker_refused(node, &input->endpoint);
        break;
    case FELT_INPUT_UNREACHABLE:
        felt_swim_unreachable(node->swim, node->now, &input->endpoint);
        break;
    }
    return FELT_VERDICT_TAKEN;
}

static felt_usec deadline(const struct felt_node *node)
{
    felt_usec t = felt_saver_deadline(&node->saver);

    t = FELT_MIN(t, felt_confirm_deadline(node));
    t = FELT_MIN(t, felt_challenge_deadline(node));
    if (!node->started)
        return t;
    t = FELT_MIN(t, felt_gossip_deadline(node));
    t = FELT_MIN(t, felt_sync_deadline(node));
    t = FELT_MIN(t, felt_generation_deadline(node));
    t = FELT_MIN(t, felt_eviction_deadline(node));
    t = FELT_MIN(t, felt_hearing_deadline(node));
    t = FELT_MIN(t, felt_order_deadline(node));
    t = FELT_MIN(t, felt_reclaim_deadline(node));
    t = FELT_MIN(t, felt_introduction_deadline(node));
    t = FELT_MIN(t, felt_supersede_deadline(node));
    t = FELT_MIN(t, felt_bootstrap_deadline(node));
    t = FELT_MIN(t, felt_balancer_deadline(node));
    t = FELT_MIN(t, felt_bridge_deadline(node));
    t = FELT_MIN(t, felt_donor_deadline(node));
    t = FELT_MIN(t, felt_leaver_deadline(node));
    t = FELT_MIN(t, felt_trial_deadline(node));
    t = FELT_MIN(t, felt_keys_deadline(node));
    return FELT_MIN(t, felt_asker_deadline(node));
}

static void hand_out_state(struct felt_node *node, struct felt_effects *effects)
{
    if (!felt_saver_due(&node->saver, node->now))
        return;
    effects->state_save = felt_saver_begin(&node->saver);
    node->state = felt_state_of_node(node, effects->state_save, &node->state_len);
    if (node->state)
        effects->state = felt_bytes(node->state, node->state_len);
    else
        save_failed(node, effects->state_save);
}

/* We did not listen for so long. */
static void stalled(struct felt_node *node, felt_usec by)
{
    felt_swim_stalled(node->swim, node->now, by);
    felt_eviction_put_off(&node->eviction, by);
    felt_trial_put_off(node, by);
    felt_keys_put_off(node, by);
}

enum felt_verdict felt_node_step(struct felt_node *node, const struct felt_input *input,
                                 struct felt_effects *ret_effects)
{
    bool asking = node->confirm.phase == FELT_CONFIRM_ASKING;
    struct felt_effects effects = {0};
    enum felt_verdict verdict;

    assert(input->now >= node->now);
    node->now = input->now;
    if (felt_usec_sub(node->now, node->deadline_us) > FELT_SWIM_STALL)
        stalled(node, node->now - node->deadline_us);
    free_state(node);
    felt_outbox_clear(node->outbox);
    verdict = take_input(node, input);
    felt_setter_begin(node);
    felt_confirm_wake(node);
    if (asking && node->confirm.phase == FELT_CONFIRM_DONE)
        speak(node);
    felt_challenge_wake(node);
    if (node->started) {
        felt_donor_wake(node);
        felt_sync_wake(node);
        felt_asker_wake(node);
        felt_introduction_wake(node);
        felt_generation_wake(node);
        felt_eviction_wake(node);
        felt_hearing_wake(node);
        felt_order_wake(node);
        felt_reclaim_wake(node);
        felt_balancer_wake(node);
        felt_bridge_wake(node);
        felt_gossip_wake(node);
        felt_leaver_wake(node);
        felt_supersede_wake(node);
        felt_bootstrap_wake(node);
        felt_trial_wake(node);
        felt_keys_wake(node);
    }
    felt_own_check_lease(node);
    if (node->started) {
        felt_gossip_flush(node);
        felt_generation_settle(node);
    }
    felt_renewal_settle(node);
    felt_keys_report(node);
    if (node->peers_changed)
        felt_outbox_event(node->outbox, FELT_EVENT_PEER_CHANGED);
    node->peers_changed = false;
    felt_outbox_effects(node->outbox, &effects);
    hand_out_state(node, &effects);
    felt_outbox_effects(node->outbox, &effects);
    effects.deadline = deadline(node);
    /* A timer that has just come to matter may be due since long ago: that is no stall. */
    node->deadline_us = FELT_MAX(effects.deadline, node->now);
    *ret_effects = effects;
    return verdict;
}
