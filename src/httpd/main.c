/* SPDX-License-Identifier: Apache-2.0 */
/* felt-httpd: health, metrics and a status page over HTTP, a client of feltd's control socket. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "config.h"
#include "httpd/options.h"
#include "httpd/options_file.h"
#include "httpd/privilege.h"
#include "httpd/server.h"

#define EXIT_USAGE 2
#define N_ENDS     3 /* descriptors that say that it is over */

/* SIGTERM and SIGINT, to be polled. -errno where that cannot be had. */
static int open_signals(void)
{
    sigset_t signals;
    int fd;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* Who started it is gone, or something was said, which means nothing. */
static bool stdin_has_ended(void)
{
    char bytes[256];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static int wait_ms(felt_usec wait)
{
    return wait == FELT_USEC_NEVER
               ? -1
               : (int)FELT_MIN((wait + FELT_USEC_MS - 1) / FELT_USEC_MS, (felt_usec)INT16_MAX);
}

/* Until a signal says so, or the end of standard input, or a change of the options file. */
static int loop(struct felt_server *server, int signals, bool while_stdin, int watch)
{
    struct pollfd fds[N_ENDS + FELT_SERVER_LISTENERS_MAX] = {
        {.fd = signals, .events = POLLIN},
        {.fd = while_stdin ? STDIN_FILENO : -1, .events = POLLIN},
        {.fd = watch, .events = POLLIN},
    };
    int server_fds[FELT_SERVER_LISTENERS_MAX];
    size_t n = felt_server_fds(server, server_fds);

    for (size_t i = 0; i < n; i++)
        fds[N_ENDS + i] = (struct pollfd){.fd = server_fds[i], .events = POLLIN};
    for (;;) {
        felt_usec wait = felt_server_run(server);

        if (poll(fds, N_ENDS + n, wait_ms(wait)) < 0 && errno != EINTR)
            return -errno;
        if (fds[2].revents)
            fprintf(stderr, "felt-httpd: the options file has changed\n");
        if (fds[0].revents || (fds[1].revents && stdin_has_ended()) || fds[2].revents)
            return 0;
    }
}

static int complain(const char *text)
{
    fprintf(stderr, "felt-httpd: %s\n", text);
    return 1;
}

static int run(const struct felt_httpd_options *options, int watch)
{
    _cleanup_(felt_server_freep) struct felt_server *server = NULL;
    _cleanup_(felt_source_done) struct felt_source source = {.path = options->control_socket};
    struct felt_privilege_error privilege;
    struct felt_server_error error;
    int r, signals = open_signals();

    if (signals < 0)
        return complain(strerror(-signals));
    /* Ports below 1024 are root's. */
    if (felt_server_new(options->listeners, options->n_listeners, &source, &server, &error) < 0)
        return complain(error.text);
    if (felt_privilege_drop(options->user, options->control_socket, &privilege) < 0)
        return complain(privilege.text);
    for (size_t i = 0; i < options->n_listeners; i++)
        fprintf(stderr, "felt-httpd: listening on http://%s%s\n",
                FELT_ENDPOINT(&options->listeners[i].at),
                options->listeners[i].is_health_only ? "/healthz" : "/");
    r = loop(server, signals, options->while_stdin, watch);
    return r < 0 ? complain(strerror(-r)) : 0;
}

/* 0, or the status to exit with. */
static int take_file(struct felt_options_file *file, struct felt_httpd_options *options)
{
    struct felt_httpd_options_error error;
    int r = felt_options_file_open(options->options_file, file);

    if (r < 0) {
        fprintf(stderr, "felt-httpd: --options-file %s: %s\n", options->options_file, strerror(-r));
        return 1;
    }
    if (felt_httpd_options_add(options, file->text, &error) < 0) {
        fprintf(stderr, "felt-httpd: %s\n", error.text);
        return EXIT_USAGE;
    }
    return 0;
}

int main(int argc, char **argv)
{
    _cleanup_(felt_options_file_done) struct felt_options_file file = {.watch_fd = -1};
    struct felt_httpd_options options;
    struct felt_httpd_options_error error;
    int status;

    if (felt_httpd_options_parse(argc, argv, &options, &error) < 0) {
        fprintf(stderr, "felt-httpd: %s\n", error.text);
        return EXIT_USAGE;
    }
    if (options.help || options.version) {
        if (options.help)
            felt_httpd_options_help(stdout);
        else
            printf("felt-httpd %s\n", PACKAGE_VERSION);
        return 0;
    }
    if (options.options_file && (status = take_file(&file, &options)) != 0)
        return status;
    return run(&options, file.watch_fd);
}
