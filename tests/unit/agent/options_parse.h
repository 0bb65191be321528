/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines and environments as a test writes them, and what comes of them. */
#pragma once

#include <errno.h>
#include <string.h>

#include "agent/options.h"

#define ARGS(...) ((char *const[]){"feltd", __VA_ARGS__, NULL})
#define NO_ARGS   ((char *const[]){"feltd", NULL})
#define ENV(...)  ((char *const[]){__VA_ARGS__, NULL})
#define NO_ENV    ((char *const[]){NULL})

static struct felt_options_error error;

static inline int parse(char *const *argv, char *const *envp, struct felt_options *ret)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    error.text[0] = '\0';
    return felt_options_parse(argc, argv, envp, "host7.example.org", ret, &error);
}

static inline struct felt_options parsed(char *const *argv, char *const *envp)
{
    struct felt_options o;

    if (parse(argv, envp, &o) != 0)
        fail_msg("%s", error.text);
    return o;
}

/* Refused, with a message that begins with `want`, has one line, and points to the help. */
static inline void refused(char *const *argv, char *const *envp, const char *want)
{
    static struct felt_options before, o;

    memset(&before, 0x5a, sizeof(before));
    memset(&o, 0x5a, sizeof(o));
    if (parse(argv, envp, &o) != -EINVAL)
        fail_msg("accepted, want: %s", want);
    if (strncmp(error.text, want, strlen(want)) != 0)
        fail_msg("got '%s', want '%s'", error.text, want);
    assert_null(strchr(error.text, '\n'));
    assert_non_null(strstr(error.text, "; see 'feltd --help'"));
    assert_memory_equal(&o, &before, sizeof(o));
}
