/* SPDX-License-Identifier: Apache-2.0 */
/* The status as it is now, again and again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/event_line.h"
#include "ctl/paint.h"
#include "ctl/report.h"

#define PERIOD_US    FELT_USEC_SEC /* between two looks, unless something happens */
#define EVENTS_SHOWN 10
#define CLEAR        "\033[H\033[2J"

static size_t rows(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
        return 0; /* not known: as many as there are */
    return size.ws_row;
}

static size_t lines_in(const char *text)
{
    size_t n = 0;

    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

/* The last of them, as many as there is room for below. */
static void add_events(const json_t *events, FILE *out, const char *above)
{
    size_t n = json_array_size(events), shown = EVENTS_SHOWN, height = rows();

    if (height > 0)
        shown = height > lines_in(above) + 2 ? height - lines_in(above) - 2 : 1;
    if (n == 0)
        return;
    fputc('\n', out);
    for (size_t i = n > shown ? n - shown : 0; i < n; i++)
        felt_event_line(json_array_get(events, i), out);
}

/* In one write, so that nothing flickers. */
static void draw(const json_t *status, const json_t *events)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return;
    if (isatty(STDOUT_FILENO))
        fputs(CLEAR, out);
    felt_report_status(status, out);
    fflush(out);
    add_events(json_object_get(events, "events"), out, text);
    if (!isatty(STDOUT_FILENO))
        fputc('\n', out);
    if (fclose(out) == 0)
        fwrite(text, 1, len, stdout);
    free(text);
}

static enum exit_code look(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    _cleanup_(json_decrefp) json_t *events = NULL;
    enum exit_code code = felt_ctl_ask(q, "io.felt.GetStatus", NULL, &status);

    if (code == EXIT_FINE && !q->is_json)
        code = felt_ctl_ask(q, "io.felt.ListEvents", NULL, &events);
    if (code != EXIT_FINE)
        return code;
    if (!q->is_json) {
        draw(status, events);
    } else {
        json_dumpf(status, stdout, JSON_COMPACT);
        putchar('\n');
    }
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_REFUSED;
}

/* Until something happens, at the longest for a period; what follows at once is one. */
static void await_news(const struct request *q, struct felt_varlink_client **client)
{
    bool more = false;
    int r = 0;

    if (!*client && (r = felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, client)) == 0)
        r = felt_varlink_client_begin(*client, "io.felt.Subscribe", NULL);
    for (felt_usec wait = PERIOD_US; r == 0; wait = 0) {
        _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};

        r = felt_varlink_client_next(*client, wait, &reply, &more);
        if (r == 0 && !more)
            r = -ECONNRESET;
        if (r == 0 && wait > 0)
            felt_ctl_pause();
    }
    if (r == -ETIMEDOUT)
        return;
    felt_varlink_client_free(FELT_TAKE(*client));
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
}

/* A feltd that is started again is waited for, once there was one. */
enum exit_code felt_command_watch(const struct request *q)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    enum exit_code code = EXIT_FINE;

    for (uint32_t n = 1; code == EXIT_FINE || (code == EXIT_UNREACHABLE && n > 2); n++) {
        code = look(q);
        if (code == EXIT_REFUSED || (q->count > 0 && n >= q->count))
            break;
        if (code == EXIT_FINE || n > 1)
            await_news(q, &client);
    }
    return code;
}
