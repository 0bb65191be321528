/* SPDX-License-Identifier: Apache-2.0 */
/* How packets travel to a subnet of a peer, as the kernel was told. */
#pragma once

#include <stdbool.h>

#include "base/ip.h"

struct felt_way {
    bool plain;         /* by a plain route (host-gw, DirectRouting); else in vxlan */
    struct felt_ip via; /* where to, on the underlay */
};
