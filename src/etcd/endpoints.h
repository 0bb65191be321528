/* SPDX-License-Identifier: Apache-2.0 */
/* Where etcd is: the list of --etcd-endpoints. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FELT_ETCD_ENDPOINTS_MAX 16
#define FELT_ETCD_ENDPOINT_TEXT 300 /* "https://", a name of 253 bytes, ":65535", NUL */

struct felt_etcd_endpoints {
    char url[FELT_ETCD_ENDPOINTS_MAX][FELT_ETCD_ENDPOINT_TEXT]; /* without a '/' at the end */
    size_t n;
};

struct felt_etcd_endpoints_error {
    char text[400]; /* one line; never a password */
};

/* "http://127.0.0.1:2379,https://etcd-2:2379": scheme, host and perhaps a port, each. 0, or -EINVAL
 * with ret_error filled. */
int felt_etcd_endpoints_parse(const char *text, struct felt_etcd_endpoints *ret_endpoints,
                              struct felt_etcd_endpoints_error *ret_error);
/* Whether one of them is https. */
bool felt_etcd_endpoints_have_tls(const struct felt_etcd_endpoints *endpoints);
