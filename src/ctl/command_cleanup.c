/* SPDX-License-Identifier: Apache-2.0 */
/* Taking away what a feltd that is no more has left on this machine. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/cleanup.h"
#include "ctl/command.h"

#define HTTPD_OPTIONS_FILE \
    "/run/felt/httpd.options" /* contrib/systemd: without it felt-httpd ends */

void felt_cleanup_note(const struct felt_cleanup *cleanup, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    json_array_append_new(cleanup->removed, json_vsprintf(format, args));
    va_end(args);
}

int felt_cleanup_fail(int r, const char *what, const char *text)
{
    fprintf(stderr, "feltctl: cannot delete %s: %s%s\n", what, text[0] ? text : strerror(-r),
            r == -EPERM ? "; run feltctl as root" : "");
    return r;
}

/* One that runs would put everything back at once. */
static bool feltd_runs(const struct request *q)
{
    _cleanup_(felt_varlink_client_freep) struct felt_varlink_client *client = NULL;
    int r = felt_varlink_client_new(q->socket, FELTCTL_TIMEOUT, &client);

    return r != -ENOENT && r != -ECONNREFUSED;
}

/* The networks that the file names. False: there is no such file, or it is no longer feltd's. */
static bool read_networks(const char *path, struct felt_dual *ret_networks)
{
    static const char *const keys[] = {"FLANNEL_NETWORK=", "FLANNEL_IPV6_NETWORK="};
    FILE *file = fopen(path, "re");
    struct felt_dual networks = {0};
    struct felt_cidr cidr;
    char line[256];

    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\r\n")] = '\0';
        for (size_t i = 0; i < FELT_ARRAY_LEN(keys); i++)
            if (strncmp(line, keys[i], strlen(keys[i])) == 0 &&
                felt_cidr_parse(line + strlen(keys[i]), &cidr) == 0)
                felt_dual_add(&networks, &cidr);
    }
    (void)fclose(file);
    if (felt_dual_is_none(&networks))
        return false;
    *ret_networks = networks;
    return true;
}

static int delete_file(const struct felt_cleanup *cleanup, const char *path)
{
    if (!cleanup->dry_run && unlink(path) < 0 && errno != ENOENT)
        return felt_cleanup_fail(-errno, path, "");
    felt_cleanup_note(cleanup, "file %s", path);
    return 0;
}

static enum exit_code report(const struct request *q, const struct felt_cleanup *cleanup)
{
    _cleanup_(json_decrefp) json_t *reply = NULL;
    json_t *item;
    size_t i;

    if (q->is_json) {
        reply = json_pack("{s:b, s:O}", "dry_run", cleanup->dry_run, "removed", cleanup->removed);
        return felt_ctl_print_json(reply);
    }
    json_array_foreach(cleanup->removed, i, item)
        printf("%s %s\n", cleanup->dry_run ? "would delete" : "deleted", json_string_value(item));
    if (json_array_size(cleanup->removed) == 0)
        printf("nothing of felt's is here\n");
    return EXIT_FINE;
}

enum exit_code felt_command_cleanup(const struct request *q)
{
    _cleanup_(json_decrefp) json_t *removed = json_array();
    struct felt_cleanup cleanup = {
        .dry_run = q->dry_run, .networks = q->networks, .removed = removed};
    struct felt_dual in_file;
    bool has_file;
    int r, rules;

    if (feltd_runs(q)) {
        fprintf(stderr,
                "feltctl: feltd runs on this machine and would put everything back; stop it "
                "first\n");
        return EXIT_REFUSED;
    }
    has_file = read_networks(q->subnet_file, &in_file);
    if (felt_dual_is_none(&cleanup.networks) && has_file)
        cleanup.networks = in_file;
    if (felt_dual_is_none(&cleanup.networks))
        fprintf(stderr,
                "feltctl: %s does not say which network it was, so devices and routes stay; "
                "name it with --network\n",
                q->subnet_file);
    r = felt_cleanup_device(&cleanup);
    rules = felt_cleanup_rules(&cleanup);
    r = r < 0 ? r : rules;
    if (r == 0 && access(HTTPD_OPTIONS_FILE, F_OK) == 0)
        r = delete_file(&cleanup, HTTPD_OPTIONS_FILE);
    /* Last, so that a cleanup that was interrupted can be run again. */
    if (r == 0 && has_file && felt_dual_equal(&in_file, &cleanup.networks))
        r = delete_file(&cleanup, q->subnet_file);
    if (report(q, &cleanup) != EXIT_FINE || r < 0)
        return EXIT_REFUSED;
    return felt_dual_is_none(&cleanup.networks) ? EXIT_REFUSED : EXIT_FINE;
}
