/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/bridge_world_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "flannel/key.h"

#define MESSAGES_MAX 8192

void bw_violate(struct bw_world *w, const char *format, ...)
{
    va_list args;

    if (w->violation[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(w->violation, sizeof(w->violation), format, args);
    va_end(args);
}

void bw_log(struct bw_world *w, const char *format, ...)
{
    va_list args;

    if (w->quiet)
        return;
    printf("# %.3f ", (double)w->now / 1e6);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

felt_usec bw_below(struct bw_world *w, felt_usec max)
{
    return felt_prng_below(&w->prng, max);
}

bool bw_chance(struct bw_world *w, unsigned percent)
{
    return bw_below(w, 100) < percent;
}

struct bw_message *bw_push(struct bw_world *w, enum kind kind, felt_usec after)
{
    static uint64_t order;
    struct bw_message *m;

    assert(w->n_messages < MESSAGES_MAX);
    m = &w->messages[w->n_messages++];
    *m = (struct bw_message){.kind = kind, .at = w->now + after, .order = order++};
    return m;
}

void bw_message_done(struct bw_message *m)
{
    free(m->request);
    free(m->body);
    free(m->call);
    free(m->snapshot);
}

void bw_key_path(struct bw_world *w, uint32_t slot, char *path)
{
    struct felt_dual subnets = felt_netconf_subnets(&w->config.netconf, slot);
    char name[FELT_FLANNEL_KEY_TEXT];

    sprintf(path, BW_PREFIX "/subnets/%s", felt_flannel_key_format(&subnets, name));
}

const struct etcd_model_key *bw_key(struct bw_world *w, uint32_t slot)
{
    char path[256];

    bw_key_path(w, slot, path);
    return etcd_model_get(w->etcd, path);
}

/* Whose address a key names; false for what is no lease. */
bool bw_key_lease(const struct etcd_model_key *k, struct felt_flannel_lease *ret_lease)
{
    return k && felt_flannel_lease_parse(k->value, strlen(k->value), ret_lease) == 0;
}

bool bw_key_is_of(const struct etcd_model_key *k, const struct bw_machine *m)
{
    struct felt_flannel_lease lease;

    return bw_key_lease(k, &lease) && felt_ip_equal(&lease.public_ip, &m->lease.public_ip);
}

bool bw_key_is_marked(const struct etcd_model_key *k)
{
    return k && felt_flannel_is_marked(k->value, strlen(k->value));
}

static void handle(struct bw_world *w, struct bw_message *m)
{
    struct bw_bridge *b = &w->bridges[m->bridge];
    bool heard = b->engine && b->life == m->life;
    struct bw_message *next;

    switch (m->kind) {
    case EXECUTE:
        bw_execute(w, m);
        break;
    case ANSWER:
        if (heard)
            bw_answer(w, m);
        break;
    case CALL:
        bw_called(w, m);
        break;
    case LOOK:
        if (!heard)
            break;
        next = bw_push(w, SNAPSHOT, 1 + bw_below(w, 20 * FELT_USEC_MS));
        next->bridge = m->bridge;
        next->life = m->life;
        next->snapshot = bw_take_snapshot(w, m->bridge);
        break;
    case SNAPSHOT:
        if (!heard)
            break;
        b->looking = false;
        bw_step(
            w, m->bridge,
            &(struct felt_flannel_input){.event = FELT_FLANNEL_FELT, .felt = &m->snapshot->felt});
        break;
    case CREATE:
        bw_flanneld_create(w, &w->machines[m->machine]);
        break;
    case RENEW:
        bw_flanneld_renew(w, &w->machines[m->machine]);
        break;
    case GIFT:
        bw_gifts(w);
        break;
    }
}

/* Something has changed in etcd. */
static void unpark(struct bw_world *w)
{
    uint64_t index = etcd_model_index(w->etcd);

    if (index == w->seen_index)
        return;
    w->seen_index = index;
    for (size_t i = 0; i < w->n_messages; i++) {
        struct bw_message *m = &w->messages[i];

        if (m->kind == EXECUTE && m->parked) {
            m->parked = false;
            m->at = w->now + 1 + bw_below(w, 5 * FELT_USEC_MS);
        }
    }
}

/* One that sees its own key go ends, as flanneld does; and no subnet has two. */
static void check(struct bw_world *w)
{
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        struct bw_machine *m = &w->machines[i];

        if (m->role != BW_FLANNELD || m->slot == BW_NONE)
            continue;
        if (!bw_key(w, m->slot)) {
            bw_flanneld_stop(w, i);
            continue;
        }
        if (!m->thief && w->owner[m->slot] != BW_NONE && !w->disturbed[m->slot])
            bw_violate(w, "slot %u is leased by the flanneld on %s and by felt on %s", m->slot,
                       m->name, w->machines[w->owner[m->slot]].name);
    }
}

void bw_run(struct bw_world *w, felt_usec for_us)
{
    felt_usec end = w->now + for_us, looked = w->now;
    uint32_t seen_gifts = w->gifts;

    /* What was done, or has expired, since the last run. */
    if (etcd_model_index(w->etcd) != w->seen_index)
        check(w);
    unpark(w);
    while (w->violation[0] == '\0') {
        size_t first = SIZE_MAX;
        felt_usec at = end;
        struct bw_message m;

        for (size_t i = 0; i < w->n_messages; i++) {
            const struct bw_message *c = &w->messages[i];

            if (c->at < at ||
                (c->at == at && (first == SIZE_MAX || c->order < w->messages[first].order))) {
                at = c->at;
                first = i;
            }
        }
        for (unsigned b = 0; b < BW_BRIDGES; b++) {
            if (w->bridges[b].engine && w->bridges[b].wake_us < at) {
                at = FELT_MAX(w->bridges[b].wake_us, w->now);
                first = SIZE_MAX - 1 - b;
            }
        }
        if (first == SIZE_MAX)
            break;
        w->now = at;
        etcd_model_advance(w->etcd, w->now);
        if (first >= SIZE_MAX - BW_BRIDGES) {
            bw_step(w, (unsigned)(SIZE_MAX - 1 - first),
                    &(struct felt_flannel_input){.event = FELT_FLANNEL_TICK});
        } else {
            m = w->messages[first];
            w->messages[first] = w->messages[--w->n_messages];
            handle(w, &m);
            bw_message_done(&m);
        }
        if (w->now - looked > 30 * FELT_USEC_SEC) {
            looked = w->now;
            bw_push(w, GIFT, 0);
            bw_look(w, 0);
        }
        if (etcd_model_index(w->etcd) != w->seen_index || w->gifts != seen_gifts)
            check(w);
        seen_gifts = w->gifts;
        unpark(w);
    }
    w->now = end;
    etcd_model_advance(w->etcd, w->now);
}

uint32_t bw_slot_of(const struct bw_world *w, uint32_t machine)
{
    return w->machines[machine].slot;
}

void bw_init(struct bw_world *w, uint64_t seed)
{
    struct felt_netconf_error error;
    int r;

    memset(w, 0, sizeof(*w));
    felt_prng_init(&w->prng, seed);
    w->now = 1000 * FELT_USEC_SEC;
    w->quiet = true;
    w->on = true;
    w->etcd = etcd_model_new();
    etcd_model_advance(w->etcd, w->now);
    w->messages = calloc(MESSAGES_MAX, sizeof(*w->messages));
    assert(w->messages);
    strcpy(w->config.prefix, BW_PREFIX);
    strcpy(w->config.name, "h0");
    strcpy(w->config.since, "2026-11-28T02:13:07Z");
    memset(&w->config.node, 0xb0, sizeof(w->config.node));
    r = felt_netconf_parse(BW_CONFIG, strlen(BW_CONFIG), &w->config.netconf, &error);
    assert(r == 0 && felt_netconf_slots(&w->config.netconf) == BW_SLOTS);
    for (uint32_t s = 0; s < BW_SLOTS; s++)
        w->owner[s] = BW_NONE;
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        struct bw_machine *m = &w->machines[i];

        m->i = i;
        memset(&m->id, (int)i + 1, sizeof(m->id));
        sprintf(m->name, "h%u", i);
        m->lease = (struct felt_flannel_lease){.public_ip = felt_ip_v4(0xc0a80001 + i),
                                               .backend = "vxlan",
                                               .has_device = true,
                                               .device = {.vni = 1, .mac = {2, 0, 0, 0, 0, 0}}};
        m->lease.device.mac[5] = (uint8_t)i;
        m->slot = m->wish = m->expects = m->granted = BW_NONE;
    }
}

void bw_done(struct bw_world *w)
{
    for (unsigned i = 0; i < BW_BRIDGES; i++)
        bw_bridge_kill(w, i);
    for (size_t i = 0; i < w->n_messages; i++)
        bw_message_done(&w->messages[i]);
    free(w->messages);
    etcd_model_free(w->etcd);
}

static void check_slot(struct bw_world *w, uint32_t s)
{
    const struct etcd_model_key *k = bw_key(w, s);
    const struct bw_machine *m = w->owner[s] == BW_NONE ? NULL : &w->machines[w->owner[s]];
    struct felt_flannel_lease lease;

    if (m && (!bw_key_is_marked(k) || !bw_key_lease(k, &lease) ||
              !felt_flannel_lease_equal(&lease, &m->lease)))
        bw_violate(w, "slot %u of %s: its key says %.120s", s, m->name, k ? k->value : "nothing");
    else if (m && w->has_foreign[s])
        bw_violate(w, "slot %u of %s is told to be foreign", s, m->name);
    else if (!m && bw_key_is_marked(k))
        bw_violate(w, "slot %u is nobody's, and has our key %.120s", s, k->value);
    else if (!m && k && !bw_key_lease(k, &lease))
        return; /* feltd may have heard that it is blocked */
    else if (!m && bw_key_lease(k, &lease) != w->has_foreign[s])
        bw_violate(w, "slot %u is %sforeign, and its key says %.120s", s,
                   w->has_foreign[s] ? "" : "not ", k ? k->value : "nothing");
    else if (!m && k && w->has_foreign[s] && !felt_flannel_lease_equal(&lease, &w->foreign[s]))
        bw_violate(w, "slot %u: feltd has another foreign lease than %.120s", s, k->value);
}

void bw_check_settled(struct bw_world *w)
{
    unsigned ok = 0, free = 0;

    for (uint32_t s = 0; s < BW_SLOTS; s++) {
        check_slot(w, s);
        free += w->owner[s] == BW_NONE && !bw_key(w, s);
    }
    for (uint32_t i = 0; i < BW_MACHINES; i++) {
        if (w->machines[i].role == BW_FELT && w->machines[i].slot == BW_NONE && free > 0)
            bw_violate(w, "%s has no subnet though %u are free", w->machines[i].name, free);
    }
    for (unsigned i = 0; i < BW_BRIDGES; i++)
        ok += w->bridges[i].engine && w->bridges[i].state == FELT_FLANNEL_OK;
    if (ok != 1)
        bw_violate(w, "%u bridges work: %s; %s", ok, w->bridges[0].text, w->bridges[1].text);
}
