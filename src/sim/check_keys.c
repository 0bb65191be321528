/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody tells of a keyring that is not on its disk, and no key goes while a member that may come
 * back has nothing newer on its own (proto/gossip.md 7). That nobody is lost otherwise shows in
 * that all have one view in the end. */
#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/keys.h"
#include "sim/pool.h"

struct seen {
    struct felt_id id;
    uint32_t life;
    uint32_t mark;
    enum felt_keyring_phase phase;
};

static void *begin(struct sim *sim)
{
    return sim_zalloc(sim->config.hosts_max + sim->config.hosts_extra, sizeof(struct seen));
}

static void check_durable(struct sim *sim, uint32_t host, uint32_t mark)
{
    struct felt_keyring ring;

    if (!sim_keys_on_disk(sim, host, &ring) || felt_keyring_mark(&ring) != mark)
        sim_violated(sim, "%s tells of a keyring that is not on its disk", sim->hosts[host].name);
}

static bool has_ring(const struct sim *sim, uint32_t host, const struct felt_cluster_key *key)
{
    struct felt_keyring ring;

    return sim_keys_on_disk(sim, host, &ring) && sim_keys_hold(&ring, key);
}

/* A node that takes the last step waits for all that it knows, but for who is held for gone. */
static bool is_waited_for(const struct felt_node *node, const struct felt_id *id)
{
    uint32_t place = felt_members_find(node->members, id);

    return place != FELT_MEMBER_NONE &&
           felt_members_peek(node->members, place)->state != FELT_MEMBER_LEFT;
}

/* This node takes the last step: whom it knows, and who did not lose what it had, is to have the
 * key that stays. */
static void check_removal(struct sim *sim, uint32_t host, const struct seen *seen)
{
    const struct felt_node *node = sim->hosts[host].node;

    for (uint32_t i = 0; i < sim->n_hosts; i++) {
        struct sim_host *h = &sim->hosts[i];

        if (i == host || !sim_host_is_member_on_disk(sim, i))
            continue;
        if (has_ring(sim, i, &node->keys.ring.key))
            h->unwaited = false;
        else if (!is_waited_for(node, &seen[i].id))
            h->unwaited = true;
        else if (sim_host_runs(sim, i) && !h->tainted && !h->twin && !h->left &&
                 h->disk.story.rolled_back == 0 && h->disk.story.copied == 0)
            sim_violated(sim, "%s removes a key, and %s does not have the one that stays",
                         sim->hosts[host].name, h->name);
    }
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct seen *all = context, *seen = &all[host];
    const struct sim_host *h = &sim->hosts[host];
    enum felt_keyring_phase phase;
    uint32_t mark;

    if (h->node)
        seen->id = *felt_node_id(h->node);
    if (!sim->rotated || !h->node)
        return;
    phase = h->node->keys.ring.phase;
    mark = felt_keys_mark(h->node);
    if (seen->life != h->life)
        *seen = (struct seen){.id = seen->id, .life = h->life, .phase = phase};
    /* Who has left saves a state of nobody, and says no more. */
    if (mark != 0 && mark != seen->mark && effects->n_datagrams > 0) {
        check_durable(sim, host, mark);
        seen->mark = mark;
    }
    /* Not by a datagram: by itself. */
    if (phase == FELT_KEYRING_ONE && seen->phase == FELT_KEYRING_USED &&
        input->kind != FELT_INPUT_DATAGRAM)
        check_removal(sim, host, all);
    if (mark == 0)
        seen->mark = 0;
    seen->phase = phase;
}

const struct sim_check sim_check_keys = {
    .name = "keys",
    .what = "a keyring is durable before it is told, and no key goes that is needed",
    .begin = begin,
    .stepped = stepped,
    .end = free,
};
