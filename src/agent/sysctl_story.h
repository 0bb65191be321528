/* SPDX-License-Identifier: Apache-2.0 */
/* What the log and the status say of the machine's kernel parameters, which the reconciler sees to
 * in each pass. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FELT_SYSCTL_LIMIT_TEXT 400

/* Switches forwarding of IPv4 on. Where IPv6 is the overlay's too (minds_v6) and not forwarded,
 * says so once: *told remembers. */
void felt_sysctl_story_forwarding(bool minds_v6, bool *told);

/* Makes room for n_peers in the neighbour table. Where that fails, limit says what to do; else it
 * is untouched. limit has FELT_SYSCTL_LIMIT_TEXT bytes. */
void felt_sysctl_story_limits(size_t n_peers, char *limit);
