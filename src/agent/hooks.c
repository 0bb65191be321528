/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/path.h"

#define CHANGED_DIR    "lease-changed.d"
#define PATH_SIZE      512
#define SCRIPTS_MAX    64  /* in the directory; more is a mistake */
#define LINE_SIZE      256 /* of a hook's output; longer lines are cut in pieces */
#define LINES_MAX      100 /* of one hook's output that are logged */
#define READS_PER_WAKE 16
#define SAFE_PATH      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* One hook while it runs. */
struct run {
    pid_t pid; /* and its process group; 0: none runs */
    char name[NAME_MAX + 1];
    int output_fd;
    sd_event_source *child, *output, *limit;
    bool killed;
    unsigned n_lines;
    size_t line_len;
    char line[LINE_SIZE];
};

struct felt_hooks {
    struct felt_hooks_config config;
    char dir[PATH_SIZE];
    bool pending; /* next is to run once the present one is over */
    struct felt_hooks_change next, now;
    struct dirent **entries; /* of the run that is under way, sorted */
    int n_entries, at;
    struct run run;
};

static void begin_next(struct felt_hooks *h);

/* ---- what may run ---- */

/* Whether only we, or root, can have written it. */
static bool is_safe(const struct stat *st)
{
    bool ours = st->st_uid == 0 || st->st_uid == geteuid();

    return ours && !(st->st_mode & S_IWOTH) && (!(st->st_mode & S_IWGRP) || st->st_gid == 0);
}

/* Neither hidden nor what editors and packages leave behind. */
static int is_candidate(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && entry->d_name[len - 1] != '~' &&
           !strstr(entry->d_name, ".dpkg-");
}

static bool may_run(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111)) {
        felt_log_debug("hooks: %s is not an executable file: passed over", path);
        return false;
    }
    if (!is_safe(&st)) {
        felt_log_error("hooks: %s could be written by others than root: not run; chown root and "
                       "chmod go-w it",
                       path);
        return false;
    }
    return true;
}

static void free_entries(struct felt_hooks *h)
{
    for (int i = 0; i < h->n_entries; i++)
        free(h->entries[i]);
    free(h->entries);
    h->entries = NULL;
    h->n_entries = h->at = 0;
}

static void scan(struct felt_hooks *h)
{
    struct stat st;

    free_entries(h);
    if (stat(h->dir, &st) < 0)
        return;
    if (!is_safe(&st)) {
        felt_log_error("hooks: %s could be written by others than root: no hook is run", h->dir);
        return;
    }
    h->n_entries = scandir(h->dir, &h->entries, is_candidate, alphasort);
    if (h->n_entries < 0) {
        felt_log_error("hooks: cannot read %s: %s", h->dir, strerror(errno));
        h->n_entries = 0;
    }
    if (h->n_entries > SCRIPTS_MAX)
        felt_log_warning("hooks: %s has %d files; only the first %d are run", h->dir, h->n_entries,
                         SCRIPTS_MAX);
}

/* ---- output ---- */

static void log_line(struct run *run)
{
    if (run->line_len == 0)
        return;
    if (++run->n_lines <= LINES_MAX)
        felt_log_info("hooks: %s: %.*s", run->name, (int)run->line_len, run->line);
    else if (run->n_lines == LINES_MAX + 1)
        felt_log_info("hooks: %s: (further output is not logged)", run->name);
    run->line_len = 0;
}

static void take_output(struct run *run, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n' || run->line_len == sizeof(run->line))
            log_line(run);
        if (data[i] != '\n')
            run->line[run->line_len++] = data[i];
    }
}

/* What is there now, up to a limit. False at the end, or where nothing is left. */
static bool read_output(struct run *run)
{
    char data[4096];
    ssize_t n = read(run->output_fd, data, sizeof(data));

    if (n > 0)
        take_output(run, data, (size_t)n);
    return n > 0;
}

static int on_output(sd_event_source *source, int fd _unused_, uint32_t events, void *userdata)
{
    struct felt_hooks *h = userdata;

    if (!read_output(&h->run) && (events & (EPOLLHUP | EPOLLERR)))
        (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
    return 0;
}

/* ---- a hook's life ---- */

static void end_run(struct run *run)
{
    run->child = sd_event_source_disable_unref(run->child);
    run->output = sd_event_source_disable_unref(run->output);
    run->limit = sd_event_source_disable_unref(run->limit);
    felt_closep(&run->output_fd);
    *run = (struct run){.output_fd = -1};
}

static void report_end(const struct felt_hooks *h, const siginfo_t *info)
{
    const struct run *run = &h->run;

    if (run->killed)
        felt_log_error("hooks: %s ran longer than %u s: killed", run->name,
                       (unsigned)(h->config.limit_us / FELT_USEC_SEC));
    else if (info->si_code != CLD_EXITED)
        felt_log_error("hooks: %s was ended by signal %d", run->name, info->si_status);
    else if (info->si_status != 0)
        felt_log_error("hooks: %s failed with exit status %d", run->name, info->si_status);
    else
        felt_log_debug("hooks: %s is done", run->name);
}

static int on_child(sd_event_source *source _unused_, const siginfo_t *info, void *userdata)
{
    struct felt_hooks *h = userdata;

    /* Not to its end: who it left behind may hold the other one open for ever. */
    for (unsigned i = 0; i < READS_PER_WAKE && read_output(&h->run);)
        i++;
    log_line(&h->run);
    report_end(h, info);
    end_run(&h->run);
    begin_next(h);
    return 0;
}

static int on_limit(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
    struct felt_hooks *h = userdata;

    h->run.killed = true;
    (void)kill(-h->run.pid, SIGKILL);
    return 0;
}

static const char *reason_name(enum felt_hooks_reason reason)
{
    switch (reason) {
    case FELT_HOOKS_FIRST:
        return "first";
    case FELT_HOOKS_RENUMBERED:
        return "renumbered";
    case FELT_HOOKS_LOST:
        return "lost";
    case FELT_HOOKS_FOREIGN:
        return "foreign";
    case FELT_HOOKS_LEFT:
        return "left";
    }
    assert(false && "reason");
}

static void put_subnet(char *text, size_t size, const char *name, const struct felt_cidr *subnet)
{
    snprintf(text, size, "%s=%s", name,
             subnet->ip.family == FELT_FAMILY_NONE ? "" : FELT_CIDR(subnet));
}

/* In a process group of its own, with signals as a program expects them. 0 or -errno. */
static int spawn(struct felt_hooks *h, const char *path, int output_fd, pid_t *ret_pid)
{
    char old_subnet[96], new_subnet[96], old_subnet6[96], new_subnet6[96], reason[48];
    char *argv[] = {(char *)path, NULL};
    char *envp[] = {(char *)SAFE_PATH, old_subnet, new_subnet, old_subnet6,
                    new_subnet6,       reason,     NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    int r;

    put_subnet(old_subnet, sizeof(old_subnet), "FELT_OLD_SUBNET", &h->now.old_subnet.v4);
    put_subnet(new_subnet, sizeof(new_subnet), "FELT_NEW_SUBNET", &h->now.new_subnet.v4);
    put_subnet(old_subnet6, sizeof(old_subnet6), "FELT_OLD_IPV6_SUBNET", &h->now.old_subnet.v6);
    put_subnet(new_subnet6, sizeof(new_subnet6), "FELT_NEW_IPV6_SUBNET", &h->now.new_subnet.v6);
    snprintf(reason, sizeof(reason), "FELT_REASON=%s", reason_name(h->now.reason));
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    (void)posix_spawnattr_setsigmask(&attr, &none);
    (void)posix_spawnattr_setsigdefault(&attr, &all);
    (void)posix_spawnattr_setpgroup(&attr, 0);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, output_fd, STDERR_FILENO);
    if (r == 0)
        r = posix_spawn(ret_pid, path, &actions, &attr, argv, envp);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return -r;
}

/* Has the process watched; where that fails it ends at once, since nobody would end it later. */
static int watch(struct felt_hooks *h)
{
    struct run *run = &h->run;
    sd_event *event = h->config.event;
    int r;

    if ((r = sd_event_add_child(event, &run->child, run->pid, WEXITED, on_child, h)) >= 0 &&
        (r = sd_event_add_io(event, &run->output, run->output_fd, EPOLLIN, on_output, h)) >= 0)
        r = sd_event_add_time_relative(event, &run->limit, CLOCK_MONOTONIC, h->config.limit_us,
                                       FELT_USEC_SEC / 4, on_limit, h);
    if (r < 0) {
        (void)kill(-run->pid, SIGKILL);
        (void)waitpid(run->pid, NULL, 0);
    }
    return r;
}

/* 0 or -errno. */
static int start(struct felt_hooks *h, const char *name, const char *path)
{
    _cleanup_(felt_closep) int output_fd = -1;
    struct run *run = &h->run;
    int fds[2], r;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    run->output_fd = fds[0];
    output_fd = fds[1];
    (void)fcntl(run->output_fd, F_SETFL, O_NONBLOCK);
    snprintf(run->name, sizeof(run->name), "%s", name);
    r = spawn(h, path, output_fd, &run->pid);
    if (r >= 0)
        r = watch(h);
    if (r < 0)
        end_run(run);
    return r;
}

/* The next file of this run, or the next run, or none. */
static void begin_next(struct felt_hooks *h)
{
    for (;;) {
        char path[PATH_SIZE + NAME_MAX + 2];
        const char *name;
        int r;

        if (h->at >= FELT_MIN(h->n_entries, SCRIPTS_MAX)) {
            free_entries(h);
            if (!h->pending)
                break;
            h->pending = false;
            h->now = h->next;
            scan(h);
            continue;
        }
        name = h->entries[h->at++]->d_name;
        snprintf(path, sizeof(path), "%s/%s", h->dir, name);
        if (!may_run(path))
            continue;
        r = start(h, name, path);
        if (r >= 0)
            return;
        felt_log_error("hooks: cannot run %s: %s", path, strerror(-r));
    }
    if (h->config.idle)
        h->config.idle(h->config.userdata);
}

/* ---- from outside ---- */

int felt_hooks_new(const struct felt_hooks_config *config, struct felt_hooks **ret_hooks)
{
    struct felt_hooks *h = calloc(1, sizeof(*h));

    if (!h)
        return -ENOMEM;
    h->config = *config;
    sd_event_ref(h->config.event);
    h->run.output_fd = -1;
    snprintf(h->dir, sizeof(h->dir), "%s/%s", config->dir, CHANGED_DIR);
    *ret_hooks = h;
    return 0;
}

void felt_hooks_free(struct felt_hooks *hooks)
{
    if (!hooks)
        return;
    end_run(&hooks->run);
    free_entries(hooks);
    sd_event_unref(hooks->config.event);
    free(hooks);
}

void felt_hooks_run(struct felt_hooks *hooks, const struct felt_hooks_change *change)
{
    /* What has not been told yet is one change with this one. */
    hooks->next = (struct felt_hooks_change){
        .old_subnet = hooks->pending ? hooks->next.old_subnet : change->old_subnet,
        .new_subnet = change->new_subnet,
        .reason = change->reason,
    };
    hooks->pending = true;
    if (hooks->run.pid == 0)
        begin_next(hooks);
}

bool felt_hooks_busy(const struct felt_hooks *hooks)
{
    return hooks->pending || hooks->run.pid != 0;
}
