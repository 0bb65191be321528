/* SPDX-License-Identifier: Apache-2.0 */
/* The keys by their ids, which every datagram shows. */
#include "agent/methods.h"
#include "base/bytes.h"

json_t *felt_methods_keys(const struct felt_methods_context *c)
{
    char text[2 * FELT_KEY_ID_LEN + 1];
    uint8_t id[FELT_KEY_ID_LEN];

    felt_key_id(c->key, id);
    felt_hex_encode(id, sizeof(id), text);
    return json_pack("{s:[{s:s, s:b}]}", "keys", "id", text, "seals", 1);
}
