/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the runtime: CNI_COMMAND and what belongs to it, out of the environment. */
#pragma once

#include <stdbool.h>

#include "cni/failure.h"

#define FELT_CNI_ID_MAX   200 /* bytes of a container id: it becomes a part of a file's name */
#define FELT_CNI_NAME_MAX 15  /* bytes of an interface's name, IFNAMSIZ - 1 */

enum felt_cni_command {
    FELT_CNI_ADD,
    FELT_CNI_DEL,
    FELT_CNI_CHECK,
    FELT_CNI_VERSION,
    FELT_CNI_STATUS,
    FELT_CNI_GC,
};

/* Borrowed from the environment. What the command has no use for may be NULL. */
struct felt_cni_call {
    enum felt_cni_command command;
    const char *container_id;
    const char *interface;
    const char *path; /* directories with plugins, separated by colons */
};

/* 0, or -EINVAL with ret_failure, which names every variable that is missing. */
int felt_cni_call_read(char *(*get)(const char *name), struct felt_cni_call *ret_call,
                       struct felt_cni_failure *ret_failure);

/* The specification's alphabet: letters, digits, and not at the beginning '_', '.', '-'. */
bool felt_cni_id_is_valid(const char *text);
bool felt_cni_interface_is_valid(const char *text);
