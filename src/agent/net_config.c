/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/path.h"

#define FILE_MAX 16384 /* bytes: room for a file that is written for people */

static void make_text(const struct felt_options *options, char *text, size_t size)
{
    bool has_v4 = options->network.v4.ip.family != FELT_FAMILY_NONE;
    bool has_v6 = options->network.v6.ip.family != FELT_FAMILY_NONE;
    char v4[FELT_ENDPOINT_TEXT + 16] = "\"EnableIPv4\":false,", v6[FELT_ENDPOINT_TEXT + 48] = "";

    if (has_v4 || !has_v6)
        snprintf(v4, sizeof(v4), "\"Network\":\"%s\",",
                 has_v4 ? FELT_CIDR(&options->network.v4) : FELT_NETWORK_DEFAULT);
    if (has_v6)
        snprintf(v6, sizeof(v6), "\"EnableIPv6\":true,\"IPv6Network\":\"%s\",",
                 FELT_CIDR(&options->network.v6));
    snprintf(text, size, "{%s%s\"Backend\":{\"Type\":\"%s\"}}", v4, v6,
             options->backend ? options->backend : felt_backend_name(FELT_BACKEND_VXLAN));
}

static int load_file(const char *path, struct felt_net_config *ret,
                     struct felt_options_error *ret_error)
{
    char text[FILE_MAX];
    struct felt_netconf_error error;
    ssize_t n = felt_path_read(path, text, sizeof(text));
    int r;

    if (n < 0) {
        snprintf(ret_error->text, sizeof(ret_error->text), "network configuration %s: %s", path,
                 strerror((int)-n));
        return (int)n;
    }
    /* As it is while that is possible, so that an error has the file's lines and columns. */
    if (n > FELT_NETCONF_TEXT_MAX)
        n = (ssize_t)felt_netconf_squeeze(text, (size_t)n);
    r = felt_netconf_parse(text, (size_t)n, &ret->config, &error);
    if (r == -EINVAL)
        snprintf(ret_error->text, sizeof(ret_error->text), "network configuration %s: %s", path,
                 error.text);
    else if (r < 0)
        snprintf(ret_error->text, sizeof(ret_error->text), "network configuration %s: %s", path,
                 strerror(-r));
    if (r < 0)
        return r;
    n = (ssize_t)felt_netconf_squeeze(text, (size_t)n);
    memcpy(ret->text, text, (size_t)n);
    ret->text[n] = '\0';
    return 0;
}

int felt_net_config_load(const struct felt_options *options, struct felt_net_config *ret_net_config,
                         struct felt_options_error *ret_error)
{
    struct felt_net_config c = {.source = FELT_NET_CONFIG_DEFAULT};
    struct felt_netconf_error error;
    int r;

    if (!felt_dual_is_none(&options->network) || options->backend)
        c.source = FELT_NET_CONFIG_OPTIONS;
    else if (options->net_config_explicit || access(options->net_config_path, F_OK) == 0)
        c.source = FELT_NET_CONFIG_FILE;
    if (c.source == FELT_NET_CONFIG_FILE) {
        r = load_file(options->net_config_path, &c, ret_error);
        if (r < 0)
            return r;
    } else {
        make_text(options, c.text, sizeof(c.text));
        r = felt_netconf_parse(c.text, strlen(c.text), &c.config, &error);
        if (r < 0) {
            snprintf(ret_error->text, sizeof(ret_error->text), "--network, --backend: %s",
                     r == -EINVAL ? error.text : strerror(-r));
            return r;
        }
    }
    *ret_net_config = c;
    return 0;
}
