/* SPDX-License-Identifier: Apache-2.0 */
/* Reclaim by numbered eras: what the owners of more than half of the space decide about the slots of the silent.
 *
 * Three nodes run, a fourth owner may be dead from the beginning. A step is one message handled or one thing done,
 * and what it saves, it saves in that step. Between steps any node may crash and come back with its disk as it was.
 *
 * The air: what was proposed in a ballot is written down for good, so an Accept arrives any number of times, in any
 * order, ever so late, or never. Gossip is the map and record that a node has at that moment; with -DAIR it is a
 * snapshot, which arrives any number of times, ever so late. Three things are left out, because they add nothing that a
 * run without them could not do:
 * - a reply that comes late: to be counted moves nothing but its proposer, which can as well wait before it goes on;
 * - an Accept whose reply is lost, while the proposer counts: it may be counted and the proposer may still not go on;
 * - a Prepare whose reply is lost: it only raises a promise, and a lower promise allows all that a higher one does.
 * A node that dies for good (an heir, a proposer, a voter) is one that does nothing from then on.
 *
 * Who is silent is left open altogether: a proposer may take the slots of anybody but itself. "Silence is politeness:
 * No fork does not depend on it."
 *
 * Sizes (defaults): -DS=3 slots, -DBALLOTS=2 for each era, -DGIFTS=1 in a run, -DLAST=2 the last era that
 * votes (so eras 2 and 3 are decided), -DCRASHERS=1 whose bit is set may crash.
 * Beginnings: EACH_ONE (node i owns slot i), JOINER (0 owns two, 1 owns one, 2 begins at era 0), HALVES (S=2: one
 * each, 2 has none), BEHIND (2 is at era 3 and owns two slots; 0 and 1 are still at era 1; the dead node owned them).
 * BUCKETS: node 0 pulls a map in two messages (else in one). SUPERSEDE: the heir may be another than the proposer.
 * FORCE: an operator forces an era, once; AFTER: and votes go on in it. */

#ifndef S
#define S 3
#endif
#ifndef BALLOTS
#define BALLOTS 2
#endif
#ifndef GIFTS
#define GIFTS 1
#endif
#ifndef LAST
#define LAST 2
#endif
#if !defined(JOINER) && !defined(HALVES) && !defined(BEHIND)
#define EACH_ONE
#endif
#ifdef BEHIND
#define FIRST 3 /* era 2 and 3 are decided already */
#else
#define FIRST 1
#endif

#ifndef CRASHERS
#define CRASHERS 1 /* bit i: node i crashes, as often as it likes */
#endif
#define MAY_CRASH(n) ((CRASHERS >> (n)) & 1)

#define DEAD 3 /* an owner of which nothing is ever heard */

/* An entry is one number whose order is the order of merging: term, seq, owner. Term 0: not known. */
#define ENTRY(term, seq, owner) ((term) * 16 + (seq) * 4 + (owner))
#define TERM(entry) ((entry) >> 4)
#define SEQ(entry) (((entry) >> 2) & 3)
#define OWNER(entry) ((entry) & 3)
#define KEY(entry) ((entry) >> 2)

/* A value is the heir and the list of slots; 0 is none. */
#define VALUE(heir, list) ((heir) * 16 + (list))
#define HEIR(value) ((value) >> 4)
#define LIST(value) ((value) & 15)

/* One file: era, slot map and record (promised ballot, accepted ballot, accepted value). */
typedef Node {
    byte era;
    byte m[S];
    byte pr;
    byte ab;
    byte av;
};
Node mem[3];
Node disk[3];
Node nothing;

/* What a proposer has in memory only: its ballot (0: none), what it waits for, the slots that replied, and the accepted
 * value of the highest ballot that a reply named. */
byte pb[3];
bit accepting[3];
byte counted[3];
byte best[3];
byte best_value[3];
#ifdef BUG_COUNT_TWICE
byte tally[3];
#endif

/* The air: by era and ballot, what was proposed. */
#define FORCED (LAST + 3)
#ifdef AFTER /* votes go on at a forced era */
#define ERAS (LAST - FIRST + 2)
#define PLACE(era) ((era) == FORCED -> LAST - FIRST + 1 : (era) - FIRST)
#define VOTES(era) ((era) >= FIRST && (era) <= LAST || (era) == FORCED)
#else
#define ERAS (LAST - FIRST + 1)
#define PLACE(era) ((era) - FIRST)
#define VOTES(era) ((era) >= FIRST && (era) <= LAST)
#endif
#define AT(era, b) (PLACE(era) * BALLOTS + (b) - 1)
#ifndef B1
byte prepared[ERAS * BALLOTS]; /* whose it is (node + 1) */
#endif
byte proposed[ERAS * BALLOTS];
#ifdef AIR
Node air;
#endif

/* What was decided for an era (one behind asks for it), and ghosts: gifts made, and by slot who got (term, seq). */
byte decided[LAST + 5];
byte gifts;
int given[S];
#define GIVEN_AT(entry) (((TERM(entry) - 1) * 3 + SEQ(entry) - 1) * 2)
#define NEXT_GIVEN(s, entry) ((given[s] >> GIVEN_AT((entry) + 4)) & 3)

#ifdef BUCKETS
/* The scratch copy of node 0, and which of its two buckets (slot 0; the others) have come. */
Node scratch;
byte got;
#endif
#ifdef BUG_RECORD_LATER
Node late[3];
#endif
#ifdef BUG_COUNT_TAKEN
byte taken[3];
#endif
#ifdef BUG_ROLLED_BACK
Node old; /* a snapshot of node 0's disk, which it is given back, and goes on with under its old identity */
bit have_old;
#endif

/* The four properties, by name in what Spin says. */
hidden byte no_fork;
hidden byte one_value;
hidden byte one_voice;
hidden byte given_is_gone;

hidden byte x;
hidden byte y;

#if S == 2
#define EACH(f) f(0) f(1)
#define BOTH(f) (f(0) && f(1))
#else
#define EACH(f) f(0) f(1) f(2)
#define BOTH(f) (f(0) && f(1) && f(2))
#endif

#define OTHER1(n) (((n) + 1) % 3)
#define OTHER2(n) (((n) + 2) % 3)

#define OWNS(n, s) (mem[n].m[s] >= ENTRY(1, 0, 0) && OWNER(mem[n].m[s]) == (n))
#if S == 2
#define OWNED(n) (OWNS(n, 0) + OWNS(n, 1) * 2)
#else
#define OWNED(n) (OWNS(n, 0) + OWNS(n, 1) * 2 + OWNS(n, 2) * 4)
#endif
#ifdef BUG_COUNT_TAKEN
#define VOICE(n) (OWNED(n) | taken[n])
#else
#define VOICE(n) OWNED(n)
#endif
#define ALL ((1 << S) - 1)
#define COUNT(set) (((set) & 1) + (((set) >> 1) & 1) + (((set) >> 2) & 1))

/* "Slots of the replies exceed S/2." */
#if defined(BUG_HALF)
#define MAJORITY(n) (COUNT(counted[n]) * 2 >= S)
#elif defined(BUG_COUNT_TWICE)
#define MAJORITY(n) (tally[n] * 2 > S)
#else
#define MAJORITY(n) (COUNT(counted[n]) * 2 > S)
#endif

/* One voice: of the nodes at one era at most one believes that it owns a slot. Given is gone: what I believe to own is
 * not what I gave. No fork is asserted where entries meet, and where one is made. */
#define ALONE(n, q, s) (mem[q].era != mem[n].era || !OWNS(q, s))
inline check(n) {
#define CHECK(s) one_voice = !OWNS(n, s) || (ALONE(n, OTHER1(n), s) && ALONE(n, OTHER2(n), s));\
    given_is_gone = !OWNS(n, s) || NEXT_GIVEN(s, mem[n].m[s]) == 0;\
    assert(one_voice);\
    assert(given_is_gone);
    EACH(CHECK)
}

inline copy(to, from) {
    to.era = from.era;
    to.pr = from.pr;
    to.ab = from.ab;
    to.av = from.av;
#define COPY(s) to.m[s] = from.m[s];
    EACH(COPY)
}
#define SAME_SLOT(s) mem[_pid].m[s] == disk[_pid].m[s]
#define AS_SAVED (mem[_pid].era == disk[_pid].era && mem[_pid].pr == disk[_pid].pr && mem[_pid].ab == disk[_pid].ab &&\
    mem[_pid].av == disk[_pid].av && BOTH(SAME_SLOT))

/* "One file, saved in one go." */
inline save(n) {
    if
    :: MAY_CRASH(n) -> copy(disk[n], mem[n])
    :: else
    fi
}

inline stop_proposing(n) {
    pb[n] = 0;
    accepting[n] = 0;
    counted[n] = 0;
    best[n] = 0;
    best_value[n] = 0;
#ifdef BUG_COUNT_TWICE
    tally[n] = 0;
#endif
}

/* "Takes the larger entry slot by slot." "Equal (term, seq) with different owners is a fork. It must never happen." */
#define MERGE1(s) no_fork = KEY(node.m[s]) != KEY(from.m[s]) || node.m[s] == from.m[s];\
    assert(no_fork);\
    node.m[s] = (from.m[s] > node.m[s] -> from.m[s] : node.m[s]);
inline merge_entries(node, from) {
    EACH(MERGE1)
}

/* "The larger promise; the larger accepted ballot with its value; a promise is never below what is accepted." */
inline merge_record(node, from) {
#ifdef BUG_NO_RECORD
    skip
#else
#ifndef BUG_NO_PROMISE
    node.pr = (from.pr > node.pr -> from.pr : node.pr);
#endif
    node.av = (from.ab > node.ab -> from.av : node.av);
    node.ab = (from.ab > node.ab -> from.ab : node.ab);
#ifndef BUG_PROMISE_BELOW
    node.pr = (node.ab > node.pr -> node.ab : node.pr);
#endif
#endif
}

/* What lies in the air of an era that nobody is at any more, in memory or on disk, moves nothing: forget it. */
#define PAST(q, e) (mem[q].era > (e) && (!MAY_CRASH(q) || disk[q].era > (e)))
inline forget_past(n) {
    x = mem[n].era - 1;
    if
    :: VOTES(x) && PAST(0, x) && PAST(1, x) && PAST(2, x) ->
       y = 1;
       do
       :: y <= BALLOTS ->
#ifndef B1
          prepared[AT(x, y)] = 0;
#endif
          proposed[AT(x, y)] = 0;
          y++
       :: else -> break
       od
    :: else
    fi
}

inline era_begins(n) {
    stop_proposing(n);
#ifdef BUCKETS
    if
    :: n == 0 -> got = 0; copy(scratch, nothing)
    :: else
    fi;
#endif
}

/* "A learner at era e sets exactly the listed slots to (heir, e + 1, 0), its era to e + 1, and empties its record." */
#ifdef BUG_DEAD_NOT_LIST
#define RULED(n, s) ((LIST(x) >> OWNER(mem[n].m[s])) & 1) /* the list names owners, not slots */
#else
#define RULED(n, s) ((LIST(x) >> s) & 1)
#endif
#ifdef BUG_COUNT_TAKEN
#define SET(s) taken[n] = taken[n] | ((RULED(n, s) && OWNS(n, s)) << s);\
    mem[n].m[s] = (RULED(n, s) -> ENTRY(y, 0, HEIR(x)) : mem[n].m[s]);
#else
#define SET(s) mem[n].m[s] = (RULED(n, s) -> ENTRY(y, 0, HEIR(x)) : mem[n].m[s]);
#endif
inline apply(n) {
    x = decided[y];
    EACH(SET)
}
inline learn(n) {
    y = mem[n].era + 1;
    apply(n);
    mem[n].era = y;
    mem[n].pr = 0;
    mem[n].ab = 0;
    mem[n].av = 0;
    era_begins(n)
}

/* "By more" than one era, and era 0 has nothing to apply a decision to: the whole map. */
#define FAR_AHEAD(n, from) (from.era > mem[n].era + (mem[n].era > 0))

/* "Merge the copy into the own map (never replace), take its era and record, save: one step." */
inline take_whole(n, from) {
#ifdef BUG_REPLACE
#define REPLACE(s) mem[n].m[s] = from.m[s];
    EACH(REPLACE)
#else
    merge_entries(mem[n], from);
#endif
    mem[n].era = from.era;
#ifdef BUG_NO_RECORD
    mem[n].pr = 0;
    mem[n].ab = 0;
    mem[n].av = 0;
#else
    mem[n].pr = from.pr;
    mem[n].ab = from.ab;
    mem[n].av = from.av;
#endif
    save(n);
    era_begins(n)
}

/* A message with map entries comes: "The receiver compares eras". */
inline hear(n, from) {
    if
    :: from.era > 0 && from.era == mem[n].era ->
       /* "Equal: first merge the record, then the entries." */
#ifdef BUG_RECORD_LATER
       copy(late[n], from);
#else
       merge_record(mem[n], from);
#endif
#ifdef BUG_TWICE
       y = mem[n].era;
       if
       :: decided[y] -> apply(n)
       :: else
       fi;
#endif
       merge_entries(mem[n], from)
    :: from.era > 0 && from.era < mem[n].era ->
       /* "Sender behind: take the entries (they lose where a later era ruled), ignore the record." */
       merge_entries(mem[n], from)
    :: mem[n].era > 0 && from.era == mem[n].era + 1 ->
       /* "Sender ahead: take nothing, catch up. By one era: apply its decision." */
#ifdef BUG_PART_OF_LATER
       merge_entries(mem[n], from)
#else
       learn(n)
#endif
    :: FAR_AHEAD(n, from) ->
#ifdef BUG_PART_OF_LATER
       merge_entries(mem[n], from)
#else
       take_whole(n, from)
#endif
    :: else
    fi;
    check(n);
    forget_past(n)
}
#ifdef BUCKETS
/* "Pull the whole map, every bucket stamped by one era (start over if it changes), into a scratch copy, with the merge
 * of the records of all those messages." */
inline pull(from, bucket) {
    if
#ifdef BUG_MIXED
    :: scratch.era < from.era -> scratch.era = from.era; scratch.pr = 0; scratch.ab = 0; scratch.av = 0
#else
    :: scratch.era != from.era -> copy(scratch, nothing); got = 0; scratch.era = from.era
#endif
    :: else
    fi;
#ifdef BUG_LAST_RECORD
    scratch.pr = from.pr;
    scratch.ab = from.ab;
    scratch.av = from.av;
#else
    merge_record(scratch, from);
#endif
    got = got | (1 << bucket);
    if
    :: bucket == 0 -> scratch.m[0] = (from.m[0] > scratch.m[0] -> from.m[0] : scratch.m[0])
    :: else ->
       scratch.m[1] = (from.m[1] > scratch.m[1] -> from.m[1] : scratch.m[1]);
#if S == 3
       scratch.m[2] = (from.m[2] > scratch.m[2] -> from.m[2] : scratch.m[2])
#endif
    fi;
    if
    :: got == 3 -> take_whole(0, scratch)
    :: else
    fi;
    check(0);
    forget_past(0)
}
#define IN_ONE_MESSAGE(n) ((n) != 0)
#else
#define IN_ONE_MESSAGE(n) 1
#endif

/* "It raises their seq, names the joiner owner, makes that durable, then answers." Whoever it is hears of it as gossip. */
inline give(n, s, q) {
#ifdef BUG_SEQ
    mem[n].m[s] = mem[n].m[s] - OWNER(mem[n].m[s]) + q;
#else
    mem[n].m[s] = mem[n].m[s] + 4 - OWNER(mem[n].m[s]) + q;
    no_fork = ((given[s] >> GIVEN_AT(mem[n].m[s])) & 3) == 0;
    assert(no_fork);
    given[s] = given[s] | ((q + 1) << GIVEN_AT(mem[n].m[s]));
#endif
    gifts++;
#ifndef BUG_GIFT_UNSAVED
    save(n);
#endif
    check(n)
}

/* "A proposer saves its own promise before Prepare." A ballot is (round, node id): nobody else's, and above what the
 * node has promised. Its own reply is the first. */
inline prepare(n, b) {
    stop_proposing(n);
    mem[n].pr = b;
#ifndef BUG_BALLOT_REUSED
    save(n);
#endif
#ifndef B1
    prepared[AT(mem[n].era, b)] = n + 1;
#endif
    pb[n] = b;
    counted[n] = VOICE(n);
#ifdef BUG_COUNT_TWICE
    tally[n] = COUNT(counted[n]);
#endif
    best[n] = mem[n].ab;
    best_value[n] = mem[n].av;
    settle(n)
}

/* "A node of the same era whose promise is below b saves the promise and replies, unconditionally." */
inline promise(v, b) {
    mem[v].pr = b;
#ifndef BUG_PROMISE_UNSAVED
    save(v);
#endif
}

/* "The slots it owns, its accepted ballot and value, its map hash": the proposer counts each slot once, as its voter
 * listed it, and merges the map. */
inline settle(p) {
    counted[p] = (MAJORITY(p) -> ALL : counted[p]) /* more of them change nothing */
}
inline count(p, v) {
#ifdef BUG_COUNT_TWICE
    tally[p] = (tally[p] > S -> tally[p] : tally[p] + COUNT(VOICE(v)));
#endif
    counted[p] = counted[p] | VOICE(v);
    settle(p)
}
inline reply(p, v) {
    count(p, v);
    if
    :: mem[v].era == mem[p].era && mem[v].ab > best[p] -> best[p] = mem[v].ab; best_value[p] = mem[v].av
    :: else
    fi;
    if
    :: mem[v].era == mem[p].era -> hear(p, mem[v])
    :: else
    fi
}

/* "A proposer saves its own acceptance before Accept." */
inline propose(n, value) {
    mem[n].ab = pb[n];
    mem[n].av = value;
#ifndef BUG_BALLOT_REUSED
    save(n);
#endif
    proposed[AT(mem[n].era, pb[n])] = value;
    accepting[n] = 1;
    best[n] = 0;
    best_value[n] = 0;
    counted[n] = VOICE(n);
#ifdef BUG_COUNT_TWICE
    tally[n] = COUNT(counted[n]);
#endif
    settle(n)
}

/* "The slots that, after merging the voters' maps, belong to owners whom every counted voter found silent." */
#define OF(silent, s) ((((silent) >> OWNER(mem[_pid].m[s])) & 1 && mem[_pid].m[s] >= ENTRY(1, 0, 0)) << s)
#if S == 2
#define OF_ALL(silent) (OF(silent, 0) + OF(silent, 1))
#else
#define OF_ALL(silent) (OF(silent, 0) + OF(silent, 1) + OF(silent, 2))
#endif
#ifdef BUG_DEAD_NOT_LIST
#define SILENT_LIST(silent) (OF_ALL(silent) > 0 -> (silent) : 0)
#else
#define SILENT_LIST(silent) OF_ALL(silent)
#endif

/* "A node of the same era whose promise is at most b saves it and replies with the slots it owns at that moment." */
inline accept(v, b) {
#ifndef BUG_PROMISE_BELOW
    mem[v].pr = b;
#endif
    mem[v].ab = b;
    mem[v].av = proposed[AT(mem[v].era, b)];
#ifndef BUG_ACCEPT_UNSAVED
    save(v);
#endif
}

/* "Exceed S/2: decided." One value: no two decisions for one era. */
inline decide(n) {
    y = mem[n].era + 1;
    x = proposed[AT(mem[n].era, pb[n])];
    one_value = decided[y] == 0 || decided[y] == x;
    assert(one_value);
    decided[y] = x;
    learn(n);
    check(n);
    forget_past(n)
}

#define VOTING(n) VOTES(mem[n].era)
/* "A ballot is (round, node id)." -DB1=n: the first ballot of an era is node n's; not given: it is whoever's comes first.
 * Where all begin alike, patterns stand for all that differ in names only: 01 (and 00), 001, 010, 011, 012 (and 000). */
#ifdef B1
#define MINE(b) ((b) == 1 && _pid == B1 || (b) == 2 && _pid == B2 || (b) == 3 && _pid == B3)
#else
#define MINE(b) (prepared[AT(mem[_pid].era, b)] == 0 || prepared[AT(mem[_pid].era, b)] == _pid + 1)
#endif
#ifndef B3
#define B3 DEAD
#endif

#define HEAR(from) \
    :: d_step { from.era > 0 && (!FAR_AHEAD(_pid, from) || IN_ONE_MESSAGE(_pid)) -> hear(_pid, from) }

#define GIVE(s) \
    :: d_step { OWNS(_pid, s) && gifts < GIFTS -> give(_pid, s, OTHER1(_pid)) } \
    :: d_step { OWNS(_pid, s) && gifts < GIFTS -> give(_pid, s, OTHER2(_pid)) }

#define PREPARE(b) \
    :: d_step { VOTING(_pid) && b > mem[_pid].pr && MINE(b) -> prepare(_pid, b) }

#ifdef BUG_ACROSS_ERAS
#define SAME_ERA(p) 1
#else
#define SAME_ERA(p) (mem[p].era == mem[_pid].era)
#endif
#define PROMISE(p) \
    :: d_step { pb[p] && !accepting[p] && SAME_ERA(p) && mem[_pid].era > 0 && mem[_pid].pr < pb[p] -> \
        promise(_pid, pb[p]); reply(p, _pid) }

#ifdef BUG_ACCEPT_ANY
#define MAY_ACCEPT(b) 1
#else
#define MAY_ACCEPT(b) (mem[_pid].pr <= b)
#endif
#define ACCEPT(p) \
    :: d_step { pb[p] && accepting[p] && mem[p].era == mem[_pid].era && MAY_ACCEPT(pb[p]) -> \
        accept(_pid, pb[p]); count(p, _pid) } \
    ACCEPT_OF_ANOTHER_ERA(p)
#ifdef BUG_ACROSS_ERAS
#define ACCEPT_OF_ANOTHER_ERA(p) \
    :: d_step { pb[p] && accepting[p] && mem[p].era != mem[_pid].era && mem[_pid].era > 0 -> count(p, _pid) }
#else
#define ACCEPT_OF_ANOTHER_ERA(p)
#endif
/* Late: whoever proposed it has turned to something else. */
#define COUNTING(q, b) (mem[q].era == mem[_pid].era && accepting[q] && pb[q] == b)
#define ACCEPT_LATE(b) \
    :: d_step { VOTING(_pid) && proposed[AT(mem[_pid].era, b)] && MAY_ACCEPT(b) && mem[_pid].ab != b && \
        !COUNTING(OTHER1(_pid), b) && !COUNTING(OTHER2(_pid), b) -> accept(_pid, b) }

#define MAY_PROPOSE (pb[_pid] && !accepting[_pid] && MAJORITY(_pid) && mem[_pid].pr <= pb[_pid])
#ifdef BUG_TWO_VALUES
#define MAY_PROPOSE_NEW (pb[_pid] && mem[_pid].pr <= pb[_pid] && best[_pid] == 0 && (accepting[_pid] || MAJORITY(_pid)))
#elif defined(BUG_IGNORE_ACCEPTED)
#define MAY_PROPOSE_NEW MAY_PROPOSE
#else
#define MAY_PROPOSE_NEW (MAY_PROPOSE && best[_pid] == 0)
#endif
/* "If any reported an accepted value, propose the one of the highest ballot. Otherwise heir = itself (or the superseding
 * identity) and the slots ... If there are none, stop." */
#define PROPOSE_BEST \
    :: d_step { MAY_PROPOSE && best[_pid] -> propose(_pid, best_value[_pid]) }
#define PROPOSE(silent, heir) \
    :: d_step { MAY_PROPOSE_NEW && SILENT_LIST(silent) -> x = SILENT_LIST(silent); propose(_pid, VALUE(heir, x)) }

#ifdef FORCE
/* "feltctl reclaim NODE --force": without a quorum, once in a run. "Era := era + 2^20 + 20 random bits": here an era far
 * ahead of all that is voted on. The list goes to whom the operator asked; every other slot is stated anew, at the new
 * term, as this node knows it (BUG_FORCE_LISTED: only the list is, and decisions that this node never heard of live on). */
bit forced;
#ifdef BUG_FORCE_LISTED
#define STATE(s) mem[n].m[s] = (((x >> s) & 1) -> ENTRY(FORCED, 0, n) : mem[n].m[s]);
#else
#define STATE(s) mem[n].m[s] = ENTRY(FORCED, 0, (((x >> s) & 1) -> n : OWNER(mem[n].m[s])));
#endif
inline force(n) {
    EACH(STATE)
    mem[n].era = FORCED;
    mem[n].pr = 0;
    mem[n].ab = 0;
    mem[n].av = 0;
    forced = 1;
    era_begins(n);
    save(n);
    check(n)
}
#define FORCE_IT(silent) \
    :: d_step { !forced && VOTING(_pid) && SILENT_LIST(silent) -> x = SILENT_LIST(silent); force(_pid) }
#else
#define FORCE_IT(silent)
#endif

#ifdef BUCKETS
#define PULL(q) \
    :: d_step { _pid == 0 && FAR_AHEAD(0, mem[q]) && (scratch.era != mem[q].era || !(got & 1)) -> pull(mem[q], 0) } \
    :: d_step { _pid == 0 && FAR_AHEAD(0, mem[q]) && (scratch.era != mem[q].era || !(got & 2)) -> pull(mem[q], 1) }
#else
#define PULL(q)
#endif

#define OTHER1_BIT (1 << OTHER1(_pid))
#define OTHER2_BIT (1 << OTHER2(_pid))

inline begin() {
#if defined(EACH_ONE)
    mem[1].m[0] = ENTRY(1, 0, 0);
    mem[1].m[1] = ENTRY(1, 0, 1);
    mem[1].m[2] = ENTRY(1, 0, 2);
    mem[1].era = 1;
    copy(mem[2], mem[1]);
    copy(mem[0], mem[1]);
#elif defined(JOINER)
    mem[1].m[0] = ENTRY(1, 0, 0);
    mem[1].m[1] = ENTRY(1, 0, 0);
    mem[1].m[2] = ENTRY(1, 0, 1);
    mem[1].era = 1;
    copy(mem[0], mem[1]);
#elif defined(HALVES)
    mem[1].m[0] = ENTRY(1, 0, 0);
    mem[1].m[1] = ENTRY(1, 0, 1);
    mem[1].era = 1;
    copy(mem[2], mem[1]);
    copy(mem[0], mem[1]);
#elif defined(BEHIND)
    /* Decided by the dead node's voice, before it died, and node 2's: slot 0 in era 2, slot 1 in era 3. */
    decided[2] = VALUE(2, 1);
    decided[3] = VALUE(2, 2);
    mem[2].m[0] = ENTRY(2, 0, 2);
    mem[2].m[1] = ENTRY(3, 0, 2);
    mem[2].m[2] = ENTRY(1, 0, 0);
    mem[2].era = 3;
    mem[1].m[0] = ENTRY(1, 0, DEAD);
    mem[1].m[1] = ENTRY(1, 0, DEAD);
    mem[1].m[2] = ENTRY(1, 0, 0);
    mem[1].era = 1;
    copy(mem[0], mem[1]);
#endif
    save(0);
    save(1);
    save(2)
}

active [3] proctype node() {
    if
    :: d_step { _pid == 0 -> begin() }
    :: _pid != 0 && mem[0].era > 0
    fi;
end:
    do
#ifdef AIR
    :: d_step { mem[_pid].era > 0 -> copy(air, mem[_pid]) }
    HEAR(air)
#else
    HEAR(mem[OTHER1(_pid)])
    HEAR(mem[OTHER2(_pid)])
#endif
    PULL(OTHER1(_pid))
    PULL(OTHER2(_pid))
    GIVE(0)
    GIVE(1)
    PREPARE(1)
    PREPARE(2)
    ACCEPT_LATE(1)
    ACCEPT_LATE(2)
#if S > 2
    GIVE(2)
#endif
#if BALLOTS > 2
    PREPARE(3)
    ACCEPT_LATE(3)
#endif
    PROMISE(OTHER1(_pid))
    PROMISE(OTHER2(_pid))
    ACCEPT(OTHER1(_pid))
    ACCEPT(OTHER2(_pid))
    PROPOSE_BEST
    PROPOSE(OTHER1_BIT, _pid)
    PROPOSE(OTHER2_BIT, _pid)
#ifdef LARGE
    PROPOSE(OTHER1_BIT + OTHER2_BIT, _pid)
#endif
#ifdef SUPERSEDE
    PROPOSE(OTHER1_BIT, OTHER2(_pid))
    PROPOSE(OTHER2_BIT, OTHER1(_pid))
#endif
    FORCE_IT(OTHER1_BIT)
    FORCE_IT(OTHER2_BIT)
    :: d_step { pb[_pid] && accepting[_pid] && MAJORITY(_pid) -> decide(_pid) }
#ifdef BUG_RECORD_LATER
    :: d_step { late[_pid].era > 0 ->
        if
        :: late[_pid].era == mem[_pid].era -> merge_record(mem[_pid], late[_pid])
        :: else
        fi;
        copy(late[_pid], nothing) }
#endif
#ifdef BUG_PART_OF_LATER
    :: d_step { mem[_pid].era > 0 && decided[mem[_pid].era + 1] -> learn(_pid); check(_pid); forget_past(_pid) }
#endif
#if CRASHERS
    /* A crash at any point: what is in memory only is lost. */
    :: d_step { MAY_CRASH(_pid) && (!(AS_SAVED) || pb[_pid]) -> copy(mem[_pid], disk[_pid]); era_begins(_pid);
#ifdef BUG_RECORD_LATER
        copy(late[_pid], nothing);
#endif
        check(_pid) }
#endif
#ifdef BUG_ROLLED_BACK
    :: d_step { _pid == 0 && !have_old -> copy(old, disk[0]); have_old = 1 }
    :: d_step { _pid == 0 && have_old && old.era > 0 -> copy(disk[0], old); copy(mem[0], old); copy(old, nothing);
        era_begins(0); check(0) }
#endif
    od
}
