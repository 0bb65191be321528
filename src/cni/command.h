/* SPDX-License-Identifier: Apache-2.0 */
/* What each command does: the work is another plugin's, the knowledge of what it was asked is ours.
 *
 * All have one form: config is that of standard input. 0, with what is to be printed in *ret_output
 * (NULL: nothing; free it); or -EINVAL with ret_error, an error in CNI form without its version. */
#pragma once

#include <jansson.h>

#include "cni/call.h"
#include "cni/delegation.h"

int felt_cni_add(const struct felt_cni_call *call, const struct felt_cni_config *config,
                 char **ret_output, json_t **ret_error);
int felt_cni_del(const struct felt_cni_call *call, const struct felt_cni_config *config,
                 char **ret_output, json_t **ret_error);
int felt_cni_check(const struct felt_cni_call *call, const struct felt_cni_config *config,
                   char **ret_output, json_t **ret_error);
int felt_cni_status(const struct felt_cni_call *call, const struct felt_cni_config *config,
                    char **ret_output, json_t **ret_error);
int felt_cni_gc(const struct felt_cni_call *call, const struct felt_cni_config *config,
                char **ret_output, json_t **ret_error);

json_t *felt_cni_error(const struct felt_cni_failure *failure);
