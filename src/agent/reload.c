/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "agent/daemon_parts.h"
#include "agent/env_file.h"
#include "agent/log.h"

#define JOIN "join" /* has been acted upon, and its token wiped from the arguments */

static void take_log_level(struct felt_daemon *d, const struct felt_options *next)
{
    d->effective.log_level = next->log_level;
    felt_log_set_max(next->log_level);
}

static void take_on_lease_lost(struct felt_daemon *d, const struct felt_options *next)
{
    d->effective.on_lease_lost = next->on_lease_lost;
}

static void take_rules(struct felt_daemon *d, const struct felt_options *next)
{
    struct felt_options *o = &d->effective;

    o->ip_masq = next->ip_masq;
    o->ip_masq_fully_random_disable = next->ip_masq_fully_random_disable;
    memcpy(o->ip_masq_excludes, next->ip_masq_excludes, sizeof(o->ip_masq_excludes));
    o->n_ip_masq_excludes = next->n_ip_masq_excludes;
    o->iptables_forward_rules = next->iptables_forward_rules;
    o->iptables_resync_sec = next->iptables_resync_sec;
    felt_overlay_reload(d->overlay);
}

/* What can change while feltd runs. */
static const struct {
    const char *name;
    void (*take)(struct felt_daemon *d, const struct felt_options *next);
} changeable[] = {
    {"log-level", take_log_level},          {"v", take_log_level},
    {"on-lease-lost", take_on_lease_lost},  {"ip-masq", take_rules},
    {"ip-masq-exclude", take_rules},        {"ip-masq-fully-random-disable", take_rules},
    {"iptables-forward-rules", take_rules}, {"iptables-resync", take_rules},
};

/* Several options are one setting of the kernel: that is made once. */
static void take_all(struct felt_daemon *d, const struct felt_options *next, const char **names,
                     size_t n)
{
    bool rules = false;

    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (k < FELT_ARRAY_LEN(changeable) && strcmp(changeable[k].name, names[i]) != 0)
            k++;
        if (k == FELT_ARRAY_LEN(changeable)) {
            felt_log_warning("reload: --%s has changed: that takes a restart", names[i]);
            continue;
        }
        if (changeable[k].take != take_rules || !rules)
            changeable[k].take(d, next);
        rules |= changeable[k].take == take_rules;
        felt_options_took(&d->effective, next, names[i]); /* the others are told of again */
        felt_log_notice("reload: --%s has changed", names[i]);
    }
}

/* The arguments without --join. Owned; its strings are borrowed. */
static char **without_join(char *const *argv, int *ret_argc)
{
    size_t n = 0, kept = 0;
    char **list;

    while (argv[n])
        n++;
    list = calloc(n + 1, sizeof(*list));
    for (size_t i = 0; list && i < n; i++) {
        const char *name = argv[i] + strspn(argv[i], "-");
        size_t len = strcspn(name, "=");

        if (i > 0 && name != argv[i] && len == strlen(JOIN) && strncmp(name, JOIN, len) == 0)
            i += name[len] == '\0'; /* and its value */
        else
            list[kept++] = argv[i];
    }
    *ret_argc = (int)kept;
    return list;
}

/* 0, or -errno with error. ret_options borrows from ret_file. */
static int parse(const struct felt_options *now, struct felt_env_file *ret_file,
                 struct felt_options *ret_options, struct felt_options_error *error)
{
    int argc, r;
    _cleanup_(felt_freep) char **argv = without_join(now->argv, &argc);

    snprintf(error->text, sizeof(error->text), "out of memory");
    if (!argv)
        return -ENOMEM;
    r = felt_env_file_load(argv, now->envp, ret_file, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < ret_file->n; i++) {
        if (strncmp(ret_file->variables[i], "FELTD_JOIN=", strlen("FELTD_JOIN=")) == 0)
            explicit_bzero(ret_file->variables[i], strlen(ret_file->variables[i]));
    }
    return felt_options_parse(argc, argv, ret_file->variables, now->node_name, ret_options, error);
}

static void reload(struct felt_daemon *d)
{
    _cleanup_(felt_freep) struct felt_options *next = calloc(1, sizeof(*next));
    const char *names[FELT_OPTIONS_MAX];
    struct felt_options_error error;
    struct felt_env_file file = {0};
    size_t n, kept = 0;

    if (!next || parse(d->options, &file, next, &error) < 0) {
        felt_log_error("reload: nothing is changed: %s", next ? error.text : "out of memory");
        felt_env_file_done(&file);
        return;
    }
    n = felt_options_differences(d->options, next, names, FELT_OPTIONS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], JOIN) != 0)
            names[kept++] = names[i];
    }
    if (kept == 0)
        felt_log_notice("reload: nothing has changed");
    take_all(d, next, names, kept);
    felt_env_file_done(&file);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    struct felt_daemon *d = userdata;
    struct timespec now;

    (void)source;
    (void)info;
    if (!d->options->argv)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (d->methods.ready)
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
                   (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    reload(d);
    if (d->methods.ready)
        sd_notify(0, "READY=1");
    return 0;
}

int felt_reload_open(struct felt_daemon *d)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return sd_event_add_signal(d->event, NULL, SIGHUP, on_hangup, d);
}
