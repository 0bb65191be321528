/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "agent/follow_decision.h"
#include "agent/log.h"
#include "base/usec.h"
#include "kernel/watch.h"

/* While something is missing: a default route may come after the address, without a notification
 * that we hear. */
#define LOOK  (1 * FELT_USEC_SEC)
#define SLACK (50 * FELT_USEC_MS) /* sd-event may join a timer with others within this */
/* Until the next sign of life of a start that waits; more than LOOK. */
#define START_TAKES (30 * FELT_USEC_SEC)

struct felt_follow {
    struct felt_follow_config config;
    struct felt_underlay underlay; /* as last told */
    struct felt_watch *watch;
    sd_event_source *io;
    sd_event_source *soon; /* all notifications of one change are one look */
    sd_event_source *timer;
    felt_usec missing_us; /* since when something is missing; 0: nothing is */
    char home[FELT_PLAN_NAME];
    bool strayed; /* from home, because it was gone: the options decide until we are back there */
    struct felt_underlay_error told;    /* what is missing, as logged; "" */
    struct felt_underlay_error missing; /* as of the last look */
};

/* ---- before the start ---- */

static struct felt_underlay_choice choice_of(const struct felt_options *o)
{
    return (struct felt_underlay_choice){
        .iface = &o->iface,
        .iface_regex = &o->iface_regex,
        .can_reach = o->iface_can_reach,
        .public_ip = o->public_ip,
        .public_ip6 = o->public_ip6,
    };
}

static void log_underlay(const char *what, const struct felt_underlay *u)
{
    char second[2 * FELT_ENDPOINT_TEXT + 32] = "";

    if (u->address6.family != FELT_FAMILY_NONE)
        snprintf(second, sizeof(second), " address6=%s public-ip6=%s", FELT_IP(&u->address6),
                 FELT_IP(&u->public_ip6));
    felt_log_info("underlay: %sinterface=%s address=%s mtu=%u public-ip=%s%s", what, u->name,
                  FELT_IP(&u->address), u->mtu, FELT_IP(&u->public_ip), second);
}

struct felt_endpoint felt_follow_bind(const struct felt_options *options,
                                      const struct felt_underlay *underlay)
{
    struct felt_endpoint bind = options->bind;

    if (!options->bind_explicit && underlay->public_ip.family == FELT_FAMILY_V6)
        bind.ip = (struct felt_ip){.family = FELT_FAMILY_V6};
    return bind;
}

bool felt_follow_advertise(const struct felt_endpoint *bind, const struct felt_underlay *underlay,
                           struct felt_endpoint *ret_advertise)
{
    struct felt_endpoint advertise = *bind;

    if (felt_ip_is_any(&bind->ip) && bind->ip.family == underlay->public_ip.family)
        advertise.ip = underlay->public_ip;
    else if (felt_ip_is_any(&bind->ip) && bind->ip.family == underlay->public_ip6.family)
        advertise.ip = underlay->public_ip6;
    else if (felt_ip_is_any(&bind->ip))
        return false;
    *ret_advertise = advertise;
    return true;
}

/* 0; -ENOENT: not yet; another -errno: never. */
static int try_first(const struct felt_options *o, struct felt_underlay *ret_underlay,
                     struct felt_underlay_error *error)
{
    struct felt_underlay_choice choice = choice_of(o);
    struct felt_endpoint bind, unused;
    int r = felt_underlay_select(&choice, ret_underlay, error);

    if (r < 0)
        return r;
    bind = felt_follow_bind(o, ret_underlay);
    if (felt_follow_advertise(&bind, ret_underlay, &unused))
        return 0;
    snprintf(error->text, sizeof(error->text),
             "--bind %s: interface %s has no address of that family for others to reach this node "
             "at",
             FELT_ENDPOINT(&bind), ret_underlay->name);
    return -ENOENT;
}

/* Until something may have changed. Signals that an earlier life in this process has blocked end it
 * here. */
static void wait_for_news(struct felt_watch *watch)
{
    const struct timespec timeout = {.tv_sec = LOOK / FELT_USEC_SEC};
    struct pollfd fd = {.fd = felt_watch_fd(watch), .events = POLLIN};
    struct felt_watch_scope all = {.any_link = true};
    sigset_t none;

    sigemptyset(&none);
    if (ppoll(&fd, 1, &timeout, &none) > 0)
        (void)felt_watch_drain(watch, &all);
}

int felt_follow_first(const struct felt_options *options, struct felt_underlay *ret_underlay,
                      struct felt_failure *ret_error)
{
    _cleanup_(felt_watch_freep) struct felt_watch *watch = NULL;
    struct felt_underlay_error error = {0}, told = {0};
    int r = felt_watch_new_links(&watch);

    if (r < 0)
        return felt_fail(ret_error, r, "cannot open a netlink socket: %s", strerror(-r));
    while ((r = try_first(options, ret_underlay, &error)) == -ENOENT) {
        if (strcmp(error.text, told.text) != 0)
            felt_log_warning("underlay: waiting: %s", error.text);
        told = error;
        sd_notifyf(0, "STATUS=Waiting for the network: %s\nWATCHDOG=1\nEXTEND_TIMEOUT_USEC=%llu",
                   error.text, (unsigned long long)START_TAKES);
        wait_for_news(watch);
    }
    if (r < 0)
        return felt_fail(ret_error, r, "%s", error.text);
    log_underlay("", ret_underlay);
    return 0;
}

/* ---- while it runs ---- */

static void arm(struct felt_follow *f, felt_usec wait)
{
    (void)sd_event_source_set_time_relative(f->timer, wait);
    (void)sd_event_source_set_enabled(f->timer, SD_EVENT_ONESHOT);
}

static void take(struct felt_follow *f, const struct felt_underlay *next)
{
    bool same = felt_underlay_same(&f->underlay, next);

    f->missing_us = 0;
    (void)sd_event_source_set_enabled(f->timer, SD_EVENT_OFF);
    if (!same || f->told.text[0] != '\0')
        log_underlay(same ? "back: " : "now ", next);
    f->told.text[0] = '\0';
    if (same)
        return;
    f->underlay = *next;
    f->config.moved(f->config.userdata, next);
}

static enum felt_follow_found found(int r)
{
    return r == 0          ? FELT_FOLLOW_WHOLE
           : r == -EBUSY   ? FELT_FOLLOW_LACKS_WHILE_DOWN
           : r == -ENODATA ? FELT_FOLLOW_LACKS
                           : FELT_FOLLOW_GONE;
}

static bool is_down(const struct felt_links *links, uint32_t ifindex)
{
    for (size_t i = 0; i < links->n_interfaces; i++)
        if (links->interfaces[i].ifindex == ifindex)
            return !links->interfaces[i].up;
    return false;
}

/* What we have still, perhaps changed. 0: it is whole (but perhaps down: error says so); -EBUSY: it
 * lacks something, and will, as long as the interface is down; -ENODATA: it lacks something;
 * another -errno: it is of no use. */
static int look_at_ours(const struct felt_follow *f, struct felt_underlay *ret_next,
                        struct felt_underlay_error *error)
{
    struct felt_underlay_choice choice = choice_of(f->config.options);
    struct felt_kernel_error failure = {0};
    struct felt_links links;
    int r = felt_links_read_addrs(&links, &failure);

    if (r < 0) {
        snprintf(error->text, sizeof(error->text),
                 "cannot read the machine's network interfaces: %s", failure.text);
        return r;
    }
    r = felt_underlay_again(&choice, &links, &f->underlay, ret_next, error);
    if (r == 0 && felt_underlay_lacks(ret_next, &f->underlay)) {
        r = is_down(&links, ret_next->ifindex) ? -EBUSY : -ENODATA;
        snprintf(error->text, sizeof(error->text), "interface %s has lost its address of IPv%s",
                 ret_next->name, ret_next->address.family == FELT_FAMILY_V4 ? "6" : "4");
    }
    if (r == 0 && is_down(&links, ret_next->ifindex))
        snprintf(error->text, sizeof(error->text), "interface %s is down", ret_next->name);
    felt_links_done(&links);
    return r;
}

/* It has been missing for long: what the options choose now. */
static void look_elsewhere(struct felt_follow *f, const struct felt_underlay_error *why)
{
    struct felt_underlay_choice choice = choice_of(f->config.options);
    struct felt_underlay_error error = {0};
    struct felt_underlay next;

    if (felt_underlay_select(&choice, &next, &error) == 0) {
        f->strayed = strcmp(next.name, f->home) != 0;
        f->missing.text[0] = '\0';
        take(f, &next);
        return;
    }
    if (f->told.text[0] == '\0') {
        felt_log_warning("underlay: %s; waiting for it: lease, device and routes stay", why->text);
        f->told = *why;
    }
    arm(f, LOOK);
}

static void look(struct felt_follow *f)
{
    struct felt_underlay_error error = {0};
    struct felt_underlay next;
    felt_usec wait = 0;
    uint64_t now;
    int r;

    (void)sd_event_now(f->config.event, CLOCK_MONOTONIC, &now);
    f->missing.text[0] = '\0';
    if (f->strayed) {
        struct felt_underlay_choice choice = choice_of(f->config.options);

        if (felt_underlay_select(&choice, &next, &error) == 0 && strcmp(next.name, f->home) == 0) {
            f->strayed = false;
            take(f, &next);
            return;
        }
    }
    r = look_at_ours(f, &next, &error);
    f->missing = error;
    if (r == 0 && !f->strayed)
        memcpy(f->home, next.name, sizeof(f->home)); /* it may have been renamed */
    switch (felt_follow_decide(found(r), now, &f->missing_us, &wait)) {
    case FELT_FOLLOW_TAKE:
        if (r != 0)
            f->missing.text[0] = '\0'; /* it does without from now on */
        take(f, &next);
        return;
    case FELT_FOLLOW_STAY:
        return;
    case FELT_FOLLOW_WAIT:
        arm(f, wait);
        return;
    case FELT_FOLLOW_ELSEWHERE:
        look_elsewhere(f, &error);
        return;
    }
}

/* A look, and what others make of it. */
static void look_and_tell(struct felt_follow *f)
{
    look(f);
    f->config.looked(f->config.userdata);
}

const char *felt_follow_missing(const struct felt_follow *follow)
{
    return follow->missing.text[0] ? follow->missing.text : NULL;
}

static int on_soon(sd_event_source *source, void *userdata)
{
    (void)source;
    look_and_tell(userdata);
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source;
    (void)usec;
    look_and_tell(userdata);
    return 0;
}

static int on_news(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct felt_watch_scope all = {.any_link = true};
    struct felt_follow *f = userdata;

    (void)source;
    (void)fd;
    (void)events;
    if (felt_watch_drain(f->watch, &all))
        (void)sd_event_source_set_enabled(f->soon, SD_EVENT_ONESHOT);
    return 0;
}

int felt_follow_new(const struct felt_follow_config *config, struct felt_follow **ret_follow)
{
    _cleanup_(felt_follow_freep) struct felt_follow *f = calloc(1, sizeof(*f));
    int r;

    if (!f)
        return -ENOMEM;
    f->config = *config;
    sd_event_ref(f->config.event);
    f->underlay = config->underlay;
    memcpy(f->home, config->underlay.name, sizeof(f->home));
    if ((r = felt_watch_new_links(&f->watch)) < 0 ||
        (r = sd_event_add_io(config->event, &f->io, felt_watch_fd(f->watch), EPOLLIN, on_news, f)) <
            0 ||
        (r = sd_event_add_defer(config->event, &f->soon, on_soon, f)) < 0 ||
        (r = sd_event_add_time_relative(config->event, &f->timer, CLOCK_MONOTONIC, 0, SLACK,
                                        on_timer, f)) < 0)
        return r;
    /* The first look is due at once: something may have changed since the choice. */
    *ret_follow = FELT_TAKE(f);
    return 0;
}

void felt_follow_free(struct felt_follow *follow)
{
    if (!follow)
        return;
    sd_event_source_disable_unref(follow->timer);
    sd_event_source_disable_unref(follow->soon);
    sd_event_source_disable_unref(follow->io);
    felt_watch_free(follow->watch);
    sd_event_unref(follow->config.event);
    free(follow);
}
