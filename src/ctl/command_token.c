/* SPDX-License-Identifier: Apache-2.0 */
/* A token with which machines join. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/command.h"

/* What a person wants to know beside the token; a script gets the token alone. */
static void explain_token(const json_t *reply)
{
    const json_t *seeds = json_object_get(reply, "seeds"),
                 *expires = json_object_get(reply, "expires");
    time_t when = (time_t)json_integer_value(expires);
    char text[64] = "never";
    struct tm tm;

    if (json_is_integer(expires) && localtime_r(&when, &tm))
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
    printf("\nOn each new machine: feltd --join TOKEN. It holds the cluster key: keep it secret.\n"
           "Expires: %s. Seeds:",
           text);
    for (size_t i = 0; i < json_array_size(seeds); i++)
        printf(" %s", json_string_value(json_array_get(seeds, i)));
    printf("\n");
}

enum exit_code felt_command_token(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *reply = NULL, *parameters = json_object();
    json_t *seeds = json_array();
    enum exit_code code;
    const char *token;

    for (size_t i = 0; i < q->n_seeds; i++)
        json_array_append_new(seeds, json_string(FELT_ENDPOINT(&q->seeds[i])));
    json_object_set_new(parameters, "seeds", seeds);
    if (q->has_expires)
        json_object_set_new(parameters, "expires_s", json_integer(q->expires_s));
    code = felt_ctl_ask(q, "io.felt.CreateToken", parameters, &reply);
    if (code != EXIT_FINE)
        return code;
    if (q->is_json)
        return felt_ctl_print_json(reply);
    token = json_string_value(json_object_get(reply, "token"));
    if (!token) {
        fprintf(stderr, "feltctl: feltd's answer has no token\n");
        return EXIT_REFUSED;
    }
    printf("%s\n", token);
    if (isatty(STDOUT_FILENO))
        explain_token(reply);
    return EXIT_FINE;
}
