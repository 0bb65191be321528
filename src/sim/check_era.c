/* SPDX-License-Identifier: Apache-2.0 */
/* What all nodes of a run have ever said of slots and eras, in one history (proto/lease.md 5 and
 * 6): one value for an era; one owner for a (slot, term, seq), whoever holds it and whenever; a
 * term never above the era; and nobody owns a slot by an entry from which a gift was made.
 *
 * Only what is durable is history: a gift that its giver forgot in a crash was never made. Runs in
 * which a disk was rolled back or a machine cloned are excused as in check_owner.c. */
#include <inttypes.h>
#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/pool.h"

/* Of one slot, by (term, seq). */
struct entry {
    uint64_t term;
    uint32_t seq;
    struct felt_id owner;
};

struct line {
    uint32_t n, capacity;
    struct entry *entries;
};

struct decided {
    uint64_t era;
    struct felt_value value;
};

struct seen {
    uint32_t life;
    uint64_t era;
    uint64_t digest;
};

struct context {
    uint8_t cluster[FELT_CLUSTER_ID_LEN]; /* of the history: the first one of the run */
    uint32_t n_slots;
    struct line *lines; /* by slot */
    uint32_t n_decided, capacity;
    struct decided *decided;
    struct seen *seen; /* by host */
};

static void *begin(struct sim *sim)
{
    struct context *c = sim_zalloc(1, sizeof(*c));

    c->seen = sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(*c->seen));
    return c;
}

static void end(void *context)
{
    struct context *c = context;

    for (uint32_t i = 0; i < c->n_slots; i++)
        free(c->lines[i].entries);
    free(c->lines);
    free(c->decided);
    free(c->seen);
    free(c);
}

static const struct entry *find(const struct line *line, uint64_t term, uint32_t seq)
{
    for (uint32_t i = line->n; i > 0; i--)
        if (line->entries[i - 1].term == term && line->entries[i - 1].seq == seq)
            return &line->entries[i - 1];
    return NULL;
}

static void add(struct line *line, const struct felt_slot *slot)
{
    if (line->n == line->capacity) {
        line->capacity = FELT_MAX(2 * line->capacity, 4u);
        line->entries = sim_realloc(line->entries, line->capacity, sizeof(*line->entries));
    }
    line->entries[line->n++] =
        (struct entry){.term = slot->term, .seq = slot->seq, .owner = slot->owner};
}

static void check_slot(struct context *c, struct sim *sim, uint32_t host, uint32_t i)
{
    const struct sim_host *h = &sim->hosts[host];
    struct felt_slot slot = felt_slot_map_get(h->node->map, i);
    const struct entry *known;

    if (slot.term == 0)
        return;
    if (slot.term > h->node->era)
        sim_violated(sim, "%s of era %" PRIu64 " holds slot %u at term %" PRIu64, h->name,
                     h->node->era, i, slot.term);
    known = find(&c->lines[i], slot.term, slot.seq);
    if (!known)
        add(&c->lines[i], &slot);
    else if (!felt_id_equal(&known->owner, &slot.owner))
        sim_violated(sim, "slot %u at (%" PRIu64 ", %u) was %s's, and at %s it is %s's", i,
                     slot.term, slot.seq, FELT_ID_SHORT(&known->owner), h->name,
                     FELT_ID_SHORT(&slot.owner));
    if (sim_check_counts(h) && felt_id_equal(&slot.owner, felt_node_id(h->node)) &&
        find(&c->lines[i], slot.term, slot.seq + 1))
        sim_violated(sim, "%s owns slot %u at (%" PRIu64 ", %u), which it has given away", h->name,
                     i, slot.term, slot.seq);
}

static void check_decision(struct context *c, struct sim *sim, uint32_t host)
{
    const struct felt_decision *d = &sim->hosts[host].node->decision;
    const struct felt_value *v = &d->value;

    if (d->era == 0)
        return;
    for (uint32_t i = c->n_decided; i > 0; i--) {
        const struct felt_value *w = &c->decided[i - 1].value;

        if (c->decided[i - 1].era != d->era)
            continue;
        if (!felt_id_equal(&v->heir, &w->heir) || v->n != w->n ||
            memcmp(v->ranges, w->ranges, v->n * sizeof(v->ranges[0])) != 0)
            sim_violated(sim, "era %" PRIu64 " began with two values: %s has another one", d->era,
                         sim->hosts[host].name);
        return;
    }
    if (c->n_decided == c->capacity) {
        c->capacity = FELT_MAX(2 * c->capacity, 8u);
        c->decided = sim_realloc(c->decided, c->capacity, sizeof(*c->decided));
    }
    c->decided[c->n_decided++] = (struct decided){.era = d->era, .value = *v};
}

static bool is_of_the_history(struct context *c, const struct felt_node *node)
{
    if (!c->lines) {
        c->n_slots = felt_slot_map_slots(node->map);
        c->lines = sim_zalloc(c->n_slots, sizeof(*c->lines));
        memcpy(c->cluster, node->cluster, sizeof(c->cluster));
    }
    return memcmp(c->cluster, node->cluster, sizeof(c->cluster)) == 0;
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    const struct felt_node *node = sim->hosts[host].node;
    struct seen now, *seen;
    struct context *c = context;

    (void)input;
    (void)effects;
    if (sim->forks_excused || node->era == 0 || !node->map || !felt_saver_settled(&node->saver) ||
        !is_of_the_history(c, node))
        return;
    seen = &c->seen[host];
    now = (struct seen){
        .life = sim->hosts[host].life, .era = node->era, .digest = felt_slot_map_digest(node->map)};
    if (seen->life == now.life && seen->era == now.era && seen->digest == now.digest)
        return;
    *seen = now;
    check_decision(c, sim, host);
    for (uint32_t i = 0; i < c->n_slots; i++)
        check_slot(c, sim, host, i);
}

const struct sim_check sim_check_era = {
    .name = "era",
    .what = "one value for an era, one owner for a (slot, term, seq), and what is given is gone",
    .begin = begin,
    .stepped = stepped,
    .end = end,
};
