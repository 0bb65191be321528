/* SPDX-License-Identifier: Apache-2.0 */
/* A key file. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/idiom.h"
#include "crypto/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct felt_cluster_key key, back;
    char text[FELT_KEY_TEXT];
    const char *found;
    int r;

    if (felt_key_parse((const char *)data, size, &key) < 0)
        return 0;
    felt_key_format(&key, text);
    r = felt_key_parse(text, strlen(text), &back);
    assert(r == 0 && memcmp(&key, &back, sizeof(key)) == 0);
    /* What was taken is that text and blanks around it. */
    found = memmem(data, size, text, strlen(text));
    assert(found);
    for (size_t i = 0; i < size; i++)
        if ((const char *)data + i < found || (const char *)data + i >= found + strlen(text))
            assert(data[i] != '\0' && strchr(" \t\r\n", data[i]));
    return 0;
}
