/* SPDX-License-Identifier: Apache-2.0 */
/* Colour for people at a terminal; for everybody else these are empty strings. */
#pragma once

#include <stdbool.h>

enum felt_paint {
    FELT_PAINT_PLAIN, /* the end of all others */
    FELT_PAINT_GOOD,
    FELT_PAINT_WARN,
    FELT_PAINT_BAD,
    FELT_PAINT_DIM,
    FELT_PAINT_BOLD,
};
#define FELT_PAINT_HUES 6 /* of felt_paint_hue() */

/* Once, before anything is printed: standard output is a terminal that can, and NO_COLOR
 * (no-color.org) is not set. */
void felt_paint_init(void);
bool felt_paint_is_on(void);
/* What to print before the text; FELT_PAINT_PLAIN behind it. */
const char *felt_paint(enum felt_paint paint);
/* To tell apart what is one beside the other; any number. */
const char *felt_paint_hue(unsigned n);
