/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "base/idiom.h"

#define FILE_LINES_MAX 32 /* of an options file; more than can be of use */

enum {
    CONTROL_SOCKET = 256,
    LISTEN,
    HEALTHZ,
    USER,
    WHILE_STDIN,
    OPTIONS_FILE,
    HELP,
    VERSION,
};

static const struct option long_options[] = {
    {"control-socket", required_argument, NULL, CONTROL_SOCKET},
    {"listen", required_argument, NULL, LISTEN},
    {"healthz", required_argument, NULL, HEALTHZ},
    {"user", required_argument, NULL, USER},
    {"while-stdin", no_argument, NULL, WHILE_STDIN},
    {"options-file", required_argument, NULL, OPTIONS_FILE},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

_printf_(2, 3) static int fail(struct felt_httpd_options_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return -EINVAL;
}

static int add_listener(struct felt_httpd_options *o, const char *text, bool is_health_only,
                        struct felt_httpd_options_error *error)
{
    const char *option = is_health_only ? "--healthz" : "--listen";
    struct felt_server_listener listener = {.is_health_only = is_health_only};

    if (felt_endpoint_parse(text, FELT_HTTPD_PORT, &listener.at) < 0 || listener.at.port == 0)
        return fail(error, "%s: '%s' is not an address and port like 127.0.0.1:%d", option, text,
                    FELT_HTTPD_PORT);
    if (o->n_listeners == FELT_SERVER_LISTENERS_MAX)
        return fail(error, "%s: more than %d listeners", option, FELT_SERVER_LISTENERS_MAX);
    o->listeners[o->n_listeners++] = listener;
    return 0;
}

static int take(struct felt_httpd_options *o, int option, char **argv,
                struct felt_httpd_options_error *error)
{
    switch (option) {
    case CONTROL_SOCKET:
        o->control_socket = optarg;
        return 0;
    case LISTEN:
        return add_listener(o, optarg, false, error);
    case HEALTHZ:
        return add_listener(o, optarg, true, error);
    case USER:
        o->user = optarg;
        return 0;
    case WHILE_STDIN:
        o->while_stdin = true;
        return 0;
    case OPTIONS_FILE:
        o->options_file = optarg;
        return 0;
    case HELP:
        o->help = true;
        return 0;
    case VERSION:
        o->version = true;
        return 0;
    case ':':
        return fail(error, "%s: the value is missing; see --help", argv[optind - 1]);
    default:
        return fail(error, "%s: there is no such option; see --help", argv[optind - 1]);
    }
}

static int take_all(struct felt_httpd_options *o, int argc, char **argv,
                    struct felt_httpd_options_error *error)
{
    int option;

    optind = 0; /* from the beginning, whoever has parsed before */
    while ((option = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
        if (take(o, option, argv, error) < 0)
            return -EINVAL;
    }
    if (argv[optind])
        return fail(error, "unexpected argument '%s'; see --help", argv[optind]);
    return 0;
}

int felt_httpd_options_parse(int argc, char **argv, struct felt_httpd_options *ret_options,
                             struct felt_httpd_options_error *ret_error)
{
    struct felt_httpd_options o = {.control_socket = FELT_HTTPD_SOCKET};

    if (take_all(&o, argc, argv, ret_error) < 0)
        return -EINVAL;
    if (o.n_listeners == 0 && !o.options_file && !o.help && !o.version &&
        add_listener(&o, "127.0.0.1", false, ret_error) < 0)
        return -EINVAL;
    *ret_options = o;
    return 0;
}

static int take_lines(struct felt_httpd_options *o, char *text,
                      struct felt_httpd_options_error *error)
{
    char *argv[FILE_LINES_MAX + 2] = {(char *)"felt-httpd"}, *line;
    const struct felt_httpd_options before = *o;
    int argc = 1;

    while ((line = strsep(&text, "\n"))) {
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (argc > FILE_LINES_MAX)
            return fail(error, "more than %d options", FILE_LINES_MAX);
        argv[argc++] = line;
    }
    if (take_all(o, argc, argv, error) < 0)
        return -EINVAL;
    if (o->options_file != before.options_file || o->while_stdin != before.while_stdin || o->help ||
        o->version)
        return fail(error, "only what says where to listen, whom to ask and whom to become");
    if (o->n_listeners == 0)
        return fail(error, "neither --listen nor --healthz is there");
    return 0;
}

int felt_httpd_options_add(struct felt_httpd_options *options, char *text,
                           struct felt_httpd_options_error *ret_error)
{
    struct felt_httpd_options o = *options;
    struct felt_httpd_options_error error;

    if (take_lines(&o, text, &error) < 0)
        return fail(ret_error, "%s: %s", options->options_file, error.text);
    *options = o;
    return 0;
}

void felt_httpd_options_help(FILE *out)
{
    fprintf(
        out,
        "usage: felt-httpd [OPTION]...\n"
        "\n"
        "Health, metrics and a status page of feltd over HTTP, for reading only. It is started\n"
        "where feltd has --healthz-port or --metrics-listen.\n"
        "\n"
        "  --listen ADDR[:PORT]     everything (127.0.0.1:%d unless something is given)\n"
        "  --healthz ADDR[:PORT]    /healthz and /readyz only\n"
        "  --control-socket PATH    where feltd answers (%s)\n"
        "  --user NAME              whom to become where root starts it (felt-httpd where\n"
        "                           there is such a user, else nobody)\n"
        "  --while-stdin            end with the end of standard input\n"
        "  --options-file FILE      more options, one a line; end when the file changes or goes\n"
        "  --help                   show this and exit\n"
        "  --version                show the version and exit\n"
        "\n"
        "--listen and --healthz may be repeated. See felt-httpd(8).\n",
        FELT_HTTPD_PORT, FELT_HTTPD_SOCKET);
}
