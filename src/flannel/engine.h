/* SPDX-License-Identifier: Apache-2.0 */
/* What the live bridge decides (proto/etcd.md 5 to 9): told what etcd answered and what feltd
 * knows, it says what to ask of etcd, what to tell feltd, and what to log. No clock, no socket.
 *
 *   for (;;) {
 *       wait until effects.wake_us, or something came;
 *       felt_flannel_step(engine, &input, &effects);
 *       send effects.requests to etcd, call feltd for clear, set/gone and report, log the lines;
 *   }
 *
 * Everything that etcd is asked for is answered to the engine once, by id, also when it failed;
 * only of a watch that was dropped nothing more need be heard.
 * What feltd was told need not be: each snapshot of feltd shows what arrived. Nothing is kept on
 * disk: at start the listing and the first snapshot say all. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/idiom.h"
#include "base/usec.h"
#include "flannel/lease.h"
#include "flannel/reply.h"
#include "flannel/request.h"
#include "netconf/netconf.h"

#define FELT_FLANNEL_DEMANDS_MAX  256
#define FELT_FLANNEL_REQUESTS_MAX 16  /* that wait for an answer, the watch not counted */
#define FELT_FLANNEL_TELL_MAX     256 /* foreign leases in one call, and as many that are gone */
#define FELT_FLANNEL_LINES_MAX    32
#define FELT_FLANNEL_LINE_TEXT    256
#define FELT_FLANNEL_NAME_TEXT    64 /* a node's name, for logs */
#define FELT_FLANNEL_NO_SLOT      UINT32_MAX

struct felt_flannel;

struct felt_flannel_config {
    char prefix[FELT_ETCD_PREFIX_MAX + 1]; /* felt_etcd_prefix_parse() */
    struct felt_netconf netconf;           /* with IPv4 */
    struct felt_id node;                   /* the bridge node */
    char name[FELT_FLANNEL_NAME_TEXT];     /* its name */
    char since[32];                        /* for people: when this process started; no '"' */
};

/* -EINVAL where the network has no IPv4, which every lease in etcd must have; -ENOMEM. */
int felt_flannel_new(const struct felt_flannel_config *config, struct felt_flannel **ret_engine);
void felt_flannel_free(struct felt_flannel *engine);
FELT_DEFINE_CLEANUP(struct felt_flannel *, felt_flannel_free)

/* A subnet that a felt node leases, or that was given to it and that it has not said to lease yet.
 */
struct felt_flannel_own {
    uint32_t slot;
    struct felt_id node;
    char name[FELT_FLANNEL_NAME_TEXT];
    struct felt_flannel_lease lease; /* public_ip of family NONE: not known yet */
};

/* A node that waits for a subnet. */
struct felt_flannel_demand {
    struct felt_id node;
    char name[FELT_FLANNEL_NAME_TEXT];
    struct felt_ip public_ip; /* IPv4 */
    struct felt_ip public_ip6;
    uint32_t slot; /* reserved for it or wished for; NO_SLOT: any */
};

struct felt_flannel_foreign {
    uint32_t slot;
    struct felt_flannel_lease lease;
};

/* What feltd knows at one moment. Borrowed for the step. */
struct felt_flannel_felt {
    bool on;            /* bridge mode is on, and this node is the bridge node */
    uint64_t clear_seq; /* of this engine's last call of clear that it shows; 0: none since feltd
                         * started */
    const struct felt_flannel_own *own;
    size_t n_own;
    const struct felt_flannel_demand *demands; /* at most DEMANDS_MAX */
    size_t n_demands;
    const struct felt_flannel_foreign *foreign; /* the notices that are there */
    size_t n_foreign;
    /* Slots that this node could give to anybody now, the best first, at least as many as there are
     * demands where there are that many. */
    const uint32_t *free;
    size_t n_free;
};

enum felt_flannel_event {
    FELT_FLANNEL_TICK,
    FELT_FLANNEL_ANSWER,
    FELT_FLANNEL_FELT,      /* a snapshot */
    FELT_FLANNEL_FELT_LOST, /* feltd does not answer */
    FELT_FLANNEL_STOP,      /* the process is about to end: the lock is given back */
};

struct felt_flannel_input {
    enum felt_flannel_event event;
    felt_usec now; /* never runs back; goes on while the machine is suspended */
    /* ANSWER. reply NULL: there was none, and nobody knows whether the request was executed. */
    uint64_t id;
    const struct felt_etcd_reply *reply;
    const struct felt_flannel_felt *felt; /* FELT */
};

enum felt_flannel_state {
    FELT_FLANNEL_WAITING, /* for feltd, the mode, the lock of another bridge, or the first listing
                           */
    FELT_FLANNEL_OK,
    FELT_FLANNEL_DOWN, /* etcd does not answer */
};

enum felt_flannel_level {
    FELT_FLANNEL_INFO,
    FELT_FLANNEL_WARNING,
};

struct felt_flannel_query {
    uint64_t id;
    struct felt_etcd_op op;
};

struct felt_flannel_cleared {
    uint32_t slot;
    struct felt_id node;
};

struct felt_flannel_line {
    enum felt_flannel_level level;
    char text[FELT_FLANNEL_LINE_TEXT];
};

/* Valid until the next step. */
struct felt_flannel_effects {
    struct felt_flannel_query requests[FELT_FLANNEL_REQUESTS_MAX + 1];
    size_t n_requests;
    uint64_t dropped_watch; /* the id of a watch whose answer nobody waits for any more; 0: none */
    /* All slots that may be given now, and to whom: it replaces what was cleared before, an empty
     * list too. feltd shows clear_seq in its snapshots from then on. */
    bool clear;
    uint64_t clear_seq;
    struct felt_flannel_cleared cleared[FELT_FLANNEL_DEMANDS_MAX];
    size_t n_cleared;
    struct felt_flannel_foreign set[FELT_FLANNEL_TELL_MAX];
    size_t n_set;
    uint32_t gone[FELT_FLANNEL_TELL_MAX];
    size_t n_gone;
    bool report; /* state and text have changed */
    enum felt_flannel_state state;
    char text[FELT_FLANNEL_LINE_TEXT];
    struct felt_flannel_line lines[FELT_FLANNEL_LINES_MAX];
    size_t n_lines;
    felt_usec wake_us; /* step again by then; NEVER: only when something comes */
};

void felt_flannel_step(struct felt_flannel *engine, const struct felt_flannel_input *input,
                       struct felt_flannel_effects *ret_effects);

/* What is there, and what has happened since the start. */
struct felt_flannel_stats {
    uint32_t own;     /* keys of felt nodes */
    uint32_t foreign; /* keys of others */
    uint32_t skipped; /* keys that are there and are no lease of this network */
    uint64_t events;
    uint64_t listings;
    uint64_t created;
    uint64_t renewed;
    uint64_t removed;
    uint64_t taken_back;
    uint64_t yielded;
    uint64_t unanswered; /* requests */
};

void felt_flannel_stats(const struct felt_flannel *engine, struct felt_flannel_stats *ret_stats);

/* "waiting", "ok", "down". */
const char *felt_flannel_state_name(enum felt_flannel_state state);
