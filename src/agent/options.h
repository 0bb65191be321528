/* SPDX-License-Identifier: Apache-2.0 */
/* feltd's options: the command line, then FELTD_X of the environment, then, for options that
 * flanneld has too, FLANNELD_X, then the default. One table (options.c) drives all of it and
 * --help.
 *
 * The grammar is flanneld's (Go's flag package): -name or --name, its value after '=' or as the
 * next argument, a boolean's only after '='. Unlike flanneld, what is not understood is an error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "agent/log.h"
#include "base/ip.h"
#include "crypto/token.h"
#include "node/node.h"

#define FELT_PORT             8470 /* UDP, of gossip */
#define FELT_HOST_MAX         253  /* bytes of a host name, RFC 1035 */
#define FELT_OPTIONS_LIST_MAX 16   /* values of one repeatable option */
#define FELT_OPTIONS_TEXT_MAX 255  /* bytes of one of them */

#define FELT_METRICS_PORT     9470 /* TCP, of --metrics-listen without one; as in httpd/options.h */
#define FELT_ENV_FILE         "/etc/felt/feltd.env"
#define FELT_OPTIONS_MAX      64 /* that there can be */
#define FELT_VERBOSITY_DEBUG  4  /* klog's level of debugging */

#define FELT_CONTROL_SOCKET   "/run/felt/feltd.sock"

enum felt_on_lease_lost {
    FELT_ON_LEASE_LOST_RENUMBER, /* take another subnet and say so */
    FELT_ON_LEASE_LOST_EXIT,     /* stop, as flanneld does */
};

struct felt_seed {
    char host[FELT_HOST_MAX + 1]; /* a name or an address literal */
    uint16_t port;
};

struct felt_text_list {
    char items[FELT_OPTIONS_LIST_MAX][FELT_OPTIONS_TEXT_MAX + 1];
    size_t n;
};

/* Strings are borrowed from argv and environment. Holds a token, that is, a secret. */
struct felt_options {
    /* What it was parsed from, for a reload; borrowed from main(). NULL: there is no reload. */
    char *const *argv;
    char *const *envp;
    uint64_t said[FELT_OPTIONS_MAX]; /* felt_options_differences() */

    const char *env_file;
    bool help;    /* --help was met: nothing behind it was looked at */
    bool version; /* likewise */

    struct felt_dual network; /* none: not given */
    const char *backend;      /* NULL: not given */
    const char *net_config_path;
    const char *reservations;   /* a file */
    bool reservations_explicit; /* it was asked for, so it must be there */
    bool net_config_explicit;   /* it was asked for, so it must be there */
    bool lease_time_explicit;

    char token[FELT_TOKEN_TEXT_MAX]; /* undamaged, but perhaps expired; "": none */
    struct felt_seed seeds[FELT_SEEDS_MAX];
    size_t n_seeds;
    uint32_t lease_time_sec;   /* of a new cluster; 0: silent members keep their subnets */
    uint32_t bootstrap_expect; /* so many machines found the cluster together; 0: not given */

    struct felt_endpoint bind;
    bool bind_explicit;
    struct felt_ip public_ip;  /* IPv4; family NONE: the interface's */
    struct felt_ip public_ip6; /* IPv6; likewise */
    struct felt_text_list iface;
    struct felt_text_list iface_regex;
    struct felt_ip iface_can_reach; /* family NONE: not given */

    const char *state_dir;
    const char *control_socket;
    const char *subnet_file;
    struct felt_endpoint healthz;        /* port 0: not wanted */
    struct felt_endpoint metrics_listen; /* likewise */
    const char *httpd_options_file;      /* NULL: felt-httpd is a child */
    const char *httpd_program;
    const char *hooks_dir;
    const char *key_file; /* NULL: the state directory's */
    char node_name[FELT_NAME_MAX + 1];
    struct felt_cidr subnet; /* a wish, masked; family NONE: none */

    uint32_t adopt_grace_sec; /* agent/adoption.h */
    bool ip_masq;
    bool ip_masq_fully_random_disable;
    struct felt_cidr ip_masq_excludes[FELT_OPTIONS_LIST_MAX]; /* masked, of either family */
    size_t n_ip_masq_excludes;
    bool iptables_forward_rules;
    uint32_t iptables_resync_sec;
    bool ip_blackhole_route;
    bool trust_state;
    enum felt_on_lease_lost on_lease_lost;
    enum felt_log_level log_level;
    uint32_t verbosity; /* flannel's -v, which log_level has taken into account */

    char ignored[FELT_OPTIONS_LIST_MAX]
                [FELT_OPTIONS_TEXT_MAX + 1]; /* a line each about what was ignored */
    size_t n_ignored;
};

struct felt_options_error {
    char text[512]; /* one line: what is wrong with what, and where help is */
};

/* envp as of main(); hostname as of gethostname(), for the default of --node-name.
 * 0, or -EINVAL with ret_error filled: print it and exit with 2. */
int felt_options_parse(int argc, char *const *argv, char *const *envp, const char *hostname,
                       struct felt_options *ret_options, struct felt_options_error *ret_error);

/* The names of the options that were given otherwise, in the order of --help, up to max. How many.
 */
size_t felt_options_differences(const struct felt_options *a, const struct felt_options *b,
                                const char **ret_names, size_t max);

/* From now on the option counts as given like in next. */
void felt_options_took(struct felt_options *options, const struct felt_options *next,
                       const char *name);

/* Overwrites tokens in the arguments, after they were parsed: every user of the machine can read a
 * process's arguments. */
void felt_options_hide_tokens(int argc, char **argv);

/* One warning in the log for each thing that was accepted and ignored. */
void felt_options_log_ignored(const struct felt_options *options);

void felt_options_print_help(FILE *out);
void felt_options_print_version(FILE *out);
