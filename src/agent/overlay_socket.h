/* SPDX-License-Identifier: Apache-2.0 */
/* The UDP socket of the trials through the overlay (proto/path.md 1) with packets of one family:
 * bound to the address of our end, and the port of our gossip, so that its datagrams take the way
 * of the containers'.
 *
 * What cannot be sent, be it too large or without a way, is lost; that is what trials are for. */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "base/ip.h"
#include "node/node.h"

struct felt_overlay_socket;

struct felt_overlay_socket_config {
    sd_event *event;
    uint8_t family; /* enum felt_family */
    /* A datagram's sealed part; borrowed. */
    void (*received)(void *userdata, const struct felt_endpoint *from, struct felt_bytes sealed);
    void *userdata;
};

/* Closed at first. 0 or -ENOMEM. */
int felt_overlay_socket_new(const struct felt_overlay_socket_config *config,
                            struct felt_overlay_socket **ret_socket);
void felt_overlay_socket_free(struct felt_overlay_socket *socket);
FELT_DEFINE_CLEANUP(struct felt_overlay_socket *, felt_overlay_socket_free)

/* Bound there from now on, also before the machine has that address; closed where the family is
 * NONE. 0 or -errno; again with the next call then. */
int felt_overlay_socket_bind(struct felt_overlay_socket *socket, const struct felt_endpoint *at);
/* Bound to what the node's lease implies; true where that can be. Logs why not, once. */
bool felt_overlay_socket_follow(struct felt_overlay_socket *socket, const struct felt_node *node);
/* Those of them that go through the overlay, over its family. */
void felt_overlay_socket_send_all(struct felt_overlay_socket *socket,
                                  const struct felt_datagram *datagrams, size_t n_datagrams);
