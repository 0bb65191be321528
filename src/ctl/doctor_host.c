/* SPDX-License-Identifier: Apache-2.0 */
/* This machine: its kernel's parameters, its devices and who else looks after them. */
#include <stdio.h>
#include <string.h>

#include "ctl/doctor.h"

#define STRICT          1  /* rp_filter: the way back must be the way it came */
#define OVERHEAD_V4     50 /* of vxlan over IPv4: Ethernet, IP, UDP and vxlan headers */
#define OVERHEAD_V6     70
#define NEIGHS_A_MEMBER 2    /* as feltd has it: itself, and as much again */
#define YEAR_MIN        2024 /* felt is not older */
#define ERRORS_MANY     100  /* wrong checksums that are no accident any more */

static const json_t *kernel_of(const struct felt_doctor_facts *f)
{
    return json_object_get(f->status, "kernel");
}

static bool has_ipv6(const struct felt_doctor_facts *f)
{
    const json_t *network = json_object_get(f->status, "network");
    const char *text = json_string_value(json_object_get(network, "network"));

    return json_is_object(json_object_get(network, "ipv6")) || (text && strchr(text, ':'));
}

void felt_check_ip_forward(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    if (f->ip_forward == FELT_DOCTOR_NOT_KNOWN)
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL, "net.ipv4.ip_forward cannot be read");
    else if (f->ip_forward == 0)
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM,
                         "sysctl -w net.ipv4.ip_forward=1, and look in /etc/sysctl.d for what "
                         "switches it off",
                         "net.ipv4.ip_forward is off: this machine does not pass packets on "
                         "between containers and the overlay");
    else
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "net.ipv4.ip_forward is on");
    if (has_ipv6(f) && f->ip6_forwarding == 0)
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM,
                         "sysctl -w net.ipv6.conf.all.forwarding=1 (where the machine learns its "
                         "default route from a router, net.ipv6.conf.IFACE.accept_ra=2, too)",
                         "net.ipv6.conf.all.forwarding is off: containers are not reached over "
                         "IPv6");
}

static bool is_strict(const struct felt_doctor_facts *f, const struct felt_doctor_link *link)
{
    /* The kernel takes the greater of the two, and 2 is less strict than 1. */
    return FELT_MAX(f->rp_filter_all, link->rp_filter) == STRICT;
}

static bool some_path_fails(const struct felt_doctor_facts *f)
{
    const json_t *members = json_object_get(f->members, "members");

    for (size_t i = 0; i < json_array_size(members); i++) {
        const json_t *path = json_object_get(json_array_get(members, i), "path");
        const char *state = json_string_value(json_object_get(path, "state"));

        if (state && strcmp(state, "fails") == 0)
            return true;
    }
    return false;
}

static void check_strict(const struct felt_doctor_facts *f, const struct felt_doctor_link *link,
                         bool is_underlay, struct felt_doctor_findings *to)
{
    const struct felt_doctor_detours *d = &f->detours;
    char fix[160];

    snprintf(fix, sizeof(fix), "sysctl -w net.ipv4.conf.%s.rp_filter=2", link->name);
    if (is_underlay && d->count > 0)
        felt_doctor_find(to, FELT_DOCTOR_WARNING, fix,
                         "the reverse path filter of %s is strict, but the way to %zu of the "
                         "members, such as %s (%s), is by %s: what comes from there by %s is "
                         "dropped without a word",
                         link->name, d->count, d->member ? d->member : "-",
                         d->address ? d->address : "-", d->device, link->name);
    else if (some_path_fails(f))
        felt_doctor_find(to, FELT_DOCTOR_WARNING, fix,
                         "the reverse path filter of %s is strict: what comes in there and would "
                         "be answered another way is dropped without a word, and some member is "
                         "not reached",
                         link->name);
    else
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL,
                         "the reverse path filter of %s is strict, which does no harm as things "
                         "are",
                         link->name);
}

/* Strict is no fault by itself, and the default of some distributions. */
void felt_check_rp_filter(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    const char *names[] = {felt_doctor_underlay(f), felt_doctor_device(f, 0),
                           felt_doctor_device(f, 1)};
    bool found = false;

    for (size_t i = 0; i < FELT_ARRAY_LEN(names); i++) {
        const struct felt_doctor_link *link = felt_doctor_link(f, names[i]);

        if (!link || !is_strict(f, link))
            continue;
        found = true;
        check_strict(f, link, i == 0, to);
    }
    if (!found)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "no reverse path filter is strict");
}

/* What the device of this family adds to a packet; vxlan only. */
static long overhead(const char *device)
{
    return strncmp(device, "flannel-v6", 10) == 0 ? OVERHEAD_V6 : OVERHEAD_V4;
}

static void check_device_mtu(const struct felt_doctor_facts *f, const char *name, bool *found,
                             struct felt_doctor_findings *to)
{
    const struct felt_doctor_link *device = felt_doctor_link(f, name);
    const struct felt_doctor_link *underlay = felt_doctor_link(f, felt_doctor_underlay(f));
    char fix[240];

    if (!device || !underlay || device->mtu + overhead(name) <= underlay->mtu)
        return;
    *found = true;
    snprintf(fix, sizeof(fix),
             "ip link set %s mtu %ld where the network between the machines carries that; feltd "
             "follows a smaller one by itself, but with IPv6, which needs 1280 bytes inside: its "
             "log says why it does not",
             underlay->name, device->mtu + overhead(name));
    felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix,
                     "packets of %s (MTU %ld) have up to %ld bytes on %s, whose MTU is %ld",
                     device->name, device->mtu, device->mtu + overhead(name), underlay->name,
                     underlay->mtu);
}

static void check_bridge_mtu(const struct felt_doctor_facts *f, const struct felt_doctor_link *link,
                             long mtu, bool *found, struct felt_doctor_findings *to)
{
    (void)f;
    if (!link->is_bridge || link->mtu <= mtu ||
        (strcmp(link->name, "docker0") != 0 && strcmp(link->name, "cni0") != 0))
        return;
    *found = true;
    felt_doctor_find(to, FELT_DOCTOR_WARNING,
                     strcmp(link->name, "docker0") == 0
                         ? "start dockerd with --mtu of FLANNEL_MTU (mk-docker-opts.sh does it), "
                           "then restart it and its containers"
                         : "delete cni0 while no container runs ('ip link del cni0'): the CNI "
                           "plugin makes it anew with the right MTU",
                     "%s has MTU %ld, the overlay %ld: large packets of containers are fragmented, "
                     "or lost where that is not allowed",
                     link->name, link->mtu, mtu);
}

void felt_check_mtu(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    long mtu = (long)json_integer_value(json_object_get(kernel_of(f), "mtu"));
    bool found = false;

    if (mtu <= 0) {
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL, "the overlay's MTU is not known yet");
        return;
    }
    for (size_t i = 0; i < 2; i++)
        if (felt_doctor_device(f, i))
            check_device_mtu(f, felt_doctor_device(f, i), &found, to);
    for (size_t i = 0; i < f->n_links; i++)
        check_bridge_mtu(f, &f->links[i], mtu, &found, to);
    if (!found)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL,
                         "the overlay's MTU of %ld fits the underlay and the bridges", mtu);
}

void felt_check_managers(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    bool found = false;

    for (size_t i = 0; i < 2; i++) {
        const struct felt_doctor_link *link = felt_doctor_link(f, felt_doctor_device(f, i));
        char fix[300];

        if (!link || link->manager == FELT_MANAGER_NONE)
            continue;
        found = true;
        if (link->manager == FELT_MANAGER_NETWORKD)
            snprintf(fix, sizeof(fix),
                     "a file /etc/systemd/network/10-felt.network with '[Match] Name=flannel*' and "
                     "'[Link] Unmanaged=yes', each on lines of its own; networkctl reload");
        else
            snprintf(fix, sizeof(fix),
                     "a file /etc/NetworkManager/conf.d/felt.conf with '[keyfile]' and "
                     "'unmanaged-devices=interface-name:flannel*'; nmcli general reload");
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix,
                         "%s manages %s: it takes away addresses and routes that it has not made",
                         link->manager == FELT_MANAGER_NETWORKD ? "systemd-networkd"
                                                                : "NetworkManager",
                         link->name);
    }
    if (!found)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "nobody else manages the overlay's device");
}

void felt_check_checksums(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    const char *device = felt_doctor_device(f, 0);
    char fix[200];

    if (f->checksum_errors == FELT_DOCTOR_NOT_KNOWN) {
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL, "/proc/net/snmp cannot be read");
        return;
    }
    if (f->checksum_errors < ERRORS_MANY) {
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "%ld wrong checksums since boot",
                         f->checksum_errors);
        return;
    }
    snprintf(fix, sizeof(fix),
             "try 'ethtool -K %s tx-checksum-ip-generic off' on the machines that send; where it "
             "helps, found the network with Backend.TxChecksum off",
             device ? device : "flannel.1");
    felt_doctor_find(to, FELT_DOCTOR_WARNING, fix,
                     "%ld packets with wrong checksums since boot: a network card that gets the "
                     "checksum of what is inside vxlan wrong looks like this",
                     f->checksum_errors);
}

void felt_check_clock(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    if (f->year < YEAR_MIN)
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, "timedatectl set-ntp true, or set it by hand",
                         "it is the year %ld, says this machine: tokens expire too late here",
                         f->year);
    else if (!f->clock_known)
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL, "whether the clock is right is not known");
    else if (!f->clock_synchronised)
        felt_doctor_find(to, FELT_DOCTOR_WARNING, "timedatectl set-ntp true",
                         "nothing keeps the clock right: the times of the log, and when tokens "
                         "expire, may be wrong. Gossip and leases do not depend on it");
    else
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "the clock is kept right");
}

void felt_check_neighbours(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    long members =
        (long)json_integer_value(json_object_get(json_object_get(f->status, "members"), "total"));
    long wanted = NEIGHS_A_MEMBER * members;
    char fix[240];

    if (f->neigh_max == FELT_DOCTOR_NOT_KNOWN) {
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL,
                         "the neighbour table's limits are not shown in here");
        return;
    }
    if (wanted <= f->neigh_max) {
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL,
                         "the neighbour table has room for %ld entries, enough for %ld members",
                         f->neigh_max, members);
        return;
    }
    snprintf(fix, sizeof(fix),
             "sysctl -w net.ipv4.neigh.default.gc_thresh3=%ld "
             "net.ipv4.neigh.default.gc_thresh2=%ld net.ipv4.neigh.default.gc_thresh1=%ld",
             2 * wanted, wanted, wanted / 4);
    felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix,
                     "the neighbour table has room for %ld entries, too few for %ld members: some "
                     "are lost at random",
                     f->neigh_max, members);
}
