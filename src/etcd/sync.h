/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge sync: the engine (flannel/engine.h) between its etcd and its feltd. Private to
 * the command: command_sync.c is the loop, sync_begin.c what is before it, sync_etcd.c and
 * sync_feltd.c the two sides. */
#pragma once

#include "etcd/bridge.h"
#include "etcd/snapshot.h"
#include "flannel/engine.h"

/* What can be read of sync->epoll_fd. */
enum felt_sync_source {
    FELT_SYNC_SIGNAL,
    FELT_SYNC_BELL,
};

struct felt_sync {
    struct felt_bridge *bridge;
    int epoll_fd; /* the signals and the bell: what is not etcd's */
    struct felt_netconf config;
    struct felt_flannel *engine;
    struct felt_flannel_effects effects; /* of the last step; it is large */
    felt_usec now;                       /* at the last step */

    /* of etcd */
    size_t n_waiting; /* requests that the engine waits for, the watch included */
    uint64_t watch_id;
    struct felt_etcd_op watch;            /* to be asked again when nothing has happened */
    char trouble[FELT_ETCD_TROUBLE_TEXT]; /* why etcd does not answer; "": it does */

    /* of feltd */
    struct felt_id node; /* its identity when we began */
    int alone_fd;        /* as long as this is open no other bridge runs for that node here */
    json_int_t generation;
    bool has_generation;
    uint64_t clear_seq;               /* of the last clear that it took */
    felt_usec ask_us;                 /* when it is asked next */
    felt_usec asked_us;               /* and was the last time */
    struct felt_varlink_client *bell; /* says when there is something to ask for; NULL: none */
    bool is_lost;                     /* the engine knows that it does not answer */
    bool is_off;                      /* the mode is off: cut over */
    bool is_out_of_memory; /* it ends, and the next one begins anew: nothing is lost by that */
};

/* Boot time: it goes on while the machine sleeps, as the TTLs of keys do. */
felt_usec felt_sync_now(void);

/* Until both answer, are of one network and the mode is on: *ret_over false, and the sync can go
 * on. True: there is nothing to do any more, or the operator stops it (signal_fd). */
enum felt_bridge_exit felt_sync_begin(struct felt_sync *sync, int signal_fd, bool *ret_over);

/* One step of the engine, and all that follows from it. */
void felt_sync_step(struct felt_sync *sync, struct felt_flannel_input *input);

/* Sends what the engine asks for. */
void felt_sync_etcd_send(struct felt_sync *sync);
/* An answer of etcd becomes a step. */
void felt_sync_etcd_take(struct felt_sync *sync, const struct felt_etcd_answer *answer);

/* Asks feltd what it knows: a step, where that is new. */
void felt_sync_feltd_ask(struct felt_sync *sync);
/* The bell can be read: feltd is asked, now or soon. */
void felt_sync_feltd_rung(struct felt_sync *sync);
/* Tells feltd what the engine says. False: it does not answer. */
bool felt_sync_feltd_tell(struct felt_sync *sync);
