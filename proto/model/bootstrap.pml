/* SPDX-License-Identifier: Apache-2.0 */
/* --bootstrap-expect N: who founds, when the same unit file starts on N machines at once.
 *
 * "Once exactly N candidates see each other, each durably promises itself to the candidate with the lowest node id (the
 * promise names all N), and that one founds when it holds all N promises. A candidate promises once." M machines, of
 * which each sees any set of candidates at any moment, right or wrong; promises arrive any number of times, ever so
 * late, or never; any machine may crash at any moment. -DM=4 machines for -DN=3 is one too many.
 *
 * One cluster: of M < 2 N machines at most one founds. (With twice as many machines as N, cut in two, there are two
 * clusters: no promise can tell. That is why N is to be all of them.) That the promise names all N is not what keeps
 * this: a promise to the same founder for another set may be counted, and no second one founds. */

#ifndef M
#define M 3
#endif
#ifndef N
#define N 3
#endif

/* A set of machines is a bit for each. 0: none. */
byte promise[M]; /* whom I promised myself to: the set that I named; its lowest is the founder */
byte saved[M];
byte said[M];    /* the air: the promise that I sent; a second one would come beside it */
byte said2[M];
byte held[M];    /* a founder's: whose promises it holds, of the set that it named itself */
byte founded[M]; /* the set named in the founding: saved with the map, and the flag ignored afterwards */

hidden byte one_cluster;

#define HAS(set, i) (((set) >> (i)) & 1)
#if M == 4
#define COUNT(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3))
#else
#define COUNT(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2))
#endif
#define LOWEST(set, i) (HAS(set, i) && ((set) & ((1 << (i)) - 1)) == 0)

#ifdef BUG_ANY_NUMBER
#define ENOUGH(set) (COUNT(set) >= 2)
#else
#define ENOUGH(set) (COUNT(set) == N)
#endif
#ifdef BUG_PROMISES_AGAIN
#define FREE(i) 1
#else
#define FREE(i) (promise[i] == 0)
#endif

/* It sees this set, itself in it, and promises itself: saved, then sent. */
#define SEE(set) \
    :: d_step { !founded[_pid] && HAS(set, _pid) && ENOUGH(set) && FREE(_pid) && promise[_pid] != set -> promise[_pid] = set }
#ifdef BUG_SAID_BEFORE_SAVED
#define MAY_SAY 1
#else
#define MAY_SAY (saved[_pid] == promise[_pid])
#endif

/* A promise arrives at whom it names as founder; it counts if it names the set that the founder named in its own. */
#define COUNTS(i) (said[i] == promise[_pid] || said2[i] == promise[_pid])
#define HEAR(i) \
    :: d_step { promise[_pid] && LOWEST(promise[_pid], _pid) && MAY_SAY && !HAS(held[_pid], i) && COUNTS(i) -> \
        held[_pid] = held[_pid] | (1 << (i)) }

#ifdef BUG_MOST_SUFFICE
#define ALL_HELD (COUNT(held[_pid] & promise[_pid]) * 2 > N)
#else
#define ALL_HELD ((held[_pid] & promise[_pid]) == promise[_pid])
#endif
#if M == 4
#define FOUNDERS ((founded[0] != 0) + (founded[1] != 0) + (founded[2] != 0) + (founded[3] != 0))
#else
#define FOUNDERS ((founded[0] != 0) + (founded[1] != 0) + (founded[2] != 0))
#endif

active [M] proctype machine() {
end:
    do
    SEE(3)
    SEE(5)
    SEE(6)
    SEE(7)
#if M == 4
    SEE(9)
    SEE(10)
    SEE(12)
    SEE(11)
    SEE(13)
    SEE(14)
    SEE(15)
#endif
    :: d_step { promise[_pid] && saved[_pid] != promise[_pid] -> saved[_pid] = promise[_pid] }
    :: d_step { promise[_pid] && MAY_SAY && said[_pid] != promise[_pid] && said2[_pid] != promise[_pid] ->
        said2[_pid] = said[_pid];
        said[_pid] = promise[_pid] }
    HEAR(0)
    HEAR(1)
    HEAR(2)
#if M == 4
    HEAR(3)
#endif
    :: d_step { !founded[_pid] && promise[_pid] && LOWEST(promise[_pid], _pid) && MAY_SAY && ALL_HELD ->
        founded[_pid] = promise[_pid];
        one_cluster = FOUNDERS == 1;
        assert(one_cluster)
    }
    /* A crash at any point: what is in memory only is lost. */
    :: d_step { promise[_pid] != saved[_pid] || held[_pid] -> promise[_pid] = saved[_pid]; held[_pid] = 0 }
    od
}
