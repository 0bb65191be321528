/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge: between felt and the etcd of flannel. felt-etcd-bridge(8). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "agent/log.h"
#include "config.h"
#include "etcd/bridge.h"

static enum felt_bridge_exit run_command(struct felt_bridge *bridge)
{
    switch (bridge->options->command) {
    case FELT_BRIDGE_IMPORT:
        return felt_bridge_import(bridge);
    case FELT_BRIDGE_EXPORT:
        return felt_bridge_export(bridge);
    case FELT_BRIDGE_SYNC:
        return felt_bridge_sync(bridge);
    case FELT_BRIDGE_CUTOVER:
        return felt_bridge_cutover(bridge);
    case FELT_BRIDGE_NO_COMMAND:
        break;
    }
    assert(false); /* the options have one */
}

static enum felt_bridge_exit run(const struct felt_bridge_options *options)
{
    struct felt_bridge bridge = {.options = options};
    enum felt_bridge_exit code;

    if (felt_etcd_client_new(&options->access, &bridge.etcd) < 0)
        return felt_bridge_say(FELT_BRIDGE_REFUSED, "libcurl does not start");
    code = run_command(&bridge);
    felt_varlink_client_free(bridge.feltd);
    felt_etcd_client_free(bridge.etcd);
    return code;
}

int main(int argc, char **argv)
{
    static struct felt_bridge_options options; /* holds a password: never copied to the stack */
    struct felt_bridge_options_error error;
    enum felt_bridge_exit code = FELT_BRIDGE_FINE;

    /* TLS writes to a connection that is gone, and hears of it by EPIPE. */
    signal(SIGPIPE, SIG_IGN);
    if (felt_bridge_options_parse(argc, argv, &options, &error) < 0)
        return (int)felt_bridge_say(FELT_BRIDGE_USAGE, "%s", error.text);
    felt_log_set_max(options.log_level);
    if (options.help)
        felt_bridge_options_print_help(stdout);
    else if (options.version)
        printf("felt-etcd-bridge %s\n", PACKAGE_VERSION);
    else
        code = run(&options);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == FELT_BRIDGE_FINE)
        code = felt_bridge_say(FELT_BRIDGE_REFUSED, "cannot write the output: %s", strerror(errno));
    return (int)code;
}
