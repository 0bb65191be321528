/* SPDX-License-Identifier: Apache-2.0 */
/* A slot that is kept for one node, by its name or by its public address: a notice (notice.h) whose
 * key is the slot (proto/lease.md 8.2). It says who may lease the slot, not who owns it: ownership
 * goes on moving between members, each of which keeps the reservation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "lease/notice.h"

#define FELT_WHOM_TEXT (FELT_NAME_MAX + 1)

_Static_assert(FELT_WHOM_TEXT >= FELT_IP_TEXT, "a name is longer than any address");
_Static_assert(FELT_NOTICE_VALUE_MAX >= 1 + FELT_NAME_MAX, "a value holds any name");

/* Whom a slot is reserved for: an address, or, where its family is NONE, a node's name. */
struct felt_whom {
    struct felt_ip ip;
    char name[FELT_NAME_MAX + 1];
};

/* "192.0.2.7", "node-7". -EINVAL for what is neither: empty, too long, not printable, or only
 * digits and dots or with a colon, and yet no address. */
int felt_whom_parse(const char *text, struct felt_whom *ret_whom);
/* text has FELT_WHOM_TEXT bytes. Returns text. */
const char *felt_whom_format(const struct felt_whom *whom, char *text);
bool felt_whom_equal(const struct felt_whom *a, const struct felt_whom *b);

/* What a founder begins with: a subnet that is kept for somebody. */
struct felt_wanted {
    struct felt_cidr subnet; /* of the network; of either family */
    struct felt_whom whom;
};

/* To a notice's value and back; a foreign lease (foreign.h) is kept for its address. -EINVAL: none
 * that this version knows. */
size_t felt_whom_encode(const struct felt_whom *whom, uint8_t value[FELT_NOTICE_VALUE_MAX]);
int felt_whom_decode(struct felt_bytes value, struct felt_whom *ret_whom);

/* A node in the eyes of reservations. A claim of NULL: there are none. */
struct felt_claim {
    const struct felt_notices *notices; /* borrowed; NULL: none */
    struct felt_ip ip;                  /* its public one */
    char name[FELT_NAME_MAX + 1];
};

/* Whether the slot is reserved for somebody else. What is reserved in a way that we do not
 * understand is. */
bool felt_claim_denied(const struct felt_claim *claim, uint32_t slot);
/* The slot that is reserved for it, by its name or else by its address; of several the lowest.
 * FELT_SLOT_NONE: none. Looks at every notice: 4,096 take 0.1 ms. */
uint32_t felt_claim_slot(const struct felt_claim *claim);
/* Whether `whom` is this node. */
bool felt_claim_is(const struct felt_claim *claim, const struct felt_whom *whom);
