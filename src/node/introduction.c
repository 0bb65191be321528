/* SPDX-License-Identifier: Apache-2.0 */
#include "node/introduction.h"

#include <string.h>

#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

#define PAUSE_MIN   (500 * FELT_USEC_MS) /* for an answer */
#define PAUSE_MAX   (30 * FELT_USEC_SEC)
#define FIRST_LOOK  (1 * FELT_USEC_SEC) /* whoever moved while we were down is found soon */
#define ANSWER_TIME (2 * FELT_USEC_SEC) /* of seeds; later it is an answer to nothing */

static void arm_round(struct felt_node *node)
{
    node->introduction.round_us =
        felt_usec_add(node->now, felt_prng_jitter(&node->prng, FELT_INTRODUCTION_ROUND));
}

void felt_introduction_init(struct felt_node *node)
{
    struct felt_introduction *intro = &node->introduction;

    *intro = (struct felt_introduction){.backoff_us = PAUSE_MIN};
    felt_put_be64(intro->request, felt_prng_next(&node->prng));
    intro->round_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, FIRST_LOOK));
}

static void say_hello(struct felt_node *node)
{
    struct felt_introduction *intro = &node->introduction;

    if (intro->other.ip.family != FELT_FAMILY_NONE)
        intro->to = intro->other;
    intro->other = (struct felt_endpoint){0};
    felt_asker_hello(node, &intro->to);
    intro->next_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, intro->backoff_us));
    intro->backoff_us = FELT_MIN(intro->backoff_us * 2, PAUSE_MAX);
}

void felt_introduction_begin(struct felt_node *node, const struct felt_endpoint *to)
{
    struct felt_introduction *intro = &node->introduction;

    if (intro->open) {
        /* Whoever we are at may never answer. */
        if (!felt_endpoint_equal(&intro->to, to))
            intro->other = *to;
        return;
    }
    intro->open = true;
    intro->to = *to;
    intro->backoff_us = PAUSE_MIN;
    say_hello(node);
}

felt_usec felt_introduction_deadline(const struct felt_node *node)
{
    const struct felt_introduction *intro = &node->introduction;

    if (!node->in_cluster)
        return FELT_USEC_NEVER; /* the asker is at it */
    return intro->open ? FELT_MIN(intro->round_us, intro->next_us) : intro->round_us;
}

/* Says hello to those of the endpoints where we see no live member. A suspect one may have lost its
 * address to whoever is there now. */
static void greet_unserved(struct felt_node *node, const struct felt_endpoint *endpoints, size_t n)
{
    bool served[FELT_SEEDS_MAX] = {false};

    for (uint32_t i = felt_members_next(node->members, 0); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1)) {
        const struct felt_member *m = felt_members_peek(node->members, i);

        for (size_t k = 0; m->state == FELT_MEMBER_ALIVE && k < n; k++)
            served[k] |= felt_endpoint_equal(&endpoints[k], &m->descriptor->advertise);
    }
    for (size_t k = 0; k < n; k++)
        if (!served[k])
            felt_asker_hello(node, &endpoints[k]);
    node->introduction.seeds_until_us = felt_usec_add(node->now, ANSWER_TIME);
}

/* A suspect is nobody's company: where all have moved it takes minutes until all are dead. */
static bool sees_nobody_alive(const struct felt_node *node)
{
    uint32_t i = felt_members_next(node->members, FELT_MEMBER_SELF + 1);

    while (i != FELT_MEMBER_NONE && felt_members_peek(node->members, i)->state != FELT_MEMBER_ALIVE)
        i = felt_members_next(node->members, i + 1);
    return i == FELT_MEMBER_NONE;
}

void felt_introduction_moved(struct felt_node *node)
{
    node->introduction.round_us =
        FELT_MIN(node->introduction.round_us,
                 felt_usec_add(node->now, felt_prng_jitter(&node->prng, FIRST_LOOK)));
}

static bool is_seed(const struct felt_node *node, const struct felt_endpoint *at)
{
    for (uint32_t k = 0; k < node->asker.n_seeds; k++)
        if (felt_endpoint_equal(&node->asker.seeds[k], at))
            return true;
    return false;
}

void felt_introduction_seeds(struct felt_node *node, const struct felt_endpoint *endpoints,
                             size_t n)
{
    struct felt_endpoint new[FELT_SEEDS_MAX];
    size_t n_new = 0;

    if (!node->started || !node->in_cluster)
        return;
    for (size_t k = 0; k < FELT_MIN(n, (size_t)FELT_SEEDS_MAX); k++)
        if (!is_seed(node, &endpoints[k]))
            new[n_new++] = endpoints[k];
    if (n_new > 0)
        greet_unserved(node, new, n_new);
}

static void look_at_seeds(struct felt_node *node)
{
    arm_round(node);
    if (sees_nobody_alive(node) || (node->asker.n_seeds == 0 && !node->introduction.wanted)) {
        felt_outbox_event(node->outbox, FELT_EVENT_SEEDS_WANTED);
        node->introduction.wanted = true;
    }
    greet_unserved(node, node->asker.seeds, node->asker.n_seeds);
}

void felt_introduction_wake(struct felt_node *node)
{
    struct felt_introduction *intro = &node->introduction;

    if (!node->in_cluster)
        return;
    if (intro->round_us <= node->now)
        look_at_seeds(node);
    if (intro->open && intro->next_us <= node->now)
        say_hello(node);
}

enum felt_verdict felt_introduction_cookie(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m)
{
    const struct felt_introduction *intro = &node->introduction;
    bool expected = (intro->open && felt_endpoint_equal(&intro->to, &in->from)) ||
                    (node->now < intro->seeds_until_us && is_seed(node, &in->from));

    if (!node->in_cluster || !expected)
        return FELT_VERDICT_MISDIRECTED;
    felt_asker_join(node, &in->from, in->member, m->cookie.cookie, intro->request);
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_introduction_welcome(struct felt_node *node, const struct felt_message *m)
{
    if (memcmp(node->introduction.request, m->welcome.request, FELT_REQUEST_ID_LEN) != 0)
        return FELT_VERDICT_MISDIRECTED;
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_introduction_gift(struct felt_node *node, const struct felt_inbound *in,
                                         const struct felt_message *m)
{
    struct felt_introduction *intro = &node->introduction;

    if (memcmp(intro->request, m->gift.request, FELT_REQUEST_ID_LEN) != 0)
        return FELT_VERDICT_MISDIRECTED;
    if (intro->open && felt_endpoint_equal(&intro->to, &in->from)) {
        intro->open = false;
        intro->other = (struct felt_endpoint){0};
    }
    felt_sync_first(node, in->member);
    return FELT_VERDICT_TAKEN;
}
