/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/seed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"

#define HOST_MAX 253 /* bytes of a host name, RFC 1035 */

/* The port behind the colon of "host:port", or the default. */
static int port_of(const char *colon, uint16_t *ret_port)
{
    struct felt_endpoint endpoint;
    char text[FELT_ENDPOINT_TEXT];

    if (!colon) {
        *ret_port = FELT_SEED_PORT;
        return 0;
    }
    snprintf(text, sizeof(text), "0.0.0.0:%.8s", colon + 1);
    if (felt_endpoint_parse(text, 0, &endpoint) < 0)
        return -EINVAL;
    *ret_port = endpoint.port;
    return 0;
}

int felt_seed_resolve(const char *text, struct felt_endpoint *ret_seed)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    const char *colon = strchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    struct addrinfo *found = NULL;
    char host[HOST_MAX + 1];
    uint16_t port;

    if (felt_endpoint_parse(text, FELT_SEED_PORT, ret_seed) == 0)
        return 0;
    if (len == 0 || len > HOST_MAX || strspn(text, "0123456789.") == len ||
        port_of(colon, &port) < 0)
        return -EINVAL; /* digits and dots: a misspelt address, which the resolver would mend */
    memcpy(host, text, len);
    host[len] = '\0';
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return -ENOENT;
    ret_seed->ip = felt_ip_v4(
        ntohl(((const struct sockaddr_in *)(const void *)found->ai_addr)->sin_addr.s_addr));
    ret_seed->port = port;
    freeaddrinfo(found);
    return 0;
}
