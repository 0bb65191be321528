/* SPDX-License-Identifier: Apache-2.0 */
/* As much of etcd v2 as leases need: a key for each slot, made only where there is none, changed by
 * compare-and-swap or blindly, gone when its time is over. An index counts changes. Everything is
 * atomic; whoever asks is told nothing while it is down. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/idiom.h"
#include "base/ip.h"
#include "base/usec.h"

struct sim_key {
    struct felt_ip ip; /* PublicIP of the lease */
    uint64_t index;    /* of its last change; 0: there is no such key */
    felt_usec expires_us;
};

struct sim_etcd {
    bool down;
    uint64_t index;
    uint32_t n;
    struct sim_key *keys;
};

struct sim_etcd *sim_etcd_new(uint32_t n_slots);
void sim_etcd_free(struct sim_etcd *etcd);
FELT_DEFINE_CLEANUP(struct sim_etcd *, sim_etcd_free)

/* NULL where there is none. Borrowed until the next call. */
const struct sim_key *sim_etcd_get(struct sim_etcd *etcd, felt_usec now, uint32_t slot);
/* prevExist=false: false where there is one. */
bool sim_etcd_create(struct sim_etcd *etcd, felt_usec now, uint32_t slot, const struct felt_ip *ip,
                     felt_usec ttl);
/* prevIndex: false where it has changed since. */
bool sim_etcd_swap(struct sim_etcd *etcd, felt_usec now, uint32_t slot, uint64_t index,
                   const struct felt_ip *ip, felt_usec ttl);
bool sim_etcd_delete(struct sim_etcd *etcd, felt_usec now, uint32_t slot, uint64_t index);
/* Whatever is there. */
void sim_etcd_set(struct sim_etcd *etcd, felt_usec now, uint32_t slot, const struct felt_ip *ip,
                  felt_usec ttl);
