/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd says, beside what is on this machine. */
#include <stdio.h>
#include <string.h>

#include "ctl/doctor.h"

void felt_check_feltd(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    if (f->status)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "feltd %s answers",
                         json_string_value(json_object_get(f->status, "version")));
    else
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM,
                         "systemctl status feltd; journalctl -u feltd -n 50: its last lines say "
                         "why it ended",
                         "feltd does not answer on its control socket: %s",
                         f->unreachable ? f->unreachable : "-");
}

void felt_check_problems(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    const json_t *problems = json_object_get(f->status, "problems");

    if (!f->status)
        return; /* said already */
    for (size_t i = 0; i < json_array_size(problems); i++)
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, NULL, "%s",
                         json_string_value(json_array_get(problems, i)));
    if (json_array_size(problems) == 0)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "feltd knows of no problem");
}

/* ---- bridges ---- */

static bool parse(const json_t *value, struct felt_cidr *ret_cidr)
{
    const char *text = json_string_value(value);

    return text && felt_cidr_parse(text, ret_cidr) == 0;
}

static void check_bridge(const struct felt_doctor_link *link, const struct felt_cidr *network,
                         const struct felt_cidr *lease, bool *found,
                         struct felt_doctor_findings *to)
{
    bool docker = strncmp(link->name, "docker", 6) == 0 || strncmp(link->name, "br-", 3) == 0;

    for (size_t i = 0; i < link->n_addrs; i++) {
        const struct felt_ip *ip = &link->addrs[i].ip;

        if (ip->family != lease->ip.family || felt_cidr_contains(lease, ip))
            continue;
        /* A bridge that has nothing to do with the overlay may be meant so, docker0 rarely is. */
        if (!felt_cidr_contains(network, ip) && strcmp(link->name, "docker0") != 0 &&
            strcmp(link->name, "cni0") != 0)
            continue;
        *found = true;
        felt_doctor_find(
            to, felt_cidr_contains(network, ip) ? FELT_DOCTOR_PROBLEM : FELT_DOCTOR_WARNING,
            docker ? "restart docker, with --bip of FLANNEL_SUBNET as "
                     "mk-docker-opts.sh writes it: systemctl restart docker"
                   : "delete the bridge while no container runs ('ip link del cni0'); "
                     "the CNI plugin makes it anew from subnet.env",
            "%s has %s, which is not in this node's subnet %s: its containers are not "
            "reached by others",
            link->name, FELT_CIDR(&link->addrs[i]), FELT_CIDR(lease));
    }
}

void felt_check_bridges(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    const json_t *network = json_object_get(f->status, "network");
    const json_t *lease = json_object_get(f->status, "lease");
    struct felt_cidr nets[2], leases[2];
    bool known[2], found = false;

    known[0] = parse(json_object_get(network, "network"), &nets[0]) &&
               parse(json_object_get(lease, "subnet"), &leases[0]);
    known[1] = parse(json_object_get(json_object_get(network, "ipv6"), "network"), &nets[1]) &&
               parse(json_object_get(lease, "subnet6"), &leases[1]);
    if (!known[0]) {
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL, "this node has no subnet yet");
        return;
    }
    for (size_t i = 0; i < f->n_links; i++)
        for (size_t k = 0; k < 2; k++)
            if (f->links[i].is_bridge && known[k])
                check_bridge(&f->links[i], &nets[k], &leases[k], &found, to);
    if (!found)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "no bridge is outside of %s",
                         FELT_CIDR(&leases[0]));
}

/* ---- public addresses ---- */

static bool is_here(const json_t *member)
{
    const char *state = json_string_value(json_object_get(member, "state"));

    return state && (strcmp(state, "alive") == 0 || strcmp(state, "suspect") == 0);
}

void felt_check_public_ips(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    const json_t *members = json_object_get(f->members, "members");
    _cleanup_(json_decrefp) json_t *seen = json_object();
    bool found = false;

    if (!f->members) {
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL, "feltd does not say who the members are");
        return;
    }
    for (size_t i = 0; i < json_array_size(members); i++) {
        const json_t *m = json_array_get(members, i);
        const char *ip = json_string_value(json_object_get(m, "public_ip"));
        const char *name = json_string_value(json_object_get(m, "name")), *other;

        if (!ip || !name || !is_here(m))
            continue;
        other = json_string_value(json_object_get(seen, ip));
        if (other) {
            found = true;
            felt_doctor_find(
                to, FELT_DOCTOR_PROBLEM,
                "give each its own with --public-ip or --iface; behind one NAT address "
                "only one machine can be reached",
                "%s and %s have the same public address %s: what is sent to one may "
                "reach the other",
                other, name, ip);
        }
        json_object_set_new(seen, ip, json_string(name));
    }
    if (!found)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL,
                         "each living member has an address of its own");
}
