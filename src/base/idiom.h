/* SPDX-License-Identifier: Apache-2.0 */
/* The few idioms that every room uses: cleanup attributes, moving a pointer out, array length.
 *
 * Three kinds of no (doc/contributing.md): a bug of our own is an assert, which stays in release
 * builds; a failure of the world is a negative errno; a refused peer is an enum felt_verdict. */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef NDEBUG
#error "felt keeps its assertions in release builds"
#endif

#define _cleanup_(f)      __attribute__((cleanup(f)))
#define _printf_(fmt, va) __attribute__((format(printf, fmt, va)))
#define _unused_          __attribute__((unused))

#define FELT_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Moves a pointer out of a variable that has a cleanup attribute. */
#define FELT_TAKE(p)                \
    ({                              \
        __typeof__(p) _taken = (p); \
        (p) = NULL;                 \
        _taken;                     \
    })

/* Defines FREEp(TYPE **), for use with _cleanup_. */
#define FELT_DEFINE_CLEANUP(type, free_fn) \
    static inline void free_fn##p(type *p) \
    {                                      \
        free_fn(*p);                       \
    }

static inline void felt_freep(void *p)
{
    free(*(void **)p);
}

#define FELT_MIN(a, b) ((a) < (b) ? (a) : (b))
#define FELT_MAX(a, b) ((a) > (b) ? (a) : (b))
