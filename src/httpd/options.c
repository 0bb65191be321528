/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "base/idiom.h"

enum {
    CONTROL_SOCKET = 256,
    LISTEN,
    HEALTHZ,
    USER,
    WHILE_STDIN,
    HELP,
    VERSION,
};

static const struct option long_options[] = {
    {"control-socket", required_argument, NULL, CONTROL_SOCKET},
    {"listen", required_argument, NULL, LISTEN},
    {"healthz", required_argument, NULL, HEALTHZ},
    {"user", required_argument, NULL, USER},
    {"while-stdin", no_argument, NULL, WHILE_STDIN},
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

int felt_httpd_options_parse(int argc, char **argv, struct felt_httpd_options *ret_options,
                             struct felt_httpd_options_error *ret_error)
{
    struct felt_httpd_options o = {.control_socket = FELT_HTTPD_SOCKET};
    int option;

    optind = 0; /* from the beginning, whoever has parsed before */
    while ((option = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
        if (take(&o, option, argv, ret_error) < 0)
            return -EINVAL;
    }
    if (argv[optind])
        return fail(ret_error, "unexpected argument '%s'; see --help", argv[optind]);
    if (o.n_listeners == 0 && !o.help && !o.version &&
        add_listener(&o, "127.0.0.1", false, ret_error) < 0)
        return -EINVAL;
    *ret_options = o;
    return 0;
}

void felt_httpd_options_help(FILE *out)
{
    fprintf(out,
            "usage: felt-httpd [OPTION]...\n"
            "\n"
            "Health, metrics and a status page of feltd over HTTP, for reading only. feltd starts\n"
            "it where --healthz-port or --metrics-listen is given.\n"
            "\n"
            "  --listen ADDR[:PORT]     everything (127.0.0.1:%d unless something is given)\n"
            "  --healthz ADDR:PORT      /healthz and /readyz only\n"
            "  --control-socket PATH    where feltd answers (%s)\n"
            "  --user NAME              whom to become where root starts it (felt-httpd where\n"
            "                           there is such a user, else nobody)\n"
            "  --while-stdin            end with the end of standard input\n"
            "  --help                   show this and exit\n"
            "  --version                show the version and exit\n"
            "\n"
            "--listen and --healthz may be repeated. See felt-httpd(8).\n",
            FELT_HTTPD_PORT, FELT_HTTPD_SOCKET);
}
