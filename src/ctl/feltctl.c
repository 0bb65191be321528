/* SPDX-License-Identifier: Apache-2.0 */
/* feltctl: asks feltd over its control socket and shows the answer. This is its command line; what
 * it does is in command_*.c. feltctl(1). */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "config.h"
#include "ctl/command.h"
#include "ctl/duration.h"
#include "ctl/paint.h"
#include "ctl/seed.h"

#define CONTROL_SOCKET       "/run/felt/feltd.sock"
#define SOCKET_VARIABLE      "FELTD_CONTROL_SOCKET"
#define SUBNET_FILE          "/run/flannel/subnet.env"
#define SUBNET_FILE_VARIABLE "FELTD_SUBNET_FILE"

#define COUNT_DIGITS         9
#define RECLAIM_MAX          16 /* members at once: as many as feltd takes */
#define CONFIG_MAX           8  /* set, and each key once */

static enum exit_code run_help(const struct request *q);

static const struct command {
    const char *name;
    enum exit_code (*run)(const struct request *);
    const char *help;
    size_t arguments_min, arguments_max;
} commands[] = {
    {"status", felt_command_status, "this node, its lease, its cluster, and what is wrong", 0, 0},
    {"members", felt_command_members, "every member that this node knows", 0, 0},
    {"leases", felt_command_leases, "which node has which subnet", 0, 0},
    {"slots", felt_command_slots, "which part of the network is whose, as a map", 0, 0},
    {"watch", felt_command_watch, "the status as it is now, until it is interrupted", 0, 0},
    {"events", felt_command_events, "what has happened; with --follow what happens", 0, 0},
    {"stats", felt_command_stats, "what feltd counts", 0, 0},
    {"explain", felt_command_explain, "ADDRESS: how a packet finds its way there, or why not", 1,
     1},
    {"doctor", felt_command_doctor, "what keeps an overlay from working here, and how to fix it", 0,
     0},
    {"reserve", felt_command_reserve, "NODE|PUBLIC-IP SUBNET: keep a subnet for a node", 2, 2},
    {"unreserve", felt_command_unreserve, "SUBNET: do not keep it any more", 1, 1},
    {"reservations", felt_command_reservations, "which subnet is kept for whom", 0, 0},
    {"leave", felt_command_leave, "leave the cluster for good, and end feltd", 0, 0},
    {"join", felt_command_join, "--abandon TARGET: give the cluster up for another one", 1, 1},
    {"reclaim", felt_command_reclaim, "NODE...: it is gone for good, others get its subnets now", 1,
     RECLAIM_MAX},
    {"token", felt_command_token, "a token with which machines join: feltd --join TOKEN", 0, 0},
    {"keys", felt_command_keys, "[list|rotate|remove KEY]: the keys of the cluster, by their ids",
     0, 2},
    {"config", felt_command_config, "show|set KEY=VALUE...: the configuration of the network", 1,
     CONFIG_MAX},
    {"log-level", felt_command_log_level, "[LEVEL]: how much feltd logs, until it ends", 0, 1},
    {"cleanup", felt_command_cleanup, "remove what a stopped feltd has left on this machine", 0, 0},
    {"version", felt_command_version, "the versions of feltctl and of feltd", 0, 0},
    {"help", run_help, "this text", 0, 0},
};

enum {
    OPTION_SOCKET = 0x100,
    OPTION_EXPIRES,
    OPTION_SEED,
    OPTION_GRACE,
    OPTION_ABANDON,
    OPTION_FORCE,
    OPTION_YES,
    OPTION_DRY_RUN,
    OPTION_COUNT,
    OPTION_NETWORK,
    OPTION_SUBNET_FILE,
    OPTION_VERSION,
};

/* Options of feltctl as a whole belong to no command. */
static const struct {
    struct option option;
    const char *command; /* names, with a space between them; NULL: all */
    const char *shown;
    const char *help;
} options[] = {
    {{"control-socket", required_argument, NULL, OPTION_SOCKET},
     NULL,
     "--control-socket PATH",
     "feltd's socket (" CONTROL_SOCKET ",\nor what " SOCKET_VARIABLE " says)"},
    {{"output", required_argument, NULL, 'o'}, NULL, "-o, --output FORMAT", "text or json (text)"},
    {{"expires", required_argument, NULL, OPTION_EXPIRES},
     "token",
     "--expires DURATION",
     "token: 90s, 15m, 24h, 7d or never (24h)"},
    {{"seed", required_argument, NULL, OPTION_SEED},
     "token",
     "--seed HOST[:PORT]",
     "token: where machines join (this node and some\nothers); may be repeated"},
    {{"grace", required_argument, NULL, OPTION_GRACE},
     "keys",
     "--grace DURATION",
     "keys rotate: for how long who is down may come back\nwith the old key (24h)"},
    {{"abandon", no_argument, NULL, OPTION_ABANDON},
     "join",
     "--abandon",
     "join: give up the cluster that this node is in"},
    {{"force", no_argument, NULL, OPTION_FORCE},
     "reclaim",
     "--force",
     "reclaim: where most owners are gone; live ones\nelsewhere may lose their subnets"},
    {{"yes", no_argument, NULL, OPTION_YES}, "join reclaim", "--yes", "join, reclaim: do not ask"},
    {{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
     "cleanup config",
     "--dry-run",
     "cleanup, config: only say what would be done"},
    {{"network", required_argument, NULL, OPTION_NETWORK},
     "cleanup",
     "--network CIDR[,CIDR]",
     "cleanup: which network it was, of one family or of\nboth (what the subnet file says)"},
    {{"subnet-file", required_argument, NULL, OPTION_SUBNET_FILE},
     "cleanup",
     "--subnet-file FILE",
     "cleanup: feltd's (" SUBNET_FILE ",\nor what " SUBNET_FILE_VARIABLE " says)"},
    {{"follow", no_argument, NULL, 'f'},
     "events",
     "-f, --follow",
     "events: go on with what happens from now on"},
    {{"count", required_argument, NULL, OPTION_COUNT},
     "watch",
     "--count N",
     "watch: end after so many looks"},
    {{"help", no_argument, NULL, 'h'}, NULL, "-h, --help", "show this and exit"},
    {{"version", no_argument, NULL, OPTION_VERSION},
     NULL,
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
    printf("\nExit status: 0 done, 1 refused or failed, 2 wrong usage, 3 feltd cannot be reached,\n"
           "4 explain or doctor has found something wrong. See feltctl(1).\n");
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

    if (q->n_seeds == FELTCTL_SEEDS_MAX)
        return usage("--seed: more than %d", FELTCTL_SEEDS_MAX);
    r = felt_seed_resolve(value, &q->seeds[q->n_seeds]);
    if (r == -ENOENT)
        return usage("--seed: there is no host %s with an IPv4 address", value);
    if (r < 0)
        return usage("--seed: '%s' is not HOST[:PORT]", value);
    q->n_seeds++;
    return EXIT_FINE;
}

/* One of each family at the most, with a comma between them. */
static enum exit_code take_networks(const char *value, struct request *q)
{
    char text[FELT_DUAL_TEXT], *rest = text, *item;
    struct felt_dual networks = {0};
    struct felt_cidr cidr;

    /* What is cut off is no network either. */
    snprintf(text, sizeof(text), "%s", value);
    while ((item = strsep(&rest, ","))) {
        if (felt_cidr_parse(item, &cidr) < 0)
            return usage("--network: '%s' is not a network like 10.1.0.0/16", item);
        if (!felt_dual_add(&networks, &cidr))
            return usage("--network: %s: a second network of the same family", item);
    }
    q->networks = networks;
    return EXIT_FINE;
}

static enum exit_code take_count(const char *value, struct request *q)
{
    size_t digits = strspn(value, "0123456789");
    unsigned long count = strtoul(value, NULL, 10);

    if (digits == 0 || digits > COUNT_DIGITS || value[digits] != '\0' || count == 0)
        return usage("--count: '%s' is no number from 1 to 999999999", value);
    q->count = (uint32_t)count;
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
    case OPTION_GRACE:
        if (felt_duration_parse(value, &q->grace_s) < 0 || q->grace_s == 0)
            return usage("--grace: '%s' is not a duration like 15m, 24h or 7d", value);
        q->has_grace = true;
        return EXIT_FINE;
    case OPTION_ABANDON:
        q->abandon = true;
        return EXIT_FINE;
    case OPTION_FORCE:
        q->force = true;
        return EXIT_FINE;
    case OPTION_YES:
        q->yes = true;
        return EXIT_FINE;
    case OPTION_DRY_RUN:
        q->dry_run = true;
        return EXIT_FINE;
    case 'f':
        q->follow = true;
        return EXIT_FINE;
    case OPTION_COUNT:
        return take_count(value, q);
    case OPTION_NETWORK:
        return take_networks(value, q);
    case OPTION_SUBNET_FILE:
        q->subnet_file = value;
        return EXIT_FINE;
    default: /* getopt has said what is wrong */
        fprintf(stderr, "feltctl: see 'feltctl --help'\n");
        return EXIT_USAGE;
    }
}

static bool is_word_of(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
            return true;
    return false;
}

static enum exit_code run_command(const char *name, uint32_t given, const struct request *q)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(options); i++)
        if ((given >> i & 1) && options[i].command && !is_word_of(options[i].command, name))
            return usage("--%s belongs to the command %s", options[i].option.name,
                         options[i].command);
    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++) {
        const struct command *c = &commands[i];

        if (strcmp(c->name, name) != 0)
            continue;
        if (q->n_arguments > c->arguments_max)
            return usage("unexpected argument '%s'", q->arguments[c->arguments_max]);
        if (q->n_arguments < c->arguments_min)
            return usage("%s: %s missing", name,
                         c->arguments_min == 1 ? "its argument is" : "an argument is");
        return c->run(q);
    }
    return usage("%s: there is no such command", name);
}

/* The bit of an option in a set of them. */
static uint32_t bit_of(int option)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(options); i++)
        if (options[i].option.val == option)
            return (uint32_t)1 << i;
    return 0;
}
_Static_assert(FELT_ARRAY_LEN(options) <= 32, "a set of options is a word");

static enum exit_code run(int argc, char **argv)
{
    const char *from_environment = getenv(SOCKET_VARIABLE);
    const char *subnet_file = getenv(SUBNET_FILE_VARIABLE);
    struct option long_options[FELT_ARRAY_LEN(options) + 1] = {0};
    struct request q = {.socket = CONTROL_SOCKET, .subnet_file = SUBNET_FILE};
    enum exit_code code;
    uint32_t given = 0;
    int c;

    if (from_environment && *from_environment != '\0')
        q.socket = from_environment;
    if (subnet_file && *subnet_file != '\0')
        q.subnet_file = subnet_file;
    for (size_t i = 0; i < FELT_ARRAY_LEN(options); i++)
        long_options[i] = options[i].option;
    while ((c = getopt_long(argc, argv, "o:fh", long_options, NULL)) >= 0) {
        if (c == 'h')
            return run_help(&q);
        if (c == OPTION_VERSION) {
            printf("feltctl %s\n", PACKAGE_VERSION);
            return EXIT_FINE;
        }
        code = take_option(c, optarg, &q);
        if (code != EXIT_FINE)
            return code;
        given |= bit_of(c);
    }
    if (optind == argc)
        return usage("a command is missing");
    q.arguments = (const char *const *)argv + optind + 1;
    q.n_arguments = (size_t)(argc - optind - 1);
    return run_command(argv[optind], given, &q);
}

int main(int argc, char **argv)
{
    enum exit_code code;

    felt_paint_init();
    code = run(argc, argv);

    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_FINE) {
        fprintf(stderr, "feltctl: cannot write the output: %s\n", strerror(errno));
        return EXIT_REFUSED;
    }
    return (int)code;
}
