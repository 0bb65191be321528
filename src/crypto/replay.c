/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/replay.h"

#include <stdbool.h>
#include <string.h>

#include "base/idiom.h"

static uint64_t bit(uint64_t counter)
{
    return (uint64_t)1 << (counter % 64);
}

static uint64_t *word(struct felt_replay *replay, uint64_t counter)
{
    return &replay->seen[counter % FELT_REPLAY_WINDOW / 64];
}

enum felt_verdict felt_replay_check(const struct felt_replay *replay, uint64_t session,
                                    uint64_t counter)
{
    if (session < replay->session)
        return FELT_VERDICT_STALE;
    if (session > replay->session || counter > replay->last)
        return FELT_VERDICT_TAKEN;
    if (replay->last - counter >= FELT_REPLAY_WINDOW)
        return FELT_VERDICT_REPLAYED;
    if (replay->seen[counter % FELT_REPLAY_WINDOW / 64] & bit(counter))
        return FELT_VERDICT_REPLAYED;
    return FELT_VERDICT_TAKEN;
}

void felt_replay_take(struct felt_replay *replay, uint64_t session, uint64_t counter)
{
    assert(felt_replay_check(replay, session, counter) == FELT_VERDICT_TAKEN);
    if (session > replay->session) {
        *replay = (struct felt_replay){.session = session, .last = counter};
    } else if (counter > replay->last) {
        /* What leaves the window makes room for what enters. */
        if (counter - replay->last >= FELT_REPLAY_WINDOW) {
            memset(replay->seen, 0, sizeof(replay->seen));
        } else {
            /* By count: a peer may send the largest counter, which no c is above. */
            for (uint64_t i = counter - replay->last; i > 0; i--)
                *word(replay, replay->last + i) &= ~bit(replay->last + i);
        }
        replay->last = counter;
    }
    *word(replay, counter) |= bit(counter);
}
