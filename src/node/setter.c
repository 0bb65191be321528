/* SPDX-License-Identifier: Apache-2.0 */
#include "node/setter.h"

#include <stdio.h>
#include <string.h>

#include "node/core.h"

_Static_assert(FELT_SETTINGS_VALUE_MAX == FELT_NOTICE_VALUE_MAX, "a notice holds any settings");
_Static_assert(FELT_LEASE_TIME_MAX == FELT_LEASE_TIME_MAX_SEC, "a welcome holds any lease time");

/* Of the keys beyond the slots: the bridge's, the keyring's, ours. */
#define PLACE 2

uint32_t felt_setter_key(const struct felt_notices *notices)
{
    return felt_notices_keys_max(notices) - FELT_NOTICE_OTHERS + PLACE;
}

const struct felt_settings *felt_node_settings(const struct felt_node *node)
{
    return &node->setter.current;
}

uint64_t felt_node_set_by(const struct felt_node *node)
{
    return node->crier.save;
}

/* ---- what is effective ---- */

static felt_usec lease_time_of(const struct felt_setter *s)
{
    return felt_settings_has(&s->current, FELT_SETTING_LEASE_TIME)
               ? s->current.values[FELT_SETTING_LEASE_TIME] * FELT_USEC_SEC
               : s->founding_us;
}

void felt_setter_lease_time(struct felt_node *node, felt_usec lease_time_us)
{
    node->setter.founding_us = lease_time_us;
    felt_hearing_lease_time(node, lease_time_of(&node->setter));
}

/* What is set, as far as it is understood: what a later version made may not be. */
static void work_out(struct felt_node *node)
{
    static const struct felt_settings nothing;
    struct felt_setter *s = &node->setter;
    struct felt_netconf_error error;
    struct felt_notice notice;

    felt_notices_get(node->notices, felt_setter_key(node->notices), &notice);
    s->foreign = felt_settings_decode(notice.value, &s->current) < 0;
    if (s->foreign)
        s->current = nothing;
    if (felt_settings_effective(&s->current, node->config_text, s->text, &s->next, &error) == 0)
        return;
    s->current.has &= 1u << FELT_SETTING_LEASE_TIME;
    s->foreign = true;
    (void)felt_settings_effective(&nothing, node->config_text, s->text, &s->next, &error);
}

void felt_setter_configured(struct felt_node *node)
{
    node->setter.next = node->config;
    memcpy(node->setter.text, node->config_text, sizeof(node->setter.text));
}

void felt_setter_begin(struct felt_node *node)
{
    if (node->setter.begun || !node->configured)
        return;
    node->setter.begun = true;
    node->config = node->setter.next;
}

void felt_setter_restored(struct felt_node *node)
{
    work_out(node);
    felt_hearing_lease_time(node, lease_time_of(&node->setter));
}

/* ---- what changes ---- */

static void add(char *text, size_t size, enum felt_setting setting, const char *value)
{
    size_t len = strlen(text);

    snprintf(text + len, size - len, "%s%s=%s", len > 0 ? " " : "", felt_setting_name(setting),
             value);
}

/* What is another now, as an operator would set it. */
static void report(struct felt_node *node, const struct felt_netconf *before,
                   felt_usec lease_time_us, const struct felt_id *from)
{
    uint32_t differ = felt_settings_differ(before, &node->setter.next);
    struct felt_event *event;
    char text[FELT_SETTING_TEXT];

    if (differ == 0 && lease_time_us == node->lease_time_us)
        return;
    event = felt_outbox_event(node->outbox, FELT_EVENT_SETTINGS);
    event->id = *from;
    if (lease_time_us != node->lease_time_us)
        add(event->text, sizeof(event->text), FELT_SETTING_LEASE_TIME,
            felt_setting_time((uint32_t)(node->lease_time_us / FELT_USEC_SEC), text));
    for (unsigned tag = FELT_SETTING_TYPE; tag < FELT_SETTINGS_END; tag++)
        if ((differ >> tag & 1) != 0)
            add(event->text, sizeof(event->text), (enum felt_setting)tag,
                felt_setting_of(&node->setter.next, (enum felt_setting)tag, text));
}

void felt_setter_noticed(struct felt_node *node, uint32_t key, const struct felt_id *from)
{
    struct felt_netconf before = node->setter.next;
    felt_usec lease_time_us = node->lease_time_us;

    if (key != felt_setter_key(node->notices))
        return;
    work_out(node);
    felt_hearing_lease_time(node, lease_time_of(&node->setter));
    report(node, &before, lease_time_us, from);
}

/* ---- an operator ---- */

/* Something of the backend is other than now. */
static bool touches_backend(const struct felt_setter *s, const struct felt_settings *settings)
{
    for (unsigned tag = FELT_SETTING_TYPE; tag < FELT_SETTINGS_END; tag++)
        if (((settings->has ^ s->current.has) >> tag & 1) != 0 ||
            settings->values[tag] != s->current.values[tag])
            return true;
    return false;
}

enum felt_set_refusal felt_node_may_set(const struct felt_node *node,
                                        const struct felt_settings *settings)
{
    uint8_t value[FELT_SETTINGS_VALUE_MAX];

    /* Who has just started may not know what was set last, which a version of its own would end. */
    if (node->era == 0 || !felt_confirmed(node) || felt_leaver_leaving(node))
        return FELT_SET_NOT_READY;
    if (node->setter.foreign)
        return FELT_SET_NEWER;
    if (felt_bridge_on(node) && touches_backend(&node->setter, settings))
        return FELT_SET_BRIDGED;
    return felt_settings_encode(settings, value) > 0 ? FELT_SET_OK : FELT_SET_NO_ROOM;
}

enum felt_verdict felt_setter_take(struct felt_node *node, const struct felt_settings *settings)
{
    uint8_t value[FELT_SETTINGS_VALUE_MAX];
    struct felt_notice notice;
    uint32_t key;
    size_t len;

    if (felt_node_may_set(node, settings) != FELT_SET_OK)
        return FELT_VERDICT_BUSY;
    key = felt_setter_key(node->notices);
    len = felt_settings_encode(settings, value);
    felt_notices_get(node->notices, key, &notice);
    if (notice.value.len == len && memcmp(notice.value.data, value, len) == 0) {
        node->crier.save = felt_saver_must(&node->saver); /* said again, it is no news */
        return FELT_VERDICT_TAKEN;
    }
    return felt_crier_enter(node, key, felt_bytes(value, len)) ? FELT_VERDICT_TAKEN
                                                               : FELT_VERDICT_BUSY;
}
