/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum felt_log_level level_max = FELT_LOG_INFO;
static felt_log_listener_fn listener; /* NULL: none */
static void *listener_userdata;
static const char *event_now;
static felt_log_journal_fn *journal; /* NULL: lines with a priority on standard error */

static const char *const level_names[] = {
    [FELT_LOG_ERROR] = "error", [FELT_LOG_WARNING] = "warning", [FELT_LOG_NOTICE] = "notice",
    [FELT_LOG_INFO] = "info",   [FELT_LOG_DEBUG] = "debug",
};

int felt_log_level_parse(const char *text, enum felt_log_level *ret_level)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(level_names); i++) {
        if (level_names[i] && strcmp(level_names[i], text) == 0) {
            *ret_level = (enum felt_log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *felt_log_level_name(enum felt_log_level level)
{
    return level_names[level];
}

void felt_log_set_listener(felt_log_listener_fn heard, void *userdata)
{
    listener = heard;
    listener_userdata = userdata;
}

void felt_log_set_event(const char *event)
{
    event_now = event;
}

void felt_log_set_max(enum felt_log_level max)
{
    level_max = max;
}

void felt_log_set_journal(felt_log_journal_fn *send)
{
    journal = send;
}

/* Whether standard error goes to the journal itself: systemd says so with the device and inode of
 * the stream that it made, because a service may have redirected it since. */
static int is_journal(void)
{
    static int known = -1; /* not yet */
    const char *text = getenv("JOURNAL_STREAM");
    char ours[64];
    struct stat st;

    if (known < 0) {
        known = 0;
        if (text && fstat(STDERR_FILENO, &st) == 0) {
            snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
            known = strcmp(ours, text) == 0;
        }
    }
    return known;
}

static size_t put_local_time(char *line, size_t size)
{
    struct timespec now;
    struct tm tm;
    size_t len;

    clock_gettime(CLOCK_REALTIME, &now);
    if (!localtime_r(&now.tv_sec, &tm))
        return 0;
    len = strftime(line, size, "%Y-%m-%d %H:%M:%S", &tm);
    return len + (size_t)snprintf(line + len, size - len, ".%03ld ", now.tv_nsec / 1000000);
}

enum felt_log_level felt_log_max(void)
{
    return level_max;
}

static void tell_listener(enum felt_log_level level, const char *text)
{
    felt_log_listener_fn heard = listener;

    if (!heard || level > FELT_LOG_INFO)
        return;
    listener = NULL;
    heard(listener_userdata, level, event_now, text);
    listener = heard;
}

/* One write, so that lines of several processes do not mix; nobody is left to tell of a failure. */
static void put_line(enum felt_log_level level, const char *text)
{
    char line[FELT_LOG_LINE_MAX + 1];
    size_t len;

    if (journal && is_journal() && journal(level, text) >= 0)
        return;
    if (is_journal())
        len = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
    else
        len = put_local_time(line, sizeof(line));
    len += (size_t)snprintf(line + len, sizeof(line) - len, "%s", text);
    len = FELT_MIN(len, (size_t)FELT_LOG_LINE_MAX - 1); /* room for the line end */
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) < 0) {
    }
}

void felt_log(enum felt_log_level level, const char *format, ...)
{
    int saved_errno = errno, n; /* a caller that logs an error usually hands it up, too */
    char text[FELT_LOG_LINE_MAX];
    va_list args;

    if (level > level_max && (level > FELT_LOG_INFO || !listener))
        return;
    va_start(args, format);
    n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n < 0)
        return;
    for (char *c = text; *c != '\0'; c++) { /* one event, one line */
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
    if (level <= level_max)
        put_line(level, text);
    tell_listener(level, text);
    errno = saved_errno;
}
