/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a datagram or a message of a peer. Everything but TAKEN is a refusal and leaves
 * the state as it was; each has a counter of the same name in 'feltctl status -o json'. */
#pragma once

enum felt_verdict {
    FELT_VERDICT_TAKEN,
    FELT_VERDICT_MALFORMED,   /* not a felt datagram, or a message that breaks the schema */
    FELT_VERDICT_FOREIGN,     /* another cluster's */
    FELT_VERDICT_UNKNOWN_KEY, /* sealed with a key that we do not hold */
    FELT_VERDICT_FORGED,      /* our key's id, but it does not open */
    FELT_VERDICT_REPLAYED,    /* a counter that we have seen, or one too old to tell */
    FELT_VERDICT_STALE,       /* older than what we hold */
    FELT_VERDICT_STRANGER,    /* from a sender that we do not know and that showed no cookie */
    FELT_VERDICT_MISDIRECTED, /* meant for somebody else, or an answer to nothing that we asked */
    FELT_VERDICT_FULL,        /* a table is at its limit */
    FELT_VERDICT_BUSY,        /* we cannot answer yet: no network configuration, another era, ... */
};
#define FELT_VERDICTS (FELT_VERDICT_BUSY + 1)

/* Lower-case, words joined by '-'. */
const char *felt_verdict_name(enum felt_verdict verdict);
