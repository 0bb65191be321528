/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/paint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_on;

void felt_paint_init(void)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

    is_on = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 &&
            !(no_color && *no_color != '\0');
}

bool felt_paint_is_on(void)
{
    return is_on;
}

const char *felt_paint(enum felt_paint paint)
{
    static const char *const codes[] = {
        [FELT_PAINT_PLAIN] = "\033[0m", [FELT_PAINT_GOOD] = "\033[32m",
        [FELT_PAINT_WARN] = "\033[33m", [FELT_PAINT_BAD] = "\033[31m",
        [FELT_PAINT_DIM] = "\033[2m",   [FELT_PAINT_BOLD] = "\033[1m",
    };

    return is_on ? codes[paint] : "";
}

const char *felt_paint_hue(unsigned n)
{
    static const char *const codes[FELT_PAINT_HUES] = {"\033[36m", "\033[35m", "\033[34m",
                                                       "\033[32m", "\033[33m", "\033[31m"};

    return is_on ? codes[n % FELT_PAINT_HUES] : "";
}
