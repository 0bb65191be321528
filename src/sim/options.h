/* SPDX-License-Identifier: Apache-2.0 */
/* felt-sim's command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/enumerate.h"
#include "sim/run.h"

struct sim_options {
    struct sim_run run;
    bool has_seed;
    uint32_t n_seeds;
    const char *faults;                 /* as it was given */
    const char *measure;                /* NULL: run seeds */
    bool coverage;                      /* of seeds: how often what happened */
    struct sim_enumeration enumeration; /* act NULL: likewise */
    bool json;
    bool quiet; /* only violations and sums */
    bool help;
};

/* 0, or -EINVAL with one line on standard error. */
int sim_options_parse(int argc, char **argv, struct sim_options *ret_options);
void sim_options_help(void);
