/* SPDX-License-Identifier: Apache-2.0 */
#include "gossip/signed_descriptor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct felt_signed_descriptor *felt_signed_descriptor_new(
    const struct felt_id *id, const struct felt_descriptor *d, struct felt_bytes body,
    const uint8_t signature[FELT_SIGNATURE_LEN])
{
    struct felt_signed_descriptor *s = malloc(sizeof(*s) + body.len);

    assert(body.len <= FELT_DESCRIPTOR_MAX);
    if (!s)
        return NULL;
    *s = (struct felt_signed_descriptor){
        .id = *id,
        .version = d->version,
        .advertise = d->advertise,
        .left = d->left,
        .body_len = (uint16_t)body.len,
    };
    memcpy(s->signature, signature, FELT_SIGNATURE_LEN);
    memcpy(s->body, body.data, body.len);
    return s;
}

void felt_signed_descriptor_free(struct felt_signed_descriptor *descriptor)
{
    free(descriptor);
}

void felt_signed_descriptor_read(const struct felt_signed_descriptor *descriptor,
                                 struct felt_descriptor *ret_d)
{
    int r = felt_descriptor_decode(felt_bytes(descriptor->body, descriptor->body_len), ret_d);

    assert(r == 0); /* it was decoded before it was kept */
}
