/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "agent/abandon.h"
#include "agent/daemon_parts.h"
#include "agent/event_log.h"
#include "agent/log.h"
#include "config.h"
#include "node/view.h"

#define DATAGRAMS_PER_WAKE 64  /* then other sources get their turn */
#define ECHOES_PER_WAKE    64  /* errors of the socket, likewise */
#define EVENTS_MAX         128 /* more than a step makes */
#define TIMER_SLACK        (5 * FELT_USEC_MS)

static const uint8_t path_families[FELT_PATHS] = {FELT_FAMILY_V4, FELT_FAMILY_V6};

felt_usec felt_daemon_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

static void notify_status(const struct felt_daemon *d)
{
    struct felt_self_view self;
    struct felt_dual subnets;

    felt_node_self(d->node, &self);
    if (!self.has_lease) {
        sd_notifyf(0, "STATUS=Waiting for a subnet: %s", self.waiting);
        return;
    }
    subnets = felt_netconf_subnets(self.config, self.lease_slot);
    sd_notifyf(0, "STATUS=Subnet %s, %u of %u members alive", FELT_DUAL(&subnets), self.n_alive,
               self.n_members - self.n_left);
}

static void on_hooks_idle(void *userdata)
{
    struct felt_daemon *d = userdata;

    if (d->ending)
        felt_daemon_end(d);
}

static void lease_lost(struct felt_daemon *d, bool foreign)
{
    if (d->options->on_lease_lost != FELT_ON_LEASE_LOST_EXIT) {
        felt_lease_change_lost(&d->lease_change, false, foreign);
        return;
    }
    felt_log_error("lease: --on-lease-lost=exit, so feltd stops; the data plane is left as it is");
    felt_lease_change_lost(&d->lease_change, true, foreign);
    felt_daemon_end(d);
}

static void left(struct felt_daemon *d)
{
    if (d->abandoning) {
        felt_daemon_begin_anew(d);
        return;
    }
    felt_log_info("node: stopping; device and routes stay");
    sd_notify(0, "STOPPING=1");
    felt_lease_change_left(&d->lease_change);
    felt_daemon_end(d);
}

static void handle_event(struct felt_daemon *d, const struct felt_event *event)
{
    felt_event_log(d->node, event);
    switch (event->kind) {
    case FELT_EVENT_SEEDS_WANTED:
        if (d->seeds)
            felt_seeds_resolve(d->seeds);
        break;
    case FELT_EVENT_LEASE_LOST:
        lease_lost(d, event->n_slots > 0);
        break;
    case FELT_EVENT_SEEDS_SILENT:
        felt_event_log_silent_seeds(d->options, d->prepared.token_seeds, d->prepared.n_token_seeds);
        break;
    case FELT_EVENT_SAVE_FAILING:
        d->methods.save_failing = true;
        break;
    case FELT_EVENT_LEFT:
        left(d);
        break;
    case FELT_EVENT_LEASE_TAKEN:
        felt_abandon_done(d->options->state_dir);
        felt_overlay_changed(d->overlay);
        break;
    case FELT_EVENT_CONFIGURED:
    case FELT_EVENT_MEMBER_LEFT:
    case FELT_EVENT_IDENTITY_RENEWED:
    case FELT_EVENT_STARTED_OVER:
    case FELT_EVENT_PEER_CHANGED:
        felt_overlay_changed(d->overlay);
        break;
    case FELT_EVENT_MEMBER_SUSPECT:
        d->methods.n_suspicions++;
        break;
    case FELT_EVENT_MEMBER_DEAD:
        d->methods.n_deaths++;
        break;
    case FELT_EVENT_KEYS:
        felt_orders_key_changed(d);
        break;
    case FELT_EVENT_BRIDGE:
    case FELT_EVENT_SETTINGS:
    case FELT_EVENT_JOINED:
    case FELT_EVENT_LEASE_WAITING:
    case FELT_EVENT_MEMBER_ALIVE:
    case FELT_EVENT_CROWD_SILENT:
    case FELT_EVENT_FOREIGN_CLUSTER:
    case FELT_EVENT_WRONG_KEY:
    case FELT_EVENT_RECLAIMED:
    case FELT_EVENT_NOT_RECLAIMED:
    case FELT_EVENT_FORCED:
    case FELT_EVENT_FORK:
    case FELT_EVENT_BOOTSTRAP:
    case FELT_EVENT_PATH_FAILS:
    case FELT_EVENT_PATH_LARGE_FAILS:
    case FELT_EVENT_PATH_PASSES:
        break;
    }
}

enum felt_verdict felt_daemon_step(struct felt_daemon *d, struct felt_input input)
{
    struct felt_endpoint unreachable[FELT_TRANSPORT_UNREACHABLE_MAX];
    struct felt_event events[EVENTS_MAX];
    size_t n_events, n_unreachable;
    struct felt_effects effects;
    enum felt_verdict verdict;

    input.now = felt_daemon_now();
    verdict = felt_node_step(d->node, &input, &effects);
    n_unreachable =
        felt_transport_send_all(&d->transport, effects.datagrams, effects.n_datagrams, unreachable);
    for (size_t i = 0; i < FELT_PATHS; i++)
        felt_overlay_socket_send_all(d->overlay_sockets[i], effects.datagrams, effects.n_datagrams);
    if (effects.deadline == FELT_USEC_NEVER) {
        (void)sd_event_source_set_enabled(d->timer, SD_EVENT_OFF);
    } else {
        (void)sd_event_source_set_time(d->timer, effects.deadline);
        (void)sd_event_source_set_enabled(d->timer, SD_EVENT_ONESHOT);
    }
    /* What follows may step again, and then the effects are gone. */
    n_events = FELT_MIN(effects.n_events, (size_t)EVENTS_MAX);
    memcpy(events, effects.events, n_events * sizeof(events[0]));
    if (effects.state.len > 0) {
        uint64_t save = effects.state_save;
        int r = felt_writer_begin(d->writer, save, effects.state.data, effects.state.len);

        if (r < 0) {
            felt_log_error("store: cannot save: %s", strerror(-r));
            felt_daemon_step(d, (struct felt_input){.kind = FELT_INPUT_SAVE_FAILED, .save = save});
        }
    }
    for (size_t i = 0; i < n_events; i++)
        handle_event(d, &events[i]);
    if (n_events > 0)
        notify_status(d);
    felt_orders_stepped(d);
    /* What such news makes the node send fails likewise: that is no news any more. */
    if (input.kind == FELT_INPUT_UNREACHABLE)
        return verdict;
    for (size_t i = 0; i < n_unreachable; i++)
        felt_daemon_step(
            d, (struct felt_input){.kind = FELT_INPUT_UNREACHABLE, .endpoint = unreachable[i]});
    return verdict;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source;
    (void)usec;
    felt_daemon_step(userdata, (struct felt_input){.kind = FELT_INPUT_WAKE});
    return 0;
}

static void take_echoes(struct felt_daemon *d)
{
    struct felt_echo echo;
    int r = 0;

    for (unsigned i = 0; i < ECHOES_PER_WAKE && (r >= 0 || r == -ENOMSG); i++) {
        struct felt_input input;

        r = felt_transport_echo(&d->transport, &echo);
        if (r < 0)
            continue;
        input = (struct felt_input){.kind = echo.kind == FELT_ECHO_REFUSED ? FELT_INPUT_REFUSED
                                                                           : FELT_INPUT_UNREACHABLE,
                                    .endpoint = echo.endpoint};
        felt_daemon_step(d, input);
    }
}

static int on_datagram(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct felt_daemon *d = userdata;

    (void)source;
    (void)fd;
    if (events & EPOLLERR)
        take_echoes(d);
    /* Also after an error alone: receiving takes one that found no place in the error queue. */
    for (unsigned i = 0; i < DATAGRAMS_PER_WAKE; i++) {
        struct felt_input input = {.kind = FELT_INPUT_DATAGRAM};
        size_t len;
        int r = felt_transport_receive(&d->transport, d->buf, &input.datagram.from, &len);

        if (r == -EAGAIN)
            break;
        if (r < 0)
            continue; /* the echo of an earlier send */
        input.datagram.bytes = felt_bytes(d->buf, len);
        felt_daemon_step(d, input);
    }
    return 0;
}

static void on_overlay_datagram(void *userdata, const struct felt_endpoint *from,
                                struct felt_bytes sealed)
{
    felt_daemon_step(userdata, (struct felt_input){.kind = FELT_INPUT_DATAGRAM,
                                                   .datagram = {*from, sealed, .overlay = true}});
}

static void saved(struct felt_daemon *d, uint64_t save, int r)
{
    if (r == 0) {
        if (d->methods.save_failing)
            felt_log_notice("store: saving works again");
        d->methods.save_failing = false;
        d->save_error = 0;
        felt_daemon_step(d, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
        return;
    }
    if (r != d->save_error)
        felt_log_error(
            "store: cannot save %s: %s; trying on, but no subnet is taken or given until "
            "it works",
            d->prepared.store.state_path, strerror(-r));
    d->save_error = r;
    felt_daemon_step(d, (struct felt_input){.kind = FELT_INPUT_SAVE_FAILED, .save = save});
}

static int on_saved(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct felt_daemon *d = userdata;
    uint64_t save;
    int r = felt_writer_result(d->writer, &save);

    (void)source;
    (void)fd;
    (void)events;
    if (r == -EAGAIN)
        return 0;
    if (d->stopping)
        felt_daemon_saved_last(d, save, r);
    else
        saved(d, save, r);
    return 0;
}

static void on_seeds(void *userdata, const struct felt_endpoint *endpoints, size_t n)
{
    struct felt_input input = {.kind = FELT_INPUT_SEEDS};

    input.seeds.endpoints = endpoints;
    input.seeds.n = n;
    felt_daemon_step(userdata, input);
}

static void on_backend(void *userdata, const struct felt_devices_backend *backend)
{
    struct felt_input input = {.kind = FELT_INPUT_BACKEND};
    char text[FELT_DEVICES_MAX][FELT_BACKEND_DATA_MAX + 1] = {"", ""};
    struct felt_node_ways ways = {.public_ip = backend->ways[0].public_ip,
                                  .public_ip6 = backend->ways[1].public_ip,
                                  .data6 = text[1]};
    struct felt_daemon *d = userdata;
    struct felt_self_view self;

    felt_node_self(d->node, &self);
    for (size_t i = 0; i < FELT_DEVICES_MAX && self.config->backend == FELT_BACKEND_VXLAN; i++)
        if (backend->ways[i].public_ip.family != FELT_FAMILY_NONE)
            felt_vxlan_data_format(&backend->ways[i].data, text[i]);
    input.backend.type = self.config->backend;
    input.backend.mtu = backend->mtu;
    input.backend.data = text[0];
    input.backend.ways = &ways;
    felt_daemon_step(d, input);
}

static void on_moved(void *userdata, const struct felt_underlay *underlay)
{
    struct felt_input input = {.kind = FELT_INPUT_ADDRESS};
    struct felt_daemon *d = userdata;

    d->prepared.underlay = *underlay;
    (void)felt_follow_advertise(&d->prepared.bind, underlay, &d->prepared.advertise);
    input.address.advertise = d->prepared.advertise;
    input.address.public_ip = underlay->public_ip;
    felt_daemon_step(d, input);
    felt_overlay_move(d->overlay, underlay);
}

static void follow_path_ends(struct felt_daemon *d)
{
    struct felt_input input = {.kind = FELT_INPUT_PATH_END};

    for (size_t i = 0; i < FELT_PATHS; i++) {
        input.path_end.open = felt_overlay_socket_follow(d->overlay_sockets[i], d->node);
        if (input.path_end.open != d->path_ends_shut[i])
            continue;
        input.path_end.family = path_families[i];
        d->path_ends_shut[i] = !input.path_end.open;
        felt_daemon_step(d, input);
    }
}

static void on_looked(void *userdata)
{
    struct felt_daemon *d = userdata;

    d->methods.underlay_missing = felt_follow_missing(d->follow);
    follow_path_ends(d); /* perhaps there is a bridge now that is our end under host-gw */
}

/* The control socket shows what the last pass came to. */
static void on_passed(void *userdata)
{
    struct felt_daemon *d = userdata;
    struct felt_overlay_view overlay;

    felt_overlay_view(d->overlay, &overlay);
    follow_path_ends(d);
    d->methods.device = overlay.device;
    d->methods.device6 = overlay.device6;
    d->methods.mtu = overlay.mtu;
    d->methods.n_programmed = (uint32_t)overlay.n_programmed;
    d->methods.n_unreachable = (uint32_t)overlay.n_unreachable;
    d->methods.work = overlay.work;
    d->methods.kernel_limit = overlay.kernel_limit;
    d->methods.kernel_error = overlay.kernel_error;
    d->methods.subnet_file_error = overlay.subnet_file_error;
    if (overlay.subnets)
        felt_lease_change_written(&d->lease_change, overlay.subnets);
    if (!overlay.ready || d->methods.ready)
        return;
    d->methods.ready = true;
    felt_log_info("node: ready");
    notify_status(d);
    sd_notify(0, "READY=1");
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    struct felt_daemon *d = userdata;

    (void)source;
    felt_log_info("node: %s: stopping; lease, device and routes stay",
                  info->ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
    sd_notify(0, "STOPPING=1");
    d->anew = false; /* if at all, then when it is started again */
    felt_daemon_end_now(d);
    return 0;
}

static int open_sources(struct felt_daemon *d)
{
    sigset_t signals;
    int r;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if ((r = sd_event_add_signal(d->event, NULL, SIGTERM, on_signal, d)) < 0 ||
        (r = sd_event_add_signal(d->event, NULL, SIGINT, on_signal, d)) < 0 ||
        (r = felt_reload_open(d)) < 0 ||
        (r = sd_event_add_time(d->event, &d->timer, CLOCK_MONOTONIC, 0, TIMER_SLACK, on_timer, d)) <
            0 ||
        (r = sd_event_add_io(d->event, &d->socket, d->transport.fd, EPOLLIN, on_datagram, d)) < 0 ||
        (r = sd_event_add_io(d->event, &d->saved, felt_writer_fd(d->writer), EPOLLIN, on_saved,
                             d)) < 0)
        return r;
    return sd_event_set_watchdog(d->event, true);
}

static int open_transport(struct felt_daemon *d)
{
    int r = felt_transport_open(&d->prepared.bind, &d->transport);

    if (r == -EADDRINUSE)
        felt_log_error(
            "transport: --bind %s: the port is in use; is another feltd running? (ss -ulnp "
            "shows who has it)",
            FELT_ENDPOINT(&d->prepared.bind));
    else if (r < 0)
        felt_log_error("transport: --bind %s: %s", FELT_ENDPOINT(&d->prepared.bind), strerror(-r));
    return r;
}

static int open_seeds(struct felt_daemon *d)
{
    if (d->options->n_seeds == 0 && d->prepared.n_token_seeds == 0)
        return 0;
    return felt_seeds_new(d->event, d->options->seeds, d->options->n_seeds, d->prepared.token_seeds,
                          d->prepared.n_token_seeds, on_seeds, d, &d->seeds);
}

/* Before the overlay, which may rewrite subnet.env. */
static int open_hooks(struct felt_daemon *d)
{
    struct felt_hooks_config config = {
        .event = d->event,
        .dir = d->options->hooks_dir,
        .limit_us = FELT_HOOKS_LIMIT,
        .idle = on_hooks_idle,
        .userdata = d,
    };
    int r = felt_hooks_new(&config, &d->hooks);

    if (r < 0)
        return r;
    return felt_lease_change_init(&d->lease_change, d->event, d->hooks, d->options->subnet_file);
}

static int open_overlay(struct felt_daemon *d)
{
    struct felt_overlay_config config = {
        .event = d->event,
        .options = d->options,
        .node = d->node,
        .underlay = d->prepared.underlay,
        .backend = on_backend,
        .passed = on_passed,
        .userdata = d,
    };
    struct felt_overlay_socket_config socket = {
        .event = d->event, .received = on_overlay_datagram, .userdata = d};

    for (size_t i = 0; i < FELT_PATHS; i++) {
        int r;

        socket.family = path_families[i];
        r = felt_overlay_socket_new(&socket, &d->overlay_sockets[i]);
        if (r < 0)
            return r;
    }
    return felt_overlay_new(&config, &d->overlay);
}

static int open_follow(struct felt_daemon *d)
{
    struct felt_follow_config config = {
        .event = d->event,
        .options = d->options,
        .underlay = d->prepared.underlay,
        .moved = on_moved,
        .looked = on_looked,
        .userdata = d,
    };

    return felt_follow_new(&config, &d->follow);
}

/* A client of the control socket, which is open. */
static int open_httpd(struct felt_daemon *d)
{
    struct felt_httpd_config config = {
        .event = d->event,
        .options_file = d->options->httpd_options_file,
        .program = d->options->httpd_program,
        .control_socket = d->options->control_socket,
        .health = d->options->healthz,
        .all = d->options->metrics_listen,
    };
    int r = felt_httpd_new(&config, &d->httpd);

    if (r < 0)
        felt_log_error("httpd: cannot start: %s", strerror(-r));
    d->methods.httpd = d->httpd;
    return r;
}

/* 0 or -errno; what has its own words has said them. */
static int start(struct felt_daemon *d)
{
    struct felt_failure error;
    struct felt_self_view self;
    int r;

    r = felt_prepare(&d->effective, felt_daemon_now(), &d->prepared, &error);
    if (r < 0) {
        felt_log_error("%s", error.text);
        return r;
    }
    d->node = d->prepared.node;
    if ((r = open_transport(d)) < 0)
        return r;
    if ((r = sd_event_default(&d->event)) < 0 ||
        (r = felt_writer_new(d->prepared.store.state_path, &d->writer)) < 0 ||
        (r = open_sources(d)) < 0 || (r = open_hooks(d)) < 0 || (r = open_overlay(d)) < 0 ||
        (r = open_follow(d)) < 0 || (r = open_seeds(d)) < 0) {
        felt_log_error("node: cannot start: %s", strerror(-r));
        return r;
    }
    if ((r = felt_orders_open(d)) < 0 || (r = open_httpd(d)) < 0)
        return r;
    if (d->options->trust_state)
        felt_daemon_step(d, (struct felt_input){.kind = FELT_INPUT_TRUST});
    felt_daemon_step(d, (struct felt_input){.kind = FELT_INPUT_WAKE});
    felt_node_self(d->node, &self);
    if (d->seeds && !self.in_cluster)
        felt_seeds_resolve(d->seeds);
    return 0;
}

static void stop(struct felt_daemon *d)
{
    felt_httpd_free(d->httpd);
    felt_orders_close(d);
    felt_follow_free(d->follow);
    felt_overlay_free(d->overlay);
    for (size_t i = 0; i < FELT_PATHS; i++)
        felt_overlay_socket_free(d->overlay_sockets[i]);
    felt_lease_change_done(&d->lease_change);
    felt_hooks_free(d->hooks);
    felt_seeds_free(d->seeds);
    sd_event_source_disable_unref(d->saved);
    sd_event_source_disable_unref(d->socket);
    sd_event_source_disable_unref(d->timer);
    felt_daemon_end_writer(d);
    felt_transport_close(&d->transport);
    sd_event_unref(d->event);
    felt_prepared_done(&d->prepared);
}

/* One node's life, from its state to its end. */
static int live(struct felt_daemon *d, const struct felt_options *options)
{
    struct felt_failure error;
    int r;

    *d = (struct felt_daemon){.effective = *options, .begun_us = felt_daemon_now()};
    d->options = &d->effective;
    d->transport.fd = -1;
    d->prepared.store.lock_fd = -1;
    r = felt_orders_listen(d);
    if (r < 0)
        return 1;
    felt_log_info("node: feltd %s", PACKAGE_VERSION);
    felt_options_log_ignored(options);
    r = start(d);
    if (r >= 0)
        r = sd_event_loop(d->event);
    if (r < 0 && d->event && !d->stopping)
        felt_log_error("node: stopping: %s", strerror(-r));
    stop(d);
    if (r >= 0 && d->dropping && (r = felt_abandon_drop(d->options->state_dir, &error)) < 0)
        felt_log_error("%s", error.text);
    explicit_bzero(d->effective.token, sizeof(d->effective.token));
    return r < 0 ? 1 : 0;
}

int felt_daemon_run(const struct felt_options *options)
{
    static struct felt_daemon daemon;
    int r;

    do
        r = live(&daemon, options);
    while (r == 0 && daemon.anew);
    return r;
}
