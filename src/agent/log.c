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

#define LINE_MAX_LEN 1024 /* bytes of a line; a longer one is cut */

static enum felt_log_level level_max = FELT_LOG_INFO;

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

void felt_log_set_max(enum felt_log_level max)
{
    level_max = max;
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

void felt_log(enum felt_log_level level, const char *format, ...)
{
    int saved_errno = errno, n; /* a caller that logs an error usually hands it up, too */
    char line[LINE_MAX_LEN + 1];
    size_t len, start;
    va_list args;

    if (level > level_max)
        return;
    if (is_journal())
        len = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
    else
        len = put_local_time(line, sizeof(line));
    start = len;
    va_start(args, format);
    n = vsnprintf(line + len, sizeof(line) - len, format, args);
    va_end(args);
    if (n < 0)
        return;
    len = FELT_MIN(len + (size_t)n, (size_t)LINE_MAX_LEN - 1); /* room for the line end */
    for (size_t i = start; i < len; i++) {                     /* one event, one line */
        if (iscntrl((unsigned char)line[i]))
            line[i] = '?';
    }
    line[len++] = '\n';
    /* One write, so that lines of several processes do not mix; nobody is left to tell of a
     * failure. */
    if (write(STDERR_FILENO, line, len) < 0) {
    }
    errno = saved_errno;
}
