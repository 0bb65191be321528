/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the state file from a thread of its own, so that a slow disk does not keep the daemon from
 * answering probes. One write at a time; its outcome shows on an eventfd. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idiom.h"

struct felt_writer;

/* path is borrowed. 0 or -errno. */
int felt_writer_new(const char *path, struct felt_writer **ret_writer);
/* Waits for a write that is under way. */
void felt_writer_free(struct felt_writer *writer);
FELT_DEFINE_CLEANUP(struct felt_writer *, felt_writer_free)
/* Does not wait: the thread, with all that it needs (path, too), is left to the end of the process,
 * which is to follow at once. */
void felt_writer_abandon(struct felt_writer *writer);

/* Readable when a write has ended: call felt_writer_result() then. */
int felt_writer_fd(const struct felt_writer *writer);
/* Begins a write of a copy of state. 0, -EBUSY while one is under way, or -ENOMEM. */
int felt_writer_begin(struct felt_writer *writer, uint64_t save, const uint8_t *state, size_t len);
/* From felt_writer_begin() until the result is taken. */
bool felt_writer_busy(struct felt_writer *writer);
/* The write that has ended: its number, and 0 or -errno. -EAGAIN where none has. */
int felt_writer_result(struct felt_writer *writer, uint64_t *ret_save);
