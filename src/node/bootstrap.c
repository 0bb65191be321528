/* SPDX-License-Identifier: Apache-2.0 */
#include "node/bootstrap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"

#define QUICK     (20 * FELT_USEC_MS)      /* after news, so that several are one round */
#define KNOWN_MAX (2 * FELT_BOOTSTRAP_MAX) /* others; enough to see that they are too many */

/* Ids, ascending. */
struct crowd {
    uint32_t n;
    struct felt_id ids[FELT_CANDIDATES_MAX];
};

/* Another candidate, by what it said last. */
struct candidate {
    struct felt_id id;
    struct felt_endpoint at;
    felt_usec heard_us;
    uint64_t session, counter; /* of that: an older one that comes late says nothing */
    uint32_t expect;
    bool promised; /* says is its promise; else whom it sees */
    struct crowd says;
};

struct felt_bootstrap {
    uint32_t expect; /* 0: not in this run, but an earlier one has promised */
    char net_config[FELT_NETCONF_TEXT_MAX + 1];
    struct crowd promise; /* n 0: none yet */
    bool told;            /* it is durable, and may be told */
    struct crowd sight;   /* ourselves included */
    uint32_t n_known;
    struct candidate known[KNOWN_MAX];
    felt_usec round_us; /* the next look at all */
    bool founded;       /* in this run */
    char waiting[160];
};

/* ---- crowds ---- */

static bool crowd_equal(const struct crowd *a, const struct crowd *b)
{
    return a->n == b->n && memcmp(a->ids, b->ids, a->n * sizeof(a->ids[0])) == 0;
}

static bool crowd_has(const struct crowd *crowd, const struct felt_id *id)
{
    for (uint32_t i = 0; i < crowd->n; i++)
        if (felt_id_equal(&crowd->ids[i], id))
            return true;
    return false;
}

/* What does not fit is left out: too many are too many. */
static void crowd_add(struct crowd *crowd, const struct felt_id *id)
{
    uint32_t at = crowd->n;

    if (crowd->n == FELT_CANDIDATES_MAX)
        return;
    for (; at > 0 && felt_id_cmp(&crowd->ids[at - 1], id) > 0; at--)
        crowd->ids[at] = crowd->ids[at - 1];
    crowd->ids[at] = *id;
    crowd->n++;
}

/* The same for all that promise, and for no other crowd: it names candidates of 128 bits each. */
static void cluster_of(const struct crowd *promise, uint8_t ret_cluster[FELT_CLUSTER_ID_LEN])
{
    uint8_t sum[FELT_CHECKSUM_LEN];

    felt_checksum(promise->ids, promise->n * sizeof(promise->ids[0]), sum);
    memcpy(ret_cluster, sum, FELT_CLUSTER_ID_LEN);
}

/* ---- beginning ---- */

static struct felt_bootstrap *get(struct felt_node *node)
{
    if (!node->bootstrap)
        node->bootstrap = calloc(1, sizeof(*node->bootstrap));
    return node->bootstrap;
}

int felt_bootstrap_begin(struct felt_node *node, uint32_t expect, const char *net_config)
{
    struct felt_netconf_error error;
    struct felt_bootstrap *b;
    struct felt_netconf parsed;

    assert(expect > 0 && expect <= FELT_BOOTSTRAP_MAX && !node->in_cluster);
    if (felt_netconf_parse(net_config, strlen(net_config), &parsed, &error) < 0)
        return -EINVAL;
    b = get(node);
    if (!b)
        return -ENOMEM;
    b->expect = expect;
    snprintf(b->net_config, sizeof(b->net_config), "%s", net_config);
    b->round_us = node->now;
    return 0;
}

/* From now on no other cluster's datagrams are looked at. */
static void bind_to_promise(struct felt_node *node)
{
    node->has_cluster = true;
    cluster_of(&node->bootstrap->promise, node->cluster);
}

int felt_bootstrap_restore(struct felt_node *node, const struct felt_record *record)
{
    struct felt_bootstrap *b;

    if (record->n_promise == 0 || record->in_cluster)
        return 0;
    b = get(node);
    if (!b)
        return -ENOMEM;
    for (uint32_t i = 0; i < record->n_promise; i++)
        crowd_add(&b->promise, &record->promise[i]);
    b->told = true;
    bind_to_promise(node);
    return 0;
}

void felt_bootstrap_free(struct felt_bootstrap *bootstrap)
{
    free(bootstrap);
}

bool felt_bootstrap_open(const struct felt_node *node)
{
    return node->bootstrap && node->bootstrap->expect > 0 && !node->in_cluster && node->started;
}

void felt_bootstrap_save(const struct felt_node *node, struct felt_record *record)
{
    const struct felt_bootstrap *b = node->bootstrap;

    if (!b || node->in_cluster)
        return;
    record->n_promise = b->promise.n;
    memcpy(record->promise, b->promise.ids, b->promise.n * sizeof(b->promise.ids[0]));
}

/* ---- words ---- */

const char *felt_bootstrap_waiting(const struct felt_node *node)
{
    return node->bootstrap && node->bootstrap->waiting[0] ? node->bootstrap->waiting : NULL;
}

static bool in_sight(const struct felt_node *node, const struct candidate *c)
{
    return node->now <= felt_usec_add(c->heard_us, FELT_BOOTSTRAP_SIGHT);
}

/* How many have made our promise, ourselves included. */
static uint32_t count_promises(const struct felt_node *node)
{
    const struct felt_bootstrap *b = node->bootstrap;
    uint32_t n = b->told ? 1 : 0;

    for (uint32_t i = 0; i < b->n_known; i++)
        n += b->known[i].promised && crowd_has(&b->promise, &b->known[i].id) &&
             crowd_equal(&b->known[i].says, &b->promise);
    return n;
}

/* Somebody in sight because of whom nobody can promise; NULL where there is none. */
static const struct candidate *find_misfit(const struct felt_node *node)
{
    const struct felt_bootstrap *b = node->bootstrap;

    for (uint32_t i = 0; i < b->n_known; i++) {
        const struct candidate *c = &b->known[i];

        if (in_sight(node, c) &&
            (c->expect != b->expect || (c->promised && !crowd_has(&c->says, felt_node_id(node)))))
            return c;
    }
    return NULL;
}

static void describe(const struct felt_node *node, char *text, size_t len)
{
    const struct felt_bootstrap *b = node->bootstrap;
    const struct candidate *misfit = find_misfit(node);
    uint32_t n_promises = b->promise.n > 0 ? count_promises(node) : 0;

    if (b->promise.n > 0 && felt_id_equal(&b->promise.ids[0], felt_node_id(node)))
        snprintf(text, len, "this node is to found the cluster; it holds %u of %u promises",
                 n_promises, b->promise.n);
    else if (b->promise.n > 0)
        snprintf(text, len, "promised to join the cluster that node=%s founds",
                 FELT_ID_SHORT(&b->promise.ids[0]));
    else if (misfit && misfit->expect != b->expect)
        snprintf(text, len,
                 "the candidate at %s has --bootstrap-expect %u, this one %u: nobody promises",
                 FELT_ENDPOINT(&misfit->at), misfit->expect, b->expect);
    else if (misfit)
        snprintf(text, len, "the candidate at %s has promised itself to others, without this one",
                 FELT_ENDPOINT(&misfit->at));
    else if (b->sight.n > b->expect)
        snprintf(text, len,
                 "%u candidates are in sight, but --bootstrap-expect is %u: nobody promises",
                 b->sight.n, b->expect);
    else
        snprintf(text, len, "%u of %u candidates are in sight", b->sight.n, b->expect);
}

static void report(struct felt_node *node)
{
    struct felt_bootstrap *b = node->bootstrap;
    char text[sizeof(b->waiting)];
    struct felt_event *event;

    describe(node, text, sizeof(text));
    if (strcmp(text, b->waiting) == 0)
        return;
    memcpy(b->waiting, text, sizeof(text));
    event = felt_outbox_event(node->outbox, FELT_EVENT_BOOTSTRAP);
    snprintf(event->text, sizeof(event->text), "%s", text);
}

/* ---- deciding ---- */

static void hurry(struct felt_node *node)
{
    node->bootstrap->round_us =
        FELT_MIN(node->bootstrap->round_us, felt_usec_add(node->now, QUICK));
}

/* Sees who is there now; true where that are not those of the last time. */
static bool look(struct felt_node *node)
{
    struct felt_bootstrap *b = node->bootstrap;
    struct crowd sight = {0};
    bool changed;

    crowd_add(&sight, felt_node_id(node));
    for (uint32_t i = 0; i < b->n_known; i++)
        if (in_sight(node, &b->known[i]))
            crowd_add(&sight, &b->known[i].id);
    changed = !crowd_equal(&sight, &b->sight);
    b->sight = sight;
    return changed;
}

/* Exactly as many as there should be, and each of them sees the same. */
static bool all_agree(const struct felt_node *node)
{
    const struct felt_bootstrap *b = node->bootstrap;

    if (b->sight.n != b->expect)
        return false;
    for (uint32_t i = 0; i < b->n_known; i++) {
        const struct candidate *c = &b->known[i];

        if (in_sight(node, c) && (c->expect != b->expect || !crowd_equal(&c->says, &b->sight)))
            return false;
    }
    return true;
}

static void promise(struct felt_node *node)
{
    struct felt_held held = {.kind = FELT_HELD_PROMISE};

    if (!felt_saver_hold(&node->saver, &held))
        return; /* tried again with the next news */
    node->bootstrap->promise = node->bootstrap->sight;
    bind_to_promise(node);
}

/* All promises are there. Until the cluster is durable nothing is said of it: our session begins
 * anew, so to speak. */
static void found(struct felt_node *node)
{
    struct felt_held held = {.kind = FELT_HELD_START};
    struct felt_bootstrap *b = node->bootstrap;
    struct felt_event *event;
    uint8_t cluster[FELT_CLUSTER_ID_LEN];

    cluster_of(&b->promise, cluster);
    if (!felt_saver_hold(&node->saver, &held))
        return;
    node->started = false;
    if (felt_node_found(node, b->net_config, cluster) < 0)
        return; /* memory is short: after the save we look again */
    b->founded = true;
    event = felt_outbox_event(node->outbox, FELT_EVENT_BOOTSTRAP);
    snprintf(event->text, sizeof(event->text), "all %u promises are there: founding the cluster",
             b->promise.n);
    felt_outbox_event(node->outbox, FELT_EVENT_CONFIGURED);
    felt_outbox_event(node->outbox, FELT_EVENT_JOINED);
}

/* After any news. */
static void decide(struct felt_node *node)
{
    struct felt_bootstrap *b = node->bootstrap;

    if (look(node))
        hurry(node);
    if (b->promise.n == 0 && all_agree(node))
        promise(node);
    report(node);
}

static bool has_all_promises(const struct felt_node *node)
{
    const struct felt_bootstrap *b = node->bootstrap;

    return b->told && felt_id_equal(&b->promise.ids[0], felt_node_id(node)) &&
           count_promises(node) == b->promise.n;
}

void felt_bootstrap_promised(struct felt_node *node)
{
    node->bootstrap->told = true;
    if (!felt_bootstrap_open(node))
        return;
    hurry(node);
    decide(node);
}

/* ---- speaking ---- */

static bool is_seed(const struct felt_node *node, const struct felt_endpoint *at)
{
    for (uint32_t k = 0; k < node->asker.n_seeds; k++)
        if (felt_endpoint_equal(&node->asker.seeds[k], at))
            return true;
    return false;
}

static bool is_known(const struct felt_node *node, const struct felt_endpoint *at)
{
    for (uint32_t i = 0; i < node->bootstrap->n_known; i++)
        if (felt_endpoint_equal(&node->bootstrap->known[i].at, at))
            return true;
    return false;
}

static void greet_known(struct felt_node *node, bool seeds_too)
{
    struct felt_bootstrap *b = node->bootstrap;

    for (uint32_t i = 0; i < b->n_known; i++)
        if (seeds_too || !is_seed(node, &b->known[i].at))
            felt_asker_hello(node, &b->known[i].at);
}

void felt_bootstrap_speak(struct felt_node *node)
{
    if (node->bootstrap && node->bootstrap->founded) {
        node->bootstrap->founded = false;
        greet_known(node, true);
    }
}

felt_usec felt_bootstrap_deadline(const struct felt_node *node)
{
    return felt_bootstrap_open(node) ? node->bootstrap->round_us : FELT_USEC_NEVER;
}

void felt_bootstrap_wake(struct felt_node *node)
{
    struct felt_bootstrap *b = node->bootstrap;

    if (felt_bootstrap_open(node) && has_all_promises(node)) {
        found(node);
        return;
    }
    if (felt_bootstrap_deadline(node) > node->now)
        return;
    b->round_us = felt_usec_add(node->now, felt_prng_jitter(&node->prng, FELT_BOOTSTRAP_ROUND));
    for (uint32_t k = 0; k < node->asker.n_seeds; k++)
        if (!felt_endpoint_equal(
                &node->asker.seeds[k],
                &felt_members_peek(node->members, FELT_MEMBER_SELF)->descriptor->advertise))
            felt_asker_hello(node, &node->asker.seeds[k]);
    greet_known(node, false);
    decide(node);
}

void felt_bootstrap_hello(struct felt_node *node, const struct felt_inbound *in)
{
    static const uint8_t nowhere[FELT_CLUSTER_ID_LEN];

    if (felt_bootstrap_open(node) && is_known(node, &in->from) &&
        memcmp(in->cluster, nowhere, sizeof(nowhere)) != 0)
        hurry(node);
}

enum felt_verdict felt_bootstrap_cookie(struct felt_node *node, const struct felt_inbound *in,
                                        const struct felt_message *m)
{
    struct felt_message *out = &node->outgoing;
    const struct felt_bootstrap *b = node->bootstrap;
    const struct crowd *says;
    struct felt_letter letter;

    if (!felt_bootstrap_open(node) || (!is_seed(node, &in->from) && !is_known(node, &in->from)))
        return FELT_VERDICT_MISDIRECTED;
    if (b->promise.n > 0 && !b->told)
        return FELT_VERDICT_BUSY; /* between the two: what we say next is the promise */
    says = b->promise.n > 0 ? &b->promise : &b->sight;
    felt_letter_open_to(&letter, node, &in->from, FELT_MEMBER_NONE);
    out->type = FELT_MESSAGE_CANDIDATE;
    memcpy(out->candidate.cookie, m->cookie.cookie, FELT_COOKIE_LEN);
    out->candidate.expect = b->promise.n > 0 ? b->promise.n : b->expect;
    out->candidate.promised = b->promise.n > 0;
    out->candidate.n = says->n;
    memcpy(out->candidate.ids, says->ids, says->n * sizeof(says->ids[0]));
    felt_letter_write(&letter, out);
    felt_letter_post(&letter);
    return FELT_VERDICT_TAKEN;
}

/* ---- hearing ---- */

/* The place of a candidate; of a new one, free or of somebody long out of sight. */
static struct candidate *place_of(struct felt_node *node, const struct felt_id *id)
{
    struct felt_bootstrap *b = node->bootstrap;

    for (uint32_t i = 0; i < b->n_known; i++)
        if (felt_id_equal(&b->known[i].id, id))
            return &b->known[i];
    if (b->n_known < KNOWN_MAX)
        return &b->known[b->n_known++];
    for (uint32_t i = 0; i < b->n_known; i++)
        if (!in_sight(node, &b->known[i]) && !crowd_has(&b->promise, &b->known[i].id))
            return &b->known[i];
    return NULL;
}

enum felt_verdict felt_bootstrap_candidate(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m)
{
    struct candidate *c;

    if (!felt_bootstrap_open(node))
        return FELT_VERDICT_BUSY;
    if (!felt_cookie_check(felt_keys_cookie(node), &in->from, &in->envelope.sender,
                           in->envelope.session, m->candidate.cookie))
        return FELT_VERDICT_STRANGER;
    c = place_of(node, &in->envelope.sender);
    if (!c)
        return FELT_VERDICT_FULL;
    if (felt_id_equal(&c->id, &in->envelope.sender) &&
        (in->envelope.session < c->session ||
         (in->envelope.session == c->session && in->envelope.counter <= c->counter)))
        return FELT_VERDICT_STALE;
    *c = (struct candidate){
        .id = in->envelope.sender,
        .at = in->from,
        .heard_us = node->now,
        .session = in->envelope.session,
        .counter = in->envelope.counter,
        .expect = m->candidate.expect,
        .promised = m->candidate.promised,
        .says.n = m->candidate.n,
    };
    memcpy(c->says.ids, m->candidate.ids, m->candidate.n * sizeof(c->says.ids[0]));
    decide(node);
    return FELT_VERDICT_TAKEN;
}
