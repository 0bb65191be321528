/* SPDX-License-Identifier: Apache-2.0 */
/* Giving a cluster up for another one. */
#include <stdio.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/command.h"

#define TARGET_SIZE 1024 /* a token has at most 511 bytes */

static const char *cluster_of(const json_t *status)
{
    const char *id = json_string_value(json_object_get(json_object_get(status, "cluster"), "id"));

    return id ? id : "";
}

static void report(const struct request *q, const json_t *status, const json_t *lease)
{
    if (q->is_json) {
        _cleanup_(json_decrefp) json_t *joined =
            json_pack("{s:s, s:O}", "cluster", cluster_of(status), "lease", lease);

        (void)felt_ctl_print_json(joined);
        return;
    }
    printf("joined cluster %s; subnet %s\n", cluster_of(status),
           json_string_value(json_object_get(lease, "subnet")));
}

/* Whether it has a subnet in another cluster than before within the limit; says which. */
static bool await_other_cluster(const struct request *q, const char *before)
{
    for (unsigned i = 0; i < FELTCTL_TRIES; i++) {
        _cleanup_(json_decrefp) json_t *status = felt_ctl_look(q);
        const json_t *lease = json_object_get(status, "lease");

        if (json_is_object(lease) && strcmp(cluster_of(status), before) != 0) {
            report(q, status, lease);
            return true;
        }
        felt_ctl_pause();
    }
    return false;
}

static bool is_sure(const json_t *status)
{
    char question[256];

    if (!felt_ctl_has_terminal()) {
        fprintf(stderr, "feltctl: no other member is alive that could take over this node's "
                        "subnets: with --yes they are dropped\n");
        return false;
    }
    snprintf(question, sizeof(question),
             "No other member of cluster %s is alive. What this node owns there is dropped, and "
             "nobody\nhas it until it is reclaimed.",
             cluster_of(status));
    return felt_ctl_is_sure(question);
}

/* A token is a secret, so it may come on standard input. */
static const char *target_of(const struct request *q, char *text, size_t size)
{
    if (strcmp(q->arguments[0], "-") != 0)
        return q->arguments[0];
    if (!fgets(text, (int)size, stdin))
        text[0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

/* What comes of it is in *ret_reply. */
static enum exit_code abandon(const struct request *q, const char *target, bool drop,
                              struct felt_varlink_reply *ret_reply)
{
    _cleanup_(json_decrefp) json_t *parameters =
        json_pack("{s:s, s:b}", "target", target, "drop", (int)drop);

    return felt_ctl_call_confirmed(q, "io.felt.Abandon", parameters, ret_reply);
}

enum exit_code felt_command_join(const struct request *q)
{
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    _cleanup_(json_decrefp) json_t *status = NULL;
    char text[TARGET_SIZE];
    const char *target = target_of(q, text, sizeof(text));
    enum exit_code code;

    if (!q->abandon) {
        fprintf(stderr, "feltctl: a node joins its first cluster by feltd --join; to give the "
                        "present one up for another, say --abandon\n");
        return EXIT_USAGE;
    }
    status = felt_ctl_look(q);
    code = abandon(q, target, q->yes, &reply);
    if (code == EXIT_FINE && !q->yes && felt_ctl_is_error(&reply, "io.felt.NobodyToGiveTo")) {
        if (!is_sure(status))
            return EXIT_REFUSED;
        felt_varlink_reply_done(&reply);
        reply = (struct felt_varlink_reply){0};
        code = abandon(q, target, true, &reply);
    }
    if (code != EXIT_FINE)
        return code;
    if (reply.error)
        return felt_ctl_refused(&reply);
    if (await_other_cluster(q, cluster_of(status)))
        return EXIT_FINE;
    fprintf(stderr, "feltctl: there is no subnet of the other cluster yet; feltd tries on, see "
                    "'feltctl status'\n");
    return EXIT_REFUSED;
}
