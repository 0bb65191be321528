/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the log as entries of the systemd journal: the identifiers that a line names as node=,
 * peer=, name= and subnet= are fields, FELT_NODE and so on, and what an operator may look up has a
 * MESSAGE_ID, whose explanation is in contrib/systemd/felt.catalog. */
#pragma once

#include <stddef.h>

#include "agent/log.h"

#define FELT_JOURNAL_SOCKET     "/run/systemd/journal/socket"
#define FELT_JOURNAL_FIELDS_MAX 4
#define FELT_JOURNAL_FIELD_TEXT 128 /* bytes of NAME=value; a longer value is no field */

struct felt_journal_fields {
    char text[FELT_JOURNAL_FIELDS_MAX][FELT_JOURNAL_FIELD_TEXT];
    size_t n;
    const char *message_id; /* 32 digits; NULL: none */
};

void felt_journal_fields(const char *line, struct felt_journal_fields *ret_fields);

/* 0, or -errno where the journal does not take it: then it is the caller's to tell otherwise. */
int felt_journal_send(enum felt_log_level level, const char *line);
