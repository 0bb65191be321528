/* SPDX-License-Identifier: Apache-2.0 */
/* Why a call failed, in the form of the CNI specification: a code that the runtime acts on, and one
 * line for the person who reads its log. */
#pragma once

#include "base/idiom.h"

/* Codes below 100 are the specification's (section 2, "Error"). */
enum felt_cni_code {
    FELT_CNI_INCOMPATIBLE_VERSION = 1,
    FELT_CNI_UNKNOWN_CONTAINER = 3,
    FELT_CNI_BAD_ENVIRONMENT = 4,
    FELT_CNI_IO = 5,
    FELT_CNI_UNDECODABLE = 6,
    FELT_CNI_BAD_CONFIG = 7,
    FELT_CNI_TRY_LATER = 11,
    FELT_CNI_NOT_AVAILABLE = 50, /* of STATUS: ADD would fail */
    FELT_CNI_PLUGIN = 100,       /* ours: the plugin that we called fails and does not say why */
    FELT_CNI_MOVED = 101,        /* ours: the container is in a subnet that is not this node's */
};

struct felt_cni_failure {
    enum felt_cni_code code;
    char text[512];
};

/* Returns -EINVAL. What is not printable becomes '?'. */
_printf_(3, 4) int felt_cni_fail(struct felt_cni_failure *ret_failure, enum felt_cni_code code,
                                 const char *format, ...);
