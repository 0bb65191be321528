/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ask.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONFIRMED_TRIES 200 /* 20 s; feltd knows ten seconds after its start */

enum exit_code felt_ctl_lost(const struct request *q, int r)
{
    const char *hint = "is feltd running? start it, or name its socket with --control-socket";

    if (r == -EACCES || r == -EPERM)
        hint = "run feltctl as root or as a member of the group felt";
    else if (r == -ETIMEDOUT)
        hint = "feltd does not answer; look at its log";
    else if (r == -ENAMETOOLONG)
        hint = "the path of a socket has at most 107 bytes";
    fprintf(stderr, "feltctl: cannot reach feltd on %s: %s; %s\n", q->socket, strerror(-r), hint);
    return EXIT_UNREACHABLE;
}

/* Errors without parameters, in words. */
static const char *words_of(const char *error)
{
    static const struct {
        const char *error, *words;
    } all[] = {
        {"org.varlink.service.PermissionDenied",
         "this needs root, or membership of the group felt-admin"},
        {"io.felt.TooSlow", "too slow: more has happened than feltd keeps; see 'feltctl events'"},
        {"io.felt.NotInCluster", "this node is not in a cluster yet; see 'feltctl status'"},
        {"io.felt.NobodyToGiveTo", "no other member is alive that could take over this node's "
                                   "subnets; the last one can only be stopped"},
        {"io.felt.NotConfirmed",
         "other members have not confirmed this node's state since its start; "
         "try again in a moment"},
        {"io.felt.NoSeeds", "feltd knows no address that others could reach; name one with "
                            "--seed HOST:PORT"},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(all); i++)
        if (strcmp(all[i].error, error) == 0)
            return all[i].words;
    return NULL;
}

enum exit_code felt_ctl_refused(const struct felt_varlink_reply *reply)
{
    const char *parameter = json_string_value(json_object_get(reply->parameters, "parameter"));
    const char *reason = json_string_value(json_object_get(reply->parameters, "reason"));
    const char *words = words_of(reply->error);

    if (words || reason)
        fprintf(stderr, "feltctl: %s\n", words ? words : reason);
    else if (parameter && strcmp(parameter, "seeds") == 0)
        fprintf(
            stderr,
            "feltctl: feltd refused the seeds: they are addresses that others can reach, at most %d of them\n",
            FELTCTL_SEEDS_MAX);
    else if (parameter && strcmp(parameter, "level") == 0)
        fprintf(stderr, "feltctl: a log level is one of error, warning, notice, info or debug\n");
    else
        fprintf(stderr, "feltctl: feltd refused: %s%s%s\n", reply->error, parameter ? ": " : "",
                parameter ? parameter : "");
    return EXIT_REFUSED;
}

enum exit_code felt_ctl_connect(const struct request *q, struct felt_varlink_client **ret_client)
{
    int r = felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, ret_client);

    return r < 0 ? felt_ctl_lost(q, r) : EXIT_FINE;
}

enum exit_code felt_ctl_call(const struct request *q, const char *method, json_t *parameters,
                             struct felt_varlink_reply *ret_reply)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    int r;

    r = felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, &client);
    if (r == 0)
        r = felt_varlink_client_call(client, method, parameters, ret_reply);
    return r < 0 ? felt_ctl_lost(q, r) : EXIT_FINE;
}

bool felt_ctl_is_error(const struct felt_varlink_reply *reply, const char *error)
{
    return reply->error && strcmp(reply->error, error) == 0;
}

enum exit_code felt_ctl_call_confirmed(const struct request *q, const char *method,
                                       json_t *parameters, struct felt_varlink_reply *ret_reply)
{
    enum exit_code code = felt_ctl_call(q, method, parameters, ret_reply);

    for (unsigned i = 0;
         code == EXIT_FINE && felt_ctl_is_error(ret_reply, "io.felt.NotConfirmed") &&
         i < CONFIRMED_TRIES;
         i++) {
        if (i == 0)
            fprintf(stderr, "feltctl: feltd has just started or misses members, and waits until it "
                            "knows whether others are there to take this node's subnets\n");
        felt_ctl_pause();
        felt_varlink_reply_done(ret_reply);
        *ret_reply = (struct felt_varlink_reply){0};
        code = felt_ctl_call(q, method, parameters, ret_reply);
    }
    return code;
}

enum exit_code felt_ctl_ask(const struct request *q, const char *method, json_t *parameters,
                            json_t **ret_parameters)
{
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    enum exit_code code = felt_ctl_call(q, method, parameters, &reply);

    if (code != EXIT_FINE)
        return code;
    if (reply.error)
        return felt_ctl_refused(&reply);
    *ret_parameters = FELT_TAKE(reply.parameters);
    return EXIT_FINE;
}

json_t *felt_ctl_look(const struct request *q)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};

    if (felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, &client) < 0 ||
        felt_varlink_client_call(client, "io.felt.GetStatus", NULL, &reply) < 0 || reply.error)
        return NULL;
    return FELT_TAKE(reply.parameters);
}

void felt_ctl_pause(void)
{
    nanosleep(&(struct timespec){.tv_nsec = FELTCTL_PAUSE_NS}, NULL);
}

enum exit_code felt_ctl_print_json(const json_t *value)
{
    if (json_dumpf(value, stdout, JSON_INDENT(2)) < 0)
        return EXIT_REFUSED;
    putchar('\n');
    return EXIT_FINE;
}

enum exit_code felt_ctl_show(const struct request *q, const char *method,
                             int (*report)(const json_t *, FILE *))
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code = felt_ctl_ask(q, method, NULL, &reply);

    if (code != EXIT_FINE)
        return code;
    if (q->is_json)
        return felt_ctl_print_json(reply);
    return report(reply, stdout) < 0 ? EXIT_REFUSED : EXIT_FINE;
}

bool felt_ctl_has_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool felt_ctl_is_sure(const char *question)
{
    char answer[16];

    fprintf(stderr, "%s Go on? Say yes: ", question);
    return fgets(answer, sizeof(answer), stdin) && strcmp(answer, "yes\n") == 0;
}
