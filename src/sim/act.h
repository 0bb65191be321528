/* SPDX-License-Identifier: Apache-2.0 */
/* Small scenes for sim/enumerate.h: the same every time, a few hosts, one thing that is done. */
#pragma once

#include "sim/save_kind.h"
#include "sim/sim.h"

struct sim_act {
    const char *name;
    const char *what; /* for --help */
    uint32_t hosts;
    uint32_t candidates;
    uint32_t lease_time_s; /* 0: nothing is reclaimed */
    uint32_t slots;
    void (*play)(struct sim *sim); /* hosts are added, nobody runs; what comes later is planned */
    uint32_t from_s, to_s;         /* saves in this time are points */
    uint32_t kinds;                /* of saves that there must be */
};

/* All of them; NULL after the last. */
extern const struct sim_act *const sim_acts[];
const struct sim_act *sim_act_find(const char *name);
