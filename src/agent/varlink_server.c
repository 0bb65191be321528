/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/varlink_server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/varlink_peer.h"
#include "ctl/varlink_frame.h"
#include "ctl/varlink_text.h"

#define SERVICE            "org.varlink.service"

#define CALLS_PER_TURN     4 /* of one client before the loop looks after everything else again */
#define ACCEPTS_PER_SECOND 1000
/* Behind gossip, saving and the kernel's news: whoever may only read cannot hold them up by asking
 * much. Before what is done when nothing else is to do. */
#define PRIORITY          (SD_EVENT_PRIORITY_NORMAL + 50)
#define TIMER_ACCURACY_US (100 * FELT_USEC_MS)

struct client {
    struct felt_varlink_server *server;
    struct client *next_client;
    int fd;
    sd_event_source *io;
    sd_event_source *timer; /* runs while a message is under way; NULL else */
    struct felt_varlink_inbox inbox;
    char *out; /* the reply under way; NULL: none */
    size_t out_len;
    size_t out_sent;
    bool has_more; /* whole requests wait in the inbox for the next turn */
    bool at_end;   /* it will send no more */
    uint64_t turn; /* of the server, when it was last active */
    bool may_change;
    const struct felt_varlink_interface *stream_of;
    felt_varlink_next_fn next; /* the call under way streams; NULL: none does */
    uint64_t cursor;           /* of it */
};

struct felt_varlink_server {
    struct felt_varlink_server_config config;
    struct felt_varlink_listener listener;
    sd_event_source *accept;
    sd_event_source *wake; /* those that stream are to be asked */
    struct client *clients;
    size_t n_clients;
    uint64_t turn;
};

/* ---- methods ---- */

void felt_varlink_answer_invalid(struct felt_varlink_answer *answer, const char *parameter)
{
    json_decref(answer->parameters);
    answer->error = SERVICE ".InvalidParameter";
    answer->parameters = json_pack("{s:s}", "parameter", parameter);
}

static void get_info(const struct felt_varlink_server *server, struct felt_varlink_answer *answer)
{
    const struct felt_varlink_server_config *c = &server->config;
    json_t *names = json_pack("[s]", SERVICE);

    for (size_t i = 0; i < c->n_interfaces; i++)
        json_array_append_new(names, json_string(c->interfaces[i].name));
    answer->parameters =
        json_pack("{s:s, s:s, s:s, s:s, s:o}", "vendor", c->vendor, "product", c->product,
                  "version", c->version, "url", c->url, "interfaces", names);
}

static void get_description(const struct felt_varlink_server *server, const json_t *parameters,
                            struct felt_varlink_answer *answer)
{
    const char *name = json_string_value(json_object_get(parameters, "interface"));
    const char *text = NULL;

    if (!name) {
        felt_varlink_answer_invalid(answer, "interface");
        return;
    }
    if (strcmp(name, SERVICE) == 0)
        text = felt_text_org_varlink_service;
    for (size_t i = 0; i < server->config.n_interfaces; i++) {
        if (strcmp(name, server->config.interfaces[i].name) == 0)
            text = server->config.interfaces[i].description;
    }
    if (text) {
        answer->parameters = json_pack("{s:s}", "description", text);
        return;
    }
    answer->error = SERVICE ".InterfaceNotFound";
    answer->parameters = json_pack("{s:s}", "interface", name);
}

static bool call_service(const struct felt_varlink_server *server, const char *method,
                         const json_t *parameters, struct felt_varlink_answer *answer)
{
    if (strcmp(method, "GetInfo") == 0)
        get_info(server, answer);
    else if (strcmp(method, "GetInterfaceDescription") == 0)
        get_description(server, parameters, answer);
    else
        return false;
    return true;
}

/* One that streams has begun to, where there is no error. */
static void call_stream(struct client *client, const struct felt_varlink_interface *interface,
                        const struct felt_varlink_method *method,
                        const struct felt_varlink_call *call, struct felt_varlink_answer *answer)
{
    if (!call->more) {
        answer->error = SERVICE ".ExpectedMore";
        return;
    }
    method->fn(interface->userdata, call->parameters, answer);
    if (answer->error || call->oneway)
        return;
    client->stream_of = interface;
    client->next = method->next;
    client->cursor = answer->cursor;
}

static bool call_interface(struct client *client, const struct felt_varlink_interface *interface,
                           const char *name, const struct felt_varlink_call *call,
                           struct felt_varlink_answer *answer)
{
    for (size_t i = 0; i < interface->n_methods; i++) {
        const struct felt_varlink_method *method = &interface->methods[i];

        if (strcmp(name, method->name) != 0)
            continue;
        if (method->changes && !client->may_change)
            answer->error = SERVICE ".PermissionDenied";
        else if (method->next)
            call_stream(client, interface, method, call, answer);
        else
            method->fn(interface->userdata, call->parameters, answer);
        return true;
    }
    return false;
}

static void call_method(struct client *client, const struct felt_varlink_call *call,
                        struct felt_varlink_answer *answer)
{
    const struct felt_varlink_server *server = client->server;
    const char *full = call->method, *dot = strrchr(full, '.');
    size_t len = dot ? (size_t)(dot - full) : 0;
    bool is_known = false, is_done = false;

    if (len == strlen(SERVICE) && strncmp(full, SERVICE, len) == 0) {
        is_known = true;
        is_done = call_service(server, dot + 1, call->parameters, answer);
    }
    for (size_t i = 0; dot && i < server->config.n_interfaces && !is_done; i++) {
        const struct felt_varlink_interface *interface = &server->config.interfaces[i];

        if (strlen(interface->name) == len && strncmp(full, interface->name, len) == 0) {
            is_known = true;
            is_done = call_interface(client, interface, dot + 1, call, answer);
        }
    }
    if (is_done)
        return;
    answer->error = is_known ? SERVICE ".MethodNotFound" : SERVICE ".InterfaceNotFound";
    answer->parameters = is_known
                             ? json_pack("{s:s}", "method", dot + 1)
                             : json_pack("{s:s%}", "interface", full, dot ? len : strlen(full));
}

/* ---- one client ---- */

static void client_close(struct client *client)
{
    struct client **p = &client->server->clients;

    while (*p != client)
        p = &(*p)->next_client;
    *p = client->next_client;
    client->server->n_clients--;
    sd_event_source_disable_unref(client->timer);
    sd_event_source_disable_unref(client->io);
    close(client->fd);
    felt_varlink_inbox_done(&client->inbox);
    free(client->out);
    free(client);
}

/* 0, or -errno: nothing sensible can be said to this client any more. */
static int put_reply(struct client *client, struct felt_varlink_answer *answer, bool continues)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    json_t *parameters = answer->parameters ? answer->parameters : json_object();

    reply = json_pack("{s:s*, s:o}", "error", answer->error, "parameters", parameters);
    if (!reply || (continues && json_object_set_new(reply, "continues", json_true()) < 0))
        return -ENOMEM;
    client->out_sent = 0;
    return felt_varlink_encode(reply, &client->out, &client->out_len);
}

static int handle_call(struct client *client, const char *text, size_t len)
{
    struct felt_varlink_answer answer = {0};
    struct felt_varlink_call call;
    int r;

    r = felt_varlink_call_parse(text, len, &call);
    if (r < 0)
        return r;
    call_method(client, &call, &answer);
    if (call.oneway || client->next)
        json_decref(answer.parameters);
    else
        r = put_reply(client, &answer, false);
    felt_varlink_call_done(&call);
    return r;
}

/* What the stream under way says next, if anything. 0 or -errno. */
static int handle_stream(struct client *client)
{
    struct felt_varlink_answer answer = {0};
    bool ends;

    if (!client->next(client->stream_of->userdata, &client->cursor, &answer))
        return 0;
    ends = answer.error != NULL;
    if (ends)
        client->next = NULL;
    return put_reply(client, &answer, !ends);
}

/* As much as fits. 0 or -errno. */
static int flush(struct client *client)
{
    while (client->out && client->out_sent < client->out_len) {
        ssize_t n = send(client->fd, client->out + client->out_sent,
                         client->out_len - client->out_sent, MSG_NOSIGNAL);

        if (n >= 0)
            client->out_sent += (size_t)n;
        else if (errno == EAGAIN)
            return 0;
        else if (errno != EINTR)
            return -errno;
    }
    free(client->out);
    client->out = NULL;
    return 0;
}

static int on_timer(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    struct client *client = userdata;

    felt_log_debug("control: a client was too slow, disconnected");
    client_close(client);
    return 0;
}

/* The timer runs from the first byte of a request to the last of its reply. */
static int watch_slowness(struct client *client, bool under_way)
{
    felt_usec limit = client->server->config.message_us;
    int r;

    if (under_way == (client->timer != NULL))
        return 0;
    if (!under_way) {
        client->timer = sd_event_source_disable_unref(client->timer);
        return 0;
    }
    r = sd_event_add_time_relative(client->server->config.event, &client->timer, CLOCK_MONOTONIC,
                                   limit, FELT_MIN(limit, TIMER_ACCURACY_US), on_timer, client);
    return r < 0 ? r : 0;
}

/* The next answer: of the stream under way, else to the next request. 1; 0: there is neither;
 * -errno: close it. */
static int answer_one(struct client *client)
{
    const char *text;
    size_t len;
    int r;

    if (client->next) {
        r = handle_stream(client);
        return r < 0 ? r : client->out != NULL;
    }
    if (!felt_varlink_inbox_next(&client->inbox, &text, &len))
        return 0;
    r = handle_call(client, text, len);
    return r < 0 ? r : 1;
}

/* Answers what has arrived. 0 or -errno: close it. */
static int take_turn(struct client *client)
{
    int r;

    for (unsigned calls = 0; !client->out; calls++) {
        if (calls == CALLS_PER_TURN) {
            client->has_more = true;
            return 0;
        }
        r = answer_one(client);
        if (r == 0)
            break;
        if (r > 0)
            r = flush(client);
        if (r < 0)
            return r;
    }
    client->has_more = client->out && felt_varlink_inbox_has_rest(&client->inbox);
    return 0;
}

/* What the loop is to tell of. Requests behind a stream that goes on stay with the kernel: the
 * stream has no end but that of the connection. */
static uint32_t wanted_events(const struct client *client)
{
    if (client->out || client->has_more)
        return EPOLLOUT; /* writable is true at once where only the turn is over */
    return client->next ? 0 : EPOLLIN;
}

static int serve(struct client *client, uint32_t revents)
{
    int r;

    r = flush(client);
    if (r < 0)
        return r;
    if (client->next && (revents & (EPOLLHUP | EPOLLERR)))
        return -ECONNRESET;
    if (!client->out && !client->has_more && !client->at_end && !client->next &&
        (revents & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
        r = felt_varlink_inbox_read(&client->inbox, client->fd);
        if (r == 0)
            client->at_end = true;
        else if (r < 0 && r != -EAGAIN)
            return r;
    }
    r = take_turn(client);
    if (r < 0)
        return r;
    if (client->at_end && !client->out && !client->has_more && !client->next)
        return -ECONNRESET;
    r = sd_event_source_set_io_events(client->io, wanted_events(client));
    if (r < 0)
        return r;
    return watch_slowness(
        client, client->out || (!client->next && felt_varlink_inbox_has_rest(&client->inbox)));
}

static void attend(struct client *client, uint32_t revents)
{
    int r;

    client->turn = ++client->server->turn;
    r = serve(client, revents);
    if (r == -EBADMSG || r == -EMSGSIZE)
        felt_log_debug("control: a client sent what is no call, disconnected");
    if (r < 0)
        client_close(client);
}

static int on_io(sd_event_source *source _unused_, int fd _unused_, uint32_t revents,
                 void *userdata)
{
    attend(userdata, revents);
    return 0;
}

static int on_wake(sd_event_source *source _unused_, void *userdata)
{
    struct felt_varlink_server *server = userdata;
    struct client *next;

    for (struct client *c = server->clients; c; c = next) {
        next = c->next_client;
        if (c->next && !c->out)
            attend(c, 0);
    }
    return 0;
}

void felt_varlink_server_wake(struct felt_varlink_server *server)
{
    (void)sd_event_source_set_enabled(server->wake, SD_EVENT_ONESHOT);
}

/* ---- the server ---- */

/* Something is under way: a request, a reply or a stream. */
static bool is_busy(const struct client *client)
{
    return client->timer || client->next;
}

/* The client idle longest; where all are busy, the one with the oldest activity. */
static struct client *least_active(struct felt_varlink_server *server)
{
    struct client *found = NULL;

    for (struct client *c = server->clients; c; c = c->next_client) {
        if (!found || is_busy(c) < is_busy(found) ||
            (is_busy(c) == is_busy(found) && c->turn < found->turn))
            found = c;
    }
    return found;
}

/* Who is not known may nothing. */
static bool may_change(const struct felt_varlink_server *server, int fd)
{
    struct felt_varlink_peer peer;
    bool may;

    if (felt_varlink_peer_of(fd, &peer) < 0)
        return false;
    may = felt_varlink_peer_may_change(&peer, geteuid(), server->config.admin_group);
    felt_varlink_peer_done(&peer);
    return may;
}

static int client_add(struct felt_varlink_server *server, int fd)
{
    struct client *client = calloc(1, sizeof(*client));
    int r;

    if (!client)
        return -ENOMEM;
    r = sd_event_add_io(server->config.event, &client->io, fd, EPOLLIN, on_io, client);
    if (r < 0) {
        free(client);
        return r;
    }
    (void)sd_event_source_set_priority(client->io, PRIORITY);
    client->server = server;
    client->fd = fd;
    client->may_change = may_change(server, fd);
    client->turn = ++server->turn;
    felt_varlink_inbox_init(&client->inbox, FELT_VARLINK_REQUEST_MAX);
    client->next_client = server->clients;
    server->clients = client;
    server->n_clients++;
    return 0;
}

static int on_accept(sd_event_source *source _unused_, int fd, uint32_t revents _unused_,
                     void *userdata)
{
    struct felt_varlink_server *server = userdata;
    int client_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (client_fd < 0) {
        if ((errno == EMFILE || errno == ENFILE || errno == ENOMEM) && server->clients)
            client_close(least_active(server));
        return 0; /* the rate limit keeps an error that stays from becoming a busy loop */
    }
    if (server->n_clients == FELT_VARLINK_CLIENTS_MAX)
        client_close(least_active(server));
    if (client_add(server, client_fd) < 0)
        close(client_fd);
    return 0;
}

int felt_varlink_server_new(const struct felt_varlink_server_config *config,
                            struct felt_varlink_server **ret_server,
                            struct felt_varlink_listen_error *ret_error)
{
    _cleanup_(felt_varlink_server_freep) struct felt_varlink_server *server = NULL;
    struct felt_varlink_listener listener;
    int r;

    r = felt_varlink_listen(config->path, config->group, &listener, ret_error);
    if (r < 0)
        return r;
    server = calloc(1, sizeof(*server));
    if (!server) {
        felt_varlink_listener_done(&listener);
        strcpy(ret_error->text, strerror(ENOMEM));
        return -ENOMEM;
    }
    server->config = *config;
    server->listener = listener;
    sd_event_ref(server->config.event);
    if (server->config.message_us == 0)
        server->config.message_us = FELT_VARLINK_MESSAGE_US;
    r = sd_event_add_io(config->event, &server->accept, listener.fd, EPOLLIN, on_accept, server);
    if (r >= 0)
        r = sd_event_source_set_ratelimit(server->accept, FELT_USEC_SEC, ACCEPTS_PER_SECOND);
    if (r >= 0)
        r = sd_event_add_defer(config->event, &server->wake, on_wake, server);
    if (r >= 0)
        r = sd_event_source_set_priority(server->wake, PRIORITY);
    if (r >= 0)
        r = sd_event_source_set_enabled(server->wake, SD_EVENT_OFF);
    if (r < 0) {
        strcpy(ret_error->text, strerror(-r));
        return r;
    }
    *ret_server = FELT_TAKE(server);
    return 0;
}

void felt_varlink_server_free(struct felt_varlink_server *server)
{
    if (!server)
        return;
    while (server->clients)
        client_close(server->clients);
    sd_event_source_disable_unref(server->wake);
    sd_event_source_disable_unref(server->accept);
    felt_varlink_listener_done(&server->listener);
    sd_event_unref(server->config.event);
    free(server);
}

size_t felt_varlink_server_clients(const struct felt_varlink_server *server)
{
    return server->n_clients;
}
