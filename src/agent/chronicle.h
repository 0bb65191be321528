/* SPDX-License-Identifier: Apache-2.0 */
/* The last lines of the log as events, numbered, for the control socket: what an operator reads
 * there is what the log says. Bounded: the oldest gives way. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/log.h"
#include "base/idiom.h"
#include "base/usec.h"

#define FELT_CHRONICLE_ENTRIES 512
#define FELT_CHRONICLE_WORD    64  /* bytes of a kind, a peer or a name with its NUL; more is cut */
#define FELT_CHRONICLE_SUBNET  104 /* of two subnets, a comma between them */

struct felt_chronicle_entry {
    uint64_t number;   /* from 1, without gaps */
    felt_usec time_us; /* since 1970 */
    enum felt_log_level level;
    char kind[FELT_CHRONICLE_WORD]; /* of the event, "member_dead"; else the room, "kernel" */
    char peer[FELT_CHRONICLE_WORD]; /* what the line calls so; "": nobody */
    char name[FELT_CHRONICLE_WORD];
    char subnet[FELT_CHRONICLE_SUBNET];
    char text[]; /* the line */
};

struct felt_chronicle;

int felt_chronicle_new(struct felt_chronicle **ret_chronicle);
void felt_chronicle_free(struct felt_chronicle *chronicle);
FELT_DEFINE_CLEANUP(struct felt_chronicle *, felt_chronicle_free)

/* event: NULL where the line is of none. What finds no memory is left out, its number too. */
void felt_chronicle_add(struct felt_chronicle *chronicle, felt_usec time_us,
                        enum felt_log_level level, const char *event, const char *line);

/* Numbers that are held: first <= n < end; equal where there is none. */
uint64_t felt_chronicle_first(const struct felt_chronicle *chronicle);
uint64_t felt_chronicle_end(const struct felt_chronicle *chronicle);
/* Borrowed until the next felt_chronicle_add(); number is held. */
const struct felt_chronicle_entry *felt_chronicle_get(const struct felt_chronicle *chronicle,
                                                      uint64_t number);
