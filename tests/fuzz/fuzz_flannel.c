/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from etcd: the first byte says as what the rest is read. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "flannel/key.h"
#include "flannel/lease.h"
#include "flannel/reply.h"

/* One subnet has one key. */
static void key(const char *text)
{
    char again[FELT_FLANNEL_KEY_TEXT];
    struct felt_dual subnets;

    if (felt_flannel_key_parse(text, &subnets) < 0)
        return;
    assert(subnets.v4.ip.family == FELT_FAMILY_V4);
    assert(strcmp(felt_flannel_key_format(&subnets, again), text) == 0);
}

/* What was read is written, and reads the same. */
static void value(const char *text, size_t len)
{
    struct felt_flannel_lease lease, again;
    char written[FELT_FLANNEL_VALUE_MAX + 1];
    size_t n;
    int r;

    if (felt_flannel_lease_parse(text, len, &lease) < 0)
        return;
    assert(lease.public_ip.family == FELT_FAMILY_V4 && !felt_ip_is_any(&lease.public_ip));
    n = felt_flannel_lease_format(&lease, written);
    felt_flannel_mark(written, n);
    assert(felt_flannel_is_marked(written, n + 1) && !felt_flannel_is_marked(written, n));
    r = felt_flannel_lease_parse(written, n + 1, &again);
    assert(r == 0 && felt_flannel_lease_equal(&lease, &again));
}

static void check_node(const struct felt_etcd_node *node)
{
    assert(node->key && node->ttl_s >= 0 && (node->expires || node->ttl_s == 0));
    assert(!node->value || strlen(node->value) == node->value_len);
    if (node->value)
        value(node->value, node->value_len);
    if (strrchr(node->key, '/'))
        key(strrchr(node->key, '/') + 1);
}

static void reply(const char *text, size_t len)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    int r = felt_etcd_reply_parse(text, len, 7, &reply);

    if (r < 0) {
        assert(r == -EINVAL || r == -ENOMEM);
        return;
    }
    assert(reply->index >= 7 && reply->message && reply->cause);
    if (reply->error != 0) {
        assert(!reply->node.key && reply->n_nodes == 0);
        return;
    }
    check_node(&reply->node);
    if (reply->prev.key)
        check_node(&reply->prev);
    for (size_t i = 0; i < reply->n_nodes; i++)
        check_node(&reply->nodes[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size);
    assert(text);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0]) {
    case 'k':
        key(text);
        break;
    case 'v':
        value(text, size - 1);
        break;
    default:
        reply(text, size - 1);
        break;
    }
    free(text);
    return 0;
}
