/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/save_kind.h"

#include <stdio.h>
#include <string.h>

#include "crypto/identity.h"
#include "lease/ballot.h"
#include "node/state.h"

#define BIT(kind) ((uint32_t)1 << (kind))

static bool read_state(struct felt_bytes bytes, struct felt_record *record)
{
    enum felt_node_refusal refusal;

    *record = (struct felt_record){0};
    return bytes.len > 0 && felt_state_decode(bytes, record, &refusal) == 0;
}

static uint32_t stake_of(const struct felt_record *record, const struct felt_id *id)
{
    uint32_t stake = 0;

    for (uint32_t i = 0; i < record->n_runs; i++)
        if (felt_id_equal(&record->runs[i].owner, id))
            stake += record->runs[i].count;
    return stake;
}

static bool has_given(const struct felt_record *old, const struct felt_record *new)
{
    struct felt_identity self;
    bool less;

    felt_identity_from_seed(new->identity, &self);
    less = stake_of(new, &self.id) < stake_of(old, &self.id);
    felt_identity_wipe(&self);
    /* A joiner of a full reserve gets one, and the giver the same number by another gift. */
    return less ||
           (new->n_gifts > 0 && (old->n_gifts == 0 || memcmp(new->gifts[new->n_gifts - 1].request,
                                                             old->gifts[old->n_gifts - 1].request,
                                                             FELT_REQUEST_ID_LEN) != 0));
}

/* Of one identity. */
static uint32_t kinds_of_era(const struct felt_record *old, const struct felt_record *new)
{
    if (new->era == old->era + 1)
        return BIT(SIM_SAVE_DECISION);
    if (new->era > old->era)
        return BIT(SIM_SAVE_CATCH_UP);
    return (felt_ballot_cmp(&new->acceptor.promised, &old->acceptor.promised) > 0
                ? BIT(SIM_SAVE_PROMISE)
                : 0) |
           (felt_ballot_cmp(&new->acceptor.accepted, &old->acceptor.accepted) > 0
                ? BIT(SIM_SAVE_ACCEPT)
                : 0) |
           (has_given(old, new) ? BIT(SIM_SAVE_GIFT) : 0);
}

static uint32_t kinds_of(const struct felt_record *old, const struct felt_record *new)
{
    static const uint8_t nobody[FELT_RECORD_SEED_LEN];
    bool same = memcmp(old->identity, new->identity, sizeof(new->identity)) == 0;
    uint32_t kinds = 0;

    if (old->in_cluster && !new->in_cluster)
        return BIT(SIM_SAVE_LEAVING);
    if (memcmp(old->identity, nobody, sizeof(nobody)) != 0 && !same)
        kinds |= BIT(SIM_SAVE_RENEWAL);
    if (new->n_promise > 0 && old->n_promise == 0)
        kinds |= BIT(SIM_SAVE_CANDIDATE);
    if (new->has_lease && (!old->has_lease || old->lease != new->lease))
        kinds |= BIT(SIM_SAVE_LEASE);
    if (new->era > 0 && old->era == 0) {
        struct felt_identity self;
        bool all;

        felt_identity_from_seed(new->identity, &self);
        all = stake_of(new, &self.id) == new->n_slots;
        felt_identity_wipe(&self);
        return kinds | BIT(all ? SIM_SAVE_FOUNDING : SIM_SAVE_JOINING);
    }
    return same ? kinds | kinds_of_era(old, new) : kinds;
}

uint32_t sim_save_kinds(struct felt_bytes before, struct felt_bytes after)
{
    _cleanup_(felt_record_done) struct felt_record old = {0};
    _cleanup_(felt_record_done) struct felt_record new = {0};

    if (!read_state(after, &new))
        return 0;
    read_state(before, &old);
    return kinds_of(&old, &new);
}

const char *sim_save_kind_name(enum sim_save_kind kind)
{
    static const char *const names[SIM_SAVE_KINDS] = {
        [SIM_SAVE_FOUNDING] = "founding", [SIM_SAVE_CANDIDATE] = "candidate",
        [SIM_SAVE_JOINING] = "joining",   [SIM_SAVE_LEASE] = "lease",
        [SIM_SAVE_GIFT] = "gift",         [SIM_SAVE_PROMISE] = "promise",
        [SIM_SAVE_ACCEPT] = "accept",     [SIM_SAVE_DECISION] = "decision",
        [SIM_SAVE_CATCH_UP] = "catch-up", [SIM_SAVE_LEAVING] = "leaving",
        [SIM_SAVE_RENEWAL] = "renewal",
    };

    return names[kind];
}

const char *sim_save_kinds_format(uint32_t kinds, char *text)
{
    size_t len = 0;

    snprintf(text, SIM_SAVE_KINDS_TEXT, "other");
    for (unsigned i = 0; i < SIM_SAVE_KINDS; i++)
        if (kinds >> i & 1)
            len += (size_t)snprintf(text + len, SIM_SAVE_KINDS_TEXT - len, "%s%s",
                                    len > 0 ? "," : "", sim_save_kind_name((enum sim_save_kind)i));
    return text;
}
