/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/reservation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lease/foreign.h"

/* The first byte of a value (proto/messages.cddl, whom). */
enum { BY_NAME = 1, BY_V4 = 4, BY_V6 = 6 };

static bool is_name(const char *text, size_t len)
{
    if (len == 0 || len > FELT_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return true;
}

int felt_whom_parse(const char *text, struct felt_whom *ret_whom)
{
    struct felt_whom whom = {0};
    size_t len = strlen(text);

    if (felt_ip_parse(text, &whom.ip) == 0) {
        *ret_whom = whom;
        return 0;
    }
    whom.ip = (struct felt_ip){0};
    if (!is_name(text, len) || strspn(text, "0123456789./") == len || strchr(text, ':'))
        return -EINVAL;
    memcpy(whom.name, text, len);
    *ret_whom = whom;
    return 0;
}

const char *felt_whom_format(const struct felt_whom *whom, char *text)
{
    if (whom->ip.family != FELT_FAMILY_NONE)
        return felt_ip_format(&whom->ip, text);
    snprintf(text, FELT_WHOM_TEXT, "%s", whom->name);
    return text;
}

bool felt_whom_equal(const struct felt_whom *a, const struct felt_whom *b)
{
    return felt_ip_equal(&a->ip, &b->ip) && strcmp(a->name, b->name) == 0;
}

size_t felt_whom_encode(const struct felt_whom *whom, uint8_t value[FELT_NOTICE_VALUE_MAX])
{
    size_t len = felt_ip_len(&whom->ip);

    if (len > 0) {
        value[0] = len == 4 ? BY_V4 : BY_V6;
        memcpy(value + 1, whom->ip.bytes, len);
    } else {
        len = strlen(whom->name);
        value[0] = BY_NAME;
        memcpy(value + 1, whom->name, len);
    }
    return 1 + len;
}

int felt_whom_decode(struct felt_bytes value, struct felt_whom *ret_whom)
{
    struct felt_foreign foreign;
    struct felt_whom whom = {0};
    size_t len;

    if (felt_foreign_decode(value, &foreign) == 0) {
        ret_whom->ip = *felt_foreign_address(&foreign);
        memset(ret_whom->name, 0, sizeof(ret_whom->name));
        return 0;
    }
    if (value.len == 0)
        return -EINVAL;
    len = value.len - 1;
    if (value.data[0] == BY_NAME && is_name((const char *)value.data + 1, len))
        memcpy(whom.name, value.data + 1, len);
    else if ((value.data[0] == BY_V4 && len == 4) || (value.data[0] == BY_V6 && len == 16)) {
        whom.ip.family = value.data[0] == BY_V4 ? FELT_FAMILY_V4 : FELT_FAMILY_V6;
        memcpy(whom.ip.bytes, value.data + 1, len);
    } else
        return -EINVAL;
    *ret_whom = whom;
    return 0;
}

bool felt_claim_is(const struct felt_claim *claim, const struct felt_whom *whom)
{
    if (whom->ip.family != FELT_FAMILY_NONE)
        return felt_ip_equal(&whom->ip, &claim->ip);
    return strcmp(whom->name, claim->name) == 0;
}

bool felt_claim_denied(const struct felt_claim *claim, uint32_t slot)
{
    struct felt_notice notice;
    struct felt_whom whom;

    if (!claim || !claim->notices || !felt_notices_get(claim->notices, slot, &notice) ||
        notice.value.len == 0)
        return false;
    return felt_whom_decode(notice.value, &whom) < 0 || !felt_claim_is(claim, &whom);
}

uint32_t felt_claim_slot(const struct felt_claim *claim)
{
    uint32_t by_name = FELT_SLOT_NONE, by_ip = FELT_SLOT_NONE;
    struct felt_notice_place at = {0};
    struct felt_notice notice;
    struct felt_whom whom;

    if (!claim || !claim->notices || felt_notices_live(claim->notices) == 0)
        return FELT_SLOT_NONE;
    while (felt_notices_next(claim->notices, &at, &notice)) {
        uint32_t *best;

        if (felt_whom_decode(notice.value, &whom) < 0 || !felt_claim_is(claim, &whom))
            continue;
        best = whom.ip.family == FELT_FAMILY_NONE ? &by_name : &by_ip;
        *best = FELT_MIN(*best, notice.key); /* FELT_SLOT_NONE is larger than any */
    }
    return by_name != FELT_SLOT_NONE ? by_name : by_ip;
}
