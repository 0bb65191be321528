/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of a test's own, gone with its last test. */
#pragma once

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
    char dir[64];
    char path[160]; /* of the last scratch_path() */
};

/* For a scene that has more than it. False: the directory cannot be made. */
static inline bool scratch_make(struct scratch *s)
{
    strcpy(s->dir, "/tmp/felt-test-XXXXXX");
    return mkdtemp(s->dir);
}

static inline int scratch_setup(void **state)
{
    struct scratch *s = calloc(1, sizeof(*s));

    if (!s || !scratch_make(s)) {
        free(s);
        return -1;
    }
    *state = s;
    return 0;
}

static inline int scratch_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline void scratch_clear(const struct scratch *s)
{
    nftw(s->dir, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline int scratch_teardown(void **state)
{
    struct scratch *s = *state;

    scratch_clear(s);
    free(s);
    return 0;
}

static inline const char *scratch_path(struct scratch *s, const char *name)
{
    snprintf(s->path, sizeof(s->path), "%s/%s", s->dir, name);
    return s->path;
}

static inline void scratch_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* text has size bytes. */
static inline void scratch_read(const char *path, char *text, size_t size)
{
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    text[fread(text, 1, size - 1, f)] = '\0';
    fclose(f);
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
