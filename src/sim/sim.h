/* SPDX-License-Identifier: Apache-2.0 */
/* Many nodes in virtual time. The nodes are the same objects that feltd runs; around them are
 * hosts with clocks and disks, a network, and the little that feltd does for its node.
 *
 *   sim.c      the loop: what happens next, and one step of one node
 *   transit.c  datagrams between hosts
 *   life.c     processes start and end
 *   agent.c    what feltd does when its node says something
 *
 * Everything random comes from the seed: the same seed gives the same run, byte for byte. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/deadlines.h"
#include "base/idiom.h"
#include "base/prng.h"
#include "base/usec.h"
#include "node/node.h"
#include "sim/disk.h"
#include "sim/network.h"
#include "sim/queue.h"

#define SIM_START        (100 * FELT_USEC_SEC) /* clocks do not begin at zero */
#define SIM_PORT         8470
#define SIM_SEED_HOSTS   3    /* the first hosts are everybody's seeds */
#define SIM_HANDLING     50   /* microseconds that a small machine needs to handle a datagram */
#define SIM_SOCKET_MAX   1024 /* datagrams that wait for a process that does not run */
#define SIM_WATCHERS_MAX 16
#define SIM_ADDRESS_NONE UINT32_MAX
#define SIM_HOST_NONE    UINT32_MAX

enum sim_power {
    SIM_OFF,     /* the machine is off: silence */
    SIM_KILLED,  /* the machine runs, the process does not: the port is refused */
    SIM_RUNNING, /* node is there */
};

/* The process ends when it next saves. */
enum sim_crash {
    SIM_CRASH_NOT,
    SIM_CRASH_BEFORE_SAVE, /* the write is not done: the file is the old one */
    SIM_CRASH_AFTER_SAVE,  /* the write is done, and nobody was told */
};

struct sim_traffic {
    uint64_t sent;
    uint64_t sent_bytes; /* UDP payload */
    uint64_t received;
    uint64_t received_bytes;
};

struct sim_host {
    enum sim_power power;
    struct felt_node *node; /* NULL unless running */
    uint32_t life;          /* counts starts, from 1 on */
    char name[16];
    uint32_t address; /* place in sim.at */
    bool founder;
    struct sim_disk disk;
    felt_usec clock_us;      /* its clock is so much ahead of sim.now */
    felt_usec blocked_until; /* sees and does nothing until then; in the past: it runs */
    felt_usec stuck_until;   /* its timers run, but nothing comes in or goes out until then */
    felt_usec free_at;       /* what waits in its socket is handled by then */
    uint32_t n_waiting;      /* datagrams in its socket */
    enum sim_crash crash;
    felt_usec restart_after; /* of crash */
    bool unplugged;          /* its own machine has no way to anybody, and says so */
    bool clone;              /* a second life of another host's identity */
    bool twin;        /* a copy of its disk has run beside it, and may have answered in its name */
    uint32_t machine; /* what names it: a clone may have the same */
    bool tainted;     /* it lives by a stale disk (disk.h) */
    bool has_key;     /* there is a file with a cluster key: keys.h */
    struct felt_cluster_key key;
    bool lost;     /* and an operator gives it another when it next starts */
    bool unwaited; /* a rotation ended without it, as it may: check_keys.c */
    bool left;     /* it took its leave and is gone for good */
    bool gone;     /* off, and nobody starts it any more */
    struct sim_traffic traffic;
};

struct sim;

/* Called after each step, in the order of adding. Nothing may be told to a node from here. */
struct sim_watcher {
    void *context;
    void (*stepped)(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects);
};

/* Asked whenever a write is about to be done, before anything else: whether the host dies there. */
struct sim_saving {
    void *context;
    enum sim_crash (*ask)(void *context, struct sim *sim, const struct sim_happening *save);
};

struct sim_config {
    uint64_t seed;
    uint32_t hosts_max;
    uint32_t seed_hosts;    /* the first so many are everybody's seeds; 0: SIM_SEED_HOSTS */
    const char *net_config; /* of the founder; borrowed */
    struct felt_node_limits limits;
    felt_usec lease_time_us; /* of the founder; 0: nothing is reclaimed */
    bool devices;            /* hosts make an overlay device once they have a lease */
    felt_usec disk_us;       /* a write takes that long and up to as long again */
    uint32_t hosts_extra;    /* beyond hosts_max: for clones */
    uint32_t candidates;     /* the first so many hosts found together; 0: the first one alone */
    uint32_t expect;         /* what candidates are told that they are; 0: the truth */
};

struct sim_bridge;

struct sim_violation {
    bool found;
    felt_usec at;
    char text[512];
};

struct sim {
    struct sim_config config;
    felt_usec now;
    uint64_t steps;
    uint64_t hash; /* of all that happened */
    struct sim_queue *queue;
    struct sim_network *network;
    struct felt_deadlines *wakes; /* by host */
    struct felt_prng disk_prng;
    uint32_t n_hosts;
    struct sim_host *hosts;
    uint32_t n_addresses;
    uint32_t addresses_capacity;
    uint32_t *at;     /* the host that has an address; SIM_HOST_NONE */
    uint32_t *leases; /* the host that last took the lease of a slot; SIM_HOST_NONE */
    uint32_t n_watchers;
    struct sim_watcher watchers[SIM_WATCHERS_MAX];
    uint32_t wishes;          /* hosts want one of so many subnets; 0: none has a wish */
    struct sim_saving saving; /* ask NULL: nobody is asked */
    uint32_t long_sleeps;     /* of all at once, beyond the lease time: fault_suspend.c */
    bool forks_excused; /* an old state was believed where nobody could know: check_identity.c */
    struct sim_bridge *bridge; /* flanneld nodes, etcd and a bridge: bridge.h; NULL: none */
    bool rotated;              /* the cluster's key was rotated: fault_keys.c */
    bool calm;                 /* no fault but bridge */
    bool healed;               /* all is repaired, and nothing goes wrong any more: fault.c */
    struct sim_violation violation;
};

struct sim *sim_new(const struct sim_config *config);
void sim_free(struct sim *sim);
FELT_DEFINE_CLEANUP(struct sim *, sim_free)

void sim_watch(struct sim *sim, struct sim_watcher watcher);
/* Until then, or until something is violated. */
void sim_run_until(struct sim *sim, felt_usec time);
void sim_run(struct sim *sim, felt_usec time);
/* One step of a running host, now. */
enum felt_verdict sim_tell(struct sim *sim, uint32_t host, struct felt_input input);
/* Calls script later; a and b are for it alone. */
void sim_later(struct sim *sim, felt_usec delay,
               void (*script)(struct sim *sim, void *context, uint64_t a, uint64_t b),
               void *context, uint64_t a, uint64_t b);
/* Only the first one is kept; the run stops. */
void sim_violated(struct sim *sim, const char *format, ...) _printf_(2, 3);

/* ---- life.c ---- */

/* A machine with a new address and an empty disk, off. The first one of a run is the founder. */
uint32_t sim_host_add(struct sim *sim);
/* From what its disk holds. A file that the node refuses is removed, and the host begins anew, as
 * an operator would do it. */
void sim_host_start(struct sim *sim, uint32_t host);
/* As by kill -9, or as by pulling the plug; what the disk had not finished is gone. */
void sim_host_stop(struct sim *sim, uint32_t host, enum sim_power power);
/* Neither datagrams nor timers reach it for a while; then all at once. */
void sim_host_block(struct sim *sim, uint32_t host, felt_usec time);
/* It goes on now, with all that has waited for it. */
void sim_host_unblock(struct sim *sim, uint32_t host);
/* Only its sockets are blocked: timers run, and what they send leaves at the end, all at once. */
void sim_host_stick(struct sim *sim, uint32_t host, felt_usec time);
/* Its clock jumps forward. */
void sim_host_jump(struct sim *sim, uint32_t host, felt_usec by);
/* It has a new address from now on. What runs on it has to be told. */
void sim_host_move(struct sim *sim, uint32_t host);
static inline bool sim_host_runs(const struct sim *sim, uint32_t host)
{
    return sim->hosts[host].power == SIM_RUNNING;
}
/* What is on its disk makes it a member of a cluster. */
bool sim_host_is_member_on_disk(const struct sim *sim, uint32_t host);

/* ---- transit.c ---- */

struct felt_endpoint sim_endpoint(uint32_t address);
/* The number of an address, SIM_ADDRESS_NONE where no host ever had it. */
uint32_t sim_address(const struct sim *sim, const struct felt_endpoint *endpoint);
/* The host whose subnet that address is the first of, says the sender's configuration;
 * SIM_HOST_NONE. */
uint32_t sim_host_of_subnet(const struct sim *sim, const struct felt_node *sender,
                            const struct felt_ip *ip);
void sim_carry(struct sim *sim, uint32_t from, const struct felt_datagram *datagram);
void sim_arrive(struct sim *sim, struct sim_happening *happening);

/* ---- agent.c ---- */

void sim_agent_events(struct sim *sim, uint32_t host, const struct felt_effects *effects);
void sim_agent_seeds(struct sim *sim, uint32_t host);
void sim_agent_device(struct sim *sim, uint32_t host);
/* The input that announces the host's device; data has FELT_BACKEND_DATA_MAX + 1 bytes and is
 * borrowed. */
struct felt_input sim_agent_backend(uint32_t host, char *data);
