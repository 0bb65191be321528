/* SPDX-License-Identifier: Apache-2.0 */
/* What the world is made of: world.c runs it, world_queue.c knows what happens next, world_judge.c
 * looks at what has come of it. Private to these. */
#pragma once

#include "base/prng.h"
#include "node/letter.h"
#include "tests/support/world.h"

#define WORLD_LOG_MAX   65536
#define WORLD_QUEUE_MAX 65536

enum happening_kind { ARRIVES, WAKES, SAVED, REFUSED };

struct happening {
    felt_usec when;
    uint64_t order; /* ties in the order of making */
    enum happening_kind kind;
    int host;
    unsigned life; /* of the host: what an earlier one began is void */
    int from;
    bool overlay;
    uint8_t family; /* of what goes through the overlay */
    uint64_t save;
    size_t len;
    uint8_t *bytes; /* of a datagram or a state */
};

struct host {
    struct felt_node *node;
    unsigned life;
    uint8_t seed_byte;
    char name[2];
    char net_config[128]; /* of a founder */
    int seed;             /* of a joiner; -1 */
    uint32_t expect;      /* of a candidate: so many hosts, from the first one on */
    bool moved;           /* to its other address */
    struct felt_cidr wish;
    bool disk_fails;
    size_t disk_len;
    uint8_t *disk;
    felt_usec disk_time;
    uint8_t key_byte;
    bool has_cluster; /* a token named it */
    uint8_t cluster[FELT_CLUSTER_ID_LEN];
    struct felt_digest checked; /* by world_count_double_owners() */
    felt_usec wake;
    felt_usec paused_until;
    bool refuses; /* its process is gone, its machine is not */
    size_t last_len;
    uint8_t last[FELT_DATAGRAM_MAX];
};

struct world {
    felt_usec now;
    uint64_t order;
    struct felt_prng prng;
    int n_hosts;
    struct host hosts[WORLD_HOSTS_MAX];
    bool cut[WORLD_HOSTS_MAX][WORLD_HOSTS_MAX];
    uint32_t passes[WORLD_HOSTS_MAX][WORLD_HOSTS_MAX];  /* through the overlay: bytes; 0: all */
    uint32_t passes4[WORLD_HOSTS_MAX][WORLD_HOSTS_MAX]; /* packets of IPv4 */
    uint32_t passes6[WORLD_HOSTS_MAX][WORLD_HOSTS_MAX];
    unsigned lose_every;
    unsigned datagrams;
    unsigned double_owners;
    uint8_t key_byte;
    size_t n_queue;
    struct happening *queue;
    size_t log_len;
    char log[WORLD_LOG_MAX];
    char taken[WORLD_LOG_MAX];
};

/* Something that happens at h.when, to the present life of h.host. The bytes are copied. */
void world_push(struct world *w, struct happening h, struct felt_bytes bytes);
/* What happens next; the caller frees its bytes. There is something. */
struct happening world_pop(struct world *w);
/* After a step of host: nobody else takes for its own what this one does. */
void world_count_double_owners(struct world *w, int host);
