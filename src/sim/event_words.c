/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/event_words.h"

const char *sim_event_words(enum felt_event_kind kind)
{
    static const char *const words[] = {
        [FELT_EVENT_CONFIGURED] = "configured",
        [FELT_EVENT_JOINED] = "joined",
        [FELT_EVENT_LEASE_TAKEN] = "lease taken",
        [FELT_EVENT_LEASE_LOST] = "lease lost",
        [FELT_EVENT_LEASE_WAITING] = "waiting for a lease",
        [FELT_EVENT_MEMBER_ALIVE] = "member alive",
        [FELT_EVENT_MEMBER_SUSPECT] = "member suspect",
        [FELT_EVENT_MEMBER_DEAD] = "member dead",
        [FELT_EVENT_MEMBER_LEFT] = "member left",
        [FELT_EVENT_STARTED_OVER] = "starts over",
        [FELT_EVENT_LEFT] = "has left",
        [FELT_EVENT_IDENTITY_RENEWED] = "has a new identity:",
        [FELT_EVENT_BOOTSTRAP] = "bootstrap",
        [FELT_EVENT_CROWD_SILENT] = "crowd silent",
        [FELT_EVENT_RECLAIMED] = "begins an era: reclaimed",
        [FELT_EVENT_NOT_RECLAIMED] = "does not reclaim what is of",
        [FELT_EVENT_FORCED] = "begins an era by force:",
        [FELT_EVENT_PEER_CHANGED] = NULL,
        [FELT_EVENT_FOREIGN_CLUSTER] = "foreign cluster",
        [FELT_EVENT_WRONG_KEY] = "wrong key",
        [FELT_EVENT_SEEDS_WANTED] = NULL,
        [FELT_EVENT_SEEDS_SILENT] = "seeds silent",
        [FELT_EVENT_FORK] = "FORK",
        [FELT_EVENT_BRIDGE] = "etcd bridge",
        [FELT_EVENT_KEYS] = "keys:",
        [FELT_EVENT_SETTINGS] = "configuration",
        [FELT_EVENT_PATH_FAILS] = "path fails",
        [FELT_EVENT_PATH_LARGE_FAILS] = "path fails for large packets",
        [FELT_EVENT_PATH_PASSES] = "path passes",
        [FELT_EVENT_SAVE_FAILING] = "cannot save",
    };

    return (size_t)kind < FELT_ARRAY_LEN(words) ? words[kind] : "something new";
}
