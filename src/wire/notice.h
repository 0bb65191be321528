/* SPDX-License-Identifier: Apache-2.0 */
/* A notice as items of a message or of the state: key, version, value. Private to wire. */
#pragma once

#include "wire/message.h"
#include "wire/pack.h"

void felt_notice_pack(struct felt_pack *pack, const struct felt_notice *notice);
/* The value is borrowed. Bad where the version is 0 or the value is empty, or too long. */
void felt_notice_read(struct felt_items *items, struct felt_notice *ret_notice);
