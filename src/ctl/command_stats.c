/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd counts. */
#include <errno.h>
#include <stdio.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/stats.h"

enum exit_code felt_command_stats(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    enum exit_code code = felt_ctl_ask(q, "io.felt.GetStatus", NULL, &status);
    _cleanup_(json_decrefp) json_t *stats = NULL;

    if (code != EXIT_FINE)
        return code;
    stats = felt_stats_of(status);
    if (!stats)
        return EXIT_REFUSED;
    if (q->is_json)
        return felt_ctl_print_json(stats);
    felt_stats_print(stats, stdout);
    return EXIT_FINE;
}
