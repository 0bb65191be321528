/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator has changed of a running cluster's configuration: a few keys of flannel's, and
 * LeaseTime, each with the value that counts instead of what the cluster was founded with
 * (proto/lease.md 8.3). The founding text and these make the effective configuration.
 *
 * As bytes they are the value of a notice: a kind, then items by ascending tag, each a tag, a
 * length and a number of so many bytes, big endian. Items that this version does not know are kept
 * as they came, and pass on with the next change. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "netconf/netconf.h"

#define FELT_SETTINGS_VALUE_MAX 64 /* bytes; proto/messages.cddl, notices */
#define FELT_SETTING_TEXT       24 /* of one value, NUL included */
#define FELT_LEASE_TIME_MIN \
    60 /* seconds; less, and a reboot costs a machine its subnet; proto/lease.md 6.6 */
#define FELT_LEASE_TIME_MAX (365 * 24 * 3600)

/* Tags of items: they never change their meaning. */
enum felt_setting {
    FELT_SETTING_LEASE_TIME = 1, /* seconds; 0: never */
    FELT_SETTING_TYPE,           /* enum felt_backend */
    FELT_SETTING_MTU,
    FELT_SETTING_DIRECT_ROUTING, /* 0 or 1 */
    FELT_SETTING_TX_CHECKSUM,    /* enum felt_tx_checksum */
    FELT_SETTING_LEARNING,       /* 0 or 1 */
    FELT_SETTING_GBP,            /* 0 or 1 */
};
#define FELT_SETTINGS_END 8 /* one past the last tag */

struct felt_settings {
    uint32_t has; /* a bit for each tag */
    uint32_t values[FELT_SETTINGS_END];
    uint8_t others[FELT_SETTINGS_VALUE_MAX]; /* items of later versions */
    size_t n_others;                         /* bytes */
};

static inline bool felt_settings_has(const struct felt_settings *settings,
                                     enum felt_setting setting)
{
    return (settings->has >> setting & 1) != 0;
}

/* Of an empty value: none. 0; -EINVAL where it is of another kind or malformed: made by a later
 * version, or by nobody. */
int felt_settings_decode(struct felt_bytes value, struct felt_settings *ret_settings);
/* Returns the length; 0 where there is nothing, or not room for all. */
size_t felt_settings_encode(const struct felt_settings *settings,
                            uint8_t value[FELT_SETTINGS_VALUE_MAX]);

/* "LeaseTime", "Backend.MTU", in any case of letters; "MTU" will do. 0; -EINVAL with the reason: no
 * such key, or one that is settled when a network is founded. */
int felt_setting_find(const char *key, enum felt_setting *ret_setting,
                      struct felt_netconf_error *ret_error);
const char *felt_setting_name(enum felt_setting setting);
/* Of LeaseTime, as an operator may write it: "never", "90s", "7d". text has FELT_SETTING_TEXT
 * bytes. Returns it. */
const char *felt_setting_time(uint32_t seconds, char *text);

/* Of LeaseTime; seconds are in its bounds. */
void felt_settings_set_lease_time(struct felt_settings *settings, uint32_t seconds);
/* Sets keys of the backend: `texts` by tag, as an operator writes them, NULL where one stays as it
 * is. What comes of it with the founding text must be a configuration, by the rules and with the
 * messages of felt_netconf_parse(). 0; -EINVAL with the reason, and then settings are untouched;
 * -ENOMEM. */
int felt_settings_set_backend(struct felt_settings *settings, const char *founding,
                              const char *const texts[FELT_SETTINGS_END],
                              struct felt_netconf_error *ret_error);

/* The effective configuration, as text (FELT_NETCONF_TEXT_MAX + 1 bytes) and parsed. 0; -EINVAL
 * with the reason where there is none; -ENOMEM. */
int felt_settings_effective(const struct felt_settings *settings, const char *founding, char *text,
                            struct felt_netconf *ret_config, struct felt_netconf_error *ret_error);

/* What a configuration has for a key of the backend, as text of FELT_SETTING_TEXT bytes. Returns
 * it.
 */
const char *felt_setting_of(const struct felt_netconf *config, enum felt_setting setting,
                            char *text);
/* The keys of the backend in which two configurations differ, as a bit for each tag. Of another
 * type that alone: the rest belongs to it. */
uint32_t felt_settings_differ(const struct felt_netconf *a, const struct felt_netconf *b);
