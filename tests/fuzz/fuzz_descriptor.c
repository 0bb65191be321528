/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a descriptor. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/idiom.h"
#include "wire/descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t body[FELT_DESCRIPTOR_MAX], body_2[FELT_DESCRIPTOR_MAX];
    struct felt_descriptor d, back;
    size_t len, len_2;
    int r;

    if (felt_descriptor_decode(felt_bytes(data, size), &d) < 0)
        return 0;
    assert(d.version > 0 && d.name[0] != '\0' && d.advertise.port > 0);
    for (const char *c = d.name; *c; c++)
        assert(*c >= ' ' && *c <= '~');
    len = felt_descriptor_encode(&d, body);
    assert(len <= size);
    r = felt_descriptor_decode(felt_bytes(body, len), &back);
    assert(r == 0);
    len_2 = felt_descriptor_encode(&back, body_2);
    assert(len == len_2 && memcmp(body, body_2, len) == 0);
    return 0;
}
