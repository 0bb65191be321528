/* SPDX-License-Identifier: Apache-2.0 */
/* Where machines join, as people write it. A token carries addresses, so names are looked up when
 * it is made. */
#pragma once

#include "base/ip.h"

#define FELT_SEED_PORT 8470 /* feltd's default */

/* "192.0.2.1", "192.0.2.1:8470", "host.example:8470". 0; -EINVAL: none of these; -ENOENT: there is
 * no such host, or it has no IPv4 address. */
int felt_seed_resolve(const char *text, struct felt_endpoint *ret_seed);
