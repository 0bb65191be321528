/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a state file, behind its checksum. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "wire/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(felt_freep) uint8_t *once = NULL, *twice = NULL;
    struct felt_record record, back;
    size_t len;
    int r;

    if (felt_record_decode(felt_bytes(data, size), &record) < 0)
        return 0;
    assert(!record.has_lease || record.lease < record.n_slots);
    len = felt_record_size(&record);
    assert(len <= size);
    once = malloc(len);
    twice = malloc(len);
    assert(once && twice);
    felt_record_encode(&record, once, len);
    felt_record_done(&record);
    r = felt_record_decode(felt_bytes(once, len), &back);
    assert(r == 0 && felt_record_size(&back) == len);
    felt_record_encode(&back, twice, len);
    felt_record_done(&back);
    assert(memcmp(once, twice, len) == 0);
    return 0;
}
