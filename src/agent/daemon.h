/* SPDX-License-Identifier: Apache-2.0 */
/* feltd after its options are read: one event loop around one node. Inputs go in (datagrams, time,
 * finished saves, resolved seeds, the device), effects come out. */
#pragma once

#include "agent/options.h"

/* Runs until SIGTERM or SIGINT, or until it cannot go on. The exit status of the process. */
int felt_daemon_run(const struct felt_options *options);
