/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "agent/options_values.h"
#include "agent/options_variable.h"
#include "config.h"

#define HELP_COLUMN    26 /* where the descriptions of --help begin */
#define HELP_WIDTH     80

#define OWN_PREFIX     "FELTD_"
#define FLANNEL_PREFIX "FLANNELD_"

enum {
    FLANNEL = 1 << 0, /* flanneld has it: FLANNELD_X counts, too */
    LIST = 1 << 1,    /* repeatable */
    COMMAS = 1 << 2,  /* its variable may hold several, separated by commas */
};

struct option {
    const char *section; /* heading of --help that begins here; NULL: none */
    const char *name;
    const char *argument; /* what --help calls the value; NULL: a boolean */
    const char *initial;  /* the default; NULL: not set */
    unsigned flags;
    felt_option_set_fn set;
    size_t offset;
    const char *help; /* continuation lines after '\n' */
};

#define FIELD(name) offsetof(struct felt_options, name)

static const struct option options_table[] = {
    {"Cluster", "join", "TARGET", NULL, LIST | COMMAS, felt_option_add_join, 0,
     "join the cluster of HOST[:PORT] or of a token of\n'feltctl token'; without it: found or resume one"},
    {NULL, "bootstrap-expect", "N", NULL, 0, felt_option_set_bootstrap_expect, 0,
     "with --join: if nobody has founded a cluster yet, do\nso together, once N machines see each other"},
    {NULL, "network", "CIDR", NULL, 0, felt_option_set_networks, FIELD(network),
     "network of a new cluster; of IPv4, of IPv6, or one of\neach with a comma between them"},
    {NULL, "backend", "TYPE", NULL, 0, felt_option_set_backend, FIELD(backend),
     "backend of a new cluster: vxlan or host-gw"},
    {NULL, "net-config-path", "FILE", "/etc/felt/net-conf.json", FLANNEL, felt_option_set_path,
     FIELD(net_config_path), "network configuration of a new cluster, as JSON"},
    {NULL, "reservations", "FILE", "/etc/felt/reservations.json", 0, felt_option_set_path,
     FIELD(reservations),
     "subnets of a new cluster that are kept for nodes from\nthe beginning, as JSON"},
    {NULL, "lease-time", "TIME", "24h", 0, felt_option_set_lease_time, FIELD(lease_time_sec),
     "of a new cluster: members that are silent for so long\nlose their subnets; 1m to 365d, or never"},
    {NULL, "key-file", "FILE", NULL, 0, felt_option_set_path, FIELD(key_file),
     "the cluster key, one line of base64, mode 0600;\na founder without one makes it in --state-dir"},
    {"This node", "node-name", "NAME", NULL, 0, felt_option_set_name, FIELD(node_name),
     "default: the host's name up to its first dot"},
    {NULL, "subnet", "CIDR", NULL, 0, felt_option_set_cidr, FIELD(subnet),
     "the subnet that this node would like to have"},
    {NULL, "on-lease-lost", "ACTION", "renumber", 0, felt_option_set_on_lease_lost,
     FIELD(on_lease_lost), "when another node holds our subnet: renumber or exit"},
    {NULL, "state-dir", "DIR", "/var/lib/felt", 0, felt_option_set_path, FIELD(state_dir),
     "identity and state"},
    {"Addresses", "bind", "ADDR:PORT", "0.0.0.0:8470", 0, felt_option_set_endpoint, FIELD(bind),
     "UDP, where other nodes reach this one; without IPv4:\n[::]:8470"},
    {NULL, "iface", "NAME|IP", NULL, FLANNEL | LIST | COMMAS, felt_option_add_text, FIELD(iface),
     "interface for traffic between nodes, first match wins;\ndefault: that of the default route"},
    {NULL, "iface-regex", "REGEX", NULL, FLANNEL | LIST, felt_option_add_text, FIELD(iface_regex),
     "the same, matched against addresses, then names;\ntried after every --iface"},
    {NULL, "iface-can-reach", "IP", NULL, FLANNEL, felt_option_set_ip, FIELD(iface_can_reach),
     "the same: the one that packets to IP leave by;\ntried last"},
    {NULL, "public-ip", "IP", NULL, FLANNEL, felt_option_set_ip4, FIELD(public_ip),
     "address that other nodes use for this one;\ndefault: the interface's"},
    {NULL, "public-ipv6", "IP", NULL, FLANNEL, felt_option_set_ip6, FIELD(public_ip6),
     "the same of IPv6"},
    {"Host", "subnet-file", "FILE", "/run/flannel/subnet.env", FLANNEL, felt_option_set_path,
     FIELD(subnet_file), "where subnet and MTU are written"},
    {NULL, "hooks-dir", "DIR", "/etc/felt/hooks.d", 0, felt_option_set_path, FIELD(hooks_dir),
     "programs that run when something has changed"},
    {NULL, "trust-state", NULL, "false", 0, felt_option_set_bool, FIELD(trust_state),
     "the state on disk is the newest there is: do not\nwait for another member to confirm it"},
    {NULL, "adopt-grace", "TIME", "30s", 0, felt_option_set_adopt_grace, FIELD(adopt_grace_sec),
     "how long routes that another agent left are kept while\nno member claims them; 0, or 1s to 7d"},
    {NULL, "ip-masq", NULL, "false", FLANNEL, felt_option_set_bool, FIELD(ip_masq),
     "masquerade traffic that leaves the network"},
    {NULL, "ip-masq-exclude", "CIDR", NULL, LIST | COMMAS, felt_option_add_exclude, 0,
     "but not between the network and this one"},
    {NULL, "ip-masq-fully-random-disable", NULL, "false", FLANNEL, felt_option_set_bool,
     FIELD(ip_masq_fully_random_disable), "choose ports less randomly when masquerading"},
    {NULL, "iptables-forward-rules", NULL, "true", FLANNEL, felt_option_set_bool,
     FIELD(iptables_forward_rules),
     "accept what is forwarded for the network\nwhere iptables would drop it; =false: do not"},
    {NULL, "iptables-resync", "SECONDS", "5", FLANNEL, felt_option_set_resync,
     FIELD(iptables_resync_sec),
     "between looks at rules of iptables-legacy,\nwhich tells of no change; others are watched"},
    {NULL, "ip-blackhole-route", NULL, "false", FLANNEL, felt_option_set_bool,
     FIELD(ip_blackhole_route), "drop what is for our subnet and finds no container"},
    {NULL, "control-socket", "PATH", FELT_CONTROL_SOCKET, 0, felt_option_set_path,
     FIELD(control_socket), "where feltctl reaches this feltd"},
    {NULL, "healthz-ip", "IP", "0.0.0.0", FLANNEL, felt_option_set_healthz_ip, FIELD(healthz.ip),
     "address of --healthz-port"},
    {NULL, "healthz-port", "PORT", "0", FLANNEL, felt_option_set_healthz_port, FIELD(healthz.port),
     "TCP, where felt-httpd answers /healthz and /readyz;\n0: nowhere"},
    {NULL, "metrics-listen", "ADDR", NULL, 0, felt_option_set_metrics_listen, FIELD(metrics_listen),
     "TCP, where it answers those, /metrics, /v1/... and has\na status page; ADDR[:PORT], port 9470 unless given"},
    {NULL, "httpd-program", "FILE", FELT_SBINDIR "/felt-httpd", 0, felt_option_set_path,
     FIELD(httpd_program), "felt-httpd itself"},
    {NULL, "httpd-options-file", "FILE", NULL, 0, felt_option_set_path, FIELD(httpd_options_file),
     "write felt-httpd's options there for a service\nmanager that starts it, instead of starting it"},
    {NULL, "env-file", "FILE", FELT_ENV_FILE, 0, felt_option_set_path, FIELD(env_file),
     "FELTD_ variables, read again at a reload"},
    {NULL, "log-level", "LEVEL", "info", 0, felt_option_set_log_level, FIELD(log_level),
     "error, warning, notice, info or debug"},
    {NULL, "v", "NUMBER", NULL, FLANNEL, felt_option_set_verbosity, FIELD(verbosity),
     "flannel's: 4 and more is --log-level debug"},
};
#define N_OPTIONS FELT_ARRAY_LEN(options_table)
_Static_assert(N_OPTIONS <= FELT_OPTIONS_MAX, "each has a place in said");

/* Options of flanneld that are not ours. */
static const struct foreign {
    const char *name;
    bool is_bool;
    enum {
        ETCD, /* the bridge's */
        KUBE,
        NO_KUBE, /* has a meaning with KUBE only */
        GLOG,    /* of flannel's logging */
    } kind;
} foreign_table[] = {
    {"etcd-endpoints", false, ETCD},
    {"etcd-prefix", false, ETCD},
    {"etcd-keyfile", false, ETCD},
    {"etcd-certfile", false, ETCD},
    {"etcd-cafile", false, ETCD},
    {"etcd-username", false, ETCD},
    {"etcd-password", false, ETCD},
    {"subnet-lease-renew-margin", false, ETCD},
    {"kube-subnet-mgr", true, KUBE},
    {"kube-api-url", false, KUBE},
    {"kubeconfig-file", false, KUBE},
    {"kube-annotation-prefix", false, NO_KUBE},
    {"set-node-network-unavailable", true, NO_KUBE},
    {"vmodule", false, GLOG},
    {"log_backtrace_at", false, GLOG},
};

/* A parse under way. */
struct parse {
    struct felt_options *options;
    struct felt_options_error *error;
    bool is_set[N_OPTIONS];
    char origin[N_OPTIONS][FELT_OPTION_VARIABLE_MAX + 3]; /* of what is set */
};

_printf_(2, 3) static void ignore(struct parse *p, const char *format, ...)
{
    struct felt_options *o = p->options;
    va_list args;

    if (o->n_ignored == FELT_OPTIONS_LIST_MAX)
        return;
    va_start(args, format);
    vsnprintf(o->ignored[o->n_ignored++], sizeof(o->ignored[0]), format, args);
    va_end(args);
}

/* A fingerprint of all that was given for an option; 0: nothing was. Nobody has an interest in two
 * settings of the same one, so FNV-1a will do. */
static void note(uint64_t *said, const char *text)
{
    uint64_t hash = *said ? *said : 0xcbf29ce484222325;

    do
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
    while (*text++ != '\0');
    *said = hash;
}

size_t felt_options_differences(const struct felt_options *a, const struct felt_options *b,
                                const char **ret_names, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < N_OPTIONS && n < max; i++) {
        if (a->said[i] != b->said[i])
            ret_names[n++] = options_table[i].name;
    }
    return n;
}

void felt_options_took(struct felt_options *options, const struct felt_options *next,
                       const char *name)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (strcmp(options_table[i].name, name) == 0)
            options->said[i] = next->said[i];
    }
}

static int set(struct parse *p, size_t i, const char *origin, const char *text)
{
    const struct felt_option_value value = {.origin = origin, .text = text};
    const char *damage = felt_options_damage(text);
    int r;

    if (damage)
        return felt_options_fail(p->error, "%s: the value %s", origin, damage);
    r = options_table[i].set(p->options, options_table[i].offset, &value, p->error);
    if (r < 0)
        return r;
    p->is_set[i] = true;
    note(&p->options->said[i], text);
    snprintf(p->origin[i], sizeof(p->origin[i]), "%s", origin);
    return 0;
}

/* The value is shown nowhere: it may be a password. */
static int take_foreign(struct parse *p, const struct foreign *f, const char *origin,
                        const char *value)
{
    const char *damage = felt_options_damage(value);

    switch (f->kind) {
    case ETCD:
        ignore(p, "%s is ignored: feltd needs no etcd; felt-etcd-bridge takes it%s%s", origin,
               damage ? "; its value " : "", damage ? damage : "");
        return 0;
    case GLOG:
        ignore(p, "%s is ignored: there is --log-level", origin);
        return 0;
    case NO_KUBE:
        ignore(p, "%s is ignored: felt does not take subnets from Kubernetes", origin);
        return 0;
    case KUBE:
        if (value[0] == '\0' || (f->is_bool && felt_options_is_false(value)))
            return 0; /* as without it */
        return felt_options_fail(p->error,
                                 "%s: felt does not take subnets from Kubernetes: it shares them "
                                 "out itself; take the option away",
                                 origin);
    }
    assert(false); /* all kinds are above */
}

/* What one argument says: "--name=value", or "-name" with the value elsewhere. */
struct argument {
    char name[FELT_OPTION_NAME_MAX + 1];
    char origin[FELT_OPTION_NAME_MAX + 3];
    const char *value; /* NULL: none behind a '=' */
};

static int split_argument(struct parse *p, const char *text, struct argument *ret)
{
    const char *name = text + strspn(text, "-"), *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);

    if (felt_token_is(text)) /* a secret: not to be shown */
        return felt_options_fail(p->error, "unexpected argument: a token belongs behind --join");
    if (name == text || name > text + 2 || len == 0)
        return felt_options_fail(p->error,
                                 "unexpected argument '%s' (a boolean takes its value after '='; a "
                                 "value that was wrapped in an environment file ends there)",
                                 text);
    if (len > FELT_OPTION_NAME_MAX)
        return felt_options_fail(p->error, "--%.*s: there is no such option",
                                 (int)FELT_MIN(len, (size_t)100), name);
    memcpy(ret->name, name, len);
    ret->name[len] = '\0';
    snprintf(ret->origin, sizeof(ret->origin), "--%s", ret->name);
    ret->value = equals ? equals + 1 : NULL;
    return 0;
}

static int take_value(struct parse *p, struct argument *a, bool is_bool, char *const **argv)
{
    if (a->value)
        return 0;
    if (is_bool) {
        a->value = "true";
        return 0;
    }
    a->value = *++*argv;
    if (!a->value)
        return felt_options_fail(p->error, "%s: the value is missing", a->origin);
    return 0;
}

/* The option at **argv; leaves *argv at the last argument that it took. */
static int parse_argument(struct parse *p, char *const **argv)
{
    struct argument a;

    if (split_argument(p, **argv, &a) < 0)
        return -EINVAL;
    if (strcmp(a.name, "help") == 0 || strcmp(a.name, "h") == 0) {
        p->options->help = true;
        return 0;
    }
    if (strcmp(a.name, "version") == 0) {
        p->options->version = true;
        return 0;
    }
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (strcmp(a.name, options_table[i].name) != 0)
            continue;
        if (take_value(p, &a, !options_table[i].argument, argv) < 0)
            return -EINVAL;
        return set(p, i, a.origin, a.value);
    }
    for (size_t i = 0; i < FELT_ARRAY_LEN(foreign_table); i++) {
        if (strcmp(a.name, foreign_table[i].name) != 0)
            continue;
        if (take_value(p, &a, foreign_table[i].is_bool, argv) < 0)
            return -EINVAL;
        return take_foreign(p, &foreign_table[i], a.origin, a.value);
    }
    return felt_options_fail(p->error, "%s: there is no such option", a.origin);
}

static int set_list(struct parse *p, size_t i, const char *origin, const char *text)
{
    const char *damage = felt_options_damage(text);
    char item[FELT_TOKEN_TEXT_MAX];

    if (damage)
        return felt_options_fail(p->error, "%s: the value %s", origin, damage);
    for (;;) {
        size_t len = strcspn(text, ",");

        if (len >= sizeof(item))
            return felt_options_fail(p->error, "%s: an item is longer than %zu bytes", origin,
                                     sizeof(item) - 1);
        memcpy(item, text, len);
        item[len] = '\0';
        if (set(p, i, origin, item) < 0)
            return -EINVAL;
        if (text[len] == '\0')
            return 0;
        text += len + 1;
    }
}

static int parse_environment(struct parse *p, char *const *envp, const char *prefix, unsigned flags)
{
    char origin[FELT_OPTION_VARIABLE_MAX + 1];
    int r;

    for (size_t i = 0; i < N_OPTIONS; i++) {
        const char *text = felt_options_variable(envp, prefix, options_table[i].name);

        if (p->is_set[i] || !text || (options_table[i].flags & flags) != flags)
            continue;
        felt_options_variable_name(prefix, options_table[i].name, origin);
        if (options_table[i].flags & COMMAS)
            r = set_list(p, i, origin, text);
        else
            r = set(p, i, origin, text);
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse_foreign_environment(struct parse *p, char *const *envp)
{
    char origin[FELT_OPTION_VARIABLE_MAX + 1];

    for (size_t i = 0; i < FELT_ARRAY_LEN(foreign_table); i++) {
        const char *text = felt_options_variable(envp, FLANNEL_PREFIX, foreign_table[i].name);

        if (!text)
            continue;
        felt_options_variable_name(FLANNEL_PREFIX, foreign_table[i].name, origin);
        if (take_foreign(p, &foreign_table[i], origin, text) < 0)
            return -EINVAL;
    }
    return 0;
}

/* A misspelt variable would else be a setting that silently has no effect. */
static void find_unknown_variables(struct parse *p, char *const *envp)
{
    char text[FELT_OPTION_VARIABLE_MAX + 1];

    for (; envp && *envp; envp++) {
        size_t len = strcspn(*envp, "="), i;

        if (strncmp(*envp, OWN_PREFIX, strlen(OWN_PREFIX)) != 0)
            continue;
        for (i = 0; i < N_OPTIONS; i++) {
            felt_options_variable_name(OWN_PREFIX, options_table[i].name, text);
            if (strlen(text) == len && strncmp(*envp, text, len) == 0)
                break;
        }
        if (i == N_OPTIONS)
            ignore(p, "%.*s is ignored: there is no such option", (int)FELT_MIN(len, (size_t)100),
                   *envp);
    }
}

/* Where the option was given; NULL: it was not. */
static const char *given(const struct parse *p, const char *name)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (strcmp(options_table[i].name, name) == 0)
            return p->is_set[i] ? p->origin[i] : NULL;
    }
    assert(false); /* the caller names an option of the table */
}

static int set_defaults(struct parse *p, const char *hostname)
{
    char name[FELT_OPTIONS_TEXT_MAX + 1];
    int r;

    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option *o = &options_table[i];
        const struct felt_option_value value = {.origin = o->name, .text = o->initial};

        if (p->is_set[i] || !o->initial)
            continue;
        r = o->set(p->options, o->offset, &value, p->error);
        assert(r == 0); /* a default is never wrong */
    }
    if (!given(p, "log-level") && p->options->verbosity >= FELT_VERBOSITY_DEBUG)
        p->options->log_level = FELT_LOG_DEBUG;
    if (p->options->node_name[0] != '\0')
        return 0;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(hostname, "."), hostname);
    return felt_option_set_name(
        p->options, 0, &(struct felt_option_value){"--node-name (from the host's name)", name},
        p->error);
}

/* Who is to found together has to find each other, and a cluster that has a token is founded. */
static int check_bootstrap(struct parse *p)
{
    const char *expect = given(p, "bootstrap-expect");

    if (!expect)
        return 0;
    if (p->options->token[0] != '\0')
        return felt_options_fail(p->error,
                                 "%s and a token exclude each other: who has a token joins a "
                                 "cluster that is there; give --join HOST and --key-file",
                                 expect);
    if (p->options->n_seeds == 0 && p->options->bootstrap_expect > 1)
        return felt_options_fail(
            p->error,
            "%s needs --join HOST: where the other machines are (this one may be among "
            "them)",
            expect);
    return 0;
}

static int check_conflicts(struct parse *p)
{
    static const char *const founders[] = {"network", "backend", "net-config-path", "lease-time",
                                           "reservations"};
    const char *join = given(p, "join"), *path = given(p, "net-config-path");

    if (check_bootstrap(p) < 0)
        return -EINVAL;
    if (p->options->bootstrap_expect > 0)
        join = NULL; /* it may have to found */
    for (size_t i = 0; join && i < FELT_ARRAY_LEN(founders); i++) {
        const char *other = given(p, founders[i]);

        if (other)
            return felt_options_fail(p->error,
                                     "%s and %s exclude each other: who joins gets the network "
                                     "configuration from the cluster",
                                     join, other);
    }
    for (size_t i = 0; path && i < 2; i++) {
        const char *other = given(p, founders[i]);

        if (other)
            return felt_options_fail(p->error, "%s and %s exclude each other: the file says both",
                                     path, other);
    }
    p->options->net_config_explicit = path != NULL;
    p->options->lease_time_explicit = given(p, "lease-time") != NULL;
    p->options->reservations_explicit = given(p, "reservations") != NULL;
    p->options->bind_explicit = given(p, "bind") != NULL;
    return 0;
}

static int parse_all(struct parse *p, char *const *argv, char *const *envp, const char *hostname)
{
    for (char *const *a = argv + 1; argv[0] && *a; a++) {
        if (parse_argument(p, &a) < 0)
            return -EINVAL;
        if (p->options->help || p->options->version)
            return 0;
    }
    if (parse_environment(p, envp, OWN_PREFIX, 0) < 0 ||
        parse_environment(p, envp, FLANNEL_PREFIX, FLANNEL) < 0 ||
        parse_foreign_environment(p, envp) < 0 || check_conflicts(p) < 0 ||
        set_defaults(p, hostname) < 0)
        return -EINVAL;
    find_unknown_variables(p, envp);
    return 0;
}

int felt_options_parse(int argc _unused_, char *const *argv, char *const *envp,
                       const char *hostname, struct felt_options *ret_options,
                       struct felt_options_error *ret_error)
{
    struct felt_options options = {0};
    struct parse p = {.options = &options, .error = ret_error};
    int r;

    r = parse_all(&p, argv, envp, hostname);
    if (r == 0)
        *ret_options = options;
    explicit_bzero(options.token, sizeof(options.token));
    return r;
}

void felt_options_hide_tokens(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *token = strstr(argv[i], FELT_TOKEN_PREFIX);

        if (token)
            memset(token + strlen(FELT_TOKEN_PREFIX), 'x',
                   strlen(token + strlen(FELT_TOKEN_PREFIX)));
    }
}

void felt_options_log_ignored(const struct felt_options *options)
{
    for (size_t i = 0; i < options->n_ignored; i++)
        felt_log_warning("options: %s", options->ignored[i]);
}

static void print_option(FILE *out, const struct option *o)
{
    int column =
        fprintf(out, "  --%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");

    for (const char *line = o->help; *line != '\0';) {
        size_t len = strcspn(line, "\n");

        column += fprintf(out, "%*s%.*s", FELT_MAX(HELP_COLUMN - column, 2), "", (int)len, line);
        line += len + (line[len] == '\n');
        if (*line != '\0')
            column = fprintf(out, "\n") - 1;
    }
    if (o->initial && o->argument) {
        if (column + (int)strlen(o->initial) + 3 > HELP_WIDTH)
            fprintf(out, "\n%*s", HELP_COLUMN - 1, "");
        fprintf(out, " (%s)", o->initial);
    }
    fprintf(out, "\n");
}

void felt_options_print_help(FILE *out)
{
    fprintf(out, "Usage: feltd [OPTION]...\n"
                 "Lease a subnet of the cluster's network and connect this machine to it.\n");
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (options_table[i].section)
            fprintf(out, "\n%s:\n", options_table[i].section);
        print_option(out, &options_table[i]);
    }
    fprintf(out, "\nOther:\n"
                 "  --help                  show this and exit\n"
                 "  --version               show the version and exit\n"
                 "\n"
                 "Each option is also FELTD_NAME in the environment (--ip-masq:\n"
                 "FELTD_IP_MASQ=true), one of flanneld's FLANNELD_NAME, too; the command line\n"
                 "wins. --join, --iface, --iface-regex and --ip-masq-exclude may be repeated. In\n"
                 "parentheses: the default. See feltd(8).\n");
}

void felt_options_print_version(FILE *out)
{
    fprintf(out, "feltd %s\n", PACKAGE_VERSION);
}
