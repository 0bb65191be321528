/* SPDX-License-Identifier: Apache-2.0 */
/* feltctl, run with a puppet for feltd. */
#pragma once

#include "tests/unit/test.h"

#include "tests/unit/ctl/puppet.h"

struct outcome {
    int code;
    char out[8192];
    char err[1024];
};

static inline void read_back(const char *path, char *text, size_t size)
{
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    text[fread(text, 1, size - 1, f)] = '\0';
    fclose(f);
    unlink(path);
}

/* Arguments as the shell reads them. */
static inline struct outcome run(const struct puppet *p, const char *environment,
                                 const char *arguments)
{
    const char *builddir = getenv("builddir");
    char command[1024], out[96], err[96];
    struct outcome o;
    int status;

    snprintf(out, sizeof(out), "%s/out", p->dir);
    snprintf(err, sizeof(err), "%s/err", p->dir);
    snprintf(command, sizeof(command), "%s '%s/src/ctl/feltctl' %s >'%s' 2>'%s' </dev/null",
             environment, builddir ? builddir : ".", arguments, out, err);
    status = system(command);
    assert_true(WIFEXITED(status));
    o.code = WEXITSTATUS(status);
    read_back(out, o.out, sizeof(o.out));
    read_back(err, o.err, sizeof(o.err));
    return o;
}

static inline struct outcome ask(const struct puppet *p, const char *arguments)
{
    char with_socket[512];

    snprintf(with_socket, sizeof(with_socket), "--control-socket %s %s", p->path, arguments);
    return run(p, "", with_socket);
}

static inline void expect_in(const char *text, const char *want)
{
    if (!strstr(text, want))
        fail_msg("'%s' is not in '%s'", want, text);
}
