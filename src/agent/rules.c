/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/rules.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "agent/log.h"
#include "agent/path.h"
#include "agent/thread.h"
#include "base/usec.h"
#include "kernel/nft_watch.h"

#define STACK_SIZE  (256 * 1024) /* bytes */
#define FULL_PERIOD (60 * FELT_USEC_SEC)
#define BACKOFF_MIN (200 * FELT_USEC_MS)
#define BACKOFF_MAX (30 * FELT_USEC_SEC)
/* Somebody may undo what we do as fast as we do it: so many passes that change something in a row,
 * and then one in two seconds. */
#define WRITES_MAX   30
#define WRITE_REFILL (2 * FELT_USEC_SEC)

struct felt_rules {
    struct felt_rules_config config;
    sd_event_source *source;
    int wake_fd, stop_fd, result_fd; /* the first two are the thread's to read */
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t mutex; /* of what is between here and the next blank line */
    struct felt_rules_net nets[FELT_RULES_FAMILIES];
    size_t n_nets;
    unsigned set, settled; /* how often felt_rules_set() said something new; the last one done */
    char error[FELT_KERNEL_ERROR_TEXT];

    char error_copy[FELT_KERNEL_ERROR_TEXT]; /* the main thread's */
};

/* What the thread has to itself. */
struct worker {
    struct felt_rules *rules;
    struct felt_rules_pass pass;
    struct felt_nft_watch *watch; /* NULL: this kernel has no nftables */
    struct felt_rules_net nets[FELT_RULES_FAMILIES];
    size_t n_nets;
    unsigned set;
    felt_usec full_due, legacy_due, backoff_us, not_before, refill_us;
    unsigned writes_left;
    bool told_fight;
};

static felt_usec now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

static bool is_readable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};

    return poll(&pollfd, 1, 0) > 0;
}

/* ---- the thread ---- */

static void take_set(struct worker *w)
{
    struct felt_rules *rules = w->rules;

    felt_bell_hear(rules->wake_fd);
    pthread_mutex_lock(&rules->mutex);
    if (w->set != rules->set)
        w->full_due = 0;
    w->set = rules->set;
    w->n_nets = rules->n_nets;
    memcpy(w->nets, rules->nets, sizeof(w->nets));
    pthread_mutex_unlock(&rules->mutex);
}

static void publish(struct worker *w, const char *text)
{
    struct felt_rules *rules = w->rules;
    bool is_news;

    pthread_mutex_lock(&rules->mutex);
    is_news = rules->settled != w->set || strcmp(rules->error, text) != 0;
    if (text[0] != '\0' && strcmp(rules->error, text) != 0)
        felt_log_error("kernel: %s; trying on", text);
    else if (text[0] == '\0' && rules->error[0] != '\0')
        felt_log_notice("kernel: the packet filter is as it should be again");
    snprintf(rules->error, sizeof(rules->error), "%s", text);
    rules->settled = w->set;
    pthread_mutex_unlock(&rules->mutex);
    if (is_news)
        felt_bell_ring(rules->result_fd);
}

/* What was written is looked at again soon, by notification or, where there is none, by this. */
static void count_writes(struct worker *w, felt_usec now, size_t n_writes)
{
    while (w->writes_left < WRITES_MAX && now >= w->refill_us + WRITE_REFILL) {
        w->writes_left++;
        w->refill_us += WRITE_REFILL;
    }
    if (w->writes_left == WRITES_MAX)
        w->refill_us = now;
    if (n_writes == 0)
        return;
    w->legacy_due = now;
    if (w->writes_left > 0)
        w->writes_left--;
    if (w->writes_left > 0) {
        w->told_fight = false;
        return;
    }
    w->not_before = now + WRITE_REFILL;
    if (!w->told_fight)
        felt_log_warning(
            "kernel: somebody undoes felt's rules as fast as they are written; looking "
            "at them every two seconds only");
    w->told_fight = true;
}

static void run_pass(struct worker *w, enum felt_rules_scope scope)
{
    struct felt_kernel_error error = {0};
    felt_usec now;
    size_t n_writes;
    int r;

    /* What changes from here on is seen by this pass, or notified. */
    if (w->watch != NULL)
        (void)felt_nft_watch_drain(w->watch);
    r = felt_rules_pass_run(&w->pass, scope, w->nets, w->n_nets, &n_writes, &error);
    if (is_readable(w->rules->stop_fd))
        return;
    now = now_us();
    if (r < 0) {
        w->full_due = w->legacy_due = now + w->backoff_us;
        w->backoff_us = FELT_MIN(w->backoff_us * 2, BACKOFF_MAX);
        if (error.text[0] == '\0')
            snprintf(error.text, sizeof(error.text), "packet filter: %s", strerror(-r));
    } else {
        w->backoff_us = BACKOFF_MIN;
        w->legacy_due = now + w->rules->config.setting.resync_sec * FELT_USEC_SEC;
        if (scope == FELT_RULES_ALL)
            w->full_due = now + FULL_PERIOD;
        count_writes(w, now, n_writes);
    }
    if (scope == FELT_RULES_ALL || r < 0)
        publish(w, error.text);
}

/* Whether a look at legacy tables is worth a pass. Without nftables' notifications everything is
 * looked at as often. */
static bool legacy_concerns_us(const struct worker *w)
{
    bool exists = w->watch == NULL;

    for (size_t i = 0; i < w->n_nets; i++)
        exists |= felt_iptables_legacy_exists(w->nets[i].network.ip.family);
    return exists;
}

/* Until something is due or tells that it is. False: the end. */
static bool wait_for_work(struct worker *w)
{
    felt_usec due = FELT_MIN(w->full_due, w->legacy_due), now = now_us(), wait = 0;
    struct pollfd pollfds[] = {
        {.fd = w->rules->stop_fd, .events = POLLIN},
        {.fd = w->rules->wake_fd, .events = POLLIN},
        {.fd = w->watch != NULL ? felt_nft_watch_fd(w->watch) : -1, .events = POLLIN},
    };

    due = FELT_MAX(due, w->not_before);
    if (w->n_nets > 0 && due > now)
        wait = (due - now) / FELT_USEC_MS + 1;
    if (now < w->not_before) /* notifications wait, too */
        pollfds[2].fd = -1;
    if (poll(pollfds, FELT_ARRAY_LEN(pollfds), w->n_nets > 0 ? (int)wait : -1) < 0)
        return errno == EINTR;
    if (pollfds[0].revents != 0)
        return false;
    if (pollfds[1].revents != 0)
        take_set(w);
    if (pollfds[2].revents != 0 && felt_nft_watch_drain(w->watch))
        w->full_due = 0;
    return true;
}

static void work(struct worker *w)
{
    while (wait_for_work(w)) {
        felt_usec now = now_us();

        if (w->n_nets == 0 || now < w->not_before)
            continue;
        if (now >= w->full_due) {
            run_pass(w, FELT_RULES_ALL);
        } else if (now >= w->legacy_due) {
            if (legacy_concerns_us(w))
                run_pass(w, w->watch != NULL ? FELT_RULES_LEGACY : FELT_RULES_ALL);
            else
                w->legacy_due = now + w->rules->config.setting.resync_sec * FELT_USEC_SEC;
        }
    }
}

static void *run(void *data)
{
    struct felt_rules *rules = data;
    struct worker w = {
        .rules = rules,
        .pass = {.setting = &rules->config.setting, .cancel_fd = rules->stop_fd},
        .backoff_us = BACKOFF_MIN,
        .writes_left = WRITES_MAX,
        .refill_us = now_us(),
    };
    int r = felt_nft_watch_new(&w.watch);

    if (r < 0)
        felt_log_debug("kernel: no notifications of nftables: %s", strerror(-r));
    work(&w);
    felt_nft_watch_free(w.watch);
    felt_rules_pass_done(&w.pass);
    return NULL;
}

/* ---- the event loop's side ---- */

static int on_result(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct felt_rules *rules = userdata;

    (void)source;
    (void)events;
    felt_bell_hear(fd);
    rules->config.changed(rules->config.userdata);
    return 0;
}

int felt_rules_new(const struct felt_rules_config *config, struct felt_rules **ret_rules)
{
    _cleanup_(felt_rules_freep) struct felt_rules *rules = calloc(1, sizeof(*rules));
    int r;

    if (rules == NULL)
        return -ENOMEM;
    rules->config = *config;
    rules->wake_fd = rules->stop_fd = rules->result_fd = -1;
    pthread_mutex_init(&rules->mutex, NULL);
    if ((r = rules->wake_fd = felt_bell_open()) < 0 ||
        (r = rules->stop_fd = felt_bell_open()) < 0 ||
        (r = rules->result_fd = felt_bell_open()) < 0 ||
        (r = sd_event_add_io(config->event, &rules->source, rules->result_fd, EPOLLIN, on_result,
                             rules)) < 0 ||
        (r = felt_thread_start(STACK_SIZE, run, rules, &rules->thread)) < 0)
        return r;
    rules->has_thread = true;
    *ret_rules = FELT_TAKE(rules);
    return 0;
}

void felt_rules_free(struct felt_rules *rules)
{
    if (rules == NULL)
        return;
    if (rules->has_thread) {
        felt_bell_ring(rules->stop_fd);
        pthread_join(rules->thread, NULL);
    }
    sd_event_source_disable_unref(rules->source);
    felt_closep(&rules->wake_fd);
    felt_closep(&rules->stop_fd);
    felt_closep(&rules->result_fd);
    pthread_mutex_destroy(&rules->mutex);
    free(rules);
}

static bool is_same(const struct felt_rules *rules, const struct felt_rules_net *nets,
                    size_t n_nets)
{
    if (rules->set == 0 || rules->n_nets != n_nets)
        return false;
    for (size_t i = 0; i < n_nets; i++)
        if (!felt_cidr_equal(&rules->nets[i].network, &nets[i].network) ||
            !felt_cidr_equal(&rules->nets[i].lease, &nets[i].lease))
            return false;
    return true;
}

void felt_rules_set(struct felt_rules *rules, const struct felt_rules_net *nets, size_t n_nets)
{
    assert(n_nets <= FELT_RULES_FAMILIES);
    pthread_mutex_lock(&rules->mutex);
    if (!is_same(rules, nets, n_nets)) {
        rules->set++;
        rules->n_nets = n_nets;
        memcpy(rules->nets, nets, n_nets * sizeof(*nets));
        felt_bell_ring(rules->wake_fd);
    }
    pthread_mutex_unlock(&rules->mutex);
}

bool felt_rules_settled(struct felt_rules *rules)
{
    bool settled;

    pthread_mutex_lock(&rules->mutex);
    settled = rules->set > 0 && rules->settled == rules->set;
    pthread_mutex_unlock(&rules->mutex);
    return settled;
}

const char *felt_rules_error(struct felt_rules *rules)
{
    pthread_mutex_lock(&rules->mutex);
    memcpy(rules->error_copy, rules->error, sizeof(rules->error_copy));
    pthread_mutex_unlock(&rules->mutex);
    return rules->error_copy[0] != '\0' ? rules->error_copy : NULL;
}
