/* SPDX-License-Identifier: Apache-2.0 */
/* feltctl: asks feltd over its control socket and shows the answer. feltctl(1). */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/idiom.h"
#include "config.h"
#include "ctl/duration.h"
#include "ctl/report.h"
#include "ctl/seed.h"
#include "ctl/varlink_client.h"

#define CONTROL_SOCKET  "/run/felt/feltd.sock"
#define SOCKET_VARIABLE "FELTD_CONTROL_SOCKET"
#define TIMEOUT_US      (5 * FELT_USEC_SEC) /* feltd answers in milliseconds, or not at all */
#define SEEDS_MAX       8                   /* of a token */
#define LEAVE_PAUSE_NS  100000000           /* between two looks whether feltd has ended, */
#define LEAVE_TRIES     600                 /* and how many: a minute */

enum exit_code {
    EXIT_FINE = 0,
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3,
};

struct request {
    const char *socket;
    bool is_json;
    bool has_expires;
    uint32_t expires_s;
    struct felt_endpoint seeds[SEEDS_MAX];
    size_t n_seeds;
};

/* ---- talking to feltd ---- */

static enum exit_code unreachable(const struct request *q, int r)
{
    const char *hint = "is feltd running? start it, or name its socket with --control-socket";

    if (r == -EACCES || r == -EPERM)
        hint = "run feltctl as root or as a member of the socket's group";
    else if (r == -ETIMEDOUT)
        hint = "feltd does not answer; look at its log";
    else if (r == -ENAMETOOLONG)
        hint = "the path of a socket has at most 107 bytes";
    fprintf(stderr, "feltctl: cannot reach feltd on %s: %s; %s\n", q->socket, strerror(-r), hint);
    return EXIT_UNREACHABLE;
}

static enum exit_code refused(const struct felt_varlink_reply *reply)
{
    const char *parameter = json_string_value(json_object_get(reply->parameters, "parameter"));

    if (strcmp(reply->error, "io.felt.NotInCluster") == 0)
        fprintf(stderr, "feltctl: this node is not in a cluster yet; see 'feltctl status'\n");
    else if (strcmp(reply->error, "io.felt.NobodyToGiveTo") == 0)
        fprintf(stderr, "feltctl: no other member is alive that could take over this node's "
                        "subnets; the last one can only be stopped\n");
    else if (strcmp(reply->error, "io.felt.NoSeeds") == 0)
        fprintf(stderr, "feltctl: feltd knows no address that others could reach; name one with "
                        "--seed HOST:PORT\n");
    else if (parameter && strcmp(parameter, "seeds") == 0)
        fprintf(
            stderr,
            "feltctl: feltd refused the seeds: they are addresses that others can reach, at most %d of them\n",
            SEEDS_MAX);
    else
        fprintf(stderr, "feltctl: feltd refused: %s%s%s\n", reply->error, parameter ? ": " : "",
                parameter ? parameter : "");
    return EXIT_REFUSED;
}

/* One call on a connection of its own; says what went wrong. */
static enum exit_code ask(const struct request *q, const char *method, json_t *parameters,
                          json_t **ret_parameters)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    int r;

    r = felt_varlink_client_new(q->socket, TIMEOUT_US, &client);
    if (r == 0)
        r = felt_varlink_client_call(client, method, parameters, &reply);
    if (r < 0)
        return unreachable(q, r);
    if (reply.error)
        return refused(&reply);
    *ret_parameters = FELT_TAKE(reply.parameters);
    return EXIT_FINE;
}

static enum exit_code print_json(const json_t *value)
{
    if (json_dumpf(value, stdout, JSON_INDENT(2)) < 0)
        return EXIT_REFUSED;
    putchar('\n');
    return EXIT_FINE;
}

static enum exit_code ask_and_report(const struct request *q, const char *method,
                                     int (*report)(const json_t *, FILE *))
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code = ask(q, method, NULL, &reply);

    if (code != EXIT_FINE)
        return code;
    if (q->is_json)
        return print_json(reply);
    return report(reply, stdout) < 0 ? EXIT_REFUSED : EXIT_FINE;
}

/* ---- commands ---- */

static enum exit_code run_status(const struct request *q)
{
    return ask_and_report(q, "io.felt.GetStatus", felt_report_status);
}

static enum exit_code run_members(const struct request *q)
{
    return ask_and_report(q, "io.felt.ListMembers", felt_report_members);
}

static enum exit_code run_leases(const struct request *q)
{
    return ask_and_report(q, "io.felt.ListLeases", felt_report_leases);
}

/* What a person wants to know beside the token; a script gets the token alone. */
static void explain_token(const json_t *reply)
{
    const json_t *seeds = json_object_get(reply, "seeds"),
                 *expires = json_object_get(reply, "expires");
    time_t when = (time_t)json_integer_value(expires);
    char text[64] = "never";
    struct tm tm;

    if (json_is_integer(expires) && localtime_r(&when, &tm))
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
    printf("\nOn each new machine: feltd --join TOKEN. It holds the cluster key: keep it secret.\n"
           "Expires: %s. Seeds:",
           text);
    for (size_t i = 0; i < json_array_size(seeds); i++)
        printf(" %s", json_string_value(json_array_get(seeds, i)));
    printf("\n");
}

static enum exit_code run_token(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *reply = NULL, *parameters = json_object();
    json_t *seeds = json_array();
    enum exit_code code;
    const char *token;

    for (size_t i = 0; i < q->n_seeds; i++)
        json_array_append_new(seeds, json_string(FELT_ENDPOINT(&q->seeds[i])));
    json_object_set_new(parameters, "seeds", seeds);
    if (q->has_expires)
        json_object_set_new(parameters, "expires_s", json_integer(q->expires_s));
    code = ask(q, "io.felt.CreateToken", parameters, &reply);
    if (code != EXIT_FINE)
        return code;
    if (q->is_json)
        return print_json(reply);
    token = json_string_value(json_object_get(reply, "token"));
    if (!token) {
        fprintf(stderr, "feltctl: feltd's answer has no token\n");
        return EXIT_REFUSED;
    }
    printf("%s\n", token);
    if (isatty(STDOUT_FILENO))
        explain_token(reply);
    return EXIT_FINE;
}

/* Whether feltd's socket has closed for good within the limit. */
static bool await_end(const struct request *q)
{
    for (unsigned i = 0; i < LEAVE_TRIES; i++) {
        _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
        int r = felt_varlink_client_new(q->socket, TIMEOUT_US, &client);

        if (r == -ENOENT || r == -ECONNREFUSED)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = LEAVE_PAUSE_NS}, NULL);
    }
    return false;
}

static enum exit_code run_leave(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code = ask(q, "io.felt.Leave", NULL, &reply);

    if (code != EXIT_FINE)
        return code;
    if (!await_end(q)) {
        fprintf(stderr,
                "feltctl: feltd has given its subnets away, but no other member has confirmed that "
                "it knows; it goes on telling them, see its log\n");
        return EXIT_REFUSED;
    }
    if (q->is_json)
        return print_json(reply);
    printf("left the cluster; subnets given to others: %" JSON_INTEGER_FORMAT "\n",
           json_integer_value(json_object_get(reply, "slots")));
    return EXIT_FINE;
}

/* A feltd that is not there is no failure here. */
static enum exit_code run_version(const struct request *q)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    _cleanup_(json_decrefp) json_t *both = NULL;
    const char *feltd = NULL;

    if (felt_varlink_client_new(q->socket, TIMEOUT_US, &client) == 0 &&
        felt_varlink_client_call(client, "org.varlink.service.GetInfo", NULL, &reply) == 0)
        feltd = json_string_value(json_object_get(reply.parameters, "version"));
    if (!q->is_json) {
        printf("feltctl %s\n", PACKAGE_VERSION);
        printf("feltd %s\n", feltd ? feltd : "not reachable");
        return EXIT_FINE;
    }
    both = json_pack("{s:s, s:s?}", "feltctl", PACKAGE_VERSION, "feltd", feltd);
    return print_json(both);
}

static enum exit_code run_help(const struct request *q);

static const struct command {
    const char *name;
    enum exit_code (*run)(const struct request *);
    const char *help;
} commands[] = {
    {"status", run_status, "this node, its lease, its cluster, and what is wrong"},
    {"members", run_members, "every member that this node knows"},
    {"leases", run_leases, "which node has which subnet"},
    {"leave", run_leave, "leave the cluster for good, and end feltd"},
    {"token", run_token, "a token with which machines join: feltd --join TOKEN"},
    {"version", run_version, "the versions of feltctl and of feltd"},
    {"help", run_help, "this text"},
};

/* ---- the command line ---- */

enum {
    OPTION_SOCKET = 0x100,
    OPTION_EXPIRES,
    OPTION_SEED,
    OPTION_VERSION,
};

static const struct {
    struct option option;
    const char *shown;
    const char *help;
} options[] = {
    {{"control-socket", required_argument, NULL, OPTION_SOCKET},
     "--control-socket PATH",
     "feltd's socket (" CONTROL_SOCKET ",\nor what " SOCKET_VARIABLE " says)"},
    {{"output", required_argument, NULL, 'o'}, "-o, --output FORMAT", "text or json (text)"},
    {{"expires", required_argument, NULL, OPTION_EXPIRES},
     "--expires DURATION",
     "token: 90s, 15m, 24h, 7d or never (24h)"},
    {{"seed", required_argument, NULL, OPTION_SEED},
     "--seed HOST[:PORT]",
     "token: where machines join (this node and some\nothers); may be repeated"},
    {{"help", no_argument, NULL, 'h'}, "-h, --help", "show this and exit"},
    {{"version", no_argument, NULL, OPTION_VERSION},
     "--version",
     "show feltctl's version and exit"},
};

static enum exit_code run_help(const struct request *q _unused_)
{
    printf("Usage: feltctl [OPTION]... COMMAND\n"
           "Ask feltd on this machine.\n\nCommands:\n");
    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++)
        printf("  %-24s%s\n", commands[i].name, commands[i].help);
    printf("\nOptions:\n");
    for (size_t i = 0; i < FELT_ARRAY_LEN(options); i++) {
        const char *second = strchr(options[i].help, '\n');

        printf("  %-24s%.*s\n", options[i].shown, (int)strcspn(options[i].help, "\n"),
               options[i].help);
        if (second)
            printf("  %-24s%s\n", "", second + 1);
    }
    printf("\nExit status: 0 done, 1 refused or failed, 2 wrong usage, 3 feltd cannot be reached.\n"
           "See feltctl(1).\n");
    return EXIT_FINE;
}

_printf_(1, 2) static enum exit_code usage(const char *format, ...)
{
    va_list args;

    fprintf(stderr, "feltctl: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "; see 'feltctl --help'\n");
    return EXIT_USAGE;
}

static enum exit_code take_seed(const char *value, struct request *q)
{
    int r;

    if (q->n_seeds == SEEDS_MAX)
        return usage("--seed: more than %d", SEEDS_MAX);
    r = felt_seed_resolve(value, &q->seeds[q->n_seeds]);
    if (r == -ENOENT)
        return usage("--seed: there is no host %s with an IPv4 address", value);
    if (r < 0)
        return usage("--seed: '%s' is not HOST[:PORT]", value);
    q->n_seeds++;
    return EXIT_FINE;
}

static enum exit_code take_option(int option, const char *value, struct request *q)
{
    switch (option) {
    case OPTION_SOCKET:
        if (*value == '\0')
            return usage("--control-socket: the path is empty");
        q->socket = value;
        return EXIT_FINE;
    case 'o':
        if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0)
            return usage("-o: '%s' is neither text nor json", value);
        q->is_json = strcmp(value, "json") == 0;
        return EXIT_FINE;
    case OPTION_EXPIRES:
        if (felt_duration_parse(value, &q->expires_s) < 0)
            return usage("--expires: '%s' is not a duration like 15m, 24h, 7d or never", value);
        q->has_expires = true;
        return EXIT_FINE;
    case OPTION_SEED:
        return take_seed(value, q);
    default: /* getopt has said what is wrong */
        fprintf(stderr, "feltctl: see 'feltctl --help'\n");
        return EXIT_USAGE;
    }
}

static enum exit_code run_command(const char *name, const struct request *q)
{
    if ((q->has_expires || q->n_seeds > 0) && strcmp(name, "token") != 0)
        return usage("--expires and --seed belong to the command token");
    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(q);
    }
    return usage("%s: there is no such command", name);
}

static enum exit_code run(int argc, char **argv)
{
    const char *from_environment = getenv(SOCKET_VARIABLE);
    struct option long_options[FELT_ARRAY_LEN(options) + 1] = {0};
    struct request q = {.socket = CONTROL_SOCKET};
    enum exit_code code;
    int c;

    if (from_environment && *from_environment != '\0')
        q.socket = from_environment;
    for (size_t i = 0; i < FELT_ARRAY_LEN(options); i++)
        long_options[i] = options[i].option;
    while ((c = getopt_long(argc, argv, "o:h", long_options, NULL)) >= 0) {
        if (c == 'h')
            return run_help(&q);
        if (c == OPTION_VERSION) {
            printf("feltctl %s\n", PACKAGE_VERSION);
            return EXIT_FINE;
        }
        code = take_option(c, optarg, &q);
        if (code != EXIT_FINE)
            return code;
    }
    if (optind == argc)
        return usage("a command is missing");
    if (optind + 1 < argc)
        return usage("unexpected argument '%s'", argv[optind + 1]);
    return run_command(argv[optind], &q);
}

int main(int argc, char **argv)
{
    enum exit_code code = run(argc, argv);

    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_FINE) {
        fprintf(stderr, "feltctl: cannot write the output: %s\n", strerror(errno));
        return EXIT_REFUSED;
    }
    return (int)code;
}
