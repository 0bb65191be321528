/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/env_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/options_values.h"
#include "agent/path.h"

#define TEXT_MAX (64 * 1024) /* bytes of a file */
#define OPTION   "env-file"
#define VARIABLE "FELTD_ENV_FILE="

void felt_env_file_done(struct felt_env_file *file)
{
    for (size_t i = 0; i < file->n; i++)
        free(file->variables[i]);
    free(file->variables);
    *file = (struct felt_env_file){0};
}

static int add(struct felt_env_file *file, const char *variable)
{
    char **grown = reallocarray(file->variables, file->n + 2, sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    file->variables = grown;
    grown[file->n] = strdup(variable);
    if (!grown[file->n])
        return -ENOMEM;
    grown[++file->n] = NULL;
    return 0;
}

static size_t key_len(const char *variable)
{
    return strcspn(variable, "=");
}

/* Adds one, in the place of another of the same name. */
static int set(struct felt_env_file *file, const char *variable)
{
    size_t len = key_len(variable) + 1;

    for (size_t i = 0; i < file->n; i++) {
        if (strncmp(file->variables[i], variable, len) == 0) {
            free(file->variables[i]);
            file->variables[i] = file->variables[--file->n];
            file->variables[file->n] = NULL;
            break;
        }
    }
    return add(file, variable);
}

static bool is_key(const char *line, size_t len)
{
    if (len == 0 || isdigit((unsigned char)line[0]))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)line[i]) && line[i] != '_')
            return false;
    }
    return true;
}

/* Takes quotes away in place; false where one is not closed, or something follows it. */
static bool unquote(char *value)
{
    size_t len = strlen(value);

    if (value[0] != '"' && value[0] != '\'')
        return true;
    if (len < 2 || value[len - 1] != value[0])
        return false;
    memmove(value, value + 1, len - 2);
    value[len - 2] = '\0';
    return true;
}

static int parse_line(const char *path, size_t number, char *line, struct felt_env_file *file,
                      struct felt_options_error *error)
{
    size_t len = strlen(line), key;
    const char *damage;

    while (len > 0 && isspace((unsigned char)line[len - 1]))
        line[--len] = '\0';
    line += strspn(line, " \t");
    if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
        return 0;
    key = key_len(line);
    if (line[key] != '=' || !is_key(line, key))
        return felt_options_fail(error,
                                 "%s:%zu: this is no KEY=VALUE; was the value of the line before "
                                 "wrapped?",
                                 path, number);
    if (!unquote(line + key + 1))
        return felt_options_fail(error, "%s:%zu: %.*s: the quote is not closed; was it wrapped?",
                                 path, number, (int)FELT_MIN(key, (size_t)100), line);
    damage = felt_options_damage(line + key + 1);
    if (damage)
        return felt_options_fail(error, "%s:%zu: the value %s", path, number, damage);
    return set(file, line); /* as in a shell the last one counts */
}

int felt_env_file_parse(const char *path, char *text, struct felt_env_file *ret_file,
                        struct felt_options_error *ret_error)
{
    struct felt_env_file file = {0};
    char *line;
    int r = 0;

    for (size_t number = 1; r == 0 && (line = strsep(&text, "\n")); number++)
        r = parse_line(path, number, line, &file, ret_error);
    if (r < 0) {
        felt_env_file_done(&file);
        return r;
    }
    *ret_file = file;
    return 0;
}

/* Behind --env-file; NULL: it is not there. The last one counts, as everywhere. */
static const char *path_of_arguments(char *const *argv)
{
    const char *path = NULL;

    for (size_t i = 1; argv[0] && argv[i]; i++) {
        const char *name = argv[i] + strspn(argv[i], "-");

        if (name == argv[i] || strncmp(name, OPTION, strlen(OPTION)) != 0)
            continue;
        if (name[strlen(OPTION)] == '=')
            path = name + strlen(OPTION) + 1;
        else if (name[strlen(OPTION)] == '\0' && argv[i + 1])
            path = argv[++i];
    }
    return path;
}

static const char *path_of_environment(char *const *envp)
{
    for (; envp && *envp; envp++) {
        if (strncmp(*envp, VARIABLE, strlen(VARIABLE)) == 0 && (*envp)[strlen(VARIABLE)] != '\0')
            return *envp + strlen(VARIABLE);
    }
    return NULL;
}

int felt_env_file_load(char *const *argv, char *const *envp, struct felt_env_file *ret_file,
                       struct felt_options_error *ret_error)
{
    const char *named = path_of_arguments(argv), *path;
    _cleanup_(felt_freep) char *text = calloc(1, TEXT_MAX + 1);
    struct felt_env_file file = {0};
    ssize_t n;
    int r = 0;

    if (!named)
        named = path_of_environment(envp);
    path = named ? named : FELT_ENV_FILE;
    n = text ? felt_path_read(path, text, TEXT_MAX + 1) : -ENOMEM;
    if (n == -ENOENT && !named)
        n = 0;
    if (n < 0)
        return felt_options_fail(ret_error, "--env-file %s: %s", path, strerror((int)-n));
    if (n > TEXT_MAX)
        return felt_options_fail(ret_error, "--env-file %s: longer than %d bytes", path, TEXT_MAX);
    text[n] = '\0';
    r = felt_env_file_parse(path, text, &file, ret_error);
    explicit_bzero(text, TEXT_MAX);
    for (; r == 0 && envp && *envp; envp++) {
        /* An empty variable is as none: it must not hide the file's. */
        if ((*envp)[key_len(*envp)] != '\0' && (*envp)[key_len(*envp) + 1] != '\0')
            r = set(&file, *envp);
    }
    if (r < 0) {
        felt_env_file_done(&file);
        return r;
    }
    *ret_file = file;
    return 0;
}
