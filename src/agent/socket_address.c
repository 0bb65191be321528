/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/socket_address.h"

#include <string.h>

int felt_socket_family(const struct felt_endpoint *endpoint)
{
    return endpoint->ip.family == FELT_FAMILY_V4 ? AF_INET : AF_INET6;
}

socklen_t felt_socket_address(const struct felt_endpoint *endpoint,
                              union felt_socket_address *ret_address)
{
    memset(ret_address, 0, sizeof(*ret_address));
    if (endpoint->ip.family == FELT_FAMILY_V4) {
        ret_address->v4.sin_family = AF_INET;
        ret_address->v4.sin_port = htons(endpoint->port);
        memcpy(&ret_address->v4.sin_addr, endpoint->ip.bytes, 4);
        return sizeof(ret_address->v4);
    }
    ret_address->v6.sin6_family = AF_INET6;
    ret_address->v6.sin6_port = htons(endpoint->port);
    memcpy(&ret_address->v6.sin6_addr, endpoint->ip.bytes, 16);
    return sizeof(ret_address->v6);
}

struct felt_endpoint felt_socket_endpoint(const union felt_socket_address *address)
{
    struct felt_endpoint e = {0};

    if (address->any.sa_family == AF_INET) {
        e.ip.family = FELT_FAMILY_V4;
        e.port = ntohs(address->v4.sin_port);
        memcpy(e.ip.bytes, &address->v4.sin_addr, 4);
    } else if (address->any.sa_family == AF_INET6) {
        e.ip.family = FELT_FAMILY_V6;
        e.port = ntohs(address->v6.sin6_port);
        memcpy(e.ip.bytes, &address->v6.sin6_addr, 16);
    }
    return e;
}
