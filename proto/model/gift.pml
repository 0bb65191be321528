/* SPDX-License-Identifier: Apache-2.0 */
/* Gifts: how a joiner gets its first slots, and how stake is spread, inside one era.
 *
 * Node 0 owns slots 0 and 1, node 1 owns slot 2 (with -DS=4 slot 3 too, and is the second donor; with -DRICH slot 3 is node 0's), node 2 joins.
 * Whoever has a reserve gives it: to the joiner, who asks, or unasked, to the poorest. Everything is in steps, and
 * between any two of them any node may crash and come back with its disk as it was.
 *
 * The air: a request and an answer, once sent, arrive any number of times, in any order, ever so late, or never.
 * Gossip is the map that a node has at that moment. A message of an earlier session is refused by whom knows a newer.
 *
 * -DROLLBACK: once in a run, node 0 comes back with an older disk than its last ("restored from a snapshot").
 * Sizes (defaults): -DS=3, -DGIFTS=2 in a run, -DIDS=2 request ids. */

#ifndef S
#define S 3
#endif
#ifndef GIFTS
#define GIFTS 2
#endif
#ifndef IDS
#define IDS 2
#endif

#define JOINER 2

#ifdef RICH
#define SLOT_3_OF 0
#else
#define SLOT_3_OF 1
#endif

/* An entry is one number whose order is the order of merging: (1, seq), owner. 0: not known. */
#define ENTRY(seq, owner) (16 + (seq) * 4 + (owner))
#define SEQ(entry) (((entry) >> 2) & 3)
#define OWNER(entry) ((entry) & 3)
#define KEY(entry) ((entry) >> 2)

/* What is saved in one go. A slot is written as its number + 1; 0: none. */
typedef Node {
    byte m[S];
    byte lease;
    byte given[IDS]; /* "the donor stores (joiner, id, slots) with the gift" */
    byte counter;    /* "every durable save raises the save counter" */
    byte seen;       /* the largest that I saw of node 0 */
};
Node mem[3];
Node disk[3];

/* In memory only. */
byte unsaved[3]; /* a gift is in memory and not on disk yet: to this id + 1, or to nobody who asked */
#define UNASKED (IDS + 1)
byte using[3];  /* the slot whose subnet I announce and route */
byte id;        /* of the joiner's request; 0: has not asked */
byte ids;       /* how many it has drawn */

/* The air. */
byte asked;               /* bit: this id */
byte answer[2 * IDS];     /* of donor 0 and 1 to this id: the slot + 1 */
byte answer_entry[2 * IDS];
#ifdef ROLLBACK
byte answer_counter[IDS]; /* of node 0 when it said so */
#endif

/* Ghosts. */
byte gifts;
byte to_be[3];     /* the gift that is to be saved: slot and who gets it */
byte used[3];      /* the lease of its life: Sticky */
byte once[2];      /* ids that a donor has given to */
byte got_by[S * 5]; /* who got (slot, seq) */

#ifdef ROLLBACK
Node old;           /* a snapshot of node 0's disk */
bit have_old;
bit rolled;
byte confirmed = 3; /* bit i: peer i + 1 has confirmed node 0's counter since it started */
bit gone;           /* node 0 has thrown its identity away */
#define GONE(n) ((n) == 0 && gone)
#ifdef BUG_ANOTHER_CRASHES
#define MAY_CRASH(n) 1
#else
#define MAY_CRASH(n) ((n) == 0)
#endif
#if defined(BUG_CONFIRMED_BY_ONE)
#define CONFIRMED(n) ((n) != 0 || confirmed != 0)
#elif defined(BUG_UNCONFIRMED)
#define CONFIRMED(n) 1
#else
#define CONFIRMED(n) ((n) != 0 || confirmed == 3)
#endif
#else
#define GONE(n) 0
#define MAY_CRASH(n) 1
#define CONFIRMED(n) 1
#endif

/* The properties, by name in what Spin says. */
hidden byte no_fork;
hidden byte given_is_gone;
hidden byte one_user;
hidden byte sticky;
hidden byte one_gift_for_an_id;
hidden byte x;
Node nothing;

#if S == 4
#define EACH(f) f(0) f(1) f(2) f(3)
#define SUM(f, n) (f(n, 0) + f(n, 1) + f(n, 2) + f(n, 3))
#else
#define EACH(f) f(0) f(1) f(2)
#define SUM(f, n) (f(n, 0) + f(n, 1) + f(n, 2))
#endif
#if IDS == 2
#define EACH_ID(f) f(0) f(1)
#else
#define EACH_ID(f) f(0)
#endif

#define OTHER1(n) (((n) + 1) % 3)
#define OTHER2(n) (((n) + 2) % 3)
#define OWNS(n, s) (mem[n].m[s] != 0 && OWNER(mem[n].m[s]) == (n))
#define STAKE(n) SUM(OWNS, n)
#define GOT(s, entry) got_by[(s) * 5 + SEQ(entry)]
#define AFTER(s, entry) got_by[(s) * 5 + SEQ(entry) + 1]

/* Given is gone: what I believe to own is not what I gave. Nobody uses what another uses. */
#define USE_APART(n, q) (!using[n] || using[n] != using[q])
#ifdef ROLLBACK
/* A gift that only a lost disk knew of, and no peer, was none. What is left to ask: do two ever meet, or use the same? */
#define NOT_GIVEN(n, s) 1
#else
#define NOT_GIVEN(n, s) (!OWNS(n, s) || AFTER(s, mem[n].m[s]) == 0)
#endif
inline check(n) {
#define CHECK(s) given_is_gone = NOT_GIVEN(n, s);\
    assert(given_is_gone);
    EACH(CHECK)
    one_user = USE_APART(n, OTHER1(n)) && USE_APART(n, OTHER2(n));
    assert(one_user)
}

inline copy(to, from) {
#define COPY(s) to.m[s] = from.m[s];
#define COPY_GIVEN(i) to.given[i] = from.given[i];
    EACH(COPY)
    EACH_ID(COPY_GIVEN)
    to.lease = from.lease;
    to.counter = from.counter;
    to.seen = from.seen
}

inline save(n) {
#ifdef ROLLBACK
    if
    :: n == 0 -> mem[n].counter++
    :: else
    fi;
#endif
    copy(disk[n], mem[n]);
#ifdef BUG_LOG_UNSAVED
#define UNLOG(i) disk[n].given[i] = 0;
    EACH_ID(UNLOG)
#endif
    unsaved[n] = 0
}

/* The larger entry. Equal (term, seq) with two owners is a fork. Who learns that its lease is another's stops at once. */
inline merge1(n, s, entry) {
    no_fork = KEY(mem[n].m[s]) != KEY(entry) || mem[n].m[s] == entry;
    assert(no_fork);
    mem[n].m[s] = (entry > mem[n].m[s] -> entry : mem[n].m[s])
}
inline lose(n) {
    if
    :: mem[n].lease && OWNER(mem[n].m[mem[n].lease - 1]) != n -> mem[n].lease = 0; using[n] = 0; used[n] = 0
    :: else
    fi
}
/* "Peers remember the largest they saw": every message carries its sender's counter. */
#ifdef ROLLBACK
#define see_counter(n, told, concerns) mem[n].seen = ((concerns) && (told) > mem[n].seen -> (told) : mem[n].seen)
inline see(n, q) {
    see_counter(n, mem[0].counter, q == 0)
}
#else
#define see_counter(n, count, concerns) skip
#define see(n, q) skip
#endif
inline hear(n, q) {
#define HEAR1(s) merge1(n, s, mem[q].m[s]);
    EACH(HEAR1)
    see(n, q);
    lose(n);
    check(n)
}

/* "It raises their seq, names the joiner owner, makes that durable": here in memory, and save() is a step of its own. */
inline give(n, s, q) {
#ifndef BUG_SEQ
    mem[n].m[s] = mem[n].m[s] + 4;
#endif
    mem[n].m[s] = mem[n].m[s] - OWNER(mem[n].m[s]) + q;
    to_be[n] = s * 4 + q + 1;
    gifts++;
    unsaved[n] = UNASKED
}

/* The gift is on disk: now it is made. No fork: (slot, seq) has one owner ever. */
inline save_gift(n) {
#ifndef ROLLBACK
    x = (to_be[n] - 1) / 4;
    no_fork = GOT(x, mem[n].m[x]) == 0;
    assert(no_fork);
    GOT(x, mem[n].m[x]) = (to_be[n] - 1) % 4 + 1;
    if
    :: unsaved[n] != UNASKED ->
       /* "The same id gets the same answer." */
       one_gift_for_an_id = ((once[n] >> unsaved[n]) & 1) == 0;
       assert(one_gift_for_an_id);
       once[n] = once[n] | (1 << unsaved[n])
    :: else
    fi;
#endif
    to_be[n] = 0;
    save(n);
    check(n)
}

/* "The same id gets the same answer": the slot that the log names. */
inline say(n, i) {
    answer[n * IDS + i] = mem[n].given[i];
    answer_entry[n * IDS + i] = mem[n].m[mem[n].given[i] - 1];
#ifdef ROLLBACK
    if
    :: n == 0 -> answer_counter[i] = mem[n].counter
    :: else
    fi
#endif
}

/* A reserve is what is owned beyond the lease. */
#ifdef BUG_GIVES_LEASE
#define RESERVE(n, s) OWNS(n, s)
#else
#define RESERVE(n, s) (OWNS(n, s) && mem[n].lease && mem[n].lease != (s) + 1)
#endif
#define MAY_GIVE(n, s) (RESERVE(n, s) && !unsaved[n] && gifts < GIFTS && CONFIRMED(n))

/* To the poorest, unasked. */
#define GIVE(s) \
    :: d_step { MAY_GIVE(_pid, s) && !GONE(OTHER1(_pid)) -> give(_pid, s, OTHER1(_pid)) } \
    :: d_step { MAY_GIVE(_pid, s) && !GONE(OTHER2(_pid)) -> give(_pid, s, OTHER2(_pid)) }

/* To the joiner that asked. */
#define GIVE_ASKED(s, i) \
    :: d_step { _pid != JOINER && (asked >> (i)) & 1 && !mem[_pid].given[i] && MAY_GIVE(_pid, s) -> \
        give(_pid, s, JOINER); \
        mem[_pid].given[i] = (s) + 1; \
        unsaved[_pid] = (i) + 1 }

/* "Makes that durable, then answers." */
#ifdef BUG_ANSWER_FIRST
#define MAY_ANSWER 1
#else
#define MAY_ANSWER (!unsaved[_pid])
#endif
#define ANSWER(i) \
    :: d_step { _pid != JOINER && (asked >> (i)) & 1 && mem[_pid].given[i] && MAY_ANSWER && CONFIRMED(_pid) -> say(_pid, i) } \
    :: d_step { _pid == JOINER && id == (i) + 1 && answer[i] -> take(0, i) } \
    :: d_step { _pid == JOINER && id == (i) + 1 && answer[IDS + (i)] -> take(1, i) }
inline take(donor, i) {
    x = answer[donor * IDS + i] - 1;
    merge1(JOINER, x, answer_entry[donor * IDS + i]);
    see_counter(JOINER, answer_counter[i], donor == 0);
    lose(JOINER);
    check(JOINER)
}

/* "While a gift is not durable no slots message leaves the node." */
#ifdef BUG_GOSSIP_FIRST
#define SILENT(q) 0
#else
#define SILENT(q) unsaved[q]
#endif
#define HEAR(q) \
    :: d_step { !GONE(_pid) && !SILENT(q) && !GONE(q) -> hear(_pid, q) }

/* "The joiner makes the gift durable before it uses it"; "takes its lowest slot, makes that durable, and then uses it". A
 * lease is new only to whom a peer has confirmed; who restarts resumes its old one at once. */
#if defined(ROLLBACK) && defined(BUG_NEW_LEASE_UNCONFIRMED)
#define MAY_LEASE 1
#else
#define MAY_LEASE CONFIRMED(_pid)
#endif
inline use(n, s) {
    mem[n].lease = s + 1;
#ifndef BUG_USE_FIRST
    save(n);
#endif
    using[n] = s + 1;
    used[n] = s + 1;
    check(n)
}
#define USE(s) \
    :: d_step { !GONE(_pid) && !mem[_pid].lease && !unsaved[_pid] && OWNS(_pid, s) && MAY_LEASE -> use(_pid, s) }

#ifdef ROLLBACK
#define STICKY_IS_ASKED 0
#else
#define STICKY_IS_ASKED 1
#endif
inline restart(n) {
    copy(mem[n], disk[n]);
    unsaved[n] = 0;
    to_be[n] = 0;
    /* Sticky: "intact state gives the same subnet after a restart". */
    sticky = !STICKY_IS_ASKED || used[n] == mem[n].lease;
    assert(sticky);
    using[n] = mem[n].lease;
    if
    :: n == JOINER -> id = 0 /* another life draws another id */
    :: else
    fi;
#ifdef ROLLBACK
    if
    :: n == 0 -> confirmed = 0
    :: else
    fi;
#endif
    lose(n);
    check(n)
}

#ifdef ROLLBACK
/* What the earlier session sent is refused from now on. */
#define FORGET1(i) answer[i] = 0; answer_entry[i] = 0; answer_counter[i] = 0;
#define FORGET_ANSWERS EACH_ID(FORGET1)
/* "Before some other member has confirmed its save counter" (all members: one is not enough, BUG_CONFIRMED_BY_ONE). Whom
 * a peer has seen beyond is "thrown away: the node takes a new identity"; what becomes of the old one's slots is
 * era.pml's matter. -DWITH_MAP: the peer's map comes with the confirmation, and then the identity could be kept. */
inline confirm(i) {
    if
#ifndef BUG_KEEPS_IDENTITY
    :: mem[i + 1].seen > mem[0].counter ->
       gone = 1;
       using[0] = 0;
       used[0] = 0;
       unsaved[0] = 0;
       to_be[0] = 0;
       confirmed = 0;
       copy(mem[0], nothing);
       copy(disk[0], nothing);
       copy(old, nothing)
#endif
    :: else ->
       confirmed = confirmed | (1 << i);
#ifdef WITH_MAP
       hear(0, i + 1);
#endif
#ifndef BUG_OLD_SESSION
       if
       :: i + 1 == JOINER -> FORGET_ANSWERS
       :: else
       fi;
#endif
       check(0)
    fi
}
#define CONFIRM(i) \
    :: d_step { _pid == 0 && !((confirmed >> (i)) & 1) && !gone && !SILENT(i + 1) -> confirm(i) }
#endif

active [3] proctype node() {
    if
    :: d_step { _pid == 0 ->
        mem[1].m[0] = ENTRY(0, 0);
        mem[1].m[1] = ENTRY(0, 0);
        mem[1].m[2] = ENTRY(0, 1);
#if S == 4
        mem[1].m[3] = ENTRY(0, SLOT_3_OF);
#endif
        copy(disk[1], mem[1]);
        copy(mem[0], mem[1]);
        copy(disk[0], mem[1]) }
    :: _pid != 0 && mem[0].m[0]
    fi;
end:
    do
    :: GONE(_pid) -> break
    :: d_step { _pid == JOINER && !id && ids < IDS -> ids++; id = ids; asked = asked | (1 << (id - 1)) }
    HEAR(OTHER1(_pid))
    HEAR(OTHER2(_pid))
    GIVE(0)
    GIVE(1)
    GIVE(2)
    GIVE_ASKED(0, 0)
    GIVE_ASKED(1, 0)
    GIVE_ASKED(2, 0)
    ANSWER(0)
    USE(0)
    USE(1)
    USE(2)
#if S == 4
    GIVE(3)
    GIVE_ASKED(3, 0)
    USE(3)
#endif
#if IDS == 2
    GIVE_ASKED(0, 1)
    GIVE_ASKED(1, 1)
    GIVE_ASKED(2, 1)
#if S == 4
    GIVE_ASKED(3, 1)
#endif
    ANSWER(1)
#endif
    :: d_step { unsaved[_pid] -> save_gift(_pid) }
    /* A crash at any point: what is in memory only is lost. */
    :: d_step { !GONE(_pid) && MAY_CRASH(_pid) -> restart(_pid) }
#ifdef ROLLBACK
    CONFIRM(0)
    CONFIRM(1)
    :: d_step { _pid == 0 && !gone && !have_old && !rolled -> copy(old, disk[0]); have_old = 1 }
    :: d_step { _pid == 0 && !gone && have_old -> copy(disk[0], old); copy(old, nothing); have_old = 0; rolled = 1; restart(0) }
#endif
    od
}
