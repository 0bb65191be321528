/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/large.h"

#include <string.h>

#include "node/core.h"
#include "node/state.h"
#include "tests/unit/node/bench.h"

struct large_datagram {
    struct large_datagram *next;
    felt_usec at;
    unsigned from, to;
    size_t len;
    uint8_t bytes[FELT_DATAGRAM_MAX];
};

static const uint8_t cluster[FELT_CLUSTER_ID_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};

/* Signed once for all tests of a program. */
static struct {
    struct felt_id id;
    size_t len;
    uint8_t body[FELT_DESCRIPTOR_MAX];
    uint8_t signature[FELT_SIGNATURE_LEN];
} crowd[LARGE_MEMBERS_MAX], known[LARGE_NODES_MAX];

static uint32_t n_crowd, n_known;

static void seed_of(uint8_t kind, uint32_t i, uint8_t seed[FELT_IDENTITY_SEED_LEN])
{
    memset(seed, kind, FELT_IDENTITY_SEED_LEN);
    felt_put_be32(seed, i);
}

static struct felt_endpoint endpoint(unsigned node)
{
    return (struct felt_endpoint){.ip = felt_ip_v4(0xc6336401u + node), .port = 8470};
}

static bool is_at(unsigned node, const struct felt_endpoint *at)
{
    struct felt_endpoint e = endpoint(node);

    return felt_endpoint_equal(&e, at);
}

static size_t describe(const struct felt_identity *identity, const struct felt_endpoint *at,
                       uint8_t *body, uint8_t *signature)
{
    struct felt_descriptor d = {.version = 1,
                                .name = "a-name-of-usual-length",
                                .advertise = *at,
                                .public_ip = at->ip,
                                .backend = "vxlan",
                                .backend_data = "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:00\"}",
                                .mtu = 1450};
    size_t len;

    memcpy(d.public_key, identity->public_key, sizeof(d.public_key));
    len = felt_descriptor_encode(&d, body);
    felt_identity_sign(identity, felt_bytes(body, len), signature);
    return len;
}

static void know_crowd(uint32_t n)
{
    assert_true(n <= LARGE_MEMBERS_MAX);
    for (; n_crowd < n; n_crowd++) {
        struct felt_endpoint at = {.ip = felt_ip_v4(0xc6120000u + n_crowd), .port = 8470};
        uint8_t seed[FELT_IDENTITY_SEED_LEN];
        struct felt_identity identity;

        seed_of(1, n_crowd, seed);
        felt_identity_from_seed(seed, &identity);
        crowd[n_crowd].id = identity.id;
        crowd[n_crowd].len =
            describe(&identity, &at, crowd[n_crowd].body, crowd[n_crowd].signature);
    }
}

static void know_nodes(uint32_t n)
{
    for (; n_known < n; n_known++) {
        struct felt_endpoint at = endpoint(n_known);
        uint8_t seed[FELT_IDENTITY_SEED_LEN];
        struct felt_identity identity;

        seed_of(2, n_known, seed);
        felt_identity_from_seed(seed, &identity);
        known[n_known].id = identity.id;
        known[n_known].len =
            describe(&identity, &at, known[n_known].body, known[n_known].signature);
    }
}

struct felt_id large_id(unsigned node)
{
    know_nodes(node + 1);
    return known[node].id;
}

struct felt_id large_member_id(uint32_t i)
{
    know_crowd(i + 1);
    return crowd[i].id;
}

static void fill_members(struct felt_record *record, const struct large_state *state, unsigned node,
                         unsigned nodes)
{
    record->members = calloc(state->members + nodes, sizeof(*record->members));
    assert_non_null(record->members);
    for (uint32_t i = 0; i < state->members; i++) {
        struct felt_member_record *m = &record->members[record->n_members++];

        *m = (struct felt_member_record){.body = felt_bytes(crowd[i].body, crowd[i].len),
                                         .incarnation = 1,
                                         .state = FELT_LIVENESS_DEAD};
        memcpy(m->signature, crowd[i].signature, sizeof(m->signature));
    }
    for (unsigned i = 0; i < nodes; i++) {
        struct felt_member_record *m;

        if (i == node)
            continue;
        m = &record->members[record->n_members++];
        /* Its session: they have met before. */
        *m = (struct felt_member_record){.body = felt_bytes(known[i].body, known[i].len),
                                         .incarnation = 1,
                                         .state = FELT_LIVENESS_ALIVE,
                                         .session = 1};
        memcpy(m->signature, known[i].signature, sizeof(m->signature));
    }
}

static void fill_slots(struct felt_record *record, const struct large_state *state, uint32_t slots)
{
    if (state->era == 0)
        return;
    record->era = state->era;
    record->n_slots = record->n_runs = slots;
    record->runs = calloc(slots, sizeof(*record->runs));
    assert_non_null(record->runs);
    for (uint32_t i = 0; i < slots; i++)
        record->runs[i] = (struct felt_run){.count = 1,
                                            .owner = crowd[i % state->owners].id,
                                            .term = state->era,
                                            .seq = state->seq};
}

static uint8_t *state_bytes(const struct large_state *state, unsigned node, unsigned nodes,
                            size_t *ret_len)
{
    const char *text = state->config ? state->config : BENCH_CONFIG;
    struct felt_record record = {
        .in_cluster = true, .session = 1, .save = 1, .config = felt_bytes(text, strlen(text))};
    struct felt_netconf_error error;
    struct felt_netconf config;
    uint8_t *bytes;

    assert_int_equal(felt_netconf_parse(text, strlen(text), &config, &error), 0);
    know_nodes(nodes);
    know_crowd(FELT_MAX(state->members, state->owners));
    seed_of(2, node, record.identity);
    memcpy(record.cluster, cluster, sizeof(record.cluster));
    fill_members(&record, state, node, nodes);
    fill_slots(&record, state, felt_netconf_slots(&config));
    bytes = felt_state_encode(&record, ret_len);
    assert_non_null(bytes);
    free(record.members);
    free(record.runs);
    return bytes;
}

void large_begin(struct large *large, felt_usec latency)
{
    *large = (struct large){.now = LARGE_START, .latency = latency};
}

void large_done(struct large *large)
{
    while (large->first) {
        struct large_datagram *d = large->first;

        large->first = d->next;
        free(d);
    }
    for (unsigned i = 0; i < large->n; i++)
        felt_node_free(large->hosts[i].node);
}

static void put_on_the_way(struct large *large, unsigned from, const struct felt_datagram *datagram)
{
    struct large_datagram *d;
    unsigned to = 0;

    large->n_datagrams++;
    while (to < large->n && !is_at(to, &datagram->to))
        to++;
    if (to == large->n || large->hosts[from].silent ||
        (large->lose_one_in > 0 && large->n_datagrams % large->lose_one_in == 0))
        return;
    d = malloc(sizeof(*d));
    assert_non_null(d);
    *d = (struct large_datagram){.at = felt_usec_add(large->now, large->latency),
                                 .from = from,
                                 .to = to,
                                 .len = datagram->bytes.len};
    memcpy(d->bytes, datagram->bytes.data, d->len);
    if (large->first)
        large->last->next = d;
    else
        large->first = d;
    large->last = d;
}

static void step(struct large *large, unsigned host, struct felt_input input)
{
    struct large_host *h = &large->hosts[host];

    for (;;) {
        input.now = large->now;
        felt_node_step(h->node, &input, &h->effects);
        h->deadline = h->effects.deadline;
        h->sent += (unsigned)h->effects.n_datagrams;
        h->most = FELT_MAX(h->most, (unsigned)h->effects.n_datagrams);
        for (size_t i = 0; i < h->effects.n_datagrams; i++) {
            h->sent_bytes += h->effects.datagrams[i].bytes.len;
            put_on_the_way(large, host, &h->effects.datagrams[i]);
        }
        if (h->effects.state.len == 0)
            return;
        input = (struct felt_input){.kind = FELT_INPUT_SAVED, .save = h->effects.state_save};
    }
}

unsigned large_start(struct large *large, const struct large_state *state, unsigned nodes)
{
    struct felt_node_config config = bench_config();
    _cleanup_(felt_freep) uint8_t *bytes = NULL;
    enum felt_node_refusal refusal;
    unsigned host = large->n++;
    size_t len;

    assert_true(host < nodes && nodes <= LARGE_NODES_MAX);
    bytes = state_bytes(state, host, nodes, &len);
    config.now = large->now;
    config.name = "large";
    config.advertise = endpoint(host);
    config.public_ip = config.advertise.ip;
    config.limits.members_max = LARGE_MEMBERS_MAX + LARGE_NODES_MAX;
    config.state = felt_bytes(bytes, len);
    memset(config.seed, (int)host + 1, sizeof(config.seed));
    assert_int_equal(felt_node_new(&config, &large->hosts[host].node, &refusal), 0);
    step(large, host, (struct felt_input){.kind = FELT_INPUT_WAKE});
    /* Most of those that it knows do not exist. */
    step(large, host, (struct felt_input){.kind = FELT_INPUT_TRUST});
    return host;
}

static void deliver(struct large *large)
{
    struct large_datagram *d = large->first;
    struct felt_input input = {.kind = FELT_INPUT_DATAGRAM};

    large->first = d->next;
    input.datagram.from = endpoint(d->from);
    input.datagram.bytes = felt_bytes(d->bytes, d->len);
    large->hosts[d->to].received++;
    step(large, d->to, input);
    free(d);
}

void large_run(struct large *large, felt_usec until)
{
    for (;;) {
        felt_usec at = large->first ? large->first->at : FELT_USEC_NEVER;
        unsigned due = large->n;

        for (unsigned i = 0; i < large->n; i++)
            if (large->hosts[i].deadline < at) {
                at = large->hosts[i].deadline;
                due = i;
            }
        if (at > until)
            break;
        large->now = FELT_MAX(large->now, at);
        if (due < large->n)
            step(large, due, (struct felt_input){.kind = FELT_INPUT_WAKE});
        else
            deliver(large);
    }
    large->now = until;
}

bool large_same_members(const struct large *large, unsigned a, unsigned b)
{
    return felt_members_digest(large->hosts[a].node->members) ==
           felt_members_digest(large->hosts[b].node->members);
}

bool large_same_slots(const struct large *large, unsigned a, unsigned b)
{
    const struct felt_node *x = large->hosts[a].node, *y = large->hosts[b].node;

    return x->era == y->era && felt_slot_map_digest(x->map) == felt_slot_map_digest(y->map);
}
