/* SPDX-License-Identifier: Apache-2.0 */
/* ListSlots as a map that one can look at: a letter for each slot, or for some side by side where
 * there are many, and whose letter it is. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "netconf/netconf.h"

#define FELT_SLOT_PICTURE_COLUMNS 64
#define FELT_SLOT_PICTURE_ROWS    32 /* at most; then a letter is several slots */

/* config: for the subnets at the rows' beginnings; NULL: the slots' numbers. 0 or -ENOMEM. */
int felt_slot_picture(const json_t *slots, const struct felt_netconf *config, FILE *out);
