/* SPDX-License-Identifier: Apache-2.0 */
/* The CNI plugin of type "felt": makes of subnet.env what the plugins bridge and host-local need.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cni/attachment.h"
#include "cni/command.h"
#include "config.h"

#define INPUT_MAX  (1024 * 1024) /* bytes of a configuration, its prevResult included */
#define EXIT_USAGE 2

static void print_help(FILE *out)
{
    fprintf(out, "Usage: CNI_COMMAND=ADD|DEL|CHECK|STATUS|GC|VERSION felt <CONFIGURATION\n"
                 "Connect a container to felt's network: a plugin for container runtimes, which\n"
                 "hands subnet.env's subnet and MTU to the plugins bridge and host-local.\n"
                 "\n"
                 "  --help                  show this and exit\n"
                 "  --version               show the version and exit\n"
                 "\n"
                 "See felt-cni(8).\n");
}

/* Errors are told on standard output, where the runtime looks. */
static int tell(const char *version, json_t *error)
{
    json_object_set_new(error, "cniVersion", json_string(version));
    json_dumpf(error, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(error);
    return 1;
}

static int print_versions(const char *version)
{
    static const char *const versions[] = FELT_CNI_VERSIONS;
    json_t *list = json_array(), *answer;

    for (size_t i = 0; i < FELT_ARRAY_LEN(versions); i++)
        json_array_append_new(list, json_string(versions[i]));
    answer = json_pack("{s:s, s:o}", "cniVersion", version, "supportedVersions", list);
    json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(answer);
    return 0;
}

static int dispatch(const struct felt_cni_call *call, const struct felt_cni_config *config)
{
    char *output = NULL;
    json_t *error = NULL;
    int r = 0;

    switch (call->command) {
    case FELT_CNI_ADD:
        r = felt_cni_add(call, config, &output, &error);
        break;
    case FELT_CNI_DEL:
        r = felt_cni_del(call, config, &output, &error);
        break;
    case FELT_CNI_CHECK:
        r = felt_cni_check(call, config, &output, &error);
        break;
    case FELT_CNI_STATUS:
        r = felt_cni_status(call, config, &output, &error);
        break;
    case FELT_CNI_GC:
        r = felt_cni_gc(call, config, &output, &error);
        break;
    case FELT_CNI_VERSION:
        return print_versions(config->version);
    }
    if (r < 0)
        return tell(config->version, error);
    if (output)
        fputs(output, stdout);
    free(output);
    return 0;
}

/* VERSION is answered whatever the configuration: old runtimes give none, new ones ask what we
 * know. */
static int run(void)
{
    struct felt_cni_failure f = {0};
    struct felt_cni_config config = {.version = "0.1.0"};
    struct felt_cni_call call;
    char *text = NULL;
    size_t len = 0;
    int r = felt_cni_call_read(getenv, &call, &f), status;

    if (r == 0) {
        r = felt_cni_fd_read(STDIN_FILENO, INPUT_MAX, &text, &len);
        if (r < 0)
            felt_cni_fail(&f, FELT_CNI_IO, "the configuration on standard input: %s", strerror(-r));
        else
            r = felt_cni_config_parse(text, len, &config, &f);
        if (call.command == FELT_CNI_VERSION)
            r = 0;
    }
    status = r < 0 ? tell(config.version, felt_cni_error(&f)) : dispatch(&call, &config);
    felt_cni_config_done(&config);
    free(text);
    return status;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("felt-cni %s\n", PACKAGE_VERSION);
        return 0;
    }
    if (argc > 1) {
        fprintf(stderr, "felt: unexpected argument '%s'; see --help\n", argv[1]);
        return EXIT_USAGE;
    }
    return run();
}
