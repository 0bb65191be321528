/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/chronicle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct felt_chronicle {
    struct felt_chronicle_entry *entries[FELT_CHRONICLE_ENTRIES]; /* at number % ENTRIES */
    uint64_t first, end;
};

int felt_chronicle_new(struct felt_chronicle **ret_chronicle)
{
    struct felt_chronicle *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->first = c->end = 1;
    *ret_chronicle = c;
    return 0;
}

void felt_chronicle_free(struct felt_chronicle *chronicle)
{
    if (!chronicle)
        return;
    for (size_t i = 0; i < FELT_CHRONICLE_ENTRIES; i++)
        free(chronicle->entries[i]);
    free(chronicle);
}

/* The value of " peer=" in a line: up to the next blank, without the punctuation of the sentence.
 */
static void take_value(const char *line, const char *key, char *ret_value, size_t size)
{
    size_t key_len = strlen(key), len;
    const char *at = line;

    ret_value[0] = '\0';
    while ((at = strstr(at, key)) && at != line && at[-1] != ' ' && at[-1] != '(')
        at += key_len;
    if (!at)
        return;
    at += key_len;
    len = strcspn(at, " ;)");
    while (len > 0 && strchr(":,.", at[len - 1]))
        len--;
    snprintf(ret_value, size, "%.*s", (int)len, at);
}

void felt_chronicle_add(struct felt_chronicle *chronicle, felt_usec time_us,
                        enum felt_log_level level, const char *event, const char *line)
{
    size_t len = strlen(line) + 1;
    struct felt_chronicle_entry *e = calloc(1, sizeof(*e) + len), **place;

    if (!e)
        return;
    place = &chronicle->entries[chronicle->end % FELT_CHRONICLE_ENTRIES];
    free(*place);
    *place = e;
    e->number = chronicle->end++;
    if (chronicle->end - chronicle->first > FELT_CHRONICLE_ENTRIES)
        chronicle->first++;
    e->time_us = time_us;
    e->level = level;
    memcpy(e->text, line, len);
    if (event)
        snprintf(e->kind, sizeof(e->kind), "%s", event);
    else
        snprintf(e->kind, sizeof(e->kind), "%.*s", (int)strcspn(line, ": "), line);
    take_value(line, "peer=", e->peer, sizeof(e->peer));
    take_value(line, "name=", e->name, sizeof(e->name));
    take_value(line, "subnet=", e->subnet, sizeof(e->subnet));
}

uint64_t felt_chronicle_first(const struct felt_chronicle *chronicle)
{
    return chronicle->first;
}

uint64_t felt_chronicle_end(const struct felt_chronicle *chronicle)
{
    return chronicle->end;
}

const struct felt_chronicle_entry *felt_chronicle_get(const struct felt_chronicle *chronicle,
                                                      uint64_t number)
{
    assert(number >= chronicle->first && number < chronicle->end);
    return chronicle->entries[number % FELT_CHRONICLE_ENTRIES];
}
