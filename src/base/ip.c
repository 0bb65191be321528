/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"

struct felt_ip felt_ip_v4(uint32_t host_order)
{
    struct felt_ip ip = {.family = FELT_FAMILY_V4};

    felt_put_be32(ip.bytes, host_order);
    return ip;
}

uint32_t felt_ip_to_v4(const struct felt_ip *ip)
{
    assert(ip->family == FELT_FAMILY_V4);
    return felt_get_be32(ip->bytes);
}

int felt_ip_cmp(const struct felt_ip *a, const struct felt_ip *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, felt_ip_len(a));
}

bool felt_ip_equal(const struct felt_ip *a, const struct felt_ip *b)
{
    return felt_ip_cmp(a, b) == 0;
}

bool felt_ip_is_any(const struct felt_ip *ip)
{
    static const uint8_t zero[16];

    return memcmp(ip->bytes, zero, felt_ip_len(ip)) == 0;
}

bool felt_ip_is_loopback(const struct felt_ip *ip)
{
    static const uint8_t one[16] = {[15] = 1};

    if (ip->family == FELT_FAMILY_V4)
        return ip->bytes[0] == 127;
    return ip->family == FELT_FAMILY_V6 && memcmp(ip->bytes, one, 16) == 0;
}

int felt_ip_parse(const char *text, struct felt_ip *ret_ip)
{
    struct felt_ip ip = {0};

    if (inet_pton(AF_INET, text, ip.bytes) == 1)
        ip.family = FELT_FAMILY_V4;
    else if (inet_pton(AF_INET6, text, ip.bytes) == 1)
        ip.family = FELT_FAMILY_V6;
    else
        return -EINVAL;
    *ret_ip = ip;
    return 0;
}

const char *felt_ip_format(const struct felt_ip *ip, char *text)
{
    if (ip->family == FELT_FAMILY_NONE)
        return strcpy(text, "-");
    return inet_ntop(ip->family == FELT_FAMILY_V4 ? AF_INET : AF_INET6, ip->bytes, text,
                     FELT_IP_TEXT);
}

/* A decimal number of at most max, all of text, without sign or blanks. */
static int parse_number(const char *text, unsigned long max, unsigned long *ret)
{
    unsigned long v = 0;

    if (*text == '\0')
        return -EINVAL;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        v = v * 10 + (unsigned long)(*text - '0');
        if (v > max)
            return -EINVAL;
    }
    *ret = v;
    return 0;
}

/* Copies [from, to) to buf as a string. */
static int cut(const char *from, const char *to, char *buf, size_t size)
{
    size_t len = (size_t)(to - from);

    if (len >= size)
        return -EINVAL;
    memcpy(buf, from, len);
    buf[len] = '\0';
    return 0;
}

int felt_endpoint_parse(const char *text, uint16_t default_port, struct felt_endpoint *ret_endpoint)
{
    struct felt_endpoint e = {.port = default_port};
    char host[FELT_IP_TEXT];
    const char *end, *port = NULL;
    unsigned long n;

    if (text[0] == '[') {
        end = strchr(text, ']');
        if (!end || (end[1] != '\0' && end[1] != ':'))
            return -EINVAL;
        if (end[1] == ':')
            port = end + 2;
        text++;
    } else {
        end = strchr(text, ':');
        if (end && !strchr(end + 1, ':'))
            port = end + 1;
        else
            end = text + strlen(text); /* no colon, or a bare IPv6 literal */
    }
    if (cut(text, end, host, sizeof(host)) < 0 || felt_ip_parse(host, &e.ip) < 0)
        return -EINVAL;
    if (port) {
        if (parse_number(port, UINT16_MAX, &n) < 0)
            return -EINVAL;
        e.port = (uint16_t)n;
    }
    if (e.port == 0)
        return -EINVAL;
    *ret_endpoint = e;
    return 0;
}

const char *felt_endpoint_format(const struct felt_endpoint *endpoint, char *text)
{
    char ip[FELT_IP_TEXT];
    bool v6 = endpoint->ip.family == FELT_FAMILY_V6;

    felt_ip_format(&endpoint->ip, ip);
    snprintf(text, FELT_ENDPOINT_TEXT, v6 ? "[%s]:%u" : "%s:%u", ip, (unsigned)endpoint->port);
    return text;
}

bool felt_endpoint_equal(const struct felt_endpoint *a, const struct felt_endpoint *b)
{
    return a->port == b->port && felt_ip_equal(&a->ip, &b->ip);
}

int felt_cidr_parse(const char *text, struct felt_cidr *ret_cidr)
{
    const char *slash = strchr(text, '/');
    struct felt_cidr c = {0};
    char host[FELT_IP_TEXT];
    unsigned long len;

    if (!slash || cut(text, slash, host, sizeof(host)) < 0 || felt_ip_parse(host, &c.ip) < 0)
        return -EINVAL;
    if (parse_number(slash + 1, felt_ip_len(&c.ip) * 8, &len) < 0)
        return -EINVAL;
    c.len = (uint8_t)len;
    *ret_cidr = c;
    return 0;
}

const char *felt_cidr_format(const struct felt_cidr *cidr, char *text)
{
    char ip[FELT_IP_TEXT];

    felt_ip_format(&cidr->ip, ip);
    snprintf(text, FELT_CIDR_TEXT, "%s/%u", ip, (unsigned)cidr->len);
    return text;
}

struct felt_cidr felt_cidr_masked(const struct felt_cidr *cidr)
{
    struct felt_cidr c = *cidr;

    for (size_t i = 0; i < felt_ip_len(&c.ip); i++) {
        unsigned kept = c.len > i * 8 ? FELT_MIN(c.len - (unsigned)i * 8, 8u) : 0;

        c.ip.bytes[i] &= (uint8_t)(0xff00u >> kept);
    }
    return c;
}

bool felt_cidr_contains(const struct felt_cidr *cidr, const struct felt_ip *ip)
{
    struct felt_cidr net = felt_cidr_masked(cidr);
    struct felt_cidr other = {.ip = *ip, .len = cidr->len};

    if (ip->family != cidr->ip.family)
        return false;
    other = felt_cidr_masked(&other);
    return felt_ip_equal(&net.ip, &other.ip);
}

bool felt_cidr_equal(const struct felt_cidr *a, const struct felt_cidr *b)
{
    return a->len == b->len && felt_ip_equal(&a->ip, &b->ip);
}

bool felt_cidr_overlap(const struct felt_cidr *a, const struct felt_cidr *b)
{
    return a->len <= b->len ? felt_cidr_contains(a, &b->ip) : felt_cidr_contains(b, &a->ip);
}

struct felt_ip_text felt_ip_text(const struct felt_ip *ip)
{
    struct felt_ip_text t;

    felt_ip_format(ip, t.s);
    return t;
}

struct felt_ip_text felt_endpoint_text(const struct felt_endpoint *endpoint)
{
    struct felt_ip_text t;

    felt_endpoint_format(endpoint, t.s);
    return t;
}

struct felt_ip_text felt_cidr_text(const struct felt_cidr *cidr)
{
    struct felt_ip_text t;

    felt_cidr_format(cidr, t.s);
    return t;
}

/* ---- one of each family ---- */

const struct felt_cidr *felt_dual_of(const struct felt_dual *dual, uint8_t family)
{
    if (family == FELT_FAMILY_NONE)
        return NULL;
    return dual->v4.ip.family == family   ? &dual->v4
           : dual->v6.ip.family == family ? &dual->v6
                                          : NULL;
}

const struct felt_cidr *felt_dual_first(const struct felt_dual *dual)
{
    return dual->v4.ip.family != FELT_FAMILY_NONE ? &dual->v4 : &dual->v6;
}

const struct felt_cidr *felt_dual_second(const struct felt_dual *dual)
{
    return dual->v4.ip.family != FELT_FAMILY_NONE && dual->v6.ip.family != FELT_FAMILY_NONE
               ? &dual->v6
               : NULL;
}

bool felt_dual_add(struct felt_dual *dual, const struct felt_cidr *cidr)
{
    if (felt_dual_of(dual, cidr->ip.family))
        return false;
    *(cidr->ip.family == FELT_FAMILY_V4 ? &dual->v4 : &dual->v6) = felt_cidr_masked(cidr);
    return true;
}

bool felt_dual_is_none(const struct felt_dual *dual)
{
    return felt_dual_first(dual)->ip.family == FELT_FAMILY_NONE;
}

bool felt_dual_equal(const struct felt_dual *a, const struct felt_dual *b)
{
    return felt_cidr_equal(&a->v4, &b->v4) && felt_cidr_equal(&a->v6, &b->v6);
}

bool felt_dual_contains(const struct felt_dual *dual, const struct felt_ip *ip)
{
    const struct felt_cidr *cidr = felt_dual_of(dual, ip->family);

    return cidr && felt_cidr_contains(cidr, ip);
}

bool felt_dual_covers(const struct felt_dual *dual, const struct felt_cidr *cidr)
{
    const struct felt_cidr *outer = felt_dual_of(dual, cidr->ip.family);

    return outer && cidr->len >= outer->len && felt_cidr_contains(outer, &cidr->ip);
}

const char *felt_dual_format(const struct felt_dual *dual, char *text)
{
    const struct felt_cidr *second = felt_dual_second(dual);
    size_t len;

    text[0] = '\0';
    if (felt_dual_is_none(dual))
        return text;
    felt_cidr_format(felt_dual_first(dual), text);
    if (!second)
        return text;
    len = strlen(text);
    text[len] = ',';
    felt_cidr_format(second, text + len + 1);
    return text;
}

struct felt_dual_text felt_dual_text(const struct felt_dual *dual)
{
    struct felt_dual_text text;

    felt_dual_format(dual, text.s);
    return text;
}
