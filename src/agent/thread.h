/* SPDX-License-Identifier: Apache-2.0 */
/* A thread beside the event loop, and the bell with which either tells the other to look. */
#pragma once

#include <pthread.h>
#include <stddef.h>

/* The thread takes no signal: they are the event loop's. stack_size in bytes, 0: the default.
 * 0 or -errno. */
int felt_thread_start(size_t stack_size, void *(*run)(void *), void *data, pthread_t *ret_thread);

/* A file descriptor that is readable from a ring until it is heard, however often it rang; to be
 * closed. -errno where there is none. */
int felt_bell_open(void);
void felt_bell_ring(int bell);
void felt_bell_hear(int bell);
