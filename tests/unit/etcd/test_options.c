/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/idiom.h"
#include "etcd/options.h"
#include "tests/unit/agent/scratch.h"

#define ARGUMENTS_MAX 16

static struct felt_bridge_options options; /* it holds pointers to itself */
static struct felt_bridge_options_error error;

/* The words of a command line, with one blank between them. */
static int parse(const char *line)
{
    static char words[512];
    char *argv[ARGUMENTS_MAX + 1] = {NULL}, *rest = words, *word;
    int argc = 0;

    assert_true(strlen(line) < sizeof(words));
    strcpy(words, line);
    while ((word = strsep(&rest, " ")) && argc < ARGUMENTS_MAX)
        argv[argc++] = word;
    return felt_bridge_options_parse(argc, argv, &options, &error);
}

static void good(const char *line)
{
    if (parse(line) < 0)
        fail_msg("%s: %s", line, error.text);
}

static const char *bad(const char *line)
{
    assert_int_equal(parse(line), -EINVAL);
    assert_non_null(strstr(error.text, "; see 'felt-etcd-bridge --help'"));
    return error.text;
}

static void assert_says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("not '%s' in: %s", words, text);
}

static void clear_environment(void)
{
    static const char *const names[] = {
        "FELT_ETCD_ENDPOINTS",  "FLANNELD_ETCD_ENDPOINTS", "FELT_ETCD_PREFIX",
        "FLANNELD_ETCD_PREFIX", "FELT_ETCD_USERNAME",      "FLANNELD_ETCD_USERNAME",
        "FELT_ETCD_PASSWORD",   "FLANNELD_ETCD_PASSWORD",  "FELT_ETCD_PASSWORD_FILE",
        "FELTD_CONTROL_SOCKET", "FELTD_NET_CONFIG_PATH",   "FELTD_RESERVATIONS",
        "FELTD_LOG_LEVEL"};

    for (size_t i = 0; i < FELT_ARRAY_LEN(names); i++)
        unsetenv(names[i]);
}

static int setup(void **state)
{
    clear_environment();
    return scratch_setup(state);
}

static int teardown(void **state)
{
    clear_environment();
    return scratch_teardown(state);
}

static void defaults_are_flannels(void **state _unused_)
{
    good("bridge import");
    assert_int_equal(options.command, FELT_BRIDGE_IMPORT);
    assert_int_equal(options.access.endpoints.n, 2);
    assert_string_equal(options.access.endpoints.url[0], "http://127.0.0.1:4001");
    assert_string_equal(options.access.endpoints.url[1], "http://127.0.0.1:2379");
    assert_string_equal(options.prefix, "/coreos.com/network");
    assert_null(options.access.ca_file);
    assert_null(options.access.username);
    assert_null(options.access.password);
    assert_int_equal(options.access.timeout_us, FELT_ETCD_TIMEOUT);
    assert_string_equal(options.net_config_path, "/etc/felt/net-conf.json");
    assert_string_equal(options.reservations_path, "/etc/felt/reservations.json");
    assert_false(options.is_json || options.dry_run || options.once || options.undo ||
                 options.force);
}

static void options_stand_before_and_behind_the_command_with_one_dash_or_two(void **state _unused_)
{
    good("bridge -etcd-endpoints=http://a:1 --etcd-prefix /net export --dry-run -o json");
    assert_int_equal(options.command, FELT_BRIDGE_EXPORT);
    assert_int_equal(options.access.endpoints.n, 1);
    assert_string_equal(options.prefix, "/net");
    assert_true(options.dry_run);
    assert_true(options.is_json);
    good("bridge sync");
    assert_int_equal(options.command, FELT_BRIDGE_SYNC);
    good("bridge cutover -undo");
    assert_int_equal(options.command, FELT_BRIDGE_CUTOVER);
    assert_true(options.undo);
    good("bridge cutover --force");
    assert_true(options.force);
    good("bridge import --once");
    assert_true(options.once);
}

static void help_and_version_need_no_command(void **state _unused_)
{
    good("bridge --help");
    assert_true(options.help);
    good("bridge -h");
    assert_true(options.help);
    good("bridge --version");
    assert_true(options.version);
}

static void what_is_not_understood_is_named(void **state _unused_)
{
    assert_says(bad("bridge"), "a command is missing");
    assert_says(bad("bridge explode"), "explode: there is no such command");
    assert_says(bad("bridge import now"), "unexpected argument 'now'");
    assert_says(bad("bridge import --fast"), "--fast: there is no such option");
    assert_says(bad("bridge import --fast=7"), "--fast: there is no such option");
    assert_says(bad("bridge import --etcd-prefix"), "--etcd-prefix: the value is missing");
    assert_says(bad("bridge import -o xml"), "-o: 'xml' is neither text nor json");
    assert_says(bad("bridge import --log-level loud"), "--log-level: 'loud' is not one of");
    assert_says(bad("bridge import --etcd-endpoints localhost"), "--etcd-endpoints: 'localhost'");
    assert_says(bad("bridge import --etcd-cafile="), "--etcd-cafile: the value is empty");
    assert_says(bad("bridge import --etcd-prefix=a\nb"), "was it wrapped in an environment file?");
}

static void an_option_of_another_command_is_refused(void **state _unused_)
{
    assert_says(bad("bridge sync --dry-run"), "--dry-run belongs to the command import export");
    assert_says(bad("bridge --once export"), "--once belongs to the command import");
    assert_says(bad("bridge import --undo"), "--undo belongs to the command cutover");
    assert_says(bad("bridge cutover --undo --force"), "--undo needs no --force");
}

static void a_prefix_begins_with_a_slash_and_does_not_end_in_one(void **state _unused_)
{
    good("bridge import --etcd-prefix a/b//");
    assert_string_equal(options.prefix, "/a/b");
    assert_says(bad("bridge import --etcd-prefix //"),
                "--etcd-prefix: '//' is not a key of etcd like /coreos.com/network");
    assert_says(bad("bridge import --etcd-prefix a\tb"), "control character");
    assert_says(bad("bridge import --etcd-prefix caf\xc3\xa9"), "is not a key of etcd");
}

static void a_timeout_has_bounds(void **state _unused_)
{
    good("bridge import --etcd-timeout 1s");
    assert_int_equal(options.access.timeout_us, FELT_USEC_SEC);
    good("bridge import --etcd-timeout 60s");
    assert_int_equal(options.access.timeout_us, 60 * FELT_USEC_SEC);
    bad("bridge import --etcd-timeout 61s");
    bad("bridge import --etcd-timeout never");
    assert_says(bad("bridge import --etcd-timeout 5"), "is not a time from 1s to 60s");
}

static void the_environment_counts_where_the_command_line_is_silent(void **state _unused_)
{
    setenv("FLANNELD_ETCD_ENDPOINTS", "http://a,http://b,http://c", 1);
    setenv("FLANNELD_ETCD_PREFIX", "/flannel", 1);
    setenv("FELTD_CONTROL_SOCKET", "/x/sock", 1);
    good("bridge sync");
    assert_int_equal(options.access.endpoints.n, 3);
    assert_string_equal(options.prefix, "/flannel");
    assert_string_equal(options.control_socket, "/x/sock");
    setenv("FELT_ETCD_PREFIX", "/felt", 1);
    good("bridge sync");
    assert_string_equal(options.prefix, "/felt");
    good("bridge sync --etcd-prefix /line");
    assert_string_equal(options.prefix, "/line");
    setenv("FELT_ETCD_PREFIX", "", 1); /* as good as none */
    good("bridge sync");
    assert_string_equal(options.prefix, "/flannel");
    /* What only another command has is of no harm there. */
    setenv("FELTD_NET_CONFIG_PATH", "/x/net-conf.json", 1);
    good("bridge sync");
    setenv("FLANNELD_ETCD_ENDPOINTS", "a", 1);
    assert_says(bad("bridge sync"), "FLANNELD_ETCD_ENDPOINTS: 'a' begins with neither");
}

static void tls_is_all_or_nothing(void **state _unused_)
{
    good(
        "bridge sync --etcd-endpoints https://a --etcd-cafile ca --etcd-certfile c --etcd-keyfile k");
    assert_string_equal(options.access.ca_file, "ca");
    assert_string_equal(options.access.cert_file, "c");
    assert_string_equal(options.access.key_file, "k");
    assert_says(bad("bridge sync --etcd-endpoints https://a --etcd-keyfile k"),
                "belong together, and the certificate is missing");
    assert_says(bad("bridge sync --etcd-endpoints https://a --etcd-certfile c"),
                "belong together, and the key is missing");
    assert_says(bad("bridge sync --etcd-cafile ca"),
                "--etcd-cafile is of no use: no endpoint begins with https://");
}

static void a_password_is_in_the_environment(void **state _unused_)
{
    assert_says(bad("bridge sync --etcd-username root"), "its password is missing");
    setenv("FLANNELD_ETCD_PASSWORD", "old", 1);
    good("bridge sync --etcd-username root");
    assert_string_equal(options.access.username, "root");
    assert_string_equal(options.access.password, "old");
    setenv("FELT_ETCD_PASSWORD", "new", 1);
    good("bridge sync --etcd-username root");
    assert_string_equal(options.access.password, "new");
    good("bridge sync");
    assert_null(options.access.password);
    assert_says(bad("bridge sync --etcd-username ro:ot"), "a name has no ':'");
}

static void a_password_is_in_a_file_that_not_everybody_reads(void **state)
{
    const char *path = scratch_path(*state, "password");
    char line[256];

    snprintf(line, sizeof(line), "bridge sync --etcd-username root --etcd-password-file %s", path);
    assert_says(bad(line), "No such file");
    scratch_write(path, "s3cret\n");
    assert_int_equal(chmod(path, 0644), 0);
    assert_says(bad(line), "mode 0644 lets everybody read the password");
    assert_int_equal(chmod(path, 0600), 0);
    good(line);
    assert_string_equal(options.access.password, "s3cret");
    setenv("FELT_ETCD_PASSWORD", "environment", 1);
    good(line);
    assert_string_equal(options.access.password, "s3cret");
    scratch_write(path, "s3cret");
    good(line);
    assert_string_equal(options.access.password, "s3cret");
    scratch_write(path, "s3cret\nmore\n");
    assert_says(bad(line), "a password is one line of 1 to 255 bytes");
    assert_null(strstr(error.text, "s3cret"));
    scratch_write(path, "\n");
    bad(line);
    scratch_write(path, "");
    bad(line);
    snprintf(line, sizeof(line), "bridge sync --etcd-password-file %s", path);
    assert_says(bad(line), "whose? --etcd-username is missing");
}

static void a_password_has_a_largest_length(void **state)
{
    const char *path = scratch_path(*state, "password");
    char line[256], password[FELT_BRIDGE_PASSWORD_MAX + 2] = "";

    snprintf(line, sizeof(line), "bridge sync --etcd-username root --etcd-password-file %s", path);
    memset(password, 'x', FELT_BRIDGE_PASSWORD_MAX);
    scratch_write(path, password);
    assert_int_equal(chmod(path, 0600), 0);
    good(line);
    assert_string_equal(options.access.password, password);
    setenv("FELT_ETCD_PASSWORD", password, 1);
    good("bridge sync --etcd-username root");
    password[FELT_BRIDGE_PASSWORD_MAX] = 'x';
    scratch_write(path, password);
    bad(line);
    setenv("FELT_ETCD_PASSWORD", password, 1);
    assert_says(bad("bridge sync --etcd-username root"), "longer than 255 bytes");
}

static void a_password_among_the_arguments_is_refused_and_not_shown(void **state _unused_)
{
    assert_says(bad("bridge sync --etcd-username root --etcd-password s3cret"),
                "every user of a machine can read a process's arguments");
    assert_null(strstr(error.text, "s3cret"));
    bad("bridge sync --etcd-password=s3cret");
    assert_null(strstr(error.text, "s3cret"));
    bad("bridge sync --etcd-pasword=s3cret");
    assert_null(strstr(error.text, "s3cret"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_flannels),
        TEST(options_stand_before_and_behind_the_command_with_one_dash_or_two),
        TEST(help_and_version_need_no_command),
        TEST(what_is_not_understood_is_named),
        TEST(an_option_of_another_command_is_refused),
        TEST(a_prefix_begins_with_a_slash_and_does_not_end_in_one),
        TEST(a_timeout_has_bounds),
        TEST(the_environment_counts_where_the_command_line_is_silent),
        TEST(tls_is_all_or_nothing),
        TEST(a_password_is_in_the_environment),
        TEST(a_password_is_in_a_file_that_not_everybody_reads),
        TEST(a_password_has_a_largest_length),
        TEST(a_password_among_the_arguments_is_refused_and_not_shown),
    };

    return RUN_TESTS(tests);
}
