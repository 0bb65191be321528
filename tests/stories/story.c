/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/stories/story.h"

static void add(struct story *s, const char *text)
{
    size_t len = strlen(text);

    assert_true(s->len + len < STORY_MAX);
    memcpy(s->text + s->len, text, len + 1);
    s->len += len;
}

void story_say(struct story *s, const char *what)
{
    add(s, world_log(s->w));
    add(s, "-- ");
    add(s, what);
    add(s, "\n");
}

static void story_path(const struct story *s, char *path, size_t len)
{
    const char *srcdir = getenv("srcdir");

    snprintf(path, len, "%s/tests/stories/%s.story", srcdir ? srcdir : ".", s->name);
}

static void write_story(const struct story *s)
{
    char path[4096];
    FILE *f;

    story_path(s, path, sizeof(path));
    f = fopen(path, "w");
    if (!f)
        fail_msg("cannot write %s", path);
    assert_int_equal(fwrite(s->text, 1, s->len, f), s->len);
    assert_int_equal(fclose(f), 0);
}

static void read_story(const struct story *s, char *ret_text)
{
    char path[4096];
    size_t len;
    FILE *f;

    story_path(s, path, sizeof(path));
    f = fopen(path, "r");
    if (!f)
        fail_msg("cannot read %s", path);
    len = fread(ret_text, 1, STORY_MAX - 1, f);
    ret_text[len] = '\0';
    fclose(f);
}

static size_t line_len(const char *text)
{
    return strcspn(text, "\n");
}

static void compare(const struct story *s, const char *expected)
{
    const char *e = expected, *a = s->text;

    for (unsigned line = 1; *e || *a; line++) {
        size_t e_len = line_len(e), a_len = line_len(a);

        if (e_len != a_len || memcmp(e, a, e_len) != 0 || !*e != !*a)
            fail_msg("%s.story, line %u:\n  expected: %.*s\n  happened: %.*s", s->name, line,
                     *e ? (int)e_len : 10, *e ? e : "(the end)", *a ? (int)a_len : 10,
                     *a ? a : "(the end)");
        e += e_len + (e[e_len] == '\n');
        a += a_len + (a[a_len] == '\n');
    }
}

/* Nobody ever took another's slot for its own, whatever the story was. */
static void finish(struct story *s)
{
    static char expected[STORY_MAX];

    story_say(s, "the end");
    assert_int_equal(world_double_owners(s->w), 0);
    if (getenv("UPDATE_STORIES")) {
        write_story(s);
        return;
    }
    read_story(s, expected);
    compare(s, expected);
}

void story_run(const char *name, void (*script)(struct story *s))
{
    struct story *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    s->name = name;
    s->w = world_new(1);
    script(s);
    finish(s);
    world_free(s->w);
    free(s);
}

void story_found(struct story *s, const char *net_config)
{
    story_say(s, "a founds");
    world_found(s->w, net_config);
    world_run(s->w, SECONDS(1));
}

void story_join(struct story *s, const char *what)
{
    story_say(s, what);
    world_join(s->w, 0);
    world_run(s->w, SECONDS(10));
}

void story_three(struct story *s)
{
    story_found(s, NETWORK);
    story_join(s, "b joins through a");
    story_join(s, "c joins through a");
    assert_true(world_agrees(s->w));
}
