/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/exchange.h"

#include "base/mutant.h"
#include "lease/acceptor.h"

uint32_t felt_exchange_fill(const struct felt_slot_map *map, uint32_t first, uint32_t end,
                            struct felt_message *ret_message)
{
    uint32_t n = 0, at = first;

    while (at < end && n < FELT_RUNS_MAX) {
        struct felt_run run = felt_slot_map_run(map, at, end);

        assert(run.term > 0);
        ret_message->slots.runs[n++] = run;
        at += run.count;
    }
    ret_message->type = FELT_MESSAGE_SLOTS;
    ret_message->slots.total = felt_slot_map_slots(map);
    ret_message->slots.first = first;
    ret_message->slots.n = n;
    return at;
}

enum felt_verdict felt_exchange_merge(struct felt_slot_map *map, const struct felt_message *message,
                                      struct felt_exchange_news *ret_news)
{
    uint32_t slot = message->slots.first;
    struct felt_exchange_news news = {0};

    if (message->slots.total != felt_slot_map_slots(map))
        return FELT_VERDICT_MALFORMED;
    for (uint32_t i = 0; i < message->slots.n; i++) {
        const struct felt_run *run = &message->slots.runs[i];
        struct felt_slot entry = {.owner = run->owner, .term = run->term, .seq = run->seq};

        for (uint32_t end = slot + run->count; slot < end; slot++) {
            switch (felt_slot_map_merge(map, slot, &entry)) {
            case FELT_MERGE_NEWER:
                news.newer++;
                break;
            case FELT_MERGE_FORK:
                news.forks++;
                news.fork_slot = slot;
                break;
            case FELT_MERGE_FULL:
                return FELT_VERDICT_BUSY; /* what was merged stays: merging is idempotent */
            case FELT_MERGE_SAME:
            case FELT_MERGE_OLDER:
                break;
            }
        }
    }
    *ret_news = news;
    return news.newer + news.forks > 0 ? FELT_VERDICT_TAKEN : FELT_VERDICT_STALE;
}

void felt_catchup_done(struct felt_catchup *catchup)
{
    felt_slot_map_free(catchup->map);
    *catchup = (struct felt_catchup){0};
}

enum felt_verdict felt_catchup_take(struct felt_catchup *catchup, uint32_t n_slots,
                                    const struct felt_message *message)
{
    struct felt_exchange_news news;
    enum felt_verdict verdict;

    if (message->slots.total != n_slots)
        return FELT_VERDICT_MALFORMED;
    if (message->slots.era < catchup->era)
        return FELT_VERDICT_STALE;
    if (FELT_MUTANT(MIXED) && catchup->map)
        catchup->era = message->slots.era;
    if (message->slots.era > catchup->era) {
        struct felt_slot_map *map;

        if (felt_slot_map_new(n_slots, &map) < 0)
            return FELT_VERDICT_BUSY;
        felt_catchup_done(catchup);
        *catchup = (struct felt_catchup){.era = message->slots.era, .map = map};
    }
    if (FELT_MUTANT(LAST_RECORD))
        felt_acceptor_clear(&catchup->record);
    felt_acceptor_merge(&catchup->record, &message->slots.record);
    verdict = felt_exchange_merge(catchup->map, message, &news);
    return verdict == FELT_VERDICT_STALE ? FELT_VERDICT_TAKEN : verdict;
}

bool felt_catchup_complete(const struct felt_catchup *catchup)
{
    return catchup->map && felt_slot_map_known(catchup->map) == felt_slot_map_slots(catchup->map);
}

uint32_t felt_catchup_missing(const struct felt_catchup *catchup)
{
    uint32_t at = 0;

    if (!catchup->map)
        return 0;
    while (at < felt_slot_map_slots(catchup->map)) {
        struct felt_run run =
            felt_slot_map_run(catchup->map, at, felt_slot_map_slots(catchup->map));

        if (run.term == 0)
            break;
        at += run.count;
    }
    return at;
}
