/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses, endpoints (address and port) and prefixes, of either family, with their text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum felt_family {
    FELT_FAMILY_NONE = 0,
    FELT_FAMILY_V4 = 4,
    FELT_FAMILY_V6 = 6,
};

struct felt_ip {
    uint8_t family;    /* enum felt_family */
    uint8_t bytes[16]; /* network order; an IPv4 address is the first four, the rest is zero */
};

struct felt_endpoint {
    struct felt_ip ip;
    uint16_t port; /* host order */
};

struct felt_cidr {
    struct felt_ip ip;
    uint8_t len; /* bits, 0..32 or 0..128 */
};

#define FELT_IP_TEXT       46 /* "ffff:...:255.255.255.255" and NUL, INET6_ADDRSTRLEN */
#define FELT_ENDPOINT_TEXT (FELT_IP_TEXT + 8) /* "[" address "]:65535" */
#define FELT_CIDR_TEXT     (FELT_IP_TEXT + 4) /* address "/128" */

struct felt_ip felt_ip_v4(uint32_t host_order);
/* Of an IPv4 address only. */
uint32_t felt_ip_to_v4(const struct felt_ip *ip);

static inline size_t felt_ip_len(const struct felt_ip *ip)
{
    return ip->family == FELT_FAMILY_V4 ? 4 : ip->family == FELT_FAMILY_V6 ? 16 : 0;
}

int felt_ip_cmp(const struct felt_ip *a, const struct felt_ip *b);
bool felt_ip_equal(const struct felt_ip *a, const struct felt_ip *b);
bool felt_ip_is_any(const struct felt_ip *ip);
bool felt_ip_is_loopback(const struct felt_ip *ip);

/* An address literal and nothing else. 0 or -EINVAL. */
int felt_ip_parse(const char *text, struct felt_ip *ret_ip);
/* text has FELT_IP_TEXT bytes; "-" for FELT_FAMILY_NONE. Returns text. */
const char *felt_ip_format(const struct felt_ip *ip, char *text);

/* "192.0.2.1:8470", "[2001:db8::1]:8470"; without a port default_port is taken, and an error
 * where that is zero. 0 or -EINVAL. */
int felt_endpoint_parse(const char *text, uint16_t default_port,
                        struct felt_endpoint *ret_endpoint);
/* text has FELT_ENDPOINT_TEXT bytes. Returns text. */
const char *felt_endpoint_format(const struct felt_endpoint *endpoint, char *text);
bool felt_endpoint_equal(const struct felt_endpoint *a, const struct felt_endpoint *b);

/* "10.0.0.0/8"; host bits are kept, see felt_cidr_masked(). 0 or -EINVAL. */
int felt_cidr_parse(const char *text, struct felt_cidr *ret_cidr);
/* text has FELT_CIDR_TEXT bytes. Returns text. */
const char *felt_cidr_format(const struct felt_cidr *cidr, char *text);
struct felt_cidr felt_cidr_masked(const struct felt_cidr *cidr);
bool felt_cidr_contains(const struct felt_cidr *cidr, const struct felt_ip *ip);
bool felt_cidr_equal(const struct felt_cidr *a, const struct felt_cidr *b);
/* Whether the two share an address. */
bool felt_cidr_overlap(const struct felt_cidr *a, const struct felt_cidr *b);

/* A prefix of each family: the networks of a cluster, the subnets of a lease. */
struct felt_dual {
    struct felt_cidr v4; /* family NONE: there is none */
    struct felt_cidr v6; /* likewise */
};

#define FELT_DUAL_TEXT (2 * FELT_CIDR_TEXT)

/* The one of a family; NULL where there is none. */
const struct felt_cidr *felt_dual_of(const struct felt_dual *dual, uint8_t family);
/* The IPv4 one; where there is none the IPv6 one, which may be none, too. */
const struct felt_cidr *felt_dual_first(const struct felt_dual *dual);
/* The IPv6 one where the first is of IPv4; NULL where there is no second one. */
const struct felt_cidr *felt_dual_second(const struct felt_dual *dual);
/* Adds the network that the prefix is in; false, and nothing changed, where its family has one. */
bool felt_dual_add(struct felt_dual *dual, const struct felt_cidr *cidr);
bool felt_dual_is_none(const struct felt_dual *dual);
bool felt_dual_equal(const struct felt_dual *a, const struct felt_dual *b);
/* Whether the one of its family has it. */
bool felt_dual_contains(const struct felt_dual *dual, const struct felt_ip *ip);
/* The same for every address of a prefix. */
bool felt_dual_covers(const struct felt_dual *dual, const struct felt_cidr *cidr);
/* "10.5.3.0/24", or both with a comma between them; "" where there is none. text has FELT_DUAL_TEXT
 * bytes. Returns text. */
const char *felt_dual_format(const struct felt_dual *dual, char *text);

/* The text of a value for use in one call's arguments; it lives to the end of the full block. */
struct felt_ip_text {
    char s[FELT_ENDPOINT_TEXT];
};
struct felt_dual_text {
    char s[FELT_DUAL_TEXT];
};
struct felt_ip_text felt_ip_text(const struct felt_ip *ip);
struct felt_ip_text felt_endpoint_text(const struct felt_endpoint *endpoint);
struct felt_ip_text felt_cidr_text(const struct felt_cidr *cidr);
struct felt_dual_text felt_dual_text(const struct felt_dual *dual);
#define FELT_IP(ip)             (felt_ip_text(ip).s)
#define FELT_ENDPOINT(endpoint) (felt_endpoint_text(endpoint).s)
#define FELT_CIDR(cidr)         (felt_cidr_text(cidr).s)
#define FELT_DUAL(dual)         (felt_dual_text(dual).s)
