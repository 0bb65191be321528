/* SPDX-License-Identifier: Apache-2.0 */
/* The slots that a voter speaks for: those that it owns at that moment, by its own map. */
#pragma once

#include "lease/slot_map.h"
#include "wire/vote.h"

void felt_voice_of(const struct felt_slot_map *map, const struct felt_id *voter,
                   struct felt_voice *ret_voice);
