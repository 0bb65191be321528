/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of the network, as the founder was given it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"

static enum exit_code show(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    _cleanup_(json_decrefp) json_t *config = NULL;
    enum exit_code code = felt_ctl_ask(q, "io.felt.GetStatus", NULL, &status);
    const char *text;

    if (code != EXIT_FINE)
        return code;
    text = json_string_value(json_object_get(json_object_get(status, "network"), "config"));
    if (!text) {
        fprintf(stderr, "feltctl: this node does not know its network yet; see 'feltctl status'\n");
        return EXIT_REFUSED;
    }
    config = json_loads(text, 0, NULL);
    return config ? felt_ctl_print_json(config) : EXIT_REFUSED;
}

enum exit_code felt_command_config(const struct request *q)
{
    const char *what = q->arguments[0];

    if (strcmp(what, "show") == 0 && q->n_arguments == 1)
        return show(q);
    if (strcmp(what, "set") != 0) {
        fprintf(stderr, "feltctl: config: '%s' is neither show nor set; see 'feltctl --help'\n",
                q->n_arguments > 1 ? q->arguments[1] : what);
        return EXIT_USAGE;
    }
    /* Slots are numbered by it, and each member was founded or joined with it. */
    fprintf(stderr, "feltctl: the configuration of a network is settled when it is founded: every "
                    "lease depends on it. For another one found a new cluster, and move machine by "
                    "machine with 'feltctl join --abandon'\n");
    return EXIT_REFUSED;
}
