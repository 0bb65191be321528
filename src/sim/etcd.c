/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/etcd.h"

#include "sim/pool.h"

struct sim_etcd *sim_etcd_new(uint32_t n_slots)
{
    struct sim_etcd *etcd = sim_zalloc(1, sizeof(*etcd));

    etcd->n = n_slots;
    etcd->keys = sim_zalloc(n_slots, sizeof(*etcd->keys));
    return etcd;
}

void sim_etcd_free(struct sim_etcd *etcd)
{
    if (!etcd)
        return;
    free(etcd->keys);
    free(etcd);
}

const struct sim_key *sim_etcd_get(struct sim_etcd *etcd, felt_usec now, uint32_t slot)
{
    struct sim_key *key = &etcd->keys[slot];

    if (key->index > 0 && key->expires_us <= now) {
        etcd->index++;
        *key = (struct sim_key){0};
    }
    return key->index > 0 ? key : NULL;
}

void sim_etcd_set(struct sim_etcd *etcd, felt_usec now, uint32_t slot, const struct felt_ip *ip,
                  felt_usec ttl)
{
    etcd->keys[slot] =
        (struct sim_key){.ip = *ip, .index = ++etcd->index, .expires_us = felt_usec_add(now, ttl)};
}

bool sim_etcd_create(struct sim_etcd *etcd, felt_usec now, uint32_t slot, const struct felt_ip *ip,
                     felt_usec ttl)
{
    if (sim_etcd_get(etcd, now, slot))
        return false;
    sim_etcd_set(etcd, now, slot, ip, ttl);
    return true;
}

bool sim_etcd_swap(struct sim_etcd *etcd, felt_usec now, uint32_t slot, uint64_t index,
                   const struct felt_ip *ip, felt_usec ttl)
{
    const struct sim_key *key = sim_etcd_get(etcd, now, slot);

    if (!key || key->index != index)
        return false;
    sim_etcd_set(etcd, now, slot, ip, ttl);
    return true;
}

bool sim_etcd_delete(struct sim_etcd *etcd, felt_usec now, uint32_t slot, uint64_t index)
{
    const struct sim_key *key = sim_etcd_get(etcd, now, slot);

    if (!key || key->index != index)
        return false;
    etcd->index++;
    etcd->keys[slot] = (struct sim_key){0};
    return true;
}
