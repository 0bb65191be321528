/* SPDX-License-Identifier: Apache-2.0 */
/* The golden vectors that are written by hand, as plaintexts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A plaintext as hex: head, n times unit, tail. */
struct plain_case {
    const char *name; /* NULL behind the last */
    const char *comment;
    const char *head;
    const char *unit;
    size_t n;
    const char *tail;
    bool bare; /* head begins the plaintext; else the usual envelope does */
};

extern const struct plain_case plain_accepted[];
extern const struct plain_case plain_refused[];
