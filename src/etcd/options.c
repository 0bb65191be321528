/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/duration.h"
#include "etcd/password.h"

#define HINT                  "; see 'felt-etcd-bridge --help'"

#define ENDPOINTS             "http://127.0.0.1:4001,http://127.0.0.1:2379" /* flannel's default */
#define TIMEOUT_MAX_S         60 /* longer, and a lease expires while one waits */

#define VARIABLE_MAX          64
#define VARIABLE_PASSWORD     "FELT_ETCD_PASSWORD"
#define VARIABLE_PASSWORD_OLD "FLANNELD_ETCD_PASSWORD"

enum {
    ENDPOINTS_OPTION = 0x100,
    PREFIX_OPTION,
    CAFILE,
    CERTFILE,
    KEYFILE,
    USERNAME,
    PASSWORD_FILE,
    PASSWORD,
    TIMEOUT,
    CONTROL_SOCKET,
    NET_CONFIG_PATH,
    RESERVATIONS,
    DRY_RUN,
    ONCE,
    UNDO,
    FORCE,
    LOG_LEVEL,
    VERSION,
};

static const struct {
    const char *name;
    enum felt_bridge_command command;
    const char *help;
} commands[] = {
    {"import", FELT_BRIDGE_IMPORT,
     "give a new cluster etcd's network configuration, and\nkeep for each machine the subnet that it leases there"},
    {"sync", FELT_BRIDGE_SYNC,
     "make one network of a cluster and of the flanneld nodes\nbeside it; runs until it is stopped"},
    {"cutover", FELT_BRIDGE_CUTOVER, "end that: no flanneld node is left, etcd is not needed"},
    {"export", FELT_BRIDGE_EXPORT, "write the cluster's leases into etcd, for going back"},
};

/* What counts of the environment besides. */
#define FROM_ETCD "FELT_", "FLANNELD_"

static const struct entry {
    struct option option;
    const char *command; /* names, with a space between them; NULL: all */
    const char *prefixes[2];
    const char *shown;
    const char *help; /* a second line after '\n' */
} entries[] = {
    {{"etcd-endpoints", required_argument, NULL, ENDPOINTS_OPTION},
     NULL,
     {FROM_ETCD},
     "--etcd-endpoints URL,...",
     "where etcd is (http://127.0.0.1:4001,\nhttp://127.0.0.1:2379)"},
    {{"etcd-prefix", required_argument, NULL, PREFIX_OPTION},
     NULL,
     {FROM_ETCD},
     "--etcd-prefix KEY",
     "where flannel's keys are (" FELT_ETCD_PREFIX ")"},
    {{"etcd-cafile", required_argument, NULL, CAFILE},
     NULL,
     {FROM_ETCD},
     "--etcd-cafile FILE",
     "the CA of etcd's certificates (the system's)"},
    {{"etcd-certfile", required_argument, NULL, CERTFILE},
     NULL,
     {FROM_ETCD},
     "--etcd-certfile FILE",
     "the certificate to show to etcd"},
    {{"etcd-keyfile", required_argument, NULL, KEYFILE},
     NULL,
     {FROM_ETCD},
     "--etcd-keyfile FILE",
     "and its key"},
    {{"etcd-username", required_argument, NULL, USERNAME},
     NULL,
     {FROM_ETCD},
     "--etcd-username NAME",
     "the user of etcd"},
    {{"etcd-password-file", required_argument, NULL, PASSWORD_FILE},
     NULL,
     {FROM_ETCD},
     "--etcd-password-file FILE",
     "and the password, one line of a file that others\nmay not read (or " VARIABLE_PASSWORD
     " of the environment)"},
    {{"etcd-timeout", required_argument, NULL, TIMEOUT},
     NULL,
     {FROM_ETCD},
     "--etcd-timeout TIME",
     "for an answer of one endpoint, 1s to 60s (5s)"},
    {{"control-socket", required_argument, NULL, CONTROL_SOCKET},
     NULL,
     {"FELTD_", NULL},
     "--control-socket PATH",
     "feltd's socket (/run/felt/feltd.sock)"},
    {{"net-config-path", required_argument, NULL, NET_CONFIG_PATH},
     "import",
     {"FELTD_", "FLANNELD_"},
     "--net-config-path FILE",
     "import: the founder's network configuration\n(/etc/felt/net-conf.json)"},
    {{"reservations", required_argument, NULL, RESERVATIONS},
     "import",
     {"FELTD_", NULL},
     "--reservations FILE",
     "import: the founder's reservations\n(/etc/felt/reservations.json)"},
    {{"dry-run", no_argument, NULL, DRY_RUN},
     "import export",
     {NULL, NULL},
     "--dry-run",
     "import, export: show the plan, change nothing"},
    {{"once", no_argument, NULL, ONCE},
     "import",
     {NULL, NULL},
     "--once",
     "import: nothing where it was done before, not even\nask etcd"},
    {{"undo", no_argument, NULL, UNDO},
     "cutover",
     {NULL, NULL},
     "--undo",
     "cutover: back to sync, while nothing was given since"},
    {{"force", no_argument, NULL, FORCE},
     "cutover",
     {NULL, NULL},
     "--force",
     "cutover: though flanneld nodes are left; felt nodes\ndo not reach them any more"},
    {{"output", required_argument, NULL, 'o'},
     NULL,
     {NULL, NULL},
     "-o, --output FORMAT",
     "text or json (text)"},
    {{"log-level", required_argument, NULL, LOG_LEVEL},
     NULL,
     {"FELTD_", NULL},
     "--log-level LEVEL",
     "error, warning, notice, info or debug (info)"},
    {{"help", no_argument, NULL, 'h'}, NULL, {NULL, NULL}, "-h, --help", "show this and exit"},
    {{"version", no_argument, NULL, VERSION},
     NULL,
     {NULL, NULL},
     "--version",
     "show the version and exit"},
    /* Last: --help does not show it. */
    {{"etcd-password", required_argument, NULL, PASSWORD}, NULL, {NULL, NULL}, NULL, NULL},
};
#define N_ENTRIES FELT_ARRAY_LEN(entries)
_Static_assert(N_ENTRIES <= 32, "a set of options is a word");

/* A parse under way. */
struct parse {
    struct felt_bridge_options *options;
    struct felt_bridge_options_error *error;
    uint32_t given; /* bits of entries */
    const char *password_file;
};

_printf_(2, 3) static int fail(struct parse *p, const char *format, ...)
{
    size_t room = sizeof(p->error->text) - strlen(HINT);
    va_list args;

    va_start(args, format);
    vsnprintf(p->error->text, room, format, args);
    va_end(args);
    for (char *c = p->error->text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
    strcat(p->error->text, HINT);
    return -EINVAL;
}

static int take_prefix(struct parse *p, const char *origin, const char *value)
{
    if (felt_etcd_prefix_parse(value, p->options->prefix) < 0)
        return fail(p, "%s: '%s' is not a key of etcd like " FELT_ETCD_PREFIX, origin, value);
    return 0;
}

static int take_timeout(struct parse *p, const char *origin, const char *value)
{
    uint32_t seconds;

    if (felt_duration_parse(value, &seconds) < 0 || seconds < 1 || seconds > TIMEOUT_MAX_S)
        return fail(p, "%s: '%s' is not a time from 1s to %ds", origin, value, TIMEOUT_MAX_S);
    p->options->access.timeout_us = seconds * FELT_USEC_SEC;
    return 0;
}

static int take_endpoints(struct parse *p, const char *origin, const char *value)
{
    struct felt_etcd_endpoints_error error;

    if (felt_etcd_endpoints_parse(value, &p->options->access.endpoints, &error) < 0)
        return fail(p, "%s: %s", origin, error.text);
    return 0;
}

/* Options without a value of their own. */
static void take_switch(struct parse *p, int option)
{
    struct felt_bridge_options *o = p->options;

    o->dry_run = o->dry_run || option == DRY_RUN;
    o->once = o->once || option == ONCE;
    o->undo = o->undo || option == UNDO;
    o->force = o->force || option == FORCE;
    o->help = o->help || option == 'h';
    o->version = o->version || option == VERSION;
}

/* Where a string that is not empty belongs; NULL: it is something else. */
static const char **string_of(struct parse *p, int option)
{
    struct felt_bridge_options *o = p->options;

    switch (option) {
    case CAFILE:
        return &o->access.ca_file;
    case CERTFILE:
        return &o->access.cert_file;
    case KEYFILE:
        return &o->access.key_file;
    case USERNAME:
        return &o->access.username;
    case PASSWORD_FILE:
        return &p->password_file;
    case CONTROL_SOCKET:
        return &o->control_socket;
    case NET_CONFIG_PATH:
        return &o->net_config_path;
    case RESERVATIONS:
        return &o->reservations_path;
    default:
        return NULL;
    }
}

/* origin: "--etcd-prefix" or "FLANNELD_ETCD_PREFIX". */
static int take(struct parse *p, int option, const char *origin, const char *value)
{
    struct felt_bridge_options *o = p->options;
    const char **string = string_of(p, option);

    for (const char *c = value; c && *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            return fail(p,
                        "%s: the value has a line break or another control character; was it "
                        "wrapped in an environment file?",
                        origin);
    }
    if (string) {
        if (*value == '\0')
            return fail(p, "%s: the value is empty", origin);
        *string = value;
        return 0;
    }
    switch (option) {
    case ENDPOINTS_OPTION:
        return take_endpoints(p, origin, value);
    case PREFIX_OPTION:
        return take_prefix(p, origin, value);
    case TIMEOUT:
        return take_timeout(p, origin, value);
    case PASSWORD:
        return fail(p,
                    "%s: every user of a machine can read a process's arguments, so the password "
                    "is in a file (--etcd-password-file) or in " VARIABLE_PASSWORD
                    " of the environment; and this one is to be changed",
                    origin);
    case 'o':
        o->is_json = strcmp(value, "json") == 0;
        if (!o->is_json && strcmp(value, "text") != 0)
            return fail(p, "-o: '%s' is neither text nor json", value);
        return 0;
    case LOG_LEVEL:
        if (felt_log_level_parse(value, &o->log_level) < 0)
            return fail(p, "%s: '%s' is not one of error, warning, notice, info, debug", origin,
                        value);
        return 0;
    default:
        take_switch(p, option);
        return 0;
    }
}

/* "etcd-prefix" -> "FLANNELD_ETCD_PREFIX". */
static void variable_name(const char *prefix, const char *name, char text[VARIABLE_MAX])
{
    snprintf(text, VARIABLE_MAX, "%s%s", prefix, name);
    for (char *c = text + strlen(prefix); *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

static int parse_environment(struct parse *p)
{
    char name[VARIABLE_MAX];

    for (size_t i = 0; i < N_ENTRIES; i++) {
        for (size_t k = 0; k < FELT_ARRAY_LEN(entries[i].prefixes); k++) {
            const char *value;
            int r;

            if (!entries[i].prefixes[k] || (p->given >> i & 1))
                continue;
            variable_name(entries[i].prefixes[k], entries[i].option.name, name);
            value = getenv(name);
            if (!value || *value == '\0') /* the same to flanneld */
                continue;
            r = take(p, entries[i].option.val, name, value);
            if (r < 0)
                return r;
            p->given |= (uint32_t)1 << i;
        }
    }
    return 0;
}

static int parse_arguments(struct parse *p, int argc, char *const *argv)
{
    struct option long_options[N_ENTRIES + 1] = {0};
    int c, r, at = 0;

    for (size_t i = 0; i < N_ENTRIES; i++)
        long_options[i] = entries[i].option;
    optind = 0; /* a GNU extension: begin anew */
    opterr = 0; /* we say it ourselves, and a bad value may be a password */
    /* flanneld's options may have one dash. */
    while ((c = getopt_long_only(argc, argv, "+:o:h", long_options, &at)) >= 0) {
        char origin[VARIABLE_MAX];

        if (c == '?')
            return fail(p, "%.*s: there is no such option", (int)strcspn(argv[optind - 1], "="),
                        argv[optind - 1]);
        if (c == ':')
            return fail(p, "%s: the value is missing", argv[optind - 1]);
        for (at = 0; entries[at].option.val != c; at++)
            ;
        snprintf(origin, sizeof(origin), "--%s", entries[at].option.name);
        r = take(p, c, origin, optarg);
        if (r < 0)
            return r;
        p->given |= (uint32_t)1 << at;
    }
    return 0;
}

/* Options may stand before the command and behind it. */
static int parse_command(struct parse *p, int argc, char *const *argv)
{
    const char *name;
    int r = parse_arguments(p, argc, argv);

    if (r < 0 || optind >= argc)
        return r;
    name = argv[optind];
    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            p->options->command = commands[i].command;
    }
    if (p->options->command == FELT_BRIDGE_NO_COMMAND)
        return fail(p, "%s: there is no such command", name);
    argc -= optind;
    argv += optind;
    r = parse_arguments(p, argc, argv);
    if (r == 0 && optind < argc)
        return fail(p, "unexpected argument '%s'", argv[optind]);
    return r;
}

static bool is_word_of(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += len) {
        if ((at == words || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
            return true;
    }
    return false;
}

/* Only of what was given on the command line: an environment is for every command. */
static int check_belonging(struct parse *p)
{
    const char *command = NULL;

    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++) {
        if (commands[i].command == p->options->command)
            command = commands[i].name;
    }
    if (!command)
        return fail(p, "a command is missing");
    for (size_t i = 0; i < N_ENTRIES; i++) {
        if ((p->given >> i & 1) && entries[i].command && !is_word_of(entries[i].command, command))
            return fail(p, "--%s belongs to the command %s", entries[i].option.name,
                        entries[i].command);
    }
    if (p->options->undo && p->options->force)
        return fail(p, "--undo needs no --force: it is possible or it is not");
    return 0;
}

static int find_password(struct parse *p)
{
    const char *value = getenv(VARIABLE_PASSWORD);
    struct felt_etcd_access *a = &p->options->access;
    char words[256];

    if (!value || *value == '\0')
        value = getenv(VARIABLE_PASSWORD_OLD);
    if (value && *value == '\0')
        value = NULL;
    if (!a->username && p->password_file)
        return fail(p, "--etcd-password-file: whose? --etcd-username is missing");
    if (!a->username)
        return 0;
    if (strchr(a->username, ':'))
        return fail(p, "--etcd-username: a name has no ':'");
    if (p->password_file) {
        if (felt_password_read(p->password_file, p->options->password, sizeof(p->options->password),
                               words, sizeof(words)) < 0)
            return fail(p, "--etcd-password-file %s: %s", p->password_file, words);
    } else if (!value) {
        return fail(
            p,
            "--etcd-username: its password is missing; --etcd-password-file, or " VARIABLE_PASSWORD
            " of the environment");
    } else if (strlen(value) > FELT_BRIDGE_PASSWORD_MAX) {
        return fail(p, VARIABLE_PASSWORD ": longer than %d bytes", FELT_BRIDGE_PASSWORD_MAX);
    } else {
        strcpy(p->options->password, value);
    }
    a->password = p->options->password;
    return 0;
}

/* flanneld takes half of it without a word, and then does without TLS. */
static int check_tls(struct parse *p)
{
    const struct felt_etcd_access *a = &p->options->access;

    if (!a->cert_file != !a->key_file)
        return fail(p, "--etcd-certfile and --etcd-keyfile belong together, and %s is missing",
                    a->cert_file ? "the key" : "the certificate");
    if ((a->ca_file || a->cert_file) && !felt_etcd_endpoints_have_tls(&a->endpoints))
        return fail(p, "%s is of no use: no endpoint begins with https://",
                    a->ca_file ? "--etcd-cafile" : "--etcd-certfile");
    return 0;
}

static int set_defaults(struct parse *p)
{
    struct felt_bridge_options *o = p->options;

    o->control_socket = "/run/felt/feltd.sock";
    o->net_config_path = "/etc/felt/net-conf.json";
    o->reservations_path = "/etc/felt/reservations.json";
    o->log_level = FELT_LOG_INFO;
    o->access.timeout_us = FELT_ETCD_TIMEOUT;
    return take_endpoints(p, "default", ENDPOINTS) < 0
               ? -EINVAL
               : take_prefix(p, "default", FELT_ETCD_PREFIX);
}

int felt_bridge_options_parse(int argc, char *const *argv, struct felt_bridge_options *ret_options,
                              struct felt_bridge_options_error *ret_error)
{
    struct parse p = {.options = ret_options, .error = ret_error};
    int r;

    *ret_options = (struct felt_bridge_options){0};
    r = set_defaults(&p);
    assert(r == 0); /* a default is never wrong */
    r = parse_command(&p, argc, argv);
    if (r < 0 || ret_options->help || ret_options->version)
        return r;
    r = check_belonging(&p);
    if (r == 0)
        r = parse_environment(&p);
    if (r == 0)
        r = check_tls(&p);
    if (r == 0)
        r = find_password(&p);
    return r;
}

static void print_entry(FILE *out, const char *shown, const char *help)
{
    const char *second = strchr(help, '\n');

    fprintf(out, "  %-26s%.*s\n", shown, (int)strcspn(help, "\n"), help);
    if (second)
        fprintf(out, "  %-26s%s\n", "", second + 1);
}

void felt_bridge_options_print_help(FILE *out)
{
    fprintf(out, "Usage: felt-etcd-bridge [OPTION]... COMMAND\n"
                 "Between felt and the etcd of flannel.\n\nCommands:\n");
    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++)
        print_entry(out, commands[i].name, commands[i].help);
    fprintf(out, "\nOptions (also with one dash, as flanneld's):\n");
    for (size_t i = 0; i < N_ENTRIES; i++) {
        if (entries[i].shown)
            print_entry(out, entries[i].shown, entries[i].help);
    }
    fprintf(out,
            "\nExit status: 0 done, 1 refused or failed, 2 wrong usage, 3 etcd or feltd cannot be "
            "reached.\nSee felt-etcd-bridge(8).\n");
}
