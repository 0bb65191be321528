/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong in a run. Some faults are weather, on from the beginning to the end; the others
 * are incidents that begin at random times and end by themselves. When the run heals, the weather
 * clears and everything is repaired, also what no incident repairs by itself.
 *
 *   fault_weather.c  loss, reorder, duplicate
 *   fault_cut.c      partition, asymmetric, isolate, flip-flop, one-way, unplugged
 *   fault_filter.c   filtered
 *   fault_stall.c    slow, pause, clock, days
 *   fault_crash.c    crash, power, persist, address
 *   fault_address.c  readdress
 *   fault_disk.c     disk-fails, disk-lost, disk-torn, disk-rollback
 *   fault_clone.c    clone
 *   fault_donor.c    donor
 *   fault_duel.c     duel
 *   fault_reserve.c  reserve
 *   fault_operator.c reclaim, force
 *   fault_contest.c  contest
 *   fault_behind.c   behind
 *   fault_wish.c     wish
 *   fault_storm.c    join-storm, leave-storm
 *   fault_suspend.c  suspend
 *   fault_split.c    split
 *   fault_bridge.c   bridge
 *   fault_keys.c     keys
 *   fault_stranger.c stranger */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim.h"

#define SIM_FAULTS_MAX 64

struct sim_fault {
    const char *name;
    const char *what; /* for --help */
    /* Of weather: sets it. Of an incident: one happens. */
    void (*strike)(struct sim *sim, struct felt_prng *prng);
    bool weather;
    felt_usec pause_max; /* of incidents: up to that long between two */
    bool rare;           /* drawn once in eight seeds */
};

/* All of them; NULL after the last. A fault's place is its bit in a set of faults. */
extern const struct sim_fault *const sim_faults[];

/* A set from "a,b,c", "none" or "all". 0 or -EINVAL. */
int sim_faults_parse(const char *text, uint64_t *ret_set);
/* text has SIM_FAULTS_TEXT bytes. Returns it. */
#define SIM_FAULTS_TEXT 512
const char *sim_faults_format(uint64_t set, char *text);
uint64_t sim_faults_all(void);

struct sim_fate;

/* The faults of a set strike from now on, until sim_fate_heal(). */
struct sim_fate *sim_fate_new(struct sim *sim, uint64_t set);
void sim_fate_free(struct sim_fate *fate);
FELT_DEFINE_CLEANUP(struct sim_fate *, sim_fate_free)
/* All is repaired: links, clocks and disks work, every host runs but those that left, those that
 * are to stay dead and clones; who finds nobody to confirm it gets an operator's word. */
void sim_fate_heal(struct sim_fate *fate, uint32_t n_stay_dead);

/* How often that fault has struck. */
uint32_t sim_fate_struck(const struct sim_fate *fate, unsigned fault);

/* A random host that runs, SIM_HOST_NONE where there is none. */
uint32_t sim_fault_draw_running(struct sim *sim, struct felt_prng *prng);
/* The first host that never was there, SIM_HOST_NONE where there is none. */
uint32_t sim_fault_unused(const struct sim *sim);
/* It is no seed, so that newcomers find somebody, and less than half of all have left. */
bool sim_fault_may_leave(const struct sim *sim, uint32_t host);
/* Stops it, and starts it again after a while. */
void sim_fault_restart(struct sim *sim, uint32_t host, enum sim_power power, felt_usec after);
/* From now on and for a while nothing passes from hosts of one set to hosts of the other; sets are
 * one byte for each host. */
void sim_fault_cut(struct sim *sim, const uint8_t *from, const uint8_t *to, felt_usec time);
/* Whether the cluster survives the loss of this host's disk: another one that newcomers ask is a
 * member on disk. */
bool sim_fault_disk_is_spare(const struct sim *sim, uint32_t host);

#define SIM_DOWN_MIN (10 * FELT_USEC_MS)
#define SIM_DOWN_MAX (60 * FELT_USEC_SEC)
