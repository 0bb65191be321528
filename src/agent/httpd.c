/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/httpd.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/httpd_wish.h"
#include "agent/listener.h"
#include "agent/log.h"
#include "agent/path.h"

#define LINE_SIZE 256 /* of its output; longer lines are cut in pieces */
#define LINES_MAX 100 /* of one life that are logged */
#define WELL_AFTER                                                                \
    (2 * FELT_USEC_SEC) /* it runs for so long, so it has not failed at its start \
                         */
#define PATIENCE \
    (10 * FELT_USEC_SEC) /* of the wish: a service is started, or started again, sooner */
#define SLACK          (FELT_USEC_SEC / 4)
#define READS_PER_WAKE 16
#define ARGS_MAX       12
#define SELF           "felt-httpd: " /* how its lines begin */
#define SAFE_PATH      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct felt_httpd {
    struct felt_httpd_config config;
    pid_t pid;     /* 0: it does not run */
    int life_fd;   /* its standard input */
    int output_fd; /* its standard output and error */
    felt_usec backoff_us;
    sd_event_source *child, *output;
    sd_event_source *timer; /* to the next start; while it runs: until it runs well */
    size_t line_len;
    unsigned n_lines;
    char line[LINE_SIZE];
    char last[LINE_SIZE + 1];    /* line that it said */
    char error[LINE_SIZE * 2];   /* "": it runs well */
    struct felt_httpd_wish wish; /* path NULL: it is a child */
    uid_t user;                  /* of the service */
    bool patient;                /* it may not have been started yet */
    bool unwritten;              /* the wish, for the error */
};

/* ---- output ---- */

static void take_line(struct felt_httpd *h)
{
    if (h->line_len == 0)
        return;
    snprintf(h->last, sizeof(h->last), "%.*s", (int)h->line_len, h->line);
    /* The room says it already. */
    if (strncmp(h->last, SELF, strlen(SELF)) == 0)
        memmove(h->last, h->last + strlen(SELF), strlen(h->last + strlen(SELF)) + 1);
    h->line_len = 0;
    if (++h->n_lines <= LINES_MAX)
        felt_log_info("httpd: %s", h->last);
    else if (h->n_lines == LINES_MAX + 1)
        felt_log_info("httpd: (further output is not logged)");
}

/* What is there now, up to a limit. False at the end, or where nothing is left. */
static bool read_output(struct felt_httpd *h)
{
    char data[1024];
    ssize_t n = read(h->output_fd, data, sizeof(data));

    for (ssize_t i = 0; i < n; i++) {
        if (data[i] == '\n' || h->line_len == sizeof(h->line))
            take_line(h);
        if (data[i] != '\n')
            h->line[h->line_len++] = data[i];
    }
    return n > 0;
}

static int on_output(sd_event_source *source, int fd _unused_, uint32_t events, void *userdata)
{
    if (!read_output(userdata) && (events & (EPOLLHUP | EPOLLERR)))
        (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
    return 0;
}

/* ---- a child's life ---- */

/* What belongs to the one that has ended. */
static void forget(struct felt_httpd *h)
{
    h->child = sd_event_source_disable_unref(h->child);
    h->output = sd_event_source_disable_unref(h->output);
    felt_closep(&h->life_fd);
    felt_closep(&h->output_fd);
    h->life_fd = h->output_fd = -1;
    h->pid = 0;
    h->line_len = 0;
}

static void arm(struct felt_httpd *h, felt_usec wait)
{
    (void)sd_event_source_set_time_relative(h->timer, wait);
    (void)sd_event_source_set_enabled(h->timer, SD_EVENT_ONESHOT);
}

static void retry(struct felt_httpd *h, const char *why)
{
    unsigned wait_s = (unsigned)((h->backoff_us + FELT_USEC_SEC - 1) / FELT_USEC_SEC);
    bool told = strcmp(h->error, why) == 0;

    snprintf(h->error, sizeof(h->error), "%s", why);
    if (!told)
        felt_log_error("httpd: felt-httpd does not run: %s; trying again in %u s, and on", why,
                       wait_s);
    arm(h, h->backoff_us);
    h->backoff_us = FELT_MIN(h->backoff_us * 2, FELT_HTTPD_BACKOFF_MAX);
}

static int on_child(sd_event_source *source _unused_, const siginfo_t *info, void *userdata)
{
    struct felt_httpd *h = userdata;
    char why[sizeof(h->error)];

    for (unsigned i = 0; i < READS_PER_WAKE && read_output(h);)
        i++;
    take_line(h);
    if (info->si_code != CLD_EXITED)
        snprintf(why, sizeof(why), "it was ended by signal %d", info->si_status);
    else if (info->si_status != 0 && h->last[0])
        snprintf(why, sizeof(why), "%s", h->last);
    else
        snprintf(why, sizeof(why), "it ended with status %d", info->si_status);
    forget(h);
    retry(h, why);
    return 0;
}

/* 0 or -errno. */
static int spawn(struct felt_httpd *h, int input_fd, int output_fd)
{
    char health[FELT_ENDPOINT_TEXT], all[FELT_ENDPOINT_TEXT];
    char *argv[ARGS_MAX] = {"felt-httpd", "--while-stdin", "--control-socket",
                            (char *)h->config.control_socket};
    char *envp[] = {(char *)SAFE_PATH, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, every;
    size_t n = 4;
    int r;

    if (h->config.health.port != 0) {
        argv[n++] = "--healthz";
        argv[n++] = (char *)felt_endpoint_format(&h->config.health, health);
    }
    if (h->config.all.port != 0) {
        argv[n++] = "--listen";
        argv[n++] = (char *)felt_endpoint_format(&h->config.all, all);
    }
    sigemptyset(&none);
    sigfillset(&every);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    (void)posix_spawnattr_setsigmask(&attr, &none);
    (void)posix_spawnattr_setsigdefault(&attr, &every);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    r = posix_spawn_file_actions_adddup2(&actions, input_fd, STDIN_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, output_fd, STDERR_FILENO);
    if (r == 0)
        r = posix_spawn(&h->pid, h->config.program, &actions, &attr, argv, envp);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    if (r != 0)
        h->pid = 0;
    return -r;
}

static void end_child(struct felt_httpd *h)
{
    if (h->pid == 0)
        return;
    (void)kill(h->pid, SIGKILL);
    (void)waitpid(h->pid, NULL, 0);
}

/* 0 or -errno. */
static int start(struct felt_httpd *h)
{
    _cleanup_(felt_closep) int input_fd = -1, output_fd = -1;
    int in[2], out[2], r;

    if (pipe2(in, O_CLOEXEC) < 0)
        return -errno;
    input_fd = in[0];
    h->life_fd = in[1];
    if (pipe2(out, O_CLOEXEC) < 0)
        return -errno;
    h->output_fd = out[0];
    output_fd = out[1];
    (void)fcntl(h->output_fd, F_SETFL, O_NONBLOCK);
    h->n_lines = 0;
    h->last[0] = '\0';
    r = spawn(h, input_fd, output_fd);
    if (r < 0)
        return r;
    arm(h, WELL_AFTER);
    if ((r = sd_event_add_child(h->config.event, &h->child, h->pid, WEXITED, on_child, h)) >= 0)
        r = sd_event_add_io(h->config.event, &h->output, h->output_fd, EPOLLIN, on_output, h);
    return r;
}

static void begin(struct felt_httpd *h)
{
    char why[sizeof(h->error)];
    int r = start(h);

    if (r >= 0)
        return;
    /* Before its sources go: nobody would end it later. */
    end_child(h);
    forget(h);
    if (r == -ENOENT)
        snprintf(why, sizeof(why), "%s is not there: install it, or name it with --httpd-program",
                 h->config.program);
    else
        snprintf(why, sizeof(why), "%s: %s", h->config.program, strerror(-r));
    retry(h, why);
}

/* ---- a service ---- */

static uid_t service_user(void)
{
    const struct passwd *entry = getpwnam(FELT_HTTPD_WISH_USER);

    return entry ? entry->pw_uid : FELT_HTTPD_ANY_USER;
}

static void ask(struct felt_httpd *h)
{
    bool changed = false;
    int r;

    h->wish = (struct felt_httpd_wish){
        .path = h->config.options_file,
        .control_socket = h->config.control_socket,
        .health = h->config.health,
        .all = h->config.all,
    };
    r = felt_httpd_wish_write(&h->wish, &changed);
    if (r < 0) {
        h->unwritten = true;
        snprintf(h->error, sizeof(h->error), "%s cannot be written: %s", h->wish.path,
                 strerror(-r));
        felt_log_error("httpd: felt-httpd is not asked for what is wanted: %s", h->error);
        return;
    }
    if (felt_httpd_wish_is_none(&h->wish)) {
        if (changed)
            felt_log_notice("httpd: felt-httpd is not wanted any more: %s is gone", h->wish.path);
        return;
    }
    felt_log_info("httpd: felt-httpd is wanted: %s %s", h->wish.path,
                  changed ? "is written" : "says so already");
    h->user = service_user();
    h->patient = true;
    arm(h, PATIENCE);
}

static void look(struct felt_httpd *h)
{
    if (felt_httpd_wish_is_fulfilled(&h->wish, FELT_LISTENER_NET_DIR, h->user, h->patient, h->error,
                                     sizeof(h->error)))
        h->error[0] = '\0';
}

/* ---- either ---- */

static int on_timer(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    struct felt_httpd *h = userdata;

    if (h->wish.path) {
        h->patient = false;
        look(h);
        if (h->error[0])
            felt_log_error("httpd: felt-httpd does not run: %s", h->error);
        return 0;
    }
    if (h->pid == 0) {
        begin(h);
        return 0;
    }
    if (h->error[0])
        felt_log_notice("httpd: felt-httpd runs again");
    h->error[0] = '\0';
    h->backoff_us = h->config.backoff_us;
    return 0;
}

/* ---- from outside ---- */

int felt_httpd_new(const struct felt_httpd_config *config, struct felt_httpd **ret_httpd)
{
    bool is_none = config->health.port == 0 && config->all.port == 0;
    _cleanup_(felt_httpd_freep) struct felt_httpd *h = NULL;
    int r;

    if (is_none && !config->options_file) {
        *ret_httpd = NULL;
        return 0;
    }
    h = calloc(1, sizeof(*h));
    if (!h)
        return -ENOMEM;
    h->config = *config;
    h->life_fd = h->output_fd = -1;
    if (h->config.backoff_us == 0)
        h->config.backoff_us = FELT_HTTPD_BACKOFF_MIN;
    h->backoff_us = h->config.backoff_us;
    sd_event_ref(h->config.event);
    r = sd_event_add_time_relative(h->config.event, &h->timer, CLOCK_MONOTONIC, 0, SLACK, on_timer,
                                   h);
    if (r < 0)
        return r;
    (void)sd_event_source_set_enabled(h->timer, SD_EVENT_OFF);
    if (config->options_file)
        ask(h);
    else
        begin(h);
    *ret_httpd = FELT_TAKE(h);
    return 0;
}

void felt_httpd_free(struct felt_httpd *httpd)
{
    if (!httpd)
        return;
    httpd->child = sd_event_source_disable_unref(httpd->child);
    end_child(httpd);
    forget(httpd);
    sd_event_source_disable_unref(httpd->timer);
    sd_event_unref(httpd->config.event);
    free(httpd);
}

const char *felt_httpd_error(struct felt_httpd *httpd)
{
    if (httpd && httpd->wish.path && !httpd->unwritten)
        look(httpd);
    return httpd && httpd->error[0] ? httpd->error : NULL;
}
