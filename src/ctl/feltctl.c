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
#define TARGET_SIZE     1024                /* a token has at most 511 bytes */
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
    const char *argument; /* of the command; NULL: none */
    bool abandon;
    bool yes;
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
    else if (strcmp(reply->error, "io.felt.CannotJoin") == 0)
        fprintf(stderr, "feltctl: %s\n",
                json_string_value(json_object_get(reply->parameters, "reason")));
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

/* One call on a connection of its own; says so where feltd cannot be reached. */
static enum exit_code call(const struct request *q, const char *method, json_t *parameters,
                           struct felt_varlink_reply *ret_reply)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    int r;

    r = felt_varlink_client_new(q->socket, TIMEOUT_US, &client);
    if (r == 0)
        r = felt_varlink_client_call(client, method, parameters, ret_reply);
    return r < 0 ? unreachable(q, r) : EXIT_FINE;
}

/* The same; also says why feltd refused. */
static enum exit_code ask(const struct request *q, const char *method, json_t *parameters,
                          json_t **ret_parameters)
{
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    enum exit_code code = call(q, method, parameters, &reply);

    if (code != EXIT_FINE)
        return code;
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

/* It takes too long: who has not confirmed? */
static enum exit_code explain_leaving(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *status = NULL;
    const char *waiting = NULL;

    if (ask(q, "io.felt.GetStatus", NULL, &status) == EXIT_FINE)
        waiting = json_string_value(json_object_get(status, "waiting"));
    fprintf(stderr,
            "feltctl: feltd has given its subnets away, but too few members have confirmed that "
            "they know; it goes on telling them%s%s\n",
            waiting ? ": " : "", waiting ? waiting : "");
    return EXIT_REFUSED;
}

static enum exit_code run_leave(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    enum exit_code code = ask(q, "io.felt.Leave", NULL, &reply);

    if (code != EXIT_FINE)
        return code;
    if (!await_end(q))
        return explain_leaving(q);
    if (q->is_json)
        return print_json(reply);
    printf("left the cluster; subnets given to others: %" JSON_INTEGER_FORMAT "\n",
           json_integer_value(json_object_get(reply, "slots")));
    return EXIT_FINE;
}

/* ---- join ---- */

/* What feltd says of itself; NULL where it says nothing now. */
static json_t *look(const struct request *q)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};

    if (felt_varlink_client_new(q->socket, TIMEOUT_US, &client) < 0 ||
        felt_varlink_client_call(client, "io.felt.GetStatus", NULL, &reply) < 0 || reply.error)
        return NULL;
    return FELT_TAKE(reply.parameters);
}

static const char *cluster_of(const json_t *status)
{
    const char *id = json_string_value(json_object_get(json_object_get(status, "cluster"), "id"));

    return id ? id : "";
}

/* Whether it has a subnet in another cluster than before within the limit; says which. */
static bool await_other_cluster(const struct request *q, const char *before)
{
    for (unsigned i = 0; i < LEAVE_TRIES; i++) {
        _cleanup_(json_decrefp) json_t *status = look(q);
        const json_t *lease = json_object_get(status, "lease");

        if (json_is_object(lease) && strcmp(cluster_of(status), before) != 0) {
            printf("joined cluster %s; subnet %s\n", cluster_of(status),
                   json_string_value(json_object_get(lease, "subnet")));
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = LEAVE_PAUSE_NS}, NULL);
    }
    return false;
}

static bool is_sure(const json_t *status)
{
    char answer[16];

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        fprintf(stderr, "feltctl: no other member is alive that could take over this node's "
                        "subnets: with --yes they are dropped\n");
        return false;
    }
    fprintf(stderr,
            "No other member of cluster %s is alive. What this node owns there is dropped, and "
            "nobody\nhas it until it is reclaimed. Go on? Say yes: ",
            cluster_of(status));
    return fgets(answer, sizeof(answer), stdin) && strcmp(answer, "yes\n") == 0;
}

/* A token is a secret, so it may come on standard input. */
static const char *target_of(const struct request *q, char *text, size_t size)
{
    if (strcmp(q->argument, "-") != 0)
        return q->argument;
    if (!fgets(text, (int)size, stdin))
        text[0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static enum exit_code abandon(const struct request *q, const char *target, bool drop,
                              struct felt_varlink_reply *ret_reply)
{
    _cleanup_(json_decrefp) json_t *parameters =
        json_pack("{s:s, s:b}", "target", target, "drop", (int)drop);

    return call(q, "io.felt.Abandon", parameters, ret_reply);
}

static enum exit_code run_join(const struct request *q)
{
    _cleanup_(felt_varlink_reply_done) struct felt_varlink_reply reply = {0};
    _cleanup_(json_decrefp) json_t *status = NULL;
    char text[TARGET_SIZE];
    const char *target = target_of(q, text, sizeof(text));
    enum exit_code code;

    if (!q->abandon) {
        fprintf(stderr, "feltctl: a node joins its first cluster by feltd --join; to give the "
                        "present one up for another, say --abandon\n");
        return EXIT_USAGE;
    }
    status = look(q);
    code = abandon(q, target, q->yes, &reply);
    if (code == EXIT_FINE && reply.error && !q->yes &&
        strcmp(reply.error, "io.felt.NobodyToGiveTo") == 0) {
        if (!is_sure(status))
            return EXIT_REFUSED;
        felt_varlink_reply_done(&reply);
        reply = (struct felt_varlink_reply){0};
        code = abandon(q, target, true, &reply);
    }
    if (code != EXIT_FINE)
        return code;
    if (reply.error)
        return refused(&reply);
    if (await_other_cluster(q, cluster_of(status)))
        return EXIT_FINE;
    fprintf(stderr, "feltctl: there is no subnet of the other cluster yet; feltd tries on, see "
                    "'feltctl status'\n");
    return EXIT_REFUSED;
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
    bool has_argument;
} commands[] = {
    {"status", run_status, "this node, its lease, its cluster, and what is wrong", false},
    {"members", run_members, "every member that this node knows", false},
    {"leases", run_leases, "which node has which subnet", false},
    {"leave", run_leave, "leave the cluster for good, and end feltd", false},
    {"join", run_join, "--abandon TARGET: give the cluster up for another one", true},
    {"token", run_token, "a token with which machines join: feltd --join TOKEN", false},
    {"version", run_version, "the versions of feltctl and of feltd", false},
    {"help", run_help, "this text", false},
};

/* ---- the command line ---- */

enum {
    OPTION_SOCKET = 0x100,
    OPTION_EXPIRES,
    OPTION_SEED,
    OPTION_ABANDON,
    OPTION_YES,
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
    {{"abandon", no_argument, NULL, OPTION_ABANDON},
     "--abandon",
     "join: give up the cluster that this node is in"},
    {{"yes", no_argument, NULL, OPTION_YES}, "--yes", "join: do not ask"},
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
    case OPTION_ABANDON:
        q->abandon = true;
        return EXIT_FINE;
    case OPTION_YES:
        q->yes = true;
        return EXIT_FINE;
    default: /* getopt has said what is wrong */
        fprintf(stderr, "feltctl: see 'feltctl --help'\n");
        return EXIT_USAGE;
    }
}

static enum exit_code run_command(const char *name, const struct request *q)
{
    if ((q->has_expires || q->n_seeds > 0) && strcmp(name, "token") != 0)
        return usage("--expires and --seed belong to the command token");
    if ((q->abandon || q->yes) && strcmp(name, "join") != 0)
        return usage("--abandon and --yes belong to the command join");
    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (q->argument && !commands[i].has_argument)
            return usage("unexpected argument '%s'", q->argument);
        if (!q->argument && commands[i].has_argument)
            return usage("%s: its argument is missing", name);
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
    if (optind + 2 < argc)
        return usage("unexpected argument '%s'", argv[optind + 2]);
    q.argument = argv[optind + 1]; /* perhaps the NULL at the end */
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
