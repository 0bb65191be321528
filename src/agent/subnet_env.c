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

size_t felt_subnet_env_render(const struct felt_subnet_env *env, char *text)
{
    struct felt_cidr first = felt_cidr_masked(&env->subnet);
    int len;

    assert(first.ip.family == FELT_FAMILY_V4);
    first.ip = felt_ip_v4(felt_ip_to_v4(&first.ip) + 1);
    len = snprintf(text, FELT_SUBNET_ENV_TEXT,
                   "FLANNEL_NETWORK=%s\n"
                   "FLANNEL_SUBNET=%s\n"
                   "FLANNEL_MTU=%u\n"
                   "FLANNEL_IPMASQ=%s\n",
                   FELT_CIDR(&env->network), FELT_CIDR(&first), (unsigned)env->mtu,
                   env->ip_masq ? "true" : "false");
    assert(len > 0 && len < FELT_SUBNET_ENV_TEXT);
    return (size_t)len;
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

/* The value of "FLANNEL_SUBNET=value", which may stand between quotes; NULL: another line. */
static char *subnet_of_line(char *line)
{
    static const char key[] = "FLANNEL_SUBNET=";
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

int felt_subnet_env_read_subnet(const char *path, struct felt_cidr *ret_subnet)
{
    char text[READ_MAX], *rest = text, *line, *value, *found = NULL;
    struct felt_cidr subnet;
    ssize_t n = felt_path_read(path, text, sizeof(text) - 1);

    if (n < 0)
        return (int)n;
    text[n] = '\0';
    while ((line = strsep(&rest, "\n"))) {
        value = subnet_of_line(line);
        if (value)
            found = value; /* as in a shell, the last one counts */
    }
    if (!found || felt_cidr_parse(found, &subnet) < 0 || subnet.ip.family != FELT_FAMILY_V4)
        return -ENODATA;
    *ret_subnet = felt_cidr_masked(&subnet);
    return 0;
}
