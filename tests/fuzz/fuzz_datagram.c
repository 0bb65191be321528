/* SPDX-License-Identifier: Apache-2.0 */
/* The plaintext of a datagram: felt_reader. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tests/support/messages.h"
#include "wire/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct felt_reader *reader, *second; /* kept, as a node does */
    static struct felt_message m, back;
    struct felt_envelope envelope, envelope_2;
    uint8_t again[FELT_DATAGRAM_MAX];
    size_t at, len;
    int r = 0;

    if (!reader)
        r = felt_reader_new(&reader);
    if (r == 0 && !second)
        r = felt_reader_new(&second);
    assert(r == 0);
    if (felt_reader_begin(reader, felt_bytes(data, size), &envelope) < 0)
        return 0;
    r = felt_envelope_encode(&envelope, again, sizeof(again), &at);
    assert(r == 0 && at <= size);
    while (felt_reader_next(reader, &m) == 1) {
        /* Our encoding is the shortest, so it fits where the other one did. */
        r = felt_message_encode(&m, again + at, size - at, &len);
        assert(r == 0);
        r = felt_reader_begin(second, felt_bytes(again, at + len), &envelope_2);
        assert(r == 0 && envelope_2.counter == envelope.counter &&
               envelope_2.session == envelope.session &&
               envelope_2.generation == envelope.generation && envelope_2.start == envelope.start &&
               envelope_2.save == envelope.save &&
               felt_id_equal(&envelope_2.sender, &envelope.sender));
        r = felt_reader_next(second, &back);
        assert(r == 1 && message_equal(&m, &back));
        r = felt_reader_next(second, &back);
        assert(r == 0);
    }
    return 0;
}
