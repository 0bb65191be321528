/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the plaintext of a datagram: the envelope, then one message after the other. Its memory is
 * taken once; what a peer declares is checked against the bytes that are there before msgpack-c
 * sees it. */
#pragma once

#include "base/bytes.h"
#include "base/idiom.h"
#include "wire/message.h"

struct felt_reader;

/* 0 or -ENOMEM. */
int felt_reader_new(struct felt_reader **ret_reader);
void felt_reader_free(struct felt_reader *reader);
FELT_DEFINE_CLEANUP(struct felt_reader *, felt_reader_free)

/* Begins with a plaintext, borrowed until the last message is used. 0 or -EINVAL. */
int felt_reader_begin(struct felt_reader *reader, struct felt_bytes plain,
                      struct felt_envelope *ret_envelope);
/* 1: *ret_message is the next; 0: that was all; -EINVAL: what follows breaks the schema.
 * Messages of an unknown type are passed over (proto/packet.md 3.2). */
int felt_reader_next(struct felt_reader *reader, struct felt_message *ret_message);
