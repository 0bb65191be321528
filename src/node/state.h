/* SPDX-License-Identifier: Apache-2.0 */
/* The state file's bytes: a frame with version and checksum around the record of wire/record.h
 * (proto/state.md). */
#pragma once

#include "base/bytes.h"
#include "node/node.h"
#include "wire/record.h"

/* A new buffer with the frame and the record, NULL where memory is short. The caller frees it. */
uint8_t *felt_state_encode(const struct felt_record *record, size_t *ret_len);
/* 0; -EINVAL with *ret_refusal; -ENOMEM. The record borrows from bytes. */
int felt_state_decode(struct felt_bytes bytes, struct felt_record *ret_record,
                      enum felt_node_refusal *ret_refusal);

/* The node's state now, as a new buffer; NULL where memory is short. */
uint8_t *felt_state_of_node(const struct felt_node *node, uint64_t save, size_t *ret_len);
/* Takes over members, map, gifts and lease of a record into a node that has just been made. 0,
 * -EINVAL or -ENOMEM. */
int felt_state_restore(struct felt_node *node, const struct felt_record *record);
