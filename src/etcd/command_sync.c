/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge sync: runs beside feltd, until it is stopped or the cluster is cut over. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/path.h"
#include "etcd/sync.h"

#define FAREWELL_US (2 * FELT_USEC_SEC) /* for giving the lock back; it expires by itself */

felt_usec felt_sync_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

static void log_lines(const struct felt_flannel_effects *e)
{
    for (size_t i = 0; i < e->n_lines; i++)
        felt_log(e->lines[i].level == FELT_FLANNEL_WARNING ? FELT_LOG_WARNING : FELT_LOG_INFO,
                 "bridge: %s", e->lines[i].text);
}

void felt_sync_step(struct felt_sync *sync, struct felt_flannel_input *input)
{
    struct felt_flannel_input lost = {.event = FELT_FLANNEL_FELT_LOST};

    sync->now = felt_sync_now();
    input->now = sync->now;
    felt_flannel_step(sync->engine, input, &sync->effects);
    log_lines(&sync->effects);
    felt_sync_etcd_send(sync);
    if (felt_sync_feltd_tell(sync))
        return;
    sync->is_lost = true;
    sync->has_generation = false;
    sync->clear_seq = 0;
    lost.now = sync->now;
    felt_flannel_step(sync->engine, &lost, &sync->effects);
    log_lines(&sync->effects);
    felt_sync_etcd_send(sync);
}

/* SIGTERM and SIGINT, to be waited for beside others. A file descriptor or -errno. */
static int catch_signals(void)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* Beside etcd the loop waits for signals, and for what else is added. */
static int wait_beside(struct felt_sync *sync, int signal_fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = FELT_SYNC_SIGNAL};

    sync->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (sync->epoll_fd < 0 || epoll_ctl(sync->epoll_fd, EPOLL_CTL_ADD, signal_fd, &event) < 0)
        return -errno;
    return 0;
}

static void take_answers(struct felt_sync *sync)
{
    struct felt_etcd_answer answer;

    while (felt_etcd_client_next(sync->bridge->etcd, &answer)) {
        felt_sync_etcd_take(sync, &answer);
        felt_etcd_answer_done(&answer);
    }
}

/* False: a signal. */
static bool take_others(struct felt_sync *sync)
{
    struct epoll_event events[2];
    int n = epoll_wait(sync->epoll_fd, events, FELT_ARRAY_LEN(events), 0);

    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 == FELT_SYNC_SIGNAL)
            return false;
        felt_sync_feltd_rung(sync);
    }
    return true;
}

/* Until there is a signal, the mode is off, or no memory is left. */
static void loop(struct felt_sync *sync)
{
    while (!sync->is_off && !sync->is_out_of_memory) {
        struct felt_flannel_input tick = {.event = FELT_FLANNEL_TICK};
        felt_usec wake = FELT_MIN(sync->ask_us, sync->effects.wake_us);
        int r;

        sync->now = felt_sync_now();
        r = felt_etcd_client_wait(sync->bridge->etcd, sync->epoll_fd,
                                  felt_usec_sub(wake, sync->now));
        if (r < 0 || (r > 0 && !take_others(sync)))
            return;
        take_answers(sync);
        sync->now = felt_sync_now();
        if (sync->now >= sync->ask_us)
            felt_sync_feltd_ask(sync);
        if (sync->now >= sync->effects.wake_us)
            felt_sync_step(sync, &tick);
    }
}

/* The lock is given back, so that another bridge need not wait for its end. */
static void farewell(struct felt_sync *sync)
{
    struct felt_flannel_input stop = {.event = FELT_FLANNEL_STOP};
    felt_usec until;

    felt_sync_step(sync, &stop);
    until = felt_usec_add(sync->now, FAREWELL_US);
    while (sync->n_waiting > 0 && felt_sync_now() < until) {
        if (felt_etcd_client_wait(sync->bridge->etcd, -1, felt_usec_sub(until, felt_sync_now())) <
            0)
            return;
        take_answers(sync);
    }
}

static enum felt_bridge_exit run(struct felt_sync *sync, int signal_fd)
{
    bool over = false;
    enum felt_bridge_exit code = felt_sync_begin(sync, signal_fd, &over);

    if (code != FELT_BRIDGE_FINE || over)
        return code;
    felt_log_notice("bridge: begins; etcd=%s prefix=%s network=%s",
                    felt_etcd_client_endpoint(sync->bridge->etcd), sync->bridge->options->prefix,
                    FELT_CIDR(&sync->config.network));
    sync->effects.wake_us = 0;
    if (wait_beside(sync, signal_fd) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "cannot wait for signals: %s", strerror(errno));
    loop(sync);
    if (sync->is_out_of_memory)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    if (sync->is_off)
        felt_log_notice("bridge: the cluster was cut over; nothing is left to do");
    farewell(sync);
    felt_log_notice("bridge: ends");
    return FELT_BRIDGE_FINE;
}

enum felt_bridge_exit felt_bridge_sync(struct felt_bridge *bridge)
{
    _cleanup_(felt_closep) int signal_fd = catch_signals();
    struct felt_sync *sync = calloc(1, sizeof(*sync));
    enum felt_bridge_exit code;

    if (!sync || signal_fd < 0) {
        free(sync);
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "out of memory");
    }
    felt_bridge_say_in_log();
    sync->bridge = bridge;
    sync->alone_fd = sync->epoll_fd = -1;
    code = run(sync, signal_fd);
    felt_flannel_free(sync->engine);
    felt_varlink_client_free(sync->bell);
    felt_closep(&sync->epoll_fd);
    felt_closep(&sync->alone_fd);
    free(sync);
    return code;
}
