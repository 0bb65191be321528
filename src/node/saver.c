/* SPDX-License-Identifier: Apache-2.0 */
#include "node/saver.h"

#include <string.h>

#include "base/idiom.h"

void felt_saver_init(struct felt_saver *saver, uint64_t last)
{
    *saver = (struct felt_saver){
        .begun = last,
        .durable = last,
        .needed = last,
        .lazy_us = FELT_USEC_NEVER,
        .backoff_us = FELT_SAVE_RETRY_MIN,
    };
}

uint64_t felt_saver_must(struct felt_saver *saver)
{
    /* What is under way was written before this change. */
    saver->dirty = true;
    saver->needed = saver->begun + 1;
    return saver->needed;
}

void felt_saver_lazy(struct felt_saver *saver, felt_usec now)
{
    if (saver->lazy_us == FELT_USEC_NEVER)
        saver->lazy_us = felt_usec_add(now, FELT_SAVE_LAZY);
}

void felt_saver_flush(struct felt_saver *saver)
{
    if (saver->lazy_us != FELT_USEC_NEVER)
        saver->lazy_us = 0;
    saver->retry_us = 0;
}

bool felt_saver_settled(const struct felt_saver *saver)
{
    return saver->durable >= saver->needed;
}

static bool hold_until(struct felt_saver *saver, const struct felt_held *held, uint64_t save)
{
    struct felt_held *h;

    if (saver->n_held == FELT_HELD_MAX)
        return false;
    h = &saver->held[saver->n_held++];
    *h = *held;
    h->save = save;
    return true;
}

bool felt_saver_hold(struct felt_saver *saver, const struct felt_held *held)
{
    return hold_until(saver, held, felt_saver_must(saver));
}

bool felt_saver_queue(struct felt_saver *saver, const struct felt_held *held)
{
    return hold_until(saver, held, saver->needed);
}

felt_usec felt_saver_deadline(const struct felt_saver *saver)
{
    if (saver->running)
        return FELT_USEC_NEVER; /* its outcome comes as an input */
    return FELT_MAX(saver->dirty ? 0 : saver->lazy_us, saver->retry_us);
}

bool felt_saver_due(const struct felt_saver *saver, felt_usec now)
{
    return felt_saver_deadline(saver) <= now;
}

uint64_t felt_saver_begin(struct felt_saver *saver)
{
    assert(!saver->running);
    saver->running = true;
    saver->dirty = false;
    saver->lazy_us = FELT_USEC_NEVER;
    return ++saver->begun;
}

bool felt_saver_done(struct felt_saver *saver, uint64_t save)
{
    if (!saver->running || save != saver->begun)
        return false;
    saver->running = false;
    saver->failing = false;
    saver->durable = save;
    saver->retry_us = 0;
    saver->backoff_us = FELT_SAVE_RETRY_MIN;
    return true;
}

bool felt_saver_failed(struct felt_saver *saver, uint64_t save, felt_usec now)
{
    if (!saver->running || save != saver->begun)
        return false;
    saver->running = false;
    saver->failing = true;
    saver->dirty = true; /* the next one contains what this one had */
    saver->retry_us = felt_usec_add(now, saver->backoff_us);
    saver->backoff_us = FELT_MIN(saver->backoff_us * 2, FELT_SAVE_RETRY_MAX);
    return true;
}

bool felt_saver_release(struct felt_saver *saver, enum felt_held_kind kind,
                        struct felt_held *ret_held)
{
    for (uint32_t i = 0; i < saver->n_held; i++) {
        if (saver->held[i].kind != kind || saver->held[i].save > saver->durable)
            continue;
        *ret_held = saver->held[i];
        saver->n_held--;
        memmove(&saver->held[i], &saver->held[i + 1], (saver->n_held - i) * sizeof(saver->held[0]));
        return true;
    }
    return false;
}

uint32_t felt_saver_count(const struct felt_saver *saver, enum felt_held_kind kind)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < saver->n_held; i++)
        n += saver->held[i].kind == kind;
    return n;
}
