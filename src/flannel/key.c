/* SPDX-License-Identifier: Apache-2.0 */
#include "flannel/key.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

/* "ADDRESS-LEN" of a family. What is not canonical is found by the caller. */
static int part_parse(const char *text, size_t len, uint8_t family, struct felt_cidr *ret_cidr)
{
    char copy[FELT_FLANNEL_KEY_TEXT];
    struct felt_cidr cidr;
    char *dash;

    if (len >= sizeof(copy))
        return -EINVAL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    dash = strrchr(copy, '-');
    if (!dash || strchr(copy, '/'))
        return -EINVAL;
    *dash = '/';
    if (felt_cidr_parse(copy, &cidr) < 0 || cidr.ip.family != family)
        return -EINVAL;
    *ret_cidr = felt_cidr_masked(&cidr);
    return 0;
}

int felt_flannel_key_parse(const char *name, struct felt_dual *ret_subnets)
{
    const char *second = strchr(name, '&');
    struct felt_dual subnets = {0};
    char again[FELT_FLANNEL_KEY_TEXT];

    if (strlen(name) >= sizeof(again))
        return -EINVAL;
    if (part_parse(name, second ? (size_t)(second - name) : strlen(name), FELT_FAMILY_V4,
                   &subnets.v4) < 0)
        return -EINVAL;
    if (second && part_parse(second + 1, strlen(second + 1), FELT_FAMILY_V6, &subnets.v6) < 0)
        return -EINVAL;
    /* Host bits, leading zeros, capital digits, zeros that "::" would stand for. */
    if (strcmp(felt_flannel_key_format(&subnets, again), name) != 0)
        return -EINVAL;
    *ret_subnets = subnets;
    return 0;
}

const char *felt_flannel_key_format(const struct felt_dual *subnets, char *text)
{
    char ip[FELT_IP_TEXT];
    int n;

    assert(subnets->v4.ip.family == FELT_FAMILY_V4);
    n = snprintf(text, FELT_FLANNEL_KEY_TEXT, "%s-%u", felt_ip_format(&subnets->v4.ip, ip),
                 (unsigned)subnets->v4.len);
    if (subnets->v6.ip.family == FELT_FAMILY_V6)
        snprintf(text + n, (size_t)(FELT_FLANNEL_KEY_TEXT - n), "&%s-%u",
                 felt_ip_format(&subnets->v6.ip, ip), (unsigned)subnets->v6.len);
    return text;
}
