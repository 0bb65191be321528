/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/daemon.h"
#include "agent/env_file.h"
#include "agent/journal.h"
#include "agent/log.h"
#include "agent/options.h"
#include "crypto/host.h"

#define EXIT_USAGE 2

int main(int argc, char **argv, char **envp)
{
    static struct felt_options options; /* holds a token: never copied to the stack */
    static struct felt_env_file file;   /* options borrow from it to the end */
    struct felt_options_error error;
    char hostname[256] = "";

    (void)gethostname(hostname, sizeof(hostname) - 1);
    if (felt_env_file_load(argv, envp, &file, &error) < 0 ||
        felt_options_parse(argc, argv, file.variables, hostname, &options, &error) < 0) {
        fprintf(stderr, "feltd: %s\n", error.text);
        return EXIT_USAGE;
    }
    if (options.help) {
        felt_options_print_help(stdout);
        return 0;
    }
    if (options.version) {
        felt_options_print_version(stdout);
        return 0;
    }
    felt_options_hide_tokens(argc, argv);
    options.argv = argv;
    options.envp = envp;
    felt_log_set_max(options.log_level);
    felt_log_set_journal(felt_journal_send);
    if (felt_crypto_start() < 0) {
        felt_log_error("crypto: libsodium does not start: is there no source of randomness?");
        return 1;
    }
    return felt_daemon_run(&options);
}
