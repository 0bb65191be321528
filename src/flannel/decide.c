/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about the key of each slot (proto/etcd.md 6 and 8). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flannel/engine_core.h"

#define LEASE_TTL_US (FELT_ETCD_LEASE_TTL_S * FELT_USEC_SEC)
#define RENEW_US     (LEASE_TTL_US / 2)     /* left: renewed */
#define LEFT_US      (600 * FELT_USEC_SEC)  /* left, where a flanneld should have renewed it */
#define TAKE_BACK_US (3600 * FELT_USEC_SEC) /* once in that time */
#define SETTLE_US    (5 * FELT_USEC_SEC)    /* after a lease or a claim that we saw has ended */
#define LEFTOVER_US  (600 * FELT_USEC_SEC)  /* of a key that was there when we started */
#define RETRY_US     FELT_USEC_SEC          /* after a refused change */
#define GARBAGE_US   (10 * FELT_USEC_SEC)   /* between two writes over what is no lease */

static struct felt_etcd_op *ask(struct felt_flannel *e, uint32_t slot, struct seat *s,
                                enum felt_etcd_what what)
{
    struct felt_dual subnets = felt_netconf_subnets(&e->config.netconf, slot);
    struct felt_etcd_op *op = engine_ask(e, FOR_SEAT, what, slot);
    char key[FELT_FLANNEL_KEY_TEXT];

    snprintf(op->name, sizeof(op->name), "%s/%s", FELT_ETCD_SUBNETS,
             felt_flannel_key_format(&subnets, key));
    op->index = s->index;
    s->busy = true;
    return op;
}

/* Creates the key, or swaps it, as a felt node's. Who had it without a TTL keeps it so. */
static void write_key(struct felt_flannel *e, uint32_t slot, struct seat *s,
                      const struct felt_flannel_lease *lease)
{
    struct felt_etcd_op *op = ask(e, slot, s, s->present ? FELT_ETCD_SWAP : FELT_ETCD_CREATE);

    if (seat_others(s) && felt_ip_equal(&lease->public_ip, &s->lease.public_ip))
        s->took_over_us = e->now;
    felt_flannel_mark(op->value, felt_flannel_lease_format(lease, op->value));
    op->ttl_s = s->present && !s->expires ? 0 : FELT_ETCD_LEASE_TTL_S;
}

static void remove_key(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    struct felt_flannel_lease bare = {.public_ip = s->lease.public_ip,
                                      .public_ip6 = s->lease.public_ip6};
    struct felt_etcd_op *op;

    if (s->expires && s->give_back) {
        op = ask(e, slot, s, FELT_ETCD_SWAP);
        (void)felt_flannel_lease_format(&s->lease, op->value);
        op->ttl_s = FELT_ETCD_LEASE_TTL_S;
        return;
    }
    if (s->expires) {
        (void)ask(e, slot, s, FELT_ETCD_REMOVE);
        return;
    }
    /* A reservation stays one, without our mark and without a device that nobody has. */
    op = ask(e, slot, s, FELT_ETCD_SWAP);
    (void)felt_flannel_lease_format(&bare, op->value);
}

/* What the key is to say. What the node has not told yet is left as it is. */
static struct felt_flannel_lease wanted(const struct seat *s)
{
    struct felt_flannel_lease lease = s->is.lease;

    if (!s->present || !s->valid || !felt_ip_equal(&lease.public_ip, &s->lease.public_ip))
        return lease;
    if (lease.backend[0] == '\0' || (strcmp(lease.backend, s->lease.backend) == 0 &&
                                     !lease.has_device && s->lease.has_device)) {
        memcpy(lease.backend, s->lease.backend, sizeof(lease.backend));
        lease.has_device = s->lease.has_device;
        lease.device = s->lease.device;
        lease.has_device6 = s->lease.has_device6;
        lease.device6 = s->lease.device6;
    }
    return lease;
}

/* Its own machine has overwritten it: a flanneld was started there, after feltd, or beside it.
 * feltd may not have heard of that yet. */
static void left_to_flanneld(struct felt_flannel *e, uint32_t slot, struct seat *s,
                             const struct felt_flannel_lease *lease)
{
    felt_usec renew_us = s->expires_us > LEFT_US ? s->expires_us - LEFT_US : 0;

    if (e->now >= renew_us)
        write_key(e, slot, s, lease);
    else
        engine_wake(e, renew_us);
}

/* It is ours: as it should be, or due. */
static void keep(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    struct felt_flannel_lease lease = wanted(s);
    felt_usec renew_us = s->expires_us > RENEW_US ? s->expires_us - RENEW_US : 0;

    s->yielded = false;
    if (!s->marked && s->held && s->expires) {
        left_to_flanneld(e, slot, s, &lease);
        return;
    }
    s->held = s->marked;
    if (!s->marked || !felt_flannel_lease_equal(&lease, &s->lease)) {
        write_key(e, slot, s, &lease);
        return;
    }
    if (!s->expires)
        return;
    if (e->now >= renew_us)
        write_key(e, slot, s, &lease);
    else
        engine_wake(e, renew_us);
}

/* Somebody else is in the key of a subnet that a felt node leases. */
static void contest(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    char text[FELT_FLANNEL_KEY_TEXT];

    if (s->yielded)
        return;
    if (s->held && (s->taken_back_us == 0 || e->now - s->taken_back_us >= TAKE_BACK_US)) {
        engine_log(
            e, FELT_FLANNEL_WARNING,
            "subnet=%s of node=%.20s was overwritten in etcd by public_ip=%s: taking it back",
            engine_subnet(e, slot, text), s->is.name, FELT_IP(&s->lease.public_ip));
        write_key(e, slot, s, &s->is.lease);
        s->taking_back = true;
        return;
    }
    s->yielded = true;
    e->stats.yielded++;
    engine_log(e, FELT_FLANNEL_WARNING,
               "subnet=%s of node=%.20s is leased in etcd by public_ip=%s: the node takes another",
               engine_subnet(e, slot, text), s->is.name, FELT_IP(&s->lease.public_ip));
}

static void decide_own(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    bool known = s->is.lease.public_ip.family == FELT_FAMILY_V4;

    s->used = true;
    if (s->present && s->marked && !known) {
        s->held = true; /* it was created for the node, which has not spoken yet */
    } else if (!known) {
        return;
    } else if (!s->present) {
        write_key(e, slot, s, &s->is.lease);
    } else if (!s->valid) {
        write_key(e, slot, s, &s->is.lease);
        s->retry_us = felt_usec_add(e->now, GARBAGE_US);
    } else if (s->marked || felt_ip_equal(&s->is.lease.public_ip, &s->lease.public_ip)) {
        keep(e, slot, s);
    } else {
        contest(e, slot, s);
    }
}

static void decide_claimed(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    const struct felt_flannel_demand *d = demand_of(e, &s->claimant);
    struct felt_flannel_lease lease = {0};

    s->used = true;
    if (!d || demand_is_written(s, d))
        return;
    lease.public_ip = d->public_ip;
    lease.public_ip6 = d->public_ip6;
    /* A machine that changes over: what its device is remains true. */
    if (s->present && s->valid && felt_ip_equal(&s->lease.public_ip, &d->public_ip))
        lease = s->lease;
    write_key(e, slot, s, &lease);
}

/* A key of ours that no felt node has any use for. feltd must have heard that it is not cleared,
 * and must have been seen without a lease of it after that. */
static void decide_idle(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    felt_usec since = FELT_MAX(s->idle_us, e->acting_us), due;

    if (!s->present || !s->marked)
        return;
    due = felt_usec_add(since, s->used ? SETTLE_US : LEFTOVER_US);
    if (e->now < due) {
        engine_wake(e, due);
        return;
    }
    if (e->clear_seen == e->clear_seq)
        remove_key(e, slot, s);
}

static void decide(struct felt_flannel *e, uint32_t slot, struct seat *s)
{
    if (s->busy)
        return;
    if (e->now < s->retry_us) {
        engine_wake(e, s->retry_us);
        return;
    }
    if (s->stale)
        (void)ask(e, slot, s, FELT_ETCD_GET);
    else if (s->own)
        decide_own(e, slot, s);
    else if (s->claimed)
        decide_claimed(e, slot, s);
    else
        decide_idle(e, slot, s);
}

void decide_step(struct felt_flannel *e)
{
    /* A listing is not to be older than what we know. */
    if (e->phase != PHASE_WATCH)
        return;
    for (uint32_t i = 0; i < e->slots; i++) {
        if (!e->seats[i])
            continue;
        if (!engine_may_ask(e))
            return; /* an answer steps again */
        decide(e, i, e->seats[i]);
    }
}

static void count(struct felt_flannel *e, const struct pending *p, struct seat *s, bool taking_back)
{
    if (p->what == FELT_ETCD_CREATE)
        e->stats.created++;
    else if (p->what == FELT_ETCD_REMOVE)
        e->stats.removed++;
    else if (taking_back)
        e->stats.taken_back++;
    else if (p->what == FELT_ETCD_SWAP)
        e->stats.renewed++;
    if (taking_back)
        s->taken_back_us = FELT_MAX(e->now, (felt_usec)1);
}

void decide_answer(struct felt_flannel *e, const struct pending *p,
                   const struct felt_etcd_reply *reply)
{
    struct seat *s = seat_at(e, p->slot);
    bool taking_back;

    assert(s);
    taking_back = s->taking_back;
    s->busy = s->taking_back = false;
    if (!reply) {
        s->stale = true;
        return;
    }
    if (reply->error == FELT_ETCD_NOT_FOUND) {
        s->stale = false;
        seat_gone(e, p->slot, reply->index);
    } else if (reply->error != 0) {
        s->stale = true;
        s->retry_us = reply->error == FELT_ETCD_EXISTS || reply->error == FELT_ETCD_TEST_FAILED
                          ? e->now
                          : felt_usec_add(e->now, RETRY_US);
    } else {
        (void)seat_apply(e, &reply->node, p->what == FELT_ETCD_REMOVE);
        s->stale = false;
        if (p->what != FELT_ETCD_GET)
            sync_wrote(e, reply->node.modified);
        if (p->what == FELT_ETCD_CREATE || p->what == FELT_ETCD_SWAP)
            s->confirmed = reply->node.modified;
        count(e, p, s, taking_back);
    }
}
