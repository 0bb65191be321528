/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/overlay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent/adoption.h"
#include "agent/log.h"
#include "agent/peers.h"
#include "agent/rules.h"
#include "agent/subnet_env.h"
#include "node/view.h"

#define PASS_PERIOD (60 * FELT_USEC_SEC)
#define BACKOFF_MIN (200 * FELT_USEC_MS)
#define BACKOFF_MAX (30 * FELT_USEC_SEC)
#define SLACK       (250 * FELT_USEC_MS) /* sd-event may join a timer with others within this */

struct felt_overlay {
    struct felt_overlay_config config;
    struct felt_devices *devices;              /* NULL until the network configuration is known */
    struct felt_rules *rules;                  /* likewise */
    sd_event_source *soon;                     /* a pass is wanted */
    sd_event_source *timer;                    /* the next one at the latest */
    sd_event_source *kernel[FELT_DEVICES_MAX]; /* notifications */
    bool moved; /* the underlay is not that of the start any more: what it lacks may come back */
    bool announced;
    struct felt_devices_backend backend;
    felt_usec backoff_us;
    struct felt_adoption adoption;
    struct felt_peers peers;
    felt_usec wait_us; /* until stale entries may go; 0: nothing waits for that */
    bool ready;
    struct felt_subnet_env env; /* as last written */
    bool env_written;
    struct felt_work work;
    size_t n_programmed;
    size_t n_unreachable;
    char kernel_error[256];
    char kernel_limit[FELT_SYSCTL_LIMIT_TEXT];
    char subnet_file_error[256];
};

static int pass(struct felt_overlay *o);

static int on_soon(sd_event_source *source, void *userdata)
{
    (void)source;
    return pass(userdata);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source;
    (void)usec;
    return pass(userdata);
}

static int on_kernel(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct felt_overlay *o = userdata;

    (void)source;
    (void)fd;
    (void)events;
    if (felt_devices_ready(o->devices))
        felt_overlay_changed(o);
    return 0;
}

int felt_overlay_new(const struct felt_overlay_config *config, struct felt_overlay **ret_overlay)
{
    _cleanup_(felt_overlay_freep) struct felt_overlay *o = calloc(1, sizeof(*o));
    int r;

    if (!o)
        return -ENOMEM;
    o->config = *config;
    sd_event_ref(o->config.event);
    o->backoff_us = BACKOFF_MIN;
    o->adoption.grace_us = config->options->adopt_grace_sec * FELT_USEC_SEC;
    r = sd_event_add_defer(config->event, &o->soon, on_soon, o);
    if (r < 0)
        return r;
    /* Changes that came in one go are one pass. */
    (void)sd_event_source_set_priority(o->soon, SD_EVENT_PRIORITY_IDLE);
    (void)sd_event_source_set_enabled(o->soon, SD_EVENT_OFF);
    r = sd_event_add_time_relative(config->event, &o->timer, CLOCK_MONOTONIC, PASS_PERIOD, SLACK,
                                   on_timer, o);
    if (r < 0)
        return r;
    *ret_overlay = FELT_TAKE(o);
    return 0;
}

/* What they have programmed stays, and those that follow adopt it. */
static void drop_devices(struct felt_overlay *o)
{
    for (size_t i = 0; i < FELT_DEVICES_MAX; i++)
        o->kernel[i] = sd_event_source_disable_unref(o->kernel[i]);
    felt_devices_free(o->devices);
    o->devices = NULL;
}

void felt_overlay_free(struct felt_overlay *overlay)
{
    if (!overlay)
        return;
    sd_event_source_disable_unref(overlay->soon);
    sd_event_source_disable_unref(overlay->timer);
    drop_devices(overlay);
    felt_rules_free(overlay->rules);
    felt_peers_done(&overlay->peers);
    sd_event_unref(overlay->config.event);
    free(overlay);
}

void felt_overlay_move(struct felt_overlay *overlay, const struct felt_underlay *underlay)
{
    struct felt_reconcile_report report;
    int r = 0;

    overlay->config.underlay = *underlay;
    overlay->moved = true;
    if (overlay->devices)
        r = felt_devices_move(overlay->devices, underlay, &report);
    if (r == -EAGAIN)
        drop_devices(overlay);
    else if (r < 0)
        felt_log_error(
            "underlay: interface=%s cannot be used as it is now: %s; the overlay stays as "
            "it was",
            underlay->name, report.text[0] ? report.text : strerror(-r));
    felt_overlay_changed(overlay);
}

void felt_overlay_changed(struct felt_overlay *overlay)
{
    (void)sd_event_source_set_enabled(overlay->soon, SD_EVENT_ONESHOT);
}

void felt_overlay_reload(struct felt_overlay *overlay)
{
    felt_rules_free(overlay->rules);
    overlay->rules = NULL;
    overlay->env_written = false; /* it says who masquerades */
    felt_overlay_changed(overlay);
}

static void on_rules(void *userdata)
{
    felt_overlay_changed(userdata);
}

static int make_rules(struct felt_overlay *o)
{
    const struct felt_options *options = o->config.options;
    struct felt_rules_config config = {
        .event = o->config.event,
        .setting =
            {
                .ip_masq = options->ip_masq,
                .fully_random = !options->ip_masq_fully_random_disable,
                .forward = options->iptables_forward_rules,
                .n_excludes = options->n_ip_masq_excludes,
                .resync_sec = options->iptables_resync_sec,
            },
        .changed = on_rules,
        .userdata = o,
    };

    _Static_assert(sizeof(config.setting.excludes) == sizeof(options->ip_masq_excludes),
                   "as many as the options take");
    memcpy(config.setting.excludes, options->ip_masq_excludes, sizeof(config.setting.excludes));
    return felt_rules_new(&config, &o->rules);
}

/* The configuration is known, so the devices can be made. A configuration that this machine cannot
 * serve is the end; anything else may pass. */
static int make_devices(struct felt_overlay *o, const struct felt_self_view *self)
{
    struct felt_devices_config config = {
        .netconf = self->config,
        .underlay = o->config.underlay,
        .node = self->id,
        .blackhole = o->config.options->ip_blackhole_route,
    };
    struct felt_reconcile_report report = {0};
    int r = felt_devices_new(&config, &o->devices, &report);

    if (r < 0)
        snprintf(o->kernel_error, sizeof(o->kernel_error), "%s",
                 report.text[0] ? report.text : strerror(-r));
    for (size_t i = 0; r >= 0 && felt_devices_fd(o->devices, i) >= 0; i++)
        r = sd_event_add_io(o->config.event, &o->kernel[i], felt_devices_fd(o->devices, i), EPOLLIN,
                            on_kernel, o);
    return r;
}

static bool is_same_backend(const struct felt_devices_backend *a,
                            const struct felt_devices_backend *b)
{
    bool same = a->mtu == b->mtu;

    for (size_t i = 0; i < FELT_DEVICES_MAX; i++)
        same = same && felt_ip_equal(&a->ways[i].public_ip, &b->ways[i].public_ip) &&
               a->ways[i].data.vni == b->ways[i].data.vni &&
               memcmp(a->ways[i].data.mac, b->ways[i].data.mac, sizeof(b->ways[i].data.mac)) == 0;
    return same;
}

static int set_backend(struct felt_overlay *o, struct felt_reconcile_report *report)
{
    struct felt_devices_backend backend;
    int r;

    r = felt_devices_backend(o->devices, &backend, report);
    if (r < 0)
        return r;
    if (o->announced && is_same_backend(&o->backend, &backend))
        return 0;
    o->announced = true;
    o->backend = backend;
    o->config.backend(o->config.userdata, &backend);
    return 0;
}

/* Of each family that there is. */
static void set_rules(struct felt_overlay *o, const struct felt_netconf *config,
                      const struct felt_dual *lease)
{
    struct felt_dual networks = felt_netconf_networks(config);
    struct felt_rules_net nets[2];
    size_t n = 0;

    if (networks.v4.ip.family != FELT_FAMILY_NONE)
        nets[n++] = (struct felt_rules_net){.network = networks.v4, .lease = lease->v4};
    if (networks.v6.ip.family != FELT_FAMILY_NONE)
        nets[n++] = (struct felt_rules_net){.network = networks.v6, .lease = lease->v6};
    felt_rules_set(o->rules, nets, n);
}

static int run_pass(struct felt_overlay *o, const struct felt_self_view *self,
                    struct felt_reconcile_report *report)
{
    enum felt_plan_knowledge knowledge;
    struct felt_dual lease;
    uint64_t now;
    int r;

    r = set_backend(o, report);
    if (r < 0)
        return r;
    /* Before the lease is known, peers may not be either: what an earlier run left stays. */
    if (!self->has_lease)
        return 0;
    lease = felt_netconf_subnets(self->config, self->lease_slot);
    (void)sd_event_now(o->config.event, CLOCK_MONOTONIC, &now);
    r = felt_peers_collect(&o->peers, o->config.node, self, now);
    if (r < 0)
        return r;
    knowledge = felt_adoption_knowledge(&o->adoption, now, self->synced,
                                        felt_devices_are_anothers(o->devices), o->peers.all_told,
                                        &o->wait_us);
    if (o->peers.wait_us > 0)
        o->wait_us = o->wait_us > 0 ? FELT_MIN(o->wait_us, o->peers.wait_us) : o->peers.wait_us;
    r = felt_devices_set(o->devices, knowledge, &lease, o->peers.all, o->peers.n_all);
    if (r < 0)
        return r;
    set_rules(o, self->config, &lease);
    return felt_devices_run(o->devices, report);
}

/* Written when what it says has changed: Docker's set-up may have overwritten it on purpose. */
static int write_subnet_env(struct felt_overlay *o, const struct felt_self_view *self)
{
    struct felt_subnet_env env = {
        .networks = felt_netconf_networks(self->config),
        .subnets = felt_netconf_subnets(self->config, self->lease_slot),
        .mtu = o->backend.mtu,
        .ip_masq = o->config.options->ip_masq,
    };
    const char *path = o->config.options->subnet_file;
    bool written;
    int r;

    if (o->env_written && felt_dual_equal(&o->env.subnets, &env.subnets) &&
        felt_dual_equal(&o->env.networks, &env.networks) && o->env.mtu == env.mtu)
        return 0;
    r = felt_subnet_env_write(path, &env, &written);
    if (r < 0) {
        if (o->subnet_file_error[0] == '\0')
            felt_log_error("subnet-file: cannot write %s: %s; trying on", path, strerror(-r));
        snprintf(o->subnet_file_error, sizeof(o->subnet_file_error), "%s: %s", path, strerror(-r));
        return r;
    }
    if (written)
        felt_log_info("subnet-file: wrote %s subnet=%s mtu=%u", path, FELT_DUAL(&env.subnets),
                      env.mtu);
    o->subnet_file_error[0] = '\0';
    o->env_written = true;
    o->env = env;
    return 0;
}

static void note_result(struct felt_overlay *o, int r, const struct felt_reconcile_report *report)
{
    char text[sizeof(o->kernel_error)] = "";

    if (r < 0 || report->text[0])
        snprintf(text, sizeof(text), "%s", report->text[0] ? report->text : strerror(-r));
    if (r < 0 && strcmp(text, o->kernel_error) != 0)
        felt_log_error("kernel: %s; trying on", text);
    if (r >= 0 && o->rules && felt_rules_error(o->rules)) /* it has been logged */
        snprintf(text, sizeof(text), "%s", felt_rules_error(o->rules));
    memcpy(o->kernel_error, text, sizeof(text));
    if (report->limit[0] && strcmp(report->limit, o->kernel_limit) != 0)
        felt_log_warning("kernel: %s", report->limit);
    memcpy(o->kernel_limit, report->limit, sizeof(o->kernel_limit));
    o->work.passes++;
    o->work.failed += r < 0;
    o->work.operations += report->n_ops;
    o->work.refused += report->n_refused;
    o->work.repairs += report->n_repaired;
    o->n_programmed = report->n_peers;
    o->n_unreachable = report->n_troubles;
}

static void arm(struct felt_overlay *o, int r)
{
    felt_usec wait = PASS_PERIOD;

    if (r < 0) {
        wait = o->backoff_us;
        o->backoff_us = FELT_MIN(o->backoff_us * 2, BACKOFF_MAX);
    } else {
        o->backoff_us = BACKOFF_MIN;
        if (o->wait_us > 0)
            wait = FELT_MIN(wait, o->wait_us);
    }
    (void)sd_event_source_set_time_relative(o->timer, wait);
    (void)sd_event_source_set_enabled(o->timer, SD_EVENT_ONESHOT);
}

/* The device and our address are as they should be. One peer whose entries the kernel refuses must
 * not keep this machine's containers from starting. */
static bool serves(int r, const struct felt_reconcile_report *report)
{
    return r >= 0 || (report->n_refused > 0 && report->n_refused == report->n_peer_refused);
}

static int pass(struct felt_overlay *o)
{
    struct felt_reconcile_report report = {0};
    struct felt_self_view self;
    int r = 0;

    felt_node_self(o->config.node, &self);
    if (!self.config) {
        arm(o, 0);
        return 0;
    }
    if (!o->rules)
        r = make_rules(o);
    if (r >= 0 && !o->devices) {
        r = make_devices(o, &self);
        if ((r == -EINVAL || r == -ERANGE) && !o->moved) {
            felt_log_error("kernel: %s", o->kernel_error);
            return sd_event_exit(o->config.event, r);
        }
    }
    if (r >= 0)
        r = run_pass(o, &self, &report);
    note_result(o, r, &report);
    if (serves(r, &report) && self.has_lease) {
        int w = write_subnet_env(o, &self);

        o->ready |= w >= 0 && felt_rules_settled(o->rules);
        r = r < 0 ? r : w;
    }
    arm(o, r);
    o->config.passed(o->config.userdata);
    return 0;
}

void felt_overlay_view(const struct felt_overlay *overlay, struct felt_overlay_view *ret_view)
{
    *ret_view = (struct felt_overlay_view){
        .device = overlay->devices ? felt_devices_name(overlay->devices, 0) : NULL,
        .device6 = overlay->devices ? felt_devices_name(overlay->devices, 1) : NULL,
        .mtu = overlay->backend.mtu,
        .work = overlay->work,
        .n_programmed = overlay->n_programmed,
        .n_unreachable = overlay->n_unreachable,
        .kernel_error = overlay->kernel_error[0] ? overlay->kernel_error : NULL,
        .kernel_limit = overlay->kernel_limit[0] ? overlay->kernel_limit : NULL,
        .subnet_file_error = overlay->subnet_file_error[0] ? overlay->subnet_file_error : NULL,
        .subnets = overlay->env_written ? &overlay->env.subnets : NULL,
        .ready = overlay->ready,
    };
}

int felt_overlay_inspect(struct felt_overlay *overlay, felt_reconciler_seen_fn seen, void *userdata)
{
    return overlay->devices ? felt_devices_inspect(overlay->devices, seen, userdata) : -ENODEV;
}

bool felt_overlay_way(const struct felt_overlay *overlay, const struct felt_ip *subnet,
                      struct felt_way *ret_way)
{
    return overlay->devices && felt_devices_way(overlay->devices, subnet, ret_way);
}
