/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/formed.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "node/letter.h"
#include "node/state.h"
#include "sim/memo.h"
#include "sim/pool.h"
#include "sim/stream.h"

#define SUBNET_BITS 10 /* of /22 in 10.0.0.0/8 */

static const uint8_t cluster[FELT_CLUSTER_ID_LEN] = {'f', 'o', 'r', 'm', 'e', 'd'};

struct builder {
    const struct sim_formed *formed;
    struct sim *sim;
    char net_config[160];
    uint32_t n_slots;
    struct felt_run *runs;              /* the whole map, one slot each */
    struct felt_member_record *members; /* all of them */
};

static void __attribute__((noreturn)) give_up(const char *why)
{
    fprintf(stderr, "felt-sim: %s\n", why);
    exit(2);
}

/* One slot each and an eighth more in reserve. */
static void plan_network(struct builder *b)
{
    uint32_t last;

    b->n_slots = b->formed->nodes + b->formed->nodes / 8 + b->formed->extra;
    last = b->n_slots << SUBNET_BITS; /* the first subnet is left out */
    snprintf(b->net_config, sizeof(b->net_config),
             "{\"Network\":\"10.0.0.0/8\",\"SubnetLen\":%u,\"SubnetMin\":\"10.0.%u.0\","
             "\"SubnetMax\":\"10.%u.%u.0\"}",
             32 - SUBNET_BITS, 1u << (SUBNET_BITS - 8), last >> 16, last >> 8 & 0xff);
}

static void identity_seed(const struct builder *b, uint32_t host, uint8_t *ret_seed)
{
    struct felt_prng prng = sim_stream(b->formed->seed, "identity", host);

    for (size_t i = 0; i < FELT_RECORD_SEED_LEN; i++)
        ret_seed[i] = (uint8_t)felt_prng_next(&prng);
}

static struct felt_record blank(const struct builder *b, uint32_t host)
{
    struct felt_record record = {.in_cluster = true, .session = 1};

    memcpy(record.cluster, cluster, sizeof(record.cluster));
    identity_seed(b, host, record.identity);
    return record;
}

/* The network, the host's lease in it, and room for the map. */
static void add_map(const struct builder *b, uint32_t host, struct felt_record *record)
{
    record->era = 1;
    record->config = felt_bytes(b->net_config, strlen(b->net_config));
    record->has_lease = true;
    record->lease = host;
    record->n_slots = b->n_slots;
}

static struct felt_node *make_node(const struct builder *b, uint32_t host,
                                   const struct felt_record *record,
                                   const struct felt_node_limits *limits)
{
    _cleanup_(felt_freep) uint8_t *state = NULL;
    struct felt_prng prng = sim_stream(b->formed->seed, "node", host);
    struct felt_node_config config = {
        .now = b->sim->now,
        .name = b->sim->hosts[host].name,
        .advertise = sim_endpoint(b->sim->hosts[host].address),
        .public_ip = sim_endpoint(b->sim->hosts[host].address).ip,
        .limits = *limits,
    };
    enum felt_node_refusal refusal;
    struct felt_node *node;
    size_t len;

    for (size_t i = 0; i < sizeof(config.seed); i++)
        config.seed[i] = (uint8_t)felt_prng_next(&prng);
    memset(config.key.secret, 7, sizeof(config.key.secret)); /* as keys.c */
    state = felt_state_encode(record, &len);
    config.state = felt_bytes(state, len);
    if (!state || felt_node_new(&config, &node, &refusal) < 0)
        give_up("a node refuses the state made for it");
    return node;
}

/* One step of a node that is alone in the world, and has a fast disk. */
static void give(struct felt_node *node, const struct builder *b, struct felt_input in)
{
    struct felt_effects effects;

    in.now = b->sim->now;
    felt_node_step(node, &in, &effects);
    if (effects.state.len > 0)
        give(node, b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = effects.state_save});
}

/* What the node says of itself once it has started and its device is there. */
static void ask(struct builder *b, uint32_t host)
{
    _cleanup_(felt_node_freep) struct felt_node *node = NULL;
    struct felt_node_limits limits = {.members_max = 1};
    struct felt_record record = blank(b, host);
    struct felt_run all = {.count = b->n_slots, .term = 1};
    struct felt_identity identity;
    const struct felt_member *self;
    char data[FELT_BACKEND_DATA_MAX + 1];
    uint8_t *body;

    felt_identity_from_seed(record.identity, &identity);
    all.owner = identity.id;
    add_map(b, host, &record);
    record.n_runs = 1;
    record.runs = &all;
    node = make_node(b, host, &record, &limits);
    give(node, b, (struct felt_input){.kind = FELT_INPUT_WAKE});
    give(node, b, sim_agent_backend(host, data));
    self = felt_members_peek(node->members, FELT_MEMBER_SELF);
    body = sim_alloc(self->descriptor->body_len);
    memcpy(body, self->descriptor->body, self->descriptor->body_len);
    b->members[host].body = felt_bytes(body, self->descriptor->body_len);
    memcpy(b->members[host].signature, self->descriptor->signature, FELT_SIGNATURE_LEN);
    b->members[host].incarnation = self->incarnation;
    b->runs[host] = (struct felt_run){.count = 1, .owner = identity.id, .term = 1, .seq = 1};
}

/* Starts a node that knows everybody: its own entry is moved out of the way meanwhile. */
static void start(struct builder *b, uint32_t host)
{
    struct felt_record small = blank(b, host), full = small;
    struct sim_host *h = &b->sim->hosts[host];
    uint32_t last = b->formed->nodes - 1;
    struct felt_member_record own = b->members[host];
    char data[FELT_BACKEND_DATA_MAX + 1];

    b->members[host] = b->members[last];
    add_map(b, host, &full);
    full.n_runs = b->n_slots;
    full.runs = b->runs;
    full.n_members = last;
    full.members = b->members;
    h->node = make_node(b, host, &small, &b->formed->limits);
    if (felt_state_restore(h->node, &full) < 0)
        give_up("a node refuses the state made for it");
    b->members[last] = b->members[host];
    b->members[host] = own;
    h->life = 1;
    h->power = SIM_RUNNING;
    sim_tell(b->sim, host, (struct felt_input){.kind = FELT_INPUT_WAKE});
    sim_tell(b->sim, host, sim_agent_backend(host, data));
}

static void require_one_view(const struct sim *sim)
{
    struct felt_digest first = felt_node_digest(sim->hosts[0].node);

    for (uint32_t i = 1; i < sim->n_hosts && sim_host_runs(sim, i); i++) {
        struct felt_digest digest = felt_node_digest(sim->hosts[i].node);

        if (!sim->hosts[i].node->in_cluster || memcmp(&first, &digest, sizeof(first)) != 0)
            give_up("the nodes of a formed cluster do not agree");
    }
}

static void build(struct builder *b)
{
    const struct sim_formed *formed = b->formed;

    sim_memo_thin_disks(formed->thin);
    for (uint32_t i = 0; i < formed->nodes; i++) {
        sim_host_add(b->sim);
        ask(b, i);
    }
    for (uint32_t i = formed->nodes; i < b->n_slots; i++)
        b->runs[i] =
            b->runs[(uint64_t)(i - formed->nodes) * formed->nodes / (b->n_slots - formed->nodes)];
    for (uint32_t i = 0; i < (formed->started ? formed->started : formed->nodes); i++)
        start(b, i);
    require_one_view(b->sim);
}

struct sim *sim_formed_new(const struct sim_formed *formed)
{
    struct builder b = {.formed = formed};

    plan_network(&b);
    b.sim = sim_new(&(struct sim_config){.seed = formed->seed,
                                         .hosts_max = formed->nodes,
                                         .hosts_extra = formed->extra,
                                         .limits = formed->limits,
                                         .devices = true,
                                         .disk_us = SIM_DISK_LATENCY});
    b.runs = sim_zalloc(b.n_slots, sizeof(*b.runs));
    b.members = sim_zalloc(formed->nodes, sizeof(*b.members));
    build(&b);
    for (uint32_t i = 0; i < formed->nodes; i++)
        free((void *)(uintptr_t)b.members[i].body.data);
    free(b.members);
    free(b.runs);
    return b.sim;
}

struct felt_id sim_formed_id(const struct sim *sim, uint32_t host)
{
    return *felt_node_id(sim->hosts[host].node);
}
