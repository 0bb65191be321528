/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's inside, for its own files only: engine.c puts the parts together, seat.c keeps what
 * etcd holds, sync.c lists and watches, lock.c the lock, decide.c what to do about each key,
 * demand.c who may be given what, tell.c what feltd hears. */
#pragma once

#include "flannel/engine.h"
#include "flannel/key.h"

#define ODD_MAX 256 /* keys that are no lease of this network, of which we keep the names */

enum purpose {
    FOR_LOCK,
    FOR_LIST,
    FOR_WATCH,
    FOR_SEAT,
};

/* A request that etcd has not answered. */
struct pending {
    uint64_t id; /* 0: free */
    enum purpose purpose;
    enum felt_etcd_what what;
    uint32_t slot; /* of FOR_SEAT */
    felt_usec sent_us;
};

/* A slot: what etcd has under its key, what feltd says of it, and what we are at. */
struct seat {
    /* etcd */
    bool present;
    bool valid;      /* the value is a lease */
    bool marked;     /* by a bridge */
    bool expires;    /* else a reservation */
    bool stale;      /* a change was refused or not answered: look before the next one */
    bool logged;     /* that it is not valid */
    bool listed;     /* by the listing that is being read */
    uint64_t index;  /* modifiedIndex, or the index at which it was not there */
    uint64_t before; /* while a listing is read: the index that it had */
    felt_usec expires_us;
    struct felt_flannel_lease lease;
    /* feltd */
    bool own;
    bool own_said; /* by the snapshot that is being read */
    bool blocked;  /* feltd wants to give it, and must not: it is told so */
    bool told;     /* feltd has it as foreign, or was told so */
    struct felt_flannel_own is;
    struct felt_flannel_lease told_lease;
    felt_usec foreign_us; /* when we told it so */
    /* us */
    bool busy;                /* a request is on its way */
    bool taking_back;         /* and that is what it is for */
    bool held;                /* etcd has had it as our node's since the node leases it */
    bool yielded;             /* to whom etcd says */
    bool used;                /* leased or claimed while we looked */
    bool claimed;             /* for the node of a demand */
    bool cleared;             /* and feltd was told that it may be given */
    struct felt_id claimant;  /* who that is */
    felt_usec claimed_us;     /* since when */
    uint64_t confirmed;       /* the index at which we wrote it ourselves; 0: never */
    felt_usec taken_back_us;  /* when last; 0: never */
    felt_usec took_over_us;   /* the key of a flanneld on the node's machine; 0: never */
    bool give_back;           /* it may run there again: its key is not removed */
    felt_usec idle_us;        /* neither leased nor claimed since */
    felt_usec retry_us;       /* no request before */
    felt_usec avoid_until_us; /* claimed in vain: another slot first */
};

/* A key that is no lease of this network. */
struct odd {
    char name[FELT_ETCD_NAME_MAX + 1];
    bool has_subnets;
    bool listed;
    struct felt_dual subnets;
};

struct lock {
    bool held;
    bool busy;
    bool refused;   /* etcd answers with an error that is not about the key */
    bool unsure;    /* an answer is missing: read it before the next change */
    uint64_t index; /* of what we wrote */
    felt_usec wanted_until_us;
    felt_usec valid_until_us; /* by then etcd may have given it to another */
    felt_usec next_us;
    char holder[FELT_FLANNEL_NAME_TEXT];
};

enum phase {
    PHASE_LIST, /* a listing is wanted */
    PHASE_LISTING,
    PHASE_WATCH,
};

struct felt_flannel {
    struct felt_flannel_config config;
    uint32_t slots;
    struct seat **seats; /* by slot; NULL: nothing was ever there */
    struct odd odd[ODD_MAX];
    size_t n_odd;
    bool odd_full;

    struct pending pending[FELT_FLANNEL_REQUESTS_MAX + 1];
    size_t n_pending; /* the watch not counted */
    uint64_t next_id;

    struct lock lock;
    enum phase phase;
    uint64_t watch_id;    /* 0: none is pending */
    uint64_t watch_index; /* what to wait for */
    felt_usec watch_us;   /* not before */
    felt_usec list_us;    /* the next listing without a reason */
    uint64_t wrote_index; /* of our last change; 0: none since the listing */
    felt_usec quiet_us;   /* since when the watch owes it */

    unsigned silent;    /* requests in a row that had no answer: 0, 1, 2 or more */
    bool refused;       /* etcd answers the listing with an error */
    bool listed;        /* since we have the lock */
    felt_usec retry_us; /* while silent: no request before */
    felt_usec backoff_us;
    char trouble[FELT_FLANNEL_LINE_TEXT / 2]; /* what etcd said */

    bool felt_known;
    bool on;
    uint64_t clear_seen;
    struct felt_flannel_demand demands[FELT_FLANNEL_DEMANDS_MAX];
    size_t n_demands; /* by ascending node */
    uint32_t free[2 * FELT_FLANNEL_DEMANDS_MAX];
    size_t n_free;

    uint64_t clear_seq;
    felt_usec clear_us; /* when it was said last */
    struct felt_flannel_cleared cleared[FELT_FLANNEL_DEMANDS_MAX];
    size_t n_cleared;

    bool acting; /* lock, listing and mode are there */
    felt_usec acting_us;
    bool stopping;
    bool short_of_memory;

    enum felt_flannel_state state;
    char text[FELT_FLANNEL_LINE_TEXT];
    struct felt_flannel_stats stats;

    /* of the step */
    felt_usec now;
    struct felt_flannel_effects *fx;
};

/* engine.c */
void engine_log(struct felt_flannel *e, enum felt_flannel_level level, const char *format, ...)
    _printf_(3, 4);
/* The step is repeated by then, if that is to come. */
void engine_wake(struct felt_flannel *e, felt_usec when);
/* Whether one more request may be made. */
bool engine_may_ask(const struct felt_flannel *e);
/* The op to be filled; what and purpose are set. */
struct felt_etcd_op *engine_ask(struct felt_flannel *e, enum purpose purpose,
                                enum felt_etcd_what what, uint32_t slot);
/* Nobody answers that request any more, or it does not matter. */
void engine_forget(struct felt_flannel *e, uint64_t id);
const char *engine_subnet(const struct felt_flannel *e, uint32_t slot, char *text);

/* seat.c */
struct seat *seat_get(struct felt_flannel *e, uint32_t slot); /* NULL: out of memory */
static inline struct seat *seat_at(const struct felt_flannel *e, uint32_t slot)
{
    return slot < e->slots ? e->seats[slot] : NULL;
}
/* A key as a reply or an event shows it, or its absence at index. False where it is not one of
 * subnets/. */
bool seat_apply(struct felt_flannel *e, const struct felt_etcd_node *node, bool gone);
void seat_gone(struct felt_flannel *e, uint32_t slot, uint64_t index);
/* A whole listing. */
void seat_apply_listing(struct felt_flannel *e, const struct felt_etcd_reply *reply);
/* Whether something in etcd that we cannot read, or that is no lease of this network, has addresses
 * of the slot's subnet. */
bool seat_blocked(const struct felt_flannel *e, uint32_t slot);
/* No felt node uses it any more. */
void seat_idle(struct felt_flannel *e, struct seat *s);
/* The key is not a felt node's. */
static inline bool seat_others(const struct seat *s)
{
    return s->present && s->valid && !s->marked;
}

/* sync.c */
void sync_step(struct felt_flannel *e);
void sync_stop(struct felt_flannel *e);
void sync_list_answer(struct felt_flannel *e, const struct felt_etcd_reply *reply);
void sync_watch_answer(struct felt_flannel *e, const struct felt_etcd_reply *reply);
/* We have made the change of that index, which the watch has to show as well. */
void sync_wrote(struct felt_flannel *e, uint64_t index);
/* Whether everything that was in etcd at that index is known. */
static inline bool sync_knows(const struct felt_flannel *e, uint64_t index)
{
    return index < e->watch_index;
}

/* lock.c */
void lock_step(struct felt_flannel *e);
void lock_answer(struct felt_flannel *e, const struct pending *p,
                 const struct felt_etcd_reply *reply);

/* decide.c */
void decide_step(struct felt_flannel *e);
void decide_answer(struct felt_flannel *e, const struct pending *p,
                   const struct felt_etcd_reply *reply);

/* demand.c */
void demand_step(struct felt_flannel *e);
const struct felt_flannel_demand *demand_of(const struct felt_flannel *e,
                                            const struct felt_id *node);
/* Whether the key is there for the node of the claim, written by ourselves. */
bool demand_is_written(const struct seat *s, const struct felt_flannel_demand *d);
/* And what was in etcd before that is known: nothing in it speaks against giving it. */
bool demand_is_cleared(const struct felt_flannel *e, const struct seat *s,
                       const struct felt_flannel_demand *d);

/* tell.c */
void tell_learn(struct felt_flannel *e, const struct felt_flannel_felt *felt);
void tell_clear(struct felt_flannel *e);
void tell_foreign(struct felt_flannel *e);
