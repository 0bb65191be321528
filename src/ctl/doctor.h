/* SPDX-License-Identifier: Apache-2.0 */
/* What often keeps an overlay from working, as checks over facts that were gathered before: a check
 * asks nobody, says what it found, and how to put it right. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/idiom.h"
#include "base/ip.h"

#define FELT_DOCTOR_NAME      16 /* of an interface, with its NUL */
#define FELT_DOCTOR_LINKS_MAX 64
#define FELT_DOCTOR_FILES_MAX 8
#define FELT_DOCTOR_ADDRS_MAX 4 /* of a link */
#define FELT_DOCTOR_NOT_KNOWN (-1)

enum felt_doctor_manager {
    FELT_MANAGER_NONE,
    FELT_MANAGER_NETWORKD,
    FELT_MANAGER_NETWORK_MANAGER,
};

struct felt_doctor_link {
    char name[FELT_DOCTOR_NAME];
    long mtu;
    bool is_bridge;
    int rp_filter; /* of its own; FELT_DOCTOR_NOT_KNOWN */
    enum felt_doctor_manager manager;
    struct felt_cidr addrs[FELT_DOCTOR_ADDRS_MAX];
    size_t n_addrs;
};

/* Members that the kernel would answer by another interface than the underlay's, over IPv4. */
struct felt_doctor_detours {
    size_t count;
    const char *member, *address; /* of the first, from members */
    char device[FELT_DOCTOR_NAME];
};

/* A file of NAME=value lines. */
struct felt_doctor_file {
    const char *path;
    char *text; /* owned */
};

struct felt_doctor_facts {
    json_t *status;          /* GetStatus, owned; NULL: feltd does not answer */
    json_t *members;         /* ListMembers, owned; likewise */
    const char *unreachable; /* why, static */
    int ip_forward, ip6_forwarding, rp_filter_all;
    long neigh_max; /* net.ipv4.neigh.default.gc_thresh3; FELT_DOCTOR_NOT_KNOWN: in a namespace */
    long checksum_errors; /* of TCP and UDP since boot; FELT_DOCTOR_NOT_KNOWN */
    bool clock_known, clock_synchronised;
    long year;
    char *iptables[2]; /* what iptables-save and iptables-legacy-save say of filter, owned; NULL */
    char *nft;         /* what 'nft list ruleset' says, owned; NULL */
    struct felt_doctor_link links[FELT_DOCTOR_LINKS_MAX];
    size_t n_links;
    struct felt_doctor_detours detours;
    struct felt_doctor_file files[FELT_DOCTOR_FILES_MAX];
    size_t n_files;
};

/* doctor_facts.c: what cannot be known stays so. */
void felt_doctor_gather(struct felt_doctor_facts *ret_facts);
/* How the kernel reaches the members: after feltd has said who they are. */
void felt_doctor_gather_ways(struct felt_doctor_facts *facts);
/* doctor.c */
void felt_doctor_facts_done(struct felt_doctor_facts *facts);

enum felt_doctor_state {
    FELT_DOCTOR_FINE,
    FELT_DOCTOR_UNKNOWN, /* it could not be looked at */
    FELT_DOCTOR_WARNING, /* it may be meant so */
    FELT_DOCTOR_PROBLEM,
};

/* An array of {"check", "state", "what", "fix"}, the last null where there is nothing to do. */
struct felt_doctor_findings {
    json_t *list;      /* borrowed */
    const char *check; /* that is at work */
};

/* fix: one command or sentence; NULL: none. */
_printf_(4, 5) void felt_doctor_find(struct felt_doctor_findings *to, enum felt_doctor_state state,
                                     const char *fix, const char *format, ...);

struct felt_doctor_check {
    const char *name; /* "ip-forward" */
    void (*fn)(const struct felt_doctor_facts *facts, struct felt_doctor_findings *to);
};

/* All checks in their order, what is most often the reason first. */
const struct felt_doctor_check *felt_doctor_checks(size_t *ret_n);
/* Runs them; NULL: memory is short. */
json_t *felt_doctor_examine(const struct felt_doctor_facts *facts);
/* Whether there is a problem among them; a warning may be meant so. */
bool felt_doctor_found(const json_t *findings);
void felt_doctor_print(const json_t *findings, FILE *out);

/* The checks themselves: doctor_host.c, doctor_firewall.c, doctor_cluster.c, doctor_file.c. */
void felt_check_feltd(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_problems(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_ip_forward(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_rp_filter(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_forward_policy(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_ports(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_mtu(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_bridges(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_public_ips(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_managers(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_checksums(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_clock(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_neighbours(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);
void felt_check_files(const struct felt_doctor_facts *f, struct felt_doctor_findings *to);

/* The link of this name; NULL: there is none. */
const struct felt_doctor_link *felt_doctor_link(const struct felt_doctor_facts *facts,
                                                const char *name);
/* The names of feltd's devices and of the underlay's; NULL: none, or not known. */
const char *felt_doctor_device(const struct felt_doctor_facts *facts, size_t i);
const char *felt_doctor_underlay(const struct felt_doctor_facts *facts);
