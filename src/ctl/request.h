/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line of feltctl asks for, and how feltctl ends. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

#define FELTCTL_SEEDS_MAX 8 /* of a token */

enum exit_code {
    EXIT_FINE = 0,
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3,
    EXIT_FOUND = 4, /* it was done, and something is wrong */
};

/* Strings are borrowed from the command line. */
struct request {
    const char *socket;
    bool is_json;
    const char *const *arguments; /* of the command, as many as it may have */
    size_t n_arguments;
    bool has_expires;
    uint32_t expires_s;
    struct felt_endpoint seeds[FELTCTL_SEEDS_MAX];
    size_t n_seeds;
    bool has_grace;
    uint32_t grace_s;
    bool abandon;
    bool force;
    bool yes;
    bool dry_run;
    bool follow;
    uint32_t count;            /* of looks; 0: without end */
    struct felt_dual networks; /* none: not given */
    const char *subnet_file;
};
