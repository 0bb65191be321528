/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/machine.h"

#include <stdio.h>
#include <string.h>

#include "agent/path.h"
#include "crypto/hash.h"

#define ID_LEN 32 /* hexadecimal digits; machine-id(5) */

void felt_machine_read(const char *path, uint8_t ret_machine[FELT_MACHINE_LEN])
{
    uint8_t sum[FELT_CHECKSUM_LEN];
    char id[ID_LEN + 1] = "", text[64];
    int len;

    memset(ret_machine, 0, FELT_MACHINE_LEN);
    if (felt_path_read(path, id, ID_LEN) != ID_LEN || strspn(id, "0123456789abcdef") != ID_LEN ||
        strspn(id, "0") == ID_LEN)
        return;
    len = snprintf(text, sizeof(text), "felt machine 1 %s", id);
    felt_checksum(text, (size_t)len, sum);
    memcpy(ret_machine, sum, FELT_MACHINE_LEN);
}
