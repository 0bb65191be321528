/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "httpd/answer.h"
#include "httpd/doors.h"

#define AGE          (250 * FELT_USEC_MS) /* that an answer may have at least */
#define AGE_FACTOR   9                    /* and as many times what it took to make */
#define MEMORY_MAX   (16 * 1024)          /* bytes of a connection: its request and headers */
#define BACKLOG      128 /* connections that the kernel holds before we take them */
#define ROUTES_MAX   16
#define NOTHING_ELSE "default-src 'none'; frame-ancestors 'none'"

struct listener {
    struct felt_server *server;
    bool is_health_only;
    struct MHD_Daemon *daemon;
};

/* What a route has last answered. */
struct kept {
    struct MHD_Response *response; /* NULL: nothing yet */
    unsigned code;
    felt_usec until_us;
};

struct felt_server {
    struct felt_source *source;
    struct felt_doors doors;
    struct kept kept[ROUTES_MAX];
    struct listener listeners[FELT_SERVER_LISTENERS_MAX];
    size_t n;
};

/* ---- answers ---- */

static void header(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

/* Takes the body. NULL: memory ran out. */
static struct MHD_Response *response_of(struct felt_answer *answer)
{
    struct MHD_Response *response = NULL;

    if (answer->body)
        response =
            MHD_create_response_from_buffer(answer->len, answer->body, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(answer->body);
        return NULL;
    }
    header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    header(response, "X-Content-Type-Options", "nosniff");
    header(response, "Referrer-Policy", "no-referrer");
    header(response, "Content-Security-Policy", answer->policy ? answer->policy : NOTHING_ELSE);
    return response;
}

static struct kept *answer_of(struct felt_server *server, size_t route)
{
    struct kept *kept = &server->kept[route];
    felt_usec begin = felt_source_now(), end;
    struct felt_answer answer = {0};

    if (kept->response && begin < kept->until_us)
        return kept;
    felt_routes[route].make(server->source, &answer);
    end = felt_source_now();
    /* Those who still read the old one keep it alive. */
    if (kept->response)
        MHD_destroy_response(kept->response);
    *kept = (struct kept){
        .response = response_of(&answer),
        .code = answer.code,
        /* A feltd that does not answer is asked again as soon as anybody may. */
        .until_us = server->source->down_until > end
                        ? server->source->down_until
                        : end + FELT_MAX((end - begin) * AGE_FACTOR, (felt_usec)AGE),
    };
    return kept;
}

/* One that nobody else gets. */
static enum MHD_Result answer_once(struct MHD_Connection *connection, struct felt_answer *answer)
{
    struct MHD_Response *response = response_of(answer);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    if (answer->code == MHD_HTTP_METHOD_NOT_ALLOWED)
        header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    result = MHD_queue_response(connection, answer->code, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned code, const char *text)
{
    struct felt_answer answer;

    felt_answer_text(&answer, code, text);
    return answer_once(connection, &answer);
}

/* Of ?after=NUMBER; none that is asked for, and none that makes sense, is 0: all. */
static json_int_t after_of(struct MHD_Connection *connection)
{
    const char *text = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "after");
    char *end;
    long long n = text ? strtoll(text, &end, 10) : 0;

    return text && *end == '\0' && n > 0 ? n : 0;
}

/* Answers when the headers are there: a body is not waited for. */
static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection,
                                  const char *url, const char *method, const char *version _unused_,
                                  const char *upload _unused_, size_t *upload_len _unused_,
                                  void **request _unused_)
{
    struct listener *listener = userdata;
    struct felt_answer answer;
    struct kept *kept;
    json_int_t after;
    int route;

    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                      "everything here is for reading: GET or HEAD\n");
    route = felt_route_find(url, listener->is_health_only);
    if (route < 0)
        return refuse(connection, MHD_HTTP_NOT_FOUND,
                      listener->is_health_only ? "there are /healthz and /readyz\n"
                                               : "there is no such page; see felt-httpd(8)\n");
    after = after_of(connection);
    if (after > 0 && strcmp(felt_routes[route].path, FELT_EVENTS_PATH) == 0) {
        felt_answer_events(listener->server->source, after, &answer);
        return answer_once(connection, &answer);
    }
    kept = answer_of(listener->server, (size_t)route);
    if (!kept->response)
        return MHD_NO;
    return MHD_queue_response(connection, kept->code, kept->response);
}

/* ---- connections ---- */

static void on_connection(void *userdata, struct MHD_Connection *connection,
                          void **context _unused_, enum MHD_ConnectionNotificationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct listener *listener = userdata;
    struct felt_doors *doors = &listener->server->doors;

    if (!info)
        return;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        felt_doors_close(doors, info->connect_fd);
    else if (!felt_doors_open(doors, info->connect_fd, felt_source_now()))
        (void)shutdown(info->connect_fd, SHUT_RDWR);
}

/* ---- listening ---- */

static socklen_t address_of(const struct felt_endpoint *at, struct sockaddr_storage *ret)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

    *ret = (struct sockaddr_storage){0};
    if (at->ip.family == FELT_FAMILY_V4) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(at->port);
        memcpy(&v4->sin_addr, at->ip.bytes, sizeof(v4->sin_addr));
        return sizeof(*v4);
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(at->port);
    memcpy(&v6->sin6_addr, at->ip.bytes, sizeof(v6->sin6_addr));
    return sizeof(*v6);
}

static int listen_on(const struct felt_endpoint *at, int *ret_fd)
{
    struct sockaddr_storage address;
    socklen_t len = address_of(at, &address);
    int fd, one = 1, zero = 0, r = 0;

    fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    /* [::] is every address, as it is to flanneld. */
    if (address.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
    if (bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, BACKLOG) < 0)
        r = -errno;
    if (r < 0)
        close(fd);
    else
        *ret_fd = fd;
    return r;
}

static int fail(struct felt_server_error *error, int r, const struct felt_endpoint *at)
{
    const char *words = strerror(-r);

    if (r == -EADDRINUSE)
        words = "another program has the port (ss -ltnp shows which)";
    else if (r == -EADDRNOTAVAIL)
        words = "this machine has no such address";
    else if (r == -EACCES)
        words = "ports below 1024 are for root";
    snprintf(error->text, sizeof(error->text), "cannot listen on %s: %s", FELT_ENDPOINT(at), words);
    return r;
}

static int open_listener(struct listener *listener, const struct felt_endpoint *at)
{
    int fd = -1, r = listen_on(at, &fd);

    if (r < 0)
        return r;
    /* More places than doors: one that was shut takes its place until the library has noticed. */
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | (at->ip.family == FELT_FAMILY_V6 ? MHD_USE_IPv6 : 0), 0, NULL, NULL,
        on_request, listener, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        2 * FELT_DOORS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(FELT_DOORS_TIME / FELT_USEC_SEC), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY_MAX, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_END);
    if (listener->daemon)
        return 0;
    close(fd);
    return -ENOMEM;
}

int felt_server_new(const struct felt_server_listener *listeners, size_t n,
                    struct felt_source *source, struct felt_server **ret_server,
                    struct felt_server_error *ret_error)
{
    _cleanup_(felt_server_freep) struct felt_server *server = calloc(1, sizeof(*server));

    assert(n <= FELT_SERVER_LISTENERS_MAX && felt_n_routes <= ROUTES_MAX);
    if (!server)
        return -ENOMEM;
    server->source = source;
    for (size_t i = 0; i < n; i++) {
        struct listener *listener = &server->listeners[i];
        int r;

        *listener = (struct listener){server, listeners[i].is_health_only, NULL};
        r = open_listener(listener, &listeners[i].at);
        if (r < 0)
            return fail(ret_error, r, &listeners[i].at);
        server->n++;
    }
    *ret_server = FELT_TAKE(server);
    return 0;
}

void felt_server_free(struct felt_server *server)
{
    if (!server)
        return;
    for (size_t i = 0; i < server->n; i++)
        MHD_stop_daemon(server->listeners[i].daemon);
    for (size_t i = 0; i < ROUTES_MAX; i++)
        if (server->kept[i].response)
            MHD_destroy_response(server->kept[i].response);
    free(server);
}

size_t felt_server_fds(const struct felt_server *server, int *fds)
{
    for (size_t i = 0; i < server->n; i++)
        fds[i] =
            MHD_get_daemon_info(server->listeners[i].daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return server->n;
}

felt_usec felt_server_run(struct felt_server *server)
{
    felt_usec wait = FELT_USEC_NEVER;

    for (size_t i = 0; i < server->n; i++) {
        MHD_UNSIGNED_LONG_LONG ms;

        (void)MHD_run(server->listeners[i].daemon);
        if (MHD_get_timeout(server->listeners[i].daemon, &ms) == MHD_YES)
            wait = FELT_MIN(wait, (felt_usec)ms * FELT_USEC_MS);
    }
    return FELT_MIN(wait, felt_doors_tick(&server->doors, felt_source_now()));
}
