/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that run flanneld or felt, an etcd (etcd_model.h), a feltd as the bridge sees it, and up
 * to two bridges between them, in virtual time. What is asked and told may be lost, late, or done
 * and not answered. What must always hold is looked at after every event. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/prng.h"
#include "flannel/engine.h"
#include "tests/support/etcd_model.h"

#define BW_MACHINES 24
#define BW_SLOTS    15 /* of BW_CONFIG */
#define BW_CONFIG   "{\"Network\":\"10.5.0.0/20\",\"SubnetLen\":24,\"Backend\":{\"Type\":\"vxlan\"}}"
#define BW_BRIDGES  2
#define BW_NONE     UINT32_MAX

enum bw_role {
    BW_OFF,
    BW_FLANNELD,
    BW_FELT,
};

struct bw_machine {
    uint32_t i;
    enum bw_role role;
    struct felt_id id;
    char name[16];
    struct felt_flannel_lease lease; /* what it leases with */
    uint32_t slot;                   /* that it believes to lease; BW_NONE */
    uint32_t wish;                   /* flanneld: chosen, not created yet */
    felt_usec unheard_until_us;      /* felt: it has not said yet what it leases with */
    uint32_t granted;                /* cleared for its demand (names) */
    uint32_t expects;                /* the slot that it had before it changed over; BW_NONE */
    bool thief;                      /* took what another had, or had it taken */
};

struct bw_bridge {
    struct felt_flannel *engine; /* NULL: not running */
    uint32_t life;               /* which start this is; answers to earlier ones go nowhere */
    felt_usec wake_us;
    felt_usec call_us; /* when its last call reaches feltd: calls do not overtake */
    bool looking;      /* a snapshot is on its way */
    enum felt_flannel_state state;
    char text[FELT_FLANNEL_LINE_TEXT];
};

struct bw_message;

struct bw_world {
    struct felt_prng prng;
    felt_usec now;
    struct etcd_model *etcd;
    uint64_t seen_index; /* of etcd, at the last event */
    bool etcd_down;
    bool faults;     /* of messages */
    bool mute_watch; /* no watch has an answer, as where a connection is dead */
    bool deaf;       /* feltd hears nothing, but shows what it knows */
    bool names; /* feltd names a slot in each demand, tells nothing of those that are free, and what
                   is cleared stays so as long as the demand does */
    bool quiet; /* no line is printed */

    struct bw_machine machines[BW_MACHINES];
    uint32_t owner[BW_SLOTS]; /* felt's leases, by machine; BW_NONE */
    bool disturbed[BW_SLOTS]; /* somebody deleted or overwrote the key behind everybody's back */
    bool has_foreign[BW_SLOTS];
    struct felt_flannel_lease foreign[BW_SLOTS];
    bool on;
    uint64_t clear_seq; /* of the last call of clear, */
    unsigned clear_bridge;
    uint32_t clear_life; /* which process made it, */
    felt_usec clear_us;  /* and when */
    struct felt_flannel_cleared cleared[FELT_FLANNEL_DEMANDS_MAX];
    size_t n_cleared;

    struct felt_flannel_config config;
    struct bw_bridge bridges[BW_BRIDGES];
    struct bw_message *messages;
    size_t n_messages;
    struct felt_flannel_effects fx;

    /* counts */
    uint32_t gifts;
    uint32_t moved;      /* felt nodes that had to take another subnet */
    uint32_t sticky;     /* machines that changed over and kept theirs */
    char violation[256]; /* the first; empty: none */
};

void bw_init(struct bw_world *w, uint64_t seed);
void bw_done(struct bw_world *w);

void bw_bridge_start(struct bw_world *w, unsigned i);
/* As kill -9. */
void bw_bridge_kill(struct bw_world *w, unsigned i);
/* As SIGTERM: until its lock is given back. */
void bw_bridge_stop(struct bw_world *w, unsigned i);

void bw_felt_join(struct bw_world *w, uint32_t machine);
void bw_felt_leave(struct bw_world *w, uint32_t machine);
void bw_flanneld_start(struct bw_world *w, uint32_t machine);
void bw_flanneld_stop(struct bw_world *w, uint32_t machine);
/* flanneld ends, feltd begins. */
void bw_change_over(struct bw_world *w, uint32_t machine);
/* A flanneld of v0.10.0 whose subnet.env names that slot, whoever has it. */
void bw_flanneld_steal(struct bw_world *w, uint32_t machine, uint32_t slot);
void bw_feltd_restart(struct bw_world *w);
/* Behind everybody's back; value NULL: deleted. */
void bw_vandal(struct bw_world *w, uint32_t slot, const char *value, uint32_t ttl_s);

/* Keys of flannelds that are gone, as if a day had passed. */
void bw_tidy(struct bw_world *w);

/* Lets so much time pass. */
void bw_run(struct bw_world *w, felt_usec for_us);
/* When nothing is under way any more: everything is as it should be, or violation says what is not.
 */
void bw_check_settled(struct bw_world *w);

const struct etcd_model_key *bw_key(struct bw_world *w, uint32_t slot);
uint32_t bw_slot_of(const struct bw_world *w, uint32_t machine);
