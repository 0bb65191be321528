/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints as the socket calls want them. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ip.h"

union felt_socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* AF_INET, or AF_INET6 for every other family. */
int felt_socket_family(const struct felt_endpoint *endpoint);
/* Returns the length that the calls want. */
socklen_t felt_socket_address(const struct felt_endpoint *endpoint,
                              union felt_socket_address *ret_address);
/* FELT_FAMILY_NONE where it is neither IPv4 nor IPv6. */
struct felt_endpoint felt_socket_endpoint(const union felt_socket_address *address);
