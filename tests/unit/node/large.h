/* SPDX-License-Identifier: Apache-2.0 */
/* A few running nodes whose tables are large from the start, as from a state file, with a network
 * between them that takes time and loses what it is told to lose. The other members are only in
 * the tables: they are dead. Disks take no time. */
#pragma once

#include "tests/unit/test.h"

#include "node/node.h"

#define LARGE_NODES_MAX   5
#define LARGE_MEMBERS_MAX 5000 /* that are only in tables */
#define LARGE_START       (100 * FELT_USEC_SEC)

/* What a node begins with. */
struct large_state {
    uint32_t members;   /* so many of those that are only in tables */
    const char *config; /* NULL: 10.1.0.0/16 */
    uint64_t era;       /* 0: no map */
    uint32_t owners;    /* of the map, slot by slot in turn */
    uint32_t seq;       /* of each slot */
};

struct large_host {
    struct felt_node *node;
    struct felt_effects effects; /* of its last step */
    felt_usec deadline;
    unsigned sent;
    unsigned received;
    size_t sent_bytes;
    unsigned most; /* datagrams of one step */
    bool silent;   /* what it sends gets lost */
};

struct large_datagram;

struct large {
    felt_usec now;
    felt_usec latency; /* one way */
    unsigned lose_one_in;
    unsigned n_datagrams;
    unsigned n;
    struct large_host hosts[LARGE_NODES_MAX];
    struct large_datagram *first, *last;
};

void large_begin(struct large *large, felt_usec latency);
void large_done(struct large *large);
/* A node that starts now. It knows all `nodes` of the test, and they know it. Returns its number.
 */
unsigned large_start(struct large *large, const struct large_state *state, unsigned nodes);
/* Runs until no datagram is due and no deadline is left before `until`. */
void large_run(struct large *large, felt_usec until);
struct felt_id large_id(unsigned node);
/* Of the i-th that is only in tables. */
struct felt_id large_member_id(uint32_t i);
/* Whether two nodes have the same members. */
bool large_same_members(const struct large *large, unsigned a, unsigned b);
bool large_same_slots(const struct large *large, unsigned a, unsigned b);
