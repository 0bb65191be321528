/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/bridge.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/log.h"

#define FELTD_TIMEOUT (5 * FELT_USEC_SEC) /* feltd answers in milliseconds, or not at all */
#define WATCH_TIMEOUT \
    (60 * FELT_USEC_SEC)       /* then it is asked again; a dead connection shows before */
#define SAVE_PAUSE_NS 20000000 /* between two looks at what feltd has saved, */
#define SAVE_TRIES    1500     /* and how many: half a minute */

#define LINE_TEXT     2048

static struct {
    bool in_log;
    char last[LINE_TEXT];
} saying;

void felt_bridge_say_in_log(void)
{
    saying.in_log = true;
}

enum felt_bridge_exit felt_bridge_say(enum felt_bridge_exit code, const char *format, ...)
{
    char line[LINE_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (!saying.in_log)
        fprintf(stderr, "felt-etcd-bridge: %s\n", line);
    else if (strcmp(line, saying.last) != 0)
        felt_log_warning("bridge: %s", line);
    strcpy(saying.last, line);
    return code;
}

static enum felt_bridge_exit no_memory(void)
{
    return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
}

/* ---- etcd ---- */

static enum felt_bridge_exit read_answer(const struct felt_etcd_answer *answer,
                                         struct felt_etcd_reply **ret_reply)
{
    int r;

    if (answer->error == -EACCES)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "%s", answer->trouble);
    if (answer->error == -ENOTCONN || answer->error == -ETIMEDOUT)
        return felt_bridge_say(FELT_BRIDGE_UNREACHABLE,
                               "etcd cannot be reached: %s; if it is elsewhere, say so with "
                               "--etcd-endpoints or FELT_ETCD_ENDPOINTS",
                               answer->trouble);
    if (answer->error < 0)
        return felt_bridge_say(FELT_BRIDGE_UNREACHABLE, "etcd cannot be reached: %s",
                               answer->trouble);
    r = felt_etcd_reply_parse(answer->body, answer->body_len, answer->etcd_index, ret_reply);
    if (r == -EINVAL)
        return felt_bridge_say(FELT_BRIDGE_UNREACHABLE,
                               "what answers as etcd is none that speaks v2 (HTTP %ld)",
                               answer->status);
    return r < 0 ? no_memory() : FELT_BRIDGE_FINE;
}

struct felt_etcd_call felt_bridge_call_of(const struct felt_bridge *bridge,
                                          const struct felt_etcd_op *op,
                                          struct felt_etcd_request *request, char *path)
{
    felt_etcd_request_make(bridge->options->prefix, op, request);
    snprintf(path, FELT_BRIDGE_PATH_TEXT, "%s?%s", request->path, request->query);
    return (struct felt_etcd_call){
        .method = request->method,
        .path = path,
        .body = request->body[0] != '\0' ? request->body : NULL,
        .is_watch = request->waits,
        .timeout_us = request->waits ? WATCH_TIMEOUT : 0,
    };
}

enum felt_bridge_exit felt_bridge_etcd(struct felt_bridge *bridge, const struct felt_etcd_op *op,
                                       struct felt_etcd_reply **ret_reply)
{
    _cleanup_(felt_etcd_answer_done) struct felt_etcd_answer answer = {0};
    _cleanup_(felt_freep) struct felt_etcd_request *request = malloc(sizeof(*request));
    char path[FELT_BRIDGE_PATH_TEXT];
    struct felt_etcd_call call;

    if (!request)
        return no_memory();
    call = felt_bridge_call_of(bridge, op, request, path);
    if (felt_etcd_client_ask(bridge->etcd, &call, &answer) < 0)
        return no_memory();
    return read_answer(&answer, ret_reply);
}

enum felt_bridge_exit felt_bridge_refused(const struct felt_bridge *bridge,
                                          const struct felt_etcd_op *op,
                                          const struct felt_etcd_reply *reply)
{
    return felt_bridge_say(FELT_BRIDGE_REFUSED, "etcd at %s refuses %s/%s: %s (%d)",
                           felt_etcd_client_endpoint(bridge->etcd), bridge->options->prefix,
                           op->name, reply->message ? reply->message : "without a reason",
                           reply->error);
}

/* ---- feltd ---- */

static enum felt_bridge_exit unreachable(const struct felt_bridge *bridge, int r)
{
    const char *hint = "is feltd running? start it, or name its socket with --control-socket";

    if (r == -EACCES || r == -EPERM)
        hint = "run as root, or as a member of the socket's group";
    else if (r == -ETIMEDOUT)
        hint = "feltd does not answer; look at its log";
    else if (r == -ENAMETOOLONG)
        hint = "the path of a socket has at most 107 bytes";
    return felt_bridge_say(FELT_BRIDGE_UNREACHABLE, "cannot reach feltd on %s: %s; %s",
                           bridge->options->control_socket, strerror(-r), hint);
}

enum felt_bridge_exit felt_bridge_find_feltd(struct felt_bridge *bridge)
{
    int r = felt_varlink_client_new(bridge->options->control_socket, FELTD_TIMEOUT, &bridge->feltd);

    if (r == 0 || r == -ENOENT || r == -ECONNREFUSED)
        return FELT_BRIDGE_FINE;
    return unreachable(bridge, r);
}

int felt_bridge_another_feltd(const struct felt_bridge *bridge,
                              struct felt_varlink_client **ret_client)
{
    return felt_varlink_client_new(bridge->options->control_socket, FELTD_TIMEOUT, ret_client);
}

enum felt_bridge_exit felt_bridge_need_feltd(struct felt_bridge *bridge)
{
    int r = felt_varlink_client_new(bridge->options->control_socket, FELTD_TIMEOUT, &bridge->feltd);

    return r < 0 ? unreachable(bridge, r) : FELT_BRIDGE_FINE;
}

static enum felt_bridge_exit of_error(const struct felt_varlink_reply *reply)
{
    const char *reason = json_string_value(json_object_get(reply->parameters, "reason"));
    const char *parameter = json_string_value(json_object_get(reply->parameters, "parameter"));

    if (strcmp(reply->error, "io.felt.NotInCluster") == 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "feltd is not in a cluster yet; see 'feltctl status'");
    if (strcmp(reply->error, "org.varlink.service.MethodNotFound") == 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "feltd is older than this felt-etcd-bridge; restart it");
    if (strcmp(reply->error, "org.varlink.service.PermissionDenied") == 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED,
                               "feltd takes this from root and from members of the group "
                               "felt-admin only");
    if (reason && strcmp(reply->error, "io.felt.NotReady") == 0)
        return felt_bridge_say(FELT_BRIDGE_UNREACHABLE, "not yet: %s", reason);
    if (reason)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "feltd refuses: %s", reason);
    return felt_bridge_say(FELT_BRIDGE_REFUSED, "feltd refuses: %s%s%s", reply->error,
                           parameter ? ": " : "", parameter ? parameter : "");
}

enum felt_bridge_exit felt_bridge_feltd(struct felt_bridge *bridge, const char *method,
                                        json_t *parameters, json_t **ret_parameters)
{
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    int r = felt_varlink_client_call(bridge->feltd, method, parameters, &reply);

    json_decref(parameters);
    if (r < 0)
        return unreachable(bridge, r);
    if (reply.error)
        return of_error(&reply);
    if (ret_parameters)
        *ret_parameters = FELT_TAKE(reply.parameters);
    return FELT_BRIDGE_FINE;
}

enum felt_bridge_exit felt_bridge_await_save(struct felt_bridge *bridge, json_int_t save)
{
    for (int i = 0; i < SAVE_TRIES; i++) {
        _cleanup_(json_decrefp) json_t *saved = NULL;
        enum felt_bridge_exit code = felt_bridge_feltd(bridge, "io.felt.GetSaved", NULL, &saved);

        if (code != FELT_BRIDGE_FINE)
            return code;
        if (json_integer_value(json_object_get(saved, "save")) >= save)
            return FELT_BRIDGE_FINE;
        nanosleep(&(struct timespec){.tv_nsec = SAVE_PAUSE_NS}, NULL);
    }
    return felt_bridge_say(FELT_BRIDGE_REFUSED, "feltd has not saved it in half a minute; look at "
                                                "its log, then try again");
}

enum felt_bridge_exit felt_bridge_print_json(const json_t *value)
{
    if (json_dumpf(value, stdout, JSON_INDENT(2)) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "cannot write the output: %s", strerror(errno));
    putchar('\n');
    return FELT_BRIDGE_FINE;
}
