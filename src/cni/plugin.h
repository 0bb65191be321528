/* SPDX-License-Identifier: Apache-2.0 */
/* Another plugin: found along CNI_PATH, given a configuration on standard input and our
 * environment, its answer read from standard output. */
#pragma once

#include <jansson.h>

#include "cni/failure.h"

/* ret_file has PATH_MAX bytes. 0, or -EINVAL with ret_failure: it is in none of the directories. */
int felt_cni_plugin_find(const char *path, const char *type, char *ret_file,
                         struct felt_cni_failure *ret_failure);

struct felt_cni_answer {
    char *text;    /* owned; what it printed; "" for nothing */
    json_t *error; /* owned; where it failed: its error in CNI form, or one made of what it did */
};

void felt_cni_answer_done(struct felt_cni_answer *answer);

/* Runs it to its end. 0, whatever it answered; or -EINVAL with ret_failure: it could not be run.
 * ret_answer needs done() after 0. */
int felt_cni_plugin_run(const char *file, const json_t *conf, struct felt_cni_answer *ret_answer,
                        struct felt_cni_failure *ret_failure);
