/* SPDX-License-Identifier: Apache-2.0 */
/* What ten thousand nodes in one process need not do ten thousand times. felt-sim alone is linked
 * so that calls of these functions come here (-Wl,--wrap); the archives of the pure rooms are the
 * same object files that feltd has.
 *
 *   felt_identity_verify, felt_identity_id, felt_descriptor_decode
 *       are functions of their arguments alone: the last answers are remembered
 *   felt_signed_descriptor_new, _free
 *       equal descriptors are kept once and counted; they never change
 *   felt_state_of_node
 *       only while thin disks are on (measurements in which no host restarts): one byte is saved
 *       instead of the whole state, which takes ten thousand nodes minutes and tells nothing
 *
 * The simulator's globals are here: a wrapped function has no argument to carry them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

void sim_memo_thin_disks(bool on);
/* Bytes of all kept descriptors, each counted once. */
size_t sim_memo_descriptor_bytes(void);
/* Gives back what the tables took; for tests under a leak checker. All nodes must be gone. */
void sim_memo_done(void);
/* Has malloc keep large untouched allocations untouched, in any number. */
void sim_memo_tune_malloc(void);
