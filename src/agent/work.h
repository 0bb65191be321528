/* SPDX-License-Identifier: Apache-2.0 */
/* What was done to the kernel since feltd started: counters, which only grow. */
#pragma once

#include <stdint.h>

struct felt_work {
    uint64_t passes;     /* looks at what is there */
    uint64_t failed;     /* of those, with an error */
    uint64_t operations; /* that were needed */
    uint64_t refused;    /* of those, by the kernel */
    uint64_t repairs;    /* devices and peers that somebody else had undone */
};
