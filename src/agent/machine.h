/* SPDX-License-Identifier: Apache-2.0 */
/* Which machine this is, so that a state directory that was copied to another one is found out
 * (proto/lease.md 7.4). machine-id(5) asks that the id itself is shown to nobody, so what is kept
 * is a hash of it that only feltd makes. */
#pragma once

#include <stdint.h>

#include "node/node.h"

#define FELT_MACHINE_ID_PATH "/etc/machine-id"

/* All zero where the file is missing or empty, or does not hold an id (yet): then the machine is
 * not known, and no state is foreign. */
void felt_machine_read(const char *path, uint8_t ret_machine[FELT_MACHINE_LEN]);
