/* SPDX-License-Identifier: Apache-2.0 */
#include "cni/call.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    NEEDS_ID = 1 << 0,
    NEEDS_NETNS = 1 << 1,
    NEEDS_INTERFACE = 1 << 2,
    NEEDS_PATH = 1 << 3,
};

static const struct {
    const char *name;
    unsigned needs;
} commands[] = {
    [FELT_CNI_ADD] = {"ADD", NEEDS_ID | NEEDS_NETNS | NEEDS_INTERFACE | NEEDS_PATH},
    /* The namespace may be gone already. */
    [FELT_CNI_DEL] = {"DEL", NEEDS_ID | NEEDS_INTERFACE | NEEDS_PATH},
    [FELT_CNI_CHECK] = {"CHECK", NEEDS_ID | NEEDS_NETNS | NEEDS_INTERFACE | NEEDS_PATH},
    [FELT_CNI_VERSION] = {"VERSION", 0},
    [FELT_CNI_STATUS] = {"STATUS", NEEDS_PATH},
    [FELT_CNI_GC] = {"GC", NEEDS_PATH},
};

bool felt_cni_id_is_valid(const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || len > FELT_CNI_ID_MAX || !isalnum((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) && !strchr("_.-", text[i]))
            return false;
    }
    return true;
}

/* The kernel's rule, dev_valid_name(). */
bool felt_cni_interface_is_valid(const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || len > FELT_CNI_NAME_MAX || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '/' || text[i] == ':' || isspace((unsigned char)text[i]) ||
            iscntrl((unsigned char)text[i]))
            return false;
    }
    return true;
}

static int read_command(const char *text, enum felt_cni_command *ret_command,
                        struct felt_cni_failure *ret_failure)
{
    for (size_t i = 0; i < FELT_ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, text) == 0) {
            *ret_command = (enum felt_cni_command)i;
            return 0;
        }
    }
    return felt_cni_fail(ret_failure, FELT_CNI_BAD_ENVIRONMENT,
                         "CNI_COMMAND is '%s', not one of ADD, DEL, CHECK, VERSION, STATUS and GC",
                         text);
}

/* NULL where it is empty, too. */
static const char *take(char *(*get)(const char *name), const char *name, bool needed,
                        char *missing)
{
    const char *text = get(name);
    size_t len = strlen(missing);

    if (text && text[0] != '\0')
        return text;
    if (needed)
        sprintf(missing + len, "%s%s", len > 0 ? ", " : "", name);
    return NULL;
}

int felt_cni_call_read(char *(*get)(const char *name), struct felt_cni_call *ret_call,
                       struct felt_cni_failure *ret_failure)
{
    char missing[128] = ""; /* all five names fit */
    struct felt_cni_call call = {0};
    const char *text = take(get, "CNI_COMMAND", true, missing);
    unsigned needs;

    if (!text)
        return felt_cni_fail(ret_failure, FELT_CNI_BAD_ENVIRONMENT,
                             "CNI_COMMAND is not set: this is a CNI plugin, see felt-cni(8)");
    if (read_command(text, &call.command, ret_failure) < 0)
        return -EINVAL;
    needs = commands[call.command].needs;
    call.container_id = take(get, "CNI_CONTAINERID", needs & NEEDS_ID, missing);
    (void)take(get, "CNI_NETNS", needs & NEEDS_NETNS, missing);
    call.interface = take(get, "CNI_IFNAME", needs & NEEDS_INTERFACE, missing);
    call.path = take(get, "CNI_PATH", needs & NEEDS_PATH, missing);
    if (missing[0] != '\0')
        return felt_cni_fail(ret_failure, FELT_CNI_BAD_ENVIRONMENT, "%s needs %s",
                             commands[call.command].name, missing);
    if (call.container_id && !felt_cni_id_is_valid(call.container_id))
        return felt_cni_fail(ret_failure, FELT_CNI_BAD_ENVIRONMENT,
                             "CNI_CONTAINERID '%.100s' is not made of letters, digits, '_', '.' "
                             "and '-', or longer than %d bytes",
                             call.container_id, FELT_CNI_ID_MAX);
    if (call.interface && !felt_cni_interface_is_valid(call.interface))
        return felt_cni_fail(ret_failure, FELT_CNI_BAD_ENVIRONMENT,
                             "CNI_IFNAME '%.100s' cannot be the name of an interface",
                             call.interface);
    *ret_call = call;
    return 0;
}
