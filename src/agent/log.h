/* SPDX-License-Identifier: Apache-2.0 */
/* The story of the daemon, one line an event, on standard error: a room word first, identifiers as
 * node=, peer=, subnet= (doc/contributing.md). Under systemd it goes to the journal with these as
 * fields (agent/journal.h), elsewhere it begins with the local time. Never a secret; nothing per
 * packet above debug. */
#pragma once

#include "base/idiom.h"

#define FELT_LOG_LINE_MAX 1024 /* bytes of a line; a longer one is cut */

enum felt_log_level { /* syslog's numbers */
                      FELT_LOG_ERROR = 3,
                      FELT_LOG_WARNING = 4,
                      FELT_LOG_NOTICE = 5,
                      FELT_LOG_INFO = 6,
                      FELT_LOG_DEBUG = 7,
};

/* "error", "warning", "notice", "info", "debug". 0 or -EINVAL. */
int felt_log_level_parse(const char *text, enum felt_log_level *ret_level);
/* Lines of a higher number than max are dropped. INFO until told otherwise. */
void felt_log_set_max(enum felt_log_level max);
enum felt_log_level felt_log_max(void);
/* "error", ... */
const char *felt_log_level_name(enum felt_log_level level);

/* Hears each line of INFO and above, whatever max is; what it says itself is not heard. event: the
 * one that the line tells of, see below; text: without time and line end. One at a time; NULL: none
 * any more. */
typedef void (*felt_log_listener_fn)(void *userdata, enum felt_log_level level, const char *event,
                                     const char *text);
void felt_log_set_listener(felt_log_listener_fn heard, void *userdata);
/* Lines from now on tell of this event ("member_dead"), which is static; NULL: of none. */
void felt_log_set_event(const char *event);

/* Lines go there, 0, where standard error is a stream of the journal; those that it does not take,
 * -errno, and all of them before this is called, go to standard error with their priority as <N>.
 */
typedef int felt_log_journal_fn(enum felt_log_level level, const char *line);
void felt_log_set_journal(felt_log_journal_fn *send);
_printf_(2, 3) void felt_log(enum felt_log_level level, const char *format, ...);

#define felt_log_error(...)   felt_log(FELT_LOG_ERROR, __VA_ARGS__)
#define felt_log_warning(...) felt_log(FELT_LOG_WARNING, __VA_ARGS__)
#define felt_log_notice(...)  felt_log(FELT_LOG_NOTICE, __VA_ARGS__)
#define felt_log_info(...)    felt_log(FELT_LOG_INFO, __VA_ARGS__)
#define felt_log_debug(...)   felt_log(FELT_LOG_DEBUG, __VA_ARGS__)
