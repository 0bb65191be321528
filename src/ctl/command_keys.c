/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the cluster, by their ids. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/table.h"

static int report(const json_t *reply, FILE *out)
{
    static const char *const headings[] = {"KEY", "USE"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);
    const json_t *keys = json_object_get(reply, "keys");

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const json_t *k = json_array_get(keys, i);
        const char *cells[] = {json_string_value(json_object_get(k, "id")),
                               json_is_true(json_object_get(k, "seals")) ? "seals and opens"
                                                                         : "opens"};

        if (felt_table_add(table, cells) < 0)
            return -ENOMEM;
    }
    felt_table_print(table, out);
    return 0;
}

enum exit_code felt_command_keys(const struct request *q)
{
    const char *what = q->n_arguments > 0 ? q->arguments[0] : "list";

    if (strcmp(what, "list") == 0)
        return felt_ctl_show(q, "io.felt.ListKeys", report);
    if (strcmp(what, "rotate") != 0) {
        fprintf(stderr, "feltctl: keys: '%s' is neither list nor rotate; see 'feltctl --help'\n",
                what);
        return EXIT_USAGE;
    }
    fprintf(stderr,
            "feltctl: this version of felt has one key for the life of a cluster and cannot rotate "
            "it. Where it may be known to others, found a new cluster with a new key and move "
            "machine by machine with 'feltctl join --abandon'\n");
    return EXIT_REFUSED;
}
