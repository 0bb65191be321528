/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

const char *felt_waiting_time(felt_usec time, char *text)
{
    static const struct {
        const char *name;
        uint64_t s;
    } units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
    uint64_t s = time / FELT_USEC_SEC;
    size_t i = 0;

    while (i + 1 < FELT_ARRAY_LEN(units) && s < 2 * units[i].s)
        i++;
    snprintf(text, FELT_WAITING_TIME, "%" PRIu64 " %s", s / units[i].s, units[i].name);
    return text;
}

static void add(char *text, size_t len, const char *words, const char *more)
{
    size_t used = strlen(text);

    snprintf(text + used, len - used, "%s%s", words, more);
}

const char *felt_waiting_format(const struct felt_waiting *waiting, char *text, size_t len)
{
    const struct felt_waiting *w = waiting;
    char time[FELT_WAITING_TIME];

    if (w->n_reserved == 1)
        snprintf(text, len, "the only free subnet is reserved for another node");
    else if (w->n_reserved > 1)
        snprintf(text, len, "all %" PRIu32 " free subnets are reserved for others", w->n_reserved);
    else
        snprintf(text, len, "all %" PRIu32 " subnets are owned", w->n_slots);
    if (w->n_silent == 0) {
        if (w->n_reserved > 0)
            return text;
        add(text, len, ", and all owners are alive", "");
        return text;
    }
    snprintf(time, sizeof(time), "; %" PRIu32 "%s", w->n_silent, w->n_reserved > 0 ? " more" : "");
    add(text, len, time,
        w->n_silent == 1 ? " belongs to a node silent" : " belong to nodes silent");
    if (w->silent_us == FELT_USEC_NEVER)
        return text;
    add(text, len, " for ", felt_waiting_time(w->silent_us, time));
    if (w->lease_us == FELT_USEC_NEVER)
        add(text, len, ", reclaimed only by an operator (feltctl reclaim)", "");
    else if (w->stopped)
        add(text, len, ", not reclaimable while the owners of half of all subnets are silent", "");
    else if (w->silent_us >= w->lease_us)
        add(text, len, ", reclaimable now", "");
    else
        add(text, len, ", reclaimable in ", felt_waiting_time(w->lease_us - w->silent_us, time));
    return text;
}
