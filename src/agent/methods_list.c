/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/methods_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"

#define TEXT_SIZE 1536 /* of one line; a list of members' names is the longest */

struct felt_member_view *felt_methods_list(const struct felt_methods_context *c, size_t *ret_n)
{
    felt_usec now = c->now_us();
    struct felt_self_view self;
    struct felt_member_view *all;
    size_t n = 0;

    felt_node_self(c->node, &self);
    all = calloc(FELT_MAX(self.n_members, 1u), sizeof(*all));
    if (!all)
        return NULL;
    for (uint32_t i = 0; n < self.n_members && felt_node_next_member(c->node, now, &i, &all[n]);)
        n++;
    *ret_n = n;
    return all;
}

int felt_methods_by_name(const void *a, const void *b)
{
    const struct felt_member_view *x = a, *y = b;
    int r = strcmp(x->name, y->name);

    return r != 0 ? r : felt_id_cmp(&x->id, &y->id);
}

void felt_methods_add_problem(json_t *problems, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    json_array_append_new(problems, felt_methods_text(text));
}

json_t *felt_methods_text(const char *text)
{
    json_t *value = json_string(text);
    char safe[TEXT_SIZE];

    if (value)
        return value;
    snprintf(safe, sizeof(safe), "%s", text);
    for (char *c = safe; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~')
            *c = '?';
    }
    return json_string(safe);
}

void felt_methods_refuse(struct felt_varlink_answer *answer, const char *error, const char *format,
                         ...)
{
    char reason[TEXT_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    answer->error = error;
    answer->parameters = json_pack("{s:o}", "reason", felt_methods_text(reason));
}
