/* SPDX-License-Identifier: Apache-2.0 */
/* Known faults of the core, to prove that the checkers see them: tests/sim/mutants has the list,
 * and 'make check-mutants' builds a simulator with each of them.
 *
 * FELT_MUTANT(NAME) is true where the file is compiled with -DFELT_MUTATE=FELT_MUTANT_NAME, and a
 * constant 0 everywhere else: a normal build has no trace of any, which tests/lint/mutants.sh
 * holds against the object code. A site is written in one of four ways, so that it can be taken out
 * again without understanding it:
 *
 *     if (FELT_MUTANT(NAME) ...)        the line goes, and the one below it, which is one statement
 *     if (!FELT_MUTANT(NAME))           the line goes
 *     ... && !FELT_MUTANT(NAME)         goes
 *     ... || FELT_MUTANT(NAME)          goes */
#pragma once

enum felt_mutant {
    FELT_MUTANT_NONE,
    /* What moves a slot. */
    FELT_MUTANT_SEQ_KEPT,       /* a gift does not raise seq */
    FELT_MUTANT_GIFT_UNSAVED,   /* a gift is answered before it is durable */
    FELT_MUTANT_GOSSIP_UNSAVED, /* gossip tells of a gift before it is durable */
    FELT_MUTANT_GIVES_LEASE,    /* the giver's own lease is given */
    FELT_MUTANT_GIVES_RESERVED, /* what is reserved for another is given */
    FELT_MUTANT_WISH_STOLEN,    /* a wish is given whoever owns it */
    FELT_MUTANT_FAREWELL_EARLY, /* a leaver says farewell before its gifts are durable */
    FELT_MUTANT_LEASE_UNSAVED,  /* a new lease is used before it is durable */
    FELT_MUTANT_KEEPS_LEASE,    /* a lost lease is used on */
    /* Beside an etcd bridge. */
    FELT_MUTANT_UNCLEARED,      /* the bridge node gives what was not cleared */
    FELT_MUTANT_BRIDGE_IGNORED, /* who is asked gives as if there were none */
    FELT_MUTANT_FOREIGN_KEPT,   /* a lease that is foreign is used on */
    /* What a map brings with it. */
    FELT_MUTANT_NO_RECORD,     /* acceptor state does not come with the map */
    FELT_MUTANT_NO_PROMISE,    /* it comes without its promise */
    FELT_MUTANT_PART_OF_LATER, /* part of a later era's map is taken */
    FELT_MUTANT_REPLACE,       /* who catches up replaces its map instead of merging */
    FELT_MUTANT_LAST_RECORD,   /* who catches up takes the last message's record only */
    FELT_MUTANT_MIXED,         /* who catches up mixes two eras */
    /* Who votes. */
    FELT_MUTANT_VOTE_UNSAVED,  /* a vote is told before it is durable */
    FELT_MUTANT_VOTE_FORGOT,   /* the record is not in the state file */
    FELT_MUTANT_PROMISE_ANY,   /* a promise is given below a larger one */
    FELT_MUTANT_ACCEPT_ANY,    /* it is accepted below a larger promise */
    FELT_MUTANT_PROMISE_BELOW, /* a promise stays below what is accepted */
    FELT_MUTANT_ACROSS_ERAS,   /* votes of another era are given and counted */
    /* Who proposes. */
    FELT_MUTANT_BALLOT_REUSED,   /* neither its promise nor its acceptance is saved */
    FELT_MUTANT_TWO_VALUES,      /* one ballot proposes to each voter another heir */
    FELT_MUTANT_IGNORE_ACCEPTED, /* what voters have accepted is not proposed again */
    FELT_MUTANT_HALF,            /* half of the slots decide */
    /* Who learns. */
    FELT_MUTANT_DEAD_NOT_LIST, /* slots are those of the dead owner in the learner's map, no list */
    FELT_MUTANT_TWICE,         /* a decision is learnt again */
    /* Who one is. */
    FELT_MUTANT_UNCONFIRMED,   /* a restarted node speaks before anybody confirmed it */
    FELT_MUTANT_OLD_STAYS,     /* who is told that its disk is old keeps its identity */
    FELT_MUTANT_TWIN_STAYS,    /* who is told that its twin runs keeps its identity */
    FELT_MUTANT_SESSION_AGAIN, /* a restart does not begin a new session */
    /* Another key. */
    FELT_MUTANT_KEYS_UNSAVED,       /* a node says that it has the new key before it is durable */
    FELT_MUTANT_KEYS_REMOVED_EARLY, /* the old key goes before all have the new one */
    FELT_MUTANT_KEYS_DEAF,          /* who speaks under the old key is not answered under it */
};

#ifndef FELT_MUTATE
#define FELT_MUTATE FELT_MUTANT_NONE
#endif

#define FELT_MUTANT(name) (FELT_MUTATE == FELT_MUTANT_##name)
