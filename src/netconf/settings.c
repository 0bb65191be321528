/* SPDX-License-Identifier: Apache-2.0 */
#include "netconf/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/idiom.h"
#include "netconf/json.h"

/* The first byte of the value (proto/messages.cddl, settings). */
#define KIND         32
#define NUMBER_MAX   4 /* bytes of a number that this version knows */
#define PREFIX       "Backend."
#define WHOLE_DIGITS 18 /* of a number that json_int_t holds whatever they are */

enum form { WORD, NUMBER, SWITCH };

/* By tag. */
static const struct {
    const char *name;
    enum form form;
    uint32_t max; /* of the item's number */
} table[FELT_SETTINGS_END] = {
    [FELT_SETTING_LEASE_TIME] = {"LeaseTime", NUMBER, FELT_LEASE_TIME_MAX},
    [FELT_SETTING_TYPE] = {PREFIX "Type", WORD, FELT_BACKEND_HOST_GW},
    [FELT_SETTING_MTU] = {PREFIX "MTU", NUMBER, UINT16_MAX},
    [FELT_SETTING_DIRECT_ROUTING] = {PREFIX "DirectRouting", SWITCH, 1},
    [FELT_SETTING_TX_CHECKSUM] = {PREFIX "TxChecksum", WORD, FELT_TX_CHECKSUM_OFF},
    [FELT_SETTING_LEARNING] = {PREFIX "Learning", SWITCH, 1},
    [FELT_SETTING_GBP] = {PREFIX "GBP", SWITCH, 1},
};

/* ---- bytes ---- */

/* One item; an unknown one, or a number that is none of ours, is not `known`. */
struct item {
    uint8_t tag;
    uint8_t len;
    const uint8_t *bytes;
    bool known;
    uint32_t number;
};

/* False after the last, and where the rest is malformed: then *at is not at the end. */
static bool next_item(struct felt_bytes value, size_t *at, struct item *ret_item)
{
    struct item item;
    uint64_t number = 0;

    if (value.len - *at < 2 || value.data[*at + 1] > value.len - *at - 2)
        return false;
    item.tag = value.data[*at];
    item.len = value.data[*at + 1];
    item.bytes = value.data + *at;
    for (size_t i = 0; i < item.len && item.len <= NUMBER_MAX; i++)
        number = number << 8 | item.bytes[2 + i];
    item.known = item.tag > 0 && item.tag < FELT_SETTINGS_END && item.len > 0 &&
                 item.len <= NUMBER_MAX && number <= table[item.tag].max;
    if (item.known && item.tag == FELT_SETTING_LEASE_TIME)
        item.known = number == 0 || number >= FELT_LEASE_TIME_MIN;
    item.number = (uint32_t)number;
    *at += 2u + item.len;
    *ret_item = item;
    return true;
}

int felt_settings_decode(struct felt_bytes value, struct felt_settings *ret_settings)
{
    struct felt_settings s = {0};
    struct item item;
    unsigned last = 0;
    size_t at = 1;

    if (value.len == 0) {
        *ret_settings = s;
        return 0;
    }
    if (value.len > FELT_SETTINGS_VALUE_MAX || value.data[0] != KIND)
        return -EINVAL;
    while (next_item(value, &at, &item)) {
        if (item.tag <= last)
            return -EINVAL;
        last = item.tag;
        if (item.known) {
            s.has |= 1u << item.tag;
            s.values[item.tag] = item.number;
        } else {
            memcpy(s.others + s.n_others, item.bytes, 2u + item.len);
            s.n_others += 2u + item.len;
        }
    }
    if (at != value.len)
        return -EINVAL;
    *ret_settings = s;
    return 0;
}

/* As few bytes as the number has, at least one: of one meaning there is one text. */
static size_t put_number(uint8_t *to, uint8_t tag, uint32_t number)
{
    uint8_t len = 1;

    while (len < NUMBER_MAX && number >> (8 * len) != 0)
        len++;
    to[0] = tag;
    to[1] = len;
    for (uint8_t i = 0; i < len; i++)
        to[2 + i] = (uint8_t)(number >> (8 * (len - 1 - i)));
    return 2u + len;
}

size_t felt_settings_encode(const struct felt_settings *settings,
                            uint8_t value[FELT_SETTINGS_VALUE_MAX])
{
    /* What is known, and what is not, each at its longest. */
    uint8_t all[1 + FELT_SETTINGS_END * (2 + NUMBER_MAX) + FELT_SETTINGS_VALUE_MAX] = {KIND};
    struct felt_bytes others = felt_bytes(settings->others, settings->n_others);
    struct item item;
    unsigned tag = 1;
    size_t len = 1, at = 0;
    bool more;

    do {
        more = next_item(others, &at, &item);
        for (; tag < FELT_SETTINGS_END && (!more || tag <= item.tag); tag++)
            if ((settings->has >> tag & 1) != 0)
                len += put_number(all + len, (uint8_t)tag, settings->values[tag]);
        if (more && (item.tag >= FELT_SETTINGS_END || (settings->has >> item.tag & 1) == 0)) {
            memcpy(all + len, item.bytes, 2u + item.len);
            len += 2u + item.len;
        }
    } while (more);
    if (len == 1 || len > FELT_SETTINGS_VALUE_MAX)
        return 0;
    memcpy(value, all, len);
    return len;
}

/* ---- keys ---- */

const char *felt_setting_name(enum felt_setting setting)
{
    return table[setting].name;
}

const char *felt_setting_time(uint32_t seconds, char *text)
{
    static const struct {
        uint32_t seconds;
        char suffix;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    size_t i = 0;

    while (seconds % units[i].seconds != 0)
        i++;
    if (seconds == 0)
        snprintf(text, FELT_SETTING_TEXT, "never");
    else
        snprintf(text, FELT_SETTING_TEXT, "%u%c", seconds / units[i].seconds, units[i].suffix);
    return text;
}

/* Behind "Backend.", if that is there. */
static const char *short_of(const char *key)
{
    return strncasecmp(key, PREFIX, strlen(PREFIX)) == 0 ? key + strlen(PREFIX) : key;
}

static bool is_any(const char *key, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(key, keys[i]) == 0)
            return true;
    return false;
}

static int refuse_key(const char *key, struct felt_netconf_error *error)
{
    static const char *const numbering[] = {
        "Network",       "SubnetLen",     "SubnetMin",  "SubnetMax",  "IPv6Network",
        "IPv6SubnetLen", "IPv6SubnetMin", "EnableIPv4", "EnableIPv6", "IPv6SubnetMax"};
    static const char *const meeting[] = {"VNI", "Port"};

    if (is_any(key, numbering, FELT_ARRAY_LEN(numbering)))
        return felt_netconf_fail(
            error,
            "%s is settled when a network is founded: subnets are numbered by it, and every lease "
            "is such a number. For another one found a new cluster, and move machine by machine "
            "with 'feltctl join --abandon'",
            key);
    if (is_any(short_of(key), meeting, FELT_ARRAY_LEN(meeting)))
        return felt_netconf_fail(
            error,
            "%s is settled when a network is founded: machines that have different ones do not "
            "reach each other. For another one found a new cluster, and move machine by machine "
            "with 'feltctl join --abandon'",
            key);
    if (strcasecmp(key, "EnableNFTables") == 0)
        return felt_netconf_fail(error, "%s changes nothing: felt's rules are nftables' always",
                                 key);
    return felt_netconf_fail(error,
                             "there is no key '%.40s': LeaseTime, Backend.Type, MTU, "
                             "DirectRouting, TxChecksum, Learning and GBP can be set",
                             key);
}

int felt_setting_find(const char *key, enum felt_setting *ret_setting,
                      struct felt_netconf_error *ret_error)
{
    for (unsigned tag = 1; tag < FELT_SETTINGS_END; tag++)
        if (strcasecmp(key, table[tag].name) == 0 ||
            strcasecmp(key, short_of(table[tag].name)) == 0) {
            *ret_setting = (enum felt_setting)tag;
            return 0;
        }
    return refuse_key(key, ret_error);
}

void felt_settings_set_lease_time(struct felt_settings *settings, uint32_t seconds)
{
    assert(seconds == 0 || (seconds >= FELT_LEASE_TIME_MIN && seconds <= FELT_LEASE_TIME_MAX));
    settings->has |= 1u << FELT_SETTING_LEASE_TIME;
    settings->values[FELT_SETTING_LEASE_TIME] = seconds;
}

/* ---- the effective configuration ---- */

/* In place of all that flannel would take for that key. */
static int replace(json_t *object, const char *key, json_t *value)
{
    const char *other;
    void *i;

    do {
        other = NULL;
        for (i = json_object_iter(object); i && !other; i = json_object_iter_next(object, i))
            if (strcasecmp(json_object_iter_key(i), key) == 0)
                other = json_object_iter_key(i);
    } while (other && json_object_del(object, other) == 0);
    return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

/* As an operator writes it. What is neither a number nor a boolean is for the parser to refuse. */
static json_t *value_of(enum form form, const char *text)
{
    size_t digits = strspn(text, "0123456789");

    if (form == NUMBER && digits > 0 && digits <= WHOLE_DIGITS && text[digits] == '\0')
        return json_integer((json_int_t)strtoll(text, NULL, 10));
    if (form == SWITCH && (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0))
        return json_boolean(strcasecmp(text, "true") == 0);
    return json_string(text);
}

static const char *word_of(enum felt_setting setting, uint32_t number, char *text)
{
    if (setting == FELT_SETTING_TYPE)
        return felt_backend_name((enum felt_backend)number);
    if (setting == FELT_SETTING_TX_CHECKSUM)
        return felt_tx_checksum_name((enum felt_tx_checksum)number);
    if (table[setting].form == SWITCH)
        return number ? "true" : "false";
    snprintf(text, FELT_SETTING_TEXT, "%u", number);
    return text;
}

/* The founding text with these values of the backend instead. */
static int merge_text(const char *founding, const char *const texts[FELT_SETTINGS_END], char *text,
                      struct felt_netconf_error *error)
{
    _cleanup_(json_decrefp) json_t *root = json_loads(founding, 0, NULL);
    _cleanup_(felt_freep) char *dump = NULL;
    json_t *backend = json_object();
    int r = 0;

    if (json_is_object(felt_json_member(root, "Backend")))
        json_object_update(backend, felt_json_member(root, "Backend"));
    else
        json_object_set_new(backend, "Type", json_string(felt_backend_name(FELT_BACKEND_VXLAN)));
    for (unsigned tag = FELT_SETTING_TYPE; tag < FELT_SETTINGS_END && r == 0; tag++)
        if (texts[tag])
            r = replace(backend, short_of(table[tag].name), value_of(table[tag].form, texts[tag]));
    if (r < 0) {
        json_decref(backend);
        return r;
    }
    r = replace(root, "Backend", backend);
    dump = r == 0 ? json_dumps(root, JSON_COMPACT) : NULL;
    if (!dump)
        return -ENOMEM;
    if (strlen(dump) > FELT_NETCONF_TEXT_MAX)
        return felt_netconf_fail(error,
                                 "the network configuration would have %zu bytes; %d is most",
                                 strlen(dump), FELT_NETCONF_TEXT_MAX);
    strcpy(text, dump);
    return 0;
}

int felt_settings_effective(const struct felt_settings *settings, const char *founding, char *text,
                            struct felt_netconf *ret_config, struct felt_netconf_error *ret_error)
{
    char numbers[FELT_SETTINGS_END][FELT_SETTING_TEXT];
    const char *texts[FELT_SETTINGS_END] = {NULL};
    char merged[FELT_NETCONF_TEXT_MAX + 1];
    int r = 0;

    for (unsigned tag = FELT_SETTING_TYPE; tag < FELT_SETTINGS_END; tag++)
        if ((settings->has >> tag & 1) != 0)
            texts[tag] = word_of((enum felt_setting)tag, settings->values[tag], numbers[tag]);
    /* As it was written, where nothing of it was changed. */
    if ((settings->has & ~(1u << FELT_SETTING_LEASE_TIME)) == 0)
        snprintf(merged, sizeof(merged), "%s", founding);
    else
        r = merge_text(founding, texts, merged, ret_error);
    if (r == 0)
        r = felt_netconf_parse(merged, strlen(merged), ret_config, ret_error);
    if (r == 0)
        strcpy(text, merged);
    return r;
}

static uint32_t number_of(const struct felt_netconf *config, enum felt_setting setting)
{
    switch (setting) {
    case FELT_SETTING_TYPE:
        return (uint32_t)config->backend;
    case FELT_SETTING_MTU:
        return config->vxlan.mtu;
    case FELT_SETTING_DIRECT_ROUTING:
        return config->vxlan.direct_routing;
    case FELT_SETTING_TX_CHECKSUM:
        return (uint32_t)config->vxlan.tx_checksum;
    case FELT_SETTING_LEARNING:
        return config->vxlan.learning;
    case FELT_SETTING_GBP:
        return config->vxlan.gbp;
    case FELT_SETTING_LEASE_TIME:
        break;
    }
    return 0; /* it is no part of a configuration */
}

int felt_settings_set_backend(struct felt_settings *settings, const char *founding,
                              const char *const texts[FELT_SETTINGS_END],
                              struct felt_netconf_error *ret_error)
{
    char before[FELT_NETCONF_TEXT_MAX + 1], after[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_settings next = *settings;
    struct felt_netconf config;
    int r = felt_settings_effective(settings, founding, before, &config, ret_error);

    if (r == 0)
        r = merge_text(before, texts, after, ret_error);
    if (r == 0)
        r = felt_netconf_parse(after, strlen(after), &config, ret_error);
    if (r < 0)
        return r;
    for (unsigned tag = FELT_SETTING_TYPE; tag < FELT_SETTINGS_END; tag++) {
        if (!texts[tag])
            continue;
        if (tag != FELT_SETTING_TYPE && config.backend != FELT_BACKEND_VXLAN)
            return felt_netconf_fail(ret_error, "%s means nothing to the backend %s: it is vxlan's",
                                     table[tag].name, felt_backend_name(config.backend));
        next.has |= 1u << tag;
        next.values[tag] = number_of(&config, (enum felt_setting)tag);
    }
    *settings = next;
    return 0;
}

const char *felt_setting_of(const struct felt_netconf *config, enum felt_setting setting,
                            char *text)
{
    char number[FELT_SETTING_TEXT];

    snprintf(text, FELT_SETTING_TEXT, "%s", word_of(setting, number_of(config, setting), number));
    return text;
}

uint32_t felt_settings_differ(const struct felt_netconf *a, const struct felt_netconf *b)
{
    uint32_t differ = 0;

    if (a->backend != b->backend)
        return 1u << FELT_SETTING_TYPE;
    if (a->backend != FELT_BACKEND_VXLAN)
        return 0;
    for (unsigned tag = FELT_SETTING_MTU; tag < FELT_SETTINGS_END; tag++)
        if (number_of(a, (enum felt_setting)tag) != number_of(b, (enum felt_setting)tag))
            differ |= 1u << tag;
    return differ;
}
