/* SPDX-License-Identifier: Apache-2.0 */
/* A crash at every persist point, enumerated and not sampled: an act (sim/act.h) is played once to
 * number each host's saves, and then once for each save and each way to die there, with a restart;
 * all checkers watch, and at the end all must have one view, as at the end of every run. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/act.h"

enum sim_death {
    SIM_DEATH_BEFORE, /* the file is not renamed yet: the old one is what is found */
    SIM_DEATH_AFTER,  /* it is, and the node has not heard of it */
    SIM_DEATH_TOLD,   /* the node has, and what waited for it has been sent */
    SIM_DEATH_TORN,   /* the new file is cut off in its middle, and refused */
    SIM_DEATH_LOST,   /* there is no file any more */
    SIM_DEATH_OLDER,  /* it goes on for a second, and comes back with the file before this one */
    SIM_DEATHS,
};

/* Where a host dies, how, and for how long. */
struct sim_point {
    uint32_t host;
    uint32_t save; /* of this host, in the time of the act, from 1 on */
    enum sim_death death;
    uint32_t down_ms;
};

const char *sim_death_name(enum sim_death death);
/* "3.2.torn.1000": host, save, death, ms. 0 or -EINVAL. */
int sim_point_parse(const char *text, struct sim_point *ret_point);

/* The longest list of saves that an act may have. */
#define SIM_SAVES_MAX 256

struct sim_saves {
    uint32_t n;
    struct {
        uint32_t host, save;
        uint32_t kinds; /* sim/save_kind.h */
    } all[SIM_SAVES_MAX];
};

/* Deaths in one play: one, or two of a pair. */
#define SIM_POINTS_MAX 2

/* One play; log: with every event. ret_saves may be NULL. False where a point was not reached, or
 * was void: a disk that the cluster cannot do without. */
bool sim_enumerate_one(const struct sim_act *act, uint64_t seed, const struct sim_point *points,
                       uint32_t n_points, bool log, struct sim_saves *ret_saves,
                       struct sim_violation *ret_violation);

struct sim_enumerated {
    uint32_t n_saves;
    uint32_t n_points; /* plays with a death, or with a pair of them */
    uint32_t n_void;   /* the cluster cannot do without that disk, or there was no second save */
    uint32_t n_of_kind[SIM_SAVE_KINDS];
    uint32_t n_violations;
};

/* All points of an act; pairs: all pairs of them instead, each before or after the rename, back
 * after a second. Sums are added. Each violation is printed, with what shows it again. */
void sim_enumerate(const struct sim_act *act, uint64_t seed, bool pairs,
                   struct sim_enumerated *sums);

struct sim_enumeration {
    const char *act; /* "all": each of them */
    uint64_t seed;
    uint32_t n_seeds;
    bool pairs;
    uint32_t n_points; /* only these, in one play; 0: all */
    const char *points[SIM_POINTS_MAX];
    bool log;
};

/* With a line for each act. Returns the exit status of the program. */
int sim_enumerate_run(const struct sim_enumeration *how);
