/* SPDX-License-Identifier: Apache-2.0 */
#include "node/own.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "lease/choose.h"
#include "node/core.h"
#include "node/foreign.h"
#include "node/reserve.h"

static struct felt_descriptor current(const struct felt_node *node)
{
    struct felt_descriptor d;

    felt_signed_descriptor_read(felt_members_peek(node->members, FELT_MEMBER_SELF)->descriptor, &d);
    return d;
}

/* Signs and tells a new version of our descriptor. */
static void publish(struct felt_node *node, struct felt_descriptor *d)
{
    uint8_t body[FELT_DESCRIPTOR_MAX], signature[FELT_SIGNATURE_LEN];
    struct felt_bytes bytes;

    d->version++;
    bytes = felt_bytes(body, felt_descriptor_encode(d, body));
    felt_identity_sign(&node->identity, bytes, signature);
    if (felt_members_describe(node->members, FELT_MEMBER_SELF, d, bytes, signature) !=
        FELT_VERDICT_TAKEN)
        return; /* memory is short: the next change tells this one, too */
    felt_rumours_add(node->rumours, FELT_RUMOUR_DESCRIPTOR, FELT_MEMBER_SELF, 1);
    node->peers_changed = true;
}

int felt_own_describe_first(struct felt_node *node, const struct felt_descriptor *d)
{
    struct felt_descriptor first = *d;
    uint8_t body[FELT_DESCRIPTOR_MAX], signature[FELT_SIGNATURE_LEN];
    struct felt_bytes bytes;
    uint32_t i;

    memcpy(first.public_key, node->identity.public_key, sizeof(first.public_key));
    first.version = felt_session_floor(node->session) + 1;
    bytes = felt_bytes(body, felt_descriptor_encode(&first, body));
    felt_identity_sign(&node->identity, bytes, signature);
    if (felt_members_add(node->members, felt_node_id(node), &first, bytes, signature,
                         felt_session_floor(node->session), &i) != FELT_VERDICT_TAKEN)
        return -ENOMEM;
    assert(i == FELT_MEMBER_SELF);
    felt_rumours_add(node->rumours, FELT_RUMOUR_REFUTATION, FELT_MEMBER_SELF, 1);
    felt_rumours_add(node->rumours, FELT_RUMOUR_DESCRIPTOR, FELT_MEMBER_SELF, 1);
    return 0;
}

void felt_own_backend(struct felt_node *node, const char *type, const char *data, uint32_t mtu,
                      const struct felt_node_ways *ways)
{
    struct felt_descriptor d = current(node), had = d;

    snprintf(d.backend, sizeof(d.backend), "%s", type);
    snprintf(d.backend_data, sizeof(d.backend_data), "%s", data);
    d.mtu = mtu;
    d.public_ip = ways ? ways->public_ip : d.public_ip;
    d.public_ip6 = ways ? ways->public_ip6 : (struct felt_ip){0};
    snprintf(d.backend_data6, sizeof(d.backend_data6), "%s", ways ? ways->data6 : "");
    if (strcmp(d.backend, had.backend) == 0 && strcmp(d.backend_data, had.backend_data) == 0 &&
        d.mtu == had.mtu && felt_ip_equal(&d.public_ip, &had.public_ip) &&
        felt_ip_equal(&d.public_ip6, &had.public_ip6) &&
        strcmp(d.backend_data6, had.backend_data6) == 0)
        return;
    publish(node, &d);
}

void felt_own_address(struct felt_node *node, const struct felt_endpoint *advertise,
                      const struct felt_ip *public_ip)
{
    struct felt_descriptor d = current(node), had = d;

    d.advertise = *advertise;
    if (d.backend[0] == '\0' || d.public_ip.family == public_ip->family)
        d.public_ip = *public_ip;
    if (felt_endpoint_equal(&d.advertise, &had.advertise) &&
        felt_ip_equal(&d.public_ip, &had.public_ip))
        return; /* a leaver, too, says where it is: it waits for answers */
    publish(node, &d);
    felt_introduction_moved(node);
}

void felt_own_remind(struct felt_node *node)
{
    felt_rumours_add(node->rumours, FELT_RUMOUR_DESCRIPTOR, FELT_MEMBER_SELF, 1);
}

void felt_own_farewell(struct felt_node *node)
{
    const struct felt_member *self = felt_members_peek(node->members, FELT_MEMBER_SELF);
    struct felt_descriptor d = current(node);

    if (d.left)
        return;
    d.left = true;
    d.has_lease = false;
    d.lease = 0;
    publish(node, &d);
    felt_members_set_state(node->members, FELT_MEMBER_SELF, FELT_MEMBER_LEFT, self->incarnation);
}

uint32_t felt_own_wish(const struct felt_node *node)
{
    uint32_t slot;

    if (!node->configured || node->wish.ip.family == FELT_FAMILY_NONE ||
        felt_netconf_slot(&node->config, &node->wish, &slot) < 0)
        return FELT_SLOT_NONE;
    return slot;
}

static void announce_lease(struct felt_node *node)
{
    struct felt_descriptor d = current(node);

    d.has_lease = node->lease_used;
    d.lease = node->lease_used ? node->lease : 0;
    publish(node, &d);
}

/* foreign: not to another owner, but to somebody outside of the cluster. */
static void lose_lease(struct felt_node *node, bool foreign)
{
    bool used = node->lease_used;
    struct felt_event *event;

    node->has_lease = false;
    node->lease_used = false;
    felt_asker_restart(node);
    if (!used)
        return;
    event = felt_outbox_event(node->outbox, FELT_EVENT_LEASE_LOST);
    event->slot = node->lease;
    event->n_slots = foreign;
    announce_lease(node);
}

void felt_own_note_freed(struct felt_node *node, uint32_t member,
                         const struct felt_descriptor *next)
{
    const struct felt_signed_descriptor *said =
        felt_members_peek(node->members, member)->descriptor;
    struct felt_descriptor d;

    if (!node->configured || said->left)
        return;
    felt_signed_descriptor_read(said, &d);
    if (!d.has_lease || d.lease >= felt_slot_map_slots(node->map))
        return;
    if (!next || !next->has_lease || next->lease != d.lease)
        felt_freed_note(&node->freed, d.lease);
}

/* What is reserved for us, else our wish, else what this machine leased under an earlier identity,
 * else the slot that the giver of our first ones named. */
static uint32_t choose(const struct felt_node *node)
{
    struct felt_claim claim = felt_reserve_claim(node, FELT_MEMBER_SELF);
    const uint32_t wishes[] = {felt_own_wish(node), felt_supersede_legacy(node, FELT_MEMBER_SELF)};
    uint32_t wish = node->asker.proposed;

    for (size_t i = FELT_ARRAY_LEN(wishes); i > 0; i--)
        if (wishes[i - 1] < felt_slot_map_slots(node->map) &&
            felt_slot_map_owns(node->map, felt_node_id(node), wishes[i - 1]) &&
            !felt_claim_denied(&claim, wishes[i - 1]))
            wish = wishes[i - 1];
    return felt_lease_choose(node->map, felt_node_id(node), wish, &node->freed, &claim);
}

/* What we have chosen, and not used yet, has turned out to be kept for somebody else. */
static bool is_denied(const struct felt_node *node)
{
    struct felt_claim claim = felt_reserve_claim(node, FELT_MEMBER_SELF);

    return felt_claim_denied(&claim, node->lease);
}

bool felt_own_may_lease(const struct felt_node *node)
{
    return node->era > 0 && choose(node) != FELT_SLOT_NONE;
}

void felt_own_check_lease(struct felt_node *node)
{
    struct felt_held held = {.kind = FELT_HELD_LEASE};
    uint32_t slot;

    if (node->era == 0 || felt_leaver_leaving(node))
        return;
    if (node->has_lease && !felt_slot_map_owns(node->map, felt_node_id(node), node->lease) &&
        !FELT_MUTANT(KEEPS_LEASE))
        lose_lease(node, false);
    if (node->has_lease && node->lease_used && felt_foreign_wins(node, node->lease) &&
        !FELT_MUTANT(FOREIGN_KEPT))
        lose_lease(node, true);
    if (node->has_lease && !node->lease_used && is_denied(node))
        lose_lease(node, false);
    if (node->has_lease)
        return;
    slot = choose(node);
    if (slot != FELT_SLOT_NONE && felt_bridge_is_self(node))
        slot = felt_demand_own(node, slot); /* what others have, the bridge has cleared for them */
    if (slot == FELT_SLOT_NONE)
        return; /* the asker is at it */
    if (!felt_saver_hold(&node->saver, &held))
        return; /* tried again in the next step */
    node->has_lease = true;
    node->lease = slot;
    node->lease_save = node->saver.needed;
    if (FELT_MUTANT(LEASE_UNSAVED))
        felt_own_use_lease(node);
}

/* Why it is not what was wished for. */
static void explain_choice(const struct felt_node *node, struct felt_event *event)
{
    struct felt_claim claim = felt_reserve_claim(node, FELT_MEMBER_SELF);
    uint32_t wish = felt_own_wish(node);
    char text[FELT_WHOM_TEXT];
    struct felt_notice notice;
    struct felt_whom whom;

    if (wish == FELT_SLOT_NONE || wish == node->lease)
        return;
    if (felt_claim_slot(&claim) == node->lease)
        snprintf(event->text, sizeof(event->text), "this one is reserved for this node");
    else if (felt_notices_get(node->notices, wish, &notice) &&
             felt_whom_decode(notice.value, &whom) == 0 && !felt_claim_is(&claim, &whom))
        snprintf(event->text, sizeof(event->text), "the wished one is reserved for %s",
                 felt_whom_format(&whom, text));
}

void felt_own_use_lease(struct felt_node *node)
{
    struct felt_event *event;

    /* While the disk was at work it may have been lost, and another one chosen. */
    if (!node->has_lease || node->lease_used ||
        (node->lease_save > node->saver.durable && !FELT_MUTANT(LEASE_UNSAVED)))
        return;
    node->lease_used = true;
    event = felt_outbox_event(node->outbox, FELT_EVENT_LEASE_TAKEN);
    event->slot = node->lease;
    explain_choice(node, event);
    announce_lease(node);
}
