/* SPDX-License-Identifier: Apache-2.0 */
/* How often what a run is for has happened in it: a run in which nobody gave, died or was cut off
 * has checked nothing. Counted from outside, as checkers look. */
#pragma once

#include <stdint.h>

#include "sim/fault.h"
#include "sim/sim.h"

enum sim_counter {
    SIM_COUNT_JOINED,       /* somebody became a member */
    SIM_COUNT_JOINED_CUT,   /* while some who ran were cut off from it */
    SIM_COUNT_JOINED_BOTH,  /* and somebody else joined on their side meanwhile */
    SIM_COUNT_TOGETHER,     /* candidates founded */
    SIM_COUNT_RESUMED,      /* a restarted node used the lease that it had */
    SIM_COUNT_GIFT,         /* to somebody who asked */
    SIM_COUNT_WAITED,       /* nobody had a slot for somebody */
    SIM_COUNT_FREED,        /* who waited got one */
    SIM_COUNT_LOST_LEASE,   /* a lease was found to be another's */
    SIM_COUNT_PROMISED,     /* a node's promise rose */
    SIM_COUNT_ACCEPTED,     /* a node accepted a value, or heard that another had */
    SIM_COUNT_FINISHED,     /* the same value was accepted at another proposer's ballot */
    SIM_COUNT_RIVALS,       /* two values were accepted about one era */
    SIM_COUNT_DECIDED,      /* an era began somewhere */
    SIM_COUNT_DECIDED_CUT,  /* while some who ran were cut off from there */
    SIM_COUNT_LEARNT,       /* a node went to the next era */
    SIM_COUNT_CAUGHT_UP,    /* or by many at once */
    SIM_COUNT_RENEWED,      /* an identity was given up */
    SIM_COUNT_LEFT,         /* a departure was finished */
    SIM_COUNT_STARTED_OVER, /* somebody had slept through generations */
    SIM_COUNT_DEATH,        /* a node called another one dead */
    SIM_COUNT_CRASH_BEFORE, /* killed before its write was done */
    SIM_COUNT_CRASH_AFTER,  /* killed after it, before it was told */
    SIM_COUNT_TORN,         /* a file was torn and refused */
    SIM_COUNT_LOST,         /* a disk was lost */
    SIM_COUNT_ROLLED_BACK,  /* or older than what had been said */
    SIM_COUNT_CLONED,       /* or another machine's */
    SIM_COUNT_SUSPENDED,    /* all who ran were suspended at once, for longer than the lease time */
    SIM_COUNT_EXCUSED,      /* an old state was believed where nobody could know: not a success */
    SIM_COUNTERS,
};

const char *sim_counter_name(enum sim_counter counter);

/* Of one run, and the sum of many. */
struct sim_coverage {
    uint32_t runs;
    uint64_t times[SIM_COUNTERS];
    uint32_t in_runs[SIM_COUNTERS]; /* in which it happened at all */
    uint64_t struck[SIM_FAULTS_MAX];
    uint32_t struck_runs[SIM_FAULTS_MAX];
};

struct sim_covering;

/* Watches sim until sim_covering_end(), which is before sim ends. */
struct sim_covering *sim_covering_new(struct sim *sim);
/* Adds what was counted. fate may be NULL. */
void sim_covering_end(struct sim_covering *covering, const struct sim_fate *fate,
                      struct sim_coverage *sums);
void sim_covering_free(struct sim_covering *covering);
FELT_DEFINE_CLEANUP(struct sim_covering *, sim_covering_free)

/* A line for each counter and fault: its name, times, runs. */
void sim_coverage_print(const struct sim_coverage *sums);
