/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which cluster key: what a host keeps in its file, and what an operator gives to a new
 * machine, who looks at whatever runs, and else at disks. */
#pragma once

#include "crypto/keyring.h"
#include "sim/sim.h"

/* The key that a host starts with: that of its file, or, with an empty disk, the operator's.
 * *ret_by_hand: the operator has put it in the place of those on the disk. */
struct felt_cluster_key sim_keys_of(struct sim *sim, uint32_t host, bool *ret_by_hand);
/* Whether its keys are from before a rotation that has ended since, and nobody waited for it: its
 * disk is an old one, who ended the rotation did not know it or held it for gone (noted by
 * check_keys.c), or all disks with the ring are gone. Then nobody hears it. */
bool sim_keys_lost(const struct sim *sim, uint32_t host);
bool sim_keys_hold(const struct felt_keyring *ring, const struct felt_cluster_key *key);
/* The keyring on a host's disk; false where there is none, or no file. */
bool sim_keys_on_disk(const struct sim *sim, uint32_t host, struct felt_keyring *ret_ring);
/* A rotation has ended everywhere, but where somebody may still be waited for: no running host
 * knows anybody that does not run and has not left. Else text says what is missing. */
bool sim_keys_rest(const struct sim *sim, char *text, size_t size);
