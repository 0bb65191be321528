/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options_values.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/duration.h"
#include "netconf/netconf.h"
#include "netconf/settings.h"
#include "wire/message.h"

#define HELP_HINT           "; see 'feltd --help'"

#define ADOPT_GRACE_MAX_SEC (7 * 86400) /* a migration that takes longer is none */

#define VERBOSITY_DIGITS    4 /* people write 10, and 9999 for all */

#define RESYNC_MAX_SEC      3600 /* rarer is as good as never, and more likely a mistake */

int felt_options_fail(struct felt_options_error *ret_error, const char *format, ...)
{
    size_t room = sizeof(ret_error->text) - strlen(HELP_HINT);
    va_list args;

    va_start(args, format);
    vsnprintf(ret_error->text, room, format, args);
    va_end(args);
    for (char *c = ret_error->text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
    strcat(ret_error->text, HELP_HINT);
    return -EINVAL;
}

const char *felt_options_damage(const char *text)
{
    size_t len = strlen(text);

    for (const char *c = text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            return "has a line break or another control character; was it wrapped in an "
                   "environment file?";
    }
    if (len > 0 && (text[len - 1] == ',' || text[len - 1] == '\\'))
        return "ends where more should come; was it wrapped onto a second line in an environment "
               "file?";
    return NULL;
}

static void *field(struct felt_options *options, size_t offset)
{
    return (char *)options + offset;
}

/* Go's strconv.ParseBool, so that every flanneld unit file goes on working. */
static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};

bool felt_options_is_false(const char *text)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(no); i++) {
        if (strcmp(text, no[i]) == 0)
            return true;
    }
    return false;
}

int felt_option_set_bool(struct felt_options *options, size_t offset,
                         const struct felt_option_value *value,
                         struct felt_options_error *ret_error)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(yes); i++) {
        if (strcmp(value->text, yes[i]) == 0 || strcmp(value->text, no[i]) == 0) {
            *(bool *)field(options, offset) = strcmp(value->text, yes[i]) == 0;
            return 0;
        }
    }
    return felt_options_fail(ret_error, "%s: '%s' is neither true nor false", value->origin,
                             value->text);
}

int felt_option_set_path(struct felt_options *options, size_t offset,
                         const struct felt_option_value *value,
                         struct felt_options_error *ret_error)
{
    if (value->text[0] == '\0')
        return felt_options_fail(ret_error, "%s: the path is empty", value->origin);
    *(const char **)field(options, offset) = value->text;
    return 0;
}

/* text is the value, or a part of it. */
static int parse_network(const struct felt_option_value *value, const char *text,
                         struct felt_cidr *ret_cidr, struct felt_options_error *ret_error)
{
    if (felt_cidr_parse(text, ret_cidr) < 0)
        return felt_options_fail(ret_error, "%s: '%s' is not a network like 10.1.0.0/16",
                                 value->origin, text);
    return 0;
}

int felt_option_set_cidr(struct felt_options *options, size_t offset,
                         const struct felt_option_value *value,
                         struct felt_options_error *ret_error)
{
    struct felt_cidr cidr;

    if (parse_network(value, value->text, &cidr, ret_error) < 0)
        return -EINVAL;
    *(struct felt_cidr *)field(options, offset) = felt_cidr_masked(&cidr);
    return 0;
}

int felt_option_set_networks(struct felt_options *options, size_t offset,
                             const struct felt_option_value *value,
                             struct felt_options_error *ret_error)
{
    char text[FELT_DUAL_TEXT], *rest = text, *item;
    struct felt_dual networks = {0};
    struct felt_cidr cidr;

    /* What is cut off is no network either. */
    snprintf(text, sizeof(text), "%s", value->text);
    while ((item = strsep(&rest, ","))) {
        if (parse_network(value, item, &cidr, ret_error) < 0)
            return -EINVAL;
        if (!felt_dual_add(&networks, &cidr))
            return felt_options_fail(ret_error, "%s: %s: a second network of the same family",
                                     value->origin, item);
    }
    *(struct felt_dual *)field(options, offset) = networks;
    return 0;
}

static int set_ip(struct felt_options *options, size_t offset, uint8_t family,
                  const struct felt_option_value *value, struct felt_options_error *ret_error)
{
    const char *name = family == FELT_FAMILY_V6 ? "IPv6" : "IPv4";
    struct felt_ip ip = {0};

    /* An empty one is flanneld's default, and as good as none. */
    if (value->text[0] != '\0' && felt_ip_parse(value->text, &ip) < 0)
        return felt_options_fail(ret_error, "%s: '%s' is not an IP address", value->origin,
                                 value->text);
    if (ip.family != FELT_FAMILY_NONE && ip.family != family)
        return felt_options_fail(ret_error,
                                 "%s: %s is not an %s address (there are --public-ip "
                                 "and --public-ipv6)",
                                 value->origin, value->text, name);
    if (ip.family != FELT_FAMILY_NONE && (felt_ip_is_any(&ip) || felt_ip_is_loopback(&ip)))
        return felt_options_fail(ret_error, "%s: %s cannot be reached from other machines",
                                 value->origin, value->text);
    *(struct felt_ip *)field(options, offset) = ip;
    return 0;
}

int felt_option_set_ip4(struct felt_options *options, size_t offset,
                        const struct felt_option_value *value, struct felt_options_error *ret_error)
{
    return set_ip(options, offset, FELT_FAMILY_V4, value, ret_error);
}

int felt_option_set_ip6(struct felt_options *options, size_t offset,
                        const struct felt_option_value *value, struct felt_options_error *ret_error)
{
    return set_ip(options, offset, FELT_FAMILY_V6, value, ret_error);
}

int felt_option_set_ip(struct felt_options *options, size_t offset,
                       const struct felt_option_value *value, struct felt_options_error *ret_error)
{
    struct felt_ip ip;

    if (felt_ip_parse(value->text, &ip) < 0 || felt_ip_is_any(&ip))
        return felt_options_fail(ret_error, "%s: '%s' is not an IP address", value->origin,
                                 value->text);
    *(struct felt_ip *)field(options, offset) = ip;
    return 0;
}

int felt_option_set_verbosity(struct felt_options *options, size_t offset,
                              const struct felt_option_value *value,
                              struct felt_options_error *ret_error)
{
    size_t len = strlen(value->text);

    if (len == 0 || len > VERBOSITY_DIGITS || strspn(value->text, "0123456789") != len)
        return felt_options_fail(ret_error, "%s: '%s' is not a number like 4", value->origin,
                                 value->text);
    *(uint32_t *)field(options, offset) = (uint32_t)strtoul(value->text, NULL, 10);
    return 0;
}

int felt_option_set_endpoint(struct felt_options *options, size_t offset,
                             const struct felt_option_value *value,
                             struct felt_options_error *ret_error)
{
    struct felt_endpoint endpoint;

    if (felt_endpoint_parse(value->text, FELT_PORT, &endpoint) < 0)
        return felt_options_fail(ret_error, "%s: '%s' is not an address and port like 0.0.0.0:%d",
                                 value->origin, value->text, FELT_PORT);
    *(struct felt_endpoint *)field(options, offset) = endpoint;
    return 0;
}

int felt_option_set_healthz_ip(struct felt_options *options, size_t offset,
                               const struct felt_option_value *value,
                               struct felt_options_error *ret_error)
{
    struct felt_ip ip;

    if (felt_ip_parse(value->text, &ip) < 0)
        return felt_options_fail(ret_error, "%s: '%s' is not an IP address", value->origin,
                                 value->text);
    *(struct felt_ip *)field(options, offset) = ip;
    return 0;
}

int felt_option_set_healthz_port(struct felt_options *options, size_t offset,
                                 const struct felt_option_value *value,
                                 struct felt_options_error *ret_error)
{
    char *end;
    unsigned long port = strtoul(value->text, &end, 10);

    if (!isdigit((unsigned char)value->text[0]) || *end != '\0' || port > UINT16_MAX)
        return felt_options_fail(ret_error, "%s: '%s' is not a port from 1 to %d, or 0: none",
                                 value->origin, value->text, UINT16_MAX);
    *(uint16_t *)field(options, offset) = (uint16_t)port;
    return 0;
}

int felt_option_set_metrics_listen(struct felt_options *options, size_t offset,
                                   const struct felt_option_value *value,
                                   struct felt_options_error *ret_error)
{
    struct felt_endpoint endpoint;

    if (felt_endpoint_parse(value->text, FELT_METRICS_PORT, &endpoint) < 0 || endpoint.port == 0)
        return felt_options_fail(ret_error, "%s: '%s' is not an address and port like 127.0.0.1:%d",
                                 value->origin, value->text, FELT_METRICS_PORT);
    *(struct felt_endpoint *)field(options, offset) = endpoint;
    return 0;
}

int felt_option_add_text(struct felt_options *options, size_t offset,
                         const struct felt_option_value *value,
                         struct felt_options_error *ret_error)
{
    struct felt_text_list *list = field(options, offset);

    if (value->text[0] == '\0')
        return felt_options_fail(ret_error, "%s: the value is empty", value->origin);
    if (strlen(value->text) > FELT_OPTIONS_TEXT_MAX)
        return felt_options_fail(ret_error, "%s: longer than %d bytes", value->origin,
                                 FELT_OPTIONS_TEXT_MAX);
    if (list->n == FELT_OPTIONS_LIST_MAX)
        return felt_options_fail(ret_error, "%s: more than %d times", value->origin,
                                 FELT_OPTIONS_LIST_MAX);
    strcpy(list->items[list->n++], value->text);
    return 0;
}

int felt_option_add_exclude(struct felt_options *options, size_t offset _unused_,
                            const struct felt_option_value *value,
                            struct felt_options_error *ret_error)
{
    struct felt_cidr cidr;

    if (parse_network(value, value->text, &cidr, ret_error) < 0)
        return -EINVAL;
    if (options->n_ip_masq_excludes == FELT_ARRAY_LEN(options->ip_masq_excludes))
        return felt_options_fail(ret_error, "%s: more than %d times", value->origin,
                                 FELT_OPTIONS_LIST_MAX);
    options->ip_masq_excludes[options->n_ip_masq_excludes++] = felt_cidr_masked(&cidr);
    return 0;
}

int felt_option_set_resync(struct felt_options *options, size_t offset,
                           const struct felt_option_value *value,
                           struct felt_options_error *ret_error)
{
    char *end;
    unsigned long seconds;

    errno = 0;
    seconds = strtoul(value->text, &end, 10);
    if (!isdigit((unsigned char)value->text[0]) || *end != '\0' || errno != 0 || seconds == 0 ||
        seconds > RESYNC_MAX_SEC)
        return felt_options_fail(ret_error, "%s: '%s' is not a number of seconds from 1 to %d",
                                 value->origin, value->text, RESYNC_MAX_SEC);
    *(uint32_t *)field(options, offset) = (uint32_t)seconds;
    return 0;
}

static int set_token(struct felt_options *options, const struct felt_option_value *value,
                     struct felt_options_error *ret_error)
{
    struct felt_token token;
    int r;

    /* The text is a secret: no message shows it. */
    if (options->token[0] != '\0')
        return felt_options_fail(ret_error, "%s: a second token; one is enough", value->origin);
    r = felt_token_parse(value->text, &token);
    if (r == -EPROTONOSUPPORT)
        return felt_options_fail(ret_error, "%s: the token was made by a newer version of felt",
                                 value->origin);
    if (r < 0 || strlen(value->text) >= sizeof(options->token))
        return felt_options_fail(ret_error,
                                 "%s: the token is damaged; copy the whole line of 'feltctl token'",
                                 value->origin);
    felt_key_wipe(&token.key);
    strcpy(options->token, value->text);
    return 0;
}

/* "name", "name:port", "[v6]", "[v6]:port", "v6". */
static int seed_parse(const char *text, struct felt_seed *ret_seed)
{
    struct felt_seed seed = {.port = FELT_PORT};
    struct felt_endpoint endpoint;
    const char *colon = strchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    char with_any_host[FELT_ENDPOINT_TEXT];

    if (felt_endpoint_parse(text, FELT_PORT, &endpoint) == 0) {
        if (felt_ip_is_any(&endpoint.ip))
            return -EINVAL;
        felt_ip_format(&endpoint.ip, seed.host);
        seed.port = endpoint.port;
        *ret_seed = seed;
        return 0;
    }
    if (len == 0 || len > FELT_HOST_MAX)
        return -EINVAL;
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) && !strchr("-._", text[i]))
            return -EINVAL;
    }
    if (strspn(text, "0123456789.") == len) /* a misspelt address: no name ends in a number */
        return -EINVAL;
    if (colon) {
        snprintf(with_any_host, sizeof(with_any_host), "0.0.0.0:%.8s", colon + 1);
        if (felt_endpoint_parse(with_any_host, 0, &endpoint) < 0)
            return -EINVAL;
        seed.port = endpoint.port;
    }
    memcpy(seed.host, text, len);
    *ret_seed = seed;
    return 0;
}

int felt_option_add_join(struct felt_options *options, size_t offset _unused_,
                         const struct felt_option_value *value,
                         struct felt_options_error *ret_error)
{
    struct felt_seed seed;

    if (felt_token_is(value->text))
        return set_token(options, value, ret_error);
    if (seed_parse(value->text, &seed) < 0)
        return felt_options_fail(ret_error, "%s: '%s' is neither HOST[:PORT] nor a token",
                                 value->origin, value->text);
    if (options->n_seeds == FELT_SEEDS_MAX)
        return felt_options_fail(ret_error, "%s: more than %d seeds", value->origin,
                                 FELT_SEEDS_MAX);
    options->seeds[options->n_seeds++] = seed;
    return 0;
}

int felt_option_set_bootstrap_expect(struct felt_options *options, size_t offset _unused_,
                                     const struct felt_option_value *value,
                                     struct felt_options_error *ret_error)
{
    char *end;
    unsigned long n = strtoul(value->text, &end, 10);

    if (value->text[0] < '1' || value->text[0] > '9' || *end != '\0' || n > FELT_EXPECT_MAX)
        return felt_options_fail(ret_error, "%s: '%s' is not a number of machines from 1 to %d",
                                 value->origin, value->text, FELT_EXPECT_MAX);
    options->bootstrap_expect = (uint32_t)n;
    return 0;
}

int felt_lease_time_parse(const char *text, uint32_t *ret_seconds)
{
    uint32_t seconds = 0;

    if (strcmp(text, "0") != 0 &&
        (felt_duration_parse(text, &seconds) < 0 ||
         (seconds > 0 && (seconds < FELT_LEASE_TIME_MIN || seconds > FELT_LEASE_TIME_MAX))))
        return -EINVAL;
    *ret_seconds = seconds;
    return 0;
}

int felt_option_set_lease_time(struct felt_options *options, size_t offset _unused_,
                               const struct felt_option_value *value,
                               struct felt_options_error *ret_error)
{
    uint32_t seconds;

    if (felt_lease_time_parse(value->text, &seconds) < 0)
        return felt_options_fail(ret_error, "%s: '%s' is not " FELT_LEASE_TIME_WANTED,
                                 value->origin, value->text);
    options->lease_time_sec = seconds;
    return 0;
}

int felt_option_set_adopt_grace(struct felt_options *options, size_t offset _unused_,
                                const struct felt_option_value *value,
                                struct felt_options_error *ret_error)
{
    uint32_t seconds = 0;

    if (strcmp(value->text, "0") != 0 && (felt_duration_parse(value->text, &seconds) < 0 ||
                                          seconds == 0 || seconds > ADOPT_GRACE_MAX_SEC))
        return felt_options_fail(ret_error, "%s: '%s' is not a time like 30s or 1h, up to 7d, or 0",
                                 value->origin, value->text);
    options->adopt_grace_sec = seconds;
    return 0;
}

int felt_option_set_backend(struct felt_options *options, size_t offset _unused_,
                            const struct felt_option_value *value,
                            struct felt_options_error *ret_error)
{
    /* The network configuration knows which types there are; here it must only be safe in JSON. */
    size_t len = strlen(value->text);

    if (len == 0 || len > FELT_BACKEND_TYPE_MAX ||
        strspn(value->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != len)
        return felt_options_fail(ret_error, "%s: '%s' is not a backend like vxlan or host-gw",
                                 value->origin, value->text);
    options->backend = value->text;
    return 0;
}

int felt_option_set_name(struct felt_options *options, size_t offset _unused_,
                         const struct felt_option_value *value,
                         struct felt_options_error *ret_error)
{
    size_t len = strlen(value->text);

    if (len == 0 || len > FELT_NAME_MAX)
        return felt_options_fail(ret_error, "%s: a name has 1 to %d bytes, '%.80s' has %zu",
                                 value->origin, FELT_NAME_MAX, value->text, len);
    for (size_t i = 0; i < len; i++) {
        if (value->text[i] <= ' ' || value->text[i] > '~')
            return felt_options_fail(ret_error,
                                     "%s: '%s' has a character that is blank or not ASCII",
                                     value->origin, value->text);
    }
    strcpy(options->node_name, value->text);
    return 0;
}

int felt_option_set_on_lease_lost(struct felt_options *options, size_t offset _unused_,
                                  const struct felt_option_value *value,
                                  struct felt_options_error *ret_error)
{
    if (strcmp(value->text, "renumber") == 0)
        options->on_lease_lost = FELT_ON_LEASE_LOST_RENUMBER;
    else if (strcmp(value->text, "exit") == 0)
        options->on_lease_lost = FELT_ON_LEASE_LOST_EXIT;
    else
        return felt_options_fail(ret_error, "%s: '%s' is neither renumber nor exit", value->origin,
                                 value->text);
    return 0;
}

int felt_option_set_log_level(struct felt_options *options, size_t offset _unused_,
                              const struct felt_option_value *value,
                              struct felt_options_error *ret_error)
{
    if (felt_log_level_parse(value->text, &options->log_level) < 0)
        return felt_options_fail(ret_error,
                                 "%s: '%s' is not one of error, warning, notice, info, debug",
                                 value->origin, value->text);
    return 0;
}
