/* SPDX-License-Identifier: Apache-2.0 */
/* Our configuration, and the one that is made of it and of subnet.env for the plugin that does the
 * work, with flannel's defaults:
 *
 *     {"cniVersion": "1.0.0", "name": "cbr0", "type": "felt",
 *      "subnetFile": "/run/flannel/subnet.env", "dataDir": "/var/lib/cni/flannel",
 *      "ipam": {...}, "delegate": {"hairpinMode": true}}
 *   ->
 *     {"cniVersion": "1.0.0", "name": "cbr0", "type": "bridge", "hairpinMode": true,
 *      "ipMasq": false, "mtu": 1450, "isGateway": true,
 *      "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.5.72.0/24"}]],
 *               "routes": [{"dst": "10.5.0.0/16"}]}}
 *
 * Keys of our own are found whatever their case, as in Go. */
#pragma once

#include <jansson.h>

#include "cni/failure.h"
#include "cni/subnet_file.h"

#define FELT_CNI_VERSIONS                                             \
    {                                                                 \
        "0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0" \
    }

struct felt_cni_config {
    json_t *root; /* owned; the rest is borrowed from it, or a literal */
    const char *version;
    bool can_check; /* CHECK came with 0.4.0 */
    const char *name;
    const char *subnet_file;
    const char *data_dir;
    const json_t *delegate; /* NULL: none */
    const json_t *ipam;     /* NULL: none */
};

void felt_cni_config_done(struct felt_cni_config *config);

/* 0, or -EINVAL with ret_failure. ret_config needs done() in either case; its version is set as
 * soon as it could be read, so that a failure can be told in it. */
int felt_cni_config_parse(const char *text, size_t len, struct felt_cni_config *ret_config,
                          struct felt_cni_failure *ret_failure);

/* The other plugin's configuration, a new object. 0, or -EINVAL with ret_failure. */
int felt_cni_delegation_render(const struct felt_cni_config *config,
                               const struct felt_cni_subnet_file *file, json_t **ret_conf,
                               struct felt_cni_failure *ret_failure);

/* The plugin that a rendered configuration is for; NULL where it has no usable one. */
const char *felt_cni_delegation_type(const json_t *conf);

/* Whether a rendered configuration, perhaps of long ago, is of this network ... */
bool felt_cni_delegation_is_of(const json_t *conf, const char *network);
/* ... and has a subnet that is not among these. */
bool felt_cni_delegation_is_elsewhere(const json_t *conf, const struct felt_dual *subnets);
