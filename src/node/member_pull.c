/* SPDX-License-Identifier: Apache-2.0 */
#include "node/member_pull.h"

#include <string.h>

#include "base/id_map.h"
#include "node/answer.h"
#include "node/core.h"
#include "node/inbound.h"
#include "node/letter.h"
#include "node/own.h"

/* Ids that are fetched at one time, over all lanes: a descriptor with what goes with it takes 230
 * bytes. It begins with what any receive buffer takes, grows with each arrival (so it doubles each
 * round trip), and is halved when something gets lost. */
#define WINDOW_FIRST 192
#define WINDOW_MIN   48
#define WINDOW_MAX   768

#define WANTS_MAX    4096 /* known to be missing: an answer to each lane, a window, and some more */
#define BATCH        24   /* a fetch is worth sending for that many */
#define SILENT_MAX   4    /* lane: silences in a row until it is given up */
#define DRAWS        8    /* tries to find one more member to ask */

_Static_assert(FELT_MEMBER_PULL_LANES *FELT_ANSWER_ENTRIES + BATCH <= WANTS_MAX,
               "an answer to each lane has room");

/* One member that we ask. Its questions are asked in rounds over all buckets. */
struct lane {
    bool busy; /* this lane is in use */
    struct felt_id member;
    bool asking;       /* the answer to the last question has not ended */
    bool more;         /* the round goes on with bucket `first` */
    uint32_t first;    /* where the last question began, or the next one will */
    uint32_t walked;   /* buckets of this round that were answered */
    uint32_t found;    /* wants that this round made */
    uint32_t answers;  /* in this lane's life */
    bool listed;       /* there were entries in the running answer */
    uint32_t n_wanted; /* its wants that are not fetched yet */
    uint32_t n_fetched;
    bool heard; /* since the last time limit */
    unsigned silent;
    felt_usec late_us;
};

struct want {
    struct felt_id id;
    uint8_t lane;
    bool fetched;
};

struct felt_member_pull {
    uint32_t window;
    uint32_t n_fetched;
    bool widen; /* much differs: one more lane would help */
    struct lane lanes[FELT_MEMBER_PULL_LANES];
    struct felt_id_map *places; /* of wants, by id */
    uint32_t n;
    struct want wants[WANTS_MAX];
};

static const struct felt_id *id_of(const void *owner, uint32_t i)
{
    return &((const struct felt_member_pull *)owner)->wants[i].id;
}

void felt_member_pull_free(struct felt_member_pull *pull)
{
    if (!pull)
        return;
    felt_id_map_free(pull->places);
    free(pull);
}

/* The lane in which a member is asked; NULL where it is not. */
static struct lane *lane_of(struct felt_member_pull *pull, const struct felt_id *member)
{
    for (unsigned k = 0; pull && k < FELT_MEMBER_PULL_LANES; k++)
        if (pull->lanes[k].busy && felt_id_equal(&pull->lanes[k].member, member))
            return &pull->lanes[k];
    return NULL;
}

static void wait_for(struct felt_node *node, struct lane *lane, uint32_t member)
{
    lane->late_us = felt_usec_add(node->now, felt_sync_patience(node, member, lane->silent));
}

static void hear(struct felt_node *node, struct lane *lane, uint32_t member)
{
    lane->heard = true;
    lane->silent = 0;
    wait_for(node, lane, member);
}

static void begin_round(struct lane *lane)
{
    lane->asking = false;
    lane->more = true;
    lane->walked = 0;
    lane->found = 0;
}

static void open_lane(struct felt_node *node, struct lane *lane, uint32_t member, uint32_t first)
{
    *lane = (struct lane){
        .busy = true, .member = *felt_members_id(node->members, member), .first = first};
    begin_round(lane);
    wait_for(node, lane, member);
}

/* ---- wants ---- */

static void remove_want(struct felt_member_pull *pull, uint32_t i)
{
    struct want *want = &pull->wants[i];
    struct lane *lane = &pull->lanes[want->lane];

    if (want->fetched) {
        lane->n_fetched--;
        pull->n_fetched--;
    } else {
        lane->n_wanted--;
    }
    felt_id_map_remove(pull->places, &want->id);
    pull->n--;
    if (i == pull->n)
        return;
    *want = pull->wants[pull->n];
    felt_id_map_put(pull->places, &want->id, i);
}

static void add_want(struct felt_member_pull *pull, struct lane *lane, const struct felt_id *id)
{
    if (pull->n == WANTS_MAX || felt_id_map_get(pull->places, id) != FELT_ID_MAP_NONE)
        return;
    pull->wants[pull->n] = (struct want){.id = *id, .lane = (uint8_t)(lane - pull->lanes)};
    if (!felt_id_map_put(pull->places, id, pull->n))
        return;
    pull->n++;
    lane->n_wanted++;
    lane->found++;
}

static void drop_wants(struct felt_member_pull *pull, const struct lane *lane)
{
    for (uint32_t i = pull->n; i > 0; i--)
        if (&pull->lanes[pull->wants[i - 1].lane] == lane)
            remove_want(pull, i - 1);
}

/* ---- what arrives ---- */

/* How a member stands according to another: others know already. But what is told of ourselves may
 * be for us to refute, and whom we suspect on its word is to hear of it. */
static void learn(struct felt_node *node, const struct felt_inbound *in,
                  const struct felt_summary_entry *e, uint32_t member)
{
    struct felt_liveness news = {
        .id = e->id,
        .incarnation = e->incarnation,
        .state = e->state,
        .origin = felt_get_be32(in->envelope.sender.b),
    };

    felt_rumours_hush(node->rumours,
                      member != FELT_MEMBER_SELF &&
                          (e->state == FELT_LIVENESS_ALIVE || e->state == FELT_LIVENESS_LEFT));
    felt_swim_rumour(node->swim, node->now, &news);
    felt_rumours_hush(node->rumours, false);
    /* It may not know where we are now, so that it can not ask. */
    if (member == FELT_MEMBER_SELF &&
        e->version < felt_members_peek(node->members, member)->descriptor->version)
        felt_own_remind(node);
}

static bool lacks(const struct felt_node *node, const struct felt_inbound *in,
                  const struct felt_summary_entry *e, uint32_t member)
{
    if (member == FELT_MEMBER_NONE)
        return felt_generation_asks(node, in, e->state);
    return member != FELT_MEMBER_SELF &&
           felt_members_peek(node->members, member)->descriptor->version < e->version;
}

enum felt_verdict felt_member_pull_summary(struct felt_node *node, const struct felt_inbound *in,
                                           const struct felt_message *m)
{
    struct felt_member_pull *pull = node->sync.member_pull;
    struct lane *lane = lane_of(pull, &in->envelope.sender);

    if (!lane)
        return FELT_VERDICT_STALE;
    hear(node, lane, in->member);
    lane->listed = true;
    for (uint32_t i = 0; i < m->summary.n; i++) {
        const struct felt_summary_entry *e = &m->summary.entries[i];
        uint32_t member = felt_members_find(node->members, &e->id);

        if (member != FELT_MEMBER_NONE)
            learn(node, in, e, member);
        if (lacks(node, in, e, member))
            add_want(pull, lane, &e->id);
    }
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_member_pull_answered(struct felt_node *node, const struct felt_inbound *in,
                                            const struct felt_message *m)
{
    struct felt_member_pull *pull = node->sync.member_pull;
    struct lane *lane = lane_of(pull, &in->envelope.sender);
    uint32_t step;

    if (!lane || !lane->asking)
        return FELT_VERDICT_STALE;
    hear(node, lane, in->member);
    if (!m->answered.more && !lane->listed && lane->walked == 0)
        felt_sync_equal(node, &node->sync.members, in->member);
    step = (m->answered.next + FELT_BUCKETS - lane->first) % FELT_BUCKETS;
    lane->walked += FELT_MAX(step, 1u);
    lane->asking = false;
    lane->answers++;
    lane->more = m->answered.more && lane->walked < FELT_BUCKETS;
    if (m->answered.more)
        lane->first = m->answered.next;
    pull->widen |= lane->more;
    return FELT_VERDICT_TAKEN;
}

bool felt_member_pull_arrived(struct felt_node *node, const struct felt_inbound *in,
                              const struct felt_id *id)
{
    struct felt_member_pull *pull = node->sync.member_pull;
    struct lane *lane = lane_of(pull, &in->envelope.sender);
    uint32_t i;

    if (!pull)
        return false;
    i = felt_id_map_get(pull->places, id);
    if (i != FELT_ID_MAP_NONE) {
        remove_want(pull, i);
        pull->window = FELT_MIN(pull->window + 1, (uint32_t)WINDOW_MAX);
    }
    if (lane)
        hear(node, lane, in->member);
    return lane != NULL;
}

/* ---- what is asked ---- */

static void ask(struct felt_node *node, struct lane *lane, uint32_t member)
{
    struct felt_message *m = &node->outgoing;
    struct felt_letter letter;

    felt_letter_open(&letter, node, member);
    m->type = FELT_MESSAGE_SYNC_MEMBERS;
    m->sync_members.first = lane->first;
    memcpy(m->sync_members.hashes, felt_members_buckets(node->members),
           sizeof(m->sync_members.hashes));
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    lane->asking = true;
    lane->listed = false;
    wait_for(node, lane, member);
}

/* One fetch of what the window and a message have room for. */
static void fetch(struct felt_node *node, struct lane *lane, uint32_t member)
{
    struct felt_member_pull *pull = node->sync.member_pull;
    struct felt_message *m = &node->outgoing;
    uint32_t room = pull->window - FELT_MIN(pull->n_fetched, pull->window), n = 0;
    struct felt_letter letter;

    room = FELT_MIN(room, (uint32_t)FELT_FETCH_MAX);
    felt_letter_open(&letter, node, member);
    letter.rumours = false; /* the room is for the ids */
    m->type = FELT_MESSAGE_FETCH;
    for (uint32_t i = 0; i < pull->n && n < room; i++) {
        struct want *want = &pull->wants[i];

        if (&pull->lanes[want->lane] != lane || want->fetched)
            continue;
        want->fetched = true;
        m->fetch.ids[n++] = want->id;
    }
    lane->n_wanted -= n;
    lane->n_fetched += n;
    pull->n_fetched += n;
    m->fetch.n = n;
    felt_letter_write(&letter, m);
    felt_letter_post(&letter);
    wait_for(node, lane, member);
}

static bool may_fetch(const struct felt_member_pull *pull, const struct lane *lane)
{
    return lane->n_wanted > 0 &&
           pull->n_fetched + FELT_MIN(lane->n_wanted, (uint32_t)BATCH) <= pull->window;
}

/* A live member that is asked in no lane and knows us; FELT_MEMBER_NONE where we find none. */
static uint32_t draw(struct felt_node *node)
{
    for (unsigned k = 0; k < DRAWS; k++) {
        uint32_t i = felt_members_draw(node->members, &node->prng);
        const struct felt_member *m;

        if (i == FELT_MEMBER_NONE)
            break;
        m = felt_members_peek(node->members, i);
        if (m->contact && m->state == FELT_MEMBER_ALIVE &&
            !lane_of(node->sync.member_pull, felt_members_id(node->members, i)))
            return i;
    }
    return FELT_MEMBER_NONE;
}

/* The next answer comes while the last one's descriptors do. At the end of a round that found much,
 * or where we should know for certain, another one shows that nothing was lost. */
static void go_on(struct felt_node *node, struct lane *lane, uint32_t member)
{
    struct felt_member_pull *pull = node->sync.member_pull;

    while (may_fetch(pull, lane))
        fetch(node, lane, member);
    if (lane->asking)
        return;
    if (lane->more) {
        if (pull->n + FELT_ANSWER_ENTRIES <= WANTS_MAX && lane->n_wanted <= pull->window)
            ask(node, lane, member);
        return;
    }
    if (lane->n_wanted + lane->n_fetched > 0)
        return;
    if (lane->found > 0 && (lane->answers > 1 || node->sync.members.hurry))
        begin_round(lane);
    else
        lane->busy = false;
}

/* What was asked of a lane's member counts as lost; it is asked of somebody else. */
static void give_up(struct felt_node *node, struct lane *lane)
{
    struct felt_member_pull *pull = node->sync.member_pull;
    uint32_t other = draw(node);

    drop_wants(pull, lane);
    pull->window = FELT_MAX(pull->window / 2, (uint32_t)WINDOW_MIN);
    lane->silent = lane->heard ? 0 : lane->silent + 1;
    lane->heard = false;
    if (lane->silent == SILENT_MAX) {
        lane->busy = false;
        return;
    }
    if (other != FELT_MEMBER_NONE)
        lane->member = *felt_members_id(node->members, other);
    begin_round(lane);
}

static void run_lane(struct felt_node *node, struct lane *lane)
{
    uint32_t member;

    if (lane->late_us <= node->now && (lane->asking || lane->n_fetched > 0))
        give_up(node, lane);
    member = felt_members_find(node->members, &lane->member);
    if (member == FELT_MEMBER_NONE) { /* forgotten meanwhile */
        drop_wants(node->sync.member_pull, lane);
        lane->busy = false;
    }
    /* Once to end a round, once more to begin the next. */
    for (int k = 0; k < 2 && lane->busy; k++)
        go_on(node, lane, member);
    if (lane->busy && lane->late_us <= node->now)
        wait_for(node, lane, member); /* not for it, but for the window */
}

/* One more lane, with that member. */
static void widen(struct felt_node *node, uint32_t member)
{
    struct felt_member_pull *pull = node->sync.member_pull;
    uint32_t first = 0;

    for (unsigned k = 0; k < FELT_MEMBER_PULL_LANES; k++) {
        if (pull->lanes[k].busy) {
            first = pull->lanes[k].first;
            continue;
        }
        open_lane(node, &pull->lanes[k], member,
                  (first + FELT_BUCKETS / FELT_MEMBER_PULL_LANES) % FELT_BUCKETS);
        run_lane(node, &pull->lanes[k]);
        break;
    }
    pull->widen = false;
}

/* A new pull, with no lane yet; NULL where memory is short. */
static struct felt_member_pull *pull_new(void)
{
    struct felt_member_pull *pull = calloc(1, sizeof(*pull));

    if (!pull)
        return NULL;
    pull->window = WINDOW_FIRST;
    if (felt_id_map_new(WANTS_MAX, id_of, pull, &pull->places) < 0) {
        free(pull);
        return NULL;
    }
    return pull;
}

void felt_member_pull_begin(struct felt_node *node, uint32_t member)
{
    struct felt_member_pull *pull = node->sync.member_pull;

    if (pull) {
        if (pull->widen && !lane_of(pull, felt_members_id(node->members, member)))
            widen(node, member);
        return;
    }
    pull = node->sync.member_pull = pull_new();
    if (!pull)
        return; /* the next digest shows the difference again */
    /* Anywhere: where answers break off, others do not always get the same buckets. */
    open_lane(node, &pull->lanes[0], member, (uint32_t)felt_prng_below(&node->prng, FELT_BUCKETS));
    run_lane(node, &pull->lanes[0]);
}

felt_usec felt_member_pull_deadline(const struct felt_node *node)
{
    const struct felt_member_pull *pull = node->sync.member_pull;
    felt_usec t = FELT_USEC_NEVER;

    for (unsigned k = 0; pull && k < FELT_MEMBER_PULL_LANES; k++)
        if (pull->lanes[k].busy)
            t = FELT_MIN(t, pull->lanes[k].late_us);
    return t;
}

void felt_member_pull_wake(struct felt_node *node)
{
    struct felt_member_pull *pull = node->sync.member_pull;
    uint32_t other;

    if (!pull)
        return;
    other = pull->widen ? draw(node) : FELT_MEMBER_NONE;
    if (other != FELT_MEMBER_NONE)
        widen(node, other);
    for (unsigned k = 0; k < FELT_MEMBER_PULL_LANES; k++)
        if (pull->lanes[k].busy)
            run_lane(node, &pull->lanes[k]);
    if (felt_member_pull_deadline(node) != FELT_USEC_NEVER)
        return;
    felt_member_pull_free(pull);
    node->sync.member_pull = NULL;
    felt_difference_pulled(&node->sync.members, node->now);
}
