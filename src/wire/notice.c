/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/notice.h"

void felt_notice_pack(struct felt_pack *pack, const struct felt_notice *notice)
{
    felt_pack_uint(pack, notice->key);
    felt_pack_uint(pack, notice->version);
    if (notice->value.len > 0)
        felt_pack_bin(pack, notice->value.data, notice->value.len);
    else
        felt_pack_nil(pack);
}

void felt_notice_read(struct felt_items *items, struct felt_notice *ret_notice)
{
    *ret_notice = (struct felt_notice){.key = (uint32_t)felt_items_uint(items, UINT32_MAX),
                                       .version = felt_items_uint(items, UINT64_MAX)};
    if (!felt_items_nil(items)) {
        ret_notice->value = felt_items_bytes(items, FELT_NOTICE_VALUE_MAX);
        items->bad |= ret_notice->value.len == 0;
    }
    items->bad |= ret_notice->version == 0;
}

size_t felt_notice_size(const struct felt_notice *notice)
{
    struct felt_pack p;

    felt_pack_init(&p, NULL, SIZE_MAX);
    felt_notice_pack(&p, notice);
    return p.len;
}
