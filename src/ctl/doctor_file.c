/* SPDX-License-Identifier: Apache-2.0 */
/* Environment files: NAME=value, comments, blanks. What systemd reads from them is what feltd gets,
 * and a line that systemd does not understand is skipped without a word that anybody sees. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ctl/doctor.h"

#define LINE_MAX_LEN 1024

struct place {
    const char *path;
    unsigned line;
    char name[64]; /* of the last assignment; "": none yet */
};

static bool is_name(const char *text, size_t len)
{
    if (len == 0 || isdigit((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_')
            return false;
    return true;
}

/* Quotes that begin in the value and do not end in it. */
static bool is_open(const char *value)
{
    char quote = *value;

    if (quote != '"' && quote != '\'')
        return false;
    for (const char *c = value + 1; *c != '\0'; c++) {
        if (*c == '\\' && quote == '"' && c[1] != '\0')
            c++;
        else if (*c == quote)
            return false;
    }
    return true;
}

static void check_value(const struct place *at, const char *value, struct felt_doctor_findings *to)
{
    size_t len = strlen(value);

    if (is_open(value))
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, "put the whole value on one line",
                         "%s:%u: the quotes around the value of %s do not end on this line: broken "
                         "by a line wrap?",
                         at->path, at->line, at->name);
    else if (len > 0 && value[len - 1] == '\r')
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, "sed -i 's/\\r$//' on the file",
                         "%s:%u: the line of %s ends as on Windows, and that becomes part of the "
                         "value",
                         at->path, at->line, at->name);
}

/* Nothing, an assignment, or what is neither. */
static void check_line(struct place *at, const char *line, struct felt_doctor_findings *to)
{
    const char *start = line + strspn(line, " \t"), *equals = strchr(start, '=');
    size_t len = equals ? (size_t)(equals - start) : 0;

    if (*start == '\0' || *start == '#' || *start == ';' || strcmp(start, "\r") == 0)
        return;
    if (equals && is_name(start, len)) {
        snprintf(at->name, sizeof(at->name), "%.*s", (int)FELT_MIN(len, sizeof(at->name) - 1),
                 start);
        check_value(at, equals + 1, to);
        return;
    }
    if (strncmp(start, "export ", 7) == 0)
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, "leave the word export out",
                         "%s:%u: 'export' is for shells; systemd skips the line", at->path,
                         at->line);
    else if (equals && len > 0 && (start[len - 1] == ' ' || start[len - 1] == '\t'))
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, "NAME=value, without blanks before '='",
                         "%s:%u: there is a blank before '=': systemd skips the line", at->path,
                         at->line);
    else if (at->name[0] != '\0')
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, "put the whole value on one line",
                         "%s:%u: this is no NAME=value; the value of %s above was broken by a line "
                         "wrap?",
                         at->path, at->line, at->name);
    else
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, "NAME=value, or # before a comment",
                         "%s:%u: this is no NAME=value: systemd skips the line", at->path,
                         at->line);
}

/* A line that ends in a backslash goes on. */
static void check_file(const struct felt_doctor_file *file, struct felt_doctor_findings *to)
{
    struct place at = {.path = file->path};
    bool goes_on = false;

    for (const char *c = file->text; *c != '\0';) {
        size_t len = strcspn(c, "\n");
        char line[LINE_MAX_LEN];

        snprintf(line, sizeof(line), "%.*s", (int)len, c);
        at.line++;
        if (!goes_on && !(len > 0 && c[len - 1] == '\\'))
            check_line(&at, line, to);
        goes_on = len > 0 && c[len - 1] == '\\';
        c += len + (c[len] == '\n');
    }
}

void felt_check_files(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    size_t before = json_array_size(to->list);

    for (size_t i = 0; i < f->n_files; i++)
        check_file(&f->files[i], to);
    if (json_array_size(to->list) > before)
        return;
    if (f->n_files == 0)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "there is no environment file");
    else
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "environment files can be read: %s%s",
                         f->files[0].path, f->n_files > 1 ? " and others" : "");
}
