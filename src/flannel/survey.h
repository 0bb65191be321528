/* SPDX-License-Identifier: Apache-2.0 */
/* What etcd holds of a flannel network: its configuration, as felt can take it, and its leases, one
 * for each subnet and one for each machine. For import and cut over, which look once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idiom.h"
#include "flannel/lease.h"
#include "flannel/reply.h"
#include "flannel/request.h"
#include "netconf/netconf.h"

/* flannel's configuration as a configuration of felt: the same parser, but no backend is udp there
 * and vxlan here, a lease in etcd always has an IPv4 subnet, and the text has to fit once it is
 * squeezed. text has FELT_NETCONF_TEXT_MAX + 1 bytes: the squeezed one. 0, -EINVAL with ret_error
 * filled, or -ENOMEM. */
int felt_flannel_config_read(const char *value, size_t len, struct felt_netconf *ret_config,
                             char *text, struct felt_netconf_error *ret_error);

/* The first of what keeps two configurations from being of one network: network, subnets, backend,
 * VNI, port. ret_error says it in words, with what each of them has; -EINVAL. 0: none. Who is who
 * is the caller's: "etcd", "feltd". */
int felt_flannel_config_compare(const struct felt_netconf *a, const char *a_name,
                                const struct felt_netconf *b, const char *b_name,
                                struct felt_netconf_error *ret_error);

struct felt_flannel_found {
    char name[FELT_ETCD_NAME_MAX + 1]; /* of the key below the prefix */
    struct felt_dual subnets;
    uint32_t slot;
    struct felt_flannel_lease lease;
    bool expires; /* false: a reservation, which lasts until somebody removes it */
    int64_t ttl_s;
    bool is_marked; /* the bridge's: of a felt node */
    uint64_t modified;
    bool is_old; /* its machine leases another subnet, too, and that one is newer */
};

struct felt_flannel_skipped {
    char name[FELT_ETCD_NAME_MAX + 1]; /* cut where it is longer; what is not printable is '?' */
    const char *why;                   /* static */
};

struct felt_flannel_survey {
    struct felt_flannel_found *found; /* by slot */
    size_t n_found;
    struct felt_flannel_skipped *skipped;
    size_t n_skipped;
};

/* listing: the answer to a LIST of FELT_ETCD_SUBNETS; that there is no such directory is no lease.
 * 0 or -ENOMEM. */
int felt_flannel_survey_take(const char *prefix, const struct felt_netconf *config,
                             const struct felt_etcd_reply *listing,
                             struct felt_flannel_survey *ret_survey);
void felt_flannel_survey_done(struct felt_flannel_survey *survey);
