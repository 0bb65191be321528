/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back about datagrams that we sent: the error queue of the socket.
 *
 * Anyone can make an ICMP error; that it quotes the nonce of a datagram of ours shows that its
 * maker saw that datagram. Without the quote it proves nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "crypto/seal.h"

/* Bytes of a datagram that a quote must show: header and nonce. Linux quotes 500 and more. */
#define FELT_ECHO_QUOTE (FELT_SEAL_HEADER + FELT_SEAL_NONCE)
/* Datagrams remembered: more than a node sends in a round trip. */
#define FELT_ECHO_SENT 256

/* The latest datagrams that were sent, by what a quote of them must show. Starts as zeroes. */
struct felt_echo_sent {
    uint8_t quote[FELT_ECHO_SENT][FELT_ECHO_QUOTE];
    uint32_t next;
};

void felt_echo_note(struct felt_echo_sent *sent, struct felt_bytes datagram);

enum felt_echo_kind {
    FELT_ECHO_REFUSED,     /* the machine is there, and nobody has that port */
    FELT_ECHO_UNREACHABLE, /* our own machine had no way to it */
};

struct felt_echo {
    enum felt_echo_kind kind;
    struct felt_endpoint endpoint; /* where the datagram was sent */
};

/* Whether a datagram could not leave this machine at all: evidence about us, not about its
 * receiver. error is an errno. */
bool felt_echo_is_local(int error);

/* Has the kernel keep errors for us. 0 or -errno. */
int felt_echo_enable(int fd, int family);

/* The next error of the socket. 0; -EAGAIN: none waits; -ENOMSG: one that proves nothing, and there
 * may be more. */
int felt_echo_next(int fd, const struct felt_echo_sent *sent, struct felt_echo *ret_echo);
