/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of feltd's replies (proto/io.felt.varlink) as the structures of the flannel room. What is
 * missing or makes no sense is an entry that says less, or none: feltd may be of another version.
 */
#pragma once

#include <jansson.h>

#include "base/id.h"
#include "flannel/lease.h"
#include "netconf/netconf.h"

/* public_ip, backend, backend_data and their IPv6 halves. public_ip of family NONE: not known. */
void felt_feltd_lease_read(const json_t *entry, struct felt_flannel_lease *ret_lease);
/* The reverse, set into an entry. 0 or -ENOMEM. */
int felt_feltd_lease_write(json_t *entry, const struct felt_flannel_lease *lease);

/* "subnet", of either family. 0 or -EINVAL. */
int felt_feltd_slot_read(const json_t *entry, const struct felt_netconf *config,
                         uint32_t *ret_slot);
/* "node" of an entry, "id" of a node. 0 or -EINVAL. */
int felt_feltd_id_read(const json_t *entry, struct felt_id *ret_id);
int felt_feltd_node_read(const json_t *node, struct felt_id *ret_id);
/* Cut to size - 1 bytes; "" where there is none. */
void felt_feltd_text_read(const json_t *entry, const char *key, char *text, size_t size);
