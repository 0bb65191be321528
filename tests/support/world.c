/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/world_parts.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"
#include "sim/event_words.h"

#define LATENCY (200) /* microseconds one way, plus up to as much again */
#define DISK    (5 * FELT_USEC_MS)
#define START   (100 * FELT_USEC_SEC) /* clocks do not begin at zero */

struct world *world_new(uint64_t seed)
{
    struct world *w = calloc(1, sizeof(*w));

    assert(w);
    w->queue = calloc(WORLD_QUEUE_MAX, sizeof(*w->queue));
    assert(w->queue);
    w->now = START;
    w->key_byte = 7;
    felt_prng_init(&w->prng, seed);
    return w;
}

void world_free(struct world *world)
{
    if (!world)
        return;
    for (size_t i = 0; i < world->n_queue; i++)
        free(world->queue[i].bytes);
    for (int i = 0; i < world->n_hosts; i++) {
        felt_node_free(world->hosts[i].node);
        free(world->hosts[i].disk);
    }
    free(world->queue);
    free(world);
}

struct felt_endpoint world_endpoint(int host)
{
    return (struct felt_endpoint){.ip = felt_ip_v4(0xc0000201u + (uint32_t)host), .port = 8470};
}

/* Where it is now. */
static struct felt_endpoint address_of(const struct world *w, int host)
{
    return world_endpoint(w->hosts[host].moved ? host + WORLD_HOSTS_MAX : host);
}

static int host_at(const struct world *w, const struct felt_endpoint *e)
{
    for (int i = 0; i < w->n_hosts; i++) {
        struct felt_endpoint at = address_of(w, i);

        if (felt_endpoint_equal(&at, e))
            return i;
    }
    return -1;
}

static void log_event(struct world *w, int host, const struct felt_event *e)
{
    const char *words = sim_event_words(e->kind);
    felt_usec ms = (w->now - START) / FELT_USEC_MS;
    size_t room = sizeof(w->log) - w->log_len;
    char detail[200] = "";

    if (!words)
        return;
    if (e->kind == FELT_EVENT_RECLAIMED || e->kind == FELT_EVENT_FORCED)
        snprintf(detail, sizeof(detail), " slots=%u", e->n_slots);
    else if (e->slot != UINT32_MAX)
        snprintf(detail, sizeof(detail), " slot=%u%s%s", e->slot, e->text[0] ? " " : "", e->text);
    else if (e->kind == FELT_EVENT_CROWD_SILENT && !w->hosts[host].node->crowd_silent)
        snprintf(detail, sizeof(detail), " no more");
    else if (e->text[0])
        snprintf(detail, sizeof(detail), " %s", e->text);
    w->log_len +=
        (size_t)snprintf(w->log + w->log_len, room, "%3u.%03u %s %s%s\n", (unsigned)(ms / 1000),
                         (unsigned)(ms % 1000), w->hosts[host].name, words, detail);
    assert(w->log_len < sizeof(w->log));
}

/* Whose subnet that is, by its own lights. */
static int host_of_subnet(const struct world *w, const struct felt_endpoint *e)
{
    for (int i = 0; i < w->n_hosts; i++) {
        const struct felt_node *node = w->hosts[i].node;
        struct felt_dual subnets;

        if (!node || !node->lease_used)
            continue;
        subnets = felt_netconf_subnets(&node->config, node->lease);
        if (felt_dual_contains(&subnets, &e->ip))
            return i;
    }
    return -1;
}

/* Where a packet through the overlay comes from: an address of the sender's subnet. */
static struct felt_endpoint end_of(const struct world *w, int host, uint8_t family)
{
    const struct felt_node *node = w->hosts[host].node;
    struct felt_endpoint e = address_of(w, host);
    struct felt_dual subnets;
    const struct felt_cidr *subnet;

    if (!node || !node->configured)
        return e;
    subnets = felt_netconf_subnets(&node->config, node->lease);
    subnet = felt_dual_of(&subnets, family);
    if (subnet)
        e.ip = subnet->ip;
    return e;
}

static bool filters(const struct world *w, int from, int to, const struct felt_datagram *d)
{
    bool is_v4 = d->to.ip.family == FELT_FAMILY_V4;
    uint32_t all = w->passes[from][to], one = (is_v4 ? w->passes4 : w->passes6)[from][to];
    uint32_t len = FELT_MAX(d->pad_to, (uint32_t)d->bytes.len);

    return d->overlay && ((all > 0 && len > all) || (one > 0 && len > one));
}

static void carry(struct world *w, int host, const struct felt_datagram *d)
{
    int to = d->overlay ? host_of_subnet(w, &d->to) : host_at(w, &d->to);
    felt_usec delay = LATENCY + felt_prng_below(&w->prng, LATENCY);

    w->datagrams++;
    if (to < 0 || w->cut[host][to] || filters(w, host, to, d) ||
        (w->lose_every && w->datagrams % w->lose_every == 0))
        return;
    world_push(w,
               (struct happening){.when = w->now + delay,
                                  .kind = ARRIVES,
                                  .host = to,
                                  .from = host,
                                  .overlay = d->overlay,
                                  .family = d->to.ip.family},
               d->bytes);
}

static enum felt_verdict step(struct world *w, int host, struct felt_input in);

/* What names resolve to now. */
static void resolve(struct world *w, int host)
{
    struct felt_input in = {.kind = FELT_INPUT_SEEDS};
    struct felt_endpoint seeds[FELT_SEEDS_MAX];

    if (w->hosts[host].seed < 0)
        return;
    in.seeds.endpoints = seeds;
    in.seeds.n = FELT_MAX(w->hosts[host].expect, 1u);
    for (size_t i = 0; i < in.seeds.n; i++)
        seeds[i] = address_of(w, w->hosts[host].seed + (int)i);
    step(w, host, in);
}

static enum felt_verdict step(struct world *w, int host, struct felt_input in)
{
    bool wanted = false;
    struct host *h = &w->hosts[host];
    struct felt_effects effects;
    enum felt_verdict verdict;

    in.now = w->now;
    verdict = felt_node_step(h->node, &in, &effects);
    for (size_t i = 0; i < effects.n_events; i++) {
        log_event(w, host, &effects.events[i]);
        wanted |= effects.events[i].kind == FELT_EVENT_SEEDS_WANTED;
    }
    for (size_t i = 0; i < effects.n_datagrams; i++)
        carry(w, host, &effects.datagrams[i]);
    if (effects.state.len > 0)
        world_push(w,
                   (struct happening){.when = w->now + h->disk_time,
                                      .kind = SAVED,
                                      .host = host,
                                      .save = effects.state_save},
                   effects.state);
    if (effects.deadline != FELT_USEC_NEVER && effects.deadline != h->wake) {
        h->wake = effects.deadline;
        world_push(w,
                   (struct happening){
                       .when = FELT_MAX(effects.deadline, w->now), .kind = WAKES, .host = host},
                   (struct felt_bytes){0});
    }
    world_count_double_owners(w, host);
    if (wanted)
        resolve(w, host);
    return verdict;
}

static void saved(struct world *w, struct happening *h)
{
    struct host *host = &w->hosts[h->host];
    struct felt_input in = {.kind = FELT_INPUT_SAVE_FAILED, .save = h->save};

    if (!host->disk_fails) {
        free(host->disk);
        host->disk = FELT_TAKE(h->bytes);
        host->disk_len = h->len;
        in.kind = FELT_INPUT_SAVED;
    }
    step(w, h->host, in);
}

static void happen(struct world *w, struct happening *h)
{
    struct host *host = &w->hosts[h->host];
    struct felt_input in = {0};

    if (!host->node && h->kind == ARRIVES && host->refuses)
        world_push(w,
                   (struct happening){
                       .when = w->now + LATENCY, .kind = REFUSED, .host = h->from, .from = h->host},
                   (struct felt_bytes){0});
    if (!host->node || (h->kind != ARRIVES && h->life != host->life))
        return;
    switch (h->kind) {
    case ARRIVES:
        memcpy(host->last, h->bytes, h->len);
        host->last_len = h->len;
        in.kind = FELT_INPUT_DATAGRAM;
        in.datagram.from = h->overlay ? end_of(w, h->from, h->family) : address_of(w, h->from);
        in.datagram.bytes = felt_bytes(h->bytes, h->len);
        in.datagram.overlay = h->overlay;
        step(w, h->host, in);
        break;
    case WAKES:
        if (h->when < host->wake)
            return; /* it was put off */
        host->wake = FELT_USEC_NEVER;
        in.kind = FELT_INPUT_WAKE;
        step(w, h->host, in);
        break;
    case SAVED:
        saved(w, h);
        break;
    case REFUSED:
        in.kind = FELT_INPUT_REFUSED;
        in.endpoint = address_of(w, h->from);
        step(w, h->host, in);
        break;
    }
}

void world_run(struct world *world, felt_usec time)
{
    felt_usec end = world->now + time;

    for (;;) {
        struct happening h;

        if (world->n_queue == 0)
            break;
        h = world_pop(world);
        if (h.when > end) {
            world->queue[world->n_queue++] = h;
            break;
        }
        if (h.when < world->hosts[h.host].paused_until) {
            h.when = world->hosts[h.host].paused_until;
            world->queue[world->n_queue++] = h;
            continue;
        }
        world->now = FELT_MAX(world->now, h.when);
        happen(world, &h);
        free(h.bytes);
    }
    world->now = end;
}

felt_usec world_now(const struct world *world)
{
    return world->now;
}

struct felt_node *world_node(struct world *world, int host)
{
    return world->hosts[host].node;
}

static void boot(struct world *w, int host)
{
    struct host *h = &w->hosts[host];
    struct felt_node_config config = {
        .now = w->now,
        .name = h->name,
        .advertise = address_of(w, host),
        .public_ip = address_of(w, host).ip,
        .net_config =
            (h->disk_len == 0 || h->expect > 0) && h->net_config[0] ? h->net_config : NULL,
        .bootstrap_expect = h->expect,
        .state = felt_bytes(h->disk, h->disk_len),
        .wish = h->wish,
        .has_cluster = h->has_cluster,
        .limits = {.members_max = 64},
    };
    struct felt_input in = {.kind = FELT_INPUT_WAKE};
    enum felt_node_refusal refusal;
    int r;

    memset(config.seed, h->seed_byte, sizeof(config.seed));
    config.seed[1] = (uint8_t)h->life;
    memset(config.key.secret, h->key_byte, sizeof(config.key.secret));
    memcpy(config.cluster, h->cluster, sizeof(config.cluster));
    h->wake = FELT_USEC_NEVER;
    r = felt_node_new(&config, &h->node, &refusal);
    assert(r == 0);
    step(w, host, in);
    resolve(w, host);
}

/* cluster: of a token; NULL without one. */
static int add(struct world *w, const char *net_config, int seed, const char *wish,
               const uint8_t *cluster)
{
    int host = w->n_hosts++;
    struct host *h = &w->hosts[host];

    assert(host < WORLD_HOSTS_MAX);
    h->name[0] = (char)('a' + host);
    h->seed_byte = (uint8_t)(host + 1);
    h->seed = seed;
    h->disk_time = DISK;
    h->key_byte = w->key_byte;
    h->has_cluster = cluster != NULL;
    if (cluster)
        memcpy(h->cluster, cluster, sizeof(h->cluster));
    snprintf(h->net_config, sizeof(h->net_config), "%s", net_config);
    if (wish) {
        int r = felt_cidr_parse(wish, &h->wish);

        assert(r == 0);
    }
    boot(w, host);
    return host;
}

int world_found(struct world *world, const char *net_config)
{
    return add(world, net_config, -1, NULL, NULL);
}

int world_join(struct world *world, int seed)
{
    return add(world, "", seed, NULL, NULL);
}

int world_candidate(struct world *world, const char *net_config, uint32_t expect)
{
    /* Known before it boots; the next host's place is free. */
    world->hosts[world->n_hosts].expect = expect;
    return add(world, net_config, 0, NULL, NULL);
}

int world_join_wish(struct world *world, int seed, const char *subnet)
{
    return add(world, "", seed, subnet, NULL);
}

int world_join_token(struct world *world, int seed, int cluster)
{
    return add(world, "", seed, NULL, world->hosts[cluster].node->cluster);
}

void world_other_key(struct world *world)
{
    world->key_byte++;
}

void world_kill(struct world *world, int host)
{
    struct host *h = &world->hosts[host];

    felt_node_free(h->node);
    h->node = NULL;
    h->life++;
}

void world_kill_process(struct world *world, int host)
{
    world_kill(world, host);
    world->hosts[host].refuses = true;
}

void world_pause(struct world *world, int host, felt_usec time)
{
    world->hosts[host].paused_until = world->now + time;
}

void world_restart(struct world *world, int host)
{
    assert(!world->hosts[host].node);
    world->hosts[host].refuses = false;
    boot(world, host);
}

void world_wipe(struct world *world, int host)
{
    struct host *h = &world->hosts[host];

    free(h->disk);
    h->disk = NULL;
    h->disk_len = 0;
}

enum felt_verdict world_leave(struct world *world, int host)
{
    return step(world, host, (struct felt_input){.kind = FELT_INPUT_LEAVE});
}

void world_move(struct world *world, int host)
{
    assert(!world->hosts[host].node);
    world->hosts[host].moved = true;
}

void world_cut(struct world *world, int a, int b, bool cut)
{
    world_cut_one_way(world, a, b, cut);
    world_cut_one_way(world, b, a, cut);
}

void world_filter(struct world *world, int from, int to, uint32_t passes)
{
    world->passes[from][to] = passes;
}

void world_filter_family(struct world *world, int from, int to, uint8_t family, uint32_t passes)
{
    (family == FELT_FAMILY_V4 ? world->passes4 : world->passes6)[from][to] = passes;
}

void world_path_end(struct world *world, int host, uint8_t family, bool open)
{
    struct felt_input in = {.kind = FELT_INPUT_PATH_END,
                            .path_end = {.family = family, .open = open}};

    step(world, host, in);
}

void world_device(struct world *world, int host, enum felt_backend type, uint32_t mtu)
{
    struct felt_input in = {.kind = FELT_INPUT_BACKEND, .backend = {.type = type, .mtu = mtu}};

    in.backend.data = type == FELT_BACKEND_VXLAN ? "{\"VtepMAC\":\"02:00:00:00:00:01\"}" : "";
    step(world, host, in);
}

void world_cut_one_way(struct world *world, int from, int to, bool cut)
{
    world->cut[from][to] = cut;
}

void world_lose(struct world *world, unsigned every)
{
    world->lose_every = every;
}

void world_disk(struct world *world, int host, bool works)
{
    world->hosts[host].disk_fails = !works;
}

void world_disk_time(struct world *world, int host, felt_usec time)
{
    world->hosts[host].disk_time = time;
}

enum felt_verdict world_tell(struct world *world, int host, struct felt_input input)
{
    return step(world, host, input);
}

enum felt_verdict world_inject(struct world *world, int host, const struct felt_endpoint *from,
                               struct felt_bytes bytes)
{
    struct felt_input in = {.kind = FELT_INPUT_DATAGRAM};

    in.datagram.from = *from;
    in.datagram.bytes = bytes;
    return step(world, host, in);
}

struct felt_bytes world_last_datagram(const struct world *world, int host)
{
    return felt_bytes(world->hosts[host].last, world->hosts[host].last_len);
}

const char *world_log(struct world *world)
{
    memcpy(world->taken, world->log, world->log_len);
    world->taken[world->log_len] = '\0';
    world->log_len = 0;
    return world->taken;
}

unsigned world_datagrams(const struct world *world)
{
    return world->datagrams;
}
