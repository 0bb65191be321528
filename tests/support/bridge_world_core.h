/* SPDX-License-Identifier: Apache-2.0 */
/* The world's inside, for its own files only: bridge_world.c lets time pass and looks at what must
 * hold, bridge_world_felt.c is feltd and the machines that run it, bridge_world_flanneld.c the
 * others and vandals, bridge_world_bridge.c what is between an engine and the two. */
#pragma once

#include "tests/support/bridge_world.h"

#define BW_PREFIX "/coreos.com/network"

enum kind {
    EXECUTE,  /* a request reaches etcd */
    ANSWER,   /* what became of it reaches the bridge */
    CALL,     /* feltd is told something */
    LOOK,     /* feltd is asked for a snapshot */
    SNAPSHOT, /* which reaches the bridge */
    CREATE,   /* a flanneld creates the key that it chose */
    RENEW,    /* a flanneld */
    GIFT,     /* feltd looks at who waits */
};

struct snapshot {
    struct felt_flannel_felt felt;
    struct felt_flannel_own own[BW_SLOTS];
    struct felt_flannel_demand demands[BW_MACHINES];
    struct felt_flannel_foreign foreign[BW_SLOTS];
    uint32_t free[BW_SLOTS];
};

struct call {
    bool clear;
    uint64_t clear_seq;
    struct felt_flannel_cleared cleared[FELT_FLANNEL_DEMANDS_MAX];
    size_t n_cleared;
    struct felt_flannel_foreign set[BW_SLOTS];
    size_t n_set;
    uint32_t gone[BW_SLOTS];
    size_t n_gone;
};

struct bw_message {
    felt_usec at;
    uint64_t order; /* of those at one time */
    enum kind kind;
    unsigned bridge;
    uint32_t life;
    uint64_t id;
    bool mute;       /* the answer is lost */
    felt_usec until; /* of a watch */
    bool parked;     /* it waits for a change */
    struct felt_etcd_request *request;
    char *body; /* NULL: no answer */
    uint64_t index;
    struct call *call;
    struct snapshot *snapshot;
    uint32_t machine;
};

/* The first counts. */
void bw_violate(struct bw_world *w, const char *format, ...) _printf_(2, 3);
/* A line of the log, unless w->quiet. */
void bw_log(struct bw_world *w, const char *format, ...) _printf_(2, 3);
/* Uniform in [0, max). */
felt_usec bw_below(struct bw_world *w, felt_usec max);
bool bw_chance(struct bw_world *w, unsigned percent);
/* A message that is handled after so long; its other members are for the caller. */
struct bw_message *bw_push(struct bw_world *w, enum kind kind, felt_usec after);
void bw_message_done(struct bw_message *m);
/* path has 256 bytes. */
void bw_key_path(struct bw_world *w, uint32_t slot, char *path);
/* Whose address a key names; false for what is no lease. */
bool bw_key_lease(const struct etcd_model_key *k, struct felt_flannel_lease *ret_lease);
bool bw_key_is_of(const struct etcd_model_key *k, const struct bw_machine *m);
bool bw_key_is_marked(const struct etcd_model_key *k);
/* The bridges that run get a snapshot soon. */
void bw_look(struct bw_world *w, felt_usec after);
/* Whoever waits may be served now, and the bridges hear of it. */
void bw_felt_changed(struct bw_world *w);
/* As that bridge sees it, which knows its own calls only. */
struct snapshot *bw_take_snapshot(struct bw_world *w, unsigned bridge);
/* The slot is free in felt. */
void bw_felt_loses(struct bw_world *w, uint32_t slot);
/* A bridge told feltd what is in its call. */
void bw_called(struct bw_world *w, const struct bw_message *message);
/* Whoever waits and may be given something is. */
void bw_gifts(struct bw_world *w);
/* Of one bridge, and all that follows from it. */
void bw_step(struct bw_world *w, unsigned i, struct felt_flannel_input *input);
/* A request reaches etcd. */
void bw_execute(struct bw_world *w, struct bw_message *m);
/* What became of a request reaches its bridge. */
void bw_answer(struct bw_world *w, const struct bw_message *m);
void bw_flanneld_create(struct bw_world *w, struct bw_machine *m);
void bw_flanneld_renew(struct bw_world *w, struct bw_machine *m);
