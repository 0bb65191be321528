/* SPDX-License-Identifier: Apache-2.0 */
#include "base/verdict.h"

#include "base/idiom.h"

const char *felt_verdict_name(enum felt_verdict verdict)
{
    static const char *const names[FELT_VERDICTS] = {
        [FELT_VERDICT_TAKEN] = "taken",
        [FELT_VERDICT_MALFORMED] = "malformed",
        [FELT_VERDICT_FOREIGN] = "foreign",
        [FELT_VERDICT_UNKNOWN_KEY] = "unknown-key",
        [FELT_VERDICT_FORGED] = "forged",
        [FELT_VERDICT_REPLAYED] = "replayed",
        [FELT_VERDICT_STALE] = "stale",
        [FELT_VERDICT_STRANGER] = "stranger",
        [FELT_VERDICT_MISDIRECTED] = "misdirected",
        [FELT_VERDICT_FULL] = "full",
        [FELT_VERDICT_BUSY] = "busy",
    };

    assert(verdict < FELT_VERDICTS);
    return names[verdict];
}
