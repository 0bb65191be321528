/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/base64.h"

#include <errno.h>
#include <sodium.h>

int felt_base64_decode(const char *text, size_t len, int variant, size_t room, uint8_t *ret_data,
                       size_t *ret_len)
{
    const char *end;
    size_t n;

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] > 0x7f)
            return -EINVAL;
    if (sodium_base642bin(ret_data, room, text, len, NULL, &n, &end, variant) != 0 ||
        end != text + len)
        return -EINVAL;
    *ret_len = n;
    return 0;
}
