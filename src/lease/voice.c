/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/voice.h"

void felt_voice_of(const struct felt_slot_map *map, const struct felt_id *voter,
                   struct felt_voice *ret_voice)
{
    uint32_t n_slots = felt_slot_map_slots(map), n = 0;
    struct felt_slot_range *ranges = ret_voice->ranges;

    ret_voice->digest = felt_slot_map_digest(map);
    ret_voice->whole = true;
    for (uint32_t at = 0; at < n_slots;) {
        struct felt_run run = felt_slot_map_run(map, at, n_slots);

        if (run.term > 0 && felt_id_equal(&run.owner, voter)) {
            if (n > 0 && ranges[n - 1].first + ranges[n - 1].count == at) {
                ranges[n - 1].count += run.count;
            } else if (n < FELT_VOICE_RANGES_MAX) {
                ranges[n++] = (struct felt_slot_range){.first = at, .count = run.count};
            } else {
                ret_voice->whole = false;
                break;
            }
        }
        at += run.count;
    }
    ret_voice->n = n;
}
