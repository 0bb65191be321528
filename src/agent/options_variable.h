/* SPDX-License-Identifier: Apache-2.0 */
/* An option's variable in the environment. */
#pragma once

#define FELT_OPTION_NAME_MAX     32 /* bytes of an option's name */
#define FELT_OPTION_VARIABLE_MAX (FELT_OPTION_NAME_MAX + 16)

/* "ip-masq" -> "FELTD_IP_MASQ". text has FELT_OPTION_VARIABLE_MAX + 1 bytes. */
void felt_options_variable_name(const char *prefix, const char *name, char *text);

/* NULL where it is not there or empty, which is the same to flanneld. */
const char *felt_options_variable(char *const *envp, const char *prefix, const char *name);
