/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options_variable.h"

#include <ctype.h>
#include <string.h>

void felt_options_variable_name(const char *prefix, const char *name, char *text)
{
    size_t len = strlen(prefix);

    memcpy(text, prefix, len);
    for (; *name != '\0' && len < FELT_OPTION_VARIABLE_MAX; name++)
        text[len++] = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
    text[len] = '\0';
}

const char *felt_options_variable(char *const *envp, const char *prefix, const char *name)
{
    char text[FELT_OPTION_VARIABLE_MAX + 1];
    size_t len;

    felt_options_variable_name(prefix, name, text);
    len = strlen(text);
    for (; envp && *envp; envp++) {
        if (strncmp(*envp, text, len) == 0 && (*envp)[len] == '=')
            return (*envp)[len + 1] != '\0' ? *envp + len + 1 : NULL;
    }
    return NULL;
}
