/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/reconciler.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/log.h"
#include "agent/reconciler_story.h"
#include "agent/refusal.h"
#include "agent/sysctl_story.h"
#include "kernel/apply.h"
#include "kernel/observe.h"
#include "kernel/offload.h"
#include "kernel/sysctl.h"
#include "kernel/watch.h"
#include "plan/diff.h"

#define TRIES 8 /* of a pass whose answers get lost: until a batch is one request */

struct felt_reconciler {
    struct felt_underlay underlay;
    struct felt_plan_desired desired;
    struct felt_peer_story *stories; /* of desired's peers */
    struct felt_netlink *netlink;
    struct felt_watch *watch;
    uint32_t link_ifindex;                 /* 0: there is no device */
    bool link_settled;                     /* its MAC is decided: adopted or created */
    bool is_anothers;                      /* it was adopted, and its MAC is not of our making */
    const struct felt_reconciler *sibling; /* NULL: there is none */
    bool is_second;                        /* the sibling tells what is told once */
    enum felt_tx_checksum tx_checksum;     /* as configured */
    bool told_offload;                     /* that it cannot be set */
    bool told_forwarding;                  /* that IPv6 is not forwarded */
};

static bool has_link(const struct felt_reconciler *reconciler)
{
    return reconciler->desired.backend == FELT_BACKEND_VXLAN;
}

_printf_(2, 3) static void report_text(struct felt_reconcile_report *report, const char *format,
                                       ...)
{
    va_list args;

    if (report->text[0] != 0)
        return; /* the first one counts */
    va_start(args, format);
    vsnprintf(report->text, sizeof(report->text), format, args);
    va_end(args);
}

/* ---- life ---- */

static int check_no_nat(const struct felt_ip *address, const struct felt_ip *public_ip,
                        struct felt_reconcile_report *report)
{
    if (felt_ip_equal(address, public_ip))
        return 0;
    report_text(report,
                "your PublicIP (%s) differs from interface IP (%s), meaning that probably "
                "you're on a NAT, which is not supported by host-gw backend",
                FELT_IP(public_ip), FELT_IP(address));
    return -EINVAL;
}

static int check_config(const struct felt_reconciler_config *config,
                        struct felt_reconcile_report *report)
{
    const struct felt_underlay *underlay = &config->underlay;

    if (config->netconf->backend != FELT_BACKEND_HOST_GW)
        return 0;
    if (check_no_nat(&underlay->address, &underlay->public_ip, report) < 0 ||
        check_no_nat(&underlay->address6, &underlay->public_ip6, report) < 0)
        return -EINVAL;
    return 0;
}

static int settle(struct felt_plan_desired *desired, const struct felt_reconciler_config *config,
                  int (*with)(struct felt_plan_desired *, const struct felt_plan_setting *),
                  struct felt_reconcile_report *report)
{
    struct felt_plan_setting setting = {
        .netconf = config->netconf,
        .underlay_ifindex = config->underlay.ifindex,
        .underlay_mtu = config->underlay.mtu,
        .underlay_address = config->underlay.address,
        .has_sibling = config->has_sibling,
        .blackhole = config->blackhole,
        .node = config->node,
        .default_port = felt_sysctl_vxlan_port(),
    };
    int r = with(desired, &setting);

    if (r == -ERANGE)
        report_text(report,
                    "the MTU of %s (%u, Backend.MTU %u) leaves too little for the overlay; IPv6 "
                    "needs 1280 bytes inside",
                    config->underlay.name, config->underlay.mtu, config->netconf->vxlan.mtu);
    else if (r == -ENAMETOOLONG)
        report_text(report, "%s.%u is too long for an interface name: choose a VNI below %s",
                    setting.underlay_address.family == FELT_FAMILY_V6 ? "flannel-v6" : "flannel",
                    config->netconf->vxlan.vni,
                    setting.underlay_address.family == FELT_FAMILY_V6 ? "10000" : "10000000");
    return r == -ENAMETOOLONG ? -EINVAL : r;
}

int felt_reconciler_new(const struct felt_reconciler_config *config,
                        struct felt_reconciler **ret_reconciler,
                        struct felt_reconcile_report *ret_report)
{
    _cleanup_(felt_reconciler_freep) struct felt_reconciler *reconciler = NULL;
    int r;

    *ret_report = (struct felt_reconcile_report){0};
    r = check_config(config, ret_report);
    if (r < 0)
        return r;
    reconciler = calloc(1, sizeof(*reconciler));
    if (reconciler == NULL)
        return -ENOMEM;
    reconciler->underlay = config->underlay;
    reconciler->tx_checksum = config->netconf->vxlan.tx_checksum;
    r = settle(&reconciler->desired, config, felt_plan_desired_init, ret_report);
    if (r == 0)
        r = felt_watch_new(&reconciler->watch);
    if (r == 0)
        r = felt_netlink_open(FELT_NETLINK_ROUTE, &reconciler->netlink);
    if (r < 0) {
        report_text(ret_report, "cannot open a netlink socket: %s", strerror(-r));
        return r;
    }
    *ret_reconciler = FELT_TAKE(reconciler);
    return 0;
}

int felt_reconciler_move(struct felt_reconciler *reconciler,
                         const struct felt_reconciler_config *config,
                         struct felt_reconcile_report *ret_report)
{
    int r;

    *ret_report = (struct felt_reconcile_report){0};
    r = check_config(config, ret_report);
    if (r == 0)
        r = settle(&reconciler->desired, config, felt_plan_desired_move, ret_report);
    if (r == 0)
        reconciler->underlay = config->underlay;
    return r;
}

void felt_reconciler_free(struct felt_reconciler *reconciler)
{
    if (reconciler == NULL)
        return;
    felt_plan_desired_done(&reconciler->desired);
    felt_netlink_free(reconciler->netlink);
    felt_watch_free(reconciler->watch);
    free(reconciler->stories);
    free(reconciler);
}

const char *felt_reconciler_link_name(const struct felt_reconciler *reconciler)
{
    return has_link(reconciler) ? reconciler->desired.link.name : NULL;
}

bool felt_reconciler_is_anothers(const struct felt_reconciler *reconciler)
{
    return reconciler->is_anothers;
}

int felt_reconciler_set(struct felt_reconciler *reconciler, enum felt_plan_knowledge knowledge,
                        const struct felt_dual *lease, const struct felt_plan_peer *peers,
                        size_t n_peers)
{
    struct felt_plan_desired next = reconciler->desired;
    struct felt_peer_story *stories;
    int r;

    next.elsewhere = NULL;
    next.peers = NULL;
    next.problems = NULL;
    next.by_mac = NULL;
    r = felt_plan_desired_set(&next, knowledge, lease, peers, n_peers);
    if (r < 0)
        return r;
    stories = felt_peer_story_carry(&reconciler->desired, reconciler->stories, &next);
    if (stories == NULL) {
        felt_plan_desired_done(&next);
        return -ENOMEM;
    }
    free(reconciler->stories);
    reconciler->stories = stories;
    felt_plan_desired_done(&reconciler->desired);
    reconciler->desired = next;
    return 0;
}

int felt_reconciler_set_elsewhere(struct felt_reconciler *reconciler,
                                  const struct felt_cidr *subnets, size_t n)
{
    return felt_plan_desired_set_elsewhere(&reconciler->desired, subnets, n);
}

size_t felt_reconciler_unsettled(const struct felt_reconciler *reconciler, struct felt_id *ids)
{
    size_t n = 0;

    for (size_t i = 0; i < reconciler->desired.n_peers; i++)
        if (!reconciler->stories[i].settled)
            ids[n++] = reconciler->desired.peers[i].id;
    return n;
}

bool felt_reconciler_way(const struct felt_reconciler *reconciler, const struct felt_ip *subnet,
                         struct felt_way *ret_way)
{
    const struct felt_plan_desired *desired = &reconciler->desired;
    const struct felt_plan_peer *peer = felt_plan_desired_by_ip(desired, subnet);
    const struct felt_peer_story *story;

    if (peer == NULL)
        return false;
    story = &reconciler->stories[felt_plan_desired_index(desired, peer)];
    if (!story->settled)
        return false;
    *ret_way = (struct felt_way){.plain = story->plain, .via = peer->public_ip};
    return true;
}

void felt_reconciler_pair(struct felt_reconciler *first, struct felt_reconciler *second)
{
    first->sibling = second;
    second->sibling = first;
    second->is_second = true;
}

/* ---- notifications ---- */

int felt_reconciler_fd(const struct felt_reconciler *reconciler)
{
    return felt_watch_fd(reconciler->watch);
}

bool felt_reconciler_ready(struct felt_reconciler *reconciler)
{
    struct felt_watch_scope scope = {
        .link_ifindex = reconciler->link_ifindex,
        .underlay_ifindex = reconciler->desired.underlay_ifindex,
        .networks = reconciler->desired.networks,
        .own_port = felt_netlink_port(reconciler->netlink),
    };

    if (reconciler->sibling != NULL)
        scope.sibling_port = felt_netlink_port(reconciler->sibling->netlink);

    if (felt_plan_desired_minds_paths(&reconciler->desired)) {
        scope.peers = reconciler->desired.peers;
        scope.n_peers = reconciler->desired.n_peers;
    }
    memcpy(scope.link_name, reconciler->desired.link.name, sizeof(scope.link_name));
    memcpy(scope.underlay_name, reconciler->underlay.name, sizeof(scope.underlay_name));
    return felt_watch_drain(reconciler->watch, &scope);
}

/* ---- one pass ---- */

/* The underlay keeps its name when it is made anew, but gets another index. */
static void follow_underlay(struct felt_reconciler *reconciler)
{
    struct felt_plan_link link;

    if (felt_kernel_link(reconciler->netlink, reconciler->underlay.name, &link, NULL) < 0)
        return;
    reconciler->desired.underlay_ifindex = link.ifindex;
    reconciler->desired.link.underlay_ifindex = link.ifindex;
}

/* No reason to hold up a machine: whoever needs this sees in status that it is not so. */
static void see_to_offload(struct felt_reconciler *reconciler, struct felt_reconcile_report *report)
{
    const char *name = reconciler->desired.link.name;
    bool on = reconciler->tx_checksum == FELT_TX_CHECKSUM_ON;
    int r;

    if (!has_link(reconciler) || reconciler->link_ifindex == 0 ||
        reconciler->tx_checksum == FELT_TX_CHECKSUM_AUTO)
        return;
    r = felt_offload_tx_checksum(name, on);
    if (r == 1)
        felt_log_notice("kernel: set checksum offload of %s to %s", name, on ? "on" : "off");
    if (r >= 0) {
        reconciler->told_offload = false;
        return;
    }
    report_text(report, "cannot set checksum offload of %s to %s (Backend.TxChecksum): %s", name,
                on ? "on" : "off", strerror(-r));
    if (!reconciler->told_offload)
        felt_log_warning("kernel: %s", report->text);
    reconciler->told_offload = true;
}

static int observe(struct felt_reconciler *reconciler, struct felt_plan_observed *ret_observed,
                   struct felt_reconcile_report *report)
{
    struct felt_observe_scope scope = {
        .link_name = felt_reconciler_link_name(reconciler),
        .sibling_name = reconciler->sibling ? felt_reconciler_link_name(reconciler->sibling) : NULL,
        .underlay_ifindex = reconciler->desired.underlay_ifindex,
        .networks = reconciler->desired.networks,
        .paths = felt_plan_desired_minds_paths(&reconciler->desired),
        .entries = reconciler->desired.knowledge != FELT_PLAN_NO_PEERS,
    };
    struct felt_kernel_error error = {0};
    int r = felt_kernel_observe(reconciler->netlink, &scope, ret_observed, &error);

    if (r < 0) {
        report_text(report, "cannot read the kernel's state: %s",
                    error.text[0] != 0 ? error.text : strerror(-r));
        return r;
    }
    reconciler->link_ifindex = ret_observed->has_link ? ret_observed->link.ifindex : 0;
    return 0;
}

/* A compatible device that is there already keeps its MAC: peers know it. */
static void adopt(struct felt_reconciler *reconciler, const struct felt_plan_observed *observed)
{
    struct felt_plan_desired *desired = &reconciler->desired;
    char why[FELT_PLAN_DIFF_TEXT], mac[FELT_PLAN_MAC_TEXT];

    if (reconciler->link_settled || !observed->has_link ||
        felt_plan_link_incompatible(&observed->link, &desired->link, desired->default_port, why))
        return;
    reconciler->is_anothers = memcmp(desired->link.mac, observed->link.mac, FELT_PLAN_MAC_LEN) != 0;
    memcpy(desired->link.mac, observed->link.mac, FELT_PLAN_MAC_LEN);
    reconciler->link_settled = true;
    felt_log_info("kernel: adopted %s as it is, mac=%s mtu=%u", desired->link.name,
                  felt_plan_mac_format(desired->link.mac, mac), observed->link.mtu);
}

static void explain_refusal(struct felt_reconciler *reconciler, const struct felt_plan_op *op,
                            const struct felt_kernel_error *error,
                            struct felt_reconcile_report *report)
{
    const struct felt_plan_link *link = &reconciler->desired.link;
    struct felt_refusal refusal = {
        .op = op,
        .error = error,
        .link = link,
        .port = link->port != 0 ? link->port : reconciler->desired.default_port,
    };
    char text[FELT_REFUSAL_TEXT];

    if (op->kind == FELT_OP_LINK_ADD && error->code == -EEXIST)
        (void)felt_kernel_rival(reconciler->netlink, link, refusal.port, refusal.rival);
    report_text(report, "%s", felt_refusal_format(&refusal, text));
}

/* A created device is told in one line; the entries' stories follow. */
static void tell_link(struct felt_reconciler *reconciler, const struct felt_plan_op *op)
{
    const struct felt_plan_link *link = &reconciler->desired.link;
    char text[FELT_PLAN_OP_TEXT], mac[FELT_PLAN_MAC_TEXT];

    switch (op->kind) {
    case FELT_OP_LINK_ADD:
        felt_log(reconciler->link_settled ? FELT_LOG_NOTICE : FELT_LOG_INFO,
                 "kernel: %s %s vni=%u local=%s dev=%s mac=%s mtu=%u",
                 reconciler->link_settled ? "repaired: created again" : "created", link->name,
                 link->vni, FELT_IP(&link->local), reconciler->underlay.name,
                 felt_plan_mac_format(link->mac, mac), link->mtu);
        reconciler->link_settled = true;
        (void)felt_sysctl_no_router_adverts(link->name);
        break;
    case FELT_OP_LINK_UNDERLAY:
        felt_log_notice("kernel: %s dev=%s", felt_plan_op_format(op, text),
                        reconciler->underlay.name);
        break;
    case FELT_OP_LINK_MTU:
    case FELT_OP_LINK_LEARNING:
    case FELT_OP_LINK_RELEASE:
    case FELT_OP_LINK_MAC:
        felt_log_notice("kernel: %s", felt_plan_op_format(op, text));
        break;
    case FELT_OP_LINK_DEL:
    case FELT_OP_LINK_UP:
    case FELT_OP_ADDR_ADD:
    case FELT_OP_ADDR_DEL:
    case FELT_OP_NEIGH_SET:
    case FELT_OP_FDB_SET:
    case FELT_OP_NEXTHOP_SET:
    case FELT_OP_NEXTHOP_DEL:
    case FELT_OP_ROUTE_SET:
    case FELT_OP_ROUTE_DEL:
    case FELT_OP_FDB_DEL:
    case FELT_OP_NEIGH_DEL:
        break;
    }
}

static bool is_peers(const struct felt_plan_op *op)
{
    return op->peer != FELT_PLAN_NO_PEER;
}

static int apply(struct felt_reconciler *reconciler, const struct felt_plan *plan,
                 struct felt_reconcile_report *report)
{
    _cleanup_(felt_freep) int *results = calloc(plan->n_ops + 1, sizeof(*results));
    struct felt_kernel_error error;
    bool link_is_new = false, had_link = reconciler->link_settled;
    int r;

    if (results == NULL)
        return -ENOMEM;
    if (plan->recreates)
        felt_log_notice("kernel: %s already exists with incompatible configuration: %s; recreating "
                        "device",
                        reconciler->desired.link.name, plan->recreates_why);
    r = felt_kernel_apply(reconciler->netlink, plan->ops, plan->n_ops, &reconciler->link_ifindex,
                          results, &error);
    for (size_t i = 0; i < plan->n_ops; i++) {
        if (results[i] == 0) {
            link_is_new = link_is_new || plan->ops[i].kind == FELT_OP_LINK_ADD;
            tell_link(reconciler, &plan->ops[i]);
            continue;
        }
        /* A kernel of before 5.2 cannot, or not this device: the next pass makes it anew. */
        if (plan->ops[i].kind == FELT_OP_LINK_UNDERLAY && results[i] == -EOPNOTSUPP)
            reconciler->desired.cannot_move = true;
        if (results[i] != -ECANCELED && report->n_refused == 0)
            explain_refusal(reconciler, &plan->ops[i], &error, report);
        report->n_refused++;
        report->n_peer_refused += results[i] != -ECANCELED && is_peers(&plan->ops[i]);
    }
    if (r < 0)
        report_text(report, "%s", error.text[0] != 0 ? error.text : strerror(-r));
    report->n_repaired =
        felt_peer_story_tell(&reconciler->desired, plan, results, link_is_new, reconciler->stories);
    report->n_repaired += link_is_new && had_link && !plan->recreates;
    return r;
}

static int run_once(struct felt_reconciler *reconciler, struct felt_reconcile_report *report)
{
    _cleanup_(felt_plan_observed_done) struct felt_plan_observed observed = {0};
    _cleanup_(felt_plan_done) struct felt_plan plan = {0};
    int r;

    r = observe(reconciler, &observed, report);
    if (r < 0)
        return r;
    if (has_link(reconciler))
        adopt(reconciler, &observed);
    r = felt_plan_diff(&reconciler->desired, &observed, &plan);
    if (r < 0)
        return r;
    report->n_ops = plan.n_ops;
    report->n_troubles = plan.n_troubles;
    r = apply(reconciler, &plan, report);
    for (size_t i = 0; i < reconciler->desired.n_peers; i++)
        report->n_peers += reconciler->stories[i].settled;
    if (plan.n_troubles > 0) {
        const struct felt_plan_trouble *trouble = &plan.troubles[0];
        const struct felt_plan_peer *peer = &reconciler->desired.peers[trouble->peer];

        char more[64] = "";

        if (plan.n_troubles > 1)
            snprintf(more, sizeof(more), "; nor to %zu more", plan.n_troubles - 1);
        report_text(report, "no way to peer=%s subnet=%s: %s%s", FELT_ID_SHORT(&peer->id),
                    FELT_CIDR(&peer->subnet), felt_plan_problem_text(trouble->problem), more);
    }
    return r;
}

/* Lost answers are no failure: what became of the requests is there to be read. */
static int run(struct felt_reconciler *reconciler, struct felt_reconcile_report *report)
{
    int r = -ENOBUFS;

    felt_sysctl_story_forwarding(!reconciler->is_second &&
                                     reconciler->desired.networks.v6.ip.family != FELT_FAMILY_NONE,
                                 &reconciler->told_forwarding);
    follow_underlay(reconciler);
    for (int i = 0; i < TRIES && r == -ENOBUFS; i++) {
        if (i > 0)
            felt_log_info("kernel: answers were lost, reading everything again, try %d", i + 1);
        *report = (struct felt_reconcile_report){0};
        r = run_once(reconciler, report);
    }
    see_to_offload(reconciler, report);
    felt_sysctl_story_limits(reconciler->desired.n_peers, report->limit);
    return r;
}

int felt_reconciler_run(struct felt_reconciler *reconciler,
                        struct felt_reconcile_report *ret_report)
{
    int r;

    *ret_report = (struct felt_reconcile_report){0};
    r = run(reconciler, ret_report);
    if (r < 0)
        report_text(ret_report, "%s", strerror(-r));
    return r;
}

int felt_reconciler_inspect(struct felt_reconciler *reconciler, felt_reconciler_seen_fn seen,
                            void *userdata)
{
    _cleanup_(felt_plan_observed_done) struct felt_plan_observed observed = {0};
    _cleanup_(felt_plan_inspection_done) struct felt_plan_inspection inspection = {0};
    struct felt_reconciler_sight sight = {.link_name = felt_reconciler_link_name(reconciler),
                                          .desired = &reconciler->desired,
                                          .inspection = &inspection};
    struct felt_reconcile_report report = {0};
    int r = observe(reconciler, &observed, &report);

    if (r == 0)
        r = felt_plan_inspect(&reconciler->desired, &observed, &inspection);
    if (r < 0)
        return r;
    seen(userdata, &sight);
    return 0;
}

int felt_reconciler_backend(struct felt_reconciler *reconciler, struct felt_vxlan_data *ret_data,
                            uint32_t *ret_mtu, struct felt_reconcile_report *ret_report)
{
    struct felt_vxlan_data data = {0};
    int r;

    *ret_report = (struct felt_reconcile_report){0};
    if (has_link(reconciler)) {
        if (reconciler->link_ifindex == 0) {
            r = felt_reconciler_run(reconciler, ret_report);
            if (r < 0 && reconciler->link_ifindex == 0)
                return r;
        }
        data.vni = reconciler->desired.link.vni;
        memcpy(data.mac, reconciler->desired.link.mac, sizeof(data.mac));
    }
    *ret_data = data;
    *ret_mtu = reconciler->desired.mtu;
    return 0;
}
