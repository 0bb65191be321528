/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/subnet_env.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/path.h"
#include "base/idiom.h"

#define DIRECTORY_MODE 0755
#define FILE_MODE      0644
#define READ_MAX       (16 * 1024) /* bytes: Docker's options may be in the file, too */

/* The two lines of a family; nothing where there is none. */
static size_t render_family(const struct felt_cidr *network, const struct felt_cidr *subnet,
                            const char *prefix, char *text, size_t size)
{
    struct felt_cidr first = felt_cidr_masked(subnet);
    int len;

    if (first.ip.family == FELT_FAMILY_NONE)
        return 0;
    /* No subnet is so small that its last byte would carry. */
    first.ip.bytes[felt_ip_len(&first.ip) - 1] |= 1;
    len = snprintf(text, size, "FLANNEL_%sNETWORK=%s\nFLANNEL_%sSUBNET=%s\n", prefix,
                   FELT_CIDR(network), prefix, FELT_CIDR(&first));
    assert(len > 0 && (size_t)len < size);
    return (size_t)len;
}

size_t felt_subnet_env_render(const struct felt_subnet_env *env, char *text)
{
    const size_t size = FELT_SUBNET_ENV_TEXT;
    size_t n = render_family(&env->networks.v4, &env->subnets.v4, "", text, size);
    int len;

    assert(!felt_dual_is_none(&env->subnets));
    n += render_family(&env->networks.v6, &env->subnets.v6, "IPV6_", text + n, size - n);
    len = snprintf(text + n, size - n,
                   "FLANNEL_MTU=%u\n"
                   "FLANNEL_IPMASQ=%s\n",
                   (unsigned)env->mtu, env->ip_masq ? "true" : "false");
    assert(len > 0 && (size_t)len < size - n);
    return n + (size_t)len;
}

int felt_subnet_env_write(const char *path, const struct felt_subnet_env *env, bool *ret_written)
{
    char text[FELT_SUBNET_ENV_TEXT], old[FELT_SUBNET_ENV_TEXT];
    size_t len = felt_subnet_env_render(env, text);
    ssize_t old_len = felt_path_read(path, old, sizeof(old));
    int r;

    if (old_len == (ssize_t)len && memcmp(old, text, len) == 0) {
        *ret_written = false;
        return 0;
    }
    r = felt_path_make_parents(path, DIRECTORY_MODE);
    if (r < 0)
        return r;
    r = felt_path_replace(path, text, len, FILE_MODE);
    if (r < 0)
        return r;
    *ret_written = true;
    return 0;
}

/* The value of "KEY=value", which may stand between quotes; NULL: another line. */
static char *value_of_line(char *line, const char *key)
{
    char *value;
    size_t len;

    line += strspn(line, " \t");
    if (strncmp(line, key, strlen(key)) != 0)
        return NULL;
    value = line + strlen(key);
    len = strcspn(value, " \t\r");
    if (len >= 2 && (value[0] == '"' || value[0] == '\'') && value[len - 1] == value[0]) {
        value++;
        len -= 2;
    }
    value[len] = '\0';
    return value;
}

/* As in a shell, the last of several lines counts. */
static void read_line(char *line, const char *key, uint8_t family, struct felt_cidr *subnet)
{
    char *value = value_of_line(line, key);
    struct felt_cidr found;

    if (!value)
        return;
    *subnet = (struct felt_cidr){0};
    if (felt_cidr_parse(value, &found) == 0 && found.ip.family == family)
        *subnet = felt_cidr_masked(&found);
}

int felt_subnet_env_read_subnets(const char *path, struct felt_dual *ret_subnets)
{
    char text[READ_MAX], *rest = text, *line;
    struct felt_dual subnets = {0};
    ssize_t n = felt_path_read(path, text, sizeof(text) - 1);

    if (n < 0)
        return (int)n;
    text[n] = '\0';
    while ((line = strsep(&rest, "\n"))) {
        read_line(line, "FLANNEL_SUBNET=", FELT_FAMILY_V4, &subnets.v4);
        read_line(line, "FLANNEL_IPV6_SUBNET=", FELT_FAMILY_V6, &subnets.v6);
    }
    if (felt_dual_is_none(&subnets))
        return -ENODATA;
    *ret_subnets = subnets;
    return 0;
}
